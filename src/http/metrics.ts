import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; the card's promise is 100 ms, so the buckets are close together around it. */
const FAST = [0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5];

/** Everything this service tells a monitor. One object, made once and handed to whoever has something to count. */
export const createMetrics = () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const refreshers: (() => Promise<void>)[] = [];
  return {
    registry,
    /** Work that sets gauges from what is so now, done each time somebody asks. */
    beforeScrape: (work: () => Promise<void>): void => void refreshers.push(work),
    async text(): Promise<string> {
      await Promise.all(refreshers.map((work) => work()));
      return registry.metrics();
    },
    httpSeconds: new Histogram({
      name: 'hotline_http_request_seconds',
      help: 'Time to answer a request, by route pattern',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: FAST,
      registers,
    }),
    pushClients: new Gauge({ name: 'hotline_push_clients', help: 'Consoles connected for pushes', registers }),
    pushFrames: new Counter({ name: 'hotline_push_frames_total', help: 'Frames sent to consoles', registers }),
    pushDropped: new Counter({
      name: 'hotline_push_dropped_total',
      help: 'Consoles disconnected by us',
      labelNames: ['reason'] as const,
      registers,
    }),
    callsByState: new Gauge({
      name: 'hotline_calls',
      help: 'Citizens on the line now, by state',
      labelNames: ['state'] as const,
      registers,
    }),
    agentsByState: new Gauge({
      name: 'hotline_agents',
      help: 'People signed in now, by the state everybody is shown',
      labelNames: ['state'] as const,
      registers,
    }),
    queueWaiting: new Gauge({
      name: 'hotline_queue_waiting',
      help: 'Citizens waiting for a person',
      labelNames: ['queue'] as const,
      registers,
    }),
    queueOldestSeconds: new Gauge({
      name: 'hotline_queue_oldest_wait_seconds',
      help: 'How long the first in the line has waited, 0 when nobody waits',
      labelNames: ['queue'] as const,
      registers,
    }),
    callsEnded: new Counter({
      name: 'hotline_calls_ended_total',
      help: 'Calls by how they ended',
      labelNames: ['disposition'] as const,
      registers,
    }),
    switchUp: new Gauge({
      name: 'hotline_switch_up',
      help: '1 while the link to the node works',
      labelNames: ['node'] as const,
      registers,
    }),
    switchEvents: new Counter({
      name: 'hotline_switch_events_total',
      help: 'Events taken from the switch',
      labelNames: ['type'] as const,
      registers,
    }),
    popSeconds: new Histogram({
      name: 'hotline_pop_seconds',
      help: "From the switch's word that a phone rings to the card handed to the agent's socket",
      buckets: FAST,
      registers,
    }),
    recordings: new Counter({
      name: 'hotline_recordings_total',
      help: 'Recordings by outcome',
      labelNames: ['outcome'] as const,
      registers,
    }),
  };
};

export type Metrics = ReturnType<typeof createMetrics>;
