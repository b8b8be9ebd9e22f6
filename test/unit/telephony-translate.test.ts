import { readFileSync } from 'node:fs';
import t from 'tap';
import { type AmiMessage, normaliseFrame } from '../../src/telephony/asterisk/ami-frames.ts';
import { rebuildCalls } from '../../src/telephony/asterisk/cel.ts';
import { assembleSnapshot } from '../../src/telephony/asterisk/snapshot.ts';
import {
  adopt,
  deviceState,
  newTranslatorState,
  TRANSLATED_EVENTS,
  type TranslatorState,
  translate,
} from '../../src/telephony/asterisk/translate.ts';
import type { TelephonyEvent } from '../../src/telephony/events.ts';
import { UNREAD_EVENTS } from '../../src/telephony/managed/configure.ts';

const RECEIVED = new Date('2026-11-24T00:00:00Z');

/** Frames as the library hands them over, from what a real switch sent. */
const framesOf = (text: string): AmiMessage[] =>
  text.split('\r\n\r\n').map((block) =>
    normaliseFrame(
      Object.fromEntries(
        block
          .split('\r\n')
          .filter((line) => line.includes(':'))
          .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      ),
    ),
  );

const fixture = (name: string) => readFileSync(new URL(`../fixtures/telephony/${name}`, import.meta.url), 'utf8');
const recorded = framesOf(fixture('two-calls.ami'));
const liveEvents = (state: TranslatorState) =>
  recorded.filter((message) => message.event).flatMap((message) => translate(state, message, RECEIVED));

const line = (event: TelephonyEvent): string => {
  const who = 'extension' in event ? ` ${event.extension}` : '';
  const leg = 'legId' in event ? ` ${event.legId.split('.').at(-1)}` : '';
  const answered = event.type === 'offer.ended' ? ` ${event.answered ? 'taken' : 'not taken'}` : '';
  return `${event.type}${who}${leg}${answered}`;
};

t.test('a recorded call: declined, taken by another, sent back to the queue, taken again; and one given up while ringing', async (t) => {
  const state = newTranslatorState('one');
  const calls = liveEvents(state).filter((event) => !event.type.startsWith('member.') && !event.type.startsWith('contact.'));
  t.same(calls.map(line), [
    'call.arrived',
    'recording.started',
    'call.queued',
    'call.offered 8002 3',
    'offer.ended 8002 3 not taken',
    'call.offered 8001 4',
    'call.left_queue',
    'call.answered 8001 4',
    'offer.ended 8001 4 taken',
    'call.agent_left 8001 4',
    'call.queued',
    'call.offered 8002 5',
    'call.left_queue',
    'call.answered 8002 5',
    'offer.ended 8002 5 taken',
    'call.agent_left 8002 5',
    'call.ended',
    'call.arrived',
    'recording.started',
    'call.queued',
    'call.offered 8001 7',
    'call.left_queue',
    'offer.ended 8001 7 not taken',
    'call.ended',
  ]);
  t.match(calls[0], {
    type: 'call.arrived',
    node: 'one',
    channelId: 'tel-1795494640.2',
    callerNumber: '13900001111',
    callerName: '王 "小"',
    calledNumber: '12345',
    at: new Date(1795494640312),
  });
  t.equal(
    new Set(calls.slice(0, 17).map((event) => ('channelId' in event ? event.channelId : ''))).size,
    1,
    'a second join is the same call',
  );
  t.equal(state.malformed, 0);
  t.equal(state.citizens.size + state.legs.size, 0, 'nothing is remembered of a call that is over');
});

t.test('a page that reloads is registered all the while', async (t) => {
  const contacts = liveEvents(newTranslatorState('one')).filter((event) => event.type === 'contact.changed');
  t.same(
    contacts.map((event) => `${event.extension} ${event.registered}`),
    ['8001 true', '8002 true'],
  );
});

