import t from 'tap';
import { until } from '../helpers/switch.ts';
import { wholeApp } from '../helpers/whole-app.ts';

t.test('the gauges say what is so now: calls, agents, the line and how long its first has waited', async (t) => {
  const time = { now: new Date() };
  const clock = { now: () => time.now };
  const { app, store, script } = await wholeApp({ teardown: () => undefined }, { dataDirectory: t.testdir(), clock });
  await app.start();
  t.teardown(() => app.stop());
  const { shifts, staff } = store.schema;
  const people = (await store.read((db) => db.select().from(staff))).filter((each) => each.extension !== null).slice(0, 3);
  for (const [index, { id, extension }] of people.entries()) {
    const values = { staffId: id, extension: extension ?? '', device: 'browser' as const, since: clock.now(), signedInAt: clock.now() };
    await store.write((db) =>
      db
        .insert(shifts)
        .values({ ...values, intent: index === 2 ? 'paused' : 'ready' })
        .returning(),
    );
    script.register(extension ?? '');
  }
  const gauges = async (): Promise<Record<string, number>> => {
    const { body } = await app.http.inject('/metrics');
    return Object.fromEntries(
      [...body.matchAll(/^(hotline_(?:calls|agents|queue_\w+)\{[^}]*\}) (\S+)$/gm)].map(([, name = '', value]) => [name, Number(value)]),
    );
  };
  const shows = (expected: Record<string, number>) =>
    until(`the gauges are ${JSON.stringify(expected)}`, async () => {
      const now = await gauges();
      return Object.entries(expected).every(([name, value]) => now[name] === value);
    });
  const [one, two] = people.map((each) => each.extension ?? '');
  await shows({ 'hotline_agents{state="ready"}': 2, 'hotline_agents{state="paused"}': 1, 'hotline_calls{state="talking"}': 0 });
  const talking = script.arrive({ number: '13812340001' });
  script.enqueue(talking, 'main');
  script.answer(script.offer(talking, one ?? '', 'main'));
  const ringing = script.arrive({ number: '13812340002' });
  script.enqueue(ringing, 'main');
  script.offer(ringing, two ?? '', 'main');
  script.arrive({ number: '13812340003' });
  const waiting = script.arrive({ number: '13812340004' });
  script.enqueue(waiting, 'main');
  await shows({
    'hotline_calls{state="talking"}': 1,
    'hotline_calls{state="ringing"}': 1,
    'hotline_calls{state="waiting"}': 1,
    'hotline_calls{state="notice"}': 1,
    'hotline_agents{state="talking"}': 1,
    'hotline_agents{state="ringing"}': 1,
    'hotline_agents{state="ready"}': 0,
    'hotline_queue_waiting{queue="main"}': 2,
  });
  time.now = new Date(time.now.getTime() + 42_000);
  await shows({ 'hotline_queue_oldest_wait_seconds{queue="main"}': 42 });
  for (const channel of [talking, ringing, waiting]) script.citizenHangsUp(channel);
  await shows({
    'hotline_calls{state="talking"}': 0,
    'hotline_calls{state="waiting"}': 0,
    'hotline_calls{state="notice"}': 1,
    'hotline_queue_waiting{queue="main"}': 0,
    'hotline_queue_oldest_wait_seconds{queue="main"}': 0,
  });
  t.pass('and go down again');
});
