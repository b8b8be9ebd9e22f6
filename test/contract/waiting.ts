import pino from 'pino';
import type { Test } from 'tap';
import { createCalls } from '../../src/calls/index.ts';
import { HotlineError } from '../../src/core/errors.ts';
import { createHistory } from '../../src/history/index.ts';
import { createJobs } from '../../src/jobs/runner.ts';
import { createOutbox } from '../../src/storage/outbox.ts';
import { createCallsRepository } from '../../src/storage/repositories/calls.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { createWaitingRepository } from '../../src/storage/repositories/waiting.ts';
import type { KeptPlace } from '../../src/telephony/events.ts';
import { waitingRank } from '../../src/telephony/port.ts';
import { createScriptedTelephony } from '../../src/telephony/scripted/index.ts';
import { createCallers, createKeptPlaces, waitingReactions } from '../../src/waiting/index.ts';
import { FIRST_RULES } from '../../src/waiting/rules.ts';
import { createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';

const NUMBER = '13812340000';

/** A citizen who has waited five minutes in the main queue; the clock moves by `pass` alone. */
const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const time = { now: TUESDAY };
  const clock = { now: () => time.now };
  const logger = pino({ level: 'silent' });
  const repository = createWaitingRepository(store);
  const history = createHistory({ repository: createHistoryRepository(store), clock });
  const outbox = createOutbox({ store, clock, logger });
  const jobs = createJobs({ store, clock, logger, worker: 'test', pace: { firstBackoffMs: 1, pollMs: 5 } });
  const telephony = createScriptedTelephony({ clock });
  const calls = createCalls({
    store,
    repository: createCallsRepository(store),
    directory: { callerOf: async () => ({ identity: 'unknown', people: [] }) as never },
    history,
    outbox,
    jobs,
    clock,
    logger,
    areaCode: '0533',
  });
  const places = createKeptPlaces({
    store,
    repository,
    telephony,
    history,
    jobs,
    rule: async () => ({ attempts: 2, restMinutes: 10 }),
    clock,
    logger,
  });
  const callers = createCallers({ repository, telephony, rules: async () => FIRST_RULES, isReady: async () => true, clock, logger });
  const drafted: number[] = [];
  waitingReactions({ outbox, jobs, places, callers, repository, draftOf: async (callId) => void drafted.push(callId) });
  let told: Promise<unknown> = Promise.resolve();
  await telephony.start((event) => {
    // Promises and calls are taken in side by side: both are waited for.
    told = Promise.all([told, event.type === 'place.changed' ? places.hear(event) : calls.apply(event)]);
  });
  const settle = async (): Promise<void> => {
    await told;
    await outbox.settled();
  };
  const pass = async (seconds: number): Promise<void> => {
    await settle();
    time.now = new Date(time.now.getTime() + seconds * 1000);
  };
  const { script } = telephony;
  const given = createGiven(store);
  for (const extension of ['8001', '8002']) {
    await given.staff({ extension });
    script.register(extension);
  }
  const channelId = script.arrive({ number: NUMBER });
  script.enqueue(channelId, 'main');
  await pass(300);
  const promise = (more: Partial<KeptPlace> = {}): KeptPlace => ({
    place: channelId,
    number: NUMBER,
    queue: 'main',
    since: TUESDAY,
    aheadMinutes: 0,
    askedAt: new Date(TUESDAY.getTime() + 300_000),
    shown: '12345',
    state: 'waiting',
    stateAt: time.now,
    channelId: 'kept-1',
    attempts: 0,
    ...more,
  });
  const asks = async (): Promise<void> => {
    script.placeChanges(promise());
    script.divert(channelId, 'callback', 'asked');
    await settle();
    script.citizenHangsUp(channelId);
    await settle();
  };
  const row = async () => {
    await settle();
    return (await store.read((db) => db.select().from(store.schema.keptPlaces)))[0];
  };
  const callRows = async () => {
    await settle();
    return store.read((db) => db.select().from(store.schema.calls).orderBy(store.schema.calls.id));
  };
  const requests = (method: string) => telephony.script.requests().filter((each) => each.method === method);
  return {
    store,
    telephony,
    script,
    places,
    callers,
    jobs,
    drafted,
    given,
    promise,
    asks,
    row,
    callRows,
    requests,
    pass,
    settle,
    channelId,
    history,
    time,
  };
};

