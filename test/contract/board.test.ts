import t, { type Test } from 'tap';
import { createBoard } from '../../src/board/index.ts';
import type { Board } from '../../src/board/schemas.ts';
import { createAlarms, createCalls } from '../../src/calls/index.ts';
import { createBoardRepository } from '../../src/storage/repositories/board.ts';
import { createCallsRepository } from '../../src/storage/repositories/calls.ts';
import type { Row } from '../../src/storage/schema.ts';
import type { Store } from '../../src/storage/store.ts';
import type { TelephonyEvent } from '../../src/telephony/events.ts';
import { createGiven, TUESDAY } from '../helpers/given.ts';
import { openTestStore } from '../helpers/store.ts';

const SHORT_MS = 5_000;
const DAY_MS = 86_400_000;
const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' });

/** The same chance for every run, so that a failure can be looked at again. */
const createChance = (seed: number) => {
  let state = seed;
  const next = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
  return { below: (n: number): number => Math.floor(next() * n), often: (part: number): boolean => next() < part };
};

/** The figures once more, by other means: every row of the record, one sieve for each number. */
const recomputed = (rows: readonly Row<'calls'>[], now: number) => {
  const midnight = Date.parse(`${dayOf.format(now)}T00:00:00+08:00`);
  const ms = (at: Date | null): number => at?.getTime() ?? Number.NaN;
  const wanted = rows.filter((call) => (call.queuedAt !== null && call.diversion !== 'restricted') || call.answeredAt !== null);
  const isShort = (call: Row<'calls'>): boolean =>
    !call.answeredAt && call.disposition === 'abandoned' && ms(call.endedAt) - ms(call.queuedAt) < SHORT_MS;
  const isOver = (call: Row<'calls'>): boolean => call.answeredAt !== null || call.endedAt !== null || call.diversion !== null;
  const decided = wanted.filter((call) => isOver(call) && !isShort(call));
  const ofToday = (calls: readonly Row<'calls'>[]) => calls.filter((call) => ms(call.arrivedAt) >= midnight && ms(call.arrivedAt) <= now);
  const lastDay = decided.filter((call) => ms(call.arrivedAt) > now - DAY_MS && ms(call.arrivedAt) <= now);
  const today = ofToday(decided);
  const answered = today.filter((call) => call.answeredAt);
  const abandoned = today.filter((call) => !call.answeredAt && call.disposition === 'abandoned');
  const talks = answered.filter((call) => call.agentLeftAt ?? call.endedAt);
  const inHour = (hour: number) => (call: Row<'calls'>) => Math.floor((ms(call.arrivedAt) - midnight) / 3_600_000) === hour;
  return {
    today: {
      arrived: ofToday(rows).length,
      answered: answered.length,
      abandoned: abandoned.length,
      short: ofToday(wanted.filter((call) => isOver(call) && isShort(call))).length,
      unserved: today.length - answered.length - abandoned.length,
      inTime: {
        part: answered.filter((call) => ms(call.answeredAt) - ms(call.queuedAt ?? call.arrivedAt) <= 15_000).length,
        whole: today.length,
      },
      talk: {
        seconds: Math.round(talks.reduce((sum, call) => sum + ms(call.agentLeftAt ?? call.endedAt) - ms(call.answeredAt), 0) / 1000),
        calls: talks.length,
      },
    },
    connected: { part: lastDay.filter((call) => call.answeredAt).length, whole: lastDay.length },
    hours: Array.from({ length: 24 }, (_, hour) => ({
      hour,
      arrived: ofToday(rows).filter(inHour(hour)).length,
      answered: answered.filter(inHour(hour)).length,
      unanswered: today.filter((call) => !call.answeredAt).filter(inHour(hour)).length,
      short: ofToday(wanted.filter((call) => isOver(call) && isShort(call))).filter(inHour(hour)).length,
    })),
  };
};

const waitingNow = (rows: readonly Row<'calls'>[]): [number, string][] =>
  rows
    .filter((call) => !call.endedAt && call.queue && !call.diversion && (!call.answeredAt || call.agentLeftAt))
    .map((call): [number, string] => [call.id, ((call.answeredAt ? call.agentLeftAt : call.queuedAt) as Date).toISOString()])
    .sort((a, b) => a[1].localeCompare(b[1]) || a[0] - b[0]);

