import type { ChannelId, Extension } from '../core/ids.ts';
import type { DeviceState, KeptPlace, TelephonyEvent, TelephonyEventOf } from './events.ts';

/** A citizen's call as the switch holds it right now. */
export interface LiveCall {
  node: string;
  channelId: ChannelId;
  callerNumber: string;
  callerName: string;
  calledNumber: string;
  startedAt: Date;
  /** Set while the call waits in a queue. */
  queue: string | null;
  /** Agents' channels that belong to this call: rung or talking. */
  legs: { legId: ChannelId; extension: Extension; state: 'ringing' | 'talking' }[];
}

export interface LiveMember {
  node: string;
  queue: string;
  extension: Extension;
  paused: boolean;
  pauseReason: string;
  device: DeviceState;
  /** 0 where the switch has said nothing of it. */
  penalty?: number;
}

/** The truth, asked for at one instant. */
export interface SwitchSnapshot {
  node: string;
  takenAt: Date;
  /** When this Asterisk process began. Channels of an older process are gone. */
  bootedAt: Date;
  calls: LiveCall[];
  members: LiveMember[];
  registered: Extension[];
  /** Waiting channel ids per queue, head first. */
  queues: Record<string, ChannelId[]>;
  /** Channels that wait in the place of somebody who will be called back. */
  keeping: ChannelId[];
}

export interface NodeStatus {
  node: string;
  up: boolean;
  /** Why not, in words an operator can act on ("AMI: wrong password for user hotline"). */
  reason: string;
  since: Date;
}

export interface PhoneSetup {
  extension: Extension;
  displayName: string;
  /** Random per session; stored on the switch as a digest in memory only. */
  secret: string;
  /**
   * `browser` = an agent's WebRTC phone over the relay; `desk` = an agent's SIP telephone over UDP; `citizen` = the
   * demonstration's WebRTC phone, which may dial the hotline and nothing else.
   */
  kind: 'browser' | 'desk' | 'citizen';
}

/** What keeps ahead in the switch's own database so that the dialplan decides alone, service dead or alive. */
export interface CallerRule {
  /** Normal form of the number (core/phone-number). */
  number: string;
  language?: 'zh' | 'en';
  restriction?: { kind: 'low_priority' | 'message_only'; until: Date };
  /** Agents whose telephones are not rung for this caller, whatever queue or transfer brings them together. */
  keptApart?: readonly Extension[];
}

/** How a caller waits: ahead of others by so many minutes (0–49), and which agent is tried first. */
export interface CallerPrecedence {
  /** Normal form. */
  number: string;
  aheadMinutes: number;
  knowingExtension: Extension | null;
}

export interface HotlineSettings {
  /** Numbers dialled one after the other when nobody is signed in, joined by '&'; '' = none; null = the switch's own configuration's. */
  fallbackNumber: string | null;
  /** Asterisk time specs joined by '&', Asia/Shanghai ("08:00-18:00,mon-fri,*,*"); null = open always. */
  openHours: string | null;
  /** Calls waiting beyond which a new caller is asked for a message; null = no limit. */
  maxWaiting: number | null;
  /** Where a caller goes who finds the line too long; a message when left out. */
  overflow?: 'message' | 'duty_phone';
  /** Hours of days off and of made-up working days, in the form of `openHours`; '' = closed. Mean nothing without `openHours`. */
  specialHours?: { dayOff: string; makeUp: string } | null;
  /** The calendar ahead, a month (YYYYMM) with one sign for each day: h = day off, w = made-up working day, . = as every week. */
  calendar?: readonly { month: string; days: string }[];
}

/** What a citizen hears and may do while waiting; the switch does it all by itself. */
export interface WaitingSettings {
  /** Seconds between two announcements of the place; null = it is not said. */
  placeEverySeconds: number | null;
  /** The expected wait, once. */
  saysExpectedWait: boolean;
  /** Seconds between two offers of the key to be called back; null = there is no such key. */
  callbackEverySeconds: number | null;
  /** How long the agent who knows the matter is rung before others are. */
  knowingAgentSeconds: number;
  /** One question to the citizen after the agent has hung up. */
  asksRating: boolean;
}

/**
 * The place in a queue as the switch keeps it (dialplans/queue.conf, hotline-rank): the instant of joining, earlier by so many
 * minutes. Greater is sooner.
 */
export const waitingRank = (since: Date, aheadMinutes: number): number =>
  2_100_000_000 - Math.floor(since.getTime() / 1000) + 60 * aheadMinutes;

export const QUEUE_STRATEGIES = ['rrmemory', 'leastrecent', 'fewestcalls', 'random', 'ringall'] as const;

/** `general` means the settings of all queues. */
export const isQueueName = (name: string): boolean => /^[\w.-]{1,64}$/.test(name) && name !== 'general';

