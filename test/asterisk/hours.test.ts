import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { desc, eq } from 'drizzle-orm';
import t from 'tap';
import type { HotlineHours, HoursView } from '../../src/hours/schemas.ts';
import { startHouse } from '../helpers/house.ts';
import { freeUdpPort } from '../helpers/ports.ts';
import { createSipPeer, type IncomingCall, toneFile } from '../helpers/sip.ts';
import { PROJECT_ROOT, temporaryDirectory, until } from '../helpers/switch.ts';

t.setTimeout(120_000);
const dutyPort = await freeUdpPort();
/** Studio recordings of half a second take the place of sentences that nobody here listens to. */
const studio = temporaryDirectory();
t.teardown(() => rmSync(studio, { recursive: true, force: true }));
mkdirSync(join(studio, 'zh'));
for (const file of readdirSync(join(PROJECT_ROOT, 'dialplans/sounds/zh/hotline')))
  if (/^(hours|nobody|busy|period|hour|minute|inbound)\./.test(file))
    writeFileSync(join(studio, 'zh', file), toneFile(700, 1).slice(0, 4000));
const house = await startHouse(t, {
  switch: {
    trunks: [{ name: 'carrier', host: '127.0.0.1', port: dutyPort, match: ['127.0.0.1'] }],
    fallbackNumber: '05335559999',
    soundsOverlay: studio,
  },
  environment: { HOTLINE_DUTY_PHONE: '05335559999' },
});
const { carrier, store } = house;
const duty = await createSipPeer(house.switch.sip, dutyPort);
t.teardown(() => duty.close());
const desk = await house.desk('8901');
const administrator = await house.session('administrator');
const { calls, history } = store.schema;

const EVERY = [{ from: '00:00', to: '24:00' }];
const always = (spans: { from: string; to: string }[]): NonNullable<HotlineHours['hours']> => ({
  weekly: { mon: spans, tue: spans, wed: spans, thu: spans, fri: spans, sat: spans, sun: spans },
  dayOff: [],
  makeUp: [],
});
const plain: HotlineHours = { hours: null, dutyNumbers: ['05335550001'], maxWaiting: null, overflow: 'message' };
let version = 0;
const save = async (settings: HotlineHours): Promise<HoursView> => {
  const { status, body } = await house.api<HoursView>('/api/settings/hours', administrator.cookie, {
    method: 'PUT',
    body: { version, settings },
  });
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  version = body.version;
  return body;
};
const newest = async () => (await store.read((db) => db.select().from(calls).orderBy(desc(calls.id)).limit(1)))[0];
const quiet = () => until('no call is left', async () => (await house.switch.channels()) === 0);
/** What a caller meets: the agent, the duty phone or a message. */
const meets = async (): Promise<'agent' | 'duty' | 'message'> => {
  const before = (await newest())?.id ?? 0;
  const citizen = carrier.call('12345', { from: `138123${Math.floor(Math.random() * 90_000) + 10_000}` });
  const within = Date.now() + 15_000;
  let first: { ring: IncomingCall | null; met: 'agent' | 'duty' | 'message' } | null = null;
  while (!first) {
    if (Date.now() > within) throw new Error('the caller met nobody');
    const [ring, dutyRing] = await Promise.all([desk.phone, duty].map((phone) => phone.incoming(100).catch(() => null)));
    const row = await newest();
    if (ring) first = { ring, met: 'agent' };
    else if (dutyRing) first = { ring: dutyRing, met: 'duty' };
    else if (row && row.id > before && row.diversion === 'voicemail') first = { ring: null, met: 'message' };
  }
  citizen.hangUp();
  first.ring?.reject('486 Busy Here');
  await quiet();
  return first.met;
};
/** Hours of the wall clock in which this test does not run. */
const otherHours = (): { from: string; to: string }[] => {
  const hour = (new Date(Date.now() + 8 * 3_600_000).getUTCHours() + 3) % 22;
  const two = (value: number): string => String(value).padStart(2, '0');
  return [{ from: `${two(hour)}:00`, to: `${two(hour + 1)}:00` }];
};

