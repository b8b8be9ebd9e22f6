import pino from 'pino';
import t, { type Test } from 'tap';
import { createPresences } from '../../src/agents/index.ts';
import { createAlarms } from '../../src/calls/index.ts';
import { createMetrics } from '../../src/http/index.ts';
import type { PushEvent } from '../../src/push/index.ts';
import { createKeptValues } from '../../src/storage/kept-values.ts';
import { createSwitchLink } from '../../src/switch-link.ts';
import type { TelephonyEvent } from '../../src/telephony/events.ts';
import { createScriptedTelephony } from '../../src/telephony/scripted/index.ts';
import { openTestStore } from '../helpers/store.ts';
import { until } from '../helpers/switch.ts';

/** The link between a pretended switch and features that only note what they are told. */
const world = async (t: Test) => {
  const store = await openTestStore(t, 'sqlite');
  const time = { now: new Date('2026-11-24T01:30:00.000Z') };
  const clock = { now: () => time.now };
  const telephony = createScriptedTelephony({ clock });
  const kept = createKeptValues({ store, clock });
  const applied: TelephonyEvent[] = [];
  const pushed: PushEvent[] = [];
  const told: number[] = [];
  const heard: string[] = [];
  const state = { unrecorded: 0, written: 0 };
  const presences = createPresences({ clock });
  const alarms = createAlarms({ clock, push: (event) => void pushed.push(event) });
  const link = createSwitchLink({
    telephony,
    calls: {
      apply: async (event) => void applied.push(event),
      rate: async (event) => void applied.push(event),
      unrecorded: () => state.unrecorded,
      reconcile: async () => 0,
    },
    recordings: { sealEnded: async () => undefined },
    agents: { reestablish: async () => undefined },
    places: { hear: async (event) => void heard.push(event.place), reconcile: async () => undefined },
    agentsRepository: { staffIdOfExtension: async (extension) => Number(extension) },
    presences,
    notices: { agentChanged: (staffId) => void told.push(staffId), queuesChanged: () => undefined },
    alarms,
    kept,
    metrics: createMetrics(),
    pushToDesks: (event) => void pushed.push(event),
    writeQueues: async () => {},
    writeSettings: async () => {
      state.written += 1;
    },
    clock,
    logger: pino({ level: 'silent' }),
  });
  await link.start();
  await link.settled();
  const place = (): Promise<number | null> => kept.get('switch.records.scripted');
  const pass = (seconds: number): void => {
    time.now = new Date(time.now.getTime() + seconds * 1000);
  };
  return { telephony, link, applied, pushed, told, state, alarms, place, pass, script: telephony.script, presences };
};

t.test('the place in the records moves while the service is up, a proved minute behind', async (t) => {
  const { link, script, place, pass } = await world(t);
  const before = (await place()) ?? 0;
  const channel = script.arrive({ number: '13812342046' });
  script.citizenHangsUp(channel);
  await link.keepPlace();
  t.equal(await place(), before, 'what was just seen might not have been heard');
  pass(10);
  await link.keepPlace();
  t.equal(await place(), before, 'nor is it proved by the next moment');
  pass(60);
  await link.keepPlace();
  t.equal(await place(), before + 2, 'now it is');
  script.arrive({ number: '13812342047' });
  pass(60);
  await link.keepPlace();
  pass(60);
  await link.keepPlace();
  t.equal(await place(), before + 3);
});

t.test('a place seen before the link broke is not taken: the calls in between are told after it', async (t) => {
  const { link, script, applied, place, pass } = await world(t);
  const before = await place();
  const channel = script.arrive({ number: '13812342046' });
  script.citizenHangsUp(channel);
  await link.keepPlace();
  script.linkDown();
  pass(60);
  await link.keepPlace();
  t.equal(await place(), before);
  const unheard = script.arrive({ number: '13812342047' });
  script.linkUp();
  await link.settled();
  t.ok(applied.some((event) => event.type === 'call.arrived' && event.channelId === unheard));
  t.ok(((await place()) ?? 0) > (before ?? 0));
});

t.test('what is heard in the instant of the reconnect waits until the missed has been told', async (t) => {
  const { link, script, applied } = await world(t);
  script.linkDown();
  const channel = script.arrive({ number: '13812342046' });
  script.linkUp();
  script.answer(script.offer(channel, '8001'));
  await link.settled();
  const told = applied.filter((event) => 'channelId' in event && event.channelId === channel).map(({ type }) => type);
  t.equal(told[0], 'call.arrived', 'nobody is offered before they arrived');
  t.ok(told.lastIndexOf('call.answered') > told.indexOf('call.arrived'));
});

t.test('what the database refused to take is told again from the records', async (t) => {
  const { link, script, applied, state, pass } = await world(t);
  const channel = script.arrive({ number: '13812342046' });
  await link.keepPlace();
  state.unrecorded = 1;
  pass(60);
  const heard = applied.length;
  await link.keepPlace();
  t.ok(applied.slice(heard).some((event) => event.type === 'call.arrived' && event.channelId === channel));
  const again = applied.length;
  pass(60);
  await link.keepPlace();
  t.equal(applied.length, again, 'once');
});

t.test('the alarm of a switch comes and goes with it, also for one that was never reached', async (t) => {
  const { link, script, alarms, pushed, pass } = await world(t);
  t.same(alarms.all(), []);
  script.linkDown('AMI: wrong user or password for hotline (Authentication failed)');
  t.match(alarms.all(), [{ id: 'switch_down.scripted', kind: 'switch_down', detail: /wrong user or password/ }]);
  script.linkUp();
  await link.settled();
  t.same(alarms.all(), []);
  t.same(
    pushed.filter(({ type }) => type.startsWith('alarm.')).map(({ type }) => type),
    ['alarm.raised', 'alarm.cleared'],
  );
  // Down from the start: nobody tells of a loss, so the states are looked at.
  const early = await world(t);
  await early.telephony.stop();
  early.link.checkNodes();
  early.pass(6);
  early.link.checkNodes();
  t.match(early.alarms.all(), [{ id: 'switch_down.scripted' }]);
  await early.telephony.start(() => undefined);
  early.link.checkNodes();
  t.same(early.alarms.all(), []);
  pass(0);
});

t.test('settings are written after every reconnect', async (t) => {
  const { link, script, state } = await world(t);
  t.equal(state.written, 1);
  script.restart();
  await link.settled();
  t.equal(state.written, 2);
});

t.test('a storm of telephone states is told ten times a second, and the last word is told', async (t) => {
  const { telephony, script, told, presences } = await world(t);
  for (const extension of ['8001', '8002'])
    await telephony.joinQueues({ extension, displayName: '', queues: ['main'], paused: false, reason: '' });
  for (let round = 0; round < 5_000; round += 1)
    for (const extension of ['8001', '8002']) {
      script.register(extension);
      script.unregister(extension);
    }
  script.register('8001');
  await until('the last word is told', () => told.length >= 2 && presences.of('8001')?.registered === true);
  await new Promise((resolve) => setTimeout(resolve, 250));
  t.ok(told.length <= 8, `${told.length} notices for 20,000 changes`);
});