export const waitingContract = (t: Test, engine: Engine): void => {
  t.test('a promise is a row, told twice is one, and the visit counts as called back later', async (t) => {
    const { asks, row, callRows, script, promise, store } = await start(t, engine);
    await asks();
    script.placeChanges(promise());
    t.match(await row(), { state: 'waiting', number: NUMBER, callId: 1, channelId: 'kept-1', dueAt: null });
    t.equal(await store.read((db) => db.$count(store.schema.keptPlaces)), 1);
    t.match(await callRows(), [{ disposition: 'callback' }]);
  });

  t.test('not reached: rested, put back at the kept place, then work for a person', async (t) => {
    const { asks, row, script, promise, places, pass, requests, jobs, drafted, time, telephony } = await start(t, engine);
    await asks();
    script.placeChanges(promise({ state: 'not_reached', attempts: 1 }));
    t.match(await row(), { state: 'resting', dueAt: new Date(time.now.getTime() + 600_000) });
    await pass(599);
    await places.sweep();
    t.equal(requests('keepPlace').length, 0, 'not before it is due');
    await pass(1);
    script.failNext('keepPlace', new HotlineError('telephony.unavailable', 'away'));
    await places.sweep();
    t.match(await row(), { state: 'resting' }, 'a switch that is away is tried again');
    await pass(30);
    await places.sweep();
    t.match(requests('keepPlace'), [{ argument: { since: TUESDAY, attempts: 1 } }]);
    t.match(await row(), { state: 'waiting', attempts: 1 });
    script.placeChanges(promise({ state: 'not_reached', attempts: 2, stateAt: time.now }));
    t.match(await row(), { state: 'failed' });
    t.same(await telephony.keptPlaces('scripted'), [], 'the switch need not keep it any more');
    jobs.start();
    while (drafted.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await jobs.stop();
    t.same(drafted, [1]);
  });

  t.test('reached: over for good, whatever is told later', async (t) => {
    const { asks, row, script, promise, requests, history } = await start(t, engine);
    await asks();
    script.placeChanges(promise({ state: 'dialling', attempts: 1 }));
    script.placeChanges(promise({ state: 'reached', attempts: 1 }));
    const reached = await row();
    t.match(reached, { state: 'reached' });
    t.match(requests('forgetPlace'), [{ argument: { channelId: '' } }], 'the call that talks is left alone');
    script.placeChanges(promise({ state: 'not_reached', attempts: 1 }));
    t.match(await row(), { state: 'reached' });
    t.same((await history.of({ kind: 'kept_place', id: reached?.id ?? 0 })).map(({ act }) => act).sort(), [
      'place.dialled',
      'place.kept',
      'place.reached',
    ]);
  });

  t.test('a dead service: what was promised is taken in, what the switch has lost is put back', async (t) => {
    const { row, script, promise, places, pass, requests, telephony, channelId, callRows } = await start(t, engine);
    script.linkDown();
    script.placeChanges(promise());
    script.citizenHangsUp(channelId);
    script.linkUp();
    await places.reconcile((await telephony.snapshot())[0] as never);
    t.match(await row(), { state: 'waiting', callId: 1 });
    t.match(await callRows(), [{ diversion: 'callback' }]);
    await pass(60);
    const [snapshot] = await telephony.snapshot();
    await places.reconcile(snapshot as never);
    t.equal(requests('keepPlace').length, 0, 'it waits there');
    await places.reconcile({ ...snapshot, keeping: [] } as never);
    t.match(requests('keepPlace'), [{ argument: { since: TUESDAY } }]);
    await pass(4 * 3600);
    await places.reconcile({ ...(await telephony.snapshot())[0], takenAt: new Date(8e15), keeping: [] } as never);
    t.match(await row(), { state: 'failed' }, 'four hours later nobody is surprised by a call');
  });

  t.test('who calls again has the kept place, and is not called back once they have talked', async (t) => {
    const { asks, row, script, requests, settle } = await start(t, engine);
    await asks();
    const again = script.arrive({ number: NUMBER });
    script.enqueue(again, 'main');
    await settle();
    t.match(requests('setWaitingPriority'), [{ argument: { channelId: again, priority: waitingRank(TUESDAY, 0) } }]);
    script.answer(script.offer(again, '8001'));
    t.match(await row(), { state: 'withdrawn' });
    t.equal(requests('forgetPlace').length, 1);
  });

  t.test('the call that keeps the promise is ours, and unreached without the citizen', async (t) => {
    const { asks, script, callRows } = await start(t, engine);
    await asks();
    for (const reached of [false, true]) {
      const channelId = script.arrive({ number: NUMBER, called: '', origin: 'kept_place', channelId: `kept-${reached}` });
      script.answer(script.offer(channelId, '8001'));
      if (reached) script.startRecording(channelId, `/spool/recording/hotline/${channelId}.raw`);
      script.citizenHangsUp(channelId);
    }
    t.match(await callRows(), [
      { origin: 'citizen' },
      { origin: 'kept_place', disposition: 'unreached' },
      { origin: 'kept_place', disposition: 'answered' },
    ]);
  });

  t.test('a case or calls in vain put a caller ahead, in the switch and while they wait', async (t) => {
    const { store, callers, given, requests, settle, script, time } = await start(t, engine);
    const taker = await given.staff({ extension: '8009' });
    const other = '13812349999';
    const lastRule = () => requests('writePrecedence').at(-1)?.argument;
    for (let times = 0; times < 3; times += 1) await given.call({ from: other, at: time.now, endedAt: time.now, disposition: 'abandoned' });
    await callers.refresh(other);
    t.match(lastRule(), { number: other, aheadMinutes: 5, knowingExtension: null });
    const urgent = { number: 'x', contactNumber: other, createdBy: taker.staffId, urgent: true, proposed: [], updatedAt: time.now };
    await store.write((db) =>
      db
        .insert(store.schema.cases)
        .values({ ...urgent, source: 'call', state: 'dispatched', createdAt: time.now })
        .returning(),
    );
    await callers.refresh(other);
    t.match(lastRule(), { aheadMinutes: 15, knowingExtension: '8009' });
    const channelId = script.arrive({ number: other });
    script.enqueue(channelId, 'main');
    await settle();
    t.match(requests('setWaitingPriority').at(-1)?.argument, { channelId, priority: waitingRank(time.now, 15) });
    await callers.tryKnown(taker.staffId);
    t.match(requests('tryKnowingAgent'), [{ argument: { queue: 'main', channelId } }]);
  });
};
