import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { MOST_AT_ONCE } from '../cases/index.ts';
import { HotlineError, isHotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { type NamedTable, namedTable, openTable, type Table } from '../documents/index.ts';
import { dropKept, openKept, takeIn } from '../files/incoming-file.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Jobs } from '../jobs/runner.ts';
import { COLUMNS, csvHead, csvLine, notesOf } from './columns.ts';
import { differencesOf, type Handover, type HandoverField, type HandoverReader, type Refused } from './handover.ts';
import type { ImportRow } from './repository.ts';
import type { ImportPreview, ImportView } from './schemas.ts';
import { type CityDeps, makeCases, readerFor } from './service.ts';

export interface CityImportsDeps extends CityDeps {
  history: Pick<History, 'append'>;
  jobs: Pick<Jobs, 'define' | 'schedule'>;
  /** Of its own; files lie there until their import has ended. */
  place: string;
}

/** 100,000 rows with long texts as .csv have some 50 MB; as .xlsx a tenth of that. */
export const LARGEST_TABLE = 60 * 2 ** 20;
const JOB = 'city.import';
const SHOWN_ROWS = 8;
const SHOWN_REFUSED = 50;
const SHOWN_CHARACTERS = 60;
const LIST = 50;
/** A job gives way after this long, so that one large file neither outlives the job's lease nor holds the others up. */
const SLICE_MS = 20_000;
/** Looked at and not confirmed for so long, a file is forgotten. */
const FORGET_MS = 24 * 3_600_000;

type Named = NamedTable<HandoverField>;
interface ReadRow {
  row: number;
  values: Readonly<Record<HandoverField, string>>;
  read: { handover: Handover } | { refused: Refused[] };
}
/** What becomes of some rows, as the database stands. */
interface Judged {
  created: { row: number; handover: Handover }[];
  present: number;
  refused: { row: number; values: Record<string, string>; reasons: Refused[] }[];
}

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这次导入 There is no such import');
const wrongState = (state: string): HotlineError =>
  new HotlineError('city.import_state', '这次导入已经确认或结束 The import has been confirmed or has ended', { state });

const viewOf = (row: ImportRow): ImportView => ({
  importId: row.importId,
  fileName: row.fileName,
  state: row.state,
  preview: row.preview,
  created: row.created,
  present: row.present,
  refused: row.refused,
  failure: row.failure,
  uploadedByName: row.uploadedBy.name,
  uploadedAt: row.uploadedAt.toISOString(),
  confirmedAt: row.confirmedAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
});

/** What of a path, of control characters and of a long name is left to show. */
const harmless = (name: string): string => (name.split(/[/\\]/).at(-1) ?? '').replaceAll(/\p{C}/gu, '').trim().slice(0, 120) || '未命名';

const bodyHash = ({ body }: Handover): string => createHash('sha1').update(JSON.stringify(body)).digest('base64');

const rowsOf = async function* (named: Named, read: HandoverReader, after: number): AsyncGenerator<ReadRow[]> {
  let rows: ReadRow[] = [];
  for await (const { number, values, notes } of named.rows()) {
    if (number <= after) continue;
    const result = read(values);
    const noted = notesOf({ notes, values });
    const refused = [...('refused' in result ? result.refused : []), ...noted];
    rows.push({ row: number, values, read: refused.length ? { refused } : result });
    if (rows.length < MOST_AT_ONCE) continue;
    yield rows;
    rows = [];
    // The desks are served by the same thread.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (rows.length) yield rows;
};

/** Spreadsheets of the city: looked at first, read in when a person has confirmed, every row accounted for. */
export const createCityImports = (deps: CityImportsDeps) => {
  const { store, repository, profile, history, jobs, place, clock } = deps;

  const open = async (sha256: string): Promise<{ table: Table; named: Named }> => {
    const kept = await openKept(place, sha256);
    if (!kept) throw new HotlineError('thing.not_found', '文件已不在 The file is gone');
    const table = await openTable(await buffer(kept.stream), { fileBytes: LARGEST_TABLE });
    return { table, named: await namedTable(table, COLUMNS) };
  };

  /** @param seen numbers of the rows before, with what they held */
  const judge = async (rows: readonly ReadRow[], seen: Map<string, string>): Promise<Judged> => {
    const numbers = rows.flatMap(({ read }) => ('handover' in read ? [read.handover.cityNumber] : []));
    const known = numbers.length ? await repository.known(numbers) : new Map();
    const judged: Judged = { created: [], present: 0, refused: [] };
    for (const { row, values, read } of rows) {
      const refuse = (reasons: Refused[]): void => void judged.refused.push({ row, values, reasons });
      if ('refused' in read) {
        refuse(read.refused);
        continue;
      }
      const { handover } = read;
      const { cityNumber } = handover;
      const before = seen.get(cityNumber);
      const first = known.get(cityNumber);
      if (first && differencesOf(first.body, handover.body).length)
        refuse(differencesOf(first.body, handover.body).map((field) => ({ field, code: 'differs' as const })));
      else if (first) judged.present++;
      else if (before !== undefined && before !== bodyHash(handover)) refuse([{ field: 'cityNumber', code: 'twice' }]);
      else if (before !== undefined) judged.present++;
      else {
        seen.set(cityNumber, bodyHash(handover));
        judged.created.push({ row, handover });
      }
    }
    return judged;
  };

  const previewOf = async ({ table, named }: { table: Table; named: Named }): Promise<ImportPreview> => {
    const { sheet, otherSheets } = table;
    const preview: ImportPreview = {
      sheet,
      otherSheets: otherSheets.slice(0, 20),
      unknownColumns: named.unknown.slice(0, 20),
      created: 0,
      present: 0,
      refused: 0,
      rows: [],
      refusedRows: [],
    };
    const seen = new Map<string, string>();
    for await (const rows of rowsOf(named, await readerFor(deps), 0)) {
      const { created, present, refused } = await judge(rows, seen);
      preview.created += created.length;
      preview.present += present;
      preview.refused += refused.length;
      const category = new Map(rows.map(({ row, values }) => [row, values.category]));
      for (const { row, handover } of created.slice(0, SHOWN_ROWS - preview.rows.length))
        preview.rows.push({
          row,
          cityNumber: handover.cityNumber,
          course: handover.body.course.slice(0, SHOWN_CHARACTERS),
          category: category.get(row) ?? '',
        });
      for (const { row, values, reasons } of refused.slice(0, SHOWN_REFUSED - preview.refusedRows.length))
        preview.refusedRows.push({ row, cityNumber: (values.cityNumber ?? '').slice(0, SHOWN_CHARACTERS), reasons });
    }
    return preview;
  };

  /** Takes the file away unless another import of the same one still needs it. */
  const dropFile = async (sha256: string): Promise<void> => {
    if (!(await repository.openWith(sha256)).length) await dropKept(place, sha256);
  };

  const end = async (row: ImportRow, state: 'done' | 'failed' | 'dropped', by: StaffId, failure: string | null): Promise<boolean> => {
    const ended = await store.write(async (db) => {
      const from = state === 'dropped' ? (['previewed'] as const) : (['running'] as const);
      if (!(await repository.setImport(db, row.importId, from, { state, failure, preview: null, endedAt: clock.now() }))) return false;
      const { created, present, refused } = (await repository.import(row.importId)) ?? row;
      await history.append(db, {
        actor: byStaff(by),
        act: `city.import_${state === 'done' ? 'ended' : state}`,
        thing: { kind: 'city_import', id: row.importId },
        details: { created, present, refused, ...(failure === null ? {} : { failure }) },
      });
      return true;
    });
    if (ended) await dropFile(row.sha256);
    return ended;
  };

  /** Some rows: their cases, the refused ones and the place in the file are kept together or not at all. */
  const readIn = async (importId: number, staffId: StaffId, rows: readonly ReadRow[]): Promise<boolean> =>
    store.write(async (db) => {
      const now = await repository.import(importId);
      const lastRow = rows.at(-1)?.row ?? 0;
      // Another run of the job was here first.
      if (now?.state !== 'running' || now.lastRow >= lastRow) return false;
      const { created, present, refused } = await judge(rows, new Map());
      const by = { actor: byStaff(staffId), machineId: null, importId };
      await makeCases(
        deps,
        db,
        created.map(({ handover }) => handover),
        by,
      );
      await repository.addRefused(db, importId, refused);
      return repository.setImport(db, importId, ['running'], {
        lastRow,
        created: now.created + created.length,
        present: now.present + present,
        refused: now.refused + refused.length,
      });
    });

  /** Again when the city's own machine has handed one of them over in the same moment. */
  const readInSurely = (importId: number, staffId: StaffId, rows: readonly ReadRow[]): Promise<boolean> =>
    readIn(importId, staffId, rows).catch((err) => {
      if (!repository.isUniqueViolation(err)) throw err;
      return readIn(importId, staffId, rows);
    });

  const run = async (importId: number): Promise<undefined | { retryInMs: number }> => {
    const row = await repository.import(importId);
    if (row?.state !== 'running') return;
    const { staffId } = row.uploadedBy;
    const until = clock.now().getTime() + SLICE_MS;
    try {
      const { named } = await open(row.sha256);
      for await (const rows of rowsOf(named, await readerFor(deps), row.lastRow)) {
        await readInSurely(importId, staffId, rows);
        if (clock.now().getTime() > until) return { retryInMs: 0 };
      }
    } catch (err) {
      // What the preview could read and this could not will not get better by trying; what was read in stays.
      if (!isHotlineError(err) || !['table.unreadable', 'table.too_large', 'thing.not_found'].includes(err.code)) throw err;
      await end(row, 'failed', staffId, err.code);
      return;
    }
    await end(row, 'done', staffId, null);
  };
  jobs.define(JOB, async ({ payload }) => run(Number(payload.importId)));

  const found = async (importId: number): Promise<ImportRow> => {
    const row = await repository.import(importId);
    if (!row) throw notFound();
    return row;
  };

  return {
    /** Newest first, at most fifty; previews are left to `get`. */
    list: async (): Promise<ImportView[]> => (await repository.imports(LIST)).map((row) => ({ ...viewOf(row), preview: null })),

    /** @throws HotlineError thing.not_found */
    get: async (importId: number): Promise<ImportView> => viewOf(await found(importId)),

    /**
     * Takes a spreadsheet in and says what it would do; nothing becomes a case yet.
     * @throws HotlineError city.door_closed, request.too_large, table.unreadable, table.too_large, table.headings_missing, table.headings_twice
     */
    async upload(request: { name: string; stream: Readable; staffId: StaffId }): Promise<ImportView> {
      await profile.demandDistrict();
      const incoming = await takeIn(request.stream, { directory: place, maxBytes: LARGEST_TABLE, headBytes: 0 });
      try {
        await incoming.keep();
        const { sha256, bytes } = incoming;
        const preview = await open(sha256)
          .then(previewOf)
          .catch(async (err) => {
            await dropFile(sha256);
            throw err;
          });
        const importId = await store.write(async (db) => {
          const file = { fileName: harmless(request.name), sha256, bytes, preview, uploadedBy: request.staffId, uploadedAt: clock.now() };
          const added = await repository.addImport(db, file);
          const details = { sha256, bytes, created: preview.created, present: preview.present, refused: preview.refused };
          await history.append(db, {
            actor: byStaff(request.staffId),
            act: 'city.import_uploaded',
            thing: { kind: 'city_import', id: added },
            details,
          });
          return added;
        });
        return viewOf(await found(importId));
      } finally {
        await incoming.drop();
      }
    },

    /** From here on the rows become cases; goes on by itself over a restart. @throws HotlineError thing.not_found, city.import_state, city.door_closed */
    async confirm(importId: number, staffId: StaffId): Promise<ImportView> {
      await profile.demandDistrict();
      const row = await found(importId);
      await store.write(async (db) => {
        const now = clock.now();
        if (!(await repository.setImport(db, importId, ['previewed'], { state: 'running', confirmedAt: now }))) throw wrongState(row.state);
        await history.append(db, {
          actor: byStaff(staffId),
          act: 'city.import_confirmed',
          thing: { kind: 'city_import', id: importId },
          details: {},
        });
        await jobs.schedule(db, { kind: JOB, key: String(importId), payload: { importId }, runAt: now });
      });
      return viewOf(await found(importId));
    },

    /** @throws HotlineError thing.not_found, city.import_state */
    async drop(importId: number, staffId: StaffId): Promise<ImportView> {
      const row = await found(importId);
      if (!(await end(row, 'dropped', staffId, null))) throw wrongState(row.state);
      return viewOf(await found(importId));
    },

    /**
     * The refused rows as a .csv that can be mended and imported again; read as it is sent, put on record.
     * @throws HotlineError thing.not_found
     */
    async refusedCsv(importId: number, staffId: StaffId): Promise<AsyncGenerator<string>> {
      await found(importId);
      await store.write((db) =>
        history.append(db, {
          actor: byStaff(staffId),
          act: 'city.refused_rows_read',
          thing: { kind: 'city_import', id: importId },
          details: {},
        }),
      );
      return (async function* () {
        yield csvHead();
        for (let after = 0; ; ) {
          const rows = await repository.refusedRows(importId, after, MOST_AT_ONCE);
          yield rows.map(csvLine).join('');
          const last = rows.at(-1);
          if (!last || rows.length < MOST_AT_ONCE) return;
          after = last.row;
        }
      })();
    },

    /** Forgets what nobody has confirmed for a day. */
    async sweep(): Promise<void> {
      for (const importId of await repository.forgotten(new Date(clock.now().getTime() - FORGET_MS))) {
        const row = await repository.import(importId);
        if (row) await end(row, 'dropped', row.uploadedBy.staffId, null);
      }
    },
  };
};
export type CityImports = ReturnType<typeof createCityImports>;
