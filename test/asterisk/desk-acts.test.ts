import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import t from 'tap';
import { createAsteriskTelephony } from '../../src/telephony/asterisk/index.ts';
import type { TelephonyEvent, TelephonyEventOf } from '../../src/telephony/events.ts';
import type { DeskCall } from '../../src/telephony/port.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer, type IncomingCall, type SipCall, shareOf, toneFile } from '../helpers/sip.ts';
import { nodeOf, startSwitch, temporaryDirectory, until } from '../helpers/switch.ts';

t.setTimeout(60_000);
const outsidePort = await freeUdpPort();
const studio = temporaryDirectory();
t.teardown(() => rmSync(studio, { recursive: true, force: true }));
mkdirSync(join(studio, 'zh'));
/** The goodbye is a tone of its own, so that a citizen who is said goodbye to is heard to be. */
const GOODBYE = 2000;
writeFileSync(join(studio, 'zh', 'inbound.thanks.ulaw'), toneFile(GOODBYE, 1));
const house = await startSwitch(t, {
  trunks: [{ name: 'carrier', host: '127.0.0.1', port: outsidePort, match: ['127.0.0.1'] }],
  soundsOverlay: studio,
});
const [CITIZEN, AGENT, SECOND, OUTSIDE] = [440, 1000, 1300, 700];
const carrier = await createSipPeer(house.sip);
const outside = await createSipPeer(house.sip, outsidePort);
const agent = await createSipPeer(house.sip);
const second = await createSipPeer(house.sip);
await house.addPhone('8001', agent.port);
await house.addPhone('8002', second.port);
await house.put('hotline', 'notice', 'none');

const logger = pino({ level: 'silent' });
const telephony = createAsteriskTelephony({
  nodes: [nodeOf(house, null)],
  logger,
});
const heard: TelephonyEvent[] = [];
await telephony.start((event) => void heard.push(event));
await until('the switch is up', () => heard.some(({ type }) => type === 'switch.up'));
t.teardown(async () => {
  await telephony.stop();
  for (const peer of [carrier, outside, agent, second]) peer.close();
});

const eventOf = <T extends TelephonyEvent['type']>(type: T, fits: (event: TelephonyEventOf<T>) => boolean) =>
  heard.find((event): event is TelephonyEventOf<T> => event.type === type && fits(event as TelephonyEventOf<T>));

t.afterEach(async () => {
  await house.process.console('channel request hangup all');
  for (const extension of ['8001', '8002']) await house.removeMember('main', extension);
  await until('no call is left', async () => (await house.channels()) === 0);
});

let next = 0;
/** A citizen and an agent in talk, both heard. */
const talk = async (): Promise<{ citizen: SipCall; ring: IncomingCall; call: DeskCall; file: string }> => {
  await house.addMember('main', '8001');
  const citizen = carrier.call('12345', { from: `138123${30000 + next++}`, toneHz: CITIZEN });
  if ((await citizen.status) !== 200) throw new Error('not answered');
  const ring = await agent.incoming();
  ring.answer(AGENT);
  await until('they talk', () => citizen.hears(AGENT) && ring.hears(CITIZEN));
  const channelId = ring.header('x-hotline-call');
  await until('it is told', () => eventOf('call.answered', (event) => event.channelId === channelId) !== undefined);
  const answered = eventOf('call.answered', (event) => event.channelId === channelId);
  const file = eventOf('recording.started', (event) => event.channelId === channelId)?.file ?? '';
  // The agent is not rung again by the queue: what follows is the act's own doing.
  await house.removeMember('main', '8001');
  return { citizen, ring, call: { channelId, legId: answered?.legId ?? '', extension: '8001' }, file };
};
/** A recording's two sides, cut into twentieths of a second. */
const voicesOf = (file: string): { left: number[][]; right: number[][] } => {
  const bytes = readFileSync(file);
  const side = (offset: number) =>
    Array.from({ length: Math.floor(bytes.length / 1600) }, (_, window) =>
      Array.from({ length: 400 }, (_, index) => bytes.readInt16LE((window * 400 + index) * 4 + offset)),
    );
  return { left: side(0), right: side(2) };
};
const holds = (side: number[][], hz: number): boolean => side.some((window) => shareOf(window, hz) > 0.6);
const toneOf = (call: SipCall, ...tones: number[]) => tones.every((hz) => mixHears(call, hz));
/** Two voices in one are each a third to a half of the sound. */
const mixHears = (call: SipCall, hz: number): boolean => call.share(hz) > 0.25;
const newThird = (): string => `third-${randomUUID()}`;
const toSecond = { kind: 'agent', extension: '8002' } as const;
const toUnit = { kind: 'outside', number: '05335550009', shown: '12345' } as const;

