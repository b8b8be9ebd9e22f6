import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { isHotlineError } from '../core/errors.ts';
import { formatOf, type NumberFormat, unescaped } from './cell-value.ts';
import { type MergedRange, mergedRange } from './merged.ts';
import { createSheetReader } from './sheet-reader.ts';
import { createRowGate, type Table, type TableLimits, type TableRow, tooLarge, unreadable } from './table.ts';
import { attributeOf, createXmlReader, type XmlListener } from './xml.ts';

/** A workbook of an office program has some dozens of parts. */
const MOST_PARTS = 5_000;
const WORKBOOK = 'xl/workbook.xml';

interface Package {
  zip: ZipFile;
  parts: ReadonlyMap<string, Entry>;
}

/** Whatever a library says of a file that is not what it claims to be is one refusal here. */
const asDamaged = (err: unknown): Error => (isHotlineError(err) ? err : unreadable('damaged', {}, err));

/** Opens, reads, closes: nothing of the file stays open. */
const withPackage = async function* <T>(bytes: Buffer, read: (opened: Package) => AsyncGenerator<T>): AsyncGenerator<T, void, undefined> {
  let zip: ZipFile | null = null;
  try {
    zip = await fromBufferPromise(bytes, { autoClose: false });
    if (zip.entryCount > MOST_PARTS) throw unreadable('not_a_spreadsheet');
    const parts = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) parts.set(entry.fileName, entry);
    if (!parts.has(WORKBOOK)) throw unreadable('not_a_spreadsheet');
    if ([...parts.values()].some((entry) => entry.isEncrypted())) throw unreadable('encrypted');
    yield* read({ zip, parts });
  } catch (err) {
    throw asDamaged(err);
  } finally {
    zip?.close();
  }
};

/** The text of one part as it unpacks. yauzl ends the stream with an error at the first byte more than the part has declared. */
const textOf = async function* ({ zip, parts }: Package, name: string): AsyncGenerator<string> {
  const entry = parts.get(name);
  if (!entry) return;
  const decoder = new StringDecoder('utf8');
  const stream: Readable = await zip.openReadStreamPromise(entry);
  for await (const chunk of stream) yield decoder.write(chunk as Buffer);
  yield decoder.end();
};

/** Parses one part, if the package has it. */
const readPart = async (opened: Package, name: string, listener: XmlListener): Promise<void> => {
  if (!opened.parts.has(name)) return;
  const reader = createXmlReader(listener);
  for await (const text of textOf(opened, name)) reader.write(text);
  reader.end();
};

interface Workbook {
  is1904: boolean;
  sheets: { name: string; part: string }[];
}

