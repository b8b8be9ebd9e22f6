import { HotlineError } from '../../core/errors.ts';
import type { ChannelId } from '../../core/ids.ts';
import type { DeskCall, Destination, OutboundCall, ThirdParty } from '../port.ts';
import type { Action } from './caller-rules.ts';
import type { SwitchNode } from './node.ts';
import { isThird } from './translate.ts';

/** Longest a third party is rung, in ms; the dialplan's own limit for the trunk is the same. */
const RING_MS = 30_000;

const refused = (answer: string): HotlineError => new HotlineError('telephony.refused', 'The switch refused the action', { answer });

const ignoreGone = (err: unknown): void => {
  if (!(err instanceof HotlineError) || err.code !== 'telephony.refused') throw err;
};

const targetOf = (to: Destination): string => (to.kind === 'agent' ? to.extension : to.kind === 'queue' ? to.queue : to.number);

const EXTENSION = /^[0-9A-Za-z_]{1,32}$/;
/** A destination is spliced into a dial string: what is not plainly one would be another command to the switch. */
const checkDestination = (to: Destination): void => {
  const good =
    to.kind === 'agent'
      ? EXTENSION.test(to.extension)
      : to.kind === 'queue'
        ? /^[\w.-]{1,64}$/.test(to.queue)
        : /^\+?[0-9]{3,20}$/.test(to.number) && /^\+?[0-9]{0,20}$/.test(to.shown);
  if (!good) throw new HotlineError('telephony.value_refused', 'Not a destination', { field: to.kind });
};

const setvar = (channel: string, variable: string, value: string): Action => ({
  Action: 'Setvar',
  Channel: channel,
  Variable: variable,
  Value: value,
});

/** Everything the citizen's channel must know before it is redirected, in the names of dialplans/desk.conf. */
const preparation = (citizen: string, call: DeskCall, to: Destination, third: ChannelId): Action[] => [
  setvar(citizen, 'HOTLINE_AGENT', call.legId),
  setvar(citizen, 'HOTLINE_BACK', call.extension),
  setvar(citizen, 'HOTLINE_TO', targetOf(to)),
  setvar(citizen, 'HOTLINE_THIRD', third),
  ...(to.kind === 'outside' ? [setvar(citizen, '__HOTLINE_SHOWN', to.shown)] : []),
];

/** The third party's own channel. A number goes through [hotline-out], where what may not be dialled is refused a second time. */
const ringThird = (citizen: string, call: DeskCall, to: ThirdParty, third: ChannelId): Action => ({
  Action: 'Originate',
  Channel: to.kind === 'agent' ? `PJSIP/${to.extension}` : `Local/${to.number}@hotline-out/n`,
  ChannelId: third,
  ...(to.kind === 'agent' ? {} : { OtherChannelId: `${third}-out` }),
  Context: 'hotline-staff',
  Exten: 'third',
  Priority: 1,
  Timeout: RING_MS,
  Async: 'true',
  Variable: [
    `HOTLINE_CALL=${call.channelId}`,
    `HOTLINE_CITIZEN=${citizen}`,
    ...(to.kind === 'agent'
      ? [`HOTLINE_EXTENSION=${to.extension}`, `PJSIP_HEADER(add,X-Hotline-Call)=${call.channelId}`]
      : [`HOTLINE_SHOWN=${to.shown}`]),
  ].join(','),
});

/** Both halves know what is dialled; the second one stands for the citizen (dialplans/dial.conf). */
export const dialOutAction = ({ channelId, extension, number, normal, shown }: OutboundCall): Action => {
  const given = { extension, number, normal, shown, channelId };
  const good: Record<keyof typeof given, RegExp> = {
    extension: EXTENSION,
    number: /^\+?[0-9]{3,20}$/,
    normal: /^\+?[0-9]{3,20}$/,
    shown: /^\+?[0-9]{3,20}$/,
    channelId: /^dial-[0-9a-f-]{36}$/,
  };
  for (const [field, shape] of Object.entries(good))
    if (!shape.test(given[field as keyof typeof given])) throw new HotlineError('telephony.value_refused', 'Not a call', { field });
  return {
    Action: 'Originate',
    Channel: 'Local/s@hotline-dial/n',
    // Not an id that begins with the other's: the switch takes one for the other.
    ChannelId: channelId.replace('dial-', 'far-'),
    OtherChannelId: channelId,
    Context: 'hotline-dial-citizen',
    Exten: 's',
    Priority: 1,
    // Longer than the agent's telephone is rung for: the dialplan says that it did not answer.
    Timeout: RING_MS,
    Async: 'true',
    Variable: [
      `HOTLINE_CALL=${channelId}`,
      `HOTLINE_BACK=${extension}`,
      `HOTLINE_TO=${number}`,
      `HOTLINE_NORMAL=${normal}`,
      `HOTLINE_SHOWN=${shown}`,
    ].join(','),
  };
};

