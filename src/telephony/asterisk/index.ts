import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../core/clock.ts';
import { HotlineError } from '../../core/errors.ts';
import type { ChannelId, Extension } from '../../core/ids.ts';
import type { TelephonyEvent } from '../events.ts';
import { type DeskCall, isQueueName, type PhoneSetup, type Telephony } from '../port.ts';
import { checkAction } from './ami-frames.ts';
import { type Action, callerRuleActions, diallingAction, precedenceActions, settingsActions } from './caller-rules.ts';
import { emptyRule, nothingDesired } from './desired.ts';
import { createDeskActs, type DeskActs, dialOutAction } from './desk-acts.ts';
import type { Log } from './log.ts';
import { interfaceOf, type Membership, pauseAction } from './membership.ts';
import { createNode, type NodeSettings, type SwitchNode } from './node.ts';
import { type MissedEvents, readMissedEvents } from './records.ts';
import { createStasis } from './stasis.ts';
import { createSurveyCalls } from './survey-calls.ts';

export type { Log } from './log.ts';
export type { MissedEvents, RecordsCursor } from './records.ts';

export interface AsteriskNode extends NodeSettings {
  /** The switch's log directory as this machine sees it, or null for a switch whose files are out of reach. */
  logDirectory: string | null;
}

export interface AsteriskTelephony extends Telephony {
  /** What happened on a node since the cursor, from the switch's own records; `known: false` where they can't be read. */
  missedEvents(node: string, cursor: unknown): Promise<MissedEvents>;
}

const checkExtension = (extension: Extension) => {
  if (!/^[0-9A-Za-z_]{1,32}$/.test(extension))
    throw new HotlineError('telephony.value_refused', 'Not an extension', { field: 'extension' });
};

const checkChannel = (channelId: ChannelId) => {
  // A leading slash would make it a pattern that hangs up everybody.
  if (!/^[\w.:-]{1,128}$/.test(channelId)) throw new HotlineError('telephony.value_refused', 'Not a channel', { field: 'channelId' });
};

const checkNumber = (number: string) => {
  if (!/^\+?[0-9]{1,32}$/.test(number))
    throw new HotlineError('telephony.value_refused', 'Not a number in normal form', { field: 'number' });
};

const checkQueues = (queues: readonly string[]) => {
  for (const queue of queues)
    if (!isQueueName(queue)) throw new HotlineError('telephony.value_refused', 'Not the name of a queue', { field: 'queue' });
};

