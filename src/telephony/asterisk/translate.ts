import type { ChannelId, Extension } from '../../core/ids.ts';
import { type DeviceState, DIALLED_STATES, NORMAL_HANG_UP, type TelephonyEvent, type TelephonyEventOf } from '../events.ts';
import type { LiveCall } from '../port.ts';
import type { AmiMessage } from './ami-frames.ts';
import { readKeptPlace } from './kept-places.ts';
import { readRating } from './ratings.ts';

/**
 * Contexts in which a citizen's channel begins or runs (dialplans/). Agents' own phones live in `hotline-agents`, and pass
 * through `hotline-agent-leg` for as long as it takes to tell them which call rings: on a busy machine a snapshot sees them there.
 * Agents and third parties of a conference stand in `hotline-staff`; `hotline-out` is the far half of a call to a number,
 * `hotline-caretaker` looks after a room and is nobody.
 */
const LANDING_CONTEXTS = new Set(['hotline-trunk', 'hotline-inbound', 'hotline-demo']);
const AGENT_CONTEXTS = new Set([
  'hotline-agents',
  'hotline-agent-leg',
  'hotline-staff-leg',
  'hotline-staff-answered',
  'hotline-staff',
  'hotline-out',
  'hotline-caretaker',
  'hotline-place-citizen',
  'hotline-place-reached',
  'hotline-place-state',
  'hotline-dial-leg',
  'hotline-dial-citizen',
  'hotline-dial-reached',
]);

/** A channel of ours that waits in the place of a citizen who will be called back: a call as soon as an agent is rung for it. */
export const PLACE_CONTEXT = 'hotline-place';

/** A channel of ours that stands for somebody an agent dials. */
export const DIAL_CONTEXT = 'hotline-dial';

export interface Leg {
  channelId: ChannelId;
  extension: Extension;
  queue: string;
  state: 'ringing' | 'talking' | 'over';
}

export interface Citizen {
  /** The channel's name, which some actions want instead of its id. */
  channelName: string;
  callerNumber: string;
  callerName: string;
  calledNumber: string;
  /** Where the caller waits. */
  queue?: string | undefined;
  /** The caller has hung up, and the switch has not yet said that they left the queue. */
  hangingUp?: boolean;
}

/** All that must be remembered between two events of one node: who is a citizen, and which ring belongs to whom. */
export interface TranslatorState {
  readonly node: string;
  readonly citizens: Map<string, Citizen>;
  readonly legs: Map<string, Leg>;
  /** Agents we ring as third parties, by the id their channel will have. */
  readonly thirds: Map<string, { channelId: ChannelId; extension: Extension }>;
  /** Where each extension's phone is registered, by contact. */
  readonly contacts: Map<string, Set<string>>;
  /** Events that named no channel, no queue, no extension: dropped and counted. */
  malformed: number;
}

export const newTranslatorState = (node: string): TranslatorState => ({
  node,
  citizens: new Map(),
  legs: new Map(),
  thirds: new Map(),
  contacts: new Map(),
  malformed: 0,
});

const DEVICE_STATES: Readonly<Record<string, DeviceState>> = {
  '0': 'unknown',
  '1': 'idle',
  '2': 'in_use',
  '3': 'busy',
  '4': 'unavailable',
  '5': 'unavailable',
  '6': 'ringing',
  '7': 'ringing',
  '8': 'on_hold',
};

export const deviceState = (code: string): DeviceState => DEVICE_STATES[code] ?? 'unknown';

/** @returns the extension of `PJSIP/8001`, or null for a member that is not one of ours (Local/, SIP trunks). */
export const extensionOf = (peer: string): Extension | null => /^PJSIP\/([0-9A-Za-z_]{1,32})$/.exec(peer)?.[1] ?? null;

/** @returns the extension of a channel's name, `PJSIP/8001-0000002d`. */
export const extensionOfChannel = (channelName: string): Extension | null =>
  /^PJSIP\/([0-9A-Za-z_]{1,32})-[0-9a-f]+$/.exec(channelName)?.[1] ?? null;

/** The switch's own clock where it gave one (`timestampevents=yes`), in seconds with a fraction. */
const instantOf = (message: AmiMessage, receivedAt: Date): Date => {
  const seconds = Number(message.timestamp);
  return message.timestamp && Number.isFinite(seconds) && seconds > 0 ? new Date(Math.round(seconds * 1000)) : receivedAt;
};

/** Asterisk answers -1 or nothing for some causes; 0 says "not told" in Q.850 as well. */
const causeOf = (message: AmiMessage): number => {
  const cause = Number.parseInt(message.cause ?? '', 10);
  return cause > 0 && cause < 256 ? cause : 0;
};

