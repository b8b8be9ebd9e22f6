import { buffer } from 'node:stream/consumers';
import type { Test } from 'tap';
import { createCaseExports, createCaseViews, type Viewer } from '../../src/cases/index.ts';
import { FIRST_COLUMNS, LIST_COLUMNS, type NewView } from '../../src/cases/views.ts';
import { MOST_VIEWS } from '../../src/cases/views-service.ts';
import { openTable } from '../../src/documents/index.ts';
import { createCaseViewsRepository } from '../../src/storage/repositories/case-views.ts';
import { createSettingsRepository } from '../../src/storage/repositories/settings.ts';
import { EXAMPLES, shanghai } from '../helpers/case-life.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createHouse, createPeople } from './cases-life.ts';

const PATIENCE_MS = 120_000;
const NO_FILTERS: NewView['filters'] = { q: '', state: '', unit: '', card: '', urgent: false, from: '', to: '' };
const named = (name: string, more: Partial<NewView> = {}): NewView => ({
  name,
  shared: false,
  filters: NO_FILTERS,
  order: 'newest',
  columns: [...FIRST_COLUMNS],
  ...more,
});

const start = async (t: Test, engine: Engine) => {
  const house = createHouse(await openTestStore(t, engine));
  const { store, history, lives, time } = house;
  const clock = { now: () => time.now };
  const people = await createPeople(house);
  const views = createCaseViews({ store, repository: createCaseViewsRepository(store), history, clock });
  const failures: unknown[] = [];
  const settings = createSettingsRepository(store);
  const exports = createCaseExports({ store, lives, settings, history, clock, onError: (err) => failures.push(err) });
  const acts = async (prefix: string) =>
    (await store.read((db) => db.select().from(store.schema.history))).filter(({ act }) => act.startsWith(prefix));
  return { ...house, ...people, views, exports, acts, failures };
};
type World = Awaited<ReturnType<typeof start>>;

const rowsOf = async ({ exports }: World, viewer: Viewer, request: Partial<Parameters<World['exports']['write']>[0]> = {}) => {
  const base = { columns: [...LIST_COLUMNS], texts: true, language: 'zh-CN' as const };
  const bytes = await buffer(await exports.write({ ...base, ...request }, viewer));
  // Its end is put on record beside the last byte.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const rows: Record<string, string>[] = [];
  const notes: unknown[] = [];
  let heads: string[] | null = null;
  for await (const row of (await openTable(bytes)).rows()) {
    notes.push(...row.notes);
    if (heads === null) heads = [...row.cells];
    else rows.push(Object.fromEntries(heads.map((head, index) => [head, row.cells[index] ?? ''])));
  }
  return { rows, notes, text: JSON.stringify(rows), heads: heads ?? [] };
};

