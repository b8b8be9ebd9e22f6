import type { TelephonyEvent } from '../events.ts';
import {
  DIAL_CONTEXT,
  extensionOfChannel,
  isAgentContext,
  newTranslatorState,
  PLACE_CONTEXT,
  type TranslatorState,
  translate,
} from './translate.ts';

/** One event as the link would have told it. */
type Said = Record<string, string>;

/**
 * Calls rebuilt from what the switch wrote down by itself (CEL, one JSON object a line). Each line is said again as the
 * event that would have come over the link, so that one translation serves both and a call looks the same whether the
 * service was there or not. What CEL can't tell is left out: the place in the queue (0), and the dialplan's reasons.
 */
export interface CelFold {
  state: TranslatorState;
  /** The queue in which each citizen waits. */
  queues: Map<string, string>;
  /** The queue in which each citizen waited last. */
  lastQueues: Map<string, string>;
  /** What keeps a place and the telephones it brings together, by the link they share: each half has an id of its own. */
  places: Map<string, Said>;
  /** The same of calls an agent dials. */
  dials: Map<string, Said>;
  /** When each citizen began to speak a message, in seconds. */
  messages: Map<string, number>;
  /** Lines that were no record of ours: half, foreign, broken. */
  broken: number;
}

export const newCelFold = (node: string): CelFold => ({
  state: newTranslatorState(node),
  queues: new Map(),
  lastQueues: new Map(),
  places: new Map(),
  dials: new Map(),
  messages: new Map(),
  broken: 0,
});

type CelLine = Record<string, string>;

const readLine = (text: string): CelLine | null => {
  try {
    const parsed = JSON.parse(text) as unknown;
    if (parsed === null || typeof parsed !== 'object') return null;
    const line: CelLine = {};
    for (const [key, value] of Object.entries(parsed)) line[key.toLowerCase()] = typeof value === 'string' ? value : String(value);
    return line.eventtype && line.uniqueid && Number(line.eventtime) > 0 ? line : null;
  } catch {
    return null;
  }
};

const causeOf = (extra: string | undefined): string => {
  try {
    return String((JSON.parse(extra ?? '') as { hangupcause?: unknown }).hangupcause ?? '0');
  } catch {
    return '0';
  }
};

const citizenOf = (line: CelLine): Said => ({
  uniqueid: line.uniqueid ?? '',
  linkedid: line.linkedid ?? '',
  channel: line.channame ?? '',
  context: line.context ?? '',
  exten: line.exten ?? '',
  calleridnum: line.num ?? '',
  calleridname: line.name ?? '',
});

const sayStart = (fold: CelFold, line: CelLine): Said[] => {
  const { uniqueid = '', linkedid = '' } = line;
  const extension = extensionOfChannel(line.channame ?? '');
  const dialled = fold.dials.get(linkedid);
  if (dialled !== undefined && extension !== null && line.context === 'hotline-agents')
    return [{ ...asDialplan(line, 'HotlineRing', { extension }), callid: dialled.uniqueid ?? '' }];
  if (extension !== null && isAgentContext(line.context ?? '')) {
    const call = fold.places.get(linkedid) ?? { uniqueid: linkedid };
    const { uniqueid: callId = '' } = call;
    const queue = fold.queues.get(callId) ?? fold.lastQueues.get(callId);
    if (queue === undefined || uniqueid === callId) return [];
    // A citizen sent from Queue() to Queue() by a Redirect is not said to have begun the second: its ring says so.
    const joined = fold.queues.has(callId) ? [] : [{ event: 'QueueCallerJoin', ...call, queue }];
    fold.queues.set(callId, queue);
    return [...joined, { event: 'AgentCalled', ...call, destuniqueid: uniqueid, queue, interface: `PJSIP/${extension}` }];
  }
  // A leg dialled out over the trunk starts at "s"; a citizen starts at the number dialled.
  return line.exten === 's' ? [] : [{ event: 'Newchannel', channelstate: '4', ...citizenOf(line) }];
};

const sayLeft = (fold: CelFold, channelId: string): Said[] => {
  const queue = fold.queues.get(channelId);
  return fold.queues.delete(channelId) && queue !== undefined ? [{ event: 'QueueCallerLeave', uniqueid: channelId, queue }] : [];
};

const sayBridged = (fold: CelFold, line: CelLine): Said[] => {
  const legId = line.uniqueid ?? '';
  const leg = fold.state.legs.get(legId);
  // An agent who dials is joined to our half of the call first; the citizen's answer is told by what is recorded from then on.
  if (leg?.state !== 'ringing' || fold.dials.get(line.linkedid ?? '')?.uniqueid === leg.channelId) return [];
  const { channelId, extension, queue } = leg;
  return [
    ...sayLeft(fold, channelId),
    { event: 'AgentConnect', uniqueid: channelId, destuniqueid: legId, queue, interface: `PJSIP/${extension}` },
  ];
};

const sayQueue = (fold: CelFold, line: CelLine): Said[] => {
  const channelId = line.uniqueid ?? '';
  const left = sayLeft(fold, channelId);
  const queue = line.appdata?.split(',')[0] ?? '';
  if (line.eventtype === 'APP_END' || queue === '') return left;
  fold.queues.set(channelId, queue);
  fold.lastQueues.set(channelId, queue);
  if (line.context === PLACE_CONTEXT) fold.places.set(line.linkedid ?? '', citizenOf(line));
  return [...left, { event: 'QueueCallerJoin', ...citizenOf(line), queue }];
};

