import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Test } from 'tap';
import { createCaseFiles } from '../../src/cases/index.ts';
import { createHistory } from '../../src/history/index.ts';
import { createCaseFilesRepository } from '../../src/storage/repositories/case-files.ts';
import { createCasesRepository } from '../../src/storage/repositories/cases.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { filledForm } from '../helpers/case-life.ts';
import { createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('a photo')]);

/** Row and record of a file are kept together, on either engine. */
export const caseFilesContract = (t: Test, engine: Engine): void => {
  t.test('a file is on record whole, or not at all', async (t) => {
    const store = await openTestStore(t, engine);
    const clock = { now: () => TUESDAY };
    const staff = await createGiven(store).staff({ name: '林立春' });
    const draft = {
      source: 'desk' as const,
      callId: null,
      citizenId: null,
      contactNumber: null,
      form: { ...filledForm(), categoryCode: null },
    };
    const record = await createCasesRepository(store).add({ ...draft, createdBy: staff.staffId, at: TUESDAY });
    const caseId = record?.caseId ?? 0;
    const history = createHistory({ repository: createHistoryRepository(store), clock });
    const about = { store, repository: createCaseFilesRepository(store), directory: t.testdir(), scanner: null, clock };
    const lives = { sightOf: async () => ({ unitCode: 'D01', hidden: false }) };
    const files = createCaseFiles({ ...about, lives, history });
    const added = await files.add({ caseId, name: 'a.jpg', stream: Readable.from([JPEG]), staff });
    t.match(added, {
      mime: 'image/jpeg',
      isPicture: true,
      bytes: JPEG.length,
      unitCode: 'D01',
      staffName: '林立春',
      at: TUESDAY.toISOString(),
    });
    t.same(await files.list(caseId, staff), [added]);

    const broken = createCaseFiles({ ...about, lives, history: { append: () => Promise.reject(new Error('no record')) } });
    await t.rejects(broken.add({ caseId, name: 'b.jpg', stream: Readable.from([JPEG]), staff }), { message: 'no record' });
    t.equal((await files.list(caseId, staff)).length, 1, 'without its record there is no file');

    const { history: rows } = store.schema;
    await files.open(caseId, added.fileId, staff);
    const acts = (await store.read((db) => db.select().from(rows))).filter(({ act }) => act === 'case.file_opened');
    t.match(acts, [{ thingId: String(caseId), details: { fileId: added.fileId } }], 'who opened it is on record');

    const later = { now: () => new Date(Date.now() + 2 * 86_400_000) };
    mkdirSync(join(about.directory, 'incoming'), { recursive: true });
    writeFileSync(join(about.directory, 'incoming', 'cut-off'), 'half');
    const keeper = createCaseFiles({ ...about, lives, history, clock: later });
    const orphan = createCaseFiles({ ...about, lives, history: { append: () => Promise.reject(new Error('no record')) } });
    await t.rejects(orphan.add({ caseId, name: 'c.jpg', stream: Readable.from([Buffer.concat([JPEG, JPEG])]), staff }));
    t.equal(await files.sweep(), 0, 'what is young may still get its row');
    t.equal(await keeper.sweep(), 2, 'half an upload, and bytes that never got a row');
    t.same(await (await files.open(caseId, added.fileId, staff)).stream.toArray(), [JPEG], 'what is on record stays');

    for (const [found, code] of [
      ['harmful', 'file.harmful'],
      ['unknown', 'file.not_scanned'],
    ] as const) {
      const strict = createCaseFiles({ ...about, lives, history, scanner: { scan: async () => found } });
      await t.rejects(strict.add({ caseId, name: 'd.jpg', stream: Readable.from([JPEG]), staff }), { code });
    }
    const scanning = createCaseFiles({ ...about, lives, history, scanner: { scan: async () => 'clean' } });
    t.match(await scanning.add({ caseId, name: 'e.jpg', stream: Readable.from([JPEG]), staff }), { scanned: true });
    t.equal(added.scanned, false, 'where no scanner is set up a file says so');

    const own = { caseId, fileId: added.fileId, staff };
    t.equal(await files.openPreview(caseId, added.fileId, staff), null);
    await t.rejects(files.addPreview({ ...own, stream: Readable.from([Buffer.from('<svg>')]) }), { code: 'file.type_refused' });
    const stranger = { ...staff, staffId: staff.staffId + 1 };
    await t.rejects(files.addPreview({ ...own, stream: Readable.from([JPEG]), staff: stranger }), { code: 'thing.not_found' });
    await files.addPreview({ ...own, stream: Readable.from([JPEG]) });
    await files.addPreview({ ...own, stream: Readable.from([Buffer.concat([JPEG, JPEG])]) });
    t.equal((await files.openPreview(caseId, added.fileId, staff))?.bytes, JPEG.length, 'the first one stays');

    const unit = createCaseFiles({ ...about, history, lives: { sightOf: async () => ({ unitCode: 'D02', hidden: true }) } });
    t.same(await unit.list(caseId, staff), [], 'of a protected case another unit sees nothing');
    await t.rejects(unit.open(caseId, added.fileId, staff), { code: 'thing.not_found' });
  });
};
