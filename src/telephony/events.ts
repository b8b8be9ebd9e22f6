import type { ChannelId, Extension } from '../core/ids.ts';

/** Q.850 cause of a side that hung up. After any other the dialplan takes the agent's telephone for dead. */
export const NORMAL_HANG_UP = 16;

/**
 * What the switch tells, in our words. Events are hints: each names what changed, never what must be believed; the switch's
 * snapshot is the truth. `at` is the switch's own clock where it gave one. `channelId` is always the citizen's channel, the
 * key of a call; `legId` is the agent's channel, the key of one ring.
 */
export type TelephonyEvent =
  /** The link works and the switch has finished booting. The reader must now reconcile against `snapshot()`. */
  | { type: 'switch.up'; node: string; at: Date }
  | { type: 'switch.down'; node: string; at: Date; reason: string }
  | {
      type: 'call.arrived';
      node: string;
      channelId: ChannelId;
      callerNumber: string;
      callerName: string;
      calledNumber: string;
      /**
       * Left out: the citizen called. `kept_place`: the switch calls back somebody whose place was kept; told when an agent rings.
       * `outbound`: an agent dials.
       */
      origin?: 'kept_place' | 'outbound';
      at: Date;
    }
  | { type: 'call.queued'; node: string; channelId: ChannelId; queue: string; position: number; at: Date }
  /** Out of the queue; whether the citizen gave up is known only from `call.ended` (a time-out is announced like an abandonment). */
  | { type: 'call.left_queue'; node: string; channelId: ChannelId; queue: string; at: Date }
  | { type: 'call.offered'; node: string; channelId: ChannelId; legId: ChannelId; extension: Extension; queue: string; at: Date }
  | { type: 'offer.ended'; node: string; channelId: ChannelId; legId: ChannelId; extension: Extension; answered: boolean; at: Date }
  | { type: 'call.answered'; node: string; channelId: ChannelId; legId: ChannelId; extension: Extension; queue: string; at: Date }
  | { type: 'call.agent_left'; node: string; channelId: ChannelId; legId: ChannelId; extension: Extension; cause: number; at: Date }
  /** After the agent hung up the citizen pressed a key: 1 best … 5 worst. May be told twice. */
  | { type: 'call.rated'; node: string; channelId: ChannelId; key: number; at: Date }
  | { type: 'call.ended'; node: string; channelId: ChannelId; cause: number; at: Date }
  /** The dialplan says which way a call went that no agent took: it ended at the duty phone, or at the message. */
  | {
      type: 'call.diverted';
      node: string;
      channelId: ChannelId;
      to: 'voicemail' | 'fallback' | 'restricted' | 'callback';
      reason: string;
      at: Date;
    }
  /** What an agent did with the call: the citizen on music while the agent asks, all in one room, back from a transfer nobody took, with the number it was handed to, or no longer with it. */
  | {
      type: 'call.desk';
      node: string;
      channelId: ChannelId;
      state: 'consult' | 'conference' | 'returned' | 'outside' | 'outside_left';
      to: string;
      at: Date;
    }
  /** A call an agent dials: the agent has picked up and the number is rung, or why nobody was reached. Reached is `call.answered`. */
  | { type: 'call.dialling'; node: string; channelId: ChannelId; result: Exclude<DialledState, 'reached'>; at: Date }
  /** A third party has come; who does not come only leaves. */
  | { type: 'third.joined'; node: string; channelId: ChannelId; legId: ChannelId; at: Date }
  | { type: 'third.left'; node: string; legId: ChannelId; at: Date }
  /** A citizen who will be called back with their place kept: promised, dialled, reached or not. */
  | ({ type: 'place.changed'; node: string; at: Date } & KeptPlace)
  /** An agent's telephone puts the citizen on music, and takes the citizen back. */
  | { type: 'call.held'; node: string; channelId: ChannelId; legId: ChannelId; at: Date }
  | { type: 'call.resumed'; node: string; channelId: ChannelId; legId: ChannelId; at: Date }
  | { type: 'recording.started'; node: string; channelId: ChannelId; file: string; at: Date }
  | { type: 'voicemail.recorded'; node: string; channelId: ChannelId; file: string; seconds: number; at: Date }
  /** MixMonitor could not write: the call goes on, people must know. */
  | { type: 'recording.failed'; node: string; channelId: ChannelId; at: Date }
  | {
      type: 'member.changed';
      node: string;
      queue: string;
      extension: Extension;
      paused: boolean;
      pauseReason: string;
      device: DeviceState;
      at: Date;
    }
  | { type: 'contact.changed'; node: string; extension: Extension; registered: boolean; at: Date };

/**
 * waiting: in the queue in the citizen's place · dialling: an agent has answered, the citizen is rung · reached · not_reached ·
 * expired: nobody took it within the time the promise holds.
 */
export type KeptPlaceState = 'waiting' | 'dialling' | 'reached' | 'not_reached' | 'expired';

/** A promise as the switch keeps it (dialplans/waiting.conf). */
export interface KeptPlace {
  /** The channel of the call in which it was asked for. */
  place: ChannelId;
  /** Normal form of the citizen's number. */
  number: string;
  queue: string;
  /** Since when the citizen waits, and how many minutes ahead of others. */
  since: Date;
  aheadMinutes: number;
  askedAt: Date;
  /** The number the citizen is shown. */
  shown: string;
  state: KeptPlaceState;
  stateAt: Date;
  /** The channel that waits in the citizen's place, the key of the call that calls back. */
  channelId: ChannelId;
  /** How often the citizen was dialled. */
  attempts: number;
}

/** absent: the agent's own telephone did not answer. refused: the switch does not dial this number. failed: no such number, or no line. */
export const DIALLED_STATES = ['begun', 'calling', 'reached', 'busy', 'no_answer', 'cancelled', 'absent', 'refused', 'failed'] as const;
export type DialledState = (typeof DIALLED_STATES)[number];

export type DeviceState = 'unknown' | 'idle' | 'in_use' | 'busy' | 'unavailable' | 'ringing' | 'on_hold';
export type TelephonyEventOf<T extends TelephonyEvent['type']> = Extract<TelephonyEvent, { type: T }>;