t.test('pauses are told with their reasons', async (t) => {
  const members = liveEvents(newTranslatorState('one')).filter((event) => event.type === 'member.changed' && event.extension === '8001');
  t.match(members.slice(0, 2), [
    { queue: 'hotline', paused: true, pauseReason: 'wrapup', device: 'idle' },
    { queue: 'hotline', paused: false, pauseReason: '', device: 'idle' },
  ]);
});

t.test("the switch's own records tell the same calls as its events did", async (t) => {
  const kept = rebuildCalls('one', fixture('two-calls.cel.ndjson').split('\n').filter(Boolean));
  const live = liveEvents(newTranslatorState('one')).filter((event) => /^(call|offer)\./.test(event.type));
  t.same(kept.map(line).sort(), live.map(line).sort());
  t.same(kept.map((event) => ('cause' in event ? event.cause : null)).filter((cause) => cause !== null).length, 4);
  // The same sentence said twice of a call is matched in its order.
  const timesOf = (events: TelephonyEvent[]) => {
    const times = new Map<string, number[]>();
    for (const event of events) {
      const key = `${'channelId' in event ? event.channelId : ''} ${line(event)}`;
      times.set(key, [...(times.get(key) ?? []), event.at.getTime()]);
    }
    return times;
  };
  const liveTimes = timesOf(live);
  for (const [key, times] of timesOf(kept))
    times.forEach((at, index) => {
      t.ok(Math.abs(at - (liveTimes.get(key)?.[index] ?? 0)) < 250, key);
    });
  t.same(rebuildCalls('one', ['', '{', '[]', '{"eventtype":"CHAN_START"}', '"x"', 'null']), []);
});

const citizen = {
  uniqueid: 'a-1.1',
  linkedid: 'a-1.1',
  channel: 'PJSIP/trunk-00000001',
  context: 'hotline-trunk',
  exten: '12345',
  calleridnum: '13900001111',
  calleridname: '',
};
const newchannel = { event: 'Newchannel', channelstate: '4', ...citizen };
const called = {
  event: 'AgentCalled',
  ...citizen,
  context: 'hotline-inbound',
  destuniqueid: 'a-1.2',
  queue: 'hotline',
  interface: 'PJSIP/8001',
};
const connected = { ...called, event: 'AgentConnect' };
const hangup = (uniqueid: string, cause = '16') => ({ event: 'Hangup', uniqueid, cause });
const said = (userevent: string, more: Record<string, string>) => ({
  event: 'UserEvent',
  userevent,
  ...citizen,
  context: 'hotline-inbound',
  callid: 'a-1.1',
  ...more,
});

