import type { Test } from 'tap';
import type { NewUnit, SaveUnit } from '../../src/directory/editing-schemas.ts';
import { createDirectory, createDirectoryEditing } from '../../src/directory/index.ts';
import { createDirectoryRepository } from '../../src/storage/repositories/directory.ts';
import { createDirectoryEditingRepository } from '../../src/storage/repositories/directory-editing.ts';
import { EXAMPLES } from '../helpers/case-life.ts';
import { AREA_CODE } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createHouse, createPeople } from './cases-life.ts';

const PATIENCE_MS = 120_000;
const aUnit = (code: string, more: Partial<NewUnit> = {}): NewUnit => ({
  code,
  name: `${code}办`,
  league: 'department',
  kind: 'x',
  phone: null,
  parentCode: null,
  ...more,
});
const saved = (unit: NewUnit, version: number, active = true): SaveUnit => {
  const { code: _code, ...fields } = unit;
  return { ...fields, version, active };
};

const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const directory = createDirectory({
    repository: createDirectoryRepository(store),
    clock: { now: () => new Date() },
    areaCode: AREA_CODE,
  });
  const repository = createDirectoryEditingRepository(store);
  const house = createHouse(store, { ruledLead: (matter) => editing.ruledLead(matter) });
  const clock = { now: () => house.time.now };
  const editing = createDirectoryEditing({
    store,
    repository,
    places: () => directory.places(),
    history: house.history,
    clock,
    areaCode: AREA_CODE,
  });
  const s = store.schema;
  await store.write((db) =>
    db
      .insert(s.places)
      .values([
        { code: 'T0101', name: '临波社区', townCode: 'T01', townName: '澄波街道' },
        { code: 'T0201', name: '柳岸社区', townCode: 'T02', townName: '柳汀街道' },
      ])
      .returning(),
  );
  const people = await createPeople(house);
  return { ...house, ...people, editing, directory, by: people.supervisor.staffId };
};

