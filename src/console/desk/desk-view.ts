import type { Card } from '../../calls/schemas.ts';
import { maskNumber, parseCallerNumber } from '../../core/phone-number.ts';
import type { PushState } from '../socket/protocol.ts';
import type { PhoneSession, PhoneState } from '../softphone/phone-state.ts';

/** What the desk shows, made of three witnesses: the service (push), this page's telephone, and what this page remembers. */
export type DeskMode = 'signed_out' | 'ready' | 'paused' | 'device_lost' | 'ringing' | 'dialling' | 'talking' | 'wrap_up';

/** A card from the service, or one made of what SIP alone tells while the service is away. */
export type DeskCard = Card & { fromPhoneAlone?: true };

export interface DeskMemory {
  /** The call this page last rang or talked, kept so that its form stays when the service is away at its end. */
  lastCard: DeskCard | null;
  /** Offers whose ring or talk ended at the telephone before the service said so. */
  endedOffers: readonly number[];
  /** A call that ended while the service was away and whose form is not yet put aside. */
  wrapUpAlone: DeskCard | null;
  wrapUpAloneSince: number;
}

export const initialDeskMemory: DeskMemory = { lastCard: null, endedOffers: [], wrapUpAlone: null, wrapUpAloneSince: 0 };

export interface DeskView {
  mode: DeskMode;
  /** Since when, by this computer's clock. */
  since: number;
  card: DeskCard | null;
  session: PhoneSession | null;
  /** Whether this page can answer: its own telephone, or another tab's. A desk phone is answered by hand. */
  answerable: boolean;
  device: 'browser' | 'desk' | null;
}

const ALONE_OFFER = -1;

/** @param session a ring that no card explains */
export const cardFromSession = (session: PhoneSession): DeskCard => {
  // The area code only completes bare local numbers for storage; on screen the number is shown as it came.
  const parsed = parseCallerNumber(session.fromNumber, '0000');
  const digits = parsed.kind === 'number' ? (/^1[3-9]\d{9}$/.test(parsed.normal) ? parsed.normal : session.fromNumber) : '';
  const at = new Date(session.startedAt).toISOString();
  return {
    fromPhoneAlone: true,
    callId: 0,
    offerId: ALONE_OFFER,
    channelId: session.channelId ?? session.id,
    state: session.phase === 'talking' ? 'talking' : 'ringing',
    queue: '',
    calledNumber: '',
    arrivedAt: at,
    queuedAt: at,
    offeredAt: at,
    answeredAt: session.answeredAt ? new Date(session.answeredAt).toISOString() : null,
    ringSeconds: 20,
    caller: {
      identity: parsed.kind === 'number' ? 'unknown' : parsed.kind,
      number: digits ? { masked: maskNumber(digits), full: null } : null,
      people: [],
      callsInTwelveMonths: 0,
    },
    repeats: 0,
    outbound: null,
    brief: [],
    openCases: [],
    lastCalls: [],
    prefill: {},
  };
};

const sessionOf = (card: DeskCard, sessions: readonly PhoneSession[]): PhoneSession | null =>
  sessions.find((session) => session.channelId === card.channelId || session.id === card.channelId) ?? null;

const cardOf = (session: PhoneSession, cards: readonly DeskCard[], memory: DeskMemory): DeskCard => {
  const known = [...cards].reverse().find((card) => card.channelId === session.channelId);
  if (known) return known;
  const remembered = memory.lastCard;
  if (remembered && (remembered.channelId === session.channelId || remembered.channelId === session.id)) return remembered;
  return cardFromSession(session);
};

const localTime = (instant: string, offsetMs: number): number => Date.parse(instant) - offsetMs;

/** The one place that decides what an agent sees; pure, so that every mixture of late and lost news can be tried. */
export const deskView = (push: PushState, phone: PhoneState, memory: DeskMemory): DeskView => {
  const snapshot = push.snapshot;
  const agent = snapshot?.agent ?? null;
  const cards = (snapshot?.cards ?? []).filter((card) => !memory.endedOffers.includes(card.offerId));
  const device = agent?.device ?? (phone.role === 'none' ? null : 'browser');
  const base = { device, answerable: device !== 'desk' && phone.role !== 'elsewhere' };

  // Who dials: their own telephone is taken at once, and they wait for the number to answer.
  const dialled = phone.sessions.find((session) => session.dialled);
  const dialledCard = cards.find((card) => card.outbound && card.state === 'ringing');
  const waits = dialled
    ? cards.find((card) => card.channelId === dialled.channelId)?.state !== 'talking'
    : push.link === 'open' && dialledCard;
  if (waits && (dialled || dialledCard))
    return {
      ...base,
      mode: 'dialling',
      since: dialled?.startedAt ?? localTime(dialledCard?.offeredAt ?? '', push.clockOffsetMs),
      card: dialled ? cardOf(dialled, cards, memory) : (dialledCard ?? null),
      session: dialled ?? null,
    };

  const talking = phone.sessions.find((session) => session.phase === 'talking');
  if (talking)
    return {
      ...base,
      mode: 'talking',
      since: talking.answeredAt ?? talking.startedAt,
      card: cardOf(talking, cards, memory),
      session: talking,
    };

  const talkingCard = cards.find((card) => card.state === 'talking');
  if (talkingCard) {
    const since = localTime(talkingCard.answeredAt ?? talkingCard.offeredAt, push.clockOffsetMs);
    return { ...base, mode: 'talking', since, card: talkingCard, session: sessionOf(talkingCard, phone.sessions) };
  }

  const ringing = phone.sessions.find((session) => session.phase !== 'talking');
  if (ringing) return { ...base, mode: 'ringing', since: ringing.startedAt, card: cardOf(ringing, cards, memory), session: ringing };
  const ringingCard = cards.find((card) => card.state === 'ringing');
  // While the service is away an old ring must not stand for ever: without an INVITE of its own it is believed only as long as it rings.
  if (ringingCard && push.link === 'open')
    return { ...base, mode: 'ringing', since: localTime(ringingCard.offeredAt, push.clockOffsetMs), card: ringingCard, session: null };

  if (memory.wrapUpAlone) return { ...base, mode: 'wrap_up', since: memory.wrapUpAloneSince, card: memory.wrapUpAlone, session: null };
  if (!agent) return { ...base, mode: 'signed_out', since: 0, card: null, session: null };

  const since = localTime(agent.since, push.clockOffsetMs);
  const justEnded = snapshot?.cards.find((card) => memory.endedOffers.includes(card.offerId) && card.state === 'talking');
  if (justEnded) return { ...base, mode: 'wrap_up', since, card: justEnded, session: null };
  if (agent.state === 'wrap_up') return { ...base, mode: 'wrap_up', since, card: snapshot?.wrapUp ?? memory.lastCard, session: null };
  const idle = agent.state === 'ringing' || agent.state === 'talking' || agent.state === 'calling_out' ? 'ready' : agent.state;
  const lineLost =
    device === 'browser' && (phone.role === 'leader' || phone.role === 'follower') && phone.line === 'lost' && idle !== 'signed_out';
  return { ...base, mode: lineLost ? 'device_lost' : idle, since: lineLost ? phone.lineSince : since, card: null, session: null };
};

/** The citizen as the head of the bar names them; null when there is nobody to name. */
export const callerName = (card: DeskCard): string | null => {
  const [first] = card.caller.people;
  return card.caller.identity === 'known' && first ? first.name : null;
};
