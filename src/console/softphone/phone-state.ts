/** What the page knows of its telephone, in our words; nothing here knows of SIP or of the library that speaks it. */
export type MediaState = 'none' | 'connecting' | 'flowing' | 'failed' | 'deaf';

export interface PhoneSession {
  id: string;
  /** The citizen's channel on the switch (header X-Hotline-Call), by which the ring and the card find each other. */
  channelId: string | null;
  /** The agent has dialled: it is taken by itself. */
  dialled: boolean;
  phase: 'ringing' | 'answering' | 'talking';
  fromNumber: string;
  startedAt: number;
  answeredAt: number | null;
  muted: boolean;
  held: boolean;
  /** failed: no path for sound within five seconds. deaf: a path, but nothing arrives on it. */
  media: MediaState;
}

export interface EndedSession {
  id: string;
  channelId: string | null;
  answered: boolean;
  endedAt: number;
}

export interface PhoneState {
  /**
   * Only the leading tab holds the telephone and its secret; the others show what it shows and pass commands on. elsewhere: another
   * computer signed in with this extension and has it now.
   */
  role: 'none' | 'leader' | 'follower' | 'elsewhere';
  line: 'off' | 'connecting' | 'registered' | 'lost';
  lineSince: number;
  /** Any but ok: the citizen hears silence from us. */
  microphone: 'unknown' | 'ok' | 'denied' | 'missing';
  sessions: readonly PhoneSession[];
  ended: readonly EndedSession[];
}

export const initialPhoneState: PhoneState = {
  role: 'none',
  line: 'off',
  lineSince: 0,
  microphone: 'unknown',
  sessions: [],
  ended: [],
};

export type PhoneEvent =
  | { type: 'line'; line: PhoneState['line']; at: number }
  | { type: 'microphone'; microphone: PhoneState['microphone'] }
  | { type: 'role'; role: PhoneState['role'] }
  | { type: 'session.new'; session: PhoneSession }
  | { type: 'session.changed'; id: string; change: Partial<Omit<PhoneSession, 'id'>> }
  | { type: 'session.ended'; id: string; at: number }
  | { type: 'mirrored'; state: PhoneState }
  | { type: 'leading'; at: number };

const ENDED_KEPT = 10;

export const reducePhone = (state: PhoneState, event: PhoneEvent): PhoneState => {
  switch (event.type) {
    case 'line':
      return event.line === state.line ? state : { ...state, line: event.line, lineSince: event.at };
    case 'microphone':
      return { ...state, microphone: event.microphone };
    case 'role':
      return { ...state, role: event.role };
    case 'session.new':
      return { ...state, sessions: [...state.sessions.filter((session) => session.id !== event.session.id), event.session] };
    case 'session.changed':
      return {
        ...state,
        sessions: state.sessions.map((session) => (session.id === event.id ? { ...session, ...event.change } : session)),
      };
    case 'session.ended': {
      const session = state.sessions.find((candidate) => candidate.id === event.id);
      if (!session) return state;
      const ended = { id: session.id, channelId: session.channelId, answered: session.answeredAt !== null, endedAt: event.at };
      return {
        ...state,
        sessions: state.sessions.filter((candidate) => candidate.id !== event.id),
        ended: [...state.ended, ended].slice(-ENDED_KEPT),
      };
    }
    case 'mirrored':
      return event.state.role === 'leader' ? { ...event.state, role: 'follower' } : state;
    case 'leading':
      // What was mirrored belonged to the tab before: its calls ended with it.
      return { ...initialPhoneState, role: 'leader', line: 'connecting', lineSince: event.at };
  }
};

/** What the media watch concludes from one second to the next. */
export interface MediaFacts {
  connected: boolean;
  secondsSinceAnswer: number;
  /** Seconds without one new packet from the citizen's side. */
  silentSeconds: number;
  held: boolean;
}

export const NO_AUDIO_AFTER_SECONDS = 5;

export const judgeMedia = (facts: MediaFacts): MediaState => {
  if (!facts.connected) return facts.secondsSinceAnswer >= NO_AUDIO_AFTER_SECONDS - 0.5 ? 'failed' : 'connecting';
  return !facts.held && facts.silentSeconds >= NO_AUDIO_AFTER_SECONDS ? 'deaf' : 'flowing';
};
