import { type Clock, shanghaiDay, shanghaiMidnight, startOfShanghaiDay } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { maskNumber } from '../core/phone-number.ts';
import { dayOf, type WorkCalendar } from '../core/working-time.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import type { Calling } from './calling.ts';
import type { PacingRules } from './pacing.ts';
import type { Pause, Pauses } from './pauses.ts';
import type { LiveRow, StoredAnswer, SurveysRepository } from './repository.ts';
import type { PauseView, SurveyRow, SurveysView, TaskResult, UnitResultView } from './schemas.ts';
import { LEVELS } from './survey.ts';
import { type CallingWindows, nextSlot, windowsOn } from './windows.ts';
import { saidOf, type Work } from './work.ts';

export interface SupervisionDeps {
  store: Pick<Store, 'write'>;
  repository: SurveysRepository;
  pauses: Pauses;
  calling: Pick<Calling, 'brake'>;
  history: Pick<History, 'append'>;
  calendar(): Promise<WorkCalendar>;
  windows(): Promise<CallingWindows>;
  pacing(): Promise<Pick<PacingRules, 'lines'>>;
  work: Pick<Work, 'rowsOf'>;
  clock: Clock;
}

/** A picture is pushed whole: enough for the eye, and no list of the whole city. */
const MOST_ROWS = 60;
const MOST_ENDED = 40;
const DAY_MS = 86_400_000;
/** Rates of a month change slower than a screen is looked at. */
const UNITS_KEPT_MS = 5_000;
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这项回访 There is no such callback');

const phaseOf = (row: LiveRow): Pick<SurveyRow, 'phase' | 'phaseSince'> => {
  if (row.answeredAt) return { phase: 'talking', phaseSince: iso(row.answeredAt) };
  if (row.rangAt) return { phase: 'ringing', phaseSince: iso(row.rangAt) };
  return row.dialledAt ? { phase: 'dialling', phaseSince: iso(row.dialledAt) } : { phase: null, phaseSince: null };
};

const rowOf = (row: LiveRow, answers: readonly StoredAnswer[]): SurveyRow => ({
  taskId: row.taskId,
  caseId: row.caseId,
  caseNumber: row.caseNumber,
  round: row.round,
  unitCode: row.unitCode,
  number: row.number === null ? null : maskNumber(row.number),
  state: row.state,
  ...phaseOf(row),
  dueAt: iso(row.dueAt),
  reason: row.reason,
  attempts: row.attempts,
  said: saidOf(answers.filter((each) => each.taskId === row.taskId)),
});

const pauseOf = ({ all, reason, units }: Pause): PauseView => ({ all, reason, units: [...units] });