/** One queue as the switch must hold it. */
export interface SwitchQueue {
  /** A plain name: `isQueueName`. */
  queue: string;
  strategy: (typeof QUEUE_STRATEGIES)[number];
  /** How long one telephone rings before the next is tried. */
  ringSeconds: number;
  /** In whole seconds, not less than 2: the switch notes the last call in whole seconds. */
  wrapUpSeconds: number;
  /** A prompt said again and again to who waits, or null. */
  announcement: string | null;
  announceEverySeconds: number;
  /** Closed: new callers go to everybody's queue. Who waits already stays. */
  open: boolean;
  /** After this a caller goes on to everybody's queue; null: never. */
  patienceSeconds: number | null;
}

export interface SwitchQueues {
  /** The first is everybody's. */
  queues: readonly SwitchQueue[];
  /** Names of queues that were and must not be any more. */
  retired: readonly string[];
  /** Each of the hotline's own numbers, with the queue its callers wait in; null: everybody's. */
  lines: Readonly<Record<string, string | null>>;
}

/** One agent's part of a citizen's call. */
export interface DeskCall {
  channelId: ChannelId;
  legId: ChannelId;
  extension: Extension;
}

export type Destination =
  | { kind: 'agent'; extension: Extension }
  | { kind: 'queue'; queue: string }
  /** Dialled over the trunk, in the form the carrier takes; `shown` is the hotline's own number. */
  | { kind: 'outside'; number: string; shown: string };
export type ThirdParty = Exclude<Destination, { kind: 'queue' }>;

/** A call an agent wants: the agent's telephone is rung first, then the number. */
export interface OutboundCall {
  /** As `homeOf` the agent's telephone says. */
  node: string;
  /** Made up by the caller, unique for ever: `dial-` and a UUID. The key of the call, as a citizen's channel is. */
  channelId: ChannelId;
  extension: Extension;
  /** In the form the carrier takes. */
  number: string;
  /** Its normal form, by which callers are known. */
  normal: string;
  /** The hotline's own number that is shown. */
  shown: string;
}

/** What the switch tells of calls that were begun by `SurveyCalls.dial`; nothing of them is told as a TelephonyEvent. */
export type SurveyCallEvent =
  | { type: 'ringing' | 'answered'; channelId: ChannelId; at: Date }
  /** Told when the key is let go. */
  | { type: 'key'; channelId: ChannelId; digit: string; at: Date }
  /** The sentence has ended, by itself, by `stopPlaying`, or because it could not be played. */
  | { type: 'played'; channelId: ChannelId; play: string; at: Date }
  | { type: 'recorded'; channelId: ChannelId; recording: string; whole: boolean; at: Date }
  /** @param sip the carrier's last status, where the switch knows it */
  | { type: 'ended'; channelId: ChannelId; cause: number; sip: number | null; at: Date }
  /** The link is gone: how the call ends will never be told. Its lease runs out and the switch says goodbye. */
  | { type: 'lost'; channelId: ChannelId; at: Date };

/** How long a survey call lives without `renew`; then the dialplan says goodbye and hangs up. Milliseconds. */
export const SURVEY_LEASE_MS = 4_000;

/**
 * Calls that the hotline makes by itself to ask a citizen, one key at a time. A call lives on a lease: a service that dies
 * leaves nobody on a silent line. Errors as of Telephony.
 */
export interface SurveyCalls {
  onEvent(listener: (event: SurveyCallEvent) => void): void;
  /** Whether a call can be made at this moment. */
  ready(): boolean;
  /**
   * Asks for a call; what becomes of it is told as events.
   * @param call.channelId made up by the caller, unique for ever: letters, digits and dashes
   * @throws telephony.unavailable, telephony.refused, telephony.value_refused: certainly nobody is rung; telephony.timeout: perhaps
   */
  dial(call: { channelId: ChannelId; number: string; callerNumber: string; ringMs: number }): Promise<void>;
  /** To be said every second while the call is talked to. */
  renew(channelId: ChannelId): Promise<void>;
  /** @param sounds names as a dialplan's Playback takes them, one after the other */
  play(channelId: ChannelId, play: string, sounds: readonly string[]): Promise<void>;
  stopPlaying(play: string): Promise<void>;
  /** Until `#`, three seconds of silence, or the longest time. @param recording a path below the recordings directory, without extension */
  record(channelId: ChannelId, recording: string, longestSeconds: number): Promise<void>;
  stopRecording(recording: string): Promise<void>;
  /** Lets the citizen wait for a person, as a caller of the hotline. From then on the call is told as any other. */
  connectQueue(channelId: ChannelId): Promise<void>;
  endCall(channelId: ChannelId): Promise<void>;
}

/**
 * The switch behind our own words. Every method ends within its time limit: `telephony.timeout` when the switch did not
 * answer, `telephony.unavailable` when there is no link, `telephony.value_refused` for a value that could smuggle a second
 * command (CR, LF, NUL). Every method may be called twice: the second call finds the thing as it should be.
 */