const viewing = (t: Test, engine: Engine): void => {
  t.test('a list is named, opened by others when it is shared, and changed by its author alone', async (t) => {
    const { views, dispatcher, supervisor, agent, acts } = await start(t, engine);
    const mine = await views.add(
      named('  红牌  未结 ', { filters: { ...NO_FILTERS, state: 'open', card: 'red' }, shared: true }),
      dispatcher,
    );
    t.match(mine, { name: '红牌 未结', version: 1, own: true, shared: true, filters: { card: 'red', state: 'open' } });
    await t.rejects(views.add(named('红牌 未结'), dispatcher), { code: 'view.name_taken' });
    await views.add(named('红牌 未结'), supervisor);
    const own = await views.add(named('私有'), dispatcher);

    const seen = await views.list(agent);
    t.same(
      seen.views.map(({ name, own }) => [name, own]),
      [['红牌 未结', false]],
      'what is not shared is not shown',
    );
    t.equal(seen.mayShare, false);
    await t.rejects(views.add(named('a', { shared: true }), agent), { code: 'access.denied' });
    await t.rejects(views.add(named('b', { filters: { ...NO_FILTERS, q: '199 0000 0001' } }), agent), { code: 'request.invalid' });
    await t.rejects(views.add(named('  '), agent), { code: 'request.invalid' });
    await t.rejects(views.save(mine.viewId, { version: 1, ...named('x') }, agent), { code: 'access.denied' });
    await t.rejects(views.save(own.viewId, { version: 1, ...named('x') }, agent), { code: 'thing.not_found' });
    await t.rejects(views.remove(own.viewId, 1, agent), { code: 'thing.not_found' });
    await t.rejects(views.setDefault(own.viewId, agent), { code: 'thing.not_found' });

    await t.rejects(views.save(own.viewId, { version: 1, ...named('红牌 未结') }, dispatcher), { code: 'view.name_taken' });
    const renamed = await views.save(own.viewId, { version: 1, ...named('改名', { order: 'breaking', columns: ['number'] }) }, dispatcher);
    t.match(renamed, { name: '改名', version: 2, order: 'breaking', columns: ['number'] });
    await t.rejects(
      views.save(own.viewId, { version: 1, ...named('迟了') }, dispatcher),
      { code: 'view.version_stale', details: { theirs: { name: '改名', version: 2 } } },
      'what is there by now comes back',
    );
    await t.rejects(views.remove(own.viewId, 1, dispatcher), { code: 'view.version_stale' });

    t.equal((await views.setDefault(mine.viewId, agent)).defaultId, mine.viewId);
    await views.setDefault(mine.viewId, dispatcher);
    await views.save(mine.viewId, { version: 1, ...named('红牌 未结') }, dispatcher);
    t.equal((await views.list(agent)).defaultId, null, 'no longer shared: nobody else opens with it');
    t.equal((await views.list(dispatcher)).defaultId, mine.viewId, 'its author does');
    await views.remove(mine.viewId, 2, dispatcher);
    t.equal((await views.list(dispatcher)).defaultId, null);
    t.same(
      (await acts('case_view.')).map(({ act }) => act),
      ['case_view.added', 'case_view.added', 'case_view.added', 'case_view.changed', 'case_view.changed', 'case_view.removed'],
    );
    for (let n = (await views.list(agent)).views.filter((view) => view.own).length; n < MOST_VIEWS; n++)
      await views.add(named(`第${n}个`), agent);
    await t.rejects(views.add(named('再一个'), agent), { code: 'view.too_many' });
  });
};

