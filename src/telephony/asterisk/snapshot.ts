import type { ChannelId, Extension } from '../../core/ids.ts';
import type { LiveCall, LiveMember, SwitchSnapshot } from '../port.ts';
import type { AmiMessage } from './ami-frames.ts';
import { keepsPlace } from './kept-places.ts';
import {
  deviceState,
  extensionOf,
  extensionOfChannel,
  isAgentContext,
  isCitizenContext,
  plainName,
  type TranslatorState,
} from './translate.ts';

/** The lists the switch gave, as they came. */
export interface SwitchLists {
  channels: readonly AmiMessage[];
  /** QueueParams, QueueMember and QueueEntry mixed, as QueueStatus sends them. */
  queues: readonly AmiMessage[];
  contacts: readonly AmiMessage[];
  /** The citizen's channel each third party's channel was rung for: the switch links the two by nothing else. */
  thirds: ReadonlyMap<string, ChannelId>;
}

export interface Assembled {
  snapshot: SwitchSnapshot;
  /** Some actions want a channel's name instead of its id. */
  channelNames: Map<ChannelId, string>;
  contacts: Map<Extension, Set<string>>;
}

/** The switch puts the second in which a channel began into its id; more exact than the age it shows. */
const startOf = (channelId: string, fallback: Date): Date => {
  const seconds = Number(/(\d{9,11})\.\d+$/.exec(channelId)?.[1]);
  return seconds > 0 ? new Date(seconds * 1000) : fallback;
};

const isDialledOut = (channel: AmiMessage) => channel.applicationdata === '(Outgoing Line)';

/** What keeps a place is a call once an agent's telephone is linked to it, rung or talking. */
const isRungPlace = (channel: AmiMessage, channels: readonly AmiMessage[]): boolean =>
  keepsPlace(channel.channel ?? '') &&
  channels.some((each) => each.linkedid === channel.linkedid && extensionOfChannel(each.channel ?? '') !== null);

const isCitizen = (channel: AmiMessage, known: TranslatorState): boolean =>
  known.citizens.has(channel.uniqueid ?? '') || (isCitizenContext(channel.context ?? '') && !isDialledOut(channel));

const readCall = (node: string, channel: AmiMessage, known: TranslatorState, takenAt: Date): LiveCall => {
  const channelId = channel.uniqueid ?? '';
  const citizen = known.citizens.get(channelId);
  const dialled = /^\+?\d{2,20}$/.test(channel.exten ?? '') ? (channel.exten ?? '') : '';
  return {
    node,
    channelId,
    callerNumber: citizen?.callerNumber ?? channel.calleridnum ?? '',
    callerName: citizen?.callerName ?? plainName(channel.calleridname ?? ''),
    calledNumber: citizen?.calledNumber || dialled,
    startedAt: startOf(channelId, takenAt),
    queue: null,
    legs: [],
  };
};

/** What stands for somebody an agent dials; the other half of it is in a bridge when they are there. */
const isDialled = (channelName: string): boolean => /^Local\/s@hotline-dial-[0-9a-f]+;2$/.test(channelName);

/** An agent who waits for the number to answer has picked up, and talks to nobody yet. */
const isStillCalled = (callId: string, channels: readonly AmiMessage[]): boolean => {
  const name = channels.find(({ uniqueid }) => uniqueid === callId)?.channel ?? '';
  return isDialled(name) && !channels.some(({ channel, bridgeid }) => channel === `${name.slice(0, -1)}1` && !!bridgeid);
};

