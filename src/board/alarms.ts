import type { CallFacts } from './board.ts';
import type { BoardQueue, BoardWaiting } from './schemas.ts';

/** A citizen who waits this long beside an agent who is free shows a fault of the switch, or that nobody free may take the call. */
export const STUCK_MS = 10_000;
/** Time in which calls of one number are counted together. */
export const FLOOD_MS = 600_000;

/**
 * Since when, in each queue, somebody waits whom no telephone rings for while an agent is free. Between two rings both are so for a
 * moment, so only what stands without a break counts.
 */
export const nextStuck = (
  before: ReadonlyMap<string, Date>,
  queues: readonly BoardQueue[],
  waiting: readonly BoardWaiting[],
  now: Date,
): Map<string, Date> => {
  const after = new Map<string, Date>();
  for (const { queue, ready } of queues) {
    const silent = waiting.some((each) => each.queue === queue && !each.rings);
    if (silent && ready > 0) after.set(queue, before.get(queue) ?? now);
  }
  return after;
};

export const stuckQueues = (stuck: ReadonlyMap<string, Date>, now: Date): string[] =>
  [...stuck].filter(([, since]) => now.getTime() - since.getTime() > STUCK_MS).map(([queue]) => queue);

/** Numbers that called at least `calls` times within ten minutes, each with how often. */
export const floodsOf = (facts: Iterable<CallFacts>, now: Date, calls: number): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { callerNormal, arrivedAt } of facts)
    if (callerNormal && arrivedAt.getTime() > now.getTime() - FLOOD_MS) counts.set(callerNormal, (counts.get(callerNormal) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count >= calls));
};
