import { type Outcome, STANDARD_ATTEMPTS } from '../../../src/surveys/attempts.ts';
import type { Measure } from '../../../src/surveys/survey.ts';
import { halfDayOf, isOpen, STANDARD_WINDOWS } from '../../../src/surveys/windows.ts';
import { dice } from '../../helpers/case-model.ts';
import type { Report } from '../../helpers/report.ts';
import { until } from '../../helpers/switch.ts';
import type { Behaviour, CallSeen } from './citizens.ts';
import { openStage, type Stage, sizeOf } from './stage.ts';
import { quickScript } from './tones.ts';

export const PACING = { lines: 30, perSecond: 15, trunkLines: 200, keptFree: 20, stopAtWaiting: 1 };
const WAIT_MS = 700;
/** Longer than any call lasts here. */
const STUCK_MS = 90_000;

const key = (roll: (below: number) => number, most: number): string => String(1 + roll(most));

/** Somebody who presses; the keys of the three questions by chance. */
const answers = (roll: (below: number) => number): Behaviour => {
  const q3 = key(roll, 5);
  const unhappy = Number(q3) >= 4;
  return {
    do: 'answer',
    when: roll(3) === 0 ? 'after' : 'during',
    keys: {
      ...{ anykey: key(roll, 9), anykey_again: '5', greeting: '1', q1: key(roll, 2), q2: key(roll, 3), q3 },
      ...(unhappy && roll(2) === 0 ? { ask_comment: '1' } : {}),
    },
  };
};

/** What one citizen does at one call, in about the shares that a hotline sees. */
export const someBehaviour = (roll: (below: number) => number): Behaviour => {
  const chance = roll(100);
  if (chance < 52) return answers(roll);
  if (chance < 64) return { do: 'ring' };
  if (chance < 70) return { do: 'reject', status: '486 Busy Here' };
  if (chance < 75) return { do: 'reject', status: '603 Decline' };
  if (chance < 79) return { do: 'reject', status: '408 Request Timeout' };
  if (chance < 81) return { do: 'reject', status: '404 Not Found' };
  if (chance < 82) return { do: 'reject', status: '503 Service Unavailable' };
  if (chance < 86) return { do: 'nothing' };
  if (chance < 90) return { do: 'nothing', hz: 3_200 };
  if (chance < 94) return { do: 'answer', keys: { anykey: '5' }, leaveAt: 'greeting' };
  if (chance < 97) return { do: 'answer', keys: { anykey: '5', greeting: '2' } };
  return { do: 'answer', keys: { anykey: '5', greeting: '3' } };
};

/** What the hotline has to say of such a call. */
export const meantBy = (does: Behaviour): Outcome => {
  if (does.do === 'ring') return 'no_answer';
  if (does.do === 'nothing') return 'machine';
  if (does.do === 'reject') {
    const by: Record<string, Outcome> = { 486: 'busy', 603: 'declined', 408: 'unreachable', 404: 'wrong_number', 503: 'line_fault' };
    return by[does.status.slice(0, 3)] ?? 'unknown';
  }
  if (does.leaveAt) return 'hung_up_early';
  if (does.keys.greeting === '2') return 'not_now';
  return does.keys.greeting === '3' ? 'wrong_person' : 'answered';
};

/** The levels that the keys mean, in the order of the questions. */
const saidBy = (does: Extract<Behaviour, { do: 'answer' }>): [Measure, number][] => [
  ['contacted', Number(does.keys.q1)],
  ['settled', Number(does.keys.q2)],
  ['satisfied', 6 - Number(does.keys.q3)],
];

/** What the database holds of every call and matter, by the citizen's number. */
export const recordOf = async (stage: Stage) => {
  const { surveyAttempts: a, surveyTasks: t, surveyAnswers: n, surveyVoices: v } = stage.store.schema;
  const [attempts, tasks, given, voices] = await stage.store.read(async (db) => [
    await db.select().from(a).orderBy(a.id),
    await db.select().from(t).orderBy(t.id),
    await db.select().from(n).orderBy(n.id),
    await db.select().from(v),
  ]);
  return { attempts, tasks, given, voices };
};
export type SurveyRecord = Awaited<ReturnType<typeof recordOf>>;

