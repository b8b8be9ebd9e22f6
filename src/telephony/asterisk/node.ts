import type { Clock } from '../../core/clock.ts';
import { HotlineError } from '../../core/errors.ts';
import type { ChannelId, Extension } from '../../core/ids.ts';
import type { KeptPlace, TelephonyEvent, TelephonyEventOf } from '../events.ts';
import type { LiveMember, NodeStatus, PhoneSetup, SwitchQueues, SwitchSnapshot, WaitingSettings } from '../port.ts';
import { type AmiClosed, type AmiConnection, connectAmi } from './ami.ts';
import { type AmiMessage, reconnectDelayMs } from './ami-frames.ts';
import { type Ari, createAri } from './ari.ts';
import {
  type Action,
  callerRuleActions,
  diallingAction,
  settingsActions,
  waitingKeepActions,
  waitingQueueActions,
} from './caller-rules.ts';
import type { Desired } from './desired.ts';
import { forgetPlaceActions, keepPlaceActions, keptPlacesQuestions, readKeptPlaces } from './kept-places.ts';
import type { Log } from './log.ts';
import { type Membership, membershipActions, ownQueueActions, ownQueueOf } from './membership.ts';
import { phoneObjectNames, phoneObjects } from './provisioning.ts';
import {
  dropSection,
  EVERYBODYS,
  everybodysAction,
  makeSection,
  queueFacts,
  queueSettings,
  reloadQueues,
  rewriteSection,
} from './queues.ts';
import { forgetRatingAction, ratingsQuestion, readRatings } from './ratings.ts';
import { type Assembled, assembleSnapshot } from './snapshot.ts';
import { SURVEY_EVENTS } from './survey-calls.ts';
import { adopt, isThird, newTranslatorState, TRANSLATED_EVENTS, translate } from './translate.ts';

export interface NodeSettings {
  name: string;
  host: string;
  amiPort: number;
  user: string;
  secret: string;
  httpPort: number;
  /** Where ARI has a user or a secret of its own. */
  ariUser?: string;
  ariSecret?: string;
}

export interface SwitchNode {
  name: string;
  start(): void;
  stop(): Promise<void>;
  status(): NodeStatus;
  snapshot(): Promise<SwitchSnapshot>;
  /** Whether this node's events have spoken of the channel. */
  knows(channelId: ChannelId): boolean;
  channelName(channelId: ChannelId): string | null;
  /** Whether this extension's telephone is registered here. */
  hasTelephone(extension: Extension): boolean;
  /** A channel with this id is about to be made: it rings that agent for that call. */
  expectThird(legId: ChannelId, ring: { channelId: ChannelId; extension: Extension }): void;
  action(fields: Action): Promise<AmiMessage>;
  setUpPhone(phone: PhoneSetup): Promise<void>;
  removePhone(extension: Extension): Promise<void>;
  joinQueues(member: Membership): Promise<void>;
  writeWaiting(settings: WaitingSettings): Promise<void>;
  keptPlaces(): Promise<KeptPlace[]>;
  keepPlace(place: KeptPlace): Promise<void>;
  forgetPlace(place: Pick<KeptPlace, 'place' | 'number'>): Promise<void>;
  keptRatings(): Promise<TelephonyEventOf<'call.rated'>[]>;
  forgetRating(channelId: ChannelId): Promise<void>;
  writeQueues(queues: SwitchQueues): Promise<void>;
}

interface Dependencies {
  settings: NodeSettings;
  desired: Desired;
  log: Log;
  clock: Clock;
  random: () => number;
  onEvent(event: TelephonyEvent): void;
  /** Each message as the switch sent it, for those who follow calls of their own. */
  onMessage?(message: AmiMessage): void;
  onDown?(): void;
}

/** After this the switch is called up although some of its telephones could not be pushed: calls must not wait for ARI. */
const PUSH_LIMIT_MS = 4000;
const PUSH_AGAIN_MS = 2000;

const WANTED = new Set([...TRANSLATED_EVENTS, ...SURVEY_EVENTS, 'FullyBooted']);

const unavailable = () => new HotlineError('telephony.unavailable', 'There is no link to the switch');

const reasonOf = (err: unknown): string => {
  if (!(err instanceof HotlineError)) return 'unexpected';
  const { answer } = err.details;
  return typeof answer === 'string' && answer !== '' ? answer : err.code;
};

/**
 * One Asterisk: keeps the link, says again what the service wants of it after every (re)connection, and only then calls
 * it up. Events that come in between are held and follow in their order.
 */
