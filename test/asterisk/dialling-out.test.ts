import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asc, eq } from 'drizzle-orm';
import t from 'tap';
import type { DialView } from '../../src/calls/schemas.ts';
import { type Desk, type House, startHouse } from '../helpers/house.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer, shareOf } from '../helpers/sip.ts';
import { until } from '../helpers/switch.ts';

t.setTimeout(120_000);

const linePort = await freeUdpPort();
const house: House = await startHouse(t, {
  switch: { trunks: [{ name: 'carrier', host: '127.0.0.1', port: linePort, match: ['127.0.0.1'] }] },
  environment: { HOTLINE_WRAP_UP_SECONDS: '2' },
});
const line = await createSipPeer(house.switch.sip, linePort);
t.teardown(() => line.close());
const desk: Desk = await house.desk('8811');
const { calls, callSegments, recordings } = house.store.schema;

const dial = (number: string, more: Record<string, unknown> = {}) =>
  house.api<DialView & { code?: string }>('/api/calls/outbound', desk.cookie, {
    body: { to: { kind: 'number', number }, key: randomUUID(), ...more },
  });
const row = async (callId: number) => (await house.store.read((db) => db.select().from(calls).where(eq(calls.id, callId))))[0];
const segments = (callId: number) =>
  house.store.read((db) => db.select().from(callSegments).where(eq(callSegments.callId, callId)).orderBy(asc(callSegments.id)));
const isOver = (callId: number) => until('the call is over', async () => (await row(callId))?.endedAt != null);
const state = async () => (await house.api<{ agent: { state: string } }>('/api/desk', desk.cookie)).body.agent.state;
const isFree = () => until('the desk is free', async () => ['ready', 'paused'].includes(await state()));
const nothingIsLeft = () => until('no channel is left', async () => (await house.switch.channels()) === 0);

t.test('the agent’s telephone, then the citizen: they hear each other, the recording is whole, the row right', async (t) => {
  const { status, body } = await dial('138 1244 5678');
  t.match([status, body.numberClass, body.number?.masked], [200, 'mobile', '138 **** 5678']);
  const own = await desk.phone.incoming();
  t.equal(own.header('x-hotline-dial'), '1', 'a browser takes it by itself');
  t.equal(own.header('x-hotline-call'), body.channelId);
  t.match(own.header('from'), /13812445678/, 'the agent sees whom they call');
  own.answer(1000);
  const citizen = await line.incoming();
  t.match(citizen.header('from'), /12345/, 'the citizen sees the hotline');
  t.match(citizen.header('to'), /13812445678/);
  await until('the desk calls out', async () => (await state()) === 'calling_out');
  t.equal((await row(body.callId))?.answeredAt, null, 'an agent who waits is in no talk');
  t.match(await dial('5550009'), { status: 409, body: { code: 'dial.not_free' } });
  const answered = Date.now();
  citizen.answer(1300);
  await until('they talk', () => own.hears(1300) && citizen.hears(1000));
  await until('the desk talks', async () => (await state()) === 'talking');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  citizen.hangUp();
  await isOver(body.callId);
  const found = await row(body.callId);
  t.match(found, {
    origin: 'outbound',
    disposition: 'answered',
    dialledBy: desk.staffId,
    answeredBy: desk.staffId,
    callerNormal: '13812445678',
    queue: null,
  });
  t.ok(Math.abs((found?.answeredAt?.getTime() ?? 0) - answered) < 1000, 'the talk began when the citizen answered');
  const pieces = (await segments(body.callId)).map(({ kind, staffId, endedAt }) => [kind, staffId, endedAt !== null]);
  t.same(pieces, [
    ['ring', desk.staffId, true],
    ['talk', desk.staffId, true],
  ]);
  await until('the desk writes it up', async () => (await state()) === 'wrap_up');
  await until('the recording is sealed', async () => {
    const [kept] = await house.store.read((db) => db.select().from(recordings).where(eq(recordings.callId, body.callId)));
    return kept?.state === 'whole' && (kept.milliseconds ?? 0) > 1400;
  });
  const [kept] = await house.store.read((db) => db.select().from(recordings).where(eq(recordings.callId, body.callId)));
  const bytes = readFileSync(join(house.switch.process.directories.spool, 'recording', kept?.file ?? ''));
  const side = (offset: number) => Array.from({ length: 4000 }, (_, index) => bytes.readInt16LE((index + 2000) * 4 + offset));
  t.ok(shareOf(side(0), 1300) > 0.8, 'the citizen is on the left');
  t.ok(shareOf(side(2), 1000) > 0.8, 'the agent on the right');
  await nothingIsLeft();
  await isFree();
});

