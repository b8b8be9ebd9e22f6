import { shanghaiMidnight } from '../core/clock.ts';
import type { Disposition } from '../core/dispositions.ts';
import { maskNumber } from '../core/phone-number.ts';
import type { BoardAgent, BoardFigures, BoardQueue, BoardWaiting, HourFigures } from './schemas.ts';

/** What the record holds of a call, as far as it decides how the call is counted. */
export interface CallFacts {
  id: number;
  queue: string | null;
  callerNormal: string | null;
  arrivedAt: Date;
  queuedAt: Date | null;
  answeredAt: Date | null;
  agentLeftAt: Date | null;
  endedAt: Date | null;
  diversion: 'voicemail' | 'fallback' | 'restricted' | 'callback' | null;
  disposition: Disposition | null;
}

/** "15秒之内接听" (GB/T 33358). */
export const ANSWER_WITHIN_MS = 15_000;
/** Of those who wanted a person, this part within 15 s (hotline standard of the province) … */
export const ANSWER_PERCENT = 80;
/** … and this part at all, over 24 hours without a break (GB/T 33358). */
export const CONNECT_PERCENT = 95;

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * How a call counts. `apart`: never wanted a person as far as we know (gone during the notice, closed, restricted). `waiting`: not
 * decided yet, and in no rate. `short`: gave up so soon that nobody could have answered; counted, but in no rate.
 */
export type Outcome = 'apart' | 'waiting' | 'answered' | 'abandoned' | 'short' | 'unserved';

export const outcomeOf = (call: CallFacts, shortMs: number): Outcome => {
  if (call.answeredAt) return 'answered';
  if (!call.queuedAt || call.diversion === 'restricted') return 'apart';
  if (!call.endedAt) return call.diversion ? 'unserved' : 'waiting';
  if (call.disposition !== 'abandoned') return 'unserved';
  return call.endedAt.getTime() - call.queuedAt.getTime() < shortMs ? 'short' : 'abandoned';
};

const isDecided = (outcome: Outcome): boolean => outcome === 'answered' || outcome === 'abandoned' || outcome === 'unserved';

const answeredInTime = (call: CallFacts): boolean =>
  call.answeredAt !== null && call.answeredAt.getTime() - (call.queuedAt ?? call.arrivedAt).getTime() <= ANSWER_WITHIN_MS;

const noHour = (hour: number): HourFigures => ({ hour, arrived: 0, answered: 0, unanswered: 0, short: 0 });

/** The earliest arrival that any figure still counts. */
export const countedSince = (now: Date): Date => new Date(Math.min(now.getTime() - DAY_MS, shanghaiMidnight(now).getTime()));

/** Rates over the calls that arrived today, and over those that arrived in the last 24 hours. */
export const figuresOf = (calls: Iterable<CallFacts>, now: Date, shortMs: number): BoardFigures => {
  const midnight = shanghaiMidnight(now).getTime();
  const dayAgo = now.getTime() - DAY_MS;
  const hours = Array.from({ length: 24 }, (_, hour) => noHour(hour));
  const count = { arrived: 0, answered: 0, abandoned: 0, short: 0, unserved: 0 };
  const inTime = { part: 0, whole: 0 };
  const connected = { part: 0, whole: 0 };
  const talk = { ms: 0, calls: 0 };
  for (const call of calls) {
    const outcome = outcomeOf(call, shortMs);
    const arrived = call.arrivedAt.getTime();
    if (arrived > dayAgo && arrived <= now.getTime() && isDecided(outcome)) {
      connected.whole += 1;
      if (outcome === 'answered') connected.part += 1;
    }
    if (arrived < midnight || arrived > now.getTime()) continue;
    const hour = hours[Math.floor((arrived - midnight) / HOUR_MS)] ?? noHour(0);
    count.arrived += 1;
    hour.arrived += 1;
    if (outcome === 'answered' || outcome === 'abandoned' || outcome === 'short' || outcome === 'unserved') count[outcome] += 1;
    if (outcome === 'short') hour.short += 1;
    if (!isDecided(outcome)) continue;
    inTime.whole += 1;
    if (answeredInTime(call)) inTime.part += 1;
    hour[outcome === 'answered' ? 'answered' : 'unanswered'] += 1;
    const left = call.agentLeftAt ?? call.endedAt;
    if (!call.answeredAt || !left) continue;
    talk.calls += 1;
    talk.ms += Math.max(0, left.getTime() - call.answeredAt.getTime());
  }
  const talked = { seconds: Math.round(talk.ms / 1000), calls: talk.calls };
  return { today: { ...count, inTime, talk: talked }, connected, hours };
};

/** Since when the citizen waits; null when they do not. One whose agent's telephone was lost waits anew. */
export const waitingSince = (call: CallFacts): Date | null => {
  if (call.endedAt || !call.queue || call.diversion || (call.answeredAt && !call.agentLeftAt)) return null;
  return call.answeredAt ? call.agentLeftAt : call.queuedAt;
};

/** Who waits, the longest first. A preferred agent's own queue is a detour of the first one. */
export const waitingOf = (
  calls: readonly CallFacts[],
  queues: readonly string[],
  rings: ReadonlySet<number>,
  now: Date,
): BoardWaiting[] => {
  const times = new Map<string, number>();
  for (const { callerNormal, arrivedAt } of calls)
    if (callerNormal && arrivedAt.getTime() > now.getTime() - DAY_MS) times.set(callerNormal, (times.get(callerNormal) ?? 0) + 1);
  return calls
    .flatMap((call) => {
      const since = waitingSince(call);
      return since ? [{ call, since }] : [];
    })
    .sort((a, b) => a.since.getTime() - b.since.getTime() || a.call.id - b.call.id)
    .map(({ call, since }) => ({
      callId: call.id,
      queue: queues.find((queue) => queue === call.queue) ?? queues[0] ?? '',
      since: since.toISOString(),
      masked: call.callerNormal === null ? null : maskNumber(call.callerNormal),
      rings: rings.has(call.id),
      times: call.callerNormal === null ? 1 : (times.get(call.callerNormal) ?? 1),
    }));
};

export const queuesOf = (
  queues: readonly string[],
  waiting: readonly BoardWaiting[],
  agents: readonly BoardAgent[],
  placesOf: (staffId: number) => readonly { queue: string }[],
): BoardQueue[] => {
  const ready = agents.filter((agent) => agent.state === 'ready').flatMap(({ staffId }) => placesOf(staffId));
  return queues.map((queue) => {
    const mine = waiting.filter((each) => each.queue === queue);
    const standing = ready.filter((place) => place.queue === queue);
    return { queue, waiting: mine.length, longestSince: mine[0]?.since ?? null, ready: standing.length };
  });
};
