import { HotlineError } from '../core/errors.ts';
import type { CellNote, Table, TableRow } from './table.ts';

/** One column an import knows, by every name it may stand under. */
export interface Heading<K extends string> {
  key: K;
  /** The first is shown when the column is missing. Compared without spaces, marks in brackets and case. */
  titles: readonly string[];
  isRequired: boolean;
}

export interface NamedRow<K extends string> {
  number: number;
  /** Trimmed; '' where nothing stands and for columns that the table does not have. */
  values: Readonly<Record<K, string>>;
  notes: readonly { key: K; kind: CellNote['kind'] }[];
}

export interface NamedTable<K extends string> {
  /** The row in which the headings stand. */
  headingRow: number;
  /** Known columns that this table has. */
  present: readonly K[];
  /** Headings nobody knows, as written: told, since their column is not read. */
  unknown: readonly string[];
  /** The rows below the headings that hold a value. @throws like Table.rows */
  rows(): AsyncGenerator<NamedRow<K>, void, undefined>;
}

/** A title over the whole width, a date, an issuing office: official tables begin with some such lines. */
const LOOKED_AT = 10;

const plain = (title: string): string =>
  title
    .normalize('NFKC')
    .replaceAll(/\([^)]*\)|[\s*:]/g, '')
    .toLowerCase();

/**
 * Finds the row of headings among the first ten, and reads the rest by them.
 * @throws HotlineError table.headings_missing with those missing in the row that comes nearest, table.headings_twice, and those of Table.rows
 */
export const namedTable = async <K extends string>(table: Table, headings: readonly Heading<K>[]): Promise<NamedTable<K>> => {
  const keyOf = new Map(headings.flatMap(({ key, titles }) => titles.map((title) => [plain(title), key] as const)));
  const keysIn = ({ cells }: TableRow): (K | null)[] => cells.map((cell) => keyOf.get(plain(cell)) ?? null);

  let best: { row: TableRow; keys: (K | null)[]; found: number } | null = null;
  let looked = 0;
  for await (const row of table.rows()) {
    const keys = keysIn(row);
    const found = new Set(keys.filter((key) => key !== null)).size;
    if (found > (best?.found ?? 0)) best = { row, keys, found };
    if (++looked === LOOKED_AT) break;
  }
  const missing = headings.filter(({ key, isRequired }) => isRequired && !best?.keys.includes(key)).map(({ titles }) => titles[0]);
  if (!best || missing.length)
    throw new HotlineError('table.headings_missing', `缺少列：${missing.join('、')} Columns are missing`, { missing });

  const { row: head, keys } = best;
  const twice = keys.filter((key, index) => key !== null && keys.indexOf(key) !== index);
  if (twice.length)
    throw new HotlineError('table.headings_twice', '同一列出现两次 A column stands there twice', {
      row: head.number,
      twice: [...new Set(twice)].map((key) => headings.find((heading) => heading.key === key)?.titles[0]),
    });

  const rows = async function* (): AsyncGenerator<NamedRow<K>, void, undefined> {
    for await (const { number, cells, notes } of table.rows()) {
      if (number <= head.number) continue;
      const values = Object.fromEntries(headings.map(({ key }) => [key, (cells[keys.indexOf(key)] ?? '').trim()])) as Record<K, string>;
      if (headings.every(({ key }) => values[key] === '')) continue;
      yield {
        number,
        values,
        notes: notes.flatMap(({ column, kind }) => {
          const key = keys[column];
          return key ? [{ key, kind }] : [];
        }),
      };
    }
  };
  return {
    headingRow: head.number,
    present: keys.filter((key) => key !== null),
    unknown: head.cells.filter((cell, index) => cell.trim() !== '' && keys[index] === null),
    rows,
  };
};
