import type { UnitPost } from '../cases/states.ts';
import type { CaseId, StaffId } from '../core/ids.ts';
import type { Exec } from '../storage/store.ts';
import type { Person, Told } from './recipients.ts';
import type { Because, NoticeFacts, NoticeRule } from './rules.ts';

export interface NoticeRow {
  noticeId: number;
  rule: NoticeRule;
  because: Because;
  post: UnitPost | null;
  unitName: string | null;
  facts: NoticeFacts;
  at: Date;
  readAt: Date | null;
  caseId: CaseId;
  caseNumber: string;
  categoryName: string | null;
  requestType: string | null;
  confidential: boolean;
}

/** One who was told of a case, and when it was read. */
export interface ReceiptRow {
  noticeId: number;
  rule: NoticeRule;
  because: Because;
  name: string;
  unitName: string | null;
  at: Date;
  readAt: Date | null;
}

/** A notice as it leaves the house: to whom, and of which case. */
export interface OutwardRow extends Told {
  noticeId: number;
  at: Date;
  account: string;
  name: string;
  unitName: string | null;
  mobile: string | null;
  caseId: CaseId;
  caseNumber: string;
}

/** Where notices are kept. Methods without `db` join the caller's transaction when there is one. */
export interface NoticesRepository {
  /** Everybody who may be told of something: active people. @param units null: of all units and of the centre */
  people(units: readonly string[] | null): Promise<Person[]>;
  registrarOf(caseId: CaseId): Promise<StaffId | null>;
  giversOf(orderIds: readonly number[]): Promise<Map<number, StaffId>>;
  /** @returns the new ones; whoever was told of this key before is left out */
  add(db: Exec, caseId: CaseId, key: string, told: readonly Told[], at: Date): Promise<{ noticeId: number; staffId: StaffId }[]>;
  /** Newest first. @param before the smallest id already shown */
  page(staffId: StaffId, query: { unreadOnly: boolean; before: number | null; limit: number }): Promise<NoticeRow[]>;
  /** Counted no further than `most`. */
  countUnread(staffId: StaffId, most: number): Promise<number>;
  /** @param which ids, or everything up to one. @returns how many were unread until now */
  markRead(db: Exec, staffId: StaffId, which: { ids: readonly number[] } | { upTo: number }, at: Date): Promise<number>;
  ofCase(caseId: CaseId, limit: number): Promise<ReceiptRow[]>;
  outward(noticeIds: readonly number[]): Promise<OutwardRow[]>;
  mobileOf(staffId: StaffId): Promise<string | null>;
  saveMobile(db: Exec, staffId: StaffId, mobile: string | null, at: Date): Promise<void>;
  /** @returns how many went */
  forget(before: Date, limit: number): Promise<number>;
}
