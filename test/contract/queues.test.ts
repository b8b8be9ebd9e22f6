import t from 'tap';
import { HotlineError } from '../../src/core/errors.ts';
import { createHistory } from '../../src/history/index.ts';
import { createQueues } from '../../src/queues/index.ts';
import type { Queue } from '../../src/queues/schemas.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { createSettingsRepository } from '../../src/storage/repositories/settings.ts';
import type { SwitchQueues } from '../../src/telephony/port.ts';
import { createGiven, TUESDAY } from '../helpers/given.ts';
import { openTestStore } from '../helpers/store.ts';

// The start of a PostgreSQL alone takes long where the machine has other work.
t.setTimeout(120_000);

const ENGLISH: Queue = {
  queue: 'english',
  zh: '英语专席',
  en: 'English desk',
  strategy: 'leastrecent',
  ringSeconds: 15,
  wrapUpSeconds: 5,
  patienceSeconds: 90,
  announcement: 'queue.still',
  announceEverySeconds: 45,
  skill: null,
  open: true,
  numbers: ['053312345'],
};

for (const engine of ['sqlite', 'postgres'] as const)
  t.test(engine, async (t) => {
    const store = await openTestStore(t, engine);
    const given = createGiven(store);
    const clock = { now: () => TUESDAY };
    const history = createHistory({ repository: createHistoryRepository(store), clock });
    const [lin, wang, leader] = [
      await given.staff({ name: '林', extension: '8001' }),
      await given.staff({ name: '王', extension: '8002' }),
      await given.staff({ roles: ['team_leader'], name: '周' }),
    ];
    const signedIn = new Set([lin.staffId, wang.staffId]);
    const waiting = new Map<string, number>();
    const written: SwitchQueues[] = [];
    const rejoined: unknown[] = [];
    const changed: number[] = [];
    let away = false;
    const make = () =>
      createQueues({
        store,
        repository: createSettingsRepository(store),
        history,
        outbox: { append: async (_, __, payload) => void changed.push((payload as { staffId: number }).staffId) },
        telephony: {
          writeQueues: async (queues) => {
            if (away) throw new HotlineError('telephony.unavailable', 'no link');
            written.push(queues);
          },
        },
        people: async () => [lin, wang].map(({ staffId, name, extension }) => ({ staffId, name, extension })),
        signedIn: async () => signedIn,
        waitingIn: async (queue) => waiting.get(queue) ?? 0,
        rejoin: async (whom) => void rejoined.push(whom),
        numbers: ['12345', '053312345'],
        announcements: ['queue.still'],
        clock,
        logger: { warn: () => {} } as never,
      });
    const queues = make();
    await queues.load();
    const version = async () => (await queues.view()).version;
    const add = async (about: Partial<Queue> = {}) =>
      queues.add({ version: await version(), queue: { ...ENGLISH, ...about } }, leader.staffId);
    const placesOf = (staffId: number) => queues.placesOf(staffId).map(({ queue, penalty, why }) => `${queue} ${penalty} ${why}`);
    const lastAct = async () => (await history.list({ after: null, limit: 1 })).rows[0];

    await t.test('nothing set: one queue, everybody in it, and the switch’s own file is left alone', async (t) => {
      await queues.tellSwitch();
      t.same(written, []);
      t.match(await queues.view(), { version: 0, queues: [{ queue: 'main', members: 2, signedIn: 2 }], onSwitch: true });
      t.same(placesOf(lin.staffId), ['main 0 everybody']);
    });

    await t.test('a queue is on the switch and on record before the answer', async (t) => {
      const view = await add();
      t.match(view, { version: 1, onSwitch: true, queues: [{ queue: 'main' }, { queue: 'english', members: 0 }] });
      t.match(written.at(-1), {
        queues: [
          { queue: 'main', ringSeconds: 20 },
          { queue: 'english', ringSeconds: 15, patienceSeconds: 90 },
        ],
        retired: [],
        lines: { '12345': null, '053312345': 'english' },
      });
      t.same(rejoined, ['everybody']);
      t.match(await lastAct(), { act: 'settings.changed', actorId: leader.staffId, thingKind: 'queues', details: { version: 1 } });
      t.same(queues.names(), ['main', 'english']);
    });

    await t.test('what cannot be a queue is refused with its field, and nothing is told to the switch', async (t) => {
      const before = written.length;
      for (const [about, field] of [
        [{ queue: 'general', zh: '甲', en: 'A', numbers: [] }, 'queue'],
        [{ zh: '甲', en: 'A', numbers: [] }, 'queue'],
        [{ queue: 'other', en: 'A', numbers: [] }, 'zh'],
        [{ queue: 'other', zh: '甲', en: 'ENGLISH desk', numbers: [] }, 'en'],
        [{ queue: 'other', zh: '甲', en: 'A' }, 'numbers'],
        [{ queue: 'other', zh: '甲', en: 'A', numbers: ['110'] }, 'numbers'],
        [{ queue: 'other', zh: '甲', en: 'A', numbers: [], skill: 'none' }, 'skill'],
        [{ queue: 'other', zh: '甲', en: 'A', numbers: [], announcement: 'queue.none' }, 'announcement'],
      ] as const)
        await t.rejects(add({ ...about, numbers: [...(about.numbers ?? ENGLISH.numbers)] }), {
          code: 'request.invalid',
          details: { field },
        });
      await t.rejects(queues.add({ version: 0, queue: { ...ENGLISH, queue: 'late' } }, leader.staffId), {
        code: 'settings.version_stale',
        details: { theirs: { version: 1 } },
      });
      const main = { ...ENGLISH, zh: '综合受理', en: 'General', patienceSeconds: null, announcement: null, numbers: [], open: false };
      const { queue: _, ...fields } = main;
      await t.rejects(queues.change('main', { version: 1, queue: fields }, leader.staffId), {
        code: 'request.invalid',
        details: { field: 'open' },
      });
      t.equal(written.length, before);
    });

    await t.test('a skill makes members, the best first; who was moved by hand stays there', async (t) => {
      await queues.saveSkills({ version: await version(), skills: [{ code: null, zh: '英语', en: 'English' }] }, leader.staffId);
      const { numbers: _, queue: __, ...rest } = ENGLISH;
      await queues.change('english', { version: await version(), queue: { ...rest, numbers: [], skill: 'skill_1' } }, leader.staffId);
      await queues.hold(lin.staffId, { skills: [{ skill: 'skill_1', level: 3 }] }, leader.staffId);
      await queues.hold(wang.staffId, { skills: [{ skill: 'skill_1', level: 1 }] }, leader.staffId);
      t.same(placesOf(lin.staffId), ['main 0 everybody', 'english 0 skill']);
      t.same(placesOf(wang.staffId), ['main 0 everybody', 'english 2 skill']);
      t.same([changed.at(-1), rejoined.at(-1)], [wang.staffId, [wang.staffId]]);
      await queues.move(wang.staffId, { queues: [{ queue: 'english', penalty: 0 }] }, leader.staffId);
      t.same(placesOf(wang.staffId), ['english 0 placed']);
      t.match(await lastAct(), { act: 'agent.queues_set', actorId: leader.staffId, thingId: wang.staffId });
      await queues.hold(wang.staffId, { skills: [] }, leader.staffId);
      t.same(placesOf(wang.staffId), ['english 0 placed'], 'a skill lost does not undo what was said by hand');
    });

    await t.test('the last who is signed in stays in everybody’s queue', async (t) => {
      const alone = { queues: [{ queue: 'english', penalty: 0 }] };
      await t.rejects(queues.move(lin.staffId, alone, leader.staffId), { code: 'queue.would_be_empty' });
      t.same(placesOf(lin.staffId), ['main 0 everybody', 'english 0 skill']);
      signedIn.delete(lin.staffId);
      await queues.move(lin.staffId, alone, leader.staffId);
      signedIn.add(lin.staffId);
      t.same(placesOf(lin.staffId), ['english 0 skill'], 'out of one, and the rule still has them in the other');
      for (const wrong of [
        [{ queue: 'none', penalty: 0 }],
        [
          { queue: 'main', penalty: 0 },
          { queue: 'main', penalty: 1 },
        ],
      ])
        await t.rejects(queues.move(lin.staffId, { queues: wrong }, leader.staffId), { code: 'request.invalid' });
      await t.rejects(queues.move(999, alone, leader.staffId), { code: 'thing.not_found' });
    });

    await t.test('two leaders in one instant: neither move is lost', async (t) => {
      const [other] = [make()];
      await other.load();
      await Promise.all([
        queues.move(lin.staffId, { queues: [{ queue: 'main', penalty: 3 }] }, leader.staffId),
        other.move(wang.staffId, { queues: [{ queue: 'main', penalty: 4 }] }, leader.staffId),
      ]);
      await queues.load();
      t.same([placesOf(lin.staffId), placesOf(wang.staffId)], [['main 3 placed'], ['main 4 placed']]);
    });

    await t.test('what is in use is not deleted, and everything that uses it is listed', async (t) => {
      await queues.move(wang.staffId, { queues: [{ queue: 'english', penalty: 1 }] }, leader.staffId);
      waiting.set('english', 2);
      await t.rejects(queues.remove('english', await version(), leader.staffId), {
        code: 'queue.in_use',
        message: /王/,
        details: {
          uses: [
            { kind: 'waiting', names: ['2'] },
            { kind: 'placed', names: ['王'] },
            { kind: 'skill', names: ['英语'] },
          ],
        },
      });
      await t.rejects(queues.remove('main', await version(), leader.staffId), { code: 'queue.in_use' });
      await t.rejects(queues.saveSkills({ version: await version(), skills: [] }, leader.staffId), {
        code: 'skill.in_use',
        details: {
          uses: [
            { kind: 'queue', names: ['英语专席'] },
            { kind: 'holder', names: ['林'] },
          ],
        },
      });
      waiting.clear();
      await queues.move(wang.staffId, { queues: [{ queue: 'main', penalty: 0 }] }, leader.staffId);
      const { numbers: _, queue: __, ...rest } = ENGLISH;
      await queues.change('english', { version: await version(), queue: { ...rest, numbers: [] } }, leader.staffId);
      await queues.remove('english', await version(), leader.staffId);
      t.match(written.at(-1), { retired: ['english'] });
      t.same(queues.names(), ['main']);
      await t.rejects(add(), { code: 'request.invalid', details: { field: 'queue' } }, 'the record still speaks of that name');
    });

    await t.test('a switch that is away is told when it is back; a new start reads what was kept', async (t) => {
      away = true;
      t.match(await add({ queue: 'second' }), { onSwitch: false });
      away = false;
      const told = written.length;
      await queues.tellSwitch();
      t.equal(written.length, told + 1);
      t.match(await queues.view(), { onSwitch: true });
      const next = make();
      await next.load();
      t.same(next.names(), ['main', 'second']);
    });
  });