/** What a supervisor sees of the callbacks, and may do about them. */
export const createSupervision = (deps: SupervisionDeps) => {
  const { store, repository, pauses, history, clock } = deps;

  let units: { at: number; month: string; rows: UnitResultView[] } | null = null;
  const unitsOfMonth = async (now: Date): Promise<UnitResultView[]> => {
    const month = shanghaiDay(now).slice(0, 7);
    if (units?.month === month && now.getTime() - units.at < UNITS_KEPT_MS && now.getTime() >= units.at) return units.rows;
    const rows = await repository.resultsByUnit(startOfShanghaiDay(`${month}-01`), now);
    units = { at: now.getTime(), month, rows };
    return rows;
  };

  const result = async (taskId: number): Promise<TaskResult> => {
    const task = await repository.task(taskId);
    if (!task) throw notFound();
    const answers = await repository.answersOf(taskId);
    return {
      taskId,
      state: task.state,
      reason: task.reason,
      calls: (await repository.outcomesOf(taskId)).map(({ outcome, endedAt }) => ({ outcome, endedAt: endedAt.toISOString() })),
      answers: answers.map(({ answerId, measure, value, mode, version, at, supersedes, reason }) => ({
        ...{ answerId, measure, value, mode, version, at: at.toISOString() },
        ...{ supersedes: supersedes ?? null, reason: reason ?? null },
      })),
      voices: (await repository.voicesOf(taskId)).map(({ milliseconds, sha256 }) => ({ milliseconds, sha256 })),
    };
  };

  return {
    async view(): Promise<SurveysView> {
      const now = clock.now();
      const midnight = shanghaiMidnight(now);
      const calling = await repository.live(['calling', 'settle'], MOST_ROWS);
      const waiting = await repository.live(['waiting', 'text'], MOST_ROWS - calling.length);
      const ended = await repository.endedSince(midnight, MOST_ENDED);
      const unhappy = await repository.unhappy(MOST_ROWS);
      const live = [...calling, ...waiting];
      const answers = await repository.answersOfAll([...live, ...ended].map(({ taskId }) => taskId));
      const today = windowsOn(await deps.windows(), await deps.calendar(), dayOf(now));
      return {
        pause: pauseOf(await pauses.get()),
        brake: deps.calling.brake(),
        version: (await repository.latestScript())?.version ?? 0,
        lines: (await deps.pacing()).lines,
        windows: [...today],
        counts: await repository.countByState(),
        today: await repository.day(midnight, new Date(midnight.getTime() + DAY_MS)),
        rows: live.map((row) => rowOf(row, answers)),
        ended: ended.map((row) => ({
          ...row,
          endedAt: row.endedAt.toISOString(),
          dueAt: iso(row.dueAt),
          said: saidOf(answers.filter((each) => each.taskId === row.taskId)),
        })),
        unhappy: await deps.work.rowsOf(unhappy),
        units: await unitsOfMonth(now),
      };
    },
    async setPause(asked: { paused: boolean; unitCode?: string }, staffId: StaffId): Promise<PauseView> {
      const { paused, unitCode } = asked;
      return pauseOf(unitCode === undefined ? await pauses.setAll(paused, staffId) : await pauses.setUnit(unitCode, paused, staffId));
    },
    results: (from: Date, to: Date): Promise<UnitResultView[]> => repository.resultsByUnit(from, to),
    result,

    /** After somebody has looked what became of a call that nobody knows the end of. @throws thing.not_found when it does not wait for that */
    async settle(taskId: number, callAgain: boolean, staffId: StaffId): Promise<TaskResult> {
      const now = clock.now();
      const again = { state: 'waiting', dueAt: nextSlot(await deps.windows(), await deps.calendar(), now), reason: null } as const;
      const person = { state: 'person', dueAt: now, reason: 'machine_failed' } as const;
      await store.write(async (db) => {
        if (!(await repository.setTask(db, taskId, ['settle'], callAgain ? again : person, now))) throw notFound();
        const actor = byStaff(staffId);
        await history.append(db, { actor, act: 'survey.settled', thing: { kind: 'survey', id: taskId }, details: { callAgain } });
      });
      return result(taskId);
    },

    /** A later word takes the place of an earlier one; both are kept (R04). The case's own callback is not moved by it. */
    async correct(taskId: number, asked: { answerId: number; value: number; reason: string }, staffId: StaffId): Promise<TaskResult> {
      await store.write(async (db) => {
        const before = (await repository.answersOf(taskId)).find((answer) => answer.answerId === asked.answerId);
        if (!before) throw notFound();
        const [least, most] = LEVELS[before.measure];
        if (asked.value < least || asked.value > most)
          throw new HotlineError('request.invalid', '没有这一档 There is no such level', { field: 'value' });
        const { version, measure } = before;
        const fresh = { taskId, attemptId: null, mode: 'human' as const, version, measure, key: null, staffId, at: clock.now() };
        await repository.addAnswer(db, { ...fresh, value: asked.value, supersedes: asked.answerId, reason: asked.reason });
        const details = { answerId: asked.answerId, before: before.value, after: asked.value };
        await history.append(db, { actor: byStaff(staffId), act: 'survey.corrected', thing: { kind: 'survey', id: taskId }, details });
      });
      return result(taskId);
    },
  };
};
export type Supervision = ReturnType<typeof createSupervision>;
