import type { Test } from 'tap';
import { createDirectory } from '../../src/directory/index.ts';
import { createKnowledge } from '../../src/knowledge/index.ts';
import { createDirectoryRepository } from '../../src/storage/repositories/directory.ts';
import { createKnowledgeRepository } from '../../src/storage/repositories/knowledge.ts';
import { AREA_CODE, createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';

const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const clock = { now: () => TUESDAY };
  const directory = createDirectory({ repository: createDirectoryRepository(store), clock, areaCode: AREA_CODE });
  const knowledge = createKnowledge({ repository: createKnowledgeRepository(store), clock });
  return { store, directory, knowledge, given: createGiven(store) };
};

/** What the directory and the knowledge base promise, on either engine. */
export const directoryContract = (t: Test, engine: Engine): void => {
  t.test('who is calling', async (t) => {
    const { directory } = await start(t, engine);
    t.match(await directory.callerOf('19900000001'), { identity: 'unknown', normal: '19900000001', people: [] });
    const mother = await directory.addCitizen({ name: '𠮷慧兰', numbers: ['0533-555 0001', '+86 199 0000 0001'], address: '枕澜苑' });
    t.match(await directory.callerOf('019900000001'), {
      identity: 'known',
      people: [{ citizenId: mother, name: '𠮷慧兰', address: '枕澜苑' }],
    });
    const son = await directory.addCitizen({ name: '慧明', numbers: ['5550001'], gender: 'male' });
    const shared = await directory.callerOf('5335550001');
    t.equal(shared.identity, 'maybe');
    t.same(
      shared.people.map((person) => person.citizenId),
      [mother, son],
    );
    t.equal((await directory.callerOf('19900000001')).identity, 'known', 'her own line is still hers alone');
    for (const [received, identity] of [
      ['anonymous', 'withheld'],
      ['', 'withheld'],
      ["'; drop table citizens; --", 'malformed'],
      ['%', 'malformed'],
    ] as const)
      t.equal((await directory.callerOf(received)).identity, identity);
    await t.rejects(directory.addCitizen({ name: '某', numbers: ['电话'] }), { code: 'request.invalid' });
  });

  t.test('subjects and places, in the order of their codes, with initials', async (t) => {
    const { directory, given } = await start(t, engine);
    await given.category({ code: '0402', name: '油烟与烧烤', level: 2, parentCode: '04', path: '城市管理/油烟与烧烤' });
    await given.category({ code: '04', name: '城市管理', level: 1, path: '城市管理' });
    await given.place({ code: 'T0102', name: '枕澜社区', townName: '澄波街道' });
    t.same(await directory.categories(), [
      { code: '04', name: '城市管理', path: '城市管理', level: 1, parentCode: null, active: true, pinyin: 'csgl' },
      { code: '0402', name: '油烟与烧烤', path: '城市管理/油烟与烧烤', level: 2, parentCode: '04', active: true, pinyin: 'yyysk' },
    ]);
    t.match(await directory.places(), [{ code: 'T0102', name: '枕澜社区', townName: '澄波街道', pinyin: 'zlsq', townPinyin: 'cbjd' }]);
    t.same(await directory.units(), []);
  });

  t.test('articles for a question', async (t) => {
    const { knowledge, given } = await start(t, engine);
    await given.article({
      code: 'K1',
      title: '供暖期起止时间',
      answer: '11月15日至次年3月15日',
      askAs: '几号开始供暖',
      reviewOn: '2026-11-20',
    });
    await given.article({ code: 'K2', title: '热费怎样退', answer: '供暖期结束后一个月内', keywords: ['退费', 'ETC'] });
    await given.article({ code: 'K3', title: '100%退款', answer: '全额', askAs: 'a_b' });
    const codes = async (question: string): Promise<string[]> => (await knowledge.search(question)).map((article) => article.code);
    t.same(await codes('供暖期'), ['K1', 'K2'], 'the title before the answer');
    t.same(await codes('退费'), ['K2'], 'keywords');
    t.same(await codes('几号开始供暖呢'), ['K1'], 'as a citizen asks');
    t.same(await codes('etc'), ['K2'], 'either case of letters');
    t.same(await codes('100'), ['K3']);
    t.same(await codes('%'), [], 'a wildcard is not a question');
    t.same(await codes('a_b'), ['K3']);
    t.same(await codes('axb'), [], 'an underscore means itself');
    t.same(await codes("'; drop table articles; --"), []);
    t.same(await codes('火星移民'), []);
    t.match(await knowledge.search('起止时间'), [{ code: 'K1', reviewOverdueDays: 4 }]);
    for (let count = 0; count < 30; count++) await given.article({ title: `居住证办理${count}` });
    t.equal((await knowledge.search('居住证')).length, 20);
  });

  t.test('articles page by page, and what may be asked today', async (t) => {
    const { store, knowledge, given } = await start(t, engine);
    for (const code of ['K3', 'K1', 'K2'])
      await given.article({ code, title: `供暖 ${code}`, categoryCode: code === 'K2' ? '040201' : '020101' });
    const first = await knowledge.page({ after: null, limit: 2, subject: null });
    t.same(
      first.rows.map(({ code }) => code),
      ['K1', 'K2'],
    );
    const second = await knowledge.page({ after: first.next, limit: 2, subject: null });
    t.match(second, { rows: [{ code: 'K3' }], next: null });
    t.equal(second.rows.length, 1);
    const heating = await knowledge.page({ after: null, limit: 5, subject: '02' });
    t.same(
      heating.rows.map(({ code }) => code),
      ['K1', 'K3'],
    );
    const { cases } = store.schema;
    for (const daysAgo of [1, 2, 40]) {
      const at = new Date(TUESDAY.getTime() - daysAgo * 86_400_000);
      const row = {
        number: `case-${daysAgo}`,
        source: 'desk' as const,
        categoryCode: '040202',
        proposed: [],
        createdAt: at,
        updatedAt: at,
      };
      await store.write((db) => db.insert(cases).values(row).returning());
    }
    const [most, ...rest] = await knowledge.likely();
    t.match(most, { article: { code: 'K2' }, why: { kind: 'asked', count: 2 } }, 'a case of last month counts no more');
    t.ok(rest.length > 0 && rest.every(({ why }) => why.kind === 'season'));
  });
};
