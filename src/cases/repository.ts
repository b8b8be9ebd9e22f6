import type { CallId, CaseId, CitizenId, StaffId } from '../core/ids.ts';
import type { CalendarYear } from '../core/working-time.ts';
import type { CaseRecord } from './case.ts';
import type { CaseLife, Decision, Mover } from './life.ts';
import type { CasePolicy, PolicyVersion } from './policy.ts';
import type { Submission } from './repeats.ts';
import type { CaseForm } from './schemas.ts';
import type { Card, CaseSide, CaseState, UnitPost } from './states.ts';

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
  /** What an outbound call is about. */
  caseId: CaseId | null;
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

/** One entry of a case's history, with the name of whoever made it. Which fields are filled follows from `kind`. */
export interface TimelineEntry {
  kind: 'move' | 'feedback' | 'reply' | 'work' | 'ruling' | 'order' | 'callback' | 'called';
  /** Order within the kind. */
  id: number;
  at: Date;
  staffName: string | null;
  unitCode: string | null;
  callId: CallId | null;
  facts: Record<string, unknown>;
}

export interface UnitOfCase {
  unitCode: string;
  unitName: string | null;
  duty: 'lead' | 'assist';
  assignedAt: Date;
  releasedAt: Date | null;
}

/** What the sweep finds. */
export interface UnsignedCase {
  caseId: CaseId;
  leadUnit: string | null;
}

/** How many open cases stand at one node, and since when the oldest has stood there (R09). */
export interface NodeCount {
  state: CaseState;
  count: number;
  yellow: number;
  red: number;
  longestSince: Date | null;
}

/** The unit that most of the last cases alike went to, out of how many that were looked at. */
export interface UsualLead {
  unitCode: string;
  unitName: string | null;
  count: number;
  of: number;
  /** Alike in subject and place, or in subject alone. */
  by: 'place' | 'category';
}

/** What of a case the full-text index is made from. */
export interface CaseTexts extends Pick<CaseForm, 'confidential' | 'requestType' | 'contactName'> {
  contactNumber: string | null;
  texts: string[];
}

/** Where the lives of cases are kept. Each method joins the caller's transaction when there is one. */
export interface CaseLivesRepository {
  load(caseId: CaseId): Promise<CaseLife | null>;
  /**
   * Writes a decision if the case is still at the version it was taken on; each step is a version of its own.
   * @returns the version after it, or null when somebody was first
   */
  apply(life: CaseLife, decision: Decision, about: { at: Date; mover: Mover }): Promise<number | null>;
  /** Unit and post of a person; null when they belong to none. */
  placeOf(staffId: StaffId): Promise<{ unitCode: string; post: UnitPost | null } | null>;
  /** Has this unit the case now, as lead or assisting? */
  unitHas(unitCode: string, caseId: CaseId): Promise<boolean>;
  /** Those of the codes that are units in use. */
  knownUnits(codes: readonly string[]): Promise<Set<string>>;
  /** Files on a case, by their ids. */
  fileIds(caseId: CaseId): Promise<Set<number>>;
  timeline(caseId: CaseId): Promise<TimelineEntry[]>;
  units(caseId: CaseId): Promise<UnitOfCase[]>;
  /** Cases whose card is to be raised, the most overdue first. */
  dueForCard(now: Date, limit: number): Promise<CaseId[]>;
  /** Nothing is to be raised after all. */
  stopWatching(caseId: CaseId): Promise<void>;
  /** Dispatched cases that nobody has signed in time; each is found once. */
  takeUnsigned(now: Date, limit: number): Promise<UnsignedCase[]>;
  policies(): Promise<PolicyVersion[]>;
  addPolicy(policy: CasePolicy, effectiveFrom: Date, madeBy: StaffId, at: Date): Promise<number>;
  calendarYears(): Promise<(CalendarYear & { version: number })[]>;
  /** @returns false when the year is no longer at `version` (0: not yet there) */
  saveCalendarYear(year: CalendarYear, version: number, changedBy: StaffId, at: Date): Promise<boolean>;
  /** Cases whose due time rests on an unpublished year, ids above `after`. */
  provisional(after: CaseId, limit: number): Promise<CaseId[]>;
  /** Replaces the words under which each case is found. */
  index(entries: readonly { caseId: CaseId; words: readonly string[] }[]): Promise<void>;
  /** Cases that have ever been registered, by id, ids above `after`. */
  registeredAfter(after: CaseId, limit: number): Promise<CaseId[]>;
  textsOf(caseIds: readonly CaseId[]): Promise<Map<CaseId, CaseTexts>>;
  search(query: SearchQuery, limit: number): Promise<FoundCase[]>;
  /** Since when each case has stood in its present state; a case that never moved is left out. */
  enteredAt(caseIds: readonly CaseId[]): Promise<Map<CaseId, Date>>;
  nodes(): Promise<NodeCount[]>;
  usualLead(categoryCode: string, placeCode: string | null): Promise<UsualLead | null>;
  /** How many match, counted no further than `cap`. */
  count(query: SearchQuery, cap: number): Promise<number>;
}

/** Filters of a list; all that are given must hold. */
export interface SearchQuery {
  /** Whose cases: everybody's, what a person wrote or took the call of, or what lies with a unit. */
  of: { kind: 'all' } | { kind: 'own'; staffId: StaffId } | { kind: 'unit'; unitCode: string };
  /** From cases/words.ts; empty for no text search. */
  words: readonly string[];
  number?: string;
  contactNumber?: string;
  contactName?: string;
  placeCode?: string;
  categoryCode?: string;
  states?: readonly CaseState[];
  leadUnit?: string;
  urgent?: boolean;
  card?: Card;
  createdFrom?: Date;
  createdTo?: Date;
  breaksBefore?: Date;
  /** A request of the unit waits for a ruling, or none does. */
  asked?: boolean;
  /** `newest`: by id falling. `breaking`: what is about to break first, and only what a clock runs on. */
  order: 'newest' | 'breaking';
  after?: { caseId: CaseId; breaksAt: Date | null };
  /** Leave out what may not be found by who called: their name or number is a filter, and finding would be telling. */
  openContactsOnly: boolean;
}

export interface FoundCase {
  record: CaseRecord;
  categoryName: string | null;
  leadUnit: string | null;
  leadUnitName: string | null;
  side: CaseSide | null;
  breaksAt: Date | null;
  dueAt: Date | null;
  dispatchedAt: Date | null;
  card: Card;
  round: number;
}
