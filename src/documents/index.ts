import { csvTable } from './csv.ts';
import { TABLE_LIMITS, type Table, type TableLimits, tooLarge, unreadable } from './table.ts';
import { xlsxTable } from './xlsx.ts';

export type { Heading, NamedRow, NamedTable } from './headings.ts';
export { namedTable } from './headings.ts';
export type { CellNote, CellNoteKind, Table, TableLimits, TableRow } from './table.ts';
export { TABLE_LIMITS } from './table.ts';
export { type OutCell, type OutSheet, xlsxStream } from './xlsx-writer.ts';

/** Begins an old .xls, and also an .xlsx with a password. */
const COMPOUND_FILE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const ZIP = Buffer.from('504b0304', 'hex');

/**
 * A table somebody has uploaded: .xlsx or .csv, told by its bytes and never by its name.
 * @param limits what differs from TABLE_LIMITS
 * @throws HotlineError table.too_large with `limit` and `atMost`, table.unreadable with `reason` (UnreadableReason)
 */
export const openTable = async (bytes: Buffer, limits: Partial<TableLimits> = {}): Promise<Table> => {
  const within = { ...TABLE_LIMITS, ...limits };
  if (bytes.length === 0) throw unreadable('empty');
  if (bytes.length > within.fileBytes) throw tooLarge('fileBytes', within);
  if (bytes.subarray(0, 8).equals(COMPOUND_FILE)) throw unreadable('old_format_or_password');
  return bytes.subarray(0, 4).equals(ZIP) ? xlsxTable(bytes, within) : csvTable(bytes, within);
};
