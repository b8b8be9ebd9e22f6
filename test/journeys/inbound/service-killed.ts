import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { openOffice } from './agents.ts';
import {
  all,
  desksReady,
  type Gap,
  gapOf,
  MOST_WAIT_MS,
  onStage,
  over,
  rounds,
  seeded,
  talks,
  tellDropped,
  tellGaps,
  tellRecord,
} from './common.ts';
import { freezeFor, freezeHeld, type Harm, killHeld, killOnce } from './harm.ts';
import type { CallState, Stage, Visit } from './stage.ts';

const AGENT_HZ = 1_000;
const DESKS = 4;
const NOTICE = 'inbound.notice_short';
const NOTICE_MS = 4_200;
const GAP_LOOK_MS = 4_000;
const CONTROL_MS = 1_500;
/** Each in every one of the four states. */
const BLOWS = 20;

interface Round {
  visits: Visit[];
  states: Record<CallState, number>;
  gaps: Gap[];
  control: Gap[];
  /** Dialled after the blow, answered and heard before the service was back. */
  answeredMeanwhile: number;
  downMs: number;
}

/** Looks at the service ten times a second. @returns a function that stops and tells when it last was not well */
const watchDown = (stage: Stage): (() => Promise<number>) => {
  let lastBad = Date.now();
  let watching = true;
  const done = (async () => {
    for (; watching; await delay(100)) if (!(await stage.isWell())) lastBad = Date.now();
  })();
  return async () => {
    watching = false;
    await done;
    return lastBad;
  };
};

/** Two calls in each of the four states. @returns those that talk and those that ring, which the round still steers */
const fill = async (stage: Stage): Promise<{ talking: Visit[]; ringing: Visit[] }> => {
  await stage.notice('none');
  const talking = [await stage.dial({ talkMs: 600_000 }), await stage.dial({ talkMs: 600_000, endsBy: 'citizen' })];
  await eventually('two to talk', 45_000, all(talking, talks));
  const ringing = [await stage.dial({ mayAnswer: false, endsBy: 'citizen' }), await stage.dial({ mayAnswer: false })];
  await eventually(
    'two to ring',
    15_000,
    all(ringing, (visit) => visit.rung.length > 0),
  );
  const queued = [await stage.dial(), await stage.dial({ endsBy: 'citizen' })];
  await eventually(
    'two to wait',
    10_000,
    all(queued, ({ citizen }) => citizen.status === 200),
  );
  await stage.notice(NOTICE);
  const listening = [await stage.dial({ endsBy: 'citizen' }), await stage.dial()];
  await eventually(
    'two to hear the notice',
    10_000,
    all(listening, ({ citizen }) => citizen.status === 200),
  );
  return { talking, ringing };
};

/** The blow falls while calls are in every state; everybody then does what they would have done. */
const round = async (stage: Stage, harm: Harm, chance: () => number): Promise<Round> => {
  await desksReady(stage);
  const first = stage.visits.length;
  const { talking, ringing } = await fill(stage);
  await delay(200 + chance() * 2_500);
  const control = await Promise.all(talking.map((visit) => gapOf(stage, visit, Date.now() - CONTROL_MS)));
  const states = await stage.states();
  const at = Date.now();
  harm.begin(stage);
  const lastDown = watchDown(stage);
  await stage.notice('none');
  const fresh = await stage.dial();
  await delay(at + 1_000 - Date.now());
  for (const visit of ringing) visit.mayAnswer = true;
  await delay(at + GAP_LOOK_MS - Date.now());
  const gaps = await Promise.all(talking.map((visit) => gapOf(stage, visit, at - 200)));
  for (const visit of talking) visit.talkMs = 0;
  if (harm.held) await eventually('the new call to be talked', 60_000, () => fresh.talks.some(({ until }) => until !== null));
  await harm.end(stage);
  const backAt = await lastDown();
  const visits = stage.visits.slice(first);
  await eventually('all calls of the round to be over', 90_000, all(visits, over));
  const wasAnswered = harm.held && fresh.talks.some((talk) => talk.at < backAt && talk.heardAfterMs !== null);
  return { visits, states, gaps, control, answeredMeanwhile: wasAnswered ? 1 : 0, downMs: backAt - at };
};

