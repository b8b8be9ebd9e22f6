import type { Disposition } from '../core/dispositions.ts';
import type { TelephonyEvent } from '../telephony/events.ts';
import type { SwitchSnapshot } from '../telephony/port.ts';
import type { DialResult } from './dialling.ts';

export type OfferOutcome = 'ringing' | 'answered' | 'missed' | 'withdrawn' | 'abandoned' | 'lost';

/** The facts of a call that decide how it is counted. */
export interface CallTimes {
  arrivedAt: Date;
  queuedAt: Date | null;
  answeredAt: Date | null;
  agentLeftAt: Date | null;
  endedAt: Date | null;
}

/** An agent's conversation outweighs everything: a call that was answered and then lost its agent is still an answered call. */
export const dispositionOf = (call: {
  answeredAt: Date | null;
  diversion: 'voicemail' | 'fallback' | 'restricted' | 'callback' | null;
}): Disposition => {
  if (call.answeredAt) return 'answered';
  if (call.diversion === 'fallback' || call.diversion === 'callback') return call.diversion;
  return call.diversion === 'voicemail' ? 'voicemail' : 'abandoned';
};

/** What became of a call that an agent dialled. Nobody saw how it ended: it came to nobody. */
export const dialDisposition = (call: { answeredAt: Date | null; dialResult: DialResult | null }): Disposition => {
  if (call.answeredAt) return 'answered';
  const { dialResult } = call;
  return dialResult === 'busy' || dialResult === 'no_answer' || dialResult === 'cancelled' ? dialResult : 'unreached';
};

/** Where a citizen on the line is now. */
export const LINE_STATES = ['notice', 'waiting', 'ringing', 'talking', 'diverted'] as const;
export type LineState = (typeof LINE_STATES)[number];

export const lineStateOf = (
  call: Pick<CallTimes, 'queuedAt' | 'answeredAt' | 'agentLeftAt'> & { diversion: string | null },
  rings: boolean,
): LineState => {
  if (call.answeredAt && !call.agentLeftAt) return 'talking';
  if (call.diversion) return 'diverted';
  if (rings) return 'ringing';
  return call.queuedAt ? 'waiting' : 'notice';
};

/** Why a ring ended without this agent. A citizen who gave up is not the agent's miss. */
export const unansweredOutcome = (call: { answeredAt: Date | null; leftQueueWhileRinging: boolean; ended: boolean }): OfferOutcome => {
  if (call.ended || (call.leftQueueWhileRinging && !call.answeredAt)) return 'abandoned';
  return call.answeredAt ? 'withdrawn' : 'missed';
};

const seconds = (from: Date, to: Date): number => Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));

/** Time the citizen waited for a person, from the first join of a queue; the notice is not waiting. */
export const waitSeconds = (call: CallTimes, now: Date): number =>
  call.queuedAt ? seconds(call.queuedAt, call.answeredAt ?? call.endedAt ?? now) : 0;

export const talkSeconds = (call: CallTimes, now: Date): number =>
  call.answeredAt ? seconds(call.answeredAt, call.agentLeftAt ?? call.endedAt ?? now) : 0;

/**
 * The switch names its file by a full path of its own machine; what is kept is the part below its recording directory,
 * so that the record stays true when the directory is mounted or moved elsewhere.
 */
export const relativeRecording = (file: string): string => {
  const mark = '/recording/';
  const at = file.lastIndexOf(mark);
  return at < 0 ? file : file.slice(at + mark.length);
};

/** A call is in the record before the switch is asked to dial: for this long it need not be there yet. */
const DIALLED_SOON_MS = 5_000;

/** A call that the database holds as going on, with its rings and talks. */
export interface OpenCall {
  channelId: string;
  /** Somebody of ours dialled it. */
  dialled?: boolean;
  queue: string | null;
  arrivedAt: Date;
  legs: { legId: string; extension: string; state: 'ringing' | 'talking'; since: Date }[];
}

/** What must be told to the ordinary event path so that the record agrees with the switch; `lost` alone has no event of its own. */
export type Correction = TelephonyEvent | { type: 'call.lost'; node: string; channelId: string; at: Date };

/**
 * Compares what we hold with what the switch holds. Invents nothing: an end that nobody saw is `lost` at the instant we
 * noticed, a living call that nobody announced is adopted with the switch's own start.
 */
export const reconcile = (open: readonly OpenCall[], snapshot: SwitchSnapshot): Correction[] => {
  const { node, takenAt: at } = snapshot;
  const live = new Map(snapshot.calls.map((call) => [call.channelId as string, call]));
  const known = new Map(open.map((call) => [call.channelId, call]));
  const corrections: Correction[] = [];
  for (const call of open) {
    const alive = live.get(call.channelId);
    if (!alive) {
      // A call that arrived after the snapshot was asked for is simply not in it yet.
      const due = call.dialled && call.legs.length === 0 ? call.arrivedAt.getTime() + DIALLED_SOON_MS : call.arrivedAt.getTime();
      if (due < at.getTime()) corrections.push({ type: 'call.lost', node, channelId: call.channelId, at });
      continue;
    }
    const legs = new Set(alive.legs.map((leg) => leg.legId as string));
    // Likewise a ring that began after the snapshot was asked for.
    for (const leg of call.legs.filter((each) => !legs.has(each.legId) && each.since < at))
      corrections.push(
        leg.state === 'talking'
          ? { type: 'call.agent_left', node, channelId: call.channelId, legId: leg.legId, extension: leg.extension, cause: 0, at }
          : { type: 'offer.ended', node, channelId: call.channelId, legId: leg.legId, extension: leg.extension, answered: false, at },
      );
  }
  for (const call of snapshot.calls) {
    const ours = known.get(call.channelId);
    const { channelId } = call;
    if (!ours)
      corrections.push({
        type: 'call.arrived',
        node,
        channelId,
        callerNumber: call.callerNumber,
        callerName: call.callerName,
        calledNumber: call.calledNumber,
        at: call.startedAt,
      });
    if (call.queue && ours?.queue !== call.queue)
      corrections.push({ type: 'call.queued', node, channelId, queue: call.queue, position: 0, at });
    for (const leg of call.legs) {
      const before = ours?.legs.find((each) => each.legId === leg.legId);
      const facts = { node, channelId, legId: leg.legId, extension: leg.extension, queue: call.queue ?? ours?.queue ?? '', at };
      if (!before) corrections.push({ type: 'call.offered', ...facts });
      if (leg.state === 'talking' && before?.state !== 'talking') corrections.push({ type: 'call.answered', ...facts });
    }
  }
  return corrections;
};