const redirect = (channel: string, context: string, extension = 's'): Action => ({
  Action: 'Redirect',
  Channel: channel,
  Context: context,
  Exten: extension,
  Priority: 1,
});

/**
 * An agent's acts on a call of one node. Keeps nothing: where the call stands is asked of the switch at each act, so that a
 * restart in the middle of a conference changes nothing.
 */
export const createDeskActs = (node: Pick<SwitchNode, 'action' | 'channelName' | 'expectThird'>) => {
  const nameOf = async (channelId: ChannelId): Promise<string> => {
    const known = node.channelName(channelId);
    if (known) return known;
    const { value } = await node.action({ Action: 'Getvar', Channel: channelId, Variable: 'CHANNEL(name)' });
    if (!value) throw refused('No such channel');
    return value;
  };
  const variable = async (channel: string, name: string): Promise<string> =>
    (await node.action({ Action: 'Getvar', Channel: channel, Variable: name })).value ?? '';
  const hangUp = (channel: string) => node.action({ Action: 'Hangup', Channel: channel, Cause: 16 }).catch(ignoreGone);
  const runAll = async (steps: readonly Action[]): Promise<void> => {
    // One after the other on one connection: the switch takes them in this order.
    for (const step of steps) await node.action(step);
  };

  /** The agent into the room, unless there already; the citizen goes where `context` says, in the same instant. */
  const moveBoth = async (citizen: string, call: DeskCall, context: string): Promise<void> => {
    const inRoom = (await variable(call.legId, 'CONTEXT')) === 'hotline-staff';
    const already = (await variable(citizen, 'CONTEXT')) === context;
    if (inRoom && already) return;
    if (inRoom) return void (await node.action(redirect(citizen, context)));
    await node.action(setvar(call.legId, 'HOTLINE_CITIZEN', citizen));
    await node.action(setvar(call.legId, 'HOTLINE_CALL', call.channelId));
    await node.action({
      ...redirect(citizen, context),
      // By name: an id is not taken for the second channel.
      ExtraChannel: await variable(call.legId, 'CHANNEL(name)'),
      ExtraContext: 'hotline-staff',
      ExtraExten: 'agent',
      ExtraPriority: 1,
    });
  };

  return {
    async transfer(call: DeskCall, to: Destination): Promise<void> {
      checkDestination(to);
      const citizen = await nameOf(call.channelId);
      const third = await variable(citizen, 'HOTLINE_THIRD');
      await runAll([...preparation(citizen, call, to, ''), redirect(citizen, 'hotline-transfer', to.kind)]);
      // In a conference nobody else ends with the citizen's going.
      await hangUp(call.legId);
      if (third !== '') await hangUp(third);
    },
    async callThird(call: DeskCall, to: ThirdParty, how: 'consult' | 'conference', third: ChannelId): Promise<void> {
      checkDestination(to);
      if (!isThird(third)) throw new HotlineError('telephony.value_refused', 'Not the id of a third party', { field: 'legId' });
      const citizen = await nameOf(call.channelId);
      await runAll(preparation(citizen, call, to, third));
      if (to.kind === 'agent') node.expectThird(third, { channelId: call.channelId, extension: to.extension });
      await moveBoth(citizen, call, how === 'consult' ? 'hotline-consult' : 'hotline-room');
      await node.action(ringThird(citizen, call, to, third));
    },
    async joinThird(call: DeskCall): Promise<void> {
      await moveBoth(await nameOf(call.channelId), call, 'hotline-room');
    },
    async dismissThird(call: DeskCall): Promise<void> {
      const citizen = await nameOf(call.channelId);
      const third = await variable(citizen, 'HOTLINE_THIRD');
      if (third !== '') await hangUp(third);
    },
    async bringBack(call: DeskCall): Promise<void> {
      const citizen = await nameOf(call.channelId);
      await runAll([
        ...preparation(citizen, call, { kind: 'agent', extension: call.extension }, ''),
        redirect(citizen, 'hotline-transfer', 'anew'),
      ]);
      await hangUp(call.legId);
    },
    async leaveToThird(call: DeskCall): Promise<void> {
      const citizen = await nameOf(call.channelId);
      const third = await variable(citizen, 'HOTLINE_THIRD');
      const there = third !== '' && (await variable(third, 'CONTEXT').catch(() => '')) === 'hotline-staff';
      if (!there || (await variable(third, 'CHANNEL(state)').catch(() => '')) !== 'Up')
        throw new HotlineError('telephony.not_answered', 'The third party is not there yet');
      await moveBoth(citizen, call, 'hotline-room');
      await hangUp(call.legId);
    },
  };
};
export type DeskActs = ReturnType<typeof createDeskActs>;
