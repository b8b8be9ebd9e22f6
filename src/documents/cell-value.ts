import type { CellNoteKind } from './table.ts';

/** Formats that every file may use without writing them down; 27–36 and 50–58 are the Chinese dates. */
const BUILT_IN_DATES = new Set([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);
const BUILT_IN_TIMES = new Set([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56]);
const DAY_MS = 86_400_000;
const EPOCH = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** A double holds 15 decimal digits for certain; spreadsheet programs keep no more. */
const CERTAIN_DIGITS = 1e15;
/** 9999-12-31, the last day a spreadsheet knows. */
const LAST_SERIAL = 2_958_466;

export type NumberFormat = 'number' | 'date' | 'moment' | 'time';

/** What a number is meant to be, by the format it is shown in. `code` is the file's own format, if it has one. */
export const formatOf = (id: number, code: string | undefined): NumberFormat => {
  if (code === undefined) return BUILT_IN_DATES.has(id) ? 'date' : id === 22 ? 'moment' : BUILT_IN_TIMES.has(id) ? 'time' : 'number';
  // Only the first section counts; quoted words, escaped signs, colours, currencies and locales are no placeholders.
  const [shown = ''] = code.replaceAll(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, '').split(';');
  if (/general/i.test(shown)) return 'number';
  const [day, time] = [/[yd]|[年月日]/i.test(shown), /[hs]/i.test(shown)];
  if (day) return time ? 'moment' : 'date';
  return time ? 'time' : /m/i.test(shown) ? 'date' : 'number';
};

/** 1.38E10 → 13800000000: an exponent is nothing a person has typed. */
const plainNumber = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);

export interface CellValue {
  text: string;
  note: CellNoteKind | null;
}

/**
 * A number as text.
 * @param is1904 the file counts its days from 1904, as some old ones do
 */
export const numberText = (raw: string, format: NumberFormat, is1904: boolean): CellValue => {
  const value = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(value)) return { text: raw, note: null };
  if (format === 'number' || value < 0 || value >= LAST_SERIAL) {
    return { text: plainNumber(value), note: Math.abs(value) >= CERTAIN_DIGITS ? 'digits_lost' : null };
  }
  // Seconds are rounded: 10:30 is kept as 0.4375, but 10:20 as 0.430555….
  const iso = new Date((is1904 ? EPOCH_1904 : EPOCH) + Math.round((value * DAY_MS) / 1_000) * 1_000).toISOString();
  const [day, clock] = [iso.slice(0, 10), iso.slice(11, 19)];
  // A format may show the time only, of a cell that holds a day as well.
  const isMoment = format === 'moment' || (format === 'time' && value >= 1);
  return { text: isMoment ? `${day} ${clock}` : format === 'time' ? clock : day, note: null };
};

/** Characters that XML cannot hold are written _xHHHH_ in shared strings: _x000D_ is a line's end. */
export const unescaped = (text: string): string =>
  text.includes('_x') ? text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text;

/** `BC12` → column 54 (from 0), row 12 (from 1); null for anything else. */
export const placeOf = (ref: string): { column: number; row: number } | null => {
  const match = /^\$?([A-Z]{1,3})\$?([1-9]\d{0,6})$/.exec(ref);
  if (!match) return null;
  const column = [...(match[1] ?? '')].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { column, row: Number(match[2]) };
};
