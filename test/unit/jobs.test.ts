import pino from 'pino';
import t, { type Test } from 'tap';
import { createJobs, type JobHandler } from '../../src/jobs/runner.ts';
import { openTestStore } from '../helpers/store.ts';
import { until } from '../helpers/switch.ts';

const logger = pino({ level: 'silent' });
const clock = { now: () => new Date() };
const fast = { firstBackoffMs: 1, pollMs: 5 };

const world = async (t: Test, pace = fast) => {
  const store = await openTestStore(t, 'sqlite');
  const make = (worker = 'one') => createJobs({ store, clock, logger, worker, pace });
  const jobs = make();
  const schedule = (key: string, on = jobs): Promise<void> =>
    store.write((db) => on.schedule(db, { kind: 'work', key, payload: { key }, runAt: clock.now() }));
  return { store, jobs, make, schedule };
};

t.test('a job that fails is tried again later and later, and one that then works leaves no trace of failure', async (t) => {
  const { jobs, schedule } = await world(t, { firstBackoffMs: 50, pollMs: 5 });
  const tries: number[] = [];
  const failing: JobHandler = async ({ attempt }) => {
    tries.push(Date.now());
    if (attempt < 4) throw new Error('not yet');
    return undefined;
  };
  jobs.define('work', failing);
  await schedule('a');
  jobs.start();
  await until('it has worked', () => tries.length === 4);
  await jobs.stop();
  const pauses = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  t.ok(
    pauses.every((pause, index) => pause >= 50 * 2 ** index - 5),
    `${pauses.join()} ms`,
  );
  t.same(await jobs.dead(), []);
});

t.test('a job is given up after its attempts, is told as dead, and can be taken up again', async (t) => {
  const { store, jobs, make, schedule } = await world(t);
  let broken = true;
  let runs = 0;
  let told = 0;
  jobs.define('work', async () => {
    runs += 1;
    if (broken) throw new Error('the disk is full');
    return undefined;
  });
  jobs.onDeadChanged(() => {
    told += 1;
  });
  await schedule('a');
  await schedule('a');
  jobs.start();
  await until('it is dead', () => told === 1);
  t.equal(runs, 8, 'one job although it was scheduled twice');
  const [dead] = await jobs.dead();
  t.match(dead, { kind: 'work', key: 'a', attempts: 8, failure: 'the disk is full' });
  await schedule('a');
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(runs, 8, 'a dead job is not tried by being scheduled again');
  t.equal((await make('two').dead()).length, 1, 'a later life finds it too');
  broken = false;
  const id = dead?.jobId ?? 0;
  t.equal(await store.write((db) => jobs.revive(db, id)), true);
  t.equal(told, 2);
  await until('it has run', () => runs === 9);
  await jobs.stop();
  t.same(await jobs.dead(), []);
  t.equal(await store.write((db) => jobs.revive(db, id)), false, 'what is alive is not revived');
});

t.test('jobs that wait do not wait for each other', async (t) => {
  const { jobs, schedule } = await world(t);
  let together = 0;
  let most = 0;
  let done = 0;
  jobs.define('work', async () => {
    most = Math.max(most, ++together);
    await new Promise((resolve) => setTimeout(resolve, 50));
    together -= 1;
    done += 1;
    return undefined;
  });
  for (let index = 0; index < 10; index += 1) await schedule(String(index));
  jobs.start();
  await until('all are done', () => done === 10);
  await jobs.stop();
  t.ok(most > 5, `${most} at once`);
});

t.test('whoever lost the lease does not settle what another has taken up', async (t) => {
  const { store, jobs, schedule } = await world(t);
  const { jobs: table } = store.schema;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let began = false;
  jobs.define('work', async () => {
    began = true;
    await held;
    return undefined;
  });
  await schedule('a');
  jobs.start();
  await until('it runs', () => began);
  await store.write((db) => db.update(table).set({ lockedBy: 'another' }).returning());
  release();
  await jobs.stop();
  const [row] = await store.read((db) => db.select().from(table));
  t.match(row, { lockedBy: 'another', doneAt: null });
});
