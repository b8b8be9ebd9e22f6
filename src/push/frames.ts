import type { AgentView, DayFigures, DeskMessage, QueueSummary } from '../agents/schemas.ts';
import type { Board } from '../board/schemas.ts';
import type { CallRow, Card, DeskView, DialView } from '../calls/schemas.ts';
import type { SurveysView } from '../surveys/schemas.ts';

/**
 * What travels on a console's one WebSocket (`/api/push`, subprotocol `hotline.v1`), as JSON text.
 *
 * `epoch` names one life of the service; `seq` counts frames meant for this console's person within it, without holes. A
 * console that comes back says `resume` with both: it gets what it missed, or, when the epoch is another or the gap is too
 * old, a fresh `snapshot`. A snapshot replaces everything shown; a frame with a seq already seen is dropped.
 */
export const PUSH_VERSION = 1;
export const PUSH_PROTOCOL = 'hotline.v1';

export interface Snapshot {
  agent: AgentView;
  /** Rings and talks of this person that are going on now: the cards on screen are exactly these. */
  cards: Card[];
  /** How the call this person is talking in stands, and what may be done with it. */
  desk: DeskView | null;
  /** A call just ended whose form is still to be written. */
  wrapUp: Card | null;
  queues: QueueSummary[];
  today: DayFigures;
  recent: CallRow[];
  /** What team leaders have said and this person has not confirmed yet, the oldest first. */
  messages: DeskMessage[];
  /** Notices of cases that this person has not read, counted no further than 100. */
  unreadNotices: number;
  switchUp: boolean;
  alarms: Alarm[];
}

export type Alarm = {
  id: string;
  kind:
    | 'recording_failed'
    | 'switch_down'
    | 'disk_full'
    | 'disk_days'
    | 'trunk_down'
    | 'relay_down'
    | 'job_failed'
    | 'caller_waits'
    | 'number_floods';
  at: string;
  detail: string;
};

/** Body of each frame that carries a sequence number. */
export type PushEvent =
  | { type: 'card.offered'; card: Card }
  | { type: 'card.withdrawn'; callId: number; offerId: number; reason: 'missed' | 'withdrawn' | 'abandoned' }
  | { type: 'card.answered'; callId: number; offerId: number; answeredAt: string }
  | { type: 'card.ended'; callId: number; offerId: number; endedAt: string; by: 'citizen' | 'agent' | 'lost' }
  /** A call this person dialled: their telephone is rung, the number is, or why nobody was reached. */
  | { type: 'call.dialling'; callId: number; result: DialView['result'] }
  /** A call in talk can be handed on, or somebody asked: who is in it, and what may be done now. */
  | { type: 'call.desk'; desk: DeskView }
  | { type: 'agent.changed'; agent: AgentView }
  | { type: 'queue.changed'; queue: QueueSummary }
  | { type: 'message.arrived'; message: DeskMessage }
  | { type: 'message.seen'; messageId: number }
  | { type: 'notices.changed'; unread: number }
  | { type: 'today.changed'; today: DayFigures; recent: CallRow[] }
  | { type: 'switch.changed'; up: boolean; reason: string }
  | { type: 'alarm.raised'; alarm: Alarm }
  | { type: 'alarm.cleared'; id: string }
  | { type: 'recording.sealed'; callId: number };

/** Whole pictures that a console may watch, one at a time. */
export interface Pictures {
  board: Board;
  surveys: SurveysView;
}
export type Picture = keyof Pictures;

export type ServerFrame =
  | { v: 1; t: 'hello'; epoch: string; seq: number; now: string; snapshot: Snapshot }
  | { v: 1; t: 'event'; epoch: string; seq: number; now: string; event: PushEvent }
  /** The whole board, for who watches it: outside the numbers, because each one replaces the one before. */
  | { v: 1; t: 'board'; now: string; board: Board }
  /** The callbacks as they stand, in the same way. */
  | { v: 1; t: 'surveys'; now: string; surveys: SurveysView }
  /** Everything after the asked-for seq has been sent. */
  | { v: 1; t: 'resumed'; epoch: string; seq: number; now: string }
  | { v: 1; t: 'ended'; reason: 'session_ended' | 'service_closing' };

export type ClientFrame =
  | { v: 1; t: 'resume'; epoch: string | null; seq: number }
  | { v: 1; t: 'ping' }
  | { v: 1; t: 'watch'; what: Picture | 'nothing' };