/** An agent's leg belongs to the call whose ring we saw, or that they were asked into, else to the one the switch has linked it to. */
const addLegs = (
  calls: Map<string, LiveCall>,
  channels: readonly AmiMessage[],
  thirds: ReadonlyMap<string, ChannelId>,
  known: TranslatorState,
) => {
  const byLink = new Map<string, LiveCall>();
  for (const channel of channels) {
    const call = calls.get(channel.uniqueid ?? '');
    if (call !== undefined && channel.linkedid) byLink.set(channel.linkedid, call);
  }
  for (const channel of channels) {
    const legId = channel.uniqueid ?? '';
    const extension = extensionOfChannel(channel.channel ?? '');
    if (!legId || extension === null || calls.has(legId)) continue;
    const ringsFor = known.legs.get(legId)?.channelId ?? thirds.get(legId);
    const linked = isAgentContext(channel.context ?? '') ? byLink.get(channel.linkedid ?? '') : undefined;
    const call = (ringsFor && calls.get(ringsFor)) || linked;
    if (call === undefined) continue;
    const talks = channel.channelstate === '6' && !isStillCalled(call.channelId, channels);
    call.legs.push({ legId, extension, state: talks ? 'talking' : 'ringing' });
  }
};

const readQueues = (items: readonly AmiMessage[], calls: Map<string, LiveCall>): Record<string, ChannelId[]> => {
  const queues: Record<string, ChannelId[]> = {};
  for (const item of items) if (item.event === 'QueueParams' && item.queue) queues[item.queue] ??= [];
  const entries = items.filter((item) => item.event === 'QueueEntry').sort((one, other) => Number(one.position) - Number(other.position));
  for (const { queue, uniqueid } of entries) {
    const call = calls.get(uniqueid ?? '');
    if (!queue || call === undefined) continue;
    call.queue = queue;
    queues[queue] = [...(queues[queue] ?? []), call.channelId];
  }
  return queues;
};

const readMembers = (node: string, items: readonly AmiMessage[]): LiveMember[] =>
  items.flatMap((item) => {
    const extension = item.event === 'QueueMember' ? extensionOf(item.location || item.interface || '') : null;
    if (extension === null || !item.queue) return [];
    const paused = item.paused === '1';
    return [
      {
        node,
        queue: item.queue,
        extension,
        paused,
        pauseReason: paused ? (item.pausedreason ?? '') : '',
        device: deviceState(item.status ?? ''),
        penalty: Number(item.penalty) || 0,
      },
    ];
  });

const readContacts = (items: readonly AmiMessage[]): Map<Extension, Set<string>> => {
  const contacts = new Map<Extension, Set<string>>();
  for (const { endpoint, uri, status } of items) {
    const extension = extensionOf(`PJSIP/${endpoint}`);
    if (extension === null || !uri || status === 'Unreachable' || status === 'Removed') continue;
    contacts.set(extension, (contacts.get(extension) ?? new Set()).add(uri));
  }
  return contacts;
};

/**
 * The truth put together from the switch's lists, with what the events have already told (a call's dialled number is
 * gone from the channel once the dialplan has moved on).
 * @param gone channels that ended while the lists came: they are in the list and not in the world
 */
export const assembleSnapshot = (
  known: TranslatorState,
  lists: SwitchLists,
  takenAt: Date,
  bootedAt: Date,
  gone: ReadonlySet<string>,
): Assembled => {
  const { node } = known;
  const calls = new Map<string, LiveCall>();
  const channelNames = new Map<ChannelId, string>();
  const channels = lists.channels.filter((channel) => channel.uniqueid && !gone.has(channel.uniqueid));
  for (const channel of channels) {
    channelNames.set(channel.uniqueid ?? '', channel.channel ?? '');
    if (isCitizen(channel, known) || isRungPlace(channel, channels))
      calls.set(channel.uniqueid ?? '', readCall(node, channel, known, takenAt));
  }
  addLegs(calls, channels, lists.thirds, known);
  const queues = readQueues(lists.queues, calls);
  const contacts = readContacts(lists.contacts);
  const members = readMembers(node, lists.queues);
  const keeping = channels.filter((channel) => keepsPlace(channel.channel ?? '')).map((channel) => channel.uniqueid ?? '');
  return {
    snapshot: { node, takenAt, bootedAt, calls: [...calls.values()], members, registered: [...contacts.keys()], queues, keeping },
    channelNames,
    contacts,
  };
};
