import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseCallerNumber } from '../../src/core/phone-number.ts';
import { openManagerLine } from '../../src/telephony/managed/manager-line.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer, type SipCall, shareOf, toneFile } from '../helpers/sip.ts';
import { startSwitch, temporaryDirectory, until } from '../helpers/switch.ts';

t.setTimeout(180_000);
const dutyPort = await freeUdpPort();
const trunks = [{ name: 'carrier', host: '127.0.0.1', port: dutyPort, match: ['127.0.0.1'] }];
/** Studio recordings of one second take the place of sentences that no test speaks over. */
const studio = temporaryDirectory();
t.teardown(() => rmSync(studio, { recursive: true, force: true }));
mkdirSync(join(studio, 'zh'));
for (const id of [
  'nobody.duty',
  'nobody.next_duty',
  'nobody.voicemail',
  'busy.all',
  'inbound.thanks',
  'hours.leave_message',
  'hours.message_saved',
])
  writeFileSync(join(studio, 'zh', `${id}.ulaw`), toneFile(700, 1));
// Who hears a place leaves an empty queue only afterwards: short, so that all leave it together.
for (const id of ['queue.next', 'queue.rank.1', 'count.2', 'queue.rank.3', 'queue.still'])
  writeFileSync(join(studio, 'zh', `${id}.ulaw`), toneFile(700, 0.2));
const house = await startSwitch(t, { trunks, soundsOverlay: studio });
const carrier = await createSipPeer(house.sip);
const duty = await createSipPeer(house.sip, dutyPort);
const agent = await createSipPeer(house.sip);
const second = await createSipPeer(house.sip);
t.teardown(() => {
  for (const peer of [carrier, duty, agent, second]) peer.close();
});
await house.addPhone('8001', agent.port);
await house.addPhone('8002', second.port);

/** User events of the dialplan, as they come. */
const news = await openManagerLine(house.ami);
t.teardown(() => news.close());
const told = (name: string, callId?: string) =>
  news.seen().filter((event) => event.userevent === name && (callId === undefined || event.callid === callId));

const SETTINGS = ['notice', 'hours', 'fallback', 'max_waiting', 'max_per_number', 'max_calls', 'grace', 'max_wait'];
const quiet = async (): Promise<void> => {
  // What a failed test left must not fail the next.
  await house.process.console('channel request hangup all');
  for (const key of SETTINGS) await house.remove('hotline', key);
  await house.put('hotline', 'notice', 'none');
  for (const queue of ['main', 'agent-8001']) for (const extension of ['8001', '8002']) await house.removeMember(queue, extension);
  await until('no call is left', async () => (await house.channels()) === 0);
};
t.afterEach(quiet);
await quiet();

const number = (() => {
  let next = 0;
  return () => `138123${String(20000 + next++)}`;
})();
const answered = async (call: SipCall): Promise<SipCall> => {
  if ((await call.status) !== 200) throw new Error('not answered');
  return call;
};

t.test('a citizen hears the notice and talks with an agent, who knows which call rings', async (t) => {
  await house.remove('hotline', 'notice');
  await house.addMember('main', '8001');
  const citizen = await answered(carrier.call('12345', { from: number() }));
  await until('the notice is heard', () => citizen.silentFor() < 100);
  const ring = await agent.incoming();
  const [recording] = told('HotlineRecording', ring.header('x-hotline-call'));
  t.ok(recording?.file?.endsWith(`${ring.header('x-hotline-call')}.raw`));
  ring.answer();
  await until('both hear each other', () => citizen.hears(1000) && ring.hears(440));
  ring.hangUp();
  await until('goodbye is heard', () => citizen.silentFor() < 100);
  await citizen.ended;
});

