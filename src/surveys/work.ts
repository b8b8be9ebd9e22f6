import type { CaseLives } from '../cases/index.ts';
import type { Clock } from '../core/clock.ts';
import { HotlineError, isHotlineError } from '../core/errors.ts';
import type { CaseId, StaffId } from '../core/ids.ts';
import { groupNumber, maskNumber } from '../core/phone-number.ts';
import { dueAfterWorkingDays, type WorkCalendar } from '../core/working-time.ts';
import { insideDirectory, sha256Of, sizeOf, wavStream } from '../files/recording-file.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Exec, Store } from '../storage/store.ts';
import type { AttemptRules } from './attempts.ts';
import { keepGiven } from './given-answers.ts';
import { type AfterPersonCall, afterPersonCall, isInVain } from './person-calls.ts';
import type { LiveRow, PersonCall, StoredAnswer, SurveysRepository, SurveyTask } from './repository.ts';
import { callbackOf, type Given, isRated } from './result.ts';
import type { RecordCall, WorkRow } from './schemas.ts';
import { LEVELS } from './survey.ts';
import type { CallingWindows } from './windows.ts';

export interface WorkDeps {
  store: Pick<Store, 'write'>;
  repository: SurveysRepository;
  lives: Pick<CaseLives, 'recordSurvey'>;
  history: Pick<History, 'append'>;
  calendar(): Promise<WorkCalendar>;
  rules(): Promise<AttemptRules>;
  windows(): Promise<CallingWindows>;
  directoryOf(node: string): string | null;
  /** Whether a link to the page can reach this number. */
  canText(number: string | null): boolean;
  clock: Clock;
}

const MOST_ROWS = 300;
/** Local rules give the review of a callback three working days (domain §3i). */
const RULING_WORKING_DAYS = 3;
const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这项人工回访 There is no such callback for a person');
const formUsed = (): HotlineError =>
  new HotlineError(
    'survey.form_used',
    '这张表已登记过一通电话，再按一次登记为新的一通 This form holds another call already: record once more for a new one',
  );
const wanted = (field: string, sentence: string): HotlineError => new HotlineError('request.invalid', sentence, { field });

/** The last word on each question that counts as one. */
export const saidOf = (answers: readonly StoredAnswer[]): WorkRow['said'] => {
  const last = (measure: StoredAnswer['measure']): number | null => {
    const value = answers.findLast((each) => each.measure === measure)?.value;
    return value !== undefined && value > 0 ? value : null;
  };
  return { contacted: last('contacted'), settled: last('settled'), satisfied: last('satisfied') };
};

const asksOf = (reason: string | null): WorkRow['asks'] => {
  if (reason === 'dissatisfied') return 'reason';
  return reason === 'ruling' ? 'ruling' : 'questions';
};

const personCallOf = (call: PersonCall | undefined): WorkRow['lastCall'] =>
  call ? { outcome: call.outcome, at: call.at.toISOString(), reasonCode: call.reasonCode, text: call.text, name: call.staffName } : null;

const givenOf = (said: RecordCall): Given[] =>
  (['contacted', 'settled', 'satisfied'] as const).flatMap((measure) => {
    const value = said[measure];
    if (value === undefined) return [];
    const [least, most] = LEVELS[measure];
    if (value < least || value > most) throw wanted(measure, '没有这一档 There is no such level');
    return [{ measure, value }];
  });