/** One or several Asterisk nodes behind the port. Telephones, members, rules and settings are kept alike on all of them. */
export const createAsteriskTelephony = (options: {
  nodes: readonly AsteriskNode[];
  logger: Log;
  clock?: Clock;
  /** 0 ≤ n < 1, for the chance in reconnecting. */
  random?: () => number;
}): AsteriskTelephony => {
  const { logger: log, clock = systemClock, random = Math.random } = options;
  const desired = nothingDesired();
  let listener: ((event: TelephonyEvent) => void) | null = null;

  const onEvent = (event: TelephonyEvent) => {
    try {
      listener?.(event);
    } catch (err) {
      log.error({ err, type: event.type, node: event.node }, 'an event of the switch could not be handled');
    }
  };

  // One name for each process: with one for all, the last to come would take every other's calls.
  const surveyApp = `hotline-survey-${randomBytes(6).toString('hex')}`;
  const surveys = createSurveyCalls({ app: surveyApp, clock });
  const nodes: SwitchNode[] = options.nodes.map((settings) => {
    const { host, httpPort, user, secret, ariUser = user, ariSecret = secret } = settings;
    const stasis = createStasis({
      url: `http://${host}:${httpPort}`,
      user: ariUser,
      secret: ariSecret,
      app: surveyApp,
      log,
      onEvent: surveys.onStasis,
    });
    const node = createNode({
      settings,
      desired,
      log,
      clock,
      random,
      onEvent,
      onMessage: surveys.onMessage,
      onDown: () => surveys.onDown(node),
    });
    surveys.addLine({ node, stasis });
    return node;
  });

  /** On every node that is up; the others are told when they come back. */
  const onEveryNode = async (work: (node: SwitchNode) => Promise<unknown>): Promise<void> => {
    const up = nodes.filter((node) => node.status().up);
    if (up.length === 0) throw new HotlineError('telephony.unavailable', 'There is no link to any switch');
    const results = await Promise.allSettled(up.map(work));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };

  /** Puts what we want back as it was when the switch would not have it, so that a refused sign-in is not repeated at each reconnect. */
  const keeping = async <K, V>(map: Map<K, V>, key: K, value: V, work: () => Promise<void>): Promise<void> => {
    const before = map.get(key);
    map.set(key, value);
    try {
      await work();
    } catch (err) {
      if (map.get(key) === value) {
        if (before === undefined) map.delete(key);
        else map.set(key, before);
      }
      throw err;
    }
  };

  const setPaused = async (extension: Extension, paused: boolean, reason: string) => {
    checkExtension(extension);
    const step = pauseAction(extension, paused, reason);
    checkAction(step);
    const member = desired.members.get(extension);
    const work = () => onEveryNode((node) => node.action(step));
    if (member === undefined) await work();
    else await keeping(desired.members, extension, { ...member, paused, reason: paused ? reason : '' }, work);
  };

  /** Asked of the node that knows the channel, or of all when none does (it began before we were there). */
  const nodesOf = (channelId: ChannelId): SwitchNode[] => {
    const knowing = nodes.filter((node) => node.knows(channelId));
    return knowing.length > 0 ? knowing : nodes.filter((node) => node.status().up);
  };

  const acting = (call: DeskCall): DeskActs => {
    checkChannel(call.channelId);
    checkChannel(call.legId);
    checkExtension(call.extension);
    const node = nodesOf(call.channelId)[0];
    if (node === undefined) throw new HotlineError('telephony.unavailable', 'There is no link to any switch');
    return createDeskActs(node);
  };

  const writeAhead = (steps: readonly Action[]) => {
    for (const step of steps) checkAction(step);
    return onEveryNode((node) =>
      Promise.all(
        steps.map((step) =>
          node.action(step).catch((err: unknown) => {
            // To delete what is not there is refused, and is as it should be.
            if (step.Action !== 'DBDel' || !(err instanceof HotlineError) || err.code !== 'telephony.refused') throw err;
          }),
        ),
      ),
    );
  };

  const hangUp = async (channelId: ChannelId, cause: number): Promise<void> => {
    checkChannel(channelId);
    const holding = nodesOf(channelId);
    if (holding.length === 0) throw new HotlineError('telephony.unavailable', 'There is no link to any switch');
    await Promise.all(
      holding.map((node) =>
        node.action({ Action: 'Hangup', Channel: channelId, Cause: cause }).catch((err: unknown) => {
          if (!(err instanceof HotlineError) || !/no such channel/i.test(String(err.details.answer))) throw err;
        }),
      ),
    );
  };

  /** An action that names a waiting call by its channel's name. */
  const onWaiting = async (channelId: ChannelId, fields: Action): Promise<void> => {
    const node = nodesOf(channelId)[0];
    if (node === undefined) throw new HotlineError('telephony.unavailable', 'There is no link to any switch');
    const caller = node.channelName(channelId);
    if (caller === null)
      throw new HotlineError('telephony.refused', 'The call is not waiting', { action: String(fields.Action), answer: 'unknown channel' });
    await node.action({ ...fields, Caller: caller });
  };

  const nodeCalled = (name: string): SwitchNode => {
    const node = nodes.find((each) => each.name === name);
    if (!node?.status().up) throw new HotlineError('telephony.unavailable', 'There is no link to this switch');
    return node;
  };

  return {
    start: async (handler) => {
      listener = handler;
      for (const node of nodes) node.start();
      surveys.start();
    },
    stop: async () => {
      surveys.stop();
      await Promise.all(nodes.map((node) => node.stop()));
      listener = null;
    },
    nodes: () => nodes.map((node) => node.status()),
    snapshot: async (name) =>
      Promise.all(nodes.filter((node) => (name === undefined ? node.status().up : node.name === name)).map((node) => node.snapshot())),

    setUpPhone: async (phone: PhoneSetup) => {
      checkExtension(phone.extension);
      checkAction({ displayName: phone.displayName, secret: phone.secret });
      desired.removedPhones.delete(phone.extension);
      await keeping(desired.phones, phone.extension, phone, () => onEveryNode((node) => node.setUpPhone(phone)));
    },
    removePhone: async (extension) => {
      checkExtension(extension);
      desired.phones.delete(extension);
      desired.removedPhones.add(extension);
      await onEveryNode((node) => node.removePhone(extension));
      if (nodes.every((node) => node.status().up)) desired.removedPhones.delete(extension);
    },
    joinQueues: async ({ extension, displayName, queues, penalties = {}, paused, reason }) => {
      checkExtension(extension);
      checkQueues(queues);
      checkAction({ displayName, reason });
      const member: Membership = { extension, displayName, queues: [...queues], penalties, paused, reason: paused ? reason : '' };
      desired.removedMembers.delete(extension);
      await keeping(desired.members, extension, member, () => onEveryNode((node) => node.joinQueues(member)));
    },
    leaveQueues: async (extension) => {
      checkExtension(extension);
      desired.members.delete(extension);
      desired.removedMembers.add(extension);
      await onEveryNode((node) =>
        node.joinQueues({ extension, displayName: interfaceOf(extension), queues: [], paused: false, reason: '' }),
      );
      if (nodes.every((node) => node.status().up)) desired.removedMembers.delete(extension);
    },
    pause: (extension, reason) => setPaused(extension, true, reason),
    unpause: (extension) => setPaused(extension, false, ''),

    hangUp,
    transfer: async (call, to) => acting(call).transfer(call, to),
    callThird: async (call, third, how, legId) => acting(call).callThird(call, third, how, legId),
    dialOut: async (call) => {
      const action = dialOutAction(call);
      await nodeCalled(call.node).action(action);
    },
    homeOf: (extension) => nodes.find((node) => node.status().up && node.hasTelephone(extension))?.name ?? null,
    writeDialling: async (classes) => {
      for (const each of classes)
        if (!/^[a-z]{1,32}$/.test(each)) throw new HotlineError('telephony.value_refused', 'Not a class', { field: 'classes' });
      desired.dialling = [...classes];
      await writeAhead([diallingAction(classes)]);
    },
    joinThird: async (call) => acting(call).joinThird(call),
    dismissThird: async (call) => acting(call).dismissThird(call),
    bringBack: async (call) => acting(call).bringBack(call),
    leaveToThird: async (call) => acting(call).leaveToThird(call),
    setWaitingPriority: async (queue, channelId, priority) => {
      checkChannel(channelId);
      checkQueues([queue]);
      await onWaiting(channelId, { Action: 'QueueChangePriorityCaller', Queue: queue, Priority: priority, Immediate: 'yes' });
    },
    tryKnowingAgent: async (queue, channelId) => {
      checkChannel(channelId);
      checkQueues([queue]);
      await onWaiting(channelId, { Action: 'QueueWithdrawCaller', Queue: queue, WithdrawInfo: 'own' });
    },
    writePrecedence: async (precedence) => {
      checkNumber(precedence.number);
      if (precedence.knowingExtension !== null) checkExtension(precedence.knowingExtension);
      await writeAhead(precedenceActions(precedence));
    },
    writeCallerRule: async (rule) => {
      checkNumber(rule.number);
      for (const extension of rule.keptApart ?? []) checkExtension(extension);
      await keeping(desired.rules, rule.number, rule, () => writeAhead(callerRuleActions(rule)));
    },
    removeCallerRule: async (number) => {
      checkNumber(number);
      // Kept as an empty rule, for a node that was away when it was taken back.
      await keeping(desired.rules, number, emptyRule(number), () => writeAhead(callerRuleActions(emptyRule(number))));
      if (nodes.every((node) => node.status().up)) desired.rules.delete(number);
    },
    writeSettings: async (settings) => {
      const before = desired.settings;
      desired.settings = settings;
      try {
        await writeAhead(settingsActions(settings));
      } catch (err) {
        if (desired.settings === settings) desired.settings = before;
        throw err;
      }
    },
    writeWaiting: async (settings) => {
      desired.waiting = settings;
      await onEveryNode((node) => node.writeWaiting(settings));
    },
    keptPlaces: (name) => nodeCalled(name).keptPlaces(),
    keepPlace: async (name, place) => {
      checkChannel(place.place);
      checkNumber(place.number);
      checkQueues([place.queue]);
      checkAction({ shown: place.shown });
      await nodeCalled(name).keepPlace(place);
    },
    keptRatings: (name) => nodeCalled(name).keptRatings(),
    forgetRating: async (name, channelId) => {
      checkChannel(channelId);
      await nodeCalled(name).forgetRating(channelId);
    },
    forgetPlace: async (name, place) => {
      const { number, channelId } = place;
      checkChannel(place.place);
      checkNumber(number);
      await nodeCalled(name).forgetPlace(place);
      if (channelId !== '') await hangUp(channelId, 16);
    },
    writeQueues: async (wanted) => {
      checkQueues([...wanted.queues.map(({ queue }) => queue), ...wanted.retired]);
      for (const number of Object.keys(wanted.lines)) checkNumber(number);
      for (const { announcement } of wanted.queues)
        if (announcement !== null && !/^[a-z0-9._]{1,64}$/.test(announcement))
          throw new HotlineError('telephony.value_refused', 'Not a prompt', { field: 'announcement' });
      const before = desired.queues;
      desired.queues = wanted;
      try {
        await onEveryNode((node) => node.writeQueues(wanted));
      } catch (err) {
        if (desired.queues === wanted) desired.queues = before;
        throw err;
      }
    },
    surveyCalls: surveys.calls,
    missedEvents: async (name, cursor) => {
      const node = options.nodes.find((one) => one.name === name);
      return readMissedEvents(name, node?.logDirectory ?? null, cursor);
    },
  };
};