export interface Telephony {
  /** Delivers events in the order the switch sent them, one at a time per node; a handler's rejection is logged, never fatal. */
  start(onEvent: (event: TelephonyEvent) => void): Promise<void>;
  stop(): Promise<void>;
  nodes(): NodeStatus[];
  snapshot(node?: string): Promise<SwitchSnapshot[]>;

  setUpPhone(phone: PhoneSetup): Promise<void>;
  removePhone(extension: Extension): Promise<void>;
  /** Makes the extension a member of exactly these queues; a penalty that is not said is 0. */
  joinQueues(member: {
    extension: Extension;
    displayName: string;
    queues: readonly string[];
    penalties?: Readonly<Record<string, number>>;
    paused: boolean;
    reason: string;
  }): Promise<void>;
  leaveQueues(extension: Extension): Promise<void>;
  pause(extension: Extension, reason: string): Promise<void>;
  unpause(extension: Extension): Promise<void>;

  /** @param cause Q.850; 44 sends the citizen back to the head of the queue, 16 lets the dialplan say goodbye. */
  hangUp(channelId: ChannelId, cause: number): Promise<void>;
  /**
   * Hands the citizen on and ends the agent's part. Not taken: the citizen is back at the same agent, then at the head of
   * the queue, by the dialplan alone.
   */
  transfer(call: DeskCall, to: Destination): Promise<void>;
  /**
   * Rings a third party. `consult`: the citizen hears music and is back by itself when the third does not come or has gone;
   * `conference`: agent and citizen go on talking and the third joins them.
   * @param legId made up by the caller, unique for ever: `third-` and a UUID. What becomes of it is told as third.joined and
   *   third.left; an agent who is rung is offered the call as well.
   */
  callThird(call: DeskCall, third: ThirdParty, how: 'consult' | 'conference', legId: ChannelId): Promise<void>;
  /**
   * Asks for a call; what becomes of it is told as call.arrived, call.offered, call.dialling, call.answered, call.ended. From the
   * first ring on nobody is needed: it goes on, and ends, by the dialplan alone.
   */
  dialOut(call: OutboundCall): Promise<void>;
  /** The node at which this telephone can be rung now, or null. */
  homeOf(extension: Extension): string | null;
  /** Which kinds of numbers (calls/dialling.ts) are dialled for a desk; an emergency number always is. */
  writeDialling(classes: readonly string[]): Promise<void>;
  /** The citizen comes from the music to agent and third. */
  joinThird(call: DeskCall): Promise<void>;
  /** Third party out of the call; a citizen on music is back with the agent. */
  dismissThird(call: DeskCall): Promise<void>;
  /**
   * The agent's telephone began anew in the middle of a talk and the leg is dead: the citizen hears music until the telephone is
   * there again, 10 s at most, then it rings for 20 s. Not there or not taken: the head of the queue, by the dialplan alone.
   */
  bringBack(call: DeskCall): Promise<void>;
  /** The agent goes, citizen and third party stay. `telephony.not_answered` while the third is not there. */
  leaveToThird(call: DeskCall): Promise<void>;
  /** Earlier or later place in the queue for a call that is already waiting. @param priority as `waitingRank` makes it */
  setWaitingPriority(queue: string, channelId: ChannelId, priority: number): Promise<void>;
  writeCallerRule(rule: CallerRule): Promise<void>;
  removeCallerRule(number: string): Promise<void>;
  /** Kept by the switch for good, apart from the caller's rule. */
  writePrecedence(precedence: CallerPrecedence): Promise<void>;
  /**
   * Takes a waiting call out of its queue to the agent kept for its caller, when that one can be rung this moment; not taken, it
   * is back at its place. `telephony.refused` when it waits no more.
   */
  tryKnowingAgent(queue: string, channelId: ChannelId): Promise<void>;
  writeSettings(settings: HotlineSettings): Promise<void>;
  writeWaiting(settings: WaitingSettings): Promise<void>;
  /** What a node has promised: also what was promised while nobody listened. */
  keptPlaces(node: string): Promise<KeptPlace[]>;
  /** Ratings that the switch keeps until they are forgotten, whoever was there to hear of them. */
  keptRatings(node: string): Promise<TelephonyEventOf<'call.rated'>[]>;
  /** After it is kept here. */
  forgetRating(node: string, channelId: ChannelId): Promise<void>;
  /** Puts a channel into the queue in the citizen's place (again), told as place.changed. */
  keepPlace(node: string, place: KeptPlace): Promise<void>;
  /** Takes the promise out of the switch, with the channel that waits for it. */
  forgetPlace(node: string, place: Pick<KeptPlace, 'place' | 'number' | 'channelId'>): Promise<void>;
  /**
   * Makes and changes the queues, in force for the next ring; callers who wait keep their places, members stay. Queues the
   * service never named are left alone.
   */
  writeQueues(queues: SwitchQueues): Promise<void>;

  readonly surveyCalls: SurveyCalls;
}
