import t from 'tap';
import type { Queue, QueuesView } from '../../src/queues/schemas.ts';
import { type Desk, startHouse } from '../helpers/house.ts';
import type { SipCall } from '../helpers/sip.ts';
import { until } from '../helpers/switch.ts';

/** What an administrator and a team leader do to queues, with the effect on a real switch and nothing in between. */
t.setTimeout(120_000);
const OWN_NUMBER = '053312345';
const house = await startHouse(t, {
  switch: { numbers: ['12345', OWN_NUMBER] },
  environment: { HOTLINE_NUMBER_ALIASES: OWN_NUMBER },
});
const { carrier } = house;
const administrator = await house.session('administrator');
const leader = await house.session('team_leader');
const general = await house.desk('8901');
const english = await house.desk('8902');
await general.ready();
await english.ready();

const ENGLISH: Queue = {
  queue: 'english',
  zh: '英语专席',
  en: 'English desk',
  strategy: 'leastrecent',
  ringSeconds: 15,
  wrapUpSeconds: 2,
  patienceSeconds: 5,
  announcement: 'queue.still',
  announceEverySeconds: 30,
  skill: null,
  open: true,
  numbers: [OWN_NUMBER],
};
let version = 0;
const ask = async (path: string, method: string, body?: unknown, cookie = administrator.cookie) => {
  const answer = await house.api<QueuesView & { code?: string }>(path, cookie, { method, ...(body === undefined ? {} : { body }) });
  if (answer.status === 200 && 'version' in answer.body) version = answer.body.version;
  return answer;
};
const change = (about: Partial<Queue>) => {
  const { queue: _, ...fields } = { ...ENGLISH, ...about };
  return ask('/api/queues/english', 'PUT', { version, queue: fields });
};
const move = (desk: Desk, queues: string[]) =>
  ask(`/api/agents/${desk.staffId}/queues`, 'PUT', { queues: queues.map((queue) => ({ queue, penalty: 0 })) }, leader.cookie);
const shown = (queue: string) => house.switch.process.console(`queue show ${queue}`);
let callers = 0;
const dials = (number: string): SipCall => carrier.call(number, { from: `1381239${String(1000 + callers++)}` });
/** Whose telephone rings first; the call is over then. */
const whoRings = async (number: string): Promise<string> => {
  const desks = [general, english];
  const offers = (desk: Desk): number => desk.events.filter(({ type }) => type === 'card.offered').length;
  const before = desks.map(offers);
  const citizen = dials(number);
  let desk: Desk | undefined;
  await until(
    'somebody is rung',
    () => {
      desk = desks.find((each, index) => offers(each) > (before[index] ?? 0));
      return desk !== undefined;
    },
    20_000,
  );
  if (!desk) throw new Error('nobody is rung');
  citizen.hangUp();
  await until('no call is left', async () => (await house.switch.channels()) === 0);
  return desk.extension;
};

t.test('a queue saved in the console takes the callers of its number at once', async (t) => {
  const added = await ask('/api/queues', 'POST', { version, queue: ENGLISH });
  t.match([added.status, added.body.onSwitch], [200, true]);
  t.match(await shown('english'), /leastrecent/);
  t.equal((await move(english, ['english'])).status, 200);
  t.match(await shown('english'), /8902/);
  t.notMatch(await shown('main'), /PJSIP\/8902/);
  t.equal(await whoRings(OWN_NUMBER), '8902');
  t.equal(await whoRings('12345'), '8901');
});

t.test('two queues made one after the other are both there', async (t) => {
  for (const name of ['heating', 'water'])
    t.equal(
      (await ask('/api/queues', 'POST', { version, queue: { ...ENGLISH, queue: name, zh: name, en: name, numbers: [] } })).status,
      200,
    );
  for (const name of ['heating', 'water']) t.match(await shown(name), /leastrecent/, name);
});

t.test('closed, its callers go to everybody’s queue; open again, they come back', async (t) => {
  await change({ open: false });
  t.equal(await whoRings(OWN_NUMBER), '8901');
  await change({ open: true });
  t.equal(await whoRings(OWN_NUMBER), '8902');
});

t.test('with nobody in it, and after its patience, callers go on to everybody’s queue', async (t) => {
  // On pause counts as present: the caller waits, but not for ever.
  await house.api('/api/desk/intent', english.cookie, { body: { intent: 'paused', reason: 'meal' } });
  const began = Date.now();
  t.equal(await whoRings(OWN_NUMBER), '8901');
  t.ok(Date.now() - began >= 4_000, 'only after the time set for it');
  await english.ready();
  t.equal((await move(english, ['heating'])).status, 200);
  t.equal(await whoRings(OWN_NUMBER), '8901', 'nobody stands in it');
  await move(english, ['english']);
});

t.test('a queue whose one member talks lets its callers wait', async (t) => {
  const first = dials(OWN_NUMBER);
  const ring = await english.phone.incoming();
  ring.answer();
  await until('they talk', () => first.hears(1000) || ring.hears(440));
  const second = dials(OWN_NUMBER);
  await until('the other waits there', async () => /1\. PJSIP\/carrier|1\. /.test((await shown('english')).split('Callers')[1] ?? ''));
  second.hangUp();
  first.hangUp();
  await until('no call is left', async () => (await house.switch.channels()) === 0);
  t.pass('not refused');
});

t.test('everybody’s queue rings by what was chosen', async (t) => {
  t.match(await shown('main'), /rrmemory/);
  const fields = {
    ...ENGLISH,
    zh: '综合受理',
    en: 'General',
    strategy: 'fewestcalls',
    patienceSeconds: null,
    announcement: null,
    numbers: [],
  };
  const { queue: _, ...main } = fields;
  t.equal((await ask('/api/queues/main', 'PUT', { version, queue: main })).status, 200);
  t.match(await shown('main'), /fewestcalls/);
  t.match(await shown('main'), /PJSIP\/8901/, 'its members stay');
});

t.test('in use it is not deleted; cleared away it is gone from the switch', async (t) => {
  const refused = await ask(`/api/queues/english?version=${version}`, 'DELETE');
  t.match([refused.status, refused.body.code], [409, 'queue.in_use']);
  t.match(await shown('english'), /leastrecent/);
  await change({ numbers: [] });
  await move(english, ['main']);
  t.equal((await ask(`/api/queues/english?version=${version}`, 'DELETE')).status, 200);
  t.match(await shown('english'), /No such queue/);
  t.equal(await whoRings('12345').then((extension) => ['8901', '8902'].includes(extension)), true);
});
