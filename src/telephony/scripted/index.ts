import type { Clock } from '../../core/clock.ts';
import { systemClock } from '../../core/clock.ts';
import { HotlineError } from '../../core/errors.ts';
import type { ChannelId, Extension } from '../../core/ids.ts';
import type { DeviceState, DialledState, KeptPlace, TelephonyEvent, TelephonyEventOf } from '../events.ts';
import {
  type CallerRule,
  type Destination,
  type HotlineSettings,
  isQueueName,
  type LiveCall,
  type LiveMember,
  type PhoneSetup,
  type SwitchQueues,
  type SwitchSnapshot,
  type Telephony,
} from '../port.ts';
import { createScriptedSurveys, type SurveyScripting } from './survey-calls.ts';

/** Things a test makes happen on the pretended switch. Each tells its events at once, before it returns, unless the link is down. */
export interface Script {
  /** A citizen dials in; with `origin` and `channelId` it is the channel that kept somebody's place. @returns the channel, key of the call */
  arrive(caller: { number: string; name?: string; called?: string; origin?: 'kept_place' | 'outbound'; channelId?: ChannelId }): ChannelId;
  enqueue(channelId: ChannelId, queue: string): void;
  /** Rings an agent. @returns the leg */
  offer(channelId: ChannelId, extension: Extension, queue?: string, legId?: ChannelId): ChannelId;
  /** The agent takes it; every other ring of that call ends unanswered. */
  answer(legId: ChannelId): void;
  /** The ring ends without this agent: not taken, declined, taken back. */
  endOffer(legId: ChannelId): void;
  /** What becomes of a call an agent dials: the agent has picked up, the number answers, or why it does not. */
  dialling(channelId: ChannelId, result: DialledState): void;
  /** The agent's phone hangs up, or its line is lost (44). */
  agentHangsUp(legId: ChannelId, cause?: number): void;
  /** The citizen's channel is gone. Rings and talks of that call end with it. */
  citizenHangsUp(channelId: ChannelId, cause?: number): void;
  divert(channelId: ChannelId, to: 'voicemail' | 'fallback' | 'restricted' | 'callback', reason?: string): void;
  /** What the dialplan tells of a promise to call back; `place` is new or known. */
  placeChanges(place: KeptPlace): void;
  /** The citizen presses a key after the agent has hung up. @param heard false: nobody is told, the switch keeps it */
  rates(channelId: ChannelId, key: number, heard?: boolean): void;
  startRecording(channelId: ChannelId, file: string): void;
  failRecording(channelId: ChannelId): void;
  leaveVoicemail(channelId: ChannelId, file: string, seconds: number): void;
  register(extension: Extension): void;
  unregister(extension: Extension): void;
  /** The link breaks; the switch goes on. What happens now is not told (but `missedEvents` knows it). */
  linkDown(reason?: string): void;
  linkUp(): void;
  /** The Asterisk process dies and begins anew: every channel, registration and pushed object gone, then ours pushed again. */
  restart(): void;
  isLive(channelId: ChannelId): boolean;
  /** The third party of a call comes: from then on they are in one room, or agent and third speak alone. */
  thirdAnswers(legId: ChannelId): void;
  /** The third party does not come, or goes. A citizen on music is back with the agent. */
  thirdGone(legId: ChannelId): void;
  /** The number a call was handed to answers; or nobody took the call, and it is on its way back to that agent. */
  outsideAnswers(channelId: ChannelId, number: string): void;
  outsideHangsUp(channelId: ChannelId, number: string): void;
  transferReturns(channelId: ChannelId, extension: Extension): ChannelId;
  hold(legId: ChannelId, held: boolean): void;
  /** The next call of this method is refused so. */
  failNext(method: keyof Telephony, err: HotlineError): void;
  phones(): ReadonlyMap<Extension, PhoneSetup>;
  callerRules(): ReadonlyMap<string, CallerRule>;
  settings(): HotlineSettings | null;
  queues(): SwitchQueues | null;
  /** Every request made of the switch, in order. */
  requests(): readonly { method: string; argument: unknown }[];
}

