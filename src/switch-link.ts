import type { Logger } from 'pino';
import type { AgentNotices, Agents, AgentsRepository, Presences } from './agents/index.ts';
import type { Alarms, Calls, Recordings } from './calls/index.ts';
import type { Clock } from './core/clock.ts';
import type { Metrics } from './http/index.ts';
import type { PushEvent } from './push/index.ts';
import type { KeptValues } from './storage/kept-values.ts';
import type { TelephonyEvent, TelephonyEventOf } from './telephony/events.ts';
import type { Telephony } from './telephony/port.ts';
import type { KeptPlaces } from './waiting/index.ts';

/** What happened while nobody listened, from the switch's own records. */
export interface MissedRecords {
  missedEvents(node: string, cursor: unknown): Promise<{ known: boolean; events: TelephonyEvent[]; cursor: unknown }>;
}

export interface SwitchLink {
  start(): Promise<void>;
  /** Resolves when every event heard so far is in the record. */
  settled(): Promise<void>;
  /**
   * Moves the place in each switch's records from which the next life reads on; to be called every minute and at the end.
   * Without it a service that ran for days would tell itself days again.
   */
  keepPlace(): Promise<void>;
  /** Raises and clears the alarm of each switch by what is so now: one that was never reached has told of no loss. */
  checkNodes(): void;
}

export interface SwitchLinkDeps {
  telephony: Telephony & MissedRecords;
  calls: Calls;
  recordings: Pick<Recordings, 'sealEnded'>;
  agents: Pick<Agents, 'reestablish'>;
  places: Pick<KeptPlaces, 'hear' | 'reconcile'>;
  agentsRepository: Pick<AgentsRepository, 'staffIdOfExtension'>;
  presences: Presences;
  notices: Pick<AgentNotices, 'agentChanged' | 'queuesChanged'>;
  alarms: Alarms;
  kept: KeptValues;
  metrics: Pick<Metrics, 'switchUp' | 'switchEvents'>;
  pushToDesks: (event: PushEvent) => void;
  /** Writes the queues as they are kept now into the switch. */
  writeQueues(): Promise<void>;
  /** Writes the hotline's own settings, as they are kept now, into the switch. */
  writeSettings(): Promise<void>;
  clock: Clock;
  logger: Logger;
}

/**
 * A place in the records counts only when the link has proved itself alive for this long after: a dead link is found by an
 * unanswered question within 15 s, and what ended in between has not been heard.
 */
const PROOF_MS = 20_000;
/** A switch that starts up or is restarted is away for a moment; that is not yet an alarm. */
const PATIENCE_MS = 5_000;
/**
 * What is heard while the missed is still being told waits for it: a call of the outage must have arrived before it can be
 * answered, or it would be taken in as one that came this moment from nobody. Longer than this no card may wait.
 */
const HOLD_MS = 3_000;
/** Telephones' states come in storms (a queue of 500 told anew); a page needs them ten times a second at most. */
const QUIET_MS = 100;

/**
 * Between the switch and the features: every event is handed on in order, and after every (re)connect three things are
 * done before news is trusted again: what was missed is read from the switch's records, what the record still holds is
 * compared with what the switch holds, and the queue's members are made to be exactly the people signed in.
 */