t.test('one recording from the first second: left the citizen, right what the citizen hears', async (t) => {
  await house.addMember('main', '8001');
  const began = Date.now();
  const citizen = await answered(carrier.call('12345', { from: number() }));
  const ring = await agent.incoming();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  ring.answer();
  await until('the agent is heard', () => citizen.hears(1000));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const lasted = (Date.now() - began) / 1000;
  citizen.hangUp();
  await until('the call is gone', async () => (await house.channels()) === 0);
  const bytes = readFileSync(told('HotlineRecording', ring.header('x-hotline-call'))[0]?.file ?? '');
  const frames = Math.floor(bytes.length / 4);
  const side = (offset: number, from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => bytes.readInt16LE((from + index) * 4 + offset));
  t.ok(Math.abs(frames / 8000 - lasted) < 0.5, `the recording lasts ${frames / 8000} s, the call ${lasted} s`);
  t.ok(shareOf(side(0, 4000, 8000), 440) > 0.8, 'the citizen is there before any agent');
  const last = [frames - 8000, frames - 2000] as const;
  t.ok(shareOf(side(0, ...last), 440) > 0.8, 'left is the citizen');
  t.ok(shareOf(side(2, ...last), 1000) > 0.8, 'right is the agent');
  t.ok(shareOf(side(0, ...last), 1000) < 0.05);
});

t.test('an agent whose telephone died is told from one who hung up: the citizen waits again, at the head', async (t) => {
  await house.addMember('main', '8001');
  const citizen = await answered(carrier.call('12345', { from: number() }));
  const ring = await agent.incoming();
  ring.answer();
  await until('they talk', () => citizen.hears(1000));
  const behind = await answered(carrier.call('12345', { from: number() }));
  ring.hangUp(44);
  const again = await agent.incoming();
  t.equal(again.header('x-hotline-call'), ring.header('x-hotline-call'), 'not the one who came later');
  again.answer(1300);
  await until('they talk again', () => citizen.hears(1300));
  citizen.hangUp();
  behind.hangUp();
});

t.test('after a death the next agent\u2019s hang-up is a hang-up again, and a second death is one', async (t) => {
  await house.addMember('main', '8001');
  const citizen = await answered(carrier.call('12345', { from: number() }));
  const first = await agent.incoming();
  first.answer();
  await until('they talk', () => citizen.hears(1000));
  first.hangUp(44);
  const second = await agent.incoming();
  second.answer(1300);
  await until('they talk again', () => citizen.hears(1300));
  second.hangUp(44);
  const third = await agent.incoming();
  third.answer(1500);
  await until('they talk for the third time', () => citizen.hears(1500));
  third.hangUp();
  await until('the citizen has been said goodbye to', () => citizen.isOver());
  const again = await agent.incoming(500).then(
    () => true,
    () => false,
  );
  t.equal(again, false, 'nobody was rung for a call that was done');
});

t.test('a telephone that vanishes costs the citizen less than ten seconds', async (t) => {
  await house.addMember('main', '8001');
  const citizen = await answered(carrier.call('12345', { from: number() }));
  const ring = await agent.incoming();
  ring.answer();
  await until('they talk', () => citizen.hears(1000));
  await house.addMember('main', '8002');
  const began = Date.now();
  ring.vanish();
  (await second.incoming()).answer(1300);
  await until('the second agent is heard', () => citizen.hears(1300));
  t.ok(Date.now() - began < 10_000, `${Date.now() - began} ms`);
  citizen.hangUp();
});

t.test('nobody signed in: the duty phone, and a message when it does not answer', async (t) => {
  await house.put('hotline', 'fallback', '05335550001');
  const citizen = await answered(carrier.call('12345', { from: number() }));
  const ring = await duty.incoming(15_000);
  t.match(ring.header('to'), /05335550001/);
  t.match(ring.header('from'), /12345/, 'shows our own number');
  ring.answer(1300);
  await until('the duty officer is heard', () => citizen.hears(1300));
  ring.hangUp();
  await citizen.ended;
  const next = await answered(carrier.call('12345', { from: number() }));
  (await duty.incoming(15_000)).reject('486 Busy Here');
  await until(
    'the message is announced',
    () => told('HotlineDiverted').some((event) => event.to === 'voicemail' && event.reason === 'nobody'),
    30_000,
  );
  next.hangUp();
});

t.test('a message is kept when the caller hangs up after speaking', async (t) => {
  await house.put('hotline', 'max_waiting', '0');
  const citizen = await answered(carrier.call('12345', { from: number() }));
  await until('the tone', () => citizen.hears(1000, 200), 30_000);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  citizen.hangUp();
  await until('the message is told', () => told('HotlineVoicemail').length === 1);
  const [message] = told('HotlineVoicemail');
  t.ok(Math.abs(Number(message?.seconds) - 2.5) < 1, `${message?.seconds} s`);
  t.ok(readFileSync(message?.file ?? '').length > 20_000);
  t.ok(told('HotlineDiverted', message?.callid ?? '').some((event) => event.to === 'voicemail' && event.reason === 'overflow'));
});

