import { type NumberFormat, numberText, placeOf, unescaped } from './cell-value.ts';
import { createMergedSweep, type MergedRange } from './merged.ts';
import { type CellNote, type TableLimits, type TableRow, tooLarge } from './table.ts';
import { type Attributes, createXmlReader } from './xml.ts';

export interface SheetContext {
  formats: readonly NumberFormat[];
  strings: readonly string[];
  merged: readonly MergedRange[];
  is1904: boolean;
  limits: TableLimits;
}

interface OpenCell {
  column: number;
  type: string;
  style: number;
  hasFormula: boolean;
  text: string;
}

/** The cells of one sheet, fed piece by piece. A row is out as soon as it is closed, so that only one is ever held. */
export const createSheetReader = ({ formats, strings, merged, is1904, limits }: SheetContext) => {
  const mergedAt = createMergedSweep(merged);
  let done: TableRow[] = [];
  let row = 0;
  let cells: string[] = [];
  let notes: CellNote[] = [];
  let nextColumn = 0;
  let cell: OpenCell | null = null;
  let takesText = false;
  let isReadingAid = false;

  const openRow = (attributes: Attributes): void => {
    // Rows and cells may leave out where they stand, and then follow the one before.
    row = Number(attributes.r ?? row + 1);
    [cells, notes, nextColumn] = [[], [], 0];
  };
  const openCell = (attributes: Attributes): void => {
    const column = placeOf(attributes.r ?? '')?.column ?? nextColumn;
    nextColumn = column + 1;
    cell = { column, type: attributes.t ?? 'n', style: Number(attributes.s ?? 0), hasFormula: false, text: '' };
  };

  const contentOf = ({ type, style, text }: OpenCell): { text: string; kind: CellNote['kind'] | null } => {
    if (type === 's') return { text: strings[Number(text)] ?? '', kind: null };
    if (type === 'str' || type === 'inlineStr') return { text: unescaped(text), kind: null };
    if (type === 'b') return { text: text === '1' ? 'TRUE' : 'FALSE', kind: null };
    if (type === 'e') return { text, kind: 'error' };
    if (type === 'd') return { text: text.replace('T', ' ').replace(/Z$/, ''), kind: null };
    const value = numberText(text, formats[style] ?? 'number', is1904);
    return { text: value.text, kind: value.note };
  };

  const closeCell = (closed: OpenCell): void => {
    const { text, kind } = contentOf(closed);
    // Refused before it is put down: one cell in the last column would make a list of 16,384.
    if (text !== '' && closed.column >= limits.columns) throw tooLarge('columns', limits, { row });
    if (closed.column >= limits.columns) return;
    while (cells.length <= closed.column) cells.push('');
    cells[closed.column] = text;
    if (closed.hasFormula) notes.push({ column: closed.column, kind: 'formula' });
    if (kind) notes.push({ column: closed.column, kind });
  };

  const closeRow = (): void => {
    for (const { left, right } of mergedAt(row)) {
      for (let column = left; column <= Math.min(right, limits.columns - 1); column++) {
        while (cells.length <= column) cells.push('');
        notes.push({ column, kind: 'merged' });
      }
    }
    done.push({ number: row, cells, notes });
  };

  const xml = createXmlReader({
    open(name, attributes) {
      if (name === 'row') openRow(attributes);
      else if (name === 'c') openCell(attributes);
      else if (name === 'f' && cell) cell.hasFormula = true;
      else if (name === 'rPh') isReadingAid = true;
      else if (name === 'v' || name === 't') takesText = !isReadingAid;
    },
    close(name) {
      if (name === 'row') closeRow();
      else if (name === 'rPh') isReadingAid = false;
      else if (name === 'v' || name === 't') takesText = false;
      else if (name === 'c' && cell) {
        closeCell(cell);
        cell = null;
      }
    },
    text(part) {
      if (cell && takesText) cell.text += part;
    },
  });

  return {
    /** @returns the rows that this piece has closed, empty ones too */
    take(text: string): TableRow[] {
      xml.write(text);
      const out = done;
      done = [];
      return out;
    },
    /** @throws when the sheet ends in the middle */
    end(): void {
      xml.end();
    },
  };
};
