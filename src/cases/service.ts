import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CallId, CaseId, StaffId } from '../core/ids.ts';
import { maskNumber } from '../core/phone-number.ts';
import type { CallerMatch, Directory } from '../directory/index.ts';
import { type Actor, byStaff, bySystem, type History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import {
  type CaseRecord,
  changedFields,
  emptyForm,
  formToKeep,
  mayRead,
  maySeeContact,
  mayWrite,
  missingElements,
  type Proposals,
  shownTo,
  titleOf,
  type Viewer,
  withProposals,
} from './case.ts';
import { findRepeats, type Matter, type Repeats, twelveMonthsBefore } from './repeats.ts';
import type { CasesRepository, NamedCase, NewDraft } from './repository.ts';
import type { CaseForm, CasePage, CaseView, SaveDraft } from './schemas.ts';

/** An open case as a ringing card shows it; the same shape as calls/OpenCase. */
export interface OpenCaseBrief {
  caseId: CaseId;
  number: string;
  state: string;
  title: string;
  unitName: string | null;
  createdAt: string;
}

export interface CallDraft {
  caseId: CaseId;
  number: string;
  /** First words of the case, or empty. */
  subject: string;
}

export interface CasesDeps {
  store: Pick<Store, 'write'>;
  repository: CasesRepository;
  directory: Pick<Directory, 'callerOf'>;
  outbox: Pick<Outbox, 'append'>;
  history: Pick<History, 'append'>;
  clock: Clock;
}

const OPEN_CASES_SHOWN = 10;
/** A line with more submissions than this in a year is a repeat whatever the rest says. */
const SUBMISSIONS_COMPARED = 200;
const PAGE_LIMIT = 100;

/** What the machine may put into the form of a call from this line: only what the one matching record says. */
export const prefillOf = (match: CallerMatch): Proposals => {
  const [person] = match.people;
  if (match.identity !== 'known' || !person) return {};
  return { contactName: person.name, ...(person.address ? { placeText: person.address } : {}) };
};

const viewOf = (record: CaseRecord, viewer: Viewer): CaseView => {
  const shown = shownTo(record, viewer);
  return {
    caseId: shown.caseId,
    number: shown.number,
    state: shown.state,
    source: shown.source,
    callId: shown.callId,
    contactNumber: shown.contactNumber === null ? null : { masked: maskNumber(shown.contactNumber), full: null },
    form: shown.form,
    // Counted on the full record: an element the viewer may not see is not an element the citizen failed to give.
    missing: missingElements(record),
    createdBy: shown.createdBy,
    createdAt: shown.createdAt.toISOString(),
    updatedAt: shown.updatedAt.toISOString(),
    version: shown.version,
  };
};

const briefTitle = ({ record, categoryName }: NamedCase, viewer: Viewer): string =>
  maySeeContact(record, viewer) ? titleOf(record.form, categoryName) : '保密事项';

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这张工单 There is no such case');
const denied = (): HotlineError => new HotlineError('access.denied', '没有权限 Not allowed');

export const createCases = (deps: CasesDeps) => {
  const { store, repository, directory, outbox, history, clock } = deps;

  const isOwn = async (found: CaseRecord, viewer: Viewer): Promise<boolean> =>
    found.createdBy?.staffId === viewer.staffId || (await repository.tookCallOf(found.caseId, viewer.staffId));

  const readable = async (caseId: CaseId, viewer: Viewer): Promise<CaseRecord> => {
    const found = await repository.byId(caseId);
    // Not told apart from a case that does not exist: whether a number is taken is nobody else's business.
    if (!found || !mayRead(viewer, await isOwn(found, viewer))) throw notFound();
    return found;
  };

  const addDraft = async (db: Exec, draft: NewDraft, actor: Actor): Promise<CaseRecord | null> => {
    const added = await repository.add(draft);
    if (!added) return null;
    const details = { source: draft.source, callId: draft.callId };
    await history.append(db, { actor, act: 'case.opened', thing: { kind: 'case', id: added.caseId }, details });
    await outbox.append(db, 'case.drafted', { caseId: added.caseId, callId: added.callId });
    return added;
  };

  const draftOfCall = async (callId: CallId, received: string): Promise<Omit<NewDraft, 'source' | 'createdBy'>> => {
    const match = await directory.callerOf(received);
    const [person] = match.people;
    return {
      callId,
      citizenId: match.identity === 'known' && person ? person.citizenId : null,
      contactNumber: match.normal,
      form: withProposals(emptyForm(), prefillOf(match)),
      at: clock.now(),
    };
  };

  /** The call's case, made if there is none; two who open at once get the same one. */
  const openForCall = async (db: Exec, callId: CallId, viewer: Viewer): Promise<CaseRecord> => {
    const call = await repository.callFacts(callId);
    if (!call) throw new HotlineError('thing.not_found', '没有这通电话 There is no such call', { callId });
    if (!mayWrite(viewer, call.agents.includes(viewer.staffId))) throw denied();
    // A call about a case opens no other.
    const existing = (await repository.byCall(callId)) ?? (call.caseId === null ? null : await repository.byId(call.caseId));
    if (existing) return existing;
    const draft: NewDraft = { ...(await draftOfCall(callId, call.callerReceived)), source: 'call', createdBy: viewer.staffId };
    const opened = (await addDraft(db, draft, byStaff(viewer.staffId))) ?? (await repository.byCall(callId));
    if (!opened) throw notFound();
    return opened;
  };

  const openAtDesk = async (db: Exec, viewer: Viewer): Promise<CaseRecord> => {
    if (!mayWrite(viewer, true)) throw denied();
    const draft: NewDraft = {
      source: 'desk',
      callId: null,
      citizenId: null,
      contactNumber: null,
      form: emptyForm(),
      createdBy: viewer.staffId,
      at: clock.now(),
    };
    const opened = await addDraft(db, draft, byStaff(viewer.staffId));
    if (!opened) throw notFound();
    return opened;
  };

  const stale = async (theirs: CaseRecord, yours: SaveDraft, viewer: Viewer): Promise<HotlineError> => {
    const changedBy = await repository.lastChangedBy(theirs.caseId);
    return new HotlineError(
      'case.version_stale',
      '没有存上：这张工单已被改过。看两边的不同 Not saved: the case has been changed meanwhile',
      {
        yours,
        theirs: viewOf(theirs, viewer),
        changedBy,
      },
    );
  };

  return {
    /**
     * The draft of a call, opened once however often it is asked for; without a call, a new one at the desk.
     * @throws HotlineError thing.not_found, access.denied (not this agent's call)
     */
    /** The number of whoever a case is about, for a call to them; null when there is none, or not for this viewer. @throws thing.not_found */
    async contactOf(caseId: CaseId, viewer: Viewer): Promise<string | null> {
      return shownTo(await readable(caseId, viewer), viewer).contactNumber;
    },

    async openDraft(request: { callId: CallId | null; staff: Viewer }): Promise<CaseView> {
      const { callId, staff } = request;
      const opened = await store.write((db) => (callId === null ? openAtDesk(db, staff) : openForCall(db, callId, staff)));
      return viewOf(opened, staff);
    },

    /**
     * @throws HotlineError case.version_stale with details {yours, theirs, changedBy}; request.invalid; access.denied;
     * thing.not_found
     */
    async saveDraft(request: { caseId: CaseId; version: number; form: CaseForm; staff: Viewer }): Promise<CaseView> {
      const { caseId, version, form, staff } = request;
      const saved = await store.write(async (db) => {
        const before = await readable(caseId, staff);
        if (!mayWrite(staff, await isOwn(before, staff))) throw denied();
        if (before.state !== 'draft')
          throw new HotlineError('case.not_a_draft', '已登记的工单不能再改草稿 The case has been registered', { state: before.state });
        const yours = { version, form };
        if (before.version !== version) throw await stale(before, yours, staff);
        const kept = formToKeep(before, form, staff);
        const after = await repository.save(caseId, version, kept, clock.now());
        if (!after) throw await stale((await repository.byId(caseId)) ?? before, yours, staff);
        const details = { version: after.version, fields: changedFields(before.form, kept) };
        await history.append(db, { actor: byStaff(staff.staffId), act: 'case.saved', thing: { kind: 'case', id: caseId }, details });
        await outbox.append(db, 'case.drafted', { caseId, callId: after.callId });
        return after;
      });
      return viewOf(saved, staff);
    },

    /**
     * A message left because nobody could take the call, or a promise to call back that could not be kept, becomes a draft that
     * waits for a person. Idempotent.
     */
    async draftFromCall(callId: CallId, source: 'voicemail' | 'callback'): Promise<CaseId> {
      return store.write(async (db) => {
        const existing = await repository.byCall(callId);
        if (existing) return existing.caseId;
        const call = await repository.callFacts(callId);
        if (!call) throw new HotlineError('thing.not_found', '没有这通电话 There is no such call', { callId });
        const draft: NewDraft = { ...(await draftOfCall(callId, call.callerReceived)), source, createdBy: null };
        const opened = (await addDraft(db, draft, bySystem)) ?? (await repository.byCall(callId));
        if (!opened) throw notFound();
        return opened.caseId;
      });
    },

    /** @throws HotlineError thing.not_found, also when it is not this viewer's to read */
    get: async (caseId: CaseId, staff: Viewer): Promise<CaseView> => viewOf(await readable(caseId, staff), staff),

    /** Newest first; those who may read only their own get only their own. `after` is the `next` of the page before. */
    async list(query: { staff: Viewer; after?: string | undefined; limit?: number | undefined }): Promise<CasePage> {
      const { staff } = query;
      const all = mayRead(staff, false);
      if (!all && !mayRead(staff, true)) throw denied();
      if (query.after !== undefined && !/^\d{1,15}$/.test(query.after))
        throw new HotlineError('request.invalid', '翻页标记不对 The page mark cannot be read', { field: 'after' });
      const limit = Math.min(Math.max(query.limit ?? 50, 1), PAGE_LIMIT);
      const before = query.after === undefined ? null : Number(query.after);
      const rows = await repository.page({ of: all ? null : staff.staffId, before, limit: limit + 1 });
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return { rows: shown.map((row) => viewOf(row, staff)), next: rows.length > limit && last ? String(last.caseId) : null };
    },

    /** Open cases of a line in the last twelve months, newest first, at most ten; `number` in normal form. */
    async openCasesOf(number: string, viewer: Viewer, exceptCallId?: CallId): Promise<OpenCaseBrief[]> {
      const rows = await repository.openOf(number, twelveMonthsBefore(clock.now()), OPEN_CASES_SHOWN + 1);
      return rows
        .filter(({ record: each }) => exceptCallId === undefined || each.callId !== exceptCallId)
        .slice(0, OPEN_CASES_SHOWN)
        .map((each) => ({
          caseId: each.record.caseId,
          number: each.record.number,
          state: each.record.state,
          title: briefTitle(each, viewer),
          unitName: null,
          createdAt: each.record.createdAt.toISOString(),
        }));
    },

    /** What repeats among the line's submissions of the last twelve months; with `about`, how often this very matter came. */
    async repeatsOf(number: string, options: { exceptCallId?: CallId; about?: Matter } = {}): Promise<Repeats> {
      const rows = await repository.submissionsOf(number, twelveMonthsBefore(clock.now()), SUBMISSIONS_COMPARED);
      const earlier = rows.filter((each) => options.exceptCallId === undefined || each.callId !== options.exceptCallId);
      return findRepeats(earlier, options.about);
    },

    /** The draft of each call that has one, for lists of calls. */
    async draftsOfCalls(callIds: readonly CallId[], viewer: Viewer): Promise<Map<CallId, CallDraft>> {
      const drafts = new Map<CallId, CallDraft>();
      for (const each of callIds.length ? await repository.byCalls(callIds) : []) {
        const { callId, caseId, number } = each.record;
        if (callId !== null) drafts.set(callId, { caseId, number, subject: briefTitle(each, viewer) });
      }
      return drafts;
    },

    /** How many cases this person opened since `since`, for the day's figures. */
    countDrafted: (staffId: StaffId, since: Date): Promise<number> => repository.countCreated(staffId, since),
  };
};

export type Cases = ReturnType<typeof createCases>;