/** The sheets that are not hidden, in the order of their tabs. */
const readWorkbook = async (opened: Package): Promise<Workbook> => {
  const targets = new Map<string, string>();
  await readPart(opened, 'xl/_rels/workbook.xml.rels', {
    open(name, attributes) {
      const target = attributes.Target ?? '';
      if (name === 'Relationship')
        targets.set(attributes.Id ?? '', target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`);
    },
  });
  const book: Workbook = { is1904: false, sheets: [] };
  await readPart(opened, WORKBOOK, {
    open(name, attributes) {
      if (name === 'workbookPr') book.is1904 = ['1', 'true'].includes(attributes.date1904 ?? '');
      if (name !== 'sheet' || /hidden/i.test(attributes.state ?? '')) return;
      const part = targets.get(attributeOf(attributes, 'id') ?? '');
      if (part !== undefined && opened.parts.has(part)) book.sheets.push({ name: attributes.name ?? '', part });
    },
  });
  return book;
};

/** How each style shows a number: without it a date is a number of days. */
const readFormats = async (opened: Package): Promise<NumberFormat[]> => {
  const codes = new Map<number, string>();
  const formats: NumberFormat[] = [];
  let inCellStyles = false;
  await readPart(opened, 'xl/styles.xml', {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '');
      if (name === 'cellXfs') inCellStyles = true;
      if (name !== 'xf' || !inCellStyles) return;
      const id = Number(attributes.numFmtId ?? 0);
      formats.push(formatOf(id, codes.get(id)));
    },
    close(name) {
      if (name === 'cellXfs') inCellStyles = false;
    },
  });
  return formats;
};

/** The texts that cells name by their number. Runs of one text are joined; the reading aid above Chinese or Japanese is left out. */
const readStrings = async (opened: Package): Promise<string[]> => {
  const strings: string[] = [];
  let [inText, inReadingAid, text] = [false, false, ''];
  await readPart(opened, 'xl/sharedStrings.xml', {
    open(name) {
      if (name === 'rPh') inReadingAid = true;
      if (name === 't') inText = !inReadingAid;
    },
    close(name) {
      if (name === 'rPh') inReadingAid = false;
      if (name === 't') inText = false;
      if (name !== 'si') return;
      strings.push(unescaped(text));
      text = '';
    },
    text(part) {
      if (inText) text += part;
    },
  });
  return strings;
};

/** The merged ranges stand behind the cells, but must be known before the first row is given out: so the part is looked through once for them alone. */
const readMerged = async (opened: Package, part: string, limits: TableLimits): Promise<MergedRange[]> => {
  const ranges: MergedRange[] = [];
  let rest = '';
  for await (const text of textOf(opened, part)) {
    const all = rest + text;
    for (const [, ref = ''] of all.matchAll(/<(?:\w+:)?mergeCell\s[^>]*?\bref="([^"]{1,40})"/g)) {
      const range = mergedRange(ref);
      if (range) ranges.push(range);
      if (ranges.length > limits.mergedRanges) throw tooLarge('mergedRanges', limits);
    }
    // An element cut in two by the chunk's end is seen whole with the next one.
    const opens = all.lastIndexOf('<');
    rest = opens >= 0 && all.indexOf('>', opens) < 0 ? all.slice(opens, opens + 1_000) : '';
  }
  return ranges;
};

const sheetRows = async function* (opened: Package, limits: TableLimits): AsyncGenerator<TableRow> {
  const { sheets, is1904 } = await readWorkbook(opened);
  const part = sheets[0]?.part ?? '';
  const [formats, strings, merged] = [await readFormats(opened), await readStrings(opened), await readMerged(opened, part, limits)];
  const reader = createSheetReader({ formats, strings, merged, is1904, limits });
  const gate = createRowGate(limits);
  for await (const text of textOf(opened, part)) {
    for (const { number, cells, notes } of reader.take(text)) {
      const row = gate(number, cells, notes);
      if (row) yield row;
    }
  }
  reader.end();
};

/** @throws HotlineError table.unreadable, table.too_large */
export const xlsxTable = async (bytes: Buffer, limits: TableLimits): Promise<Table> => {
  const look = async function* (opened: Package): AsyncGenerator<Workbook> {
    const book = await readWorkbook(opened);
    const read = [WORKBOOK, 'xl/styles.xml', 'xl/sharedStrings.xml', book.sheets[0]?.part ?? ''];
    const unpacked = read.reduce((sum, name) => sum + (opened.parts.get(name)?.uncompressedSize ?? 0), 0);
    if (unpacked > limits.unpackedBytes) throw tooLarge('unpackedBytes', limits);
    yield book;
  };
  for await (const { sheets } of withPackage(bytes, look)) {
    const [first, ...others] = sheets.map(({ name }) => name);
    if (first === undefined) throw unreadable('no_visible_sheet');
    const rows = (): AsyncGenerator<TableRow, void, undefined> => withPackage(bytes, (opened) => sheetRows(opened, limits));
    return { kind: 'xlsx', sheet: first, otherSheets: others, encoding: null, rows };
  }
  throw unreadable('damaged');
};
