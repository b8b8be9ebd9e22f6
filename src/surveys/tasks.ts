import type { CaseLife } from '../cases/life.ts';
import type { Clock } from '../core/clock.ts';
import type { WorkCalendar } from '../core/working-time.ts';
import type { Exec } from '../storage/store.ts';
import { eligibilityOf } from './eligibility.ts';
import type { NewTask, SurveysRepository } from './repository.ts';
import type { TaskState } from './states.ts';
import { isMobile } from './texts.ts';
import { type CallingWindows, nextSlot } from './windows.ts';

export interface SurveyTasksDeps {
  repository: Pick<SurveysRepository, 'openTask' | 'setTask' | 'taskOf' | 'hasOptedOut'>;
  calendar(): Promise<WorkCalendar>;
  windows(): Promise<CallingWindows>;
  /** The hotline's own numbers: calling one of them would call ourselves. */
  ownNumbers: ReadonlySet<string>;
  /** Whether a number costs what any call costs (calls/dialling.ts). */
  isPlain(number: string): boolean;
  clock: Clock;
}

const awaits = (life: CaseLife): boolean => life.state === 'callback_pending';
const OPEN: readonly TaskState[] = ['waiting', 'text', 'person', 'settle'];

/** Where a callback stands once somebody else has moved the case on. */
const stateAfter = (after: CaseLife): TaskState => {
  if (after.callbackOutcome === 'unreachable') return 'unreachable';
  if (after.callbackOutcome === 'not_asked') return 'not_asked';
  return after.callbackOutcome === null ? 'withdrawn' : 'done';
};

/** The callback's task follows the case, in the case's own transaction. */
export const createSurveyTasks = (deps: SurveyTasksDeps) => {
  const { repository, clock } = deps;

  const newTask = async (life: CaseLife): Promise<NewTask> => {
    const number = life.contactNumber;
    const { confidential, requestType, urgent, wantsReply, categoryCode } = life.form;
    const eligible = eligibilityOf({
      handledDirect: false,
      wantsReply,
      confidential,
      requestType,
      number,
      // A landline answers for whoever is in the house.
      numberIsShared: number !== null && !isMobile(number),
      optedOut: number !== null && (await repository.hasOptedOut(number)),
      costly: number !== null && !deps.isPlain(number),
      leadsBackToUs: number !== null && deps.ownNumbers.has(number),
      ending: null,
    });
    const byMachine = eligible.ask && eligible.by === 'machine';
    return {
      caseId: life.caseId,
      round: life.round,
      unitCode: life.leadUnit,
      number,
      // The case waits for a word all the same: who may not be called by a machine is a person's to decide about.
      state: byMachine ? 'waiting' : 'person',
      dueAt: byMachine ? nextSlot(await deps.windows(), await deps.calendar(), clock.now()) : clock.now(),
      reason: byMachine ? null : eligible.reason,
      needsPerson: urgent || requestType === 'complaint',
      subjectCode: confidential || requestType === 'report' ? null : categoryCode,
      reportedAt: life.createdAt,
    };
  };

  return {
    /** To be told of every move. R11: whoever has feedback to judge is asked, and asked once a round. */
    async caseMoved(db: Exec, before: CaseLife, after: CaseLife): Promise<void> {
      const at = clock.now();
      if (awaits(after) && !awaits(before)) return repository.openTask(db, await newTask(after), at);
      const left = awaits(before) && !awaits(after);
      const ruled = before.state === 'rework' && after.state !== 'rework';
      if (!left && !ruled) return;
      const task = await repository.taskOf(before.caseId, before.round);
      if (!task) return;
      const state = ruled ? 'done' : stateAfter(after);
      // A call that is under way is not cut off; its end finds the case elsewhere and leaves it alone.
      await repository.setTask(db, task.taskId, OPEN, { state, dueAt: null }, at);
    },
  };
};
export type SurveyTasks = ReturnType<typeof createSurveyTasks>;
