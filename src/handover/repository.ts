import type { CallId, CaseId, StaffId } from '../core/ids.ts';
import type { Exec } from '../storage/store.ts';
import type { Handover } from './handover.ts';

export interface HandoverRow extends Handover {
  handoverId: number;
  callId: CallId;
  caseId: CaseId;
  unitCode: string;
  staffId: StaffId;
  startedAt: Date;
  endedAt: Date | null;
}

export interface HandoversRepository {
  add(db: Exec, row: Omit<HandoverRow, 'handoverId' | 'endedAt'>): Promise<number>;
  save(db: Exec, handoverId: number, handover: Handover, endedAt: Date | null): Promise<void>;
  /** Those of the case that somebody took or nobody did, the oldest first. */
  endedOf(caseId: CaseId): Promise<HandoverRow[]>;
  /** The newest of the call. */
  ofCall(callId: CallId): Promise<HandoverRow | null>;
}