t.test('the agent hangs up: nobody is said goodbye to by a machine; or gives up while it rings', async (t) => {
  const { body } = await dial('13812445678');
  const own = await desk.phone.incoming();
  own.answer(1000);
  const citizen = await line.incoming();
  citizen.answer(1300);
  await until('they talk', () => own.hears(1300));
  own.hangUp();
  await until('the citizen is free at once', () => citizen.isOver(), 3_000);
  await isOver(body.callId);
  t.match(await row(body.callId), { disposition: 'answered' });
  await isFree();

  const second = await dial('13812445678');
  const again = await desk.phone.incoming();
  again.answer(1000);
  const rung = await line.incoming();
  again.hangUp();
  await until('the citizen’s telephone is quiet', () => rung.isOver());
  await isOver(second.body.callId);
  t.match(await row(second.body.callId), { disposition: 'cancelled', answeredAt: null });
  t.same(
    (await segments(second.body.callId)).map(({ kind }) => kind),
    ['ring'],
  );
  t.match(await state(), /ready|paused/, 'nothing is to be written up');
  await nothingIsLeft();
});

t.test('busy, a number that is none, the agent’s own telephone not taken: each is said and on record', async (t) => {
  const fails = async (answer: string, disposition: string, result: string) => {
    const { body } = await dial('13812445678');
    const own = await desk.phone.incoming();
    own.answer(1000);
    (await line.incoming()).reject(answer);
    await until('the page is told', () =>
      desk.events.some((event) => event.type === 'call.dialling' && event.callId === body.callId && event.result === result),
    );
    await isOver(body.callId);
    t.match(await row(body.callId), { disposition, dialResult: result, answeredAt: null });
    await until('the agent’s telephone is free', () => own.isOver());
  };
  await fails('486 Busy Here', 'busy', 'busy');
  await fails('404 Not Found', 'unreached', 'failed');
  const { body } = await dial('13812445678');
  (await desk.phone.incoming()).reject('486 Busy Here');
  await isOver(body.callId);
  t.match(await row(body.callId), { disposition: 'unreached', dialResult: 'absent' });
  t.equal(await line.incoming(500).catch(() => null), null, 'nobody was called for an empty desk');
  await nothingIsLeft();
});

t.test('two clicks are one call; ten at once are one call', async (t) => {
  const key = randomUUID();
  const [one, two] = await Promise.all([dial('13812445678', { key }), dial('13812445678', { key })]);
  t.equal(one.body.callId, two.body.callId);
  const many = await Promise.all(Array.from({ length: 10 }, () => dial('13812445678')));
  t.ok(
    many.every(({ body }) => body.code === 'dial.not_free'),
    JSON.stringify(many.map(({ body }) => body.code)),
  );
  t.match(await dial('13812340000', { key }), { status: 400 }, 'the name of one call is no other’s');
  const own = await desk.phone.incoming();
  own.answer(1000);
  (await line.incoming()).reject('486 Busy Here');
  await isOver(one.body.callId);
  t.equal(await desk.phone.incoming(500).catch(() => null), null);
  await nothingIsLeft();
});

t.test('what costs is refused, asked once more, or counted; the switch is told and keeps it', async (t) => {
  const admin = await house.session('administrator');
  const settings = async () =>
    (await house.api<{ version: number; rules: Record<string, unknown> & { classes: object } }>('/api/settings/dialling', admin.cookie))
      .body;
  const save = async (change: object) => {
    const { version, rules } = await settings();
    const wanted = { version, rules: { ...rules, ...change } };
    return house.api('/api/settings/dialling', admin.cookie, { method: 'PUT', body: wanted });
  };
  const { classes } = (await settings()).rules;
  for (const [number, code] of [
    ['0044123456789', 'call.number_forbidden'],
    ['16812345', 'call.number_forbidden'],
    ['17909013812345678', 'call.number_forbidden'],
    ['12345', 'call.loops'],
    ['053312345', 'call.loops'],
    ['8811', 'call.to_oneself'],
    ['110&PJSIP/8811', 'call.destination_unknown'],
  ] as const)
    t.match((await dial(number, { confirm: true })).body, { code }, number);
  t.match(await save({ shownNumber: '13800138000' }), { status: 400 }, 'a number that is not ours is not shown');
  t.match(await save({ classes: { ...classes, international: { roles: ['agent'], confirm: true } } }), { body: { onSwitch: true } });
  const asked = await dial('0044123456789');
  t.match(asked.body, { code: 'dial.confirm_needed', details: { numberClass: 'international' } });
  t.equal(await desk.phone.incoming(300).catch(() => null), null, 'nothing rings before it was meant');
  const meant = await dial('0044123456789', { confirm: true });
  (await desk.phone.incoming()).answer(1000);
  const abroad = await line.incoming();
  t.match(abroad.header('to'), /0044123456789/, 'the switch has been told that it is open');
  abroad.reject('486 Busy Here');
  await isOver(meant.body.callId);
  await save({ classes, agentPerHour: 1 });
  t.match(await dial('13812445678'), { status: 429, body: { code: 'dial.rate_limited' } });
  const help = await dial('110');
  (await desk.phone.incoming()).answer(1000);
  (await line.incoming()).reject('486 Busy Here');
  await isOver(help.body.callId);
  t.match(await row(help.body.callId), { disposition: 'busy' }, '110 is not counted');
  await save({ agentPerHour: 60 });
  await nothingIsLeft();
});