/** [what, what came before, the event, what it says] */
const TABLE: [string, AmiMessage[], AmiMessage, string[]][] = [
  ['a citizen from the trunk', [], newchannel, ['call.arrived']],
  ['a citizen of the demonstration', [], { ...newchannel, context: 'hotline-demo' }, ['call.arrived']],
  ['the same channel told twice', [newchannel], newchannel, []],
  ['an agent lifting the phone', [], { ...newchannel, context: 'hotline-agents' }, []],
  ['a stranger in a context that is not ours', [], { ...newchannel, context: 'from-internal' }, []],
  ['the duty phone dialled over the trunk', [newchannel], { ...newchannel, channelstate: '0', uniqueid: 'a-1.9', exten: 's' }, []],
  [
    "a citizen sent on to us by a context of the operator's own",
    [],
    { event: 'QueueCallerJoin', ...citizen, context: 'hotline-inbound', queue: 'hotline', position: '2' },
    ['call.arrived', 'call.queued'],
  ],
  [
    'somebody in a queue that is not ours',
    [],
    { event: 'QueueCallerJoin', ...citizen, context: 'sales', queue: 'sales', position: '1' },
    [],
  ],
  ['ringing an agent', [newchannel], called, ['call.offered 8001 2']],
  ['the same ring told twice', [newchannel, called], called, []],
  ['ringing something that is no phone of ours', [newchannel], { ...called, interface: 'Local/1@x' }, []],
  ['taken', [newchannel, called], connected, ['call.answered 8001 2', 'offer.ended 8001 2 taken']],
  ['taken, told twice', [newchannel, called, connected], connected, []],
  ['taken, the ring not seen', [newchannel], connected, ['call.answered 8001 2', 'offer.ended 8001 2 taken']],
  ['rung out', [newchannel, called], { ...called, event: 'AgentRingNoAnswer' }, ['offer.ended 8001 2 not taken']],
  ['rung out, then its channel goes', [newchannel, called, { ...called, event: 'AgentRingNoAnswer' }], hangup('a-1.2'), []],
  ['lost to another agent', [newchannel, called], hangup('a-1.2', '26'), ['offer.ended 8001 2 not taken']],
  ['the agent hangs up', [newchannel, called, connected], hangup('a-1.2', '16'), ['call.agent_left 8001 2']],
  ['the citizen hangs up in a talk', [newchannel, called, connected], hangup('a-1.1'), ['call.agent_left 8001 2', 'call.ended']],
  ["and then the agent's channel goes", [newchannel, called, connected, hangup('a-1.1')], hangup('a-1.2'), []],
  ['the citizen hangs up while it rings', [newchannel, called], hangup('a-1.1'), ['offer.ended 8001 2 not taken', 'call.ended']],
  ['an unknown channel ends', [newchannel], hangup('a-1.77'), []],
  ['a time-out looks like an abandonment', [newchannel], { event: 'QueueCallerAbandon', ...citizen, queue: 'hotline' }, []],
  ['out of the queue', [newchannel], { event: 'QueueCallerLeave', ...citizen, queue: 'hotline' }, ['call.left_queue']],
  ['recording', [newchannel], said('HotlineRecording', { file: 'q/a.wav' }), ['recording.started']],
  ['recording without a file', [newchannel], said('HotlineRecording', {}), []],
  ['recording failed', [newchannel], said('HotlineRecordingFailed', {}), ['recording.failed']],
  ['a message', [newchannel], said('HotlineVoicemail', { file: 'v/a.wav', seconds: '12' }), ['voicemail.recorded']],
  ['to the duty phone', [newchannel], said('HotlineDiverted', { to: 'fallback', reason: 'nobody' }), ['call.diverted']],
  ['to nowhere we know', [newchannel], said('HotlineDiverted', { to: 'moon' }), []],
  ['a user event that is not ours', [newchannel], said('Other', { file: 'x' }), []],
  ['a phone comes', [], { event: 'ContactStatus', aor: '8001', uri: 'sip:1', contactstatus: 'Created' }, ['contact.changed 8001']],
  ['a phone says nothing new', [], { event: 'ContactStatus', aor: '8001', uri: 'sip:1', contactstatus: 'Updated' }, []],
  [
    'a member is taken out',
    [],
    { event: 'QueueMemberRemoved', queue: 'hotline', interface: 'PJSIP/8001', status: '1', paused: '1' },
    ['member.changed 8001'],
  ],
  ['an event nobody knows', [], { event: 'Marvel' }, []],
  ['no event at all', [], {}, []],
];

t.test('each event, in our words', async (t) => {
  for (const [what, before, message, expected] of TABLE) {
    const state = newTranslatorState('one');
    for (const earlier of before) translate(state, earlier, RECEIVED);
    t.same(translate(state, message, RECEIVED).map(line), expected, what);
  }
});

t.test('a caller who gives up while a phone rings has left the queue before that ring ends', async (t) => {
  const state = newTranslatorState('one');
  const left = { queue: 'hotline', uniqueid: 'a-1.1' };
  for (const before of [newchannel, { event: 'QueueCallerJoin', ...left, position: '1' }, called]) translate(state, before, RECEIVED);
  const told = [{ event: 'HangupRequest', uniqueid: 'a-1.1' }, hangup('a-1.2', '0'), { event: 'QueueCallerLeave', ...left }];
  t.same(
    told.flatMap((message) => translate(state, message, RECEIVED)).map(line),
    ['call.left_queue', 'offer.ended 8001 2 not taken'],
    'once, and first',
  );
});