t.test('handed to a colleague, who is told which call it is; the colleague hangs up and the citizen is said goodbye to', async (t) => {
  const { citizen, ring, call, file } = await talk();
  await telephony.transfer(call, toSecond);
  const taken = await second.incoming();
  t.equal(taken.header('x-hotline-call'), call.channelId);
  await ring.ended;
  t.ok(eventOf('call.offered', (event) => event.channelId === call.channelId && event.extension === '8002'));
  taken.answer(SECOND);
  await until('they talk', () => citizen.hears(SECOND, 600) && taken.hears(CITIZEN));
  await until('it is told', () => eventOf('call.answered', (e) => e.channelId === call.channelId && e.extension === '8002') !== undefined);
  taken.hangUp();
  await until('goodbye is heard', () => citizen.hears(GOODBYE));
  await citizen.ended;
  await until('no call is left', async () => (await house.channels()) === 0);
  const { left, right } = voicesOf(file);
  t.same([holds(right, AGENT), holds(right, SECOND), holds(left, CITIZEN)], [true, true, true], 'one recording holds both agents');
  t.same([holds(left, AGENT), holds(left, SECOND), holds(right, CITIZEN)], [false, false, false], 'and the sides stay apart');
});

t.test('a colleague who does not take it: back at the same agent, then in the queue', async (t) => {
  const { citizen, ring, call } = await talk();
  await telephony.transfer(call, toSecond);
  (await second.incoming()).reject('486 Busy Here');
  await ring.ended;
  const back = await agent.incoming();
  await house.addMember('main', '8002');
  back.reject('486 Busy Here');
  const third = await second.incoming();
  third.answer(SECOND);
  await until('somebody is there', () => citizen.hears(SECOND));
  t.equal(third.header('x-hotline-call'), call.channelId);
});

t.test('a colleague who dies with the call costs the citizen the place at the head of the queue, no more', async () => {
  const { citizen, call } = await talk();
  await telephony.transfer(call, toSecond);
  const taken = await second.incoming();
  taken.answer(SECOND);
  await until('they talk', () => citizen.hears(SECOND));
  await house.addMember('main', '8001');
  taken.hangUp(44);
  (await agent.incoming()).answer(AGENT);
  await until('somebody is there', () => citizen.hears(AGENT));
});

t.test('a telephone that began anew in the talk: music, then it rings; with the service dead it goes on by itself', async (t) => {
  const { citizen, ring, call } = await talk();
  await telephony.bringBack(call);
  await ring.ended;
  const back = await agent.incoming();
  t.equal(back.header('x-hotline-call'), call.channelId);
  // The news and the ring come by two wires.
  await until(
    'it is told',
    () => eventOf('call.desk', (event) => event.channelId === call.channelId && event.state === 'returned') !== undefined,
  );
  back.answer(AGENT);
  await until('they talk again', () => citizen.hears(AGENT, 600) && back.hears(CITIZEN));
  back.hangUp();
  await until('goodbye is heard', () => citizen.hears(GOODBYE));
});

t.test('handed to an outside number that shows ours, and back when it is busy', async (t) => {
  const { citizen, call } = await talk();
  await telephony.transfer(call, toUnit);
  const unit = await outside.incoming();
  t.match(unit.header('to'), /05335550009/);
  t.match(unit.header('from'), /12345/);
  unit.reject('486 Busy Here');
  const back = await agent.incoming();
  back.answer(AGENT);
  await until('the agent is back', () => citizen.hears(AGENT));
  await until('it is told', () => heard.filter((e) => e.type === 'call.answered' && e.channelId === call.channelId).length === 2);
  const again = heard.findLast((e) => e.type === 'call.answered' && e.channelId === call.channelId) as TelephonyEventOf<'call.answered'>;
  await telephony.transfer({ ...call, legId: again.legId }, toUnit);
  const there = await outside.incoming();
  there.answer(OUTSIDE);
  await until('they talk', () => citizen.hears(OUTSIDE) && there.hears(CITIZEN));
  there.hangUp();
  await until('goodbye is heard', () => citizen.hears(GOODBYE));
  t.ok(
    eventOf('call.desk', (event) => event.channelId === call.channelId && event.state === 'outside_left'),
    'before the call is over',
  );
});

