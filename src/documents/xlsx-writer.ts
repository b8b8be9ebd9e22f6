import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A value as a person means it; a text stays a text, whatever it begins with. */
export type OutCell = string | number | boolean | Date | null;

export interface OutSheet {
  name: string;
  /** Width in characters and words of each column. */
  columns: readonly { title: string; width: number }[];
  /** Asked for one after another, only as fast as the reader takes them. */
  rows: AsyncIterable<readonly OutCell[]> | Iterable<readonly OutCell[]>;
}

/** Where each style stands in STYLES. */
const STYLE = { plain: 0, heading: 1, instant: 2, guarded: 3 } as const;

/** quotePrefix: the program keeps the cell a text even when somebody opens and leaves it, so that "=…" is never worked out. */
const STYLES = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Microsoft YaHei"/></font><font><b/><sz val="11"/><name val="Microsoft YaHei"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/></cellXfs></styleSheet>`;

/** What a spreadsheet program would take for a formula, or a blank before one. */
const RISKY = /^[=+\-@\t\r]/;
/** The most that a cell holds. */
const LONGEST = 32_767;
const MS_A_DAY = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;
/** Days are counted from the last day of 1899. */
const EPOCH_MS = Date.UTC(1899, 11, 30);
/** Rows are put together to pieces of about this many characters. */
const PIECE = 64 * 1024;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as XML may hold it: half characters and control characters go, what looks like the program's own escape is one no more. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_')
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '')
    .replaceAll('\r', '&#13;');

const cut = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`);

/** The wall clock of Shanghai as the day number that spreadsheet programs count in. */
export const serialOf = (at: Date): number => (at.getTime() + SHANGHAI_MS - EPOCH_MS) / MS_A_DAY;

/** A, B … Z, AA … */
const letters = (column: number): string =>
  (column >= 26 ? letters(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26));

const textXml = (text: string, place: string, style: number): string =>
  `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(cut(text))}</t></is></c>`;

const cellXml = (cell: OutCell, place: string): string => {
  if (cell === null || cell === '') return '';
  if (typeof cell === 'string') return textXml(cell, place, RISKY.test(cell) ? STYLE.guarded : STYLE.plain);
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (cell instanceof Date) return `<c r="${place}" s="${STYLE.instant}"><v>${serialOf(cell)}</v></c>`;
  return `<c r="${place}"><v>${Number.isFinite(cell) ? cell : 0}</v></c>`;
};

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const sheetXml = async function* (sheet: OutSheet): AsyncGenerator<string> {
  const widths = sheet.columns
    .map(({ width }, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`)
    .join('');
  const columns = sheet.columns.map((_, index) => letters(index));
  const heading = sheet.columns.map(({ title }, index) => textXml(title, `${columns[index]}1`, STYLE.heading)).join('');
  let number = 1;
  let piece = `${HEAD}<worksheet ${MAIN}><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths}</cols><sheetData><row r="1">${heading}</row>`;
  for await (const row of sheet.rows) {
    number++;
    piece += `<row r="${number}">${row.map((cell, index) => cellXml(cell, `${columns[index]}${number}`)).join('')}</row>`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}</sheetData></worksheet>`;
};

const sheetName = (name: string, index: number): string =>
  escaped(
    name
      .replace(/[[\]:*?/\\']/g, ' ')
      .slice(0, 31)
      .trim() || `${index + 1}`,
  );

const partsOf = (sheets: readonly OutSheet[]): [path: string, xml: string][] => {
  const numbers = sheets.map((_, index) => index + 1);
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packages = 'http://schemas.openxmlformats.org/package/2006';
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return [
    [
      '[Content_Types].xml',
      `<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>${numbers.map((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${type}.worksheet+xml"/>`).join('')}</Types>`,
    ],
    [
      '_rels/.rels',
      `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `<workbook ${MAIN} xmlns:r="${relations}"><sheets>${sheets.map(({ name }, index) => `<sheet name="${sheetName(name, index)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `<Relationships xmlns="${packages}/relationships">${numbers.map((n) => `<Relationship Id="rId${n}" Type="${relations}/worksheet" Target="worksheets/sheet${n}.xml"/>`).join('')}<Relationship Id="rId${numbers.length + 1}" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    ],
  ];
};

/**
 * A workbook as it is made: a row is asked for when there is room for it, so that a hundred thousand need no more memory than a
 * hundred. The packing runs beside the thread that serves the desks. Sheets are made in their order.
 * @returns bytes; ends with the error of `rows` when these fail
 */
export const xlsxStream = (sheets: readonly OutSheet[]): Readable => {
  const zip = new ZipFile();
  for (const [path, xml] of partsOf(sheets)) zip.addBuffer(Buffer.from(HEAD + xml), path);
  zip.addBuffer(Buffer.from(STYLES), 'xl/styles.xml');
  const open: Readable[] = [];
  const output = zip.outputStream as Readable;
  for (const [index, sheet] of sheets.entries())
    zip.addReadStreamLazy(`xl/worksheets/sheet${index + 1}.xml`, (take) => {
      const stream = Readable.from(output.destroyed ? [] : sheetXml(sheet), { highWaterMark: 2 });
      stream.on('error', (err) => output.destroy(err));
      open.push(stream);
      take(null, stream);
    });
  zip.end();
  // Whoever goes away in the middle leaves no query running.
  output.on('close', () => {
    for (const stream of open) stream.destroy();
  });
  return output;
};
