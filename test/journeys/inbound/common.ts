import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import type { Agent } from './agents.ts';
import { type Rows, readRows, recordingFaults, rowFaults } from './record.ts';
import { openStage, type Stage, type Visit } from './stage.ts';

/** The most a voice may be missing, and the longest a citizen may be without an agent who could be with them. */
export const MOST_GAP_MS = 60;
export const MOST_WAIT_MS = 10_000;
const OWN_LATENESS_MS = 20;

/** A short run to try a part: JOURNEY_ROUNDS=2. */
export const rounds = (otherwise: number): number => Number(process.env.JOURNEY_ROUNDS ?? otherwise);

/** Chance that comes out the same each time; 0 ≤ n < 1. */
export const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
};

export const all = (visits: readonly Visit[], holds: (visit: Visit) => boolean) => (): boolean => visits.every(holds);
export const talks = (visit: Visit): boolean => visit.talks.length > 0;
export const over = (visit: Visit): boolean => visit.citizen.endedAt !== null;
export const desksReady = (stage: Stage): Promise<boolean> =>
  eventually('every desk to be ready', 60_000, () => stage.agents.every(({ seen, isGone }) => !isGone && seen.mode === 'ready'));

/** Opens the product, runs, and closes it; a run that breaks off tells how everything stood. */
export const onStage = async (report: Report, more: Record<string, string>, run: (stage: Stage) => Promise<void>): Promise<void> => {
  const stage = await openStage(more);
  try {
    await run(stage);
  } catch (err) {
    report.figure('where it stood', {
      output: stage.product.output().slice(-700),
      readyz: await fetch(`${stage.product.url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then((each) => each.text(), String),
      desks: stage.agents.map(({ account, seen, isGone }) => ({ account, isGone, ...seen })),
      visits: stage.visits
        .slice(-12)
        .map(({ tail, citizen, rung, talks: had }) => ({ tail, status: citizen.status, ended: citizen.endedAt, rung, had })),
    });
    throw err;
  } finally {
    await stage.close();
  }
};

export interface Gap {
  /** Packets at the citizen. */
  citizenMs: number;
  /** How late the measuring process itself was then. */
  ownMs: number;
  /** Sound that the agent's browser had to make up. */
  agentMs: number;
}

const agentGap = async (agent: Agent, since: number): Promise<number> => {
  const ears = await agent.ears(since);
  const made = ears.map((ear, index) => ear.concealed - (ears[index - 1] ?? ear).concealed);
  // A gap lies within two looks that follow each other.
  return Math.round(made.reduce((most, each, index) => Math.max(most, each + (made[index - 1] ?? 0)), 0) / 48);
};

/** The longest gap at both ends of a talk since an instant, at most ten seconds ago. */
export const gapOf = async (stage: Stage, visit: Visit, since: number): Promise<Gap> => {
  const { ms, own } = await visit.citizen.gap(since);
  const agent = stage.agents.find((each) => each.extension === visit.talks.at(-1)?.extension);
  return { citizenMs: ms, ownMs: own, agentMs: agent ? await agentGap(agent, since) : Number.NaN };
};

const gapFigures = (list: readonly Gap[]): Record<string, unknown> => ({
  citizen: summary(list.map(({ citizenMs }) => citizenMs)),
  agent: summary(list.map(({ agentMs }) => agentMs)),
  ownLateness: summary(list.map(({ ownMs }) => ownMs)),
});

/**
 * A citizen's telephone that was late itself has measured nothing, so as many must have measured as there were blows.
 * @param control the same looks when nothing had been done
 */
export const tellGaps = (report: Report, gaps: readonly Gap[], control: readonly Gap[], blows: number): void => {
  report.figure('gap before any blow, ms', gapFigures(control));
  const judged = gaps.filter(({ ownMs }) => ownMs <= OWN_LATENESS_MS);
  const worst = Math.max(0, ...judged.map(({ citizenMs }) => citizenMs), ...gaps.map(({ agentMs }) => agentMs));
  const held = judged.length >= blows && worst <= MOST_GAP_MS;
  report.claim(`talking gap at most ${MOST_GAP_MS} ms`, held, { judged: judged.length, worst, ...gapFigures(gaps) });
};

export const wasDropped = ({ citizen, agentHungUpAt, talks: had }: Visit): boolean =>
  citizen.status !== 200 || had.length === 0 || (citizen.hungUpAt === null && agentHungUpAt === null);

export const tellDropped = (report: Report, visits: readonly Visit[]): void => {
  const dropped = visits.filter(wasDropped);
  report.claim('no call dropped', dropped.length === 0, { calls: visits.length, dropped: dropped.map(({ tail }) => tail) });
  const had = visits.flatMap((visit) => visit.talks.map((talk) => ({ tail: visit.tail, ...talk })));
  const deaf = had.filter(({ heardAfterMs }) => heardAfterMs === null);
  report.claim('both heard each other in every talk', deaf.length === 0, {
    talks: had.length,
    deaf: deaf.map(({ tail }) => tail),
    afterMs: summary(had.flatMap(({ heardAfterMs }) => heardAfterMs ?? [])),
  });
};

/** What of the record is not finished yet. */
const unsettled = (rows: Rows): unknown[] => [
  ...rows.calls.filter((row) => row.ended_at === null),
  ...rows.recordings.filter((each) => each.state === 'writing'),
];

/** When every recording is sealed and every row has its end; as they are when that does not come. */
export const settledRows = async (report: Report, stage: Stage, since: number): Promise<Rows> => {
  const settle = (): boolean => unsettled(readRows(stage, since)).length === 0;
  await eventually('the record to be complete', 60_000, settle).catch(() => undefined);
  const rows = readRows(stage, since);
  const left = unsettled(rows);
  report.claim('the record is complete', left.length === 0, { left: left.length, ...(left.length ? { first: left.slice(0, 5) } : {}) });
  return rows;
};

export const few = (faults: readonly string[]): Record<string, unknown> => ({
  faults: faults.length,
  ...(faults.length ? { first: faults.slice(0, 12) } : {}),
});

/** The rows against what the people lived, and the recordings against both. */
export const tellRecord = async (report: Report, stage: Stage, since: number): Promise<Rows> => {
  const rows = await settledRows(report, stage, since);
  const rowWrong = stage.visits.flatMap((visit) => rowFaults(rows, visit));
  report.claim('every row right', rowWrong.length === 0, { calls: stage.visits.length, offers: rows.offers.length, ...few(rowWrong) });
  const soundWrong = stage.visits.flatMap((visit) => recordingFaults(stage, rows, visit));
  report.claim('every recording whole', soundWrong.length === 0, { recordings: rows.recordings.length, ...few(soundWrong) });
  return rows;
};