t.test('asked first, then handed over: nobody is heard who should not be', async (t) => {
  const { citizen, ring, call } = await talk();
  await telephony.callThird(call, toSecond, 'consult', newThird());
  const colleague = await second.incoming();
  t.equal(colleague.header('x-hotline-call'), call.channelId);
  await t.rejects(telephony.leaveToThird(call), { code: 'telephony.not_answered' });
  colleague.answer(SECOND);
  await until('agent and colleague speak', () => ring.hears(SECOND) && colleague.hears(AGENT));
  t.notOk(citizen.hears(AGENT) || citizen.hears(SECOND), 'the citizen hears music');
  t.ok(citizen.silentFor() < 500);
  await telephony.joinThird(call);
  await until('all three', () => toneOf(citizen, AGENT, SECOND) && toneOf(ring, CITIZEN, SECOND) && toneOf(colleague, CITIZEN, AGENT));
  await telephony.leaveToThird(call);
  await ring.ended;
  await until('two are left', () => citizen.hears(SECOND) && colleague.hears(CITIZEN));
  colleague.hangUp();
  await until('goodbye is heard', () => citizen.hears(GOODBYE));
});

t.test('the one who is asked does not come, or goes: the agent has the citizen back by the switch alone', async () => {
  const { citizen, ring, call } = await talk();
  await telephony.callThird(call, toUnit, 'consult', newThird());
  (await outside.incoming()).reject('486 Busy Here');
  await until('back together', () => citizen.hears(AGENT) && ring.hears(CITIZEN));
  await telephony.callThird(call, toUnit, 'consult', newThird());
  const unit = await outside.incoming();
  unit.answer(OUTSIDE);
  await until('agent and unit speak', () => ring.hears(OUTSIDE) && unit.hears(AGENT));
  unit.hangUp();
  await until('back together again', () => citizen.hears(AGENT) && ring.hears(CITIZEN));
  ring.hangUp();
  await until('goodbye is heard', () => citizen.hears(GOODBYE));
});

t.test('three in talk with 110; each of them leaves', async (t) => {
  const police = { kind: 'outside', number: '110', shown: '12345' } as const;
  const { citizen, ring, call, file } = await talk();
  const began = Date.now();
  await telephony.callThird(call, police, 'conference', newThird());
  const officer = await outside.incoming();
  t.ok(Date.now() - began < 500, `rings after ${Date.now() - began} ms`);
  await until('the two go on', () => citizen.hears(AGENT) && ring.hears(CITIZEN));
  t.ok(citizen.longestGap(began) < 200, `gap ${citizen.longestGap(began)} ms`);
  officer.answer(OUTSIDE);
  await until('all three', () => toneOf(citizen, AGENT, OUTSIDE) && toneOf(ring, CITIZEN, OUTSIDE) && toneOf(officer, CITIZEN, AGENT));
  await telephony.dismissThird(call);
  await officer.ended;
  await until('two go on', () => citizen.hears(AGENT) && ring.hears(CITIZEN));
  await telephony.callThird(call, police, 'conference', newThird());
  const again = await outside.incoming();
  again.answer(OUTSIDE);
  // The second officer's own ear tells: the first one's voice is still in the others'.
  await until('all three again', () => toneOf(ring, CITIZEN, OUTSIDE) && toneOf(again, CITIZEN, AGENT));
  ring.hangUp();
  await until('citizen and police go on', () => citizen.hears(OUTSIDE, 600) && again.hears(CITIZEN));
  citizen.hangUp();
  await again.ended;
  await until('no call is left', async () => (await house.channels()) === 0);
  const { left, right } = voicesOf(file);
  t.same([holds(right, AGENT), holds(right, OUTSIDE), holds(left, CITIZEN)], [true, true, true], 'the recording is whole');
  t.same([holds(left, AGENT), holds(left, OUTSIDE), holds(right, CITIZEN)], [false, false, false], 'and the sides stay apart');
});

t.test('the agent hangs up while 110 is still rung for: the citizen is kept for the police, or for another agent', async () => {
  const police = { kind: 'outside', number: '110', shown: '12345' } as const;
  const first = await talk();
  await telephony.callThird(first.call, police, 'conference', newThird());
  const officer = await outside.incoming();
  first.ring.hangUp();
  await first.ring.ended;
  await until('music is heard', () => !first.citizen.hears(AGENT) && first.citizen.silentFor() < 100);
  officer.answer(OUTSIDE);
  await until('citizen and police speak', () => first.citizen.hears(OUTSIDE) && officer.hears(CITIZEN));
  first.citizen.hangUp();
  await officer.ended;

  const other = await talk();
  await telephony.callThird(other.call, police, 'conference', newThird());
  const busy = await outside.incoming();
  other.ring.hangUp();
  await other.ring.ended;
  await house.addMember('main', '8002');
  busy.reject('486 Busy Here');
  (await second.incoming()).answer(SECOND);
  await until('another agent is there', () => other.citizen.hears(SECOND));
});