export const directoryEditingContract = (t: Test, engine: Engine): void => {
  t.setTimeout(PATIENCE_MS);

  t.test('a unit is added, changed on its newest version, and taken out of use once it has nothing open', async (t) => {
    const { editing, draft, move, agent, dispatcher, liaison, by, directory, lives, store } = await start(t, engine);
    const town = await editing.addUnit(aUnit('T01', { league: 'town', phone: '0533-5550105', parentCode: 'D01' }), by);
    t.match(town, { code: 'T01', phone: '05335550105', league: 'town', parentCode: 'D01', active: true, version: 1 });
    await t.rejects(editing.addUnit(aUnit('T01', { name: '别名' }), by), { code: 'directory.code_taken' });
    await t.rejects(editing.addUnit(aUnit('T09', { name: 'T01办' }), by), { code: 'request.invalid', details: { field: 'name' } });
    await t.rejects(editing.addUnit(aUnit('T09', { phone: 'abc' }), by), { code: 'request.invalid', details: { field: 'phone' } });
    await t.rejects(editing.addUnit(aUnit('T09', { parentCode: 'none' }), by), {
      code: 'request.invalid',
      details: { field: 'parentCode' },
    });
    const above = aUnit('D01', { name: 'D01局', parentCode: 'T01' });
    await t.rejects(
      editing.saveUnit('D01', saved(above, 1), by),
      { code: 'request.invalid', details: { field: 'parentCode' } },
      'no circle',
    );
    const renamed = await editing.saveUnit('T01', saved(aUnit('T01', { name: '澄波街道办' }), 1), by);
    t.match(renamed, { name: '澄波街道办', version: 2, phone: null });
    await t.rejects(editing.saveUnit('T01', saved(aUnit('T01'), 1), by), {
      code: 'directory.version_stale',
      details: { theirs: { name: '澄波街道办', version: 2 } },
    });

    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    await move(caseId, EXAMPLES.dispatch, dispatcher);
    const d01 = aUnit('D01', { name: 'D01局' });
    await t.rejects(editing.saveUnit('D01', saved(d01, 1, false), by), {
      code: 'unit.in_use',
      details: { count: 1, cases: [{ caseId, state: 'dispatched' }] },
    });
    await move(caseId, EXAMPLES.request_return, liaison);
    await move(caseId, EXAMPLES.rule_return, dispatcher);
    t.match(await editing.saveUnit('D01', saved(d01, 1, false), by), { active: false, version: 2 });
    t.equal((await directory.units()).find(({ code }) => code === 'D01')?.active, false);
    await t.rejects(move(caseId, EXAMPLES.dispatch, dispatcher), { code: 'request.invalid' }, 'and gets nothing new');
    t.ok(
      (await lives.page(caseId, dispatcher)).units.some(({ unitCode }) => unitCode === 'D01'),
      'what it had is still told',
    );
    const acts = (await store.read((db) => db.select().from(store.schema.history)))
      .map(({ act }) => act)
      .filter((act) => act.startsWith('unit.'));
    t.same(acts, ['unit.added', 'unit.changed', 'unit.changed']);
  });

  t.test('subjects: three levels, what stands below moves along, a used one is retired and never deleted', async (t) => {
    const { editing, draft, agent, by } = await start(t, engine);
    await editing.addCategory({ code: '01', name: '供水', parentCode: null }, by);
    await editing.addCategory({ code: '0101', name: '停水', parentCode: '01' }, by);
    t.match(await editing.addCategory({ code: '010101', name: '无预告', parentCode: '0101' }, by), { level: 3, path: '供水/停水/无预告' });
    await t.rejects(editing.addCategory({ code: '01010101', name: '更细', parentCode: '010101' }, by), {
      code: 'request.invalid',
      details: { field: 'parentCode' },
    });
    await t.rejects(editing.addCategory({ code: '0101', name: '重码', parentCode: '01' }, by), { code: 'directory.code_taken' });
    await t.rejects(editing.addCategory({ code: '0102', name: '停水', parentCode: '01' }, by), {
      code: 'request.invalid',
      details: { field: 'name' },
    });
    await editing.addCategory({ code: '02', name: '民生', parentCode: null }, by);
    await t.rejects(editing.saveCategory('01', { version: 1, name: '供水', parentCode: '02', active: true }, by), {
      code: 'request.invalid',
      details: { field: 'parentCode' },
    });
    await t.rejects(editing.saveCategory('01', { version: 1, name: '供水', parentCode: '0101', active: true }, by), {
      code: 'request.invalid',
      details: { field: 'parentCode' },
    });
    await editing.saveCategory('01', { version: 1, name: '供水排水', parentCode: null, active: true }, by);
    t.equal((await editing.categories()).find(({ code }) => code === '010101')?.path, '供水排水/停水/无预告', 'renamed above');
    await t.rejects(editing.saveCategory('01', { version: 1, name: '迟了', parentCode: null, active: true }, by), {
      code: 'directory.version_stale',
    });
    await editing.saveCategory('0101', { version: 1, name: '停水', parentCode: '02', active: false }, by);
    const moved = await editing.categories();
    t.match(
      moved.find(({ code }) => code === '010101'),
      { path: '民生/停水/无预告', level: 3 },
    );
    t.equal(moved.find(({ code }) => code === '0101')?.active, false);

    await draft(agent, { categoryCode: '010101' });
    await t.rejects(editing.removeCategory('010101', 1, by), { code: 'category.in_use', details: { cases: 1 } });
    await t.rejects(editing.removeCategory('0101', 2, by), { code: 'category.in_use', details: { below: 1 } });
    await t.rejects(editing.removeCategory('01', 1, by), { code: 'directory.version_stale' });
    await editing.removeCategory('01', 2, by);
    t.notOk((await editing.categories()).some(({ code }) => code === '01'));
  });

  t.test('who gets what: the nearest rule counts, the page tells it, conflicts are named', async (t) => {
    const { editing, draft, move, agent, dispatcher, by, lives } = await start(t, engine);
    for (const code of ['T01', 'T02']) await editing.addUnit(aUnit(code, { league: 'town' }), by);
    await editing.addCategory({ code: '02', name: '供热', parentCode: null }, by);
    await editing.addCategory({ code: '0201', name: '不热', parentCode: '02' }, by);
    await editing.addCategory({ code: '020101', name: '家中不热', parentCode: '0201' }, by);
    const rule = (categoryCode: string, placeCode: string, lead: string, assist: string[] = []) => ({
      categoryCode,
      placeCode,
      lead,
      assist,
      reason: 'x',
    });
    await editing.addRule(rule('02', '', 'D02'), by);
    const { rules } = await editing.addRule(rule('0201', '', '@town', ['D01']), by);
    const own = rules.find(({ categoryCode }) => categoryCode === '0201');
    await t.rejects(editing.addRule(rule('02', '', 'D01'), by), { code: 'directory.rule_taken' });
    await t.rejects(editing.addRule(rule('99', '', 'D01'), by), { code: 'request.invalid', details: { field: 'categoryCode' } });
    await t.rejects(editing.addRule(rule('', '', 'nobody'), by), { code: 'request.invalid', details: { field: 'lead' } });
    await t.rejects(editing.addRule(rule('', 'Z9', 'D01'), by), { code: 'request.invalid', details: { field: 'placeCode' } });
    t.match(await editing.route({ categoryCode: '020101', placeCode: 'T0101' }), {
      lead: 'T01',
      leadName: 'T01办',
      assist: ['D01'],
      rule: { ruleId: own?.ruleId },
      passed: [{ lead: 'D02' }],
    });
    t.match(await editing.route({ categoryCode: '020101', placeCode: null }), { lead: null, why: 'place_needed' });
    t.match(await editing.route({ categoryCode: null, placeCode: 'T0101' }), { lead: null, why: 'no_rule', rule: null });
    const { caseId } = await draft(agent, { categoryCode: '020101', placeCode: 'T0101' });
    await move(caseId, EXAMPLES.register, agent);
    t.match((await lives.page(caseId, dispatcher)).ruledLead, { unitCode: 'T01', assist: ['D01'], reason: 'x' });
    t.equal((await lives.page(caseId, agent)).ruledLead, null, 'only told to who may dispatch');

    const crossed = await editing.addRule(rule('02', 'T0101', 'D09'), by);
    t.match(
      crossed.conflicts.find(({ kind }) => kind === 'never_alone'),
      { other: own?.ruleId },
      'the nearer subject wins, and it is said',
    );
    t.match((await lives.page(caseId, dispatcher)).ruledLead, { unitCode: 'T01' });
    await editing.saveRule(own?.ruleId ?? 0, { version: 1, ...rule('0201', '', 'D01') }, by);
    t.match((await lives.page(caseId, dispatcher)).ruledLead, { unitCode: 'D01' }, 'in force at once');
    await t.rejects(editing.saveRule(own?.ruleId ?? 0, { version: 1, ...rule('0201', '', 'D02') }, by), {
      code: 'directory.version_stale',
      details: { theirs: { lead: 'D01' } },
    });
    await t.rejects(editing.saveRule(own?.ruleId ?? 0, { version: 2, ...rule('02', '', 'D01') }, by), { code: 'directory.rule_taken' });
    await editing.saveUnit('D01', saved(aUnit('D01', { name: 'D01局' }), 1, false), by);
    t.ok((await editing.routing()).conflicts.some(({ ruleId, kind }) => ruleId === own?.ruleId && kind === 'unit_inactive'));
    t.match(await editing.route({ categoryCode: '020101', placeCode: null }), { lead: null, why: 'unit_inactive' });
    const left = await editing.removeRule(own?.ruleId ?? 0, 2, by);
    t.equal(left.rules.length, 2);
    t.match((await lives.page(caseId, dispatcher)).ruledLead, { unitCode: 'D09' }, 'the next one holds');
  });
};
