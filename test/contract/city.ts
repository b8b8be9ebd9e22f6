import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import type { Machine } from '../../src/access/index.ts';
import { createMachines } from '../../src/access/index.ts';
import { createCaseIntake, rebuildSearchIndex } from '../../src/cases/index.ts';
import { createCity, createCityImports, createProfile } from '../../src/city/index.ts';
import { parseCallerNumber } from '../../src/core/phone-number.ts';
import { createDirectory } from '../../src/directory/index.ts';
import type { JobHandler } from '../../src/jobs/runner.ts';
import { createCaseIntakeRepository } from '../../src/storage/repositories/case-intake.ts';
import { createCityRepository } from '../../src/storage/repositories/city.ts';
import { createDirectoryRepository } from '../../src/storage/repositories/directory.ts';
import { createMachinesRepository } from '../../src/storage/repositories/machines.ts';
import { createSettingsRepository } from '../../src/storage/repositories/settings.ts';
import type { Store } from '../../src/storage/store.ts';
import { AREA_CODE } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createHouse } from './cases-life.ts';

/** The house with the city's doors; `runJobs` does what the queue would. */
export const createCityHouse = async (store: Store, place: string) => {
  const house = createHouse(store);
  const { time, history, terms, outbox, livesRepository } = house;
  const clock = { now: () => time.now };
  await store.write((db) =>
    db
      .insert(store.schema.categories)
      .values({ code: '020101', name: '温度不达标', parentCode: null, level: 3, path: '供热/居民/温度不达标', keywords: [] })
      .returning(),
  );
  const profile = createProfile({ store, repository: createSettingsRepository(store), history, clock });
  const deps = {
    store,
    repository: createCityRepository(store),
    intake: createCaseIntake({ repository: createCaseIntakeRepository(store), lives: livesRepository, terms, outbox, history, clock }),
    directory: createDirectory({ repository: createDirectoryRepository(store), clock, areaCode: AREA_CODE }),
    profile,
    clock,
    normalNumber(typed: string) {
      const number = parseCallerNumber(typed, AREA_CODE);
      return number.kind === 'number' ? number.normal : null;
    },
  };
  const waiting: Record<string, unknown>[] = [];
  let handler: JobHandler = async () => undefined;
  const jobs = {
    define: (_kind: string, given: JobHandler) => {
      handler = given;
    },
    schedule: async (_db: unknown, job: { payload: Record<string, unknown> }) => void waiting.push(job.payload),
  };
  const imports = createCityImports({ ...deps, history, jobs, place });
  const runJobs = async (): Promise<number> => {
    let runs = 0;
    for (const payload of waiting.splice(0)) while (await handler({ payload, attempt: ++runs })) {}
    return runs;
  };
  const machines = createMachines({ store, repository: createMachinesRepository(store), history, clock });
  return {
    ...house,
    profile,
    city: createCity(deps),
    imports,
    machines,
    runJobs,
    runAgain: (importId: number) => handler({ payload: { importId }, attempt: 2 }),
  };
};
export type CityHouse = Awaited<ReturnType<typeof createCityHouse>>;

export const HANDED = {
  cityNumber: 'YZ-0001',
  requestType: '投诉',
  category: '020101',
  course: '暖气不热，只有14度',
  contactNumber: '19900000001',
};
const HEADS = '市平台编号,诉求类型,诉求类别,诉求内容,联系电话,联系人';
export const csvOf = (rows: readonly string[]): Readable => Readable.from([Buffer.from(`${HEADS}\n${rows.join('\n')}\n`)]);
export const goodRow = (index: number): string =>
  `YZ-${String(index).padStart(6, '0')},投诉,020101,第${index}件：暖气不热,1990000${String(index % 1000).padStart(4, '0')},市民${index}`;