export const createSwitchLink = (deps: SwitchLinkDeps): SwitchLink => {
  const { telephony, calls, recordings, agents, presences, notices, alarms, kept, metrics, logger, clock } = deps;
  const mending = new Map<string, Promise<void>>();
  /** The newest place seen in each node's records, not yet proved. */
  const places = new Map<string, { cursor: unknown; seenAt: number; unrecorded: number }>();
  const changed = new Set<string>();
  const held = new Map<string, TelephonyEvent[]>();
  let telling = false;

  const keyOf = (node: string): string => `switch.records.${node}`;

  const tellPresence = async (extension: string): Promise<void> => {
    const staffId = await deps.agentsRepository.staffIdOfExtension(extension);
    if (staffId !== undefined) notices.agentChanged(staffId);
  };

  /** At once when it is quiet; in a storm each telephone once per pause, however often it changed. */
  const tellPresences = async (): Promise<void> => {
    if (telling) return;
    telling = true;
    while (changed.size > 0) {
      const now = [...changed];
      changed.clear();
      for (const extension of now)
        await tellPresence(extension).catch((err) => logger.warn({ err }, 'a telephone’s state could not be told'));
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS).unref());
    }
    telling = false;
  };

  /** Missed events are told again from their calls' beginnings; every one of them may be heard twice. */
  const fillIn = async (node: string): Promise<void> => {
    const missed = await telephony.missedEvents(node, await kept.get(keyOf(node)));
    for (const event of missed.events) await calls.apply(event);
    if (missed.known) await kept.set(keyOf(node), missed.cursor);
    else logger.warn({ node }, 'the records of this switch are out of reach; what was missed stays unknown');
  };

  /** The switch keeps a rating until it is kept here: pressed while nobody listened, it is not lost. */
  const keepRating = async (event: TelephonyEventOf<'call.rated'>): Promise<void> => {
    try {
      await calls.rate(event);
      await telephony.forgetRating(event.node, event.channelId);
    } catch (err) {
      logger.warn({ err, channelId: event.channelId }, 'a rating could not be taken over; it is with the next connection');
    }
  };

  const record = (event: TelephonyEvent): void => {
    if (event.type === 'place.changed') void deps.places.hear(event);
    else if (event.type === 'call.rated') void keepRating(event);
    else void calls.apply(event);
  };

  const letGo = (node: string, waiting: TelephonyEvent[] | undefined = held.get(node)): void => {
    if (waiting === undefined || held.get(node) !== waiting) return;
    held.delete(node);
    for (const event of waiting) record(event);
  };

  const hold = (node: string): void => {
    letGo(node);
    const waiting: TelephonyEvent[] = [];
    held.set(node, waiting);
    setTimeout(() => letGo(node, waiting), HOLD_MS).unref();
  };

  const mend = async (node: string): Promise<void> => {
    await fillIn(node).catch((err) => logger.error({ err, node }, 'missed events could not be read'));
    letGo(node);
    const [snapshot] = await telephony.snapshot(node);
    if (!snapshot) return;
    await calls.reconcile(snapshot);
    await deps.places.reconcile(snapshot);
    for (const rated of await telephony.keptRatings(node)) await keepRating(rated);
    for (const extension of presences.replace(snapshot)) await tellPresence(extension);
    await deps.writeQueues();
    await agents.reestablish(snapshot);
    await deps.writeSettings();
    await recordings.sealEnded();
    notices.queuesChanged();
  };

  const onUp = (node: string): void => {
    places.delete(node);
    hold(node);
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
    places.delete(node);
    alarms.raise(`switch_down.${node}`, 'switch_down', reason);
    metrics.switchUp.set({ node }, 0);
    deps.pushToDesks({ type: 'switch.changed', up: false, reason });
  };

  const hear = (event: TelephonyEvent): void => {
    metrics.switchEvents.inc({ type: event.type });
    if (event.type === 'switch.up') onUp(event.node);
    if (event.type === 'switch.down') onDown(event.node, event.reason);
    if (event.type === 'recording.failed') alarms.raise(`recording_failed.${event.node}`, 'recording_failed', event.node);
    const extension = presences.take(event);
    if (extension !== null) {
      changed.add(extension);
      void tellPresences();
    }
    const waiting = held.get(event.node);
    if (waiting) waiting.push(event);
    else record(event);
  };

  const keepPlaceOf = async (node: string): Promise<void> => {
    await mending.get(node);
    const place = places.get(node);
    const now = clock.now().getTime();
    if (place && now - place.seenAt < PROOF_MS) return;
    if (place && place.unrecorded !== calls.unrecorded()) {
      // The database refused events meanwhile; the switch's records still hold them.
      places.delete(node);
      return fillIn(node);
    }
    if (place) await kept.set(keyOf(node), place.cursor);
    const unrecorded = calls.unrecorded();
    const seen = await telephony.missedEvents(node, place?.cursor ?? (await kept.get(keyOf(node))));
    // The link may have broken while the records were read.
    if (seen.known && telephony.nodes().some((each) => each.node === node && each.up))
      places.set(node, { cursor: seen.cursor, seenAt: now, unrecorded });
  };

  return {
    start: () => telephony.start(hear),
    async settled() {
      await Promise.all(mending.values());
    },
    async keepPlace() {
      for (const { node, up } of telephony.nodes())
        if (up) await keepPlaceOf(node).catch((err) => logger.warn({ err, node }, 'the place in the records could not be kept'));
    },
    checkNodes() {
      for (const { node, up, reason, since } of telephony.nodes()) {
        if (up) alarms.clear(`switch_down.${node}`);
        else if (clock.now().getTime() - since.getTime() >= PATIENCE_MS) alarms.raise(`switch_down.${node}`, 'switch_down', reason);
        metrics.switchUp.set({ node }, up ? 1 : 0);
      }
    },
  };
};