/** Lets the clock jump over every time in which nothing is to be done, until nothing is left to be dialled. */
export const liveThrough = async (
  stage: Stage,
  done: (record: SurveyRecord) => boolean,
  limitMs: number,
): Promise<{ jumps: number; lifted: number }> => {
  let jumps = 0;
  let lifted = 0;
  let moved = Date.now();
  let before = '';
  await until(
    'every matter is through',
    async () => {
      const record = await recordOf(stage);
      if (done(record)) return true;
      const { tasks, attempts } = record;
      const open = attempts.filter(({ endedAt }) => endedAt === null);
      const waiting = tasks.filter(({ state }) => state === 'waiting');
      const next = Math.min(...waiting.map(({ dueAt }) => dueAt?.getTime() ?? 0));
      const pause = await stage.house.surveys.supervision.view().then((view) => view.pause);
      if (pause.all) {
        lifted += 1;
        await stage.house.surveys.supervision.setPause({ paused: false }, stage.people.supervisor.staffId);
      }
      const closed = !isOpen(STANDARD_WINDOWS, await stage.house.terms.calendar(), stage.now());
      if (!open.length && waiting.length && (next > stage.now().getTime() || closed)) {
        const at = new Date(Math.max(next, stage.now().getTime()));
        stage.moveTo(new Date(at.getTime() + 1_000));
        if (closed && next <= stage.now().getTime()) stage.moveTo(new Date(stage.now().getTime() + 600_000));
        jumps += 1;
      }
      const now = `${attempts.length} ${open.length} ${waiting.length} ${jumps}`;
      if (now !== before) moved = Date.now();
      before = now;
      if (Date.now() - moved > STUCK_MS) throw new Error(`nothing has happened for ${STUCK_MS} ms: ${now}`);
      return false;
    },
    limitMs,
  );
  return { jumps, lifted };
};

/** Rows: what the citizen did; columns: what the hotline kept. */
const confusion = (stage: Stage, record: SurveyRecord): { table: Record<string, Record<string, number>>; wrong: string[] } => {
  const table: Record<string, Record<string, number>> = {};
  const wrong: string[] = [];
  const byNumber = Map.groupBy(
    record.attempts.filter(({ dialledAt }) => dialledAt),
    ({ number }) => number,
  );
  for (const [number, calls] of Map.groupBy(stage.citizens.calls, (call) => call.number)) {
    const kept = byNumber.get(number) ?? [];
    for (const [index, call] of calls.toSorted((x, y) => x.nth - y.nth).entries()) {
      const meant = meantBy(call.does);
      const told = kept[index]?.outcome ?? 'nothing';
      table[meant] ??= {};
      table[meant][told] = (table[meant][told] ?? 0) + 1;
      if (meant !== told) wrong.push(`${number}#${index} ${JSON.stringify(call)} ${told}`);
    }
  }
  return { table, wrong };
};

export const rulesBroken = async (stage: Stage, record: SurveyRecord): Promise<string[]> => {
  const calendar = await stage.house.terms.calendar();
  const broken: string[] = [];
  for (const [number, all] of Map.groupBy(record.attempts, (attempt) => attempt.number)) {
    const costly = all.filter(({ outcome }) => outcome !== 'line_fault');
    if (costly.length > STANDARD_ATTEMPTS.budget) broken.push(`${number}: ${costly.length} calls`);
    for (const [index, { dialledAt, outcome }] of costly.entries()) {
      if (dialledAt && !isOpen(STANDARD_WINDOWS, calendar, dialledAt)) broken.push(`${number}: called at ${dialledAt.toISOString()}`);
      const next = costly[index + 1]?.dialledAt;
      if (!dialledAt || !next || outcome === 'busy' || outcome === 'not_now') continue;
      if (halfDayOf(dialledAt) === halfDayOf(next)) broken.push(`${number}: twice in a half-day`);
      if (next.getTime() - dialledAt.getTime() < STANDARD_ATTEMPTS.retry.no_answer.afterMinutes * 60_000)
        broken.push(`${number}: too soon again`);
    }
  }
  return broken;
};