const exporting = (t: Test, engine: Engine): void => {
  t.test('a list comes out as a file with what each person may see and no more', async (t) => {
    const world = await start(t, engine);
    const { draft, move, agent, dispatcher, leader, liaison, exports, acts, time } = world;
    time.now = shanghai('2026-11-24 00:30');
    const nasty = { contactName: '=HYPERLINK("x")', course: '<img src=x onerror=alert(1)>\n=1+1', purpose: '+86' };
    const open = await draft(agent, nasty, '19900000011');
    const report = await draft(
      agent,
      { requestType: 'report', contactName: '郁蕊仙', course: '郁蕊仙反映，电话19900000012', purpose: '请回复郁蕊仙' },
      '19900000012',
    );
    for (const { caseId } of [open, report]) {
      await move(caseId, EXAMPLES.register, agent);
      await move(caseId, EXAMPLES.dispatch, dispatcher);
    }
    const all = await rowsOf(world, dispatcher);
    t.equal(all.rows.length, 2);
    t.same(all.notes, [], 'no cell is a formula');
    const [first, second] = all.rows;
    t.match(second, {
      来电人: '=HYPERLINK("x")',
      联系电话: /^199 ?\*+ ?0011$/,
      诉求类型: '投诉',
      状态: '已转办',
      主办单位: 'D01局',
      登记时间: '2026-11-24 00:30',
      经过: '<img src=x onerror=alert(1)>\n=1+1',
      诉求: '+86',
    });
    t.match(first, { 来电人: '郁蕊仙', 诉求类型: '举报' });

    const unit = await rowsOf(world, liaison);
    t.equal(unit.rows.length, 2, 'the unit has both');
    t.notMatch(unit.text, /郁蕊仙|0012/, 'and of the report not who called');
    t.match(unit.rows[0], { 来电人: '', 联系电话: '', 经过: '×××反映，电话×××' });
    t.equal((await rowsOf(world, world.stranger)).rows.length, 0, 'another unit has none of them');
    t.equal((await rowsOf(world, dispatcher, { states: ['registered'] })).rows.length, 0, 'filters hold');
    t.equal((await rowsOf(world, liaison, { name: '郁蕊仙' })).rows.length, 0, 'finding would be telling');

    const asked = { fullNumbers: { reason: '逐个回电' } };
    t.equal((await rowsOf(world, dispatcher, asked)).rows[1]?.['联系电话'], '19900000011');
    for (const nobody of [leader, liaison])
      await t.rejects(exports.write({ columns: ['contact'], texts: false, language: 'en', ...asked }, nobody), { code: 'access.denied' });
    await t.rejects(rowsOf(world, dispatcher, { fullNumbers: { reason: '   ' } }), { code: 'request.invalid' });
    t.same((await rowsOf(world, dispatcher, { columns: ['round', 'number'], texts: false, language: 'en' })).heads, [
      'Round',
      'Case number',
    ]);

    const ended = await acts('cases.exported');
    t.match(ended[0], { actorId: String(dispatcher.staffId), details: { rows: 2, cut: false, whole: true, texts: true } });
    t.match(ended.find(({ details }) => details.reason)?.details, { fullNumbers: true, reason: '逐个回电' });
    t.match(ended.find(({ details }) => (details.filters as { states?: unknown }).states)?.details, {
      rows: 0,
      filters: { states: ['registered'] },
    });
    t.notMatch(JSON.stringify(ended), '郁蕊仙', 'the record holds no name that was looked for');
    t.equal((await acts('cases.export_begun')).length, ended.length);
    t.same(world.failures, []);
  });

  t.test('a file has no more rows than the house allows, and says so; one at a time', async (t) => {
    const world = await start(t, engine);
    const { draft, agent, dispatcher, supervisor, exports, acts } = world;
    for (let n = 0; n < 5; n++) await draft(agent, { course: `第${n}件` }, `1990000002${n}`);
    t.same(await exports.size({}, dispatcher), { rows: 5, cut: false, mostRows: 50_000, mayFullNumbers: true });
    t.match(await exports.saveSettings({ version: 0, mostRows: 3 }, supervisor.staffId), { version: 1, mostRows: 3 });
    await t.rejects(exports.saveSettings({ version: 0, mostRows: 9 }, supervisor.staffId), {
      code: 'settings.version_stale',
      details: { theirs: { version: 1, mostRows: 3 } },
    });
    t.match(await exports.size({}, dispatcher), { rows: 3, cut: true, mostRows: 3 });
    const { rows } = await rowsOf(world, dispatcher);
    t.same(
      rows.map((row) => row['经过']),
      ['第4件', '第3件', '第2件', ''],
    );
    t.match(rows[3]?.['事项编号'], /已到上限 3 件/);
    t.match((await acts('cases.exported'))[0], { details: { rows: 3, cut: true, whole: true } });

    const request = { columns: ['number' as const], texts: false, language: 'zh-CN' as const };
    const stream = await exports.write(request, dispatcher);
    await t.rejects(exports.write(request, dispatcher), { code: 'export.busy' });
    stream.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    t.match((await acts('cases.exported')).at(-1)?.details, { whole: false }, 'broken off is on record as that');
    (await exports.write(request, dispatcher)).destroy();
  });
};

/** Saved views of the case list and its export. */
export const caseViewsContract = (t: Test, engine: Engine): void => {
  t.setTimeout(PATIENCE_MS);
  viewing(t, engine);
  exporting(t, engine);
};