export interface ScriptedTelephony extends Telephony {
  script: Script;
  surveyScript: SurveyScripting;
  missedEvents(node: string, cursor: unknown): Promise<{ known: boolean; events: TelephonyEvent[]; cursor: number }>;
}

interface Membership {
  extension: Extension;
  queues: string[];
  penalties: Readonly<Record<string, number>>;
  paused: boolean;
  reason: string;
}

const refuseLineBreaks = (value: unknown): void => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the port promises to refuse exactly these.
  if (typeof value === 'string' && /[\r\n\u0000]/.test(value))
    throw new HotlineError('telephony.value_refused', 'A value holds a line break');
  if (value !== null && typeof value === 'object' && !(value instanceof Date))
    for (const inner of Object.values(value)) refuseLineBreaks(inner);
};

/**
 * A switch made of memory behind the same port, obeying the same contract suite as the real one, so that every other
 * feature can be tried without an Asterisk. It is one node.
 */
export const createScriptedTelephony = (options: { node?: string; clock?: Clock } = {}): ScriptedTelephony => {
  const { node = 'scripted', clock = systemClock } = options;
  const surveys = createScriptedSurveys(clock);
  const calls = new Map<ChannelId, LiveCall>();
  const phones = new Map<Extension, PhoneSetup>();
  const memberships = new Map<Extension, Membership>();
  const registered = new Set<Extension>();
  const rules = new Map<string, CallerRule>();
  const waiting = new Map<string, { channelId: ChannelId; priority: number }[]>();
  /** Third parties by their leg. */
  const thirds = new Map<ChannelId, { channelId: ChannelId; to: Destination; answered: boolean; how: 'consult' | 'conference' }>();
  const places = new Map<ChannelId, KeptPlace>();
  const ratings = new Map<ChannelId, TelephonyEventOf<'call.rated'>>();
  const failures = new Map<string, HotlineError[]>();
  const requests: { method: string; argument: unknown }[] = [];
  const past: TelephonyEvent[] = [];
  let settings: HotlineSettings | null = null;
  let written: SwitchQueues | null = null;
  let listener: ((event: TelephonyEvent) => void) | null = null;
  let up = false;
  let since = clock.now();
  let reason = 'not started';
  let bootedAt = clock.now();
  let sequence = 0;

  const nextId = (): ChannelId => `${node}-${Math.floor(clock.now().getTime() / 1000)}.${++sequence}`;

  const tell = (event: TelephonyEvent) => {
    past.push(event);
    if (up) listener?.(event);
  };

  /** Every request of the port passes here: refused values, a broken link and scripted failures behave as on the real switch. */
  const asked = (method: string, argument: unknown) => {
    refuseLineBreaks(argument);
    const failure = failures.get(method)?.shift();
    if (failure !== undefined) throw failure;
    if (!up) throw new HotlineError('telephony.unavailable', 'There is no link to the switch');
    requests.push({ method, argument });
  };

  const callOf = (channelId: ChannelId): LiveCall => {
    const call = calls.get(channelId);
    if (call === undefined) throw new Error(`the script speaks of a call that is not there: ${channelId}`);
    return call;
  };

  const legOf = (legId: ChannelId) => {
    for (const call of calls.values()) for (const leg of call.legs) if (leg.legId === legId) return { call, leg };
    throw new Error(`the script speaks of a leg that is not there: ${legId}`);
  };

  const device = (extension: Extension): DeviceState => {
    if (!registered.has(extension)) return 'unavailable';
    for (const call of calls.values())
      for (const leg of call.legs) if (leg.extension === extension) return leg.state === 'ringing' ? 'ringing' : 'in_use';
    return 'idle';
  };

  const membersOf = (member: Membership): LiveMember[] =>
    member.queues.map((queue) => ({
      node,
      queue,
      extension: member.extension,
      paused: member.paused,
      pauseReason: member.paused ? member.reason : '',
      device: device(member.extension),
      penalty: member.penalties[queue] ?? 0,
    }));

  const tellMember = (extension: Extension) => {
    const member = memberships.get(extension);
    if (member !== undefined) for (const live of membersOf(member)) tell({ type: 'member.changed', ...live, at: clock.now() });
  };

  const leaveQueue = (call: LiveCall) => {
    if (call.queue === null) return;
    const queue = call.queue;
    call.queue = null;
    waiting.set(
      queue,
      (waiting.get(queue) ?? []).filter((place) => place.channelId !== call.channelId),
    );
    tell({ type: 'call.left_queue', node, channelId: call.channelId, queue, at: clock.now() });
  };

  const dropLeg = (legId: ChannelId) => {
    const { call, leg } = legOf(legId);
    call.legs = call.legs.filter((other) => other !== leg);
    return { call, leg };
  };

  const script: Script = {
    arrive({ number, name = '', called = '12345', origin, channelId = nextId() }) {
      const at = clock.now();
      calls.set(channelId, {
        node,
        channelId,
        callerNumber: number,
        callerName: name,
        calledNumber: called,
        startedAt: at,
        queue: null,
        legs: [],
      });
      tell({
        type: 'call.arrived',
        node,
        channelId,
        callerNumber: number,
        callerName: name,
        calledNumber: called,
        ...(origin ? { origin } : {}),
        at,
      });
      return channelId;
    },
    enqueue(channelId, queue) {
      const call = callOf(channelId);
      leaveQueue(call);
      call.queue = queue;
      const line = [...(waiting.get(queue) ?? []), { channelId, priority: 0 }];
      waiting.set(queue, line);
      tell({ type: 'call.queued', node, channelId, queue, position: line.length, at: clock.now() });
    },
    offer(channelId, extension, queue, legId = nextId()) {
      const call = callOf(channelId);
      call.legs.push({ legId, extension, state: 'ringing' });
      tell({ type: 'call.offered', node, channelId, legId, extension, queue: queue ?? call.queue ?? 'hotline', at: clock.now() });
      tellMember(extension);
      return legId;
    },
    answer(legId) {
      const { call, leg } = legOf(legId);
      const { channelId } = call;
      const queue = call.queue ?? 'hotline';
      for (const other of [...call.legs]) if (other !== leg && other.state === 'ringing') script.endOffer(other.legId);
      leg.state = 'talking';
      leaveQueue(call);
      tell({ type: 'call.answered', node, channelId, legId, extension: leg.extension, queue, at: clock.now() });
      tell({ type: 'offer.ended', node, channelId, legId, extension: leg.extension, answered: true, at: clock.now() });
      tellMember(leg.extension);
    },
    endOffer(legId) {
      const { call, leg } = dropLeg(legId);
      tell({ type: 'offer.ended', node, channelId: call.channelId, legId, extension: leg.extension, answered: false, at: clock.now() });
      tellMember(leg.extension);
    },
    dialling(channelId, result) {
      const ringing = callOf(channelId).legs.find(({ state }) => state === 'ringing');
      if (result === 'reached') return ringing && script.answer(ringing.legId);
      tell({ type: 'call.dialling', node, channelId, result, at: clock.now() });
    },
    agentHangsUp(legId, cause = 16) {
      const { call, leg } = dropLeg(legId);
      tell({ type: 'call.agent_left', node, channelId: call.channelId, legId, extension: leg.extension, cause, at: clock.now() });
      tellMember(leg.extension);
    },
    citizenHangsUp(channelId, cause = 16) {
      const call = callOf(channelId);
      for (const leg of [...call.legs]) (leg.state === 'ringing' ? script.endOffer : script.agentHangsUp)(leg.legId);
      leaveQueue(call);
      calls.delete(channelId);
      tell({ type: 'call.ended', node, channelId, cause, at: clock.now() });
    },
    divert: (channelId, to, why = '') => {
      const call = callOf(channelId);
      leaveQueue(call);
      tell({ type: 'call.diverted', node, channelId, to, reason: why, at: clock.now() });
    },
    placeChanges(place) {
      places.set(place.place, place);
      tell({ type: 'place.changed', node, at: clock.now(), ...place });
    },
    rates(channelId, key, heard = true) {
      const rated = { type: 'call.rated', node, channelId, key, at: clock.now() } as const;
      ratings.set(channelId, rated);
      if (heard) tell(rated);
    },
    startRecording: (channelId, file) => tell({ type: 'recording.started', node, channelId, file, at: clock.now() }),
    failRecording: (channelId) => tell({ type: 'recording.failed', node, channelId, at: clock.now() }),
    leaveVoicemail: (channelId, file, seconds) => tell({ type: 'voicemail.recorded', node, channelId, file, seconds, at: clock.now() }),
    register(extension) {
      if (registered.has(extension)) return;
      registered.add(extension);
      tell({ type: 'contact.changed', node, extension, registered: true, at: clock.now() });
      tellMember(extension);
    },
    unregister(extension) {
      if (!registered.delete(extension)) return;
      tell({ type: 'contact.changed', node, extension, registered: false, at: clock.now() });
      tellMember(extension);
    },
    linkDown(why = 'AMI: the connection was closed by the switch') {
      if (!up) return;
      up = false;
      since = clock.now();
      reason = why;
      listener?.({ type: 'switch.down', node, at: since, reason: why });
    },
    linkUp() {
      if (up || listener === null) return;
      up = true;
      since = clock.now();
      reason = '';
      listener({ type: 'switch.up', node, at: since });
    },
    restart() {
      script.linkDown();
      for (const channelId of calls.keys()) past.push({ type: 'call.ended', node, channelId, cause: 0, at: clock.now() });
      calls.clear();
      waiting.clear();
      registered.clear();
      bootedAt = clock.now();
      script.linkUp();
    },
    thirdAnswers(legId) {
      const third = thirds.get(legId);
      if (third === undefined) throw new Error(`the script speaks of a third party that is not there: ${legId}`);
      third.answered = true;
      if (third.to.kind === 'agent') script.answer(legId);
      tell({ type: 'third.joined', node, channelId: third.channelId, legId, at: clock.now() });
    },
    thirdGone(legId) {
      const third = thirds.get(legId);
      if (third === undefined) return;
      thirds.delete(legId);
      if (third.to.kind === 'agent' && calls.get(third.channelId)?.legs.some((leg) => leg.legId === legId))
        (third.answered ? script.agentHangsUp : script.endOffer)(legId);
      tell({ type: 'third.left', node, legId, at: clock.now() });
      if (third.how === 'consult') tellDesk(third.channelId, 'conference', '');
    },
    outsideAnswers: (channelId, number) => tellDesk(channelId, 'outside', number),
    outsideHangsUp: (channelId, number) => tellDesk(channelId, 'outside_left', number),
    transferReturns(channelId, extension) {
      tellDesk(channelId, 'returned', extension);
      return script.offer(channelId, extension, `agent-${extension}`);
    },
    hold(legId, held) {
      const { channelId } = legOf(legId).call;
      tell({ type: held ? 'call.held' : 'call.resumed', node, channelId, legId, at: clock.now() });
    },
    failNext: (method, err) => {
      failures.set(method, [...(failures.get(method) ?? []), err]);
    },
    isLive: (channelId) => calls.has(channelId),
    phones: () => phones,
    callerRules: () => rules,
    settings: () => settings,
    queues: () => written,
    requests: () => requests,
  };

  const tellDesk = (channelId: ChannelId, state: TelephonyEventOf<'call.desk'>['state'], to: string) =>
    tell({ type: 'call.desk', node, channelId, state, to, at: clock.now() });

  const nameOf = (to: Destination): string => (to.kind === 'agent' ? to.extension : to.kind === 'queue' ? to.queue : to.number);

  const thirdOf = (channelId: ChannelId) => [...thirds].find(([, third]) => third.channelId === channelId);

  /** The act's own agent goes; a leg that has ended in the same instant is as it should be. */
  const agentGoes = (legId: ChannelId) => {
    for (const call of calls.values()) if (call.legs.some((leg) => leg.legId === legId)) return script.agentHangsUp(legId);
  };

  const setPaused = (method: string, extension: Extension, paused: boolean, why: string) => {
    asked(method, { extension, reason: why });
    const member = memberships.get(extension);
    if (member === undefined) throw new HotlineError('telephony.refused', 'The switch refused the action', { action: 'QueuePause' });
    member.paused = paused;
    member.reason = paused ? why : '';
    tellMember(extension);
  };

  const snapshot = (): SwitchSnapshot => ({
    node,
    takenAt: clock.now(),
    bootedAt,
    calls: [...calls.values()].map((call) => structuredClone(call)),
    members: [...memberships.values()].flatMap(membersOf),
    registered: [...registered],
    queues: Object.fromEntries([...waiting].map(([queue, line]) => [queue, line.map((place) => place.channelId)])),
    keeping: [...places.values()].filter(({ state }) => state === 'waiting').map(({ channelId }) => channelId),
  });

  return {
    surveyCalls: surveys.calls,
    surveyScript: surveys.scripting,
    script,
    async start(onEvent) {
      listener = onEvent;
      script.linkUp();
    },
    async stop() {
      up = false;
      listener = null;
      reason = 'stopped';
    },
    nodes: () => [{ node, up, reason, since }],
    async snapshot(name) {
      asked('snapshot', name ?? null);
      return name === undefined || name === node ? [snapshot()] : [];
    },
    async setUpPhone(phone) {
      asked('setUpPhone', phone);
      phones.set(phone.extension, phone);
    },
    async removePhone(extension) {
      asked('removePhone', extension);
      phones.delete(extension);
      script.unregister(extension);
    },
    async joinQueues({ extension, displayName, queues, penalties = {}, paused, reason: why }) {
      asked('joinQueues', { extension, displayName, queues, penalties, paused, reason: why });
      memberships.set(extension, { extension, queues: [...queues], penalties, paused, reason: paused ? why : '' });
      tellMember(extension);
    },
    async leaveQueues(extension) {
      asked('leaveQueues', extension);
      memberships.delete(extension);
    },
    pause: async (extension, why) => setPaused('pause', extension, true, why),
    unpause: async (extension) => setPaused('unpause', extension, false, ''),
    async hangUp(channelId, cause) {
      asked('hangUp', { channelId, cause });
      if (calls.has(channelId)) return script.citizenHangsUp(channelId, cause);
      for (const call of [...calls.values()])
        for (const leg of [...call.legs])
          if (leg.legId === channelId) (leg.state === 'ringing' ? script.endOffer : script.agentHangsUp)(leg.legId, cause);
    },
    async transfer(call, to) {
      asked('transfer', { call, to });
      if (!calls.has(call.channelId)) throw new HotlineError('telephony.refused', 'The switch refused the action', { action: 'Redirect' });
      agentGoes(call.legId);
      const third = thirdOf(call.channelId);
      if (third !== undefined) script.thirdGone(third[0]);
      if (to.kind === 'queue') script.enqueue(call.channelId, to.queue);
      if (to.kind === 'agent') script.offer(call.channelId, to.extension, `agent-${to.extension}`);
    },
    async callThird(call, to, how, legId) {
      asked('callThird', { call, to, how, legId });
      if (!calls.has(call.channelId)) throw new HotlineError('telephony.refused', 'The switch refused the action', { action: 'Redirect' });
      tellDesk(call.channelId, how, nameOf(to));
      if (to.kind === 'agent') script.offer(call.channelId, to.extension, `agent-${to.extension}`, legId);
      thirds.set(legId, { channelId: call.channelId, to, answered: false, how });
    },
    homeOf: (extension) => (up && registered.has(extension) ? node : null),
    async dialOut(call) {
      asked('dialOut', call);
      const { channelId, normal, extension } = call;
      script.arrive({ number: normal, called: '', origin: 'outbound', channelId });
      script.dialling(channelId, 'begun');
      script.offer(channelId, extension, `agent-${extension}`);
    },
    async writeDialling(classes) {
      asked('writeDialling', classes);
    },
    async joinThird(call) {
      asked('joinThird', call);
      const third = thirdOf(call.channelId);
      if (third !== undefined) third[1].how = 'conference';
      tellDesk(call.channelId, 'conference', third === undefined ? '' : nameOf(third[1].to));
    },
    async dismissThird(call) {
      asked('dismissThird', call);
      const third = thirdOf(call.channelId);
      if (third !== undefined) script.thirdGone(third[0]);
    },
    async bringBack(call) {
      asked('bringBack', call);
      if (!calls.has(call.channelId)) throw new HotlineError('telephony.refused', 'The switch refused the action', { action: 'Redirect' });
      agentGoes(call.legId);
    },
    async leaveToThird(call) {
      asked('leaveToThird', call);
      const third = thirdOf(call.channelId);
      if (!third?.[1].answered) throw new HotlineError('telephony.not_answered', 'The third party is not there yet');
      third[1].how = 'conference';
      tellDesk(call.channelId, 'conference', nameOf(third[1].to));
      agentGoes(call.legId);
    },
    async setWaitingPriority(queue, channelId, priority) {
      asked('setWaitingPriority', { queue, channelId, priority });
      const line = waiting.get(queue) ?? [];
      const place = line.find((one) => one.channelId === channelId);
      if (place === undefined)
        throw new HotlineError('telephony.refused', 'The switch refused the action', { action: 'QueueChangePriorityCaller' });
      place.priority = priority;
      waiting.set(
        queue,
        [...line].sort((one, other) => other.priority - one.priority),
      );
    },
    async writeCallerRule(rule) {
      asked('writeCallerRule', rule);
      rules.set(rule.number, rule);
    },
    async removeCallerRule(number) {
      asked('removeCallerRule', number);
      rules.delete(number);
    },
    async writePrecedence(precedence) {
      asked('writePrecedence', precedence);
    },
    async tryKnowingAgent(queue, channelId) {
      asked('tryKnowingAgent', { queue, channelId });
    },
    async writeSettings(next) {
      asked('writeSettings', next);
      settings = next;
    },
    async writeWaiting(next) {
      asked('writeWaiting', next);
    },
    async keptPlaces(name) {
      asked('keptPlaces', name);
      return name === node ? [...places.values()] : [];
    },
    async keepPlace(_node, place) {
      asked('keepPlace', place);
      script.placeChanges({ ...place, state: 'waiting', channelId: `place-${requests.length}`, stateAt: clock.now() });
    },
    async keptRatings(name) {
      asked('keptRatings', name);
      return [...ratings.values()];
    },
    async forgetRating(_node, channelId) {
      asked('forgetRating', channelId);
      ratings.delete(channelId);
    },
    async forgetPlace(_node, place) {
      asked('forgetPlace', place);
      places.delete(place.place);
    },
    async writeQueues(next) {
      if (![...next.queues.map(({ queue }) => queue), ...next.retired].every(isQueueName))
        throw new HotlineError('telephony.value_refused', 'Not the name of a queue', { field: 'queue' });
      asked('writeQueues', next);
      written = next;
    },
    async missedEvents(name, cursor) {
      return { known: name === node, events: past.slice(typeof cursor === 'number' ? cursor : past.length), cursor: past.length };
    },
  };
};
