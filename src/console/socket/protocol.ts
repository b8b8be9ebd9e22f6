import type { CallRow, Card } from '../../calls/schemas.ts';
import type { PushEvent, ServerFrame, Snapshot } from '../../push/frames.ts';

/**
 * What the console knows from the service, as a pure fold over frames. It must hold under the three things that go wrong on a
 * network: a frame that comes twice (dropped by `seq`), a frame that never comes (a hole asks for a resume and nothing after the
 * hole is believed), and a service that was born again (another `epoch`, so a fresh snapshot replaces everything shown).
 */
export interface PushState {
  link: 'connecting' | 'open' | 'down';
  /** When the link was lost, by this computer's clock; null while it holds or before it first held. */
  downSince: number | null;
  attempt: number;
  nextAttemptAt: number | null;
  epoch: string | null;
  seq: number;
  /** Service's clock minus this computer's, in milliseconds: waiting times are counted by the service's clock. */
  clockOffsetMs: number;
  snapshot: Snapshot | null;
  /** The hole that was seen; the client closes the socket and resumes from `seq`. */
  needsResume: boolean;
  sessionEnded: boolean;
  /** Recordings that became whole since the page was loaded, so that lists can say so. */
  sealed: readonly number[];
}

export type PushAction =
  | { type: 'connecting' }
  | { type: 'frame'; frame: ServerFrame; at: number }
  | { type: 'closed'; at: number; nextAttemptAt: number }
  | { type: 'signed_in_again' };

export const initialPushState: PushState = {
  link: 'connecting',
  downSince: null,
  attempt: 0,
  nextAttemptAt: null,
  epoch: null,
  seq: 0,
  clockOffsetMs: 0,
  snapshot: null,
  needsResume: false,
  sessionEnded: false,
  sealed: [],
};

const RECENT_ROWS = 20;

const withoutOffer = (cards: readonly Card[], offerId: number): Card[] => cards.filter((card) => card.offerId !== offerId);

const endCard = (snapshot: Snapshot, offerId: number): Snapshot => {
  const ended = snapshot.cards.find((card) => card.offerId === offerId);
  return { ...snapshot, cards: withoutOffer(snapshot.cards, offerId), desk: null, wrapUp: ended ?? snapshot.wrapUp };
};

const replaceRow = (rows: readonly CallRow[], callId: number, change: Partial<CallRow>): CallRow[] =>
  rows.map((row) => (row.callId === callId ? { ...row, ...change } : row));

/** One event on what is shown. Idempotent: the same event twice gives the same picture. */
export const applyEvent = (snapshot: Snapshot, event: PushEvent): Snapshot => {
  switch (event.type) {
    case 'card.offered':
      return { ...snapshot, cards: [...withoutOffer(snapshot.cards, event.card.offerId), event.card] };
    case 'card.withdrawn':
      return { ...snapshot, cards: withoutOffer(snapshot.cards, event.offerId) };
    case 'card.answered':
      return {
        ...snapshot,
        cards: snapshot.cards.map((card) =>
          card.offerId === event.offerId ? { ...card, state: 'talking' as const, answeredAt: event.answeredAt } : card,
        ),
      };
    case 'call.dialling':
      return {
        ...snapshot,
        cards: snapshot.cards.map((card) =>
          card.callId === event.callId && card.outbound ? { ...card, outbound: { ...card.outbound, result: event.result } } : card,
        ),
      };
    case 'call.desk':
      return { ...snapshot, desk: event.desk.state === 'none' ? null : event.desk };
    case 'card.ended':
      return endCard(snapshot, event.offerId);
    case 'agent.changed':
      return { ...snapshot, agent: event.agent, wrapUp: event.agent.state === 'wrap_up' ? snapshot.wrapUp : null };
    case 'queue.changed': {
      const others = snapshot.queues.filter((queue) => queue.queue !== event.queue.queue);
      return { ...snapshot, queues: [...others, event.queue].sort((a, b) => a.queue.localeCompare(b.queue)) };
    }
    case 'message.arrived': {
      const others = snapshot.messages.filter(({ messageId }) => messageId !== event.message.messageId);
      return { ...snapshot, messages: [...others, event.message].sort((a, b) => a.messageId - b.messageId) };
    }
    case 'message.seen':
      return { ...snapshot, messages: snapshot.messages.filter(({ messageId }) => messageId !== event.messageId) };
    case 'notices.changed':
      return { ...snapshot, unreadNotices: event.unread };
    case 'today.changed':
      return { ...snapshot, today: event.today, recent: event.recent.slice(0, RECENT_ROWS) };
    case 'switch.changed':
      return { ...snapshot, switchUp: event.up };
    case 'alarm.raised':
      return { ...snapshot, alarms: [...snapshot.alarms.filter((alarm) => alarm.id !== event.alarm.id), event.alarm] };
    case 'alarm.cleared':
      return { ...snapshot, alarms: snapshot.alarms.filter((alarm) => alarm.id !== event.id) };
    case 'recording.sealed':
      return { ...snapshot, recent: replaceRow(snapshot.recent, event.callId, { recording: 'whole' }) };
  }
};