export const createNode = ({ settings, desired, log, clock, random, onEvent, onMessage: onRaw, onDown }: Dependencies): SwitchNode => {
  const { name, host, amiPort, user, secret, httpPort } = settings;
  const ari: Ari = createAri({
    url: `http://${host}:${httpPort}`,
    user: settings.ariUser ?? user,
    secret: settings.ariSecret ?? secret,
    log,
  });
  /** The connection in hand, perhaps not yet let in; `link` is the same once it is. */
  let connection: AmiConnection | null = null;
  let link: AmiConnection | null = null;
  let state = newTranslatorState(name);
  let bootedAt = new Date(0);
  let phase: 'down' | 'joining' | 'up' = 'down';
  let reason = 'not started';
  let since = clock.now();
  let held: TelephonyEvent[] = [];
  let attempt = 0;
  let timer: NodeJS.Timeout | null = null;
  let stopped = true;
  /** Channels that ended while a snapshot is being read. */
  const gone = new Set<string>();
  let reading = 0;
  let ownQueuesPossible = true;

  const setReason = (next: string) => {
    if (next !== reason && next !== '') log.warn({ node: name, reason: next }, 'the switch is not as it should be');
    reason = next;
  };

  const tell = (event: TelephonyEvent) => {
    if (phase !== 'up') held.push(event);
    else onEvent(event);
  };

  const action = (fields: Action): Promise<AmiMessage> => link?.action(fields) ?? Promise.reject(unavailable());
  const list = (fields: Action): Promise<AmiMessage[]> => link?.list(fields) ?? Promise.reject(unavailable());

  /** The switch says "No Contacts found" as an error. */
  const listContacts = () =>
    list({ Action: 'PJSIPShowContacts' }).catch((err: unknown) => {
      if (err instanceof HotlineError && err.code === 'telephony.refused') return [];
      throw err;
    });

  /** Which call each third party belongs to: their own channel knows. One that has gone meanwhile belongs to none. */
  const thirdsOf = async (channels: readonly AmiMessage[]): Promise<Map<string, ChannelId>> => {
    const ids = channels.map(({ uniqueid = '' }) => uniqueid).filter((id) => isThird(id));
    const told = await Promise.all(
      ids.map((id) =>
        action({ Action: 'Getvar', Channel: id, Variable: 'HOTLINE_CALL' }).catch((err: unknown) => {
          ignoreRefusal(err);
          return { value: '' };
        }),
      ),
    );
    return new Map(ids.map((id, index) => [id, told[index]?.value ?? '']));
  };

  const read = async (): Promise<Assembled> => {
    const takenAt = clock.now();
    reading += 1;
    try {
      // Asked in one breath on one connection: the switch answers them one after the other.
      const asked = [list({ Action: 'CoreShowChannels' }), list({ Action: 'QueueStatus' }), listContacts()] as const;
      const [channels, queues, contacts] = await Promise.all(asked);
      return assembleSnapshot(state, { channels, queues, contacts, thirds: await thirdsOf(channels) }, takenAt, bootedAt, gone);
    } finally {
      reading -= 1;
      if (reading === 0) gone.clear();
    }
  };

  const makeOwnQueue = async (extension: Extension) => {
    for (const step of ownQueueActions(extension)) await action(step).catch(() => {});
  };

  /** Makes one extension's memberships so; the own queue is a convenience and its lack only noted. */
  const applyMember = async (member: Membership, current: readonly LiveMember[]): Promise<void> => {
    const own = ownQueueOf(member.extension);
    const wanted: Membership = { ...member, queues: ownQueuesPossible ? [...member.queues, own] : member.queues };
    const run = async (step: Action) => {
      try {
        await action(step);
      } catch (err) {
        if (!(err instanceof HotlineError) || err.code !== 'telephony.refused') throw err;
        const answer = String(err.details.answer);
        if (/already there|not there/i.test(answer)) return;
        if (step.Queue !== own) throw err;
        if (ownQueuesPossible) log.warn({ node: name }, 'queues of single agents can not be made on this switch: preferred agents are off');
        ownQueuesPossible = false;
      }
    };
    const steps = membershipActions(wanted, current);
    if (steps.some((step) => step.Action === 'QueueAdd' && step.Queue === own)) await makeOwnQueue(member.extension);
    await Promise.all(steps.map(run));
  };

  const membersNow = async (extension?: Extension): Promise<LiveMember[]> => {
    const queues = await list({ Action: 'QueueStatus', ...(extension === undefined ? {} : { Member: `PJSIP/${extension}` }) });
    return assembleSnapshot(state, { channels: [], queues, contacts: [], thirds: new Map() }, clock.now(), bootedAt, gone).snapshot.members;
  };

  const setUpPhone = async (phone: PhoneSetup) => {
    // In this order: an endpoint that names what is not there yet would refuse a registration in between.
    for (const object of phoneObjects(phone)) await ari.put(object);
  };

  const removePhone = async (extension: Extension) => {
    for (const { objectType, name: objectName } of phoneObjectNames(extension)) await ari.remove(objectType, objectName);
  };

  /** @returns why something could not be said, or '' when all of it is there */
  const push = async (): Promise<string> => {
    const failures: string[] = [];
    const attemptTo = (work: Promise<unknown>) =>
      work.catch((err: unknown) => {
        failures.push(reasonOf(err));
      });
    await Promise.all([...desired.phones.values()].map((phone) => attemptTo(setUpPhone(phone))));
    await Promise.all([...desired.removedPhones].map((extension) => attemptTo(removePhone(extension))));
    // Before their members: nobody can be put into a queue that is not there.
    if (desired.queues) await attemptTo(writeQueues(desired.queues));
    const current = await membersNow();
    await Promise.all([...desired.members.values()].map((member) => attemptTo(applyMember(member, current))));
    for (const extension of desired.removedMembers) await attemptTo(applyMemberGone(extension, current));
    const rules = [...desired.rules.values()].flatMap(callerRuleActions);
    const dialling = desired.dialling ? [diallingAction(desired.dialling)] : [];
    const settingsNow = desired.settings ? settingsActions(desired.settings) : [];
    await Promise.all([...rules, ...settingsNow, ...dialling].map((step) => attemptTo(keepAhead(step))));
    if (desired.waiting) await attemptTo(writeWaiting(desired.waiting));
    return failures[0] ?? '';
  };

  const applyMemberGone = async (extension: Extension, current: readonly LiveMember[]) => {
    const steps = membershipActions({ extension, displayName: '', queues: [], paused: false, reason: '' }, current);
    await Promise.all(steps.map((step) => action(step).catch(ignoreRefusal)));
  };

  /** A key to delete that is not there is as it should be. */
  const keepAhead = (step: Action) =>
    action(step).catch((err: unknown) => (step.Action === 'DBDel' ? ignoreRefusal(err) : Promise.reject(err)));

  /** The file of another's switch may be closed to us: then its administrator says what is announced, and the rest holds. */
  const writeWaiting = async (settings: WaitingSettings): Promise<void> => {
    await Promise.all(waitingKeepActions(settings).map(keepAhead));
    for (const step of waitingQueueActions(settings))
      await action(step).catch((err: unknown) => {
        ignoreRefusal(err);
        log.warn({ node: name, reason: reasonOf(err) }, 'the announcements of the queue could not be set on this switch');
      });
  };

  const ignoreRefusal = (err: unknown): undefined => {
    if (!isRefused(err)) throw err;
  };

  const isRefused = (err: unknown): boolean => err instanceof HotlineError && err.code === 'telephony.refused';

  /** Made, or written anew where it is there: the switch tells the two apart by refusing. */
  const writeQueues = async (wanted: SwitchQueues): Promise<void> => {
    for (const queue of wanted.queues) {
      if (queue.queue === EVERYBODYS) {
        await action(everybodysAction(queue)).catch((err: unknown) => {
          // The file of another's switch may be closed to us: then its administrator says how everybody's queue rings.
          ignoreRefusal(err);
          log.warn({ node: name, reason: reasonOf(err) }, 'the ringing of the queue could not be set on this switch');
        });
        continue;
      }
      const values = queueSettings(queue);
      await action(makeSection(queue.queue, values)).catch((err: unknown) => {
        if (!isRefused(err)) throw err;
        return action(rewriteSection(queue.queue, values));
      });
    }
    for (const name of wanted.retired) await action(dropSection(name)).catch(ignoreRefusal);
    await action(reloadQueues);
    await Promise.all(queueFacts(wanted).map(keepAhead));
  };

  const pushUntilDone = async (mine: AmiConnection): Promise<void> => {
    const failure = await push().catch(reasonOf);
    if (link !== mine) return;
    setReason(failure);
    if (failure !== '') setTimeout(() => void (link === mine && pushUntilDone(mine)), PUSH_AGAIN_MS).unref();
  };

  const goUp = async (mine: AmiConnection) => {
    ownQueuesPossible = true;
    let limit: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      limit = setTimeout(resolve, PUSH_LIMIT_MS);
    });
    await Promise.race([pushUntilDone(mine), enough]);
    clearTimeout(limit);
    if (link !== mine) return;
    const found = await read();
    if (link !== mine) return;
    adopt(state, { calls: found.snapshot.calls, channelNames: found.channelNames, contacts: found.contacts });
    phase = 'up';
    attempt = 0;
    since = clock.now();
    log.info({ node: name }, 'the switch is up');
    onEvent({ type: 'switch.up', node: name, at: since });
    const waiting = held;
    held = [];
    for (const event of waiting) onEvent(event);
  };

  const onFullyBooted = (mine: AmiConnection, message: AmiMessage) => {
    const uptime = Number(message.uptime);
    // Whole seconds, so up to one too late: a call of the first second must not look older than its switch.
    const began = clock.now().getTime() - (Math.max(0, uptime || 0) + 1) * 1000;
    if (Math.abs(began - bootedAt.getTime()) > 3000) bootedAt = new Date(began);
    if (phase !== 'down') return;
    phase = 'joining';
    goUp(mine).catch((err: unknown) => {
      if (link !== mine) return;
      log.warn({ node: name, reason: reasonOf(err) }, 'the switch could not be taken up');
      mine.close();
    });
  };

  const onMessage = (mine: AmiConnection | null, message: AmiMessage) => {
    if (message.event === 'FullyBooted') {
      if (mine !== null) onFullyBooted(mine, message);
      return;
    }
    if (reading > 0 && message.event === 'Hangup' && message.uniqueid) gone.add(message.uniqueid);
    for (const event of translate(state, message, clock.now())) tell(event);
    onRaw?.(message);
  };

  const onClose = (closed: AmiClosed) => {
    const wasUp = phase === 'up';
    connection = null;
    link = null;
    phase = 'down';
    held = [];
    state = newTranslatorState(name);
    onDown?.();
    if (stopped) return;
    if (wasUp || reason === 'not started') since = clock.now();
    setReason(closed.text);
    if (wasUp) onEvent({ type: 'switch.down', node: name, at: since, reason: closed.text });
    timer = setTimeout(connect, reconnectDelayMs(attempt, closed.kind === 'refused' && /ECONNREFUSED/.test(closed.text), random()));
    attempt += 1;
  };

  const connect = () => {
    timer = null;
    let early: AmiMessage | null = null;
    const mine = connectAmi({
      host,
      port: amiPort,
      user,
      secret,
      wanted: WANTED,
      log,
      // FullyBooted comes with the login, before our mask and filters are set: it is kept until they are.
      onEvent: (message) => {
        if (link === null && message.event === 'FullyBooted') early = message;
        else onMessage(link, message);
      },
      onClose,
    });
    connection = mine;
    mine.ready.then(
      () => {
        link = mine;
        if (phase === 'down' && early === null) setReason('Asterisk has not finished booting');
        if (early !== null) onMessage(mine, early);
      },
      () => {},
    );
  };

  return {
    name,
    start: () => {
      if (!stopped) return;
      stopped = false;
      connect();
    },
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      connection?.close();
      phase = 'down';
      reason = 'stopped';
      await ari.stop();
    },
    status: () => ({ node: name, up: phase === 'up', reason, since }),
    snapshot: async () => {
      if (phase !== 'up') throw unavailable();
      return (await read()).snapshot;
    },
    knows: (channelId) => state.citizens.has(channelId) || state.legs.has(channelId),
    hasTelephone: (extension) => (state.contacts.get(extension)?.size ?? 0) > 0,
    channelName: (channelId) => state.citizens.get(channelId)?.channelName ?? null,
    expectThird: (legId, ring) => void state.thirds.set(legId, ring),
    action: (fields) => (phase === 'up' ? action(fields) : Promise.reject(unavailable())),
    setUpPhone,
    removePhone,
    joinQueues: async (member) => {
      const current = await membersNow(member.extension);
      if (member.queues.length === 0) await applyMemberGone(member.extension, current);
      else await applyMember(member, current);
    },
    writeWaiting: (settings) => (phase === 'up' ? writeWaiting(settings) : Promise.reject(unavailable())),
    keptPlaces: async () => {
      // A family without any key is refused.
      const answers = await Promise.all(keptPlacesQuestions.map((question) => list(question).catch((err) => ignoreRefusal(err) ?? [])));
      return readKeptPlaces(answers.flat());
    },
    keepPlace: async (place) => {
      for (const step of keepPlaceActions(place)) await action(step);
    },
    keptRatings: async () => readRatings(name, (await list(ratingsQuestion).catch((err) => ignoreRefusal(err))) ?? []),
    forgetRating: async (channelId) => void (await keepAhead(forgetRatingAction(channelId))),
    forgetPlace: async (place) => void (await Promise.all(forgetPlaceActions(place).map(keepAhead))),
    writeQueues: (wanted) => (phase === 'up' ? writeQueues(wanted) : Promise.reject(unavailable())),
  };
};
