import type { Logger } from 'pino';
import type { AgentNotices, Agents, AgentsRepository, Presences } from './agents/index.ts';
import type { Alarms, Calls, Recordings } from './calls/index.ts';
import type { Metrics } from './http/index.ts';
import type { PushEvent } from './push/index.ts';
import type { KeptValues } from './storage/kept-values.ts';
import type { TelephonyEvent } from './telephony/events.ts';
import type { HotlineSettings, Telephony } from './telephony/port.ts';

/** What happened while nobody listened, from the switch's own records. */
export interface MissedRecords {
  missedEvents(node: string, cursor: unknown): Promise<{ known: boolean; events: TelephonyEvent[]; cursor: unknown }>;
}

export interface SwitchLink {
  start(): Promise<void>;
  /** Resolves when every event heard so far is in the record. */
  settled(): Promise<void>;
}

/**
 * Between the switch and the features: every event is handed on in order, and after every (re)connect three things are
 * done before news is trusted again: what was missed is read from the switch's records, what the record still holds is
 * compared with what the switch holds, and the queue's members are made to be exactly the people signed in.
 */
export const createSwitchLink = (deps: {
  telephony: Telephony & MissedRecords;
  calls: Calls;
  recordings: Recordings;
  agents: Agents;
  agentsRepository: AgentsRepository;
  presences: Presences;
  notices: AgentNotices;
  alarms: Alarms;
  kept: KeptValues;
  metrics: Metrics;
  pushToDesks: (event: PushEvent) => void;
  settings: HotlineSettings;
  logger: Logger;
}): SwitchLink => {
  const { telephony, calls, recordings, agents, presences, notices, alarms, kept, metrics, logger } = deps;
  const mending = new Map<string, Promise<void>>();

  const tellPresence = async (extension: string): Promise<void> => {
    const staffId = await deps.agentsRepository.staffIdOfExtension(extension);
    if (staffId !== undefined) notices.agentChanged(staffId);
  };

  /** Missed events are told again from their calls' beginnings; every one of them may be heard twice. */
  const fillIn = async (node: string): Promise<void> => {
    const key = `switch.records.${node}`;
    const missed = await telephony.missedEvents(node, await kept.get(key));
    for (const event of missed.events) await calls.apply(event);
    if (missed.known) await kept.set(key, missed.cursor);
    else logger.warn({ node }, 'the records of this switch are out of reach; what was missed stays unknown');
  };

  const mend = async (node: string): Promise<void> => {
    await fillIn(node).catch((err) => logger.error({ err, node }, 'missed events could not be read'));
    const [snapshot] = await telephony.snapshot(node);
    if (!snapshot) return;
    await calls.reconcile(snapshot);
    for (const extension of presences.replace(snapshot)) await tellPresence(extension);
    await agents.reestablish(snapshot);
    await telephony.writeSettings(deps.settings);
    await recordings.sealEnded();
    notices.queuesChanged();
  };

  const onUp = (node: string): void => {
    alarms.clear(`switch_down.${node}`);
    metrics.switchUp.set({ node }, 1);
    const after = (mending.get(node) ?? Promise.resolve()).then(() => mend(node));
    mending.set(
      node,
      after
        .catch((err) => logger.error({ err, node }, 'the record could not be compared with the switch'))
        .then(() => deps.pushToDesks({ type: 'switch.changed', up: true, reason: '' })),
    );
  };

  const onDown = (node: string, reason: string): void => {
    alarms.raise(`switch_down.${node}`, 'switch_down', reason);
    metrics.switchUp.set({ node }, 0);
    deps.pushToDesks({ type: 'switch.changed', up: false, reason });
  };

  const hear = (event: TelephonyEvent): void => {
    metrics.switchEvents.inc({ type: event.type });
    if (event.type === 'switch.up') onUp(event.node);
    if (event.type === 'switch.down') onDown(event.node, event.reason);
    if (event.type === 'recording.failed') alarms.raise(`recording_failed.${event.channelId}`, 'recording_failed', event.node);
    const extension = presences.take(event);
    if (extension !== null) void tellPresence(extension).catch((err) => logger.warn({ err }, 'a notice could not be made'));
    void calls.apply(event);
  };

  return {
    start: () => telephony.start(hear),
    async settled() {
      await Promise.all(mending.values());
    },
  };
};
