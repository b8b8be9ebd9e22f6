import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { createRowGate, type Table, type TableLimits, type TableRow, tooLarge, unreadable } from './table.ts';

const DELIMITERS = [',', '\t', ';'];
/** Programs save Chinese text as UTF-8, with or without a mark, as "Unicode text" (UTF-16), or in the system's own GBK, which GB 18030 holds. */
const ENCODINGS = ['utf-8', 'gb18030'] as const;
const CHUNK = 1 << 16;

type Encoding = NonNullable<Table['encoding']>;

const chunks = function* (bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
};

const texts = function* (bytes: Buffer, encoding: Encoding): Generator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for (const chunk of chunks(bytes)) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
};

const reads = (bytes: Buffer, encoding: Encoding): boolean => {
  try {
    // No text file holds a zero byte: without this an arbitrary binary would pass for Chinese.
    for (const text of texts(bytes, encoding)) if (text.includes('\0')) return false;
    return true;
  } catch {
    return false;
  }
};

/** @throws HotlineError table.unreadable `encoding` */
const encodingOf = (bytes: Buffer): Encoding => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  const found = ENCODINGS.find((encoding) => reads(bytes, encoding));
  if (!found) throw unreadable('encoding');
  return found;
};

/** The one that occurs most in the first line, outside of quotation marks. */
const delimiterOf = (bytes: Buffer, encoding: Encoding): string => {
  const [head = ''] = texts(bytes, encoding);
  const [line = ''] = head.replaceAll(/"[^"]*"/g, '').split(/\r?\n|\r/, 1);
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
};

export const csvTable = (bytes: Buffer, limits: TableLimits): Table => {
  const encoding = encodingOf(bytes);
  const delimiter = delimiterOf(bytes, encoding);
  const rows = async function* (): AsyncGenerator<TableRow, void, undefined> {
    const gate = createRowGate(limits);
    const parser = Readable.from(texts(bytes, encoding)).compose(
      parse({ delimiter, bom: true, relax_column_count: true, max_record_size: limits.columns * limits.cellCharacters }),
    );
    let number = 0;
    try {
      for await (const cells of parser as AsyncIterable<string[]>) {
        const row = gate(++number, cells, []);
        if (row) yield row;
      }
    } catch (err) {
      if (!(err instanceof CsvError)) throw err;
      if (err.code === 'CSV_MAX_RECORD_SIZE') throw tooLarge('cellCharacters', limits, { row: number + 1 });
      throw unreadable('quote', { row: number + 1 }, err);
    }
  };
  return { kind: 'csv', sheet: null, otherSheets: [], encoding, rows };
};
