import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { rebuildCalls } from '../../src/telephony/asterisk/cel.ts';
import { createAsteriskTelephony } from '../../src/telephony/asterisk/index.ts';
import type { KeptPlace, TelephonyEvent } from '../../src/telephony/events.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer, type IncomingCall, type SipCall, toneFile } from '../helpers/sip.ts';
import { nodeOf, startSwitch, temporaryDirectory, until } from '../helpers/switch.ts';

t.setTimeout(60_000);
const linePort = await freeUdpPort();
/** Each sentence is a tone of its own, so that it can be told what was said. */
const SAID = { next: 500, rank: 600, two: 820, offer: 900, confirmed: 1150, still: 1250 };
const studio = temporaryDirectory();
t.teardown(() => rmSync(studio, { recursive: true, force: true }));
mkdirSync(join(studio, 'zh'));
for (const [id, hz] of Object.entries({
  'queue.next': SAID.next,
  'queue.rank.1': SAID.rank,
  'count.2': SAID.two,
  'queue.rank.3': SAID.rank,
  'callback.offer': SAID.offer,
  'callback.confirm': SAID.confirmed,
  'queue.still': SAID.still,
  'inbound.thanks': 700,
}))
  writeFileSync(join(studio, 'zh', `${id}.ulaw`), toneFile(hz, 0.6));
const house = await startSwitch(t, {
  trunks: [{ name: 'carrier', host: '127.0.0.1', port: linePort, match: ['127.0.0.1'] }],
  soundsOverlay: studio,
});
const carrier = await createSipPeer(house.sip);
const line = await createSipPeer(house.sip, linePort);
const agent = await createSipPeer(house.sip);
const second = await createSipPeer(house.sip);
t.teardown(() => {
  for (const peer of [carrier, line, agent, second]) peer.close();
});
await house.addPhone('8001', agent.port);
await house.addPhone('8002', second.port);

const heard: TelephonyEvent[] = [];
const telephony = createAsteriskTelephony({ nodes: [nodeOf(house, null)], logger: pino({ level: 'silent' }) });
await telephony.start((event) => void heard.push(event));
t.teardown(() => telephony.stop());
await until('the switch is up', () => heard.some((event) => event.type === 'switch.up'));
const node = house.process.node;
const promised = (number: string): KeptPlace | undefined =>
  heard.filter((event) => event.type === 'place.changed').findLast((event) => event.number === number);

const OFF = { placeEverySeconds: null, saysExpectedWait: false, callbackEverySeconds: null, knowingAgentSeconds: 15, asksRating: false };
const quiet = async (): Promise<void> => {
  await house.process.console('channel request hangup all');
  for (const extension of ['8001', '8002']) await house.removeMember('main', extension);
  await until('no call is left', async () => (await house.channels()) === 0);
  await telephony.writeWaiting(OFF);
};
await house.put('hotline', 'notice', 'none');
t.afterEach(quiet);
await quiet();

const number = (() => {
  let next = 0;
  return () => `138124${String(20000 + next++)}`;
})();
const waiting = async (): Promise<string[]> =>
  (await house.line.list('QueueStatus', { Queue: 'main' }, 'QueueStatusComplete'))
    .filter((event) => event.event === 'QueueEntry')
    .map((event) => event.calleridnum ?? '');
const waits = async (from: string): Promise<SipCall> => {
  const call = carrier.call('12345', { from });
  if ((await call.status) !== 200) throw new Error('not answered');
  await until('it waits', async () => (await waiting()).includes(from));
  return call;
};
const pause = (extension: string, paused: boolean) =>
  house.line.ask('QueuePause', { Interface: `PJSIP/${extension}`, Paused: String(paused) });
