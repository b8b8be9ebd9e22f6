import type { CallId, CaseId, CitizenId, StaffId } from '../core/ids.ts';
import type { CaseRecord } from './case.ts';
import type { Submission } from './repeats.ts';
import type { CaseForm } from './schemas.ts';

export interface NewDraft {
  source: CaseRecord['source'];
  callId: CallId | null;
  citizenId: CitizenId | null;
  contactNumber: string | null;
  form: CaseForm;
  createdBy: StaffId | null;
  at: Date;
}

/** A case with the name of its subject. */
export interface NamedCase {
  record: CaseRecord;
  categoryName: string | null;
}

/** What of a call a draft of it needs. */
export interface CallFacts {
  callId: CallId;
  callerReceived: string;
  /** Everyone whose phone rings with it or who talked with the citizen. */
  agents: StaffId[];
}

/** Where cases are kept. Each method joins the caller's transaction when there is one. */
export interface CasesRepository {
  /** @returns null when the call already has its case: the database keeps it to one, however many ask at once */
  add(draft: NewDraft): Promise<CaseRecord | null>;
  byId(caseId: CaseId): Promise<CaseRecord | null>;
  byCall(callId: CallId): Promise<CaseRecord | null>;
  byCalls(callIds: readonly CallId[]): Promise<NamedCase[]>;
  /** Replaces the form if the case is still at `version`. @returns null when it is not */
  save(caseId: CaseId, version: number, form: CaseForm, at: Date): Promise<CaseRecord | null>;
  /** Newest first, ids below `before`; with `of`, only what that person wrote or took the call of. */
  page(query: { of: StaffId | null; before: CaseId | null; limit: number }): Promise<CaseRecord[]>;
  /** Did this person take the call of the case? */
  tookCallOf(caseId: CaseId, staffId: StaffId): Promise<boolean>;
  callFacts(callId: CallId): Promise<CallFacts | null>;
  openOf(contactNumber: string, since: Date, limit: number): Promise<NamedCase[]>;
  submissionsOf(contactNumber: string, since: Date, limit: number): Promise<(Submission & { callId: CallId | null })[]>;
  countCreated(staffId: StaffId, since: Date): Promise<number>;
  /** Name of whoever made the last recorded change. */
  lastChangedBy(caseId: CaseId): Promise<string | null>;
}