const answersWrong = (stage: Stage, record: SurveyRecord): { asked: number; wrong: string[] } => {
  const wrong: string[] = [];
  let asked = 0;
  for (const call of stage.citizens.calls) {
    if (call.does.do !== 'answer' || meantBy(call.does) !== 'answered') continue;
    const task = record.tasks.find(({ number }) => number === call.number);
    const given = record.given.filter(({ taskId }) => taskId === task?.id).map(({ measure, value }) => `${measure} ${value}`);
    const meant = saidBy(call.does).map(([measure, value]) => `${measure} ${value}`);
    asked += meant.length;
    if (given.join() !== meant.join())
      wrong.push(`${call.number}: meant ${meant.join()} kept ${given.join()} heard ${call.heard.join()} pressed ${call.pressed.join()}`);
  }
  return { asked, wrong };
};

/** A thousand citizens over virtual days: what each did, what the hotline kept of it, and whether the rules held. */
export const outcomes = async (report: Report): Promise<void> => {
  const size = sizeOf('citizens', 1_000);
  const seed = sizeOf('seed', Date.now() % 1_000_000);
  const roll = dice(seed);
  const began = Date.now();
  const citizens = Array.from({ length: size }, () => Array.from({ length: 8 }, () => someBehaviour(roll)));
  const stage = await openStage({ engine: 'sqlite', script: quickScript(WAIT_MS), pacing: PACING, citizens });
  try {
    const made = Date.now();
    const through = (record: SurveyRecord): boolean => record.tasks.every(({ state }) => state !== 'waiting' && state !== 'calling');
    const lived = await liveThrough(stage, through, 20 * 60_000);
    const record = await recordOf(stage);
    const { table, wrong } = confusion(stage, record);
    report.figure('a run of citizens', { seed, citizens: size, calls: record.attempts.length, ...lived, madeIn: (made - began) / 1000 });
    for (const [did, kept] of Object.entries(table)) report.figure(`the citizen: ${did}`, { kept });
    report.claim('every outcome told right', wrong.length === 0, { wrong: wrong.slice(0, 5), calls: stage.citizens.calls.length });
    const answered = answersWrong(stage, record);
    report.claim('the answers are what was pressed', !answered.wrong.length, {
      answers: answered.asked,
      wrong: answered.wrong.slice(0, 5),
    });
    const broken = await rulesBroken(stage, record);
    report.claim('budgets, half-days and windows never broken', !broken.length, { broken: broken.slice(0, 5) });
    const invites = stage.citizens.calls.length;
    const dialled = record.attempts.filter(({ dialledAt }) => dialledAt).length;
    report.claim('each call rang once', invites === dialled && !stage.citizens.calls.some(({ twice }) => twice), { invites, dialled });
    const spoke = stage.citizens.calls.filter(wantsToSpeak).length;
    report.claim('each spoken reason is kept', record.voices.length === spoke, { spoke, kept: record.voices.length });
    const rated = new Set(record.given.filter(({ measure, value }) => measure !== 'contacted' && value > 0).map(({ taskId }) => taskId));
    const silent = record.tasks.filter(({ state, reason, id }) => (state === 'done' || reason === 'dissatisfied') && !rated.has(id));
    report.claim('nothing counts as answered by silence', !silent.length, { silent: silent.length, rated: rated.size });
    const seconds = (Date.now() - began) / 1000;
    report.claim('within fifteen minutes', seconds <= 900, { seconds: Math.round(seconds) });
  } finally {
    await stage.close();
  }
};

const wantsToSpeak = (call: CallSeen): boolean =>
  call.does.do === 'answer' && call.does.keys.ask_comment !== undefined && call.pressed.length >= 6;