const floor = async (t: Test, store: Store) => {
  const time = { now: TUESDAY };
  const clock = { now: () => time.now };
  const given = createGiven(store);
  const repository = createCallsRepository(store);
  const extensions = ['8001', '8002', '8003'];
  for (const extension of extensions) {
    const { staffId } = await given.staff({ extension });
    const values = { staffId, extension, device: 'browser' as const, since: TUESDAY, signedInAt: TUESDAY, intent: 'ready' as const };
    await store.write((db) => db.insert(store.schema.shifts).values(values).returning());
  }
  const silent = { warn: t.fail, error: (fields: object) => t.fail(JSON.stringify(fields)), info: () => undefined };
  const calls = createCalls({
    store,
    repository,
    directory: { callerOf: async () => ({ identity: 'unknown', people: [] }) as never },
    history: { append: async () => undefined },
    outbox: { append: async () => undefined },
    jobs: { schedule: async () => undefined } as never,
    clock,
    logger: silent as never,
    areaCode: '0533',
  });
  const alarms = createAlarms({ clock, push: () => undefined });
  const board = () =>
    createBoard({
      repository: createBoardRepository(store),
      openOffersByStaff: () => repository.openOffersByStaff(),
      presences: { of: () => ({ registered: true, device: 'idle', since: TUESDAY }) },
      alarms,
      switchUp: () => true,
      clock,
      queues: () => ['main'],
      placesOf: () => [{ queue: 'main', penalty: 0 }],
      shortSeconds: SHORT_MS / 1000,
      floodCalls: 5,
    });
  const rows = () => store.read((db) => db.select().from(store.schema.calls));
  return { time, calls, alarms, board, rows, extensions };
};

type Told = Omit<TelephonyEvent, 'node' | 'at'> & Record<string, unknown>;

/** A day and more of calls, each driven one random step at a time, some hours skipped: midnight and the 24th hour are passed. */
const playCalls = async (place: Awaited<ReturnType<typeof floor>>, steps: number, look: (step: number) => Promise<void>): Promise<void> => {
  const chance = createChance(12_345);
  const open: { channelId: string; step: number; legId: string | null; extension: string }[] = [];
  let made = 0;
  const tell = (event: Told): Promise<void> =>
    place.calls.apply({ node: 'one', at: place.time.now, ...event } as unknown as TelephonyEvent);
  const advance = (ms: number): void => {
    place.time.now = new Date(place.time.now.getTime() + ms);
  };
  place.time.now = new Date(TUESDAY.getTime() - 30 * 3_600_000);
  for (let step = 0; step < steps; step++) {
    advance(chance.often(0.07) ? 3_600_000 : 100 + chance.below(3_000));
    if (open.length < 6 && chance.often(0.5)) {
      const channelId = `one-${++made}`;
      const callerNumber = `1381234${String(1000 + chance.below(25))}`;
      await tell({ type: 'call.arrived', channelId, callerNumber, callerName: '', calledNumber: '12345' });
      open.push({ channelId, step: 0, legId: null, extension: place.extensions[chance.below(3)] ?? '' });
    }
    const call = open[chance.below(open.length)];
    if (call) {
      const { channelId, extension } = call;
      const leg = { channelId, extension, queue: 'main', legId: call.legId ?? '' };
      const ends = chance.often(0.25);
      if (ends) {
        await tell({ type: 'call.ended', channelId, cause: 16 });
        open.splice(open.indexOf(call), 1);
      } else if (call.step === 0) {
        await tell({ type: 'call.queued', channelId, queue: 'main', position: 1 });
        call.step = 1;
      } else if (call.step === 1 && chance.often(0.12)) {
        await tell({ type: 'call.diverted', channelId, to: chance.often(0.5) ? 'voicemail' : 'fallback', reason: 'busy' });
        call.step = 9;
      } else if (call.step === 1) {
        call.legId = `${channelId}-leg-${step}`;
        await tell({ type: 'call.offered', ...leg, legId: call.legId });
        call.step = 2;
      } else if (call.step === 2 && chance.often(0.6)) {
        await tell({ type: 'call.answered', ...leg });
        call.step = 3;
      } else if (call.step === 2) {
        await tell({ type: 'offer.ended', ...leg, answered: false });
        call.step = 1;
      } else if (call.step === 3) {
        await tell({ type: 'call.agent_left', ...leg, cause: chance.often(0.3) ? 44 : 16 });
        call.step = 1;
      }
    }
    await look(step);
  }
};

