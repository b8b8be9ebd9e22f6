import type { CaseLife, Decision, Mover } from '../cases/life.ts';
import { isProtected } from '../cases/sight.ts';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CaseId, StaffId } from '../core/ids.ts';
import { permissionsOf } from '../core/roles.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import { recipientsOf } from './recipients.ts';
import type { NoticeRow, NoticesRepository, OutwardRow } from './repository.ts';
import { type Occasion, occasionsOf, TOLD, unsignedOccasion } from './rules.ts';
import type { MarkRead, NoticePage, NoticeView, Receipt } from './schemas.ts';

export interface NoticesDeps {
  store: Pick<Store, 'write'>;
  repository: NoticesRepository;
  history: Pick<History, 'append'>;
  outbox: Pick<Outbox, 'append'>;
  clock: Clock;
  /** Sends what leaves the house, in the transaction that tells of it. */
  sendOut(db: Exec, rows: () => Promise<OutwardRow[]>): Promise<void>;
  /** A mobile's normal form, or null for anything else. */
  mobileOf(typed: string): string | null;
}

const PAGE = 50;
/** A bell that says "99+" says enough. */
const MOST_COUNTED = 100;
const MOST_RECEIPTS = 200;
/** A year's notices are a record; beyond that the case itself is. */
const KEPT_DAYS = 400;
const FORGOTTEN_AT_ONCE = 500;

const viewOf = (row: NoticeRow): NoticeView => ({
  noticeId: row.noticeId,
  rule: row.rule,
  because: row.because,
  post: row.post,
  unitName: row.unitName,
  facts: row.facts,
  at: row.at.toISOString(),
  readAt: row.readAt?.toISOString() ?? null,
  caseId: row.caseId,
  caseNumber: row.caseNumber,
  // What a report is about may tell who made it: such a case is named by its number alone.
  categoryName: isProtected({ confidential: row.confidential, requestType: row.requestType as never }) ? null : row.categoryName,
});

/** Who needs everybody's rights looked at; the others are answered by the units concerned. */
const beyondUnits = (occasions: readonly Occasion[]): boolean => occasions.some(({ rule }) => TOLD[rule].some(({ who }) => who !== 'unit'));
const unitsOf = (occasions: readonly Occasion[]): string[] => [
  ...new Set(occasions.flatMap(({ leadUnit, assistUnits }) => [...(leadUnit === null ? [] : [leadUnit]), ...assistUnits])),
];

/** In-app notices: made in the transaction of what they tell of, so that neither is without the other. */
export const createNotices = (deps: NoticesDeps) => {
  const { store, repository, history, outbox, clock } = deps;

  const tell = async (db: Exec, caseId: CaseId, key: string, occasions: readonly Occasion[], mover: StaffId | null): Promise<void> => {
    if (occasions.length === 0) return;
    const people = await repository.people(beyondUnits(occasions) ? null : unitsOf(occasions));
    const orderIds = occasions.flatMap(({ orderId }) => (orderId === null ? [] : [orderId]));
    const told = recipientsOf(occasions, {
      people,
      registrar: await repository.registrarOf(caseId),
      givers: orderIds.length > 0 ? await repository.giversOf(orderIds) : new Map(),
      mover,
    });
    const added = await repository.add(db, caseId, key, told, clock.now());
    if (added.length === 0) return;
    await outbox.append(db, 'notices.changed', { staffIds: added.map(({ staffId }) => staffId) });
    await deps.sendOut(db, () => repository.outward(added.map(({ noticeId }) => noticeId)));
  };

  return {
    /** To be called in the transaction of every move of a case. */
    caseMoved: (db: Exec, before: CaseLife, after: CaseLife, { decision, mover }: { decision: Decision; mover: Mover }): Promise<void> =>
      tell(
        db,
        after.caseId,
        `case ${after.caseId}.${after.version}`,
        occasionsOf({ before, after, decision }),
        mover.kind === 'staff' ? mover.staffId : null,
      ),

    /** Dispatched and not signed for in time; in the transaction that takes the alarm off. */
    caseUnsigned: (db: Exec, life: CaseLife): Promise<void> =>
      tell(db, life.caseId, `case ${life.caseId}.${life.version}.unsigned`, [unsignedOccasion(life)], null),

    async page(staffId: StaffId, query: { unreadOnly: boolean; before: number | null }): Promise<NoticePage> {
      const rows = await repository.page(staffId, { ...query, limit: PAGE + 1 });
      const shown = rows.slice(0, PAGE);
      return {
        rows: shown.map(viewOf),
        next: rows.length > PAGE ? (shown.at(-1)?.noticeId ?? null) : null,
        unread: await repository.countUnread(staffId, MOST_COUNTED),
      };
    },

    unreadOf: (staffId: StaffId): Promise<number> => repository.countUnread(staffId, MOST_COUNTED),

    /** Of ids that are another's, or read already, nothing is said. */
    async markRead(staffId: StaffId, wanted: MarkRead): Promise<number> {
      await store.write(async (db) => {
        if ((await repository.markRead(db, staffId, wanted, clock.now())) > 0)
          await outbox.append(db, 'notices.changed', { staffIds: [staffId] });
      });
      return repository.countUnread(staffId, MOST_COUNTED);
    },

    /** Who has been told of a case, and who has read it: the receipt. The caller has seen to it that the reader may see the case. */
    receiptsOf: async (caseId: CaseId): Promise<Receipt[]> =>
      (await repository.ofCase(caseId, MOST_RECEIPTS)).map((row) => ({
        ...row,
        at: row.at.toISOString(),
        readAt: row.readAt?.toISOString() ?? null,
      })),

    /** By name, as a report names them. */
    leaders: async (): Promise<{ name: string }[]> =>
      (await repository.people(null)).filter(({ roles }) => permissionsOf(roles).has('cases.instruct')).map(({ name }) => ({ name })),

    phone: async (staffId: StaffId): Promise<{ mobile: string | null }> => ({ mobile: await repository.mobileOf(staffId) }),

    /** @throws HotlineError request.invalid when it is no mobile */
    async savePhone(staffId: StaffId, typed: string | null): Promise<{ mobile: string | null }> {
      const mobile = typed === null || typed.trim() === '' ? null : deps.mobileOf(typed);
      if (mobile === null && typed !== null && typed.trim() !== '')
        throw new HotlineError('request.invalid', '请填写手机号码 Please give a mobile number', { field: 'mobile' });
      await store.write(async (db) => {
        await repository.saveMobile(db, staffId, mobile, clock.now());
        await history.append(db, {
          actor: byStaff(staffId),
          act: mobile === null ? 'notice.phone_removed' : 'notice.phone_saved',
          thing: { kind: 'staff', id: staffId },
        });
      });
      return { mobile };
    },

    /** Old notices go; what they told of stays in the case. */
    async sweep(): Promise<void> {
      const before = new Date(clock.now().getTime() - KEPT_DAYS * 86_400_000);
      while ((await repository.forget(before, FORGOTTEN_AT_ONCE)) === FORGOTTEN_AT_ONCE);
    },
  };
};
export type Notices = ReturnType<typeof createNotices>;
