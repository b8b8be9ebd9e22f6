import type { LineState } from '../calls/index.ts';
import type { Metrics } from '../http/index.ts';
import { type LiveOffer, shownState } from './agent.ts';
import type { Presences } from './presence.ts';
import type { AgentsRepository } from './repository.ts';
import { type QueueSummary, SHOWN_STATES } from './schemas.ts';

/**
 * What a monitor is told of calls, agents and queues, read from the record at the moment it asks: a gauge that counts
 * events up and down drifts with the first event that is lost.
 */
export const liveGauges = (deps: {
  metrics: Metrics;
  calls: { linesByState(): Promise<Record<LineState, number>>; openOffersByStaff(): Promise<Map<number, LiveOffer>> };
  agents: Pick<AgentsRepository, 'openShifts'>;
  presences: Presences;
  queues(): Promise<QueueSummary[]>;
  now(): Date;
}): void => {
  const { metrics } = deps;
  metrics.beforeScrape(async () => {
    const [lines, offers, shifts, queues] = await Promise.all([
      deps.calls.linesByState(),
      deps.calls.openOffersByStaff(),
      deps.agents.openShifts(),
      deps.queues(),
    ]);
    for (const [state, count] of Object.entries(lines)) metrics.callsByState.set({ state }, count);
    const agents = new Map<string, number>(SHOWN_STATES.filter((state) => state !== 'signed_out').map((state) => [state, 0]));
    for (const shift of shifts) {
      const { state } = shownState(shift, deps.presences.of(shift.extension), offers.get(shift.staffId) ?? null);
      agents.set(state, (agents.get(state) ?? 0) + 1);
    }
    for (const [state, count] of agents) metrics.agentsByState.set({ state }, count);
    for (const { queue, waiting, longestSince } of queues) {
      metrics.queueWaiting.set({ queue }, waiting);
      const oldest = longestSince === null ? 0 : Math.max(0, (deps.now().getTime() - new Date(longestSince).getTime()) / 1000);
      metrics.queueOldestSeconds.set({ queue }, oldest);
    }
  });
};
