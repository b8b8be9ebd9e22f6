import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createAsteriskTelephony } from '../../src/telephony/asterisk/index.ts';
import type { TelephonyEvent } from '../../src/telephony/events.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer, type IncomingCall, type SipCall, toneFile } from '../helpers/sip.ts';
import { nodeOf, startSwitch, temporaryDirectory, until } from '../helpers/switch.ts';

t.setTimeout(120_000);
t.jobs = 1;
const ASK_HZ = 700;
const THANKS_HZ = 1700;
const UNHAPPY_HZ = 2000;
const GOODBYE_HZ = 2300;
const studio = temporaryDirectory();
t.teardown(() => rmSync(studio, { recursive: true, force: true }));
mkdirSync(join(studio, 'zh'));
for (const [id, hz] of [
  ['rating.ask', ASK_HZ],
  ['rating.thanks', THANKS_HZ],
  ['rating.unhappy', UNHAPPY_HZ],
  ['inbound.thanks', GOODBYE_HZ],
] as const)
  writeFileSync(join(studio, 'zh', `${id}.ulaw`), toneFile(hz, 1));
const trunks = [{ name: 'carrier', host: '127.0.0.1', port: await freeUdpPort(), match: ['127.0.0.1'] }];
const house = await startSwitch(t, { trunks, soundsOverlay: studio });
const carrier = await createSipPeer(house.sip);
const agent = await createSipPeer(house.sip);
t.teardown(() => {
  carrier.close();
  agent.close();
});
await house.addPhone('8001', agent.port);
await house.addMember('main', '8001');
await house.put('hotline', 'notice', 'none');
await house.put('hotline', 'rating', '1');

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const told: TelephonyEvent[] = [];
const listen = async () => {
  const telephony = createAsteriskTelephony({ nodes: [nodeOf(house, null)], logger: silent });
  await telephony.start((event) => void told.push(event));
  await until('the switch is joined', () => telephony.nodes().some(({ up }) => up));
  return telephony;
};
const first = await listen();
t.afterEach(async () => {
  await house.process.console('channel request hangup all');
  await until('no call is left', async () => (await house.channels()) === 0);
});

let next = 0;
/** A citizen and an agent talk. */
const talk = async (): Promise<{ citizen: SipCall; ring: IncomingCall; callId: string }> => {
  const citizen = carrier.call('12345', { from: `138123${40_000 + next++}` });
  if ((await citizen.status) !== 200) throw new Error('not answered');
  const ring = await agent.incoming();
  ring.answer();
  await until('they talk', () => citizen.hears(1000));
  return { citizen, ring, callId: ring.header('x-hotline-call') };
};
const rated = (callId: string) => told.filter((event) => event.type === 'call.rated' && event.channelId === callId);
const kept = async (callId: string) => (await first.keptRatings(house.process.node)).filter(({ channelId }) => channelId === callId);

t.test('the agent hangs up, the citizen presses in the sentence: kept and told once, thanked, done', async (t) => {
  const { citizen, ring, callId } = await talk();
  ring.hangUp();
  await until('the question is heard', () => citizen.hears(ASK_HZ));
  citizen.press('2');
  await until('thanks are heard', () => citizen.hears(THANKS_HZ));
  await citizen.ended;
  await until('it is told', () => rated(callId).length === 1);
  t.match(rated(callId), [{ key: 2, node: house.process.node }]);
  t.match(await kept(callId), [{ key: 2 }], 'and kept until it is forgotten');
  await first.forgetRating(house.process.node, callId);
  t.same(await kept(callId), []);
  await first.forgetRating(house.process.node, callId);
});

t.test('an unhappy key is answered otherwise; a wrong one is asked about once more; silence is no rating', async (t) => {
  const unhappy = await talk();
  unhappy.ring.hangUp();
  await until('the question is heard', () => unhappy.citizen.hears(ASK_HZ));
  unhappy.citizen.press('8');
  await until('the sentence stops', () => unhappy.citizen.silentFor() > 100);
  await until('it is asked again', () => unhappy.citizen.hears(ASK_HZ));
  unhappy.citizen.press('5');
  await until('it is answered', () => unhappy.citizen.hears(UNHAPPY_HZ));
  await unhappy.citizen.ended;
  await until('it is told', () => rated(unhappy.callId).length === 1);
  t.match(rated(unhappy.callId), [{ key: 5 }]);

  const still = await talk();
  still.ring.hangUp();
  await until('goodbye', () => still.citizen.hears(GOODBYE_HZ), 12_000);
  await still.citizen.ended;
  t.same([rated(still.callId), await kept(still.callId)], [[], []]);
});

t.test('a telephone that died is no hang-up: nobody is asked, the citizen waits again', async (t) => {
  const { citizen, ring, callId } = await talk();
  ring.hangUp(44);
  const again = await agent.incoming();
  t.equal(again.header('x-hotline-call'), callId);
  t.notOk(citizen.hears(ASK_HZ));
  again.answer(1300);
  await until('they talk again', () => citizen.hears(1300));
  again.hangUp();
  await until('now it is a hang-up', () => citizen.hears(ASK_HZ));
  citizen.hangUp();
  await until('no call is left', async () => (await house.channels()) === 0);
  t.same(rated(callId), [], 'who hangs up has not rated');
  const more = await agent.incoming(500).then(
    () => true,
    () => false,
  );
  t.equal(more, false, 'and nobody is rung for a call that was done');
});

t.test('with the service dead nobody is left in silence, and the key is not lost; without the setting only goodbye is said', async (t) => {
  await first.stop();
  const { citizen, ring, callId } = await talk();
  ring.hangUp();
  await until('the question is heard', () => citizen.hears(ASK_HZ));
  citizen.press('1');
  await until('thanks are heard', () => citizen.hears(THANKS_HZ));
  await citizen.ended;
  const second = await listen();
  t.teardown(() => second.stop());
  t.match(
    (await second.keptRatings(house.process.node)).filter(({ channelId }) => channelId === callId),
    [{ key: 1 }],
  );
  await second.forgetRating(house.process.node, callId);

  await house.remove('hotline', 'rating');
  const plain = await talk();
  plain.ring.hangUp();
  await until('goodbye', () => plain.citizen.hears(GOODBYE_HZ), 2_000);
  await plain.citizen.ended;
});
