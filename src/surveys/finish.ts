import type { CaseLives } from '../cases/index.ts';
import type { Clock } from '../core/clock.ts';
import { isHotlineError } from '../core/errors.ts';
import { dueAfterWorkingDays, type WorkCalendar } from '../core/working-time.ts';
import type { Exec, Store } from '../storage/store.ts';
import { type AttemptRules, type NextStep, nextStep, type Outcome } from './attempts.ts';
import type { SurveysRepository, SurveyTask } from './repository.ts';
import { type CallEnd, callbackOf, callOutcome, type Given, isRated, taskOutcome } from './result.ts';
import { type CallingWindows, nextHalfDay, nextSlot } from './windows.ts';

export interface FinishDeps {
  store: Pick<Store, 'write'>;
  repository: SurveysRepository;
  lives: Pick<CaseLives, 'recordSurvey'>;
  calendar(): Promise<WorkCalendar>;
  rules(): Promise<AttemptRules>;
  /** The one-time link: whether it can reach a number, and sending it. */
  canText(number: string | null): boolean;
  sendLink(db: Exec, task: SurveyTask): Promise<void>;
  windows(): Promise<CallingWindows>;
  clock: Clock;
}

const HOUR_MS = 3_600_000;
/** A night's worth is worked off within minutes, without holding the database. */
const TEXTS_AT_ONCE = 50;
type Set = Partial<Pick<SurveyTask, 'state' | 'dueAt' | 'reason'>>;
/** Domain §3i: a person calls the unhappy citizen within one working day. */
export const UNHAPPY_WORKING_DAYS = 1;
/** A call that nobody answered is one of the case's attempts; a fault of ours and what nobody knows are not. */
const isAttempt = (outcome: Outcome): boolean => outcome !== 'answered' && outcome !== 'line_fault' && outcome !== 'unknown';

/** The end of a call: what it means for each matter, for the case, and for what comes next; one transaction. */
export const createFinish = (deps: FinishDeps) => {
  const { store, repository, lives, clock } = deps;

  const afterAnswer = async (task: SurveyTask, given: readonly Given[], end: CallEnd): Promise<Set> => {
    if (!isRated(given)) {
      if (end.ending === 'person') return { state: 'person', dueAt: clock.now(), reason: 'wanted' };
      return { state: 'person', dueAt: clock.now(), reason: 'opted_out' };
    }
    const { unhappy, ...said } = callbackOf(given);
    await lives.recordSurvey(task.caseId, task.round, { do: 'record_callback', ...said });
    if (!unhappy) return { state: 'done', dueAt: null, reason: null };
    const by = dueAfterWorkingDays(await deps.calendar(), clock.now(), UNHAPPY_WORKING_DAYS).at;
    return { state: 'person', dueAt: by, reason: 'dissatisfied' };
  };

  /** @returns false when the case's own rules do not yet call it unreachable */
  const giveUp = async (task: SurveyTask): Promise<boolean> => {
    const result = { mode: 'ivr', outcome: 'unreachable' } as const;
    try {
      await lives.recordSurvey(task.caseId, task.round, { do: 'record_callback', result });
      return true;
    } catch (err) {
      if (isHotlineError(err, 'case.limit_reached')) return false;
      throw err;
    }
  };

  const setOf = async (db: Exec, task: SurveyTask, next: NextStep): Promise<Set> => {
    const now = clock.now();
    switch (next.step) {
      case 'call':
        return { state: 'waiting', dueAt: next.at, reason: null };
      case 'person':
        return { state: 'person', dueAt: now, reason: next.reason };
      case 'unreachable':
        if (await giveUp(task)) return { state: 'unreachable', dueAt: null, reason: null };
        return { state: 'person', dueAt: now, reason: 'wrong_number' };
      case 'text': {
        await deps.sendLink(db, task);
        const { textWaitHours } = await deps.rules();
        return { state: 'text', dueAt: new Date(now.getTime() + textWaitHours * HOUR_MS), reason: null };
      }
      case 'settle':
        return { state: 'settle', dueAt: now, reason: 'unknown' };
      case 'done':
        return { state: 'done', dueAt: null, reason: null };
    }
  };

  const settleTask = async (db: Exec, attemptId: number, task: SurveyTask, outcome: Outcome | null, given: Given[], end: CallEnd) => {
    const now = clock.now();
    const set = async (change: Set): Promise<void> =>
      void (await repository.setTask(db, task.taskId, ['calling'], { ...change, attemptId: null }, now));
    if (outcome === null) {
      const dueAt = nextSlot(await deps.windows(), await deps.calendar(), nextHalfDay(now));
      return set({ state: 'waiting', dueAt, reason: null });
    }
    await repository.setTaskOutcome(db, attemptId, task.taskId, outcome);
    if (outcome === 'answered') return set(await afterAnswer(task, given, end));
    if (isAttempt(outcome))
      await lives.recordSurvey(task.caseId, task.round, { do: 'record_callback', result: { mode: 'ivr', outcome: 'no_answer' } });
    const made = await repository.outcomesOf(task.taskId);
    const textSent = (await repository.linksOf(task.taskId)) > 0;
    const history = { made, needsPerson: task.needsPerson, canText: deps.canText(task.number), textSent };
    const next = nextStep(await deps.rules(), await deps.windows(), await deps.calendar(), history, now);
    return set(await setOf(db, task, next));
  };

  /** Nobody answered the link in the time it had. Silence is no answer: a person, or unreachable. @returns false when it went another way */
  const textExpired = (taskId: number): Promise<boolean> =>
    store.write(async (db) => {
      const task = await repository.lockTask(db, taskId);
      const now = clock.now();
      if (task?.state !== 'text' || task.dueAt === null || task.dueAt > now) return false;
      const next: NextStep = task.needsPerson ? { step: 'person', reason: 'machine_failed' } : { step: 'unreachable' };
      // Unreachable is the case's own word, and its move has taken the callback along already.
      await repository.setTask(db, taskId, ['text'], await setOf(db, task, next), now);
      return true;
    });

  return {
    /** Callbacks whose link was not answered in time go on. @returns how many */
    async afterTexts(): Promise<number> {
      let moved = 0;
      for (const { taskId } of await repository.textsUnanswered(clock.now(), TEXTS_AT_ONCE)) if (await textExpired(taskId)) moved += 1;
      return moved;
    },

    /**
     * Keeps the end of a call. Answers are read from the record, so that it makes no difference which process heard them.
     * @returns what became of it, or null when another process has kept its end already
     */
    async finish(
      attemptId: number,
      number: string,
      end: CallEnd,
      news: { cause: number | null; sip: number | null },
    ): Promise<Outcome | null> {
      return store.write(async (db) => {
        const tasks = await repository.tasksOf(attemptId);
        const given = await Promise.all(
          tasks.map(async ({ taskId }) => (await repository.answersOf(taskId)).filter((answer) => answer.attemptId === attemptId)),
        );
        const outcomes = tasks.map((_task, index) => taskOutcome(end, index, given[index] ?? []));
        const outcome = callOutcome(outcomes);
        const at = clock.now();
        if (!(await repository.endAttempt(db, attemptId, { at, outcome, ending: end.ending, ...news }))) return null;
        if (end.ending === 'opted_out') await repository.addOptOut(db, { number, optedOut: true, attemptId, staffId: null, at });
        for (const [index, task] of tasks.entries())
          await settleTask(db, attemptId, task, outcomes[index] ?? null, given[index] ?? [], end);
        return outcome;
      });
    },
  };
};
export type Finish = ReturnType<typeof createFinish>;