const start = async (t: Test, engine: Engine) => {
  const house = await createCityHouse(await openTestStore(t, engine), t.testdir());
  const administrator = await house.withRole('administrator');
  const dispatcher = await house.withRole('dispatcher');
  const { machineId } = await house.machines.create({ name: '市平台', rights: ['handovers.give'] }, administrator.staffId);
  const machine: Machine = { machineId, name: '市平台', rights: new Set(['handovers.give']) };
  return { ...house, administrator, dispatcher, machine };
};

export const cityContract = (t: Test, engine: Engine): void => {
  t.test('the same number is the same case, a changed body says what differs', async (t) => {
    const { city, machine, lives, dispatcher, history, outbox, store, livesRepository } = await start(t, engine);
    const told: string[] = [];
    outbox.on('case.registered', ({ caseId }) => void told.push(`registered ${caseId}`));
    const first = await city.handOver(HANDED, machine);
    t.match(first, { cityNumber: 'YZ-0001', isNew: true, state: 'registered', number: /^\d{18}$/ });
    t.same(await city.handOver({ ...HANDED, requestType: 'complaint', urgent: false }, machine), { ...first, isNew: false });
    await t.rejects(city.handOver({ ...HANDED, course: '改过的内容', urgent: true }, machine), {
      code: 'city.body_differs',
      details: { number: first.number, differs: ['course', 'urgent'] },
    });
    await t.rejects(city.handOver({ ...HANDED, cityNumber: 'YZ-0002', category: '不存在', contactNumber: '无' }, machine), {
      code: 'city.refused',
      details: {
        reasons: [
          { field: 'contactNumber', code: 'malformed' },
          { field: 'category', code: 'unknown' },
        ],
      },
    });
    const found = await lives.search({ text: '14度', staff: dispatcher });
    t.equal(found.rows.length, 1, 'it is found by its words');
    t.match(found.rows[0], { number: first.number, state: 'registered', contactNumber: '199 **** 0001' });
    const page = await lives.page(found.rows[0]?.caseId ?? 0, dispatcher);
    t.match(page, { source: 'city', dispatchDueAt: /^2026-11-24T02:00/, timeline: [{ kind: 'move', facts: { command: 'register' } }] });
    const acts = await history.of({ kind: 'case', id: page.caseId });
    t.match(acts, [{ act: 'case.opened', actorKind: 'machine', actorName: '市平台' }, { act: 'case.register' }]);
    await outbox.settled();
    t.same(told, [`registered ${page.caseId}`]);
    await store.write((db) => db.delete(store.dialect.caseSearch));
    t.equal((await lives.search({ text: '14度', staff: dispatcher })).rows.length, 0);
    t.equal(await rebuildSearchIndex({ store, lives: livesRepository }), 1);
    t.equal((await lives.search({ text: '14度', staff: dispatcher })).rows.length, 1, 'the index is made anew from the cases');
    const again = await city.handOver({ ...HANDED, cityNumber: 'YZ-0003' }, machine);
    t.equal((await lives.search({ number: again.number, staff: dispatcher })).rows.length, 1);
    t.equal(
      (await lives.page((await lives.search({ number: again.number, staff: dispatcher })).rows[0]?.caseId ?? 0, dispatcher)).submissions,
      2,
    );
  });

  t.test('sent ten times at once it is one case', async (t) => {
    const { city, machine, store } = await start(t, engine);
    const all = await Promise.all(Array.from({ length: 10 }, () => city.handOver(HANDED, machine)));
    t.equal(new Set(all.map(({ number }) => number)).size, 1);
    t.equal(all.filter(({ isNew }) => isNew).length, 1);
    t.equal(await store.read((db) => db.$count(store.schema.cases)), 1);
  });

  t.test('the city sees how its case stands and what was said to everybody, and nothing else', async (t) => {
    const { city, machine, lives, move, dispatcher } = await start(t, engine);
    const { number } = await city.handOver(HANDED, machine);
    t.match(await city.follow('YZ-0001'), { number, state: 'registered', publicReply: null });
    const caseId = (await lives.search({ number, staff: dispatcher })).rows[0]?.caseId ?? 0;
    await move(caseId, { do: 'answer_directly', reply: { publicText: '已修复', privateText: '只说给您' } }, dispatcher);
    const followed = await city.follow('YZ-0001');
    t.match(followed, { state: 'direct_closed', publicReply: '已修复' });
    t.notMatch(JSON.stringify(followed), /只说给您|1990000|暖气/);
    await t.rejects(city.follow('YZ-9999'), { code: 'thing.not_found' });
  });

  t.test('in the city’s own house both doors are closed', async (t) => {
    const { city, imports, machine, profile, administrator, dispatcher } = await start(t, engine);
    t.same(await profile.view(), { version: 0, profile: 'district' });
    await profile.save({ version: 0, profile: 'city' }, administrator.staffId);
    await t.rejects(profile.save({ version: 0, profile: 'district' }, administrator.staffId), { code: 'settings.version_stale' });
    await t.rejects(city.handOver(HANDED, machine), { code: 'city.door_closed' });
    await t.rejects(city.follow('YZ-0001'), { code: 'city.door_closed' });
    await t.rejects(imports.upload({ name: 'a.csv', stream: csvOf([goodRow(1)]), staffId: dispatcher.staffId }), {
      code: 'city.door_closed',
    });
  });

  t.test('a spreadsheet: preview, good rows in, bad rows kept with the reason', async (t) => {
    const { imports, runJobs, city, machine, lives, dispatcher, store, history } = await start(t, engine);
    await city.handOver({ ...HANDED, cityNumber: 'YZ-000002', course: '别的内容' }, machine);
    const rows = [
      ...Array.from({ length: 250 }, (_, index) => goodRow(index + 1)),
      goodRow(7),
      `${goodRow(8)}改`,
      'YZ-000900,投诉,没有,内容,19900000001,甲',
      ',,,,,',
      'YZ-000901,投诉,020101,,19900000001,=1+1',
    ];
    const uploaded = await imports.upload({ name: '../交办 表.csv', stream: csvOf(rows), staffId: dispatcher.staffId });
    t.match(uploaded, { fileName: '交办 表.csv', state: 'previewed', preview: { created: 249, present: 1, refused: 4 } });
    t.equal(uploaded.preview?.rows.length, 8);
    t.match(uploaded.preview?.refusedRows, [
      { row: 3, reasons: [{ code: 'differs' }, { code: 'differs' }] },
      { row: 253, cityNumber: 'YZ-000008', reasons: [{ code: 'twice' }] },
      { row: 254, reasons: [{ field: 'category', code: 'unknown' }] },
      { row: 256, reasons: [{ field: 'course', code: 'missing' }] },
    ]);
    t.equal(await store.read((db) => db.$count(store.schema.cases)), 1, 'nothing is a case yet');
    await imports.confirm(uploaded.importId, dispatcher.staffId);
    await t.rejects(imports.confirm(uploaded.importId, dispatcher.staffId), { code: 'city.import_state' });
    await t.rejects(imports.drop(uploaded.importId, dispatcher.staffId), { code: 'city.import_state' });
    await runJobs();
    const done = await imports.get(uploaded.importId);
    // In the import the second row of one number meets the case that the first one has become.
    t.match(done, { state: 'done', preview: null, created: 249, present: 1, refused: 4, failure: null });
    t.equal(await store.read((db) => db.$count(store.schema.cases)), 250);
    t.equal((await lives.search({ text: '第250件', staff: dispatcher })).rows.length, 1);
    const csv = await text(Readable.from(await imports.refusedCsv(uploaded.importId, dispatcher.staffId)));
    t.equal(csv.split('\r\n').length, 6, 'head, four rows and the end');
    t.match(csv, '"YZ-000900","投诉","没有"');
    t.match(csv, `"'=1+1"`);
    const acts = (await history.of({ kind: 'city_import', id: uploaded.importId })).map(({ act }) => act);
    t.same(acts, ['city.import_uploaded', 'city.import_confirmed', 'city.import_ended', 'city.refused_rows_read']);
    const again = await imports.upload({ name: 'a.csv', stream: csvOf(rows), staffId: dispatcher.staffId });
    t.match(again.preview, { created: 0, present: 250, refused: 4 }, 'the same file again makes nothing');
    t.match(await imports.drop(again.importId, dispatcher.staffId), { state: 'dropped', preview: null });
    t.match(await imports.list(), [{ importId: again.importId, preview: null }, { importId: uploaded.importId }]);
  });

  t.test('an import that is cut off goes on where it was, and nothing is in twice', async (t) => {
    const house = await start(t, engine);
    const { imports, runJobs, dispatcher, store, time } = house;
    const rows = Array.from({ length: 250 }, (_, index) => goodRow(index + 1));
    const { importId } = await imports.upload({ name: 'a.csv', stream: csvOf(rows), staffId: dispatcher.staffId });
    await imports.confirm(importId, dispatcher.staffId);
    // The clock says after each piece that its turn is over.
    const began = time.now.getTime();
    let asked = 0;
    Object.defineProperty(time, 'now', { get: () => new Date(began + 30_000 * asked++), configurable: true });
    const runs = await runJobs();
    t.ok(runs > 1, `${runs} turns`);
    t.match(await imports.get(importId), { state: 'done', created: 250, present: 0, refused: 0 });
    t.equal(await house.runAgain(importId), undefined, 'a second run of the job finds nothing to do');
    t.equal(await store.read((db) => db.$count(store.schema.cases)), 250);
  });

  t.test('what cannot be read says why, and leaves no file behind', async (t) => {
    const { imports, dispatcher, time } = await start(t, engine);
    const upload = (bytes: Buffer) => imports.upload({ name: 'a.xlsx', stream: Readable.from([bytes]), staffId: dispatcher.staffId });
    await t.rejects(upload(Buffer.from('甲,乙\n1,2\n')), {
      code: 'table.headings_missing',
      details: { missing: ['市平台编号', '诉求类型', '诉求类别', '诉求内容'] },
    });
    await t.rejects(upload(Buffer.from('504b0304ffff', 'hex')), { code: 'table.unreadable' });
    t.same(await imports.list(), []);
    const { importId } = await imports.upload({ name: 'a.csv', stream: csvOf([goodRow(1)]), staffId: dispatcher.staffId });
    await imports.sweep();
    t.equal((await imports.get(importId)).state, 'previewed');
    time.now = new Date(time.now.getTime() + 25 * 3_600_000);
    await imports.sweep();
    t.match(await imports.get(importId), { state: 'dropped', preview: null }, 'what nobody confirms is forgotten after a day');
  });

  t.test('a credential: told once, kept as a hash, revoked at once', async (t) => {
    const { machines, administrator, store, history } = await start(t, engine);
    const { machineId, token } = await machines.create({ name: ' 市平台二 ', rights: ['handovers.follow'] }, administrator.staffId);
    t.match(token, /^hlm_[\w-]{43}$/);
    const rows = await store.read((db) => db.select().from(store.schema.machines));
    t.notMatch(JSON.stringify(rows), token);
    t.match(await machines.who(token), { machineId, name: '市平台二', rights: new Set(['handovers.follow']) });
    t.match(await machines.list(), [{ machineId, hint: token.slice(-4), revokedAt: null, lastUsedAt: /^2026/ }, {}]);
    t.equal(await machines.who(`hlm_${randomUUID()}`), null);
    await machines.revoke(machineId, administrator.staffId);
    t.equal(await machines.who(token), null);
    await t.rejects(machines.revoke(machineId, administrator.staffId), { code: 'thing.not_found' });
    t.match(await history.of({ kind: 'machine', id: machineId }), [{ act: 'machine.added' }, { act: 'machine.revoked' }]);
    await t.rejects(machines.create({ name: '  ', rights: ['handovers.give'] }, administrator.staffId), { code: 'request.invalid' });
  });
};
