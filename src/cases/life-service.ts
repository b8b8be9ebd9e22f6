import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CaseId } from '../core/ids.ts';
import { maskNumber } from '../core/phone-number.ts';
import { permissionsOf } from '../core/roles.ts';
import { byStaff, bySystem, type History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import { type CaseRecord, mayRead, missingElements, titleOf, type Viewer } from './case.ts';
import type { Command, CommandOf } from './commands.ts';
import { decide, movesFor } from './decide.ts';
import type { ShownCase } from './export.ts';
import type { CaseEvent, CaseLife, Circumstances, Decision, Mover } from './life.ts';
import type { CasePageView, CaseRow, Moved, NodeCounts, RuledLead, SearchRequest, SearchResult } from './life-schemas.ts';
import { formsFor } from './move-forms.ts';
import { invalid } from './refusals.ts';
import { findRepeats, twelveMonthsBefore } from './repeats.ts';
import type { CaseLivesRepository, CasesRepository, FoundCase, SearchQuery, TimelineEntry, UsualLead } from './repository.ts';
import { holds, identityOf, isProtected, seesAsUnit, shownAs, valueWithoutIdentity, wordsOf } from './sight.ts';
import type { Terms } from './terms.ts';
import { queryWords } from './words.ts';

export interface CaseLivesDeps {
  store: Pick<Store, 'write'>;
  lives: CaseLivesRepository;
  cases: Pick<CasesRepository, 'byId' | 'tookCallOf' | 'submissionsOf' | 'lastChangedBy'>;
  terms: Terms;
  outbox: Pick<Outbox, 'append'>;
  history: Pick<History, 'append'>;
  clock: Clock;
  /** Normal form of a number as somebody typed it, or null. */
  normalNumber: (typed: string) => string | null;
  /** Whom the rules of the directory name for a subject and a place. */
  ruledLead?: (matter: { categoryCode: string | null; placeCode: string | null }) => Promise<RuledLead | null>;
  /** Called in the transaction of every move, for what must become true together with it (R11: the callback's task; notices). */
  onMoved?: (db: Exec, before: CaseLife, after: CaseLife, made: { decision: Decision; mover: Mover }) => Promise<void>;
  /** Called for a case that nobody has signed for in time, in the transaction that takes its alarm off. */
  onUnsigned?: (db: Exec, life: CaseLife) => Promise<void>;
}

const SUBMISSIONS_COMPARED = 200;
const COUNT_CAP = 1000;
const PAGE_LIMIT = 100;
/** Of a long walk: some milliseconds each. */
const WALK_PAGE = 250;
const SWEEP_BATCH = 200;

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这张工单 There is no such case');
const denied = (): HotlineError => new HotlineError('access.denied', '没有权限 Not allowed');
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

const unitsNamed = (command: Command): string[] => {
  if (command.do === 'dispatch') return [command.lead, ...command.assist];
  return 'unitCode' in command ? [command.unitCode] : [];
};

/** What the index is made anew after: the words of a case changed, or who may be found by them. */
const REINDEXED: ReadonlySet<Command['do']> = new Set(['register', 'give_feedback', 'mark']);

export const createCaseLives = (deps: CaseLivesDeps) => {
  const { store, lives, cases, terms, outbox, history, clock } = deps;

  const moverOf = async (viewer: Viewer): Promise<Mover> => {
    const place = await lives.placeOf(viewer.staffId);
    const { staffId, name } = viewer;
    return {
      kind: 'staff',
      staffId,
      name,
      permissions: permissionsOf(viewer.roles),
      unitCode: place?.unitCode ?? null,
      post: place?.post ?? null,
    };
  };

  const maySee = async (record: CaseRecord, viewer: Viewer, unitCode: string | null): Promise<boolean> => {
    const own = record.createdBy?.staffId === viewer.staffId || (await cases.tookCallOf(record.caseId, viewer.staffId));
    if (mayRead(viewer, own)) return true;
    return holds(viewer, 'cases.read_unit') && unitCode !== null && (await lives.unitHas(unitCode, record.caseId));
  };

  /** Not told apart from a case that does not exist. */
  const seen = async (caseId: CaseId, viewer: Viewer, mover: Mover): Promise<CaseRecord> => {
    const record = await cases.byId(caseId);
    const unitCode = mover.kind === 'staff' ? mover.unitCode : null;
    if (!record || !(await maySee(record, viewer, unitCode))) throw notFound();
    return record;
  };

  const movedOf = (life: CaseLife, mover: Mover): Moved => ({
    caseId: life.caseId,
    version: life.version,
    state: life.state,
    side: life.side,
    submitted: life.submitted,
    round: life.round,
    leadUnit: life.leadUnit,
    dispatchDueAt: iso(life.dispatchDueAt),
    dueAt: iso(life.dueAt),
    card: life.card,
    provisional: life.provisional,
    moves: movesFor(life, mover).filter((command) => !['open_callback', 'raise_card', 'recompute_due'].includes(command)),
  });

  const usualLeadFor = (life: CaseLife, mover: Mover): Promise<UsualLead | null> => {
    const { categoryCode, placeCode } = life.form;
    if (categoryCode === null || !movesFor(life, mover).includes('dispatch')) return Promise.resolve(null);
    return lives.usualLead(categoryCode, placeCode);
  };

  const ruledLeadFor = async (life: CaseLife, mover: Mover): Promise<RuledLead | null> => {
    const { categoryCode, placeCode } = life.form;
    return movesFor(life, mover).includes('dispatch') ? ((await deps.ruledLead?.({ categoryCode, placeCode })) ?? null) : null;
  };

  const stale = async (theirs: CaseLife, yours: { version: number; command: Command }, mover: Mover): Promise<HotlineError> =>
    new HotlineError('case.version_stale', '没有办成：这张工单刚被别人办过。看两边的不同 Not done: somebody was first', {
      yours,
      theirs: movedOf(theirs, mover),
      changedBy: await cases.lastChangedBy(theirs.caseId),
    });

  const earlierSubmissions = async (life: CaseLife, at: Date): Promise<number> => {
    if (life.contactNumber === null) return 0;
    const rows = await cases.submissionsOf(life.contactNumber, twelveMonthsBefore(at), SUBMISSIONS_COMPARED);
    const earlier = rows.filter((each) => each.caseId !== life.caseId && each.createdAt <= life.createdAt);
    const { categoryCode, placeCode, placeText } = life.form;
    return findRepeats(earlier, { categoryCode, placeCode, placeText }).count;
  };

  const circumstances = async (life: CaseLife, command: Command, mover: Mover): Promise<Circumstances> => {
    // A clock set backwards must not put a move before the one it follows.
    const at = new Date(Math.max(clock.now().getTime(), life.updatedAt.getTime()));
    const master = command.do === 'merge' ? await lives.load(command.masterId) : null;
    return {
      at,
      mover,
      policy: life.registeredAt === null ? await terms.policyAt(at) : await terms.policyVersion(life.policyVersion),
      calendar: await terms.calendar(),
      earlierSubmissions: command.do === 'register' ? await earlierSubmissions(life, at) : 0,
      master: master && { caseId: master.caseId, state: master.state, masterId: master.masterId },
      knownUnits: await lives.knownUnits(unitsNamed(command)),
    };
  };

  const tell = async (db: Exec, caseId: CaseId, decision: Decision, version: number, by: Mover): Promise<void> => {
    for (const step of decision.steps) {
      const actor = step.by === 'mover' && by.kind === 'staff' ? byStaff(by.staffId) : bySystem;
      // Words stay in the case; the record outlives the right to keep them.
      const details = { version, from: step.from, to: step.to, ...(step.reasonCode === null ? {} : { reasonCode: step.reasonCode }) };
      await history.append(db, { actor, act: `case.${step.command}`, thing: { kind: 'case', id: caseId }, details });
    }
    const last = decision.steps.at(-1);
    if (last)
      await outbox.append(db, 'case.moved', { caseId, version, state: last.to, command: decision.steps[0]?.command ?? last.command });
    for (const event of decision.events) await tellEvent(db, caseId, event);
  };

  const tellEvent = async (db: Exec, caseId: CaseId, event: CaseEvent): Promise<void> => {
    const { name, ...payload } = event;
    await outbox.append(db, name, { caseId, ...payload } as never);
  };

  const reindex = async (caseId: CaseId): Promise<void> => {
    const texts = (await lives.textsOf([caseId])).get(caseId);
    if (texts) await lives.index([{ caseId, words: wordsOf(texts) }]);
  };

  /** Decides and writes. @returns null when somebody was first */
  const carryOut = async (db: Exec, life: CaseLife, command: Command, mover: Mover): Promise<CaseLife | null> => {
    const about = await circumstances(life, command, mover);
    const decision = decide(life, command, about);
    const version = await lives.apply(life, decision, about);
    if (version === null) return null;
    await tell(db, life.caseId, decision, version, mover);
    if (REINDEXED.has(command.do)) await reindex(life.caseId);
    const after = await lives.load(life.caseId);
    if (after) await deps.onMoved?.(db, life, after, { decision, mover });
    return after;
  };

  /** A photo of a visit is one of this case's own files. */
  const checkFiles = async (caseId: CaseId, command: Command): Promise<void> => {
    const named = command.do === 'record_work' ? (command.work.fileIds ?? []) : [];
    if (named.length === 0) return;
    const known = await lives.fileIds(caseId);
    if (!named.every((fileId) => known.has(fileId))) throw invalid('work.fileIds', '附件不在这张工单上 The file is not on this case');
  };

  const bySystemItself = (caseId: CaseId, command: Command, round?: number): Promise<boolean> =>
    store.write(async (db) => {
      const life = await lives.load(caseId);
      if (life === null || (round !== undefined && life.round !== round)) return false;
      try {
        return (await carryOut(db, life, command, { kind: 'system' })) !== null;
      } catch (err) {
        // Somebody moved the case between the look and the act: there is nothing left to do.
        if (err instanceof HotlineError && err.code === 'case.transition_not_allowed') return false;
        throw err;
      }
    });

  /** A list, a search and an export show a case through this one door. */
  const shownOf = (found: FoundCase, viewer: Viewer, since: Date | null): ShownCase => {
    const record = shownAs(found.record, viewer);
    const row: CaseRow = {
      caseId: record.caseId,
      number: record.number,
      state: record.state,
      side: found.side,
      title: titleOf(record.form, found.categoryName),
      requestType: record.form.requestType,
      categoryName: found.categoryName,
      contactName: record.form.contactName,
      contactNumber: record.contactNumber === null ? null : maskNumber(record.contactNumber),
      placeText: record.form.placeText,
      leadUnit: found.leadUnit,
      leadUnitName: found.leadUnitName,
      urgent: record.form.urgent,
      keyCase: record.form.keyCase,
      important: record.form.important,
      confidential: record.form.confidential,
      round: found.round,
      card: found.card,
      dueAt: iso(found.dueAt),
      breaksAt: iso(found.breaksAt),
      createdAt: record.createdAt.toISOString(),
      dispatchedAt: iso(found.dispatchedAt),
      since: iso(since),
      version: record.version,
    };
    return { row, record };
  };

  const scopeOf = (viewer: Viewer, mover: Mover): SearchQuery['of'] => {
    if (holds(viewer, 'cases.read_all')) return { kind: 'all' };
    const unitCode = mover.kind === 'staff' ? mover.unitCode : null;
    if (holds(viewer, 'cases.read_unit') && unitCode !== null) return { kind: 'unit', unitCode };
    if (holds(viewer, 'cases.read_own') || holds(viewer, 'cases.read_unit')) return { kind: 'own', staffId: viewer.staffId };
    throw denied();
  };

  const queryOf = (request: SearchRequest, viewer: Viewer, mover: Mover): SearchQuery => {
    const {
      text,
      phone,
      name,
      states,
      createdFrom,
      createdTo,
      breaksBefore,
      after,
      order = 'newest',
      limit: _limit,
      dwell: _dwell,
      ...same
    } = request;
    const mark = after === undefined ? undefined : /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(after);
    if (mark === null) throw new HotlineError('request.invalid', '翻页标记不对 The page mark cannot be read', { field: 'after' });
    return {
      ...same,
      of: scopeOf(viewer, mover),
      words: text === undefined ? [] : queryWords(text),
      ...(phone === undefined ? {} : { contactNumber: deps.normalNumber(phone) ?? '' }),
      ...(name === undefined ? {} : { contactName: name.trim() }),
      ...(states === undefined ? {} : { states }),
      ...(createdFrom === undefined ? {} : { createdFrom: new Date(createdFrom) }),
      ...(createdTo === undefined ? {} : { createdTo: new Date(createdTo) }),
      ...(breaksBefore === undefined ? {} : { breaksBefore: new Date(breaksBefore) }),
      ...(mark ? { after: { caseId: Number(mark[1]), breaksAt: mark[2] === undefined ? null : new Date(Number(mark[2])) } } : {}),
      order,
      openContactsOnly: !viewer.roles.includes('dispatcher'),
    };
  };

  /** The page mark behind a case. */
  const markAfter = (last: FoundCase | undefined, order: SearchQuery['order']): string | null =>
    last ? `${last.record.caseId}${order === 'breaking' && last.breaksAt ? `.${last.breaksAt.getTime()}` : ''}` : null;

  /** A search for nothing but marks finds nothing, rather than everything. */
  const findsNothing = (asked: SearchRequest, query: SearchQuery): boolean =>
    asked.text !== undefined && asked.text.trim() !== '' && query.words.length === 0;

  const entryFor = (entry: TimelineEntry, record: CaseRecord, hidden: boolean): CasePageView['timeline'][number] => {
    const facts = hidden
      ? Object.fromEntries(
          Object.entries(entry.facts)
            // What was told to the citizen alone stays between the centre and the citizen; a call leads to a voice.
            .filter(([field]) => field !== 'privateText' && field !== 'toldCallId')
            .map(([field, value]) => [field, valueWithoutIdentity(value, identityOf(record))]),
        )
      : entry.facts;
    return {
      kind: entry.kind,
      at: entry.at.toISOString(),
      staffName: entry.staffName,
      unitCode: entry.unitCode,
      callId: hidden ? null : entry.callId,
      facts,
    };
  };

  return {
    /**
     * One move of a case: decided, saved, recorded and told in one transaction.
     * @throws HotlineError thing.not_found (also when it is not this viewer's), case.version_stale with {yours, theirs, changedBy},
     * and all that decide() throws
     */
    async move(request: { caseId: CaseId; version: number; command: Command; staff: Viewer }): Promise<Moved> {
      const { caseId, version, command, staff } = request;
      return store.write(async (db) => {
        const mover = await moverOf(staff);
        await seen(caseId, staff, mover);
        const life = await lives.load(caseId);
        if (!life) throw notFound();
        await checkFiles(caseId, command);
        if (life.version !== version) throw await stale(life, { version, command }, mover);
        const after = await carryOut(db, life, command, mover);
        if (!after) throw await stale((await lives.load(caseId)) ?? life, { version, command }, mover);
        return movedOf(after, mover);
      });
    },

    /**
     * How far this viewer sees into a case.
     * @returns their unit, null for the centre's own, and whether who called is hidden from them
     * @throws HotlineError thing.not_found, also when it is not this viewer's
     */
    async sightOf(caseId: CaseId, staff: Viewer): Promise<{ unitCode: string | null; hidden: boolean }> {
      const mover = await moverOf(staff);
      const record = await seen(caseId, staff, mover);
      return { unitCode: mover.kind === 'staff' ? mover.unitCode : null, hidden: seesAsUnit(staff) && isProtected(record.form) };
    },

    /** The page of a case: what it is, what may be done, and all that happened, as this viewer may see it. */
    async page(caseId: CaseId, staff: Viewer): Promise<CasePageView> {
      const mover = await moverOf(staff);
      const record = await seen(caseId, staff, mover);
      const life = await lives.load(caseId);
      if (!life) throw notFound();
      const shown = shownAs(record, staff);
      const hidden = seesAsUnit(staff) && isProtected(record.form);
      return {
        ...movedOf(life, mover),
        forms: formsFor(life, await circumstances(life, { do: 'review' }, mover)),
        yellowAt: iso(life.yellowAt),
        redAt: iso(life.redAt),
        usualLead: await usualLeadFor(life, mover),
        ruledLead: await ruledLeadFor(life, mover),
        extendedDays: life.extendedDays,
        createdBy: shown.createdBy?.name ?? null,
        number: shown.number,
        source: shown.source,
        callId: shown.callId,
        contactNumber: shown.contactNumber === null ? null : maskNumber(shown.contactNumber),
        form: shown.form,
        missing: missingElements(record),
        submissions: life.submissions,
        policyVersion: life.policyVersion,
        registeredAt: iso(life.registeredAt),
        dispatchedAt: iso(life.dispatchedAt),
        ledgerUntil: life.ledgerUntil,
        masterId: life.masterId,
        children: life.children,
        createdAt: record.createdAt.toISOString(),
        units: (await lives.units(caseId)).map((unit) => ({
          ...unit,
          assignedAt: unit.assignedAt.toISOString(),
          releasedAt: iso(unit.releasedAt),
        })),
        timeline: (await lives.timeline(caseId)).map((entry) => entryFor(entry, record, hidden)),
      };
    },

    /** Filters, Chinese text, number or name; `next` is the `after` of the next page. Counted no further than a thousand. */
    async search(request: SearchRequest & { staff: Viewer }): Promise<SearchResult> {
      const { staff, ...asked } = request;
      const query = queryOf(asked, staff, await moverOf(staff));
      if (findsNothing(asked, query)) return { rows: [], next: null };
      const limit = Math.min(Math.max(asked.limit ?? 50, 1), PAGE_LIMIT);
      const found = await lives.search(query, limit + 1);
      const shown = found.slice(0, limit);
      const mark = markAfter(shown.at(-1), query.order);
      const since = asked.dwell === true ? await lives.enteredAt(shown.map((each) => each.record.caseId)) : new Map<CaseId, Date>();
      return {
        rows: shown.map((each) => shownOf(each, staff, since.get(each.record.caseId) ?? null).row),
        next: found.length > limit ? mark : null,
      };
    },

    /** Open cases by the node they stand at (R09), for the centre's boards. */
    async nodes(): Promise<NodeCounts> {
      return (await lives.nodes()).map((node) => ({ ...node, longestSince: iso(node.longestSince) }));
    },

    /** How many a search finds, and whether there are more than were counted. */
    async count(request: SearchRequest & { staff: Viewer }, cap = COUNT_CAP): Promise<{ count: number; more: boolean }> {
      const { staff, after: _after, ...asked } = request;
      const query = queryOf(asked, staff, await moverOf(staff));
      if (findsNothing(asked, query)) return { count: 0, more: false };
      const found = await lives.count(query, cap + 1);
      return { count: Math.min(found, cap), more: found > cap };
    },

    /**
     * What a search finds, one page after another, each case as this viewer may see it: however many there are, one page is held.
     * A case that moves meanwhile comes once.
     */
    async *walk(request: SearchRequest & { staff: Viewer }, most: number): AsyncGenerator<ShownCase[], void, undefined> {
      const { staff, ...asked } = request;
      const mover = await moverOf(staff);
      const seenIds = new Set<CaseId>();
      let after: string | null = null;
      do {
        const query = queryOf(after === null ? asked : { ...asked, after }, staff, mover);
        if (findsNothing(asked, query)) return;
        const found: FoundCase[] = await lives.search(query, WALK_PAGE);
        const fresh = found.filter(({ record }) => !seenIds.has(record.caseId)).slice(0, most - seenIds.size);
        for (const { record } of fresh) seenIds.add(record.caseId);
        yield fresh.map((each) => shownOf(each, staff, null));
        after = found.length < WALK_PAGE || seenIds.size >= most ? null : markAfter(found.at(-1), query.order);
        // The desks are served by the same thread.
        await new Promise((resolve) => setImmediate(resolve));
      } while (after !== null);
    },

    /** Raises what the clock says is due: cards and alarms for cases nobody signed. @returns how many */
    async sweep(): Promise<number> {
      const now = clock.now();
      const due = await lives.dueForCard(now, SWEEP_BATCH);
      for (const caseId of due) if (!(await bySystemItself(caseId, { do: 'raise_card' }))) await lives.stopWatching(caseId);
      const unsigned = await store.write(async (db) => {
        const found = await lives.takeUnsigned(now, SWEEP_BATCH);
        for (const each of found) {
          await outbox.append(db, 'case.unsigned', each);
          const life = deps.onUnsigned && (await lives.load(each.caseId));
          if (life) await deps.onUnsigned?.(db, life);
        }
        return found.length;
      });
      return due.length + unsigned;
    },

    /**
     * What a survey learnt of one round; joins the caller's transaction. A move that somebody made meanwhile stands.
     * @returns false when the case no longer waits for it
     * @throws HotlineError case.limit_reached: too few attempts to call somebody unreachable
     */
    recordSurvey: (caseId: CaseId, round: number, command: CommandOf<'record_callback'>): Promise<boolean> =>
      bySystemItself(caseId, command, round),

    /** After a year's notice was entered: counts every deadline that had been provisional again. @returns how many moved */
    async recomputeProvisional(): Promise<number> {
      let moved = 0;
      for (let after = 0; ; ) {
        const batch = await lives.provisional(after, SWEEP_BATCH);
        for (const caseId of batch) if (await bySystemItself(caseId, { do: 'recompute_due' })) moved++;
        const last = batch.at(-1);
        if (last === undefined || batch.length < SWEEP_BATCH) return moved;
        after = last;
      }
    },
  };
};

export type CaseLives = ReturnType<typeof createCaseLives>;