t.test('outside the hours a caller is told so; key 0 reaches the duty phone', async (t) => {
  const hour = new Date(Date.now() + (8 + 2) * 3_600_000).getUTCHours();
  await house.put('hotline', 'hours', `${String(hour).padStart(2, '0')}:00-${String(hour).padStart(2, '0')}:59,*,*,*`);
  await house.put('hotline', 'fallback', '05335550001');
  const citizen = await answered(carrier.call('12345', { from: number() }));
  await until('something is said', () => citizen.silentFor() < 100);
  await new Promise((resolve) => setTimeout(resolve, 500));
  citizen.press('0');
  const ring = await duty.incoming(15_000);
  ring.answer(1300);
  await until('the duty officer is heard', () => citizen.hears(1300));
  t.ok(told('HotlineDiverted').some((event) => event.reason === 'closed' && event.to === 'fallback'));
  ring.hangUp();
  const now = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(11, 16);
  await house.put('hotline', 'hours', `03:00-03:01,*,1,jan&${now}-23:59,*,*,*`);
  await house.addMember('main', '8001');
  const inTime = await answered(carrier.call('12345', { from: number() }));
  await agent.incoming();
  inTime.hangUp();
});

t.test('nothing can be dialled from the trunk but the hotline', async (t) => {
  for (const dialled of ['T', 's', 'h', 'i', 't', '*8', '8001', '110', '12346', '9196', 'hotline-inbound', '1234', '123456']) {
    const status = await carrier.call(encodeURIComponent(dialled), { from: number() }).status;
    t.ok(status >= 400, `${dialled}: ${status}`);
  }
});

t.test('callers without a number or with one that is none of a telephone are answered like others', async (t) => {
  const froms = [
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
    '<sip:127.0.0.1>',
    '"\\"; DROP TABLE calls; --" <sip:1%0d%0aAction:%20Hangup@127.0.0.1>',
    `"${'𠮷'.repeat(1000)}" <sip:13812342046@127.0.0.1>`,
    '<sip:$%7BSHELL(touch%20/tmp/x)%7D@127.0.0.1>',
    '"a\'b,c|d&e" <sip:1%2C2%7C3%264@127.0.0.1>',
  ];
  await house.addMember('main', '8001');
  for (const fromHeader of froms) {
    const citizen = carrier.call('12345', { fromHeader });
    t.equal(await citizen.status, 200, fromHeader.slice(0, 40));
    const ring = await agent.incoming();
    t.ok(ring.header('x-hotline-call'));
    citizen.hangUp();
    await until('it is over', async () => (await house.channels()) === 0);
    // After a call that nobody answered there is no wrap-up: the next rings at once.
  }
});

t.test('a number is found under the one form in which the service keeps it', async (t) => {
  const spellings = [
    '+8613812342046',
    '8613812342046',
    '013812342046',
    '5335550001',
    '55500018',
    '05335550001',
    '95588',
    '+15551234567',
    '008613812342046',
    '110',
    '138-1234-2046',
    '(0533)555.0001',
    'anonymous',
    '12ab',
  ];
  for (const spelling of spellings) {
    const call = await answered(carrier.call('12345', { from: spelling }));
    const [channel] = (await house.line.list('CoreShowChannels', {}, 'CoreShowChannelsComplete')).map((event) => event.channel ?? '');
    const got = (await house.line.ask('Getvar', { Channel: channel ?? '', Variable: 'HOTLINE_CALLER' })).value;
    const parsed = parseCallerNumber(spelling, '0533');
    t.equal(got, parsed.kind === 'number' ? parsed.normal : 'withheld', spelling);
    call.hangUp();
    await until('it is over', async () => (await house.channels()) === 0);
  }
});

t.test('a flood from one number is refused before it is answered; others get through', async (t) => {
  await house.put('hotline', 'max_per_number', '2');
  await house.addMember('main', '8001');
  const flooder = number();
  const calls = [];
  const statuses = [];
  for (let index = 0; index < 6; index += 1) {
    const call = carrier.call('12345', { from: flooder });
    calls.push(call);
    statuses.push(await call.status);
  }
  t.same(statuses, [200, 200, 486, 486, 486, 486]);
  const other = carrier.call('12345', { from: number() });
  t.equal(await other.status, 200);
  await house.put('hotline', 'max_calls', '3');
  t.equal(await carrier.call('12345', { from: number() }).status, 503, 'all lines together have a limit too');
  for (const call of [...calls, other]) call.hangUp();
});

