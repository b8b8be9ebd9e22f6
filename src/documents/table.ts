import { HotlineError } from '../core/errors.ts';

/**
 * How much one uploaded table may be. The file's own size says little: a zip of 1 MB may unpack to gigabytes, and a sheet may
 * hold a million formatted rows with nothing in them, so what is unpacked and what really holds a value are counted too.
 */
export interface TableLimits {
  /** Bytes of the file as uploaded. */
  fileBytes: number;
  /** Bytes of all parts that are read, unpacked. */
  unpackedBytes: number;
  /** Rows that hold a value; empty ones cost nothing. */
  rows: number;
  /** Columns up to the last that holds a value. */
  columns: number;
  /** Characters of one cell; 32,767 is what spreadsheet programs allow. */
  cellCharacters: number;
  mergedRanges: number;
}

export const TABLE_LIMITS: TableLimits = {
  fileBytes: 20 * 2 ** 20,
  unpackedBytes: 256 * 2 ** 20,
  rows: 100_000,
  columns: 256,
  cellCharacters: 32_767,
  mergedRanges: 10_000,
};

/**
 * What a person must be told of a cell before its value is believed.
 * - `formula`: the value is what the spreadsheet program last worked out, and may be empty or old
 * - `merged`: part of a merged range; only its first cell holds the value, the others read as empty
 * - `error`: the cell shows an error such as #N/A
 * - `digits_lost`: a number of more than 15 digits typed as a number: the spreadsheet program has already rounded it
 */
export type CellNoteKind = 'formula' | 'merged' | 'error' | 'digits_lost';

export interface CellNote {
  /** Counted from 0. */
  column: number;
  kind: CellNoteKind;
}

export interface TableRow {
  /** As the spreadsheet program counts it, from 1; in a .csv the record, as the program would show it. */
  number: number;
  /** Text as it stands, untrimmed; dates `YYYY-MM-DD`, moments `YYYY-MM-DD HH:mm:ss`, numbers without exponent; '' where nothing is. */
  cells: readonly string[];
  notes: readonly CellNote[];
}

export interface Table {
  kind: 'xlsx' | 'csv';
  /** The sheet that is read: the first one that is not hidden; null in a .csv. */
  sheet: string | null;
  /** Sheets that are not read, by name. */
  otherSheets: readonly string[];
  /** How a .csv is written. */
  encoding: 'utf-8' | 'utf-16le' | 'gb18030' | null;
  /**
   * The rows that hold a value, in order, read as they are asked for; each call reads the source anew and nothing stays open after it.
   * @throws HotlineError table.unreadable, table.too_large: then rows already given out were right, but the table is not whole
   */
  rows(): AsyncGenerator<TableRow, void, undefined>;
}

export type UnreadableReason =
  | 'empty'
  | 'old_format_or_password'
  | 'not_a_spreadsheet'
  | 'encrypted'
  | 'damaged'
  | 'no_visible_sheet'
  | 'encoding'
  | 'quote';

const WORDS: Record<UnreadableReason, string> = {
  empty: '文件是空的 The file is empty',
  old_format_or_password:
    '这是旧式 .xls 或带密码的文件，请另存为 .xlsx 或 .csv An old .xls or a file with a password: save it as .xlsx or .csv',
  not_a_spreadsheet: '这不是 .xlsx 表格 This is no .xlsx spreadsheet',
  encrypted: '文件有密码 The file has a password',
  damaged: '文件已损坏 The file is damaged',
  no_visible_sheet: '没有可见的工作表 There is no visible sheet',
  encoding: '文字编码不是 UTF-8、UTF-16 或 GBK The text is neither UTF-8, UTF-16 nor GBK',
  quote: '引号不成对 A quotation mark has no partner',
};

export const unreadable = (reason: UnreadableReason, details: Record<string, unknown> = {}, cause?: unknown): HotlineError =>
  new HotlineError('table.unreadable', WORDS[reason], { reason, ...details }, cause);

export const tooLarge = (limit: keyof TableLimits, limits: TableLimits, details: Record<string, unknown> = {}): HotlineError =>
  new HotlineError('table.too_large', '表格太大 The table is too large', { limit, atMost: limits[limit], ...details });

/** Refuses what is over the limits, and drops rows in which nothing stands. A row's cells end at the last that holds a value. */
export const createRowGate = (limits: TableLimits) => {
  let rows = 0;
  /** @returns null for an empty row. @throws HotlineError table.too_large */
  return (number: number, cells: readonly string[], notes: readonly CellNote[]): TableRow | null => {
    const last = cells.findLastIndex((cell) => cell !== '');
    if (last < 0) return null;
    if (last >= limits.columns) throw tooLarge('columns', limits, { row: number });
    if (++rows > limits.rows) throw tooLarge('rows', limits);
    const long = cells.findIndex((cell) => cell.length > limits.cellCharacters);
    if (long >= 0) throw tooLarge('cellCharacters', limits, { row: number, column: long });
    return { number, cells: cells.slice(0, last + 1), notes: notes.filter(({ column }) => column <= last) };
  };
};