/** Told by the link and by the switch's own record, which a service that was away reads afterwards; nothing else is a call in it. */
const sameInRecord = (channelId: string): boolean => {
  const lines = readFileSync(join(house.process.directories.log, 'cel-custom/cel.ndjson'), 'utf8').split('\n').filter(Boolean);
  const told = (events: readonly TelephonyEvent[]) =>
    events.flatMap((event) =>
      'channelId' in event && /^(call|recording)\./.test(event.type) && event.type !== 'call.left_queue' ? [event] : [],
    );
  const record = told(rebuildCalls(node, lines));
  const typesOf = (events: ReturnType<typeof told>) =>
    events
      .filter((event) => event.channelId === channelId)
      .map(({ type }) => type)
      .sort();
  const known = new Set(told(heard).map((event) => event.channelId));
  return String(typesOf(record)) === String(typesOf(told(heard))) && record.every((event) => known.has(event.channelId));
};
/** The place is the second in which somebody began to wait. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1_100));
const rungWithin = (peer: typeof agent, ms: number): Promise<IncomingCall | null> => peer.incoming(ms).catch(() => null);

t.test('who waits is told the place, and is offered the key when it is a setting', async () => {
  await telephony.writeWaiting({ ...OFF, placeEverySeconds: 20, callbackEverySeconds: 2 });
  await house.addMember('main', '8001', true);
  const first = await waits(number());
  await until('the first hears to be the next', () => first.hears(SAID.next, 300));
  const behind = await waits(number());
  await until('the second hears a place and that it is the second', () => behind.hears(SAID.rank, 300));
  await until('the number itself', () => behind.hears(SAID.two, 300));
  await until('the key is offered', () => first.hears(SAID.offer, 300));
});

t.test('a key that is not offered is nothing, and costs nobody the place', async (t) => {
  await house.addMember('main', '8001', true);
  const numbers = [number(), number()];
  const first = await waits(numbers[0] ?? '');
  await nextSecond();
  await waits(numbers[1] ?? '');
  first.press('1');
  await new Promise((resolve) => setTimeout(resolve, 700));
  await until('both wait', async () => (await waiting()).length === 2);
  t.same(await waiting(), numbers);
});

t.test('called back with the place kept: an agent is rung first, the citizen is dialled then', async (t) => {
  await telephony.writeWaiting({ ...OFF, callbackEverySeconds: 60 });
  await house.addMember('main', '8001', true);
  const [ahead, asks, behind] = [number(), number(), number()];
  const first = await waits(ahead);
  const call = await waits(asks);
  await nextSecond();
  const last = await waits(behind);
  call.press('1');
  await until('it is promised', () => call.hears(SAID.confirmed, 300));
  await until('the call is over', () => call.isOver());
  await until('the place is taken', async () => (await waiting()).length === 3);
  t.same(await waiting(), [ahead, asks, behind]);
  t.match(await telephony.keptPlaces(node), [{ number: asks, queue: 'main', state: 'waiting', shown: '12345', attempts: 0 }]);
  t.ok((await telephony.snapshot())[0]?.keeping.includes(promised(asks)?.channelId ?? ''));
  first.hangUp();
  await pause('8001', false);
  const ring = await agent.incoming();
  const { channelId } = promised(asks) ?? {};
  t.equal(ring.header('x-hotline-call'), channelId);
  t.match(ring.header('from'), new RegExp(asks), 'shown as the citizen');
  const arrival = () => heard.find((event) => event.type === 'call.arrived' && event.channelId === channelId);
  await until('it is told as a call of ours', () => arrival() !== undefined);
  t.match(arrival(), { origin: 'kept_place', callerNumber: asks });
  ring.answer();
  const citizen = await line.incoming();
  t.match(citizen.header('to'), new RegExp(asks));
  t.match(citizen.header('from'), /12345/);
  citizen.answer(1300);
  await until('they talk', () => ring.hears(1300) && citizen.hears(1000));
  t.match(promised(asks), { state: 'reached', attempts: 1 });
  t.ok(heard.some((event) => event.type === 'recording.started' && event.channelId === channelId));
  t.equal((await telephony.snapshot())[0]?.calls.find((each) => each.channelId === channelId)?.legs[0]?.state, 'talking');
  citizen.hangUp();
  await until('the agent is free', () => ring.isOver());
  await until('the record says the same as the link did', () => sameInRecord(channelId ?? ''));
  for (const kept of await telephony.keptPlaces(node)) await telephony.forgetPlace(node, kept);
  t.same(await telephony.keptPlaces(node), []);
  last.hangUp();
});

t.test('who cannot be called back waits on; who asks twice is promised once', async (t) => {
  await telephony.writeWaiting({ ...OFF, callbackEverySeconds: 60 });
  await house.addMember('main', '8001', true);
  const hidden = carrier.call('12345', { from: 'anonymous' });
  await hidden.status;
  await until('it waits', async () => (await waiting()).length === 1);
  hidden.press('1');
  await until('it is told to wait on', () => hidden.hears(SAID.still, 300));
  await until('it does', async () => (await waiting()).length === 1);
  t.same(await telephony.keptPlaces(node), []);
  const asks = number();
  // The hidden one, what keeps the first promise, and the call itself.
  for (const line of [2, 3]) {
    const call = await waits(asks);
    await until('it waits itself', async () => (await waiting()).length === line);
    call.press('1');
    await until('it is promised', () => call.hears(SAID.confirmed, 300));
    await until('the call is over', () => call.isOver());
  }
  t.match(await telephony.keptPlaces(node), [{ number: asks }]);
  t.equal((await telephony.keptPlaces(node)).length, 1);
  t.equal((await waiting()).length, 2, 'the hidden one and one promise');
  for (const kept of await telephony.keptPlaces(node)) await telephony.forgetPlace(node, kept);
});

t.test('not reached: told, and put back at the kept place when the service says so', async (t) => {
  await telephony.writeWaiting({ ...OFF, callbackEverySeconds: 60 });
  await house.addMember('main', '8001', true);
  const [asks, later] = [number(), number()];
  const call = await waits(asks);
  call.press('1');
  await until('it is promised', () => promised(asks)?.state === 'waiting' && call.isOver());
  await pause('8001', false);
  const ring = await agent.incoming();
  ring.answer();
  (await line.incoming()).reject('486 Busy Here');
  await until('it is told', () => promised(asks)?.state === 'not_reached');
  await until('the agent is free', () => ring.isOver());
  await pause('8001', true);
  const other = await waits(later);
  const kept = promised(asks);
  if (kept) await telephony.keepPlace(node, kept);
  await until('it waits again', async () => (await waiting()).length === 2);
  t.same(await waiting(), [asks, later], 'ahead of who came after');
  t.match(promised(asks), { state: 'waiting', attempts: 1 });
  if (kept) await telephony.forgetPlace(node, { ...kept, channelId: promised(asks)?.channelId ?? '' });
  await until('nothing waits for it any more', async () => (await waiting()).length === 1);
  other.hangUp();
});

t.test('an agent who is kept apart from a caller is not rung, another is at once', async (t) => {
  const from = number();
  await telephony.writeCallerRule({ number: from, keptApart: ['8001'] });
  await house.addMember('main', '8001');
  const citizen = await waits(from);
  t.equal(await rungWithin(agent, 1_500), null);
  await house.addMember('main', '8002');
  (await second.incoming()).answer();
  await until('they talk', () => citizen.hears(1000));
  t.equal(await rungWithin(agent, 100), null);
  citizen.hangUp();
  const stranger = await waits(number());
  t.ok(await agent.incoming(), 'for everybody else there is no such rule');
  stranger.hangUp();
});

t.test('while waiting: ahead of others by rule, and taken to the agent who knows the matter', async (t) => {
  await house.addMember('main', '8001', true);
  const [plain, urgent] = [number(), number()];
  const first = await waits(plain);
  await telephony.writePrecedence({ number: urgent, aheadMinutes: 15, knowingExtension: '8002' });
  const call = await waits(urgent);
  t.same(await waiting(), [urgent, plain]);
  await telephony.joinQueues({ extension: '8002', displayName: '8002', queues: [], paused: false, reason: '' });
  await house.line.ask('UpdateConfig', {
    SrcFilename: 'hotline-queues.conf',
    DstFilename: 'hotline-queues.conf',
    'Action-000000': 'NewCat',
    'Cat-000000': 'agent-8002',
    'Action-000001': 'Append',
    'Cat-000001': 'agent-8002',
    'Var-000001': 'ringinuse',
    'Value-000001': 'no',
  });
  await house.line.ask('QueueReload', { Parameters: 'yes' });
  await house.addMember('agent-8002', '8002');
  const { channelId = '' } = heard.findLast((event) => event.type === 'call.arrived') ?? {};
  await telephony.tryKnowingAgent('main', channelId);
  const ring = await second.incoming();
  ring.reject('486 Busy Here');
  await until('not taken, it is back at its place', async () => (await waiting()).length === 2, 20_000);
  t.same(await waiting(), [urgent, plain]);
  await house.removeMember('agent-8002', '8002');
  first.hangUp();
  call.hangUp();
});
