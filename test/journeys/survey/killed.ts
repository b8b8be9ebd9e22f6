import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { dice } from '../../helpers/case-model.ts';
import { type Report, summary } from '../../helpers/report.ts';
import type { Engine } from '../../helpers/store.ts';
import type { CallSeen } from './citizens.ts';
import { liveThrough, meantBy, PACING, recordOf, rulesBroken, type SurveyRecord, someBehaviour } from './outcomes.ts';
import { openStage, type Stage, sizeOf } from './stage.ts';
import { quickScript } from './tones.ts';

const WAIT_MS = 700;
const MOST_SILENT_MS = 5_000;
/** A call that began before a blow may have been in its hands until the next process had taken it up. */
const AFTER_BLOW_MS = 12_000;

interface Blow {
  at: number;
  backMs: number;
}

const gone = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()));

/** Kills one of the calling processes at moments of chance, and starts another in its place. */
const strike = async (
  stage: Stage,
  crew: ChildProcess[],
  wanted: number,
  roll: (below: number) => number,
  isOver: () => boolean,
): Promise<Blow[]> => {
  const blows: Blow[] = [];
  while (blows.length < wanted && !isOver()) {
    await delay(300 + roll(3_000));
    const place = roll(crew.length);
    const victim = crew[place];
    if (!victim || isOver()) continue;
    const at = Date.now();
    victim.kill('SIGKILL');
    await gone(victim);
    crew[place] = await stage.fork(stage.plan(`again-${blows.length}`));
    blows.push({ at, backMs: Date.now() - at });
  }
  return blows;
};

const wasStruck = (blows: readonly Blow[], call: CallSeen): boolean =>
  blows.some(({ at }) => at >= call.rangAt - AFTER_BLOW_MS && at <= call.endedAt + AFTER_BLOW_MS);

/** Calls of one number beside the attempts that were kept of it. */
const callsWrong = (stage: Stage, record: SurveyRecord, blows: readonly Blow[]): string[] => {
  const wrong: string[] = [];
  const kept = Map.groupBy(
    record.attempts.filter(({ dialledAt }) => dialledAt),
    ({ number }) => number,
  );
  for (const [number, calls] of Map.groupBy(stage.citizens.calls, (call) => call.number)) {
    const attempts = kept.get(number) ?? [];
    if (calls.length > attempts.length) wrong.push(`${number}: rang ${calls.length} times for ${attempts.length} attempts`);
    if (calls.some(({ twice }) => twice)) wrong.push(`${number}: rang while in another call`);
    // Beside an attempt that no telephone saw the order says nothing any more.
    if (calls.length !== attempts.length) continue;
    for (const [index, call] of calls.toSorted((a, b) => a.nth - b.nth).entries()) {
      const told = attempts[index]?.outcome;
      const meant = meantBy(call.does);
      if (told !== meant && !(told !== 'answered' && wasStruck(blows, call))) wrong.push(`${number}#${index}: ${meant} kept as ${told}`);
    }
  }
  return wrong;
};

/** Whatever is kept as an answer was pressed by that citizen. */
const answersInvented = (stage: Stage, record: SurveyRecord): string[] =>
  record.tasks.flatMap((task) => {
    const given = record.given.filter(({ taskId, value }) => taskId === task.id && value > 0);
    const said = stage.citizens.calls
      .filter(({ number }) => number === task.number)
      .flatMap(({ does }) => (does.do === 'answer' ? [does.keys] : []));
    return given
      .filter(
        ({ measure, value }) =>
          !said.some(({ q1, q2, q3 }) =>
            measure === 'contacted' ? Number(q1) === value : measure === 'settled' ? Number(q2) === value : 6 - Number(q3) === value,
          ),
      )
      .map(({ measure, value }) => `${task.number}: ${measure} ${value}`);
  });

/**
 * The process that calls is killed again and again while citizens are dialled, ring and talk.
 * @param instances how many call side by side; more than one needs PostgreSQL
 */
export const killed =
  (engine: Engine, instances: number) =>
  async (report: Report): Promise<void> => {
    const size = sizeOf('citizens', 400);
    const wanted = sizeOf('blows', 50);
    const seed = sizeOf('seed', Date.now() % 1_000_000);
    const roll = dice(seed);
    const citizens = Array.from({ length: size }, () => Array.from({ length: 8 }, () => someBehaviour(roll)));
    const stage = await openStage({ engine, script: quickScript(WAIT_MS), pacing: { ...PACING, lines: 10, perSecond: 3 }, citizens });
    try {
      const crew = [stage.calling];
      for (let place = 1; place < instances; place += 1) crew.push(await stage.fork(stage.plan(`beside-${place}`)));
      let isOver = false;
      const striking = strike(stage, crew, wanted, dice(seed + 1), () => isOver);
      const through = ({ tasks }: SurveyRecord): boolean => tasks.every(({ state }) => state !== 'waiting' && state !== 'calling');
      const lived = await liveThrough(stage, through, 25 * 60_000).finally(() => {
        isOver = true;
      });
      const blows = await striking;
      const record = await recordOf(stage);
      const { calls } = stage.citizens;
      report.figure('a run of citizens', {
        engine,
        instances,
        seed,
        citizens: size,
        calls: calls.length,
        attempts: record.attempts.length,
        ...lived,
      });
      const cut = calls.filter((call) => call.answeredAt !== null && wasStruck(blows, call)).length;
      report.claim(`killed at ${wanted} moments`, blows.length >= wanted, {
        blows: blows.length,
        answeredCallsNearThem: cut,
        toldTheServiceIsGone: calls.filter(({ leaseLost }) => leaseLost).length,
        backMs: summary(blows.map(({ backMs }) => backMs)),
      });
      const wrong = callsWrong(stage, record, blows);
      report.claim('nobody is called twice for one attempt, and what no blow touched is told right', !wrong.length, {
        wrong: wrong.slice(0, 5),
      });
      const states = Object.fromEntries([...Map.groupBy(record.tasks, ({ state }) => state)].map(([state, all]) => [state, all.length]));
      const open = record.attempts.filter(({ endedAt }) => endedAt === null).length;
      report.claim('nobody is forgotten', record.tasks.length === size && through(record) && open === 0, { states, open });
      const silences = calls.filter(({ answeredAt }) => answeredAt !== null).map(({ longestSilentMs }) => longestSilentMs);
      report.claim('no line is silent for more than 5 s', Math.max(0, ...silences) <= MOST_SILENT_MS, summary(silences));
      const invented = answersInvented(stage, record);
      report.claim('nothing is kept that was not pressed', !invented.length, {
        answers: record.given.length,
        invented: invented.slice(0, 5),
      });
      const broken = await rulesBroken(stage, record);
      report.claim('budgets, half-days and windows never broken', !broken.length, { broken: broken.slice(0, 5) });
    } finally {
      await stage.close();
    }
  };