/** From when on a visit waited for an agent, and until when. */
const waitOf = (visit: Visit): [number, number] => [
  visit.citizen.dialledAt + NOTICE_MS + 800,
  visit.rung[0]?.at ?? visit.citizen.endedAt ?? Number.POSITIVE_INFINITY,
];

/** Times from the end of one talk to the next ring of the same agent, while somebody waited all along. */
const freeToOffer = (stage: Stage): number[] =>
  stage.agents.flatMap((agent) => {
    const ends = stage.visits.flatMap((visit) => visit.talks).filter((talk) => talk.extension === agent.extension && talk.until !== null);
    return ends.flatMap(({ until }) => {
      const from = until ?? 0;
      const next = agent.log.find(({ mode, at }) => mode === 'ringing' && at > from)?.at ?? Number.POSITIVE_INFINITY;
      const waited = stage.visits.some((visit) => waitOf(visit)[0] < from && waitOf(visit)[1] >= Math.min(next, from + MOST_WAIT_MS + 1));
      return waited ? [next - from] : [];
    });
  });

const STATES = ['notice', 'queue', 'ringing', 'talking'] as const;
const blowsIn = (done: readonly Round[], state: CallState): number => done.filter(({ states }) => states[state] > 0).length;

const tellRounds = async (report: Report, stage: Stage, wanted: number, done: Round[], since: number): Promise<void> => {
  for (const state of STATES) {
    const blows = blowsIn(done, state);
    const calls = done.reduce((sum, each) => sum + each.states[state], 0);
    report.claim(`blows with calls in: ${state}`, blows >= wanted, { blows, calls });
  }
  tellDropped(
    report,
    done.flatMap(({ visits }) => visits),
  );
  tellGaps(
    report,
    done.flatMap(({ gaps }) => gaps),
    done.flatMap(({ control }) => control),
    wanted,
  );
  const waits = freeToOffer(stage);
  report.claim('everybody who waits is offered within 10 s of an agent being free', Math.max(0, ...waits) <= MOST_WAIT_MS, summary(waits));
  const meanwhile = done.reduce((sum, each) => sum + each.answeredMeanwhile, 0);
  report.claim('new calls answered in Chromium while the service is down', meanwhile > 0, { calls: meanwhile });
  report.figure('service away, ms', summary(done.map(({ downMs }) => downMs)));
  await tellRecord(report, stage, since);
};

const blows = async (report: Report, seed: number, harms: (index: number, chance: () => number) => Harm): Promise<void> => {
  const office = await openOffice(AGENT_HZ);
  const since = Date.now();
  const wanted = rounds(BLOWS);
  try {
    await onStage(report, {}, async (stage) => {
      for (let place = 1; place <= DESKS; place += 1) await stage.seat(office, place);
      const chance = seeded(seed);
      const done: Round[] = [];
      // A call may leave its state in the instant before the blow: then that blow was none of that state.
      for (let index = 0; index < 2 * wanted && STATES.some((state) => blowsIn(done, state) < wanted); index += 1)
        done.push(await round(stage, harms(index, chance), chance));
      await tellRounds(report, stage, wanted, done, since);
    });
  } finally {
    await office.close();
  }
};

/** Two of three blows fall once, and the starter brings the service back; every third keeps it down till a new call was talked. */
export const killed = (report: Report): Promise<void> => blows(report, 12_345, (index) => (index % 3 === 1 ? killHeld() : killOnce()));

/** A third is over before the starter would act, a third is held till a new call was talked, a third lasts 10 to 20 s. */
export const frozen = (report: Report): Promise<void> =>
  blows(report, 54_321, (index, chance) => {
    if (index % 3 === 1) return freezeHeld();
    return index % 3 === 0 ? freezeFor(3_000 + chance() * 2_000) : freezeFor(10_000 + chance() * 10_000);
  });