/** 人工回访: the callbacks that need a person, and what they learnt; stored like what the machine hears (R04, domain §3h, §3i). */
export const createWork = (deps: WorkDeps) => {
  const { store, repository, lives, history, clock } = deps;

  const rowsOf = async (found: readonly LiveRow[]): Promise<WorkRow[]> => {
    const ids = found.map((row) => row.taskId);
    const [answers, voices, calls] = await Promise.all([
      repository.answersOfAll(ids),
      repository.voicesOfAll(ids),
      repository.personCallsOf(ids),
    ]);
    return found.map((row) => ({
      taskId: row.taskId,
      caseId: row.caseId,
      caseNumber: row.caseNumber,
      caseState: row.caseState,
      round: row.round,
      unitCode: row.unitCode,
      number: row.number === null ? null : maskNumber(row.number),
      // Who reported, or asked to stay unnamed, is not laid open to whoever makes the call.
      title: row.guarded ? '' : row.title,
      reason: row.reason,
      asks: asksOf(row.reason),
      canText: asksOf(row.reason) === 'questions' && deps.canText(row.number),
      dueAt: row.dueAt?.toISOString() ?? null,
      attempts: row.attempts + calls.filter((each) => each.taskId === row.taskId).length,
      said: saidOf(answers.filter((each) => each.taskId === row.taskId)),
      voices: voices.filter((each) => each.taskId === row.taskId).map(({ voiceId, milliseconds }) => ({ voiceId, milliseconds })),
      lastCall: personCallOf(calls.findLast((each) => each.taskId === row.taskId)),
    }));
  };

  const inWorkingDays = async (days: number): Promise<Date> => dueAfterWorkingDays(await deps.calendar(), clock.now(), days).at;
  type Next = Partial<Pick<SurveyTask, 'state' | 'dueAt' | 'reason'>>;
  const toRuling = async (): Promise<Next> => ({ state: 'person', reason: 'ruling', dueAt: await inWorkingDays(RULING_WORKING_DAYS) });

  /** The questions were asked: their answers, and what the case makes of them. */
  const keepAnswers = async (db: Exec, task: SurveyTask, said: RecordCall, staffId: StaffId): Promise<Next> => {
    const given = givenOf(said);
    if (!isRated(given)) throw wanted('satisfied', '请登记是否解决或满意程度 Say whether it is settled or how satisfied');
    const { unhappy, result } = callbackOf(given, 'human');
    if (unhappy && said.reasonCode === undefined) throw wanted('reasonCode', '请选择不满意的原因 Choose why the citizen is not satisfied');
    await keepGiven(repository, db, { taskId: task.taskId, mode: 'human', staffId, at: clock.now() }, given);
    const words = { ...(said.text ? { text: said.text } : {}), ...(unhappy && said.reasonCode ? { reasonCode: said.reasonCode } : {}) };
    await lives.recordSurvey(task.caseId, task.round, { do: 'record_callback', result, ...words });
    return unhappy ? toRuling() : { state: 'done', dueAt: null, reason: null };
  };

  /** The machine has the answers already; the person learns why, and the reviewer rules. The first result stays as it is. */
  const keepReason = async (said: RecordCall, next: AfterPersonCall, made: number, budget: number, task: SurveyTask): Promise<Next> => {
    if (next.step === 'said') {
      if (said.reasonCode === undefined) throw wanted('reasonCode', '请选择不满意的原因 Choose why the citizen is not satisfied');
      return toRuling();
    }
    // Nobody waits for ever for a word that does not come: the ruling is made without it.
    if (next.step !== 'again' || made >= budget) return toRuling();
    return { state: 'person', reason: task.reason, dueAt: task.dueAt };
  };

  const keepInVain = async (task: SurveyTask, next: AfterPersonCall): Promise<Next> => {
    const record = (outcome: 'no_answer' | 'unreachable' | 'refused' | 'not_asked', reasonCode?: string) =>
      lives.recordSurvey(task.caseId, task.round, {
        ...{ do: 'record_callback', result: { mode: 'human', outcome } },
        ...(reasonCode ? { reasonCode } : {}),
      });
    if (next.step === 'refused') {
      await record('refused');
      return { state: 'done', dueAt: null, reason: 'refused' };
    }
    if (next.step === 'wrong_number') {
      await record('not_asked', 'wrong_number');
      return { state: 'not_asked', dueAt: null, reason: 'wrong_number' };
    }
    await record('no_answer');
    if (next.step === 'again') return { state: 'person', dueAt: next.at, reason: task.reason };
    try {
      await record('unreachable');
    } catch (err) {
      if (!isHotlineError(err, 'case.limit_reached')) throw err;
      return { state: 'person', dueAt: await inWorkingDays(1), reason: task.reason };
    }
    return { state: 'unreachable', dueAt: null, reason: null };
  };

  const forPerson = (task: SurveyTask | null): SurveyTask => {
    if (task?.state !== 'person') throw notFound();
    return task;
  };
  const taskForPerson = async (taskId: number): Promise<SurveyTask> => forPerson(await repository.task(taskId));

  return {
    /** What people have to do, by what breaks first; at most 300. */
    list: async (): Promise<WorkRow[]> => rowsOf(await repository.live(['person'], MOST_ROWS)),
    rowsOf,

    /**
     * Keeps what a person's call came to: the answers, the case's own callback, and what follows, in one transaction. A form
     * that comes twice (two clicks, an answer that was lost on the way) is kept once, and the first one stands.
     * @throws HotlineError survey.form_used when it comes with another outcome · thing.not_found when it no longer waits for a person · request.invalid with `field` · what the case
     * refuses (case.requirement_missing for an urgent case whose number is wrong)
     */
    record: (taskId: number, said: RecordCall, staffId: StaffId): Promise<void> =>
      store.write(async (db) => {
        const locked = await repository.lockTask(db, taskId);
        const kept = await repository.outcomeOfForm(taskId, said.formId);
        if (kept === said.outcome) return;
        if (kept !== null) throw formUsed();
        const task = forPerson(locked);
        if (task.reason === 'ruling') throw notFound();
        const at = clock.now();
        const { outcome, text = '' } = said;
        const machine = (await repository.outcomesOf(taskId)).filter((each) => each.outcome !== 'line_fault').length;
        const made = machine + (await repository.personCallsOf([taskId])).length + 1;
        const rules = await deps.rules();
        const wish = said.againAt === undefined ? null : new Date(said.againAt);
        const next = afterPersonCall(rules, await deps.windows(), await deps.calendar(), { outcome, at, wish }, made);
        const set = await (asksOf(task.reason) === 'reason'
          ? keepReason(said, next, made, rules.budget, task)
          : next.step === 'said'
            ? keepAnswers(db, task, said, staffId)
            : keepInVain(task, next));
        const reasonCode = isInVain(outcome) ? null : (said.reasonCode ?? null);
        await repository.addPersonCall(db, { taskId, staffId, outcome, reasonCode, text, at, formId: said.formId });
        if (said.optOut && task.number !== null)
          await repository.addOptOut(db, { number: task.number, optedOut: true, attemptId: null, staffId, at });
        // The case's move has told the task already that its round is over; what is known here is more.
        const from = ['person', 'done', 'unreachable', 'not_asked'] as const;
        if (!(await repository.setTask(db, taskId, from, set, at))) throw notFound();
        const details = { outcome, ...(said.optOut ? { optOut: true } : {}) };
        await history.append(db, { actor: byStaff(staffId), act: 'survey.called', thing: { kind: 'survey', id: taskId }, details });
      }),

    /** Whom the callback is about to, for a call to them. @throws thing.not_found */
    async contactOf(taskId: number): Promise<{ number: string | null; caseId: CaseId }> {
      const { number, caseId } = await taskForPerson(taskId);
      return { number, caseId };
    },

    /** The number to be called; who looked and why is on record. @throws thing.not_found */
    async unmask(taskId: number, reason: string, staffId: StaffId): Promise<{ masked: string; full: string }> {
      const { number } = await taskForPerson(taskId);
      if (number === null) throw new HotlineError('thing.not_found', '市民没有留号码 The citizen left no number');
      const entry = { actor: byStaff(staffId), act: 'number.unmasked', thing: { kind: 'survey', id: taskId }, details: { reason } };
      await store.write((db) => history.append(db, entry));
      return { masked: maskNumber(number), full: groupNumber(number) };
    },

    /**
     * The spoken reason, as it was written; each play is on record. Who reads all results hears any, others only what waits for a person:
     * a reason may name who reported whom.
     * @throws thing.not_found · recording.not_whole when the bytes are not those that were hashed
     */
    async voice(voiceId: number, staffId: StaffId, readsAll: boolean) {
      const voice = await repository.voice(voiceId);
      if (voice && !readsAll) await taskForPerson(voice.taskId);
      const directory = voice && deps.directoryOf(voice.node);
      if (!voice || !directory) throw new HotlineError('thing.not_found', '没有这段留言 There is no such message');
      const path = insideDirectory(directory, voice.file);
      const bytes = await sizeOf(path);
      if (bytes === null) throw new HotlineError('thing.not_found', '留言文件不在 The file is missing');
      if ((await sha256Of(path)) !== voice.sha256)
        throw new HotlineError('recording.not_whole', '留言与保存时的校验值不一致 The message is not what was hashed');
      const thing = { kind: 'survey', id: voice.taskId };
      await store.write((db) => history.append(db, { actor: byStaff(staffId), act: 'recording.played', thing, details: { voiceId } }));
      return { stream: wavStream(path, bytes, null, true), bytes };
    },
  };
};
export type Work = ReturnType<typeof createWork>;