t.test('citizen and agent hang up in the same instant: the third is not left alone', async () => {
  const { citizen, ring, call } = await talk();
  await telephony.callThird(call, toUnit, 'conference', newThird());
  const unit = await outside.incoming();
  unit.answer(OUTSIDE);
  await until('all three', () => toneOf(unit, CITIZEN, AGENT));
  citizen.hangUp();
  ring.hangUp();
  await unit.ended;
  await until('no call is left', async () => (await house.channels()) === 0);
});

t.test('handed to a queue: ahead of those who wait there, and no talk counts as a telephone that died', async (t) => {
  const { citizen, ring, call } = await talk();
  const began = new Date();
  // Somebody has to be signed in, or nobody may wait.
  await house.addMember('main', '8002', true);
  const waits = carrier.call('12345', { from: '13812350000', toneHz: 500 });
  await waits.status;
  await until('somebody waits', () => eventOf('call.queued', (e) => e.channelId !== call.channelId && e.at > began) !== undefined);
  await telephony.transfer(call, { kind: 'queue', queue: 'main' });
  await ring.ended;
  await until('the citizen waits too', () => heard.filter((e) => e.type === 'call.queued' && e.channelId === call.channelId).length === 2);
  await house.line.ask('QueuePause', { Queue: 'main', Interface: 'PJSIP/8002', Paused: 'false' });
  const taken = await second.incoming();
  t.equal(taken.header('x-hotline-call'), call.channelId, 'the one who has talked already comes first');
  taken.answer(SECOND);
  await until('they talk', () => citizen.hears(SECOND));
  taken.hangUp();
  await until('goodbye is heard', () => citizen.hears(GOODBYE));
});

t.test('the service dies after the first half of asking: no third is ever rung, and agent and citizen are back together', async () => {
  const { citizen, ring, call } = await talk();
  const set = (variable: string, value: string) => house.line.ask('Setvar', { Channel: call.channelId, Variable: variable, Value: value });
  await set('HOTLINE_AGENT', call.legId);
  await set('HOTLINE_THIRD', 'third-never');
  const leg = (await house.line.ask('Getvar', { Channel: call.legId, Variable: 'CHANNEL(name)' })).value ?? '';
  await house.line.ask('Setvar', { Channel: call.legId, Variable: 'HOTLINE_CALL', Value: call.channelId });
  const extra = { ExtraChannel: leg, ExtraContext: 'hotline-staff', ExtraExten: 'agent', ExtraPriority: '1' };
  await house.line.ask('Redirect', { Channel: call.channelId, Context: 'hotline-consult', Exten: 's', Priority: '1', ...extra });
  await until('the citizen is on music', () => !citizen.hears(AGENT) && citizen.silentFor() < 100);
  await until('back together', () => citizen.hears(AGENT) && ring.hears(CITIZEN));
});

t.test('the service is dead: an agent who is gone in the middle of asking leaves nobody in silence', async () => {
  const first = await talk();
  await telephony.callThird(first.call, toUnit, 'consult', newThird());
  const unit = await outside.incoming();
  unit.answer(OUTSIDE);
  await until('agent and unit speak', () => first.ring.hears(OUTSIDE));
  first.ring.hangUp();
  await until('the citizen is with the one who was asked', () => first.citizen.hears(OUTSIDE) && unit.hears(CITIZEN));
  first.citizen.hangUp();
  await unit.ended;

  const other = await talk();
  await telephony.callThird(other.call, toUnit, 'consult', newThird());
  const ringing = await outside.incoming();
  await house.addMember('main', '8002');
  other.ring.hangUp(44);
  await ringing.ended;
  (await second.incoming()).answer(SECOND);
  await until('somebody else is there', () => other.citizen.hears(SECOND));
});

t.test('what may not be dialled is refused by the switch as well', async (t) => {
  const { citizen, ring, call } = await talk();
  let last = ring;
  let legId = call.legId;
  for (const number of ['008801234567', '+18005550100', '16812345678', '053316812345678', '12345', '+8612345']) {
    await telephony.transfer({ ...call, legId }, { kind: 'outside', number, shown: '12345' });
    await last.ended;
    const [before, back] = [legId, await agent.incoming()];
    back.answer(AGENT);
    await until('it is told', () => {
      const told = heard.findLast((e) => e.type === 'call.answered' && e.channelId === call.channelId) as TelephonyEventOf<'call.answered'>;
      legId = told.legId;
      return legId !== before;
    });
    await until('the agent has the citizen back', () => citizen.hears(AGENT, 200));
    last = back;
  }
  await t.rejects(outside.incoming(200), 'nothing reached the carrier');
  for (const number of ['1&PJSIP/8002', '', '12', '00a', 'T'])
    await t.rejects(telephony.transfer(call, { kind: 'outside', number, shown: '12345' }), { code: 'telephony.value_refused' });
});