const asDialplan = (line: CelLine, userevent: string, more: Said): Said => ({
  event: 'UserEvent',
  userevent,
  ...citizenOf(line),
  callid: line.uniqueid ?? '',
  ...more,
});

/** The line on which somebody is called is recorded as the call that stands for them. */
const ofPlace = (fold: CelFold, line: CelLine): Said => {
  const link = line.linkedid ?? '';
  const callid = isAgentContext(line.context ?? '') ? (fold.places.get(link) ?? fold.dials.get(link))?.uniqueid : undefined;
  return callid === undefined ? {} : { callid };
};

const sayRecording = (fold: CelFold, line: CelLine, file: string): Said[] => {
  const recording = asDialplan(line, 'HotlineRecording', { file, ...ofPlace(fold, line) });
  const dialled = line.context === 'hotline-dial-reached' ? fold.dials.get(line.linkedid ?? '')?.uniqueid : undefined;
  return dialled === undefined ? [recording] : [recording, asDialplan(line, 'HotlineDial', { state: 'reached', callid: dialled })];
};

const sayDial = (fold: CelFold, line: CelLine): Said[] => {
  if (line.context === 'hotline-nobody') return [asDialplan(line, 'HotlineDiverted', { to: 'fallback' })];
  if (line.context !== DIAL_CONTEXT) return [];
  fold.dials.set(line.linkedid ?? '', citizenOf(line));
  return [asDialplan(line, 'HotlineDial', { state: 'begun' })];
};

/** Less than this is no message; the dialplan thinks so too. */
const LEAST_MESSAGE_SECONDS = 0.5;

const sayMessage = (fold: CelFold, line: CelLine, file: string): Said[] => {
  const channelId = line.uniqueid ?? '';
  const now = Number(line.eventtime);
  if (line.eventtype === 'APP_START') {
    fold.messages.set(channelId, now);
    return [asDialplan(line, 'HotlineDiverted', { to: 'voicemail' })];
  }
  const seconds = now - (fold.messages.get(channelId) ?? now);
  fold.messages.delete(channelId);
  return seconds < LEAST_MESSAGE_SECONDS ? [] : [asDialplan(line, 'HotlineVoicemail', { file, seconds: seconds.toFixed(3) })];
};

/**
 * Only what cel.conf names under `apps` is written: queue, dial, mixmonitor, record. The dialplan's own words are not
 * among the records, but what it does is: where the recording goes, that a message is spoken, that the duty phone rings.
 */
const sayApplication = (fold: CelFold, line: CelLine): Said[] => {
  const file = line.appdata?.split(',')[0] ?? '';
  const starts = line.eventtype === 'APP_START';
  switch (line.appname?.toLowerCase()) {
    case 'queue':
      return sayQueue(fold, line);
    case 'mixmonitor':
      return starts ? sayRecording(fold, line, file) : [];
    case 'record':
      return line.context === 'hotline-voicemail' ? sayMessage(fold, line, file) : [];
    case 'dial':
      return starts ? sayDial(fold, line) : [];
    default:
      return [];
  }
};

const say = (fold: CelFold, line: CelLine): Said[] => {
  switch (line.eventtype) {
    case 'CHAN_START':
      return sayStart(fold, line);
    case 'APP_START':
    case 'APP_END':
      return sayApplication(fold, line);
    case 'BRIDGE_ENTER':
      return sayBridged(fold, line);
    case 'HANGUP':
      if (fold.places.get(line.linkedid ?? '')?.uniqueid === line.uniqueid) fold.places.delete(line.linkedid ?? '');
      if (fold.dials.get(line.linkedid ?? '')?.uniqueid === line.uniqueid) fold.dials.delete(line.linkedid ?? '');
      fold.queues.delete(line.uniqueid ?? '');
      fold.lastQueues.delete(line.uniqueid ?? '');
      fold.messages.delete(line.uniqueid ?? '');
      return [{ event: 'Hangup', uniqueid: line.uniqueid ?? '', cause: causeOf(line.eventextra) }];
    default:
      return [];
  }
};

export interface CelRecord {
  /** Which calls belong together; a call is closed by LINKEDID_END. */
  linkedId: string;
  closes: boolean;
  at: Date;
  events: TelephonyEvent[];
}

/** @returns what one line says, or null when it is not a record (counted) */
export const readCelLine = (fold: CelFold, text: string): CelRecord | null => {
  const line = readLine(text);
  if (line === null) {
    fold.broken += 1;
    return null;
  }
  const at = new Date(Math.round(Number(line.eventtime) * 1000));
  const timestamp = line.eventtime ?? '';
  const events = say(fold, line).flatMap((said) => translate(fold.state, { timestamp, ...said }, at));
  return { linkedId: line.linkedid ?? '', closes: line.eventtype === 'LINKEDID_END', at, events };
};

/** All that the lines tell, in the order in which it happened. */
export const rebuildCalls = (node: string, lines: readonly string[]): TelephonyEvent[] => {
  const fold = newCelFold(node);
  return lines.flatMap((line) => readCelLine(fold, line)?.events ?? []);
};