t.test('what is malformed is dropped and counted, and nothing is thrown', async (t) => {
  const state = newTranslatorState('one');
  const events = [
    'Newchannel',
    'QueueCallerJoin',
    'QueueCallerLeave',
    'HangupRequest',
    'AgentCalled',
    'AgentConnect',
    'AgentRingNoAnswer',
    'Hangup',
    'QueueMemberStatus',
    'ContactStatus',
  ];
  for (const event of events) t.same(translate(state, { event }, RECEIVED), []);
  t.equal(state.malformed, events.length);
  // Any field missing from any recorded event: never an exception.
  for (const message of recorded)
    for (const key of Object.keys(message)) {
      const { [key]: _left, ...rest } = message;
      t.ok(Array.isArray(translate(newTranslatorState('one'), rest, RECEIVED)));
    }
});

t.test("a caller's name of any kind is only a name", async (t) => {
  for (const name of ['', '"', '<sip:x>', '😀'.repeat(1000), 'x'.repeat(4096), '__proto__']) {
    const [event] = translate(newTranslatorState('one'), { ...newchannel, calleridname: name }, RECEIVED);
    t.match(event, { type: 'call.arrived', callerName: name });
  }
});

t.test("time and cause are the switch's where it tells them", async (t) => {
  const state = newTranslatorState('one');
  t.equal(translate(state, { ...newchannel, timestamp: '1795490836.884264' }, RECEIVED)[0]?.at.getTime(), 1795490836884);
  t.equal(translate(state, { ...called, timestamp: 'soon' }, RECEIVED)[0]?.at, RECEIVED);
  translate(state, connected, RECEIVED);
  t.match(translate(state, hangup('a-1.2', '44'), RECEIVED), [{ type: 'call.agent_left', cause: 44 }]);
  t.match(translate(state, { event: 'Hangup', uniqueid: 'a-1.1', cause: '-1' }, RECEIVED), [{ type: 'call.ended', cause: 0 }]);
  t.same(['1', '2', '6', '8', '5', '99', ''].map(deviceState), [
    'idle',
    'in_use',
    'ringing',
    'on_hold',
    'unavailable',
    'unknown',
    'unknown',
  ]);
});

const list = (id: string) => recorded.filter((message) => message.actionid === id && message.event);
const recordedLists = (channels: string, queues: string) => ({
  channels: list(channels),
  queues: list(queues),
  contacts: list('cont'),
  thirds: new Map<string, string>(),
});

t.test('the recorded lists put together: a talk, and a ring', async (t) => {
  const taken = new Date('2026-11-24T04:30:42Z');
  const boot = new Date('2026-11-24T04:27:29Z');
  const known = newTranslatorState('one');
  const { snapshot: talk, channelNames } = assembleSnapshot(known, recordedLists('chan', 'queue'), taken, boot, new Set());
  t.match(talk, { node: 'one', takenAt: taken, bootedAt: boot, registered: ['8001', '8002'] });
  t.match(talk.calls, [
    {
      channelId: 'tel-1795494640.2',
      callerNumber: '13900001111',
      queue: null,
      startedAt: new Date(1795494640000),
      legs: [{ extension: '8002', state: 'talking' }],
    },
  ]);
  t.equal(talk.calls.length, 1);
  t.equal(channelNames.get('tel-1795494640.2'), 'PJSIP/trunk-00000002');
  t.same(talk.members.map((member) => `${member.queue} ${member.extension} ${member.device}`).sort(), [
    'agent-8101 8101 unavailable',
    'hotline 8001 idle',
    'hotline 8002 busy',
    'hotline 8101 unavailable',
    'second 8101 unavailable',
  ]);
  const { snapshot: ring } = assembleSnapshot(newTranslatorState('one'), recordedLists('chan2', 'queue2'), taken, boot, new Set());
  t.match(ring.calls, [{ channelId: 'tel-1795494642.6', queue: 'hotline', legs: [{ extension: '8001', state: 'ringing' }] }]);
  t.same(ring.queues.hotline, ['tel-1795494642.6']);
  t.same(ring.queues.second, []);
  const gone = assembleSnapshot(newTranslatorState('one'), recordedLists('chan2', 'queue2'), taken, boot, new Set(['tel-1795494642.6']));
  t.same(gone.snapshot.calls, [], 'what ended while the lists came is not in the world');
  t.same(gone.snapshot.queues.hotline, []);
});