const waiting = async (): Promise<string[]> =>
  (await house.line.list('QueueStatus', { Queue: 'main' }, 'QueueStatusComplete'))
    .filter((event) => event.event === 'QueueEntry')
    .map((event) => event.calleridnum ?? '');

t.test('priority, low priority, and a restriction that has run out', async (t) => {
  const [plain, urgent, low, expired] = [number(), number(), number(), number()];
  await house.put('hotline-prio', urgent, '5');
  await house.put('hotline-restrict', low, `${Math.floor(Date.now() / 1000) + 600}|low_priority`);
  await house.put('hotline-restrict', expired, `${Math.floor(Date.now() / 1000) - 1}|message_only`);
  await house.addMember('main', '8001');
  const calls: SipCall[] = [];
  // The line is answered before the caller is queued, so each must be seen waiting before the next one rings:
  // two of the same rank keep the order in which they joined, not the one in which they were answered.
  for (const from of [low, plain, expired, urgent]) {
    calls.push(await answered(carrier.call('12345', { from })));
    await until('it waits', async () => (await waiting()).includes(from));
  }
  t.same(await waiting(), [urgent, plain, expired, low]);
  for (const call of calls) call.hangUp();
  await agent.incoming();
});

t.test('a restricted number may leave a message; key 1 reaches a person at once', async () => {
  const from = number();
  await house.put('hotline-restrict', from, `${Math.floor(Date.now() / 1000) + 600}|message_only`);
  await house.addMember('main', '8001');
  const citizen = await answered(carrier.call('12345', { from }));
  await until('the notice is heard', () => citizen.silentFor() < 100);
  await until('it is told', () => told('HotlineDiverted').some((event) => event.to === 'restricted'));
  citizen.press('1');
  (await agent.incoming()).answer();
  await until('the agent is heard', () => citizen.hears(1000));
  citizen.hangUp();
});

t.test('the agent who knows the matter is rung first, and passed over when not free', async (t) => {
  const from = number();
  await house.line.ask('UpdateConfig', {
    SrcFilename: 'hotline-queues.conf',
    DstFilename: 'hotline-queues.conf',
    'Action-000000': 'NewCat',
    'Cat-000000': 'agent-8001',
    'Action-000001': 'Append',
    'Cat-000001': 'agent-8001',
    'Var-000001': 'ringinuse',
    'Value-000001': 'no',
  });
  await house.line.ask('QueueReload', { Queue: 'agent-8001', Parameters: 'yes' });
  await house.put('hotline-agent', from, '8001');
  await house.addMember('main', '8002');
  await house.addMember('agent-8001', '8001');
  const citizen = await answered(carrier.call('12345', { from }));
  const ring = await agent.incoming();
  ring.answer();
  await until('they talk', () => citizen.hears(1000));
  const other = await answered(carrier.call('12345', { from }));
  await second.incoming();
  t.pass('the busy agent is not waited for');
  citizen.hangUp();
  other.hangUp();
});

t.test('a page reload does not cost waiting callers their place', async (t) => {
  await house.addMember('main', '8001');
  await house.line.ask('QueuePause', { Interface: 'PJSIP/8001', Paused: 'true' });
  const [longest, later] = [number(), number()];
  const first = await answered(carrier.call('12345', { from: longest }));
  await until('one waits', async () => (await waiting()).length === 1);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  const behind = await answered(carrier.call('12345', { from: later }));
  await until('an agent on pause counts as present: two wait', async () => (await waiting()).length === 2);
  await house.removeMember('main', '8001');
  await until('the queue is empty', async () => (await waiting()).length === 0);
  await house.addMember('main', '8001');
  await house.line.ask('QueuePause', { Interface: 'PJSIP/8001', Paused: 'true' });
  await until('both are back', async () => (await waiting()).length === 2);
  t.same(await waiting(), [longest, later], 'in their old order');
  first.hangUp();
  behind.hangUp();
});