export const isAgentContext = (context: string): boolean => AGENT_CONTEXTS.has(context);

/** The id that whoever asks gives to a third party's channel. The far half of a call to a number has one of its own. */
export const isThird = (channelId: string): boolean => /^third-[0-9a-f-]{36}$/.test(channelId);

/** A call of ours that asks whether somebody is satisfied is nobody's call to the hotline. */
const SURVEY_CONTEXT = 'hotline-survey';

export const isCitizenContext = (context: string): boolean =>
  context.startsWith('hotline-') && context !== SURVEY_CONTEXT && context !== PLACE_CONTEXT && !isAgentContext(context);

const digitsOrNothing = (text: string) => (/^\+?\d{2,20}$/.test(text) ? text : '');

/** The switch keeps a quoted name with its escapes and escapes it once more: a quote in a name reaches us behind three backslashes. */
export const plainName = (name: string): string => name.replace(/\\+(?=")/g, '');

type Reader = (state: TranslatorState, message: AmiMessage, at: Date) => TelephonyEvent[] | null;

const originOf = (context: string): { origin?: 'kept_place' | 'outbound' } => {
  if (context === PLACE_CONTEXT) return { origin: 'kept_place' };
  return context === DIAL_CONTEXT ? { origin: 'outbound' } : {};
};

const remember = (state: TranslatorState, message: AmiMessage, at: Date): TelephonyEvent[] => {
  const channelId = message.uniqueid ?? '';
  const citizen: Citizen = {
    channelName: message.channel ?? '',
    callerNumber: message.calleridnum ?? '',
    callerName: plainName(message.calleridname ?? ''),
    calledNumber: digitsOrNothing(message.exten ?? ''),
  };
  state.citizens.set(channelId, citizen);
  const { callerNumber, callerName, calledNumber } = citizen;
  const origin = originOf(message.context ?? '');
  return [{ type: 'call.arrived', node: state.node, channelId, callerNumber, callerName, calledNumber, ...origin, at }];
};

/** A ring without app_queue: a transfer, a return, a third party. It counts as the agent's own queue. */
const ringOf = (state: TranslatorState, channelId: string, legId: string, extension: Extension, at: Date): TelephonyEvent[] => {
  if (state.legs.has(legId)) return [];
  const queue = `agent-${extension}`;
  state.legs.set(legId, { channelId, extension, queue, state: 'ringing' });
  return [{ type: 'call.offered', node: state.node, channelId, legId, extension, queue, at }];
};

/** Told by the dialplan on the telephone's own channel; `CallId` is the citizen's. */
const ringOrAnswer = (state: TranslatorState, message: AmiMessage, channelId: string, at: Date): TelephonyEvent[] | null => {
  const { uniqueid: legId } = message;
  const extension = extensionOf(`PJSIP/${message.extension ?? ''}`);
  if (!legId || extension === null) return null;
  const rung = ringOf(state, channelId, legId, extension, at);
  const leg = state.legs.get(legId);
  if (message.userevent === 'HotlineRing' || leg?.state !== 'ringing') return rung;
  const ended = offerEnded(state, legId, leg, true, at);
  return [...rung, { type: 'call.answered', node: state.node, channelId, legId, extension, queue: leg.queue, at }, ended];
};

/**
 * A channel that came in through a landing context. Asterisk gives a leg that it dials out the context of its endpoint
 * too, so a call to the duty phone over the trunk looks alike but for two things: it begins Down, and is linked to another.
 */
const newChannel: Reader = (state, message, at) => {
  if (!message.uniqueid) return null;
  const third = state.thirds.get(message.uniqueid);
  if (third !== undefined) {
    state.thirds.delete(message.uniqueid);
    return ringOf(state, third.channelId, message.uniqueid, third.extension, at);
  }
  if (!LANDING_CONTEXTS.has(message.context ?? '') || message.channelstate === '0') return [];
  if (message.linkedid !== message.uniqueid || state.citizens.has(message.uniqueid)) return [];
  return remember(state, message, at);
};

/**
 * Whoever stands in one of our queues or is told about by our dialplan is a citizen, even if the channel began in a
 * context of the operator's own (an existing Asterisk that sends 12345 on to us) or before we were listening.
 * @returns the arrival to tell first, or null when the channel is none of ours
 */
const knownOrAdopted = (state: TranslatorState, message: AmiMessage, at: Date): TelephonyEvent[] | null => {
  const channelId = message.uniqueid ?? '';
  if (state.citizens.has(channelId)) return [];
  return isCitizenContext(message.context ?? '') ? remember(state, message, at) : null;
};

/** The same of a ring, which makes a call of what kept a place. */
const rungOrAdopted = (state: TranslatorState, message: AmiMessage, at: Date): TelephonyEvent[] | null => {
  const isPlace = message.context === PLACE_CONTEXT && !state.citizens.has(message.uniqueid ?? '');
  return isPlace ? remember(state, message, at) : knownOrAdopted(state, message, at);
};

const callerJoined: Reader = (state, message, at) => {
  const { uniqueid: channelId, queue } = message;
  if (!channelId || !queue) return null;
  const arrival = knownOrAdopted(state, message, at);
  if (arrival === null) return [];
  const citizen = state.citizens.get(channelId);
  if (citizen) Object.assign(citizen, { queue, hangingUp: false });
  const position = Number.parseInt(message.position ?? '', 10) || 0;
  return [...arrival, { type: 'call.queued', node: state.node, channelId, queue, position, at }];
};

const callerLeft: Reader = (state, message, at) => {
  const { uniqueid: channelId, queue } = message;
  if (!channelId || !queue) return null;
  const citizen = state.citizens.get(channelId);
  if (citizen === undefined) return [];
  const toldBefore = citizen.hangingUp === true;
  citizen.hangingUp = false;
  citizen.queue = undefined;
  return toldBefore ? [] : [{ type: 'call.left_queue', node: state.node, channelId, queue, at }];
};

/**
 * When a caller hangs up while a phone rings, that phone's channel was seen to end before the caller was said to have given
 * up or left the queue (6 of 10), which made it the agent's miss. The request to hang up always comes first.
 */
const callerHangsUp: Reader = (state, message, at) => {
  const channelId = message.uniqueid;
  if (!channelId) return null;
  const citizen = state.citizens.get(channelId);
  if (citizen?.queue === undefined || citizen.hangingUp) return [];
  citizen.hangingUp = true;
  return [{ type: 'call.left_queue', node: state.node, channelId, queue: citizen.queue, at }];
};

const agentCalled: Reader = (state, message, at) => {
  const { uniqueid: channelId, destuniqueid: legId, queue } = message;
  if (!channelId || !legId || !queue) return null;
  const extension = extensionOf(message.interface ?? '');
  const arrival = extension === null ? null : rungOrAdopted(state, message, at);
  if (extension === null || arrival === null || state.legs.has(legId)) return [];
  state.legs.set(legId, { channelId, extension, queue, state: 'ringing' });
  return [...arrival, { type: 'call.offered', node: state.node, channelId, legId, extension, queue, at }];
};

const offerEnded = (state: TranslatorState, legId: string, leg: Leg, answered: boolean, at: Date): TelephonyEventOf<'offer.ended'> => {
  leg.state = answered ? 'talking' : 'over';
  return { type: 'offer.ended', node: state.node, channelId: leg.channelId, legId, extension: leg.extension, answered, at };
};

const agentConnected: Reader = (state, message, at) => {
  const { uniqueid: channelId, destuniqueid: legId, queue } = message;
  if (!channelId || !legId || !queue) return null;
  const extension = extensionOf(message.interface ?? '');
  const arrival = extension === null ? null : rungOrAdopted(state, message, at);
  if (extension === null || arrival === null) return [];
  const leg = state.legs.get(legId) ?? { channelId, extension, queue, state: 'ringing' };
  state.legs.set(legId, leg);
  if (leg.state !== 'ringing') return arrival;
  const ended = offerEnded(state, legId, leg, true, at);
  return [...arrival, { type: 'call.answered', node: state.node, channelId, legId, extension, queue, at }, ended];
};

const ringNoAnswer: Reader = (state, message, at) => {
  const legId = message.destuniqueid;
  if (!legId) return null;
  const leg = state.legs.get(legId);
  return leg?.state === 'ringing' ? [offerEnded(state, legId, leg, false, at)] : [];
};

/**
 * The switch was seen to end the citizen's channel before the agent's of the same call, and may have merged a leg away:
 * neither a ring nor a talk outlives its call, so they end first, and their own Hangup says nothing more.
 */
const citizenGone = (state: TranslatorState, channelId: string, cause: number, at: Date): TelephonyEvent[] => {
  // Why the citizen is gone says nothing of the agent's telephone.
  const ended: TelephonyEvent[] = [];
  for (const [legId, leg] of state.legs) {
    if (leg.channelId !== channelId) continue;
    const { extension } = leg;
    if (leg.state === 'ringing') ended.push(offerEnded(state, legId, leg, false, at));
    else if (leg.state === 'talking')
      ended.push({ type: 'call.agent_left', node: state.node, channelId, legId, extension, cause: NORMAL_HANG_UP, at });
    state.legs.delete(legId);
  }
  return [...ended, { type: 'call.ended', node: state.node, channelId, cause, at }];
};

/**
 * The one end of everything. AgentComplete is no use: after a Redirect it comes when the citizen leaves, with the second
 * agent's time in it. An agent's channel is over when the agent is.
 */
const hungUp: Reader = (state, message, at) => {
  const id = message.uniqueid;
  if (!id) return null;
  // Its id is ours, so that the end is known for one of an earlier life of the service as well.
  const third: TelephonyEvent[] = isThird(id) ? [{ type: 'third.left', node: state.node, legId: id, at }] : [];
  const leg = state.legs.get(id);
  if (leg !== undefined) {
    state.legs.delete(id);
    if (leg.state === 'ringing') return [offerEnded(state, id, leg, false, at), ...third];
    if (leg.state === 'over') return third;
    return [
      {
        type: 'call.agent_left',
        node: state.node,
        channelId: leg.channelId,
        legId: id,
        extension: leg.extension,
        cause: causeOf(message),
        at,
      },
      ...third,
    ];
  }
  return state.citizens.delete(id) ? citizenGone(state, id, causeOf(message), at) : third;
};

const DOING = ['consult', 'conference', 'returned', 'outside', 'outside_left'] as const;
const isDoing = (word: string | undefined): word is (typeof DOING)[number] => (DOING as readonly unknown[]).includes(word);

/** The citizen is there: whichever telephone of ours was rung for this call has its talk now. */
const citizenReached = (state: TranslatorState, channelId: string, at: Date): TelephonyEvent[] =>
  [...state.legs].flatMap(([legId, leg]) => {
    if (leg.channelId !== channelId || leg.state !== 'ringing') return [];
    const { extension, queue } = leg;
    const ended = offerEnded(state, legId, leg, true, at);
    return [{ type: 'call.answered', node: state.node, channelId, legId, extension, queue, at }, ended];
  });

/** What the dialplan tells about a call it holds. `CallId` is the citizen's channel, told by the dialplan itself. */
const fromDialplan: Reader = (state, message, at) => {
  const { userevent } = message;
  if (!userevent?.startsWith('Hotline')) return [];
  const channelId = message.callid || message.uniqueid;
  if (!channelId) return null;
  const arrival = channelId === message.uniqueid ? (knownOrAdopted(state, message, at) ?? []) : [];
  const about = { node: state.node, channelId, at };
  switch (userevent) {
    case 'HotlineRecording':
      return message.file ? [...arrival, { type: 'recording.started', ...about, file: message.file }] : null;
    case 'HotlineRecordingFailed':
      return [...arrival, { type: 'recording.failed', ...about }];
    case 'HotlineVoicemail': {
      const seconds = Math.max(0, Number.parseFloat(message.seconds ?? '') || 0);
      return message.file ? [...arrival, { type: 'voicemail.recorded', ...about, file: message.file, seconds }] : null;
    }
    case 'HotlineDiverted': {
      const to = message.to;
      if (to !== 'voicemail' && to !== 'fallback' && to !== 'restricted' && to !== 'callback') return null;
      return [...arrival, { type: 'call.diverted', ...about, to, reason: message.reason ?? '' }];
    }
    case 'HotlineRing':
    case 'HotlineAnswer':
      return ringOrAnswer(state, message, channelId, at);
    case 'HotlineDesk': {
      const doing = message.state;
      if (!isDoing(doing)) return null;
      return [...arrival, { type: 'call.desk', ...about, state: doing, to: message.to ?? '' }];
    }
    case 'HotlinePlace': {
      const place = readKeptPlace(message.place ?? '', message.kept ?? '', message.state ?? '');
      return place && [{ type: 'place.changed', node: state.node, at, ...place }];
    }
    case 'HotlineDial': {
      const told = DIALLED_STATES.find((each) => each === message.state);
      if (told === undefined) return null;
      return told === 'reached' ? citizenReached(state, channelId, at) : [...arrival, { type: 'call.dialling', ...about, result: told }];
    }
    case 'HotlineRating': {
      const rated = readRating(state.node, channelId, message.key ?? '', message.at ?? '');
      return rated && [...arrival, rated];
    }
    case 'HotlineThird':
      return message.uniqueid ? [{ type: 'third.joined', ...about, legId: message.uniqueid }] : null;
    default:
      return [];
  }
};

const memberChanged: Reader = (state, message, at) => {
  const { queue } = message;
  if (!queue || !message.interface) return null;
  const extension = extensionOf(message.interface);
  if (extension === null) return [];
  const { paused, pausedreason } = message;
  return [
    {
      type: 'member.changed',
      node: state.node,
      queue,
      extension,
      paused: paused === '1',
      pauseReason: paused === '1' ? (pausedreason ?? '') : '',
      device: deviceState(message.status ?? ''),
      at,
    },
  ];
};

/** Our words have no "removed": a member that is gone can't be rung by this queue, which is what unavailable says. */
const memberRemoved: Reader = (state, message, at) => memberChanged(state, { ...message, status: '5', paused: '0' }, at);

/**
 * A page that reloads registers its new contact before or after the switch drops the old one: only the set of contacts
 * says whether the phone is there.
 */
const contactChanged: Reader = (state, message, at) => {
  const name = message.aor || message.endpointname;
  if (!name) return null;
  const extension = extensionOf(`PJSIP/${name}`);
  if (extension === null) return [];
  const contacts = state.contacts.get(extension) ?? new Set();
  state.contacts.set(extension, contacts);
  const status = message.contactstatus ?? '';
  const before = contacts.size > 0;
  if (status === 'Removed' || status === 'Unreachable') contacts.delete(message.uri ?? '');
  else if (status === 'Created' || status === 'Reachable' || status === 'NonQualified') contacts.add(message.uri ?? '');
  // "Unknown" and "Updated" say nothing of whether the phone is there.
  else return [];
  const registered = contacts.size > 0;
  return registered === before ? [] : [{ type: 'contact.changed', node: state.node, extension, registered, at }];
};

/** Only an agent's own hold counts: what a carrier's or a citizen's telephone does to itself is nothing the desk did. */
const heldOrResumed: Reader = (state, message, at) => {
  const legId = message.uniqueid;
  if (!legId) return null;
  const leg = state.legs.get(legId);
  if (leg?.state !== 'talking') return [];
  const type = message.event === 'Hold' ? 'call.held' : 'call.resumed';
  return [{ type, node: state.node, channelId: leg.channelId, legId, at }];
};

const READERS: ReadonlyMap<string, Reader> = new Map([
  ['Newchannel', newChannel],
  ['QueueCallerJoin', callerJoined],
  ['QueueCallerLeave', callerLeft],
  ['HangupRequest', callerHangsUp],
  ['AgentCalled', agentCalled],
  ['AgentConnect', agentConnected],
  ['AgentRingNoAnswer', ringNoAnswer],
  ['Hangup', hungUp],
  ['Hold', heldOrResumed],
  ['Unhold', heldOrResumed],
  ['UserEvent', fromDialplan],
  ['QueueMemberStatus', memberChanged],
  ['QueueMemberAdded', memberChanged],
  ['QueueMemberRemoved', memberRemoved],
  ['QueueMemberPause', memberChanged],
  ['ContactStatus', contactChanged],
]);

/** The events that mean anything to us; everything else may be dropped unread. */
export const TRANSLATED_EVENTS: ReadonlySet<string> = new Set(READERS.keys());

/**
 * One event of the switch in our words: none, one or a few. Decides from its arguments alone; the state is an explicit
 * value that it keeps up to date, and the only memory there is. Never throws: what is malformed is counted and dropped.
 */
export const translate = (state: TranslatorState, message: AmiMessage, receivedAt: Date): TelephonyEvent[] => {
  const reader = READERS.get(message.event ?? '');
  if (reader === undefined) return [];
  const events = reader(state, message, instantOf(message, receivedAt));
  if (events !== null) return events;
  state.malformed += 1;
  return [];
};

/** Takes up what was already there when the link came: without it the end of such a call would mean nothing to us. */
export const adopt = (
  state: TranslatorState,
  found: { calls: readonly LiveCall[]; channelNames: ReadonlyMap<string, string>; contacts: ReadonlyMap<string, ReadonlySet<string>> },
): void => {
  for (const call of found.calls) {
    const { callerNumber, callerName, calledNumber, channelId } = call;
    const channelName = found.channelNames.get(channelId) ?? '';
    if (!state.citizens.has(channelId))
      state.citizens.set(channelId, { channelName, callerNumber, callerName, calledNumber, queue: call.queue ?? undefined });
    for (const { legId, extension, state: ring } of call.legs)
      if (!state.legs.has(legId)) state.legs.set(legId, { channelId, extension, queue: call.queue ?? '', state: ring });
  }
  for (const [extension, contacts] of found.contacts) state.contacts.set(extension, new Set(contacts));
};
