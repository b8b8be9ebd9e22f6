import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import type { Test } from 'tap';
import { createPasswords } from '../../src/access/index.ts';
import { createCases } from '../../src/cases/index.ts';
import { CASE_SIDES, CASE_STATES } from '../../src/cases/states.ts';
import { yearsToUse } from '../../src/cases/terms.ts';
import { ROLES } from '../../src/core/roles.ts';
import { buildCalendar } from '../../src/core/working-time.ts';
import { createLivesOnClock, DEMONSTRATION_LINE, startDemonstration } from '../../src/demonstration/index.ts';
import { createDirectory } from '../../src/directory/index.ts';
import { createHistory } from '../../src/history/index.ts';
import { createKnowledge } from '../../src/knowledge/index.ts';
import { createOutbox } from '../../src/storage/outbox.ts';
import { createCaseLivesRepository } from '../../src/storage/repositories/case-lives.ts';
import { createCasesRepository } from '../../src/storage/repositories/cases.ts';
import { createDemonstrationRepository } from '../../src/storage/repositories/demonstration.ts';
import { createDirectoryRepository } from '../../src/storage/repositories/directory.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { createKnowledgeRepository } from '../../src/storage/repositories/knowledge.ts';
import { createSurveysRepository } from '../../src/storage/repositories/surveys.ts';
import { createSurveyTasks } from '../../src/surveys/tasks.ts';
import { STANDARD_WINDOWS } from '../../src/surveys/windows.ts';
import { AREA_CODE, createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';

/** Cases that stay drafts: living through all their pasts again would prove nothing more where the cases are not looked at. */
const noPasts = () => ({ lives: { move: () => Promise.reject(new Error('not asked for')), sweep: async () => 0 }, load: async () => null });

const start = async (t: Test, engine: Engine, now = TUESDAY, pasts: 'lived' | 'none' = 'none') => {
  const store = await openTestStore(t, engine);
  const clock = { now: () => now };
  const livesOn = createLivesOnClock({
    store,
    lives: createCaseLivesRepository(store),
    cases: createCasesRepository(store),
    history: createHistoryRepository(store),
    onMovedAt: (then) => {
      const repository = createSurveysRepository(store);
      const calendar = async () => buildCalendar(yearsToUse([], now));
      return createSurveyTasks({
        repository,
        calendar,
        windows: async () => STANDARD_WINDOWS,
        ownNumbers: new Set(['12345']),
        isPlain: () => true,
        clock: then,
      }).caseMoved;
    },
  });
  const dataDirectory = join(t.testdir({}), 'data');
  const passwords = createPasswords();
  const deps = {
    mode: 'demonstration' as 'demonstration' | 'production',
    dataDirectory,
    areaCode: AREA_CODE,
    calledNumber: '12345',
    repository: createDemonstrationRepository(store),
    cases: createCasesRepository(store),
    livesOn: pasts === 'lived' ? livesOn : noPasts,
    passwords,
    clock,
  };
  const directory = createDirectory({ repository: createDirectoryRepository(store), clock, areaCode: AREA_CODE });
  const outbox = createOutbox({ store, clock, logger: pino({ level: 'silent' }) });
  const history = createHistory({ repository: createHistoryRepository(store), clock });
  const cases = createCases({ store, repository: deps.cases, directory, outbox, history, clock });
  const knowledge = createKnowledge({ repository: createKnowledgeRepository(store), clock });
  return { store, deps, directory, cases, knowledge, dataDirectory, passwords };
};

/** What a newcomer finds after the first start, on either engine. */
export const demonstrationContract = (t: Test, engine: Engine): void => {
  t.test('an empty database becomes the made-up district, with something to ring about', async (t) => {
    const { store, deps, directory, cases, knowledge, dataDirectory, passwords } = await start(t, engine);
    const began = performance.now();
    const { seeded, accounts } = await startDemonstration(deps);
    const took = performance.now() - began;
    t.comment(`seeded in ${Math.round(took)} ms`);
    t.ok(took < 10_000, 'aim 2 s; the bound leaves room for a busy machine');
    t.ok(seeded);
    t.same(accounts.map((each) => each.role).toSorted(), [...ROLES, 'agent'].toSorted(), 'one of each role, and a second agent');
    t.match(accounts[0], { role: 'agent', account: 'agent1', extension: '8001', password: /^[a-z2-9]{10}$/ });
    t.equal(statSync(join(dataDirectory, 'demonstration-password')).mode & 0o777, 0o600);
    const [row] = await store.read((db) => db.select().from(store.schema.staff).limit(1));
    t.ok(
      await passwords.inTurn((verify) => verify(row?.passwordHash ?? null, accounts[0]?.password ?? '')),
      'the printed password opens the door',
    );

    const match = await directory.callerOf(DEMONSTRATION_LINE);
    t.match(match, { identity: 'known', people: [{ name: '王木香' }] });
    const agent = { staffId: row?.id ?? 0, name: row?.name ?? '', roles: row?.roles ?? [] };
    t.match(await cases.repeatsOf(DEMONSTRATION_LINE), { count: 3, reason: 'subject_and_place', categoryCode: '020101' });
    t.equal((await cases.openCasesOf(DEMONSTRATION_LINE, agent)).length, 3);
    t.equal((await directory.callerOf('05335551201')).identity, 'maybe', 'several people on one line');
    t.equal((await directory.categories()).filter((each) => each.level === 3).length, 270);
    t.equal((await directory.places()).length, 60);
    t.match(await knowledge.search('室温不达标'), [{ code: 'K002' }]);
    const rows = await store.read((db) => db.select().from(store.schema.calls));
    t.ok(rows.length > 80 && rows.every((call) => call.endedAt && call.endedAt < TUESDAY), 'every call is over');
    t.ok(rows.every((call) => (call.disposition === 'answered') === (call.answeredBy !== null)));
    t.ok(rows.some((call) => call.disposition === 'voicemail') && rows.some((call) => call.disposition === 'abandoned'));
    t.ok(
      rows.every((call) => call.callerNormal === null || /^(1990000\d{4}|0533555\d{4})$/.test(call.callerNormal)),
      'only reserved numbers',
    );
  });

  t.test('a second start adds nothing and prints the same', async (t) => {
    const { store, deps } = await start(t, engine);
    const first = await startDemonstration(deps);
    const count = await store.read((db) => db.$count(store.schema.calls));
    t.same(await startDemonstration(deps), { seeded: false, refused: [], accounts: first.accounts });
    t.equal(await store.read((db) => db.$count(store.schema.calls)), count);
  });

  t.test("somebody else's database is left alone, and production is refused", async (t) => {
    const { store, deps } = await start(t, engine);
    await t.rejects(startDemonstration({ ...deps, mode: 'production' }), { code: 'config.invalid' });
    t.equal(await store.read((db) => db.$count(store.schema.staff)), 0);
    await createGiven(store).citizen({ name: '真人' });
    t.same(await startDemonstration(deps), { seeded: false, refused: [], accounts: [] });
    t.throws(() => statSync(deps.dataDirectory), { code: 'ENOENT' }, 'not even a password is made');
    t.equal(await store.read((db) => db.$count(store.schema.staff)), 0);
  });

  t.test('a start cut off after the password goes on with it; a failed one leaves nothing', async (t) => {
    const { store, deps } = await start(t, engine);
    const broken = { add: () => Promise.reject(new Error('cut off')) };
    await t.rejects(startDemonstration({ ...deps, cases: broken }), { message: 'cut off' });
    t.equal(await store.read((db) => db.$count(store.schema.staff)), 0);
    writeFileSync(join(deps.dataDirectory, 'demonstration-password'), 'abcdefghjk\n');
    const { seeded, accounts } = await startDemonstration(deps);
    t.ok(seeded);
    t.equal(accounts[0]?.password, 'abcdefghjk');
  });

  // The plan is the same on both engines; the second day tries the plan.
  for (const now of engine === 'sqlite' ? [TUESDAY, new Date('2028-02-26T16:00:01Z')] : [TUESDAY])
    t.test(`cases stand at every node, with a past that the workflow itself made, seen from ${now.toISOString()}`, async (t) => {
      const { store, deps } = await start(t, engine, now, 'lived');
      const { refused } = await startDemonstration(deps);
      t.same(refused, [], 'no story breaks a rule');
      const { cases, caseTransitions } = store.schema;
      const rows = await store.read((db) => db.select().from(cases));
      const states = new Set(rows.map((each) => each.state));
      t.same(
        CASE_STATES.filter((state) => !states.has(state)),
        [],
        'a case in every state',
      );
      t.same(
        CASE_SIDES.filter((side) => !rows.some((each) => each.side === side)),
        [],
        'and one under every request',
      );
      t.ok(rows.some((each) => each.card === 'yellow') && rows.some((each) => each.card === 'red'), 'both cards are out');
      t.ok(
        rows.every((each) => each.updatedAt <= now),
        'nothing happens tomorrow',
      );
      const moves = await store.read((db) => db.select().from(caseTransitions).orderBy(caseTransitions.id));
      const broken = rows.filter((each) => {
        const own = moves.filter((move) => move.caseId === each.id);
        const follows = own.every(
          (move, index) => move.fromState === (own[index - 1]?.toState ?? 'draft') && move.at >= (own[index - 1]?.at ?? each.createdAt),
        );
        return !follows || (own.at(-1)?.toState ?? 'draft') !== each.state;
      });
      t.same(
        broken.map((each) => each.number),
        [],
        'each move begins where and when the one before it ended',
      );
    });
};