t.test('an agent’s leg that is just being told which call rings is no citizen', async (t) => {
  const lists = recordedLists('chan2', 'queue2');
  const channels = lists.channels.map((channel) =>
    channel.channel?.startsWith('PJSIP/8001-')
      ? { ...channel, context: 'hotline-agent-leg', application: 'Set', applicationdata: 'PJSIP_HEADER(add,X-Hotline-Call)=x' }
      : channel,
  );
  t.not(channels, lists.channels);
  const { snapshot } = assembleSnapshot(newTranslatorState('one'), { ...lists, channels }, RECEIVED, RECEIVED, new Set());
  t.match(snapshot.calls, [{ channelId: 'tel-1795494642.6', legs: [{ extension: '8001', state: 'ringing' }] }]);
  t.equal(snapshot.calls.length, 1);
});

t.test('a colleague who was asked into a call belongs to it for whoever comes anew, and leaves it like any other', async (t) => {
  const lists = recordedLists('chan', 'queue');
  const legId = 'third-6f1c5a52-0c8e-4a55-9d0e-1a2b3c4d5e6f';
  const colleague = {
    uniqueid: legId,
    linkedid: legId,
    channel: 'PJSIP/8003-0000000a',
    context: 'hotline-staff',
    channelstate: '6',
    application: 'ConfBridge',
  };
  const channels = [...lists.channels, colleague];
  const alone = assembleSnapshot(newTranslatorState('one'), { ...lists, channels }, RECEIVED, RECEIVED, new Set());
  t.notOk(
    alone.snapshot.calls.some(({ legs }) => legs.some((leg) => leg.legId === legId)),
    'the switch alone does not link them',
  );
  const state = newTranslatorState('one');
  const thirds = new Map([[legId, 'tel-1795494640.2']]);
  const found = assembleSnapshot(state, { ...lists, channels, thirds }, RECEIVED, RECEIVED, new Set());
  const call = found.snapshot.calls.find(({ channelId }) => channelId === 'tel-1795494640.2');
  t.match(
    call?.legs.find((leg) => leg.legId === legId),
    { extension: '8003', state: 'talking' },
  );
  adopt(state, { calls: found.snapshot.calls, channelNames: found.channelNames, contacts: found.contacts });
  t.same(
    translate(state, hangup(legId), RECEIVED).map(({ type }) => type),
    ['call.agent_left', 'third.left'],
  );
});

t.test('a call that was there before us ends like any other', async (t) => {
  const state = newTranslatorState('one');
  const found = assembleSnapshot(state, recordedLists('chan', 'queue'), RECEIVED, RECEIVED, new Set());
  adopt(state, { calls: found.snapshot.calls, channelNames: found.channelNames, contacts: found.contacts });
  t.same(translate(state, hangup('tel-1795494641.5', '44'), RECEIVED).map(line), ['call.agent_left 8002 5']);
  t.same(translate(state, hangup('tel-1795494640.2'), RECEIVED).map(line), ['call.ended']);
  t.same(
    translate(
      state,
      {
        event: 'ContactStatus',
        aor: '8001',
        uri: list('cont').find((one) => one.endpoint === '8001')?.uri ?? '',
        contactstatus: 'Removed',
      },
      RECEIVED,
    ).map(line),
    ['contact.changed 8001'],
  );
});

t.test('the managed switch keeps back no event that is read', async (t) => {
  t.same(
    UNREAD_EVENTS.filter((name) => TRANSLATED_EVENTS.has(name)),
    [],
  );
});
