import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import t from 'tap';
import type { Board } from '../../src/board/schemas.ts';
import type { Card } from '../../src/calls/schemas.ts';
import { FIRST_RULES } from '../../src/waiting/rules.ts';
import { startHouse } from '../helpers/house.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer, toneFile } from '../helpers/sip.ts';
import { temporaryDirectory, until } from '../helpers/switch.ts';

t.setTimeout(60_000);

t.test('a citizen presses one key, is not reached at first, and then talks with an agent who knew', async (t) => {
  const studio = temporaryDirectory();
  t.teardown(() => rmSync(studio, { recursive: true, force: true }));
  mkdirSync(join(studio, 'zh'));
  for (const id of ['queue.next', 'callback.confirm', 'callback.offer', 'inbound.thanks'])
    writeFileSync(join(studio, 'zh', `${id}.ulaw`), toneFile(700, 0.3));
  const linePort = await freeUdpPort();
  const house = await startHouse(t, {
    switch: { trunks: [{ name: 'carrier', host: '127.0.0.1', port: linePort, match: ['127.0.0.1'] }], soundsOverlay: studio },
    environment: { HOTLINE_WRAP_UP_SECONDS: '2' },
  });
  const line = await createSipPeer(house.switch.sip, linePort);
  t.teardown(() => line.close());
  const { keptPlaces, calls } = house.store.schema;
  const place = () => house.store.read(async (db) => (await db.select().from(keptPlaces))[0]);
  const isPlace = (state: string) => until(`the promise is ${state}`, async () => (await place())?.state === state);
  const admin = await house.session('administrator');
  const rules = { ...FIRST_RULES, callback: { everySeconds: 60, attempts: 2, restMinutes: 10 } };
  t.match(await house.api('/api/settings/waiting', admin.cookie, { method: 'PUT', body: { version: 0, rules } }), {
    status: 200,
    body: { version: 1, onSwitch: true },
  });
  const desk = await house.desk('8801');
  const offered = (): Card[] => desk.events.flatMap((event) => (event.type === 'card.offered' ? [event.card] : []));

  const number = '13812445678';
  const rows = () => house.store.read((db) => db.select().from(calls).where(eq(calls.callerNormal, number)).orderBy(calls.id));
  const leader = await house.session('team_leader');
  const arrivedToday = async () => (await house.api<Board>('/api/board', leader.cookie)).body.figures.today.arrived;
  const before = await arrivedToday();
  const visit = house.carrier.call('12345', { from: number });
  await visit.status;
  await until('the call waits', async () => (await rows()).some(({ queuedAt }) => queuedAt !== null));
  visit.press('1');
  await isPlace('waiting');
  await until('the citizen has been thanked', () => visit.isOver());

  await desk.ready();
  const first = await desk.phone.incoming();
  await until('the card says why', () => offered()[0]?.brief[0]?.kind === 'called_back');
  first.answer();
  (await line.incoming()).reject('486 Busy Here');
  await isPlace('resting');
  await until('the agent is free', () => first.isOver());

  // Ten minutes later.
  await house.store.write((db) => db.update(keptPlaces).set({ dueAt: new Date() }).where(eq(keptPlaces.state, 'resting')).returning());
  await desk.ready();
  const second = await desk.phone.incoming(20_000);
  await until('the card counts', () => offered()[1]?.brief[0]?.values.attempt === 2);
  second.answer();
  const citizen = await line.incoming();
  citizen.answer(1300);
  await until('they talk', () => second.hears(1300) && citizen.hears(1000));
  await isPlace('reached');
  citizen.hangUp();
  await until('all is over', async () => (await rows()).every((each) => each.endedAt !== null));
  t.match(await rows(), [
    { origin: 'citizen', disposition: 'callback' },
    { origin: 'kept_place', disposition: 'unreached', calledNumber: '' },
    { origin: 'kept_place', disposition: 'answered' },
  ]);
  t.equal(await arrivedToday(), before + 1, 'what the hotline dials by itself is no call to it');
});
