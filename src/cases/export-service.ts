import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { type Clock, shanghaiStamp } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { type OutCell, xlsxStream } from '../documents/index.ts';
import { byStaff, type History } from '../history/index.ts';
import type { KeptSetting, SettingsRepository } from '../settings/repository.ts';
import { saveSetting } from '../settings/saving.ts';
import type { Store } from '../storage/store.ts';
import { cleanText, type Viewer } from './case.ts';
import { type ExportRequest, filtersForRecord, layoutOf, type ShownCase } from './export.ts';
import type { SearchRequest } from './life-schemas.ts';
import type { CaseLives } from './life-service.ts';
import { holds } from './sight.ts';

export interface CaseExportsDeps {
  store: Pick<Store, 'write'>;
  lives: Pick<CaseLives, 'walk' | 'count'>;
  settings: SettingsRepository;
  history: Pick<History, 'append'>;
  clock: Clock;
  /** The end of an export could not be put on record; its beginning was. */
  onError: (err: unknown) => void;
}

const KEY = 'cases.export';
/** Spreadsheet programs hold a million rows; what is read by a person is far less, and what is lost with a laptop as well. */
export const FIRST_MOST_ROWS = 50_000;
export const ExportSettings = Type.Object(
  { version: Type.Integer({ minimum: 0 }), mostRows: Type.Integer({ minimum: 1, maximum: 1_000_000 }) },
  { additionalProperties: false },
);
export type ExportSettings = { version: number; mostRows: number };
export const ExportSize = Type.Object({
  rows: Type.Integer({ description: 'how many rows the file will have' }),
  /** More are found than the file may have. */
  cut: Type.Boolean(),
  mostRows: Type.Integer(),
  mayFullNumbers: Type.Boolean(),
});
export type ExportSize = { rows: number; cut: boolean; mostRows: number; mayFullNumbers: boolean };

/** Each reads the database as fast as a browser takes it. */
const MOST_AT_ONCE = 3;

const SAID = {
  sheet: ['工单', 'Cases'],
  cut: ['已到上限 {n} 件，后面的没有导出。请缩小筛选范围', 'The limit of {n} is reached: the rest is left out. Narrow the list down'],
} as const;

/** Lists of cases taken out as files. Every one is on record: who, which list, how many cases, and whether it came to its end. */
export const createCaseExports = (deps: CaseExportsDeps) => {
  const { store, lives, history, clock } = deps;
  const running = new Set<StaffId>();

  const viewOf = (kept: KeptSetting | null): ExportSettings => ({
    version: kept?.version ?? 0,
    mostRows: Value.Check(ExportSettings.properties.mostRows, kept?.value) ? (kept?.value as number) : FIRST_MOST_ROWS,
  });
  const settings = async (): Promise<ExportSettings> => viewOf(await deps.settings.get(KEY));

  const searchOf = (request: ExportRequest): SearchRequest => {
    const { columns: _columns, texts: _texts, fullNumbers: _full, language: _language, ...search } = request;
    return search;
  };

  const record = (act: string, viewer: Viewer, details: Record<string, unknown>): Promise<void> =>
    store.write((db) => history.append(db, { actor: byStaff(viewer.staffId), act, thing: { kind: 'case_export', id: null }, details }));

  const checked = (request: ExportRequest, viewer: Viewer): ExportRequest => {
    if (request.fullNumbers === undefined) return request;
    if (!holds(viewer, 'numbers.unmask')) throw new HotlineError('access.denied', '没有查看全号的权限 You may not see numbers in full');
    const reason = cleanText(request.fullNumbers.reason, 'fullNumbers.reason').trim();
    if (reason.length < 2)
      throw new HotlineError('request.invalid', '请写明为什么要全号 Say why the numbers are needed in full', {
        field: 'fullNumbers.reason',
      });
    return { ...request, fullNumbers: { reason } };
  };

  return {
    settings,

    /** @throws HotlineError settings.version_stale with theirs */
    async saveSettings({ version, mostRows }: ExportSettings, by: StaffId): Promise<ExportSettings> {
      const before = (await settings()).mostRows;
      const setting = {
        key: KEY,
        kind: 'case_export',
        version,
        value: mostRows,
        details: { before, after: mostRows },
        by,
        theirs: settings,
      };
      return viewOf(await saveSetting({ ...deps, repository: deps.settings }, setting));
    },

    /** How many rows a file would have, told before it is made. */
    async size(search: SearchRequest, viewer: Viewer): Promise<ExportSize> {
      const { mostRows } = await settings();
      const { count, more } = await lives.count({ ...search, staff: viewer }, mostRows);
      return { rows: count, cut: more, mostRows, mayFullNumbers: holds(viewer, 'numbers.unmask') };
    },

    /**
     * The file, as it is made. What was begun is on record before its first byte, and how it ended afterwards.
     * @throws HotlineError access.denied, request.invalid, export.busy
     */
    async write(given: ExportRequest, viewer: Viewer): Promise<Readable> {
      const request = checked(given, viewer);
      if (running.has(viewer.staffId) || running.size >= MOST_AT_ONCE)
        throw new HotlineError('export.busy', '上一次导出还没结束，稍后再试 An export is still being made: try again shortly');
      running.add(viewer.staffId);
      const search = searchOf(request);
      const { fullNumbers, texts, columns, language } = request;
      const about = {
        exportId: randomUUID(),
        filters: filtersForRecord(search),
        columns,
        texts,
        ...(fullNumbers ? { fullNumbers: true, reason: fullNumbers.reason } : {}),
      };
      try {
        const { mostRows } = await settings();
        await record('cases.export_begun', viewer, about);
        const layout = layoutOf(request);
        let written = 0;
        let cut = false;
        let whole = false;
        const rows = async function* (): AsyncGenerator<OutCell[]> {
          // One more than there may be tells that something is left out.
          for await (const page of lives.walk({ ...search, staff: viewer }, mostRows + 1)) {
            for (const shown of page as ShownCase[]) {
              if (written === mostRows) cut = true;
              else {
                written++;
                yield layout.cellsOf(shown);
              }
            }
          }
          if (cut) yield [SAID.cut[language === 'en' ? 1 : 0].replace('{n}', String(mostRows))];
          whole = true;
        };
        const stream = xlsxStream([{ name: SAID.sheet[language === 'en' ? 1 : 0], columns: layout.columns, rows: rows() }]);
        stream.on('close', () => {
          running.delete(viewer.staffId);
          void record('cases.exported', viewer, { ...about, rows: written, cut, whole }).catch(deps.onError);
        });
        return stream;
      } catch (err) {
        running.delete(viewer.staffId);
        throw err;
      }
    },

    /** When it was asked for, as part of the file's name. */
    stamp: (): string => shanghaiStamp(clock.now()),
  };
};

export type CaseExports = ReturnType<typeof createCaseExports>;
