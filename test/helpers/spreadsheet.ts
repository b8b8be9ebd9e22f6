import { deflateRawSync } from 'node:zlib';

interface Part {
  name: string;
  text: string | Buffer;
  /** What the part claims to unpack to, when it lies. */
  claims?: number;
  flags?: number;
}

/** A zip file, each part packed. Reading does not look at the check sums, so none are written. */
export const zip = (parts: readonly Part[]): Buffer => {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, claims, flags = 0x800 } of parts) {
    const raw = Buffer.from(text as string);
    const packed = deflateRawSync(raw);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(flags, 6);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(claims ?? raw.length, 22);
    head.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    head.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(offset, 42);
    files.push(head, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, listed, end]);
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const letters = (column: number): string =>
  (column >= 26 ? letters(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26));

/** Cells as written: a text, a number, or the inside of the element with its attributes. */
export type Cell = string | number | null | { xml: string; attributes?: string };

const cellXml = (cell: Cell, place: string): string => {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell === 'string') return `<c r="${place}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
  return `<c r="${place}" ${cell.attributes ?? ''}>${cell.xml}</c>`;
};

export const sheetXml = (rows: readonly (readonly Cell[])[], after = ''): string =>
  `<?xml version="1.0"?><worksheet><sheetData>${rows
    .map((cells, row) => `<row r="${row + 1}">${cells.map((cell, column) => cellXml(cell, `${letters(column)}${row + 1}`)).join('')}</row>`)
    .join('')}</sheetData>${after}</worksheet>`;

/** A workbook of one visible sheet. */
export const xlsx = (
  rows: readonly (readonly Cell[])[],
  extra: {
    merged?: readonly string[];
    styles?: string;
    strings?: string;
    sheets?: string;
    parts?: readonly Part[];
    workbookPr?: string;
  } = {},
): Buffer =>
  zip([
    {
      name: 'xl/workbook.xml',
      text: `<workbook xmlns:r="r">${extra.workbookPr ?? ''}<sheets>${extra.sheets ?? '<sheet name="人员" sheetId="1" r:id="rId1"/>'}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      text: '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
    },
    ...(extra.styles ? [{ name: 'xl/styles.xml', text: extra.styles }] : []),
    ...(extra.strings ? [{ name: 'xl/sharedStrings.xml', text: extra.strings }] : []),
    {
      name: 'xl/worksheets/sheet1.xml',
      text: sheetXml(
        rows,
        extra.merged ? `<mergeCells>${extra.merged.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>` : '',
      ),
    },
    ...(extra.parts ?? []),
  ]);