t.test('a changed setting changes what the next caller meets', async (t) => {
  await desk.ready();
  t.equal(await meets(), 'agent', 'nothing set: open always');
  const first = await save({ ...plain, hours: always(otherHours()) });
  t.ok(first.onSwitch && first.version === 1 && first.calendarUntil === '2026-12-31');
  t.equal(await meets(), 'message', 'outside the hours');
  await save({ ...plain, hours: always(EVERY) });
  t.equal(await meets(), 'agent', 'inside');
  const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7).replace('-', '');
  await house.switch.put('hotline-month', month, 'h'.repeat(31));
  t.equal(await meets(), 'message', 'a day off, on which it is closed');
  await house.switch.put('hotline-month', month, 'w'.repeat(31));
  t.equal(await meets(), 'message', 'a made-up day without hours of its own');
  await save({ ...plain, hours: { ...always(EVERY), dayOff: otherHours(), makeUp: EVERY } });
  t.equal(await meets(), 'agent', 'saving wrote the calendar again: an ordinary day');
  await house.switch.put('hotline-month', month, 'w'.repeat(31));
  t.equal(await meets(), 'agent', 'a made-up day with hours');
  await house.switch.put('hotline-month', month, 'h'.repeat(31));
  t.equal(await meets(), 'message', 'a day off with other hours');
  await save(plain);
  t.equal(await meets(), 'agent', 'no hours any more: open always, whatever the calendar');
});

t.test('duty phone and overflow', async (t) => {
  await house.api('/api/desk/sign-out', desk.cookie, { method: 'POST' });
  await save({ ...plain, dutyNumbers: ['05335550001'] });
  t.equal(await meets(), 'duty', 'nobody signed in');
  await save({ ...plain, dutyNumbers: [] });
  t.equal(await meets(), 'message', 'no duty phone, also not the one of the configuration');
  await desk.signIn();
  const paused = { body: { intent: 'paused', reason: 'break' } };
  await house.api('/api/desk/intent', desk.cookie, paused);
  await save({ ...plain, maxWaiting: 1, overflow: 'duty_phone' });
  const waiting = carrier.call('12345', { from: '13812340001' });
  await until('one waits', async () => Boolean((await newest())?.queuedAt));
  const second = carrier.call('12345', { from: '13812340002' });
  (await duty.incoming(15_000)).reject('486 Busy Here');
  t.pass('who finds the line too long reaches the duty phone');
  waiting.hangUp();
  second.hangUp();
  await quiet();
});

t.test('who may, what is refused, and what the record says', async (t) => {
  const agent = await house.api('/api/settings/hours', desk.cookie);
  t.equal(agent.status, 403);
  const put = (settings: unknown, of = version) =>
    house.api<{ code: string; details: { field?: string; theirs?: HoursView } }>('/api/settings/hours', administrator.cookie, {
      method: 'PUT',
      body: { version: of, settings },
    });
  const refusals: [settings: unknown, field: string][] = [
    [{ ...plain, hours: always([]) }, 'hours.weekly'],
    [{ ...plain, hours: always([{ from: '18:00', to: '08:00' }]) }, 'hours.weekly.mon'],
    [
      {
        ...plain,
        hours: {
          ...always(EVERY),
          dayOff: [
            { from: '09:00', to: '12:00' },
            { from: '11:00', to: '13:00' },
          ],
        },
      },
      'hours.dayOff',
    ],
    [{ ...plain, dutyNumbers: ['12345'] }, 'dutyNumbers'],
    [{ ...plain, dutyNumbers: ['16812345'] }, 'dutyNumbers'],
    [{ ...plain, dutyNumbers: ['0044123456789'] }, 'dutyNumbers'],
    [{ ...plain, dutyNumbers: ['17909013812345678'] }, 'dutyNumbers'],
    [{ ...plain, dutyNumbers: [], overflow: 'duty_phone' }, 'overflow'],
  ];
  for (const [settings, field] of refusals) {
    const { status, body } = await put(settings);
    t.match({ status, field: body.details.field }, { status: 400, field });
  }
  for (const settings of [
    { ...plain, maxWaiting: 0 },
    { ...plain, dutyNumbers: ['1&2'] },
    { ...plain, more: 1 },
  ])
    t.equal((await put(settings)).status, 400);
  const stale = await put(plain, version - 1);
  t.match(stale, { status: 409, body: { code: 'settings.version_stale', details: { theirs: { version } } } });
  await save({ ...plain, maxWaiting: 7 });
  const [act] = await store.read((db) =>
    db.select().from(history).where(eq(history.act, 'settings.changed')).orderBy(desc(history.id)).limit(1),
  );
  t.match(act, { actorId: administrator.staffId, details: { version, after: { maxWaiting: 7 } } });
  await save(plain);
});