const sameAsRecord = (t: Test, shown: Board, rows: readonly Row<'calls'>[], now: Date, step: number): void => {
  const expected = recomputed(rows, now.getTime());
  if (JSON.stringify(shown.figures) !== JSON.stringify(expected))
    t.same(shown.figures, expected, `step ${step}: the figures are the record's`);
  const waiting = shown.waiting.map(({ callId, since }) => [callId, since]);
  if (JSON.stringify(waiting) !== JSON.stringify(waitingNow(rows))) t.same(waiting, waitingNow(rows), `step ${step}: who waits`);
};

for (const engine of ['sqlite', 'postgres'] as const)
  t.test(`${engine}: the board is the record, however the calls come and go`, async (t) => {
    const place = await floor(t, await openTestStore(t, engine));
    const lasting = place.board();
    let looked = 0;
    await playCalls(place, 450, async (step) => {
      // Looked at now and then, so that calls also come and go between two looks.
      if (step % 13 !== 0 && step % 31 !== 0) return;
      looked++;
      sameAsRecord(t, await lasting.view(), await place.rows(), place.time.now, step);
    });
    const shown = await lasting.view();
    t.same(await place.board().view(), shown, 'a service that was just started shows the same');
    const { today, connected } = shown.figures;
    t.comment(JSON.stringify({ looked, connected, today }));
    for (const [name, value] of Object.entries({ ...today, inTime: today.inTime.part, talk: today.talk.calls, whole: connected.whole }))
      t.ok(Number(value) > 0, `the made-up day holds some ${name}`);
  });

t.test('somebody waits beside a free agent, and one number floods', async (t) => {
  const place = await floor(t, await openTestStore(t, 'sqlite'));
  const board = place.board();
  const ids = () => place.alarms.all().map(({ id }) => id);
  const after = async (ms: number): Promise<string[]> => {
    place.time.now = new Date(place.time.now.getTime() + ms);
    await board.watch();
    return ids();
  };
  const tell = (event: Told) => place.calls.apply({ node: 'one', at: place.time.now, ...event } as unknown as TelephonyEvent);
  const leg = { channelId: 'one-1', extension: '8001', queue: 'main', legId: 'leg-1' };
  await tell({ type: 'call.arrived', channelId: 'one-1', callerNumber: '13812342046', callerName: '', calledNumber: '12345' });
  await tell({ type: 'call.queued', channelId: 'one-1', queue: 'main', position: 1 });
  t.same(await after(0), []);
  t.same(await after(9_000), []);
  await tell({ type: 'call.offered', ...leg });
  t.same(await after(2_000), [], 'a telephone rings for them');
  await tell({ type: 'offer.ended', ...leg, answered: false });
  t.same(await after(1_000), [], 'between two rings the time begins anew');
  t.same(await after(10_000), []);
  t.same(await after(1_000), ['caller_waits.main']);
  await tell({ type: 'call.ended', channelId: 'one-1', cause: 16 });
  t.same(await after(1_000), [], 'nobody waits any more');
  for (let n = 2; n <= 5; n++)
    await tell({ type: 'call.arrived', channelId: `one-${n}`, callerNumber: '13812342046', callerName: '', calledNumber: '12345' });
  await board.watch();
  t.match(place.alarms.all(), [{ kind: 'number_floods', detail: '138 **** 2046 ≥ 5' }]);
  t.notMatch(JSON.stringify(place.alarms.all()), /13812342046/, 'the number itself is not told');
  for (let n = 2; n <= 5; n++) await tell({ type: 'call.ended', channelId: `one-${n}`, cause: 16 });
  t.same(await after(600_000), []);
});