const opened = (state: PushState, at: number, now: string): PushState => ({
  ...state,
  link: 'open',
  downSince: null,
  attempt: 0,
  nextAttemptAt: null,
  needsResume: false,
  clockOffsetMs: Date.parse(now) - at,
});

const applyFrame = (state: PushState, frame: ServerFrame, at: number): PushState => {
  switch (frame.t) {
    case 'hello':
      return { ...opened(state, at, frame.now), epoch: frame.epoch, seq: frame.seq, snapshot: frame.snapshot };
    case 'resumed':
      if (frame.epoch !== state.epoch || frame.seq !== state.seq) return { ...state, needsResume: true };
      return opened(state, at, frame.now);
    case 'board':
    case 'surveys':
      return state; // pictures have stores of their own (push-client.ts)
    case 'ended':
      return frame.reason === 'session_ended' ? { ...state, sessionEnded: true } : state;
    case 'event': {
      if (!state.snapshot || frame.epoch !== state.epoch) return { ...state, needsResume: true };
      if (frame.seq <= state.seq) return state;
      if (frame.seq > state.seq + 1) return { ...state, needsResume: true };
      const sealed = frame.event.type === 'recording.sealed' ? [...state.sealed, frame.event.callId] : state.sealed;
      return { ...state, seq: frame.seq, sealed, snapshot: applyEvent(state.snapshot, frame.event) };
    }
  }
};

export const reducePush = (state: PushState, action: PushAction): PushState => {
  switch (action.type) {
    case 'connecting':
      return { ...state, link: state.link === 'down' ? 'down' : 'connecting', nextAttemptAt: null };
    case 'frame':
      return applyFrame(state, action.frame, action.at);
    case 'closed':
      return {
        ...state,
        link: 'down',
        needsResume: false,
        downSince: state.downSince ?? action.at,
        attempt: state.attempt + 1,
        nextAttemptAt: action.nextAttemptAt,
      };
    case 'signed_in_again':
      return { ...state, sessionEnded: false };
  }
};

const CEILINGS_MS = [250, 1_000, 2_000, 4_000, 8_000];

/**
 * How long to wait before the next try: half fixed, half chance, so that five hundred consoles do not knock in step on a service
 * that has just come back. Never gives up; never more than eight seconds, because someone is reading the countdown.
 *
 * @param attempt tries already failed in a row
 * @param chance 0 up to 1
 */
export const reconnectDelayMs = (attempt: number, chance: number): number => {
  const ceiling = CEILINGS_MS[Math.min(attempt, CEILINGS_MS.length - 1)] ?? 8_000;
  return Math.round(ceiling / 2 + (ceiling / 2) * chance);
};

/** A frame from the wire, or null for anything that is not one of ours. */
export const parseFrame = (text: string): ServerFrame | null => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 1 || !('t' in value)) return null;
    return value as ServerFrame;
  } catch {
    return null;
  }
};
