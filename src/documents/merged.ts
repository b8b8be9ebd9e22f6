import { placeOf } from './cell-value.ts';

export interface MergedRange {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** `A2:A6`. @returns null when it is none */
export const mergedRange = (ref: string): MergedRange | null => {
  const [from, to] = ref.split(':').map(placeOf);
  return from && to ? { top: from.row, bottom: to.row, left: from.column, right: to.column } : null;
};

/** Asked row by row, downwards: which columns belong to a merged range. A range is looked at only while its rows last. */
export const createMergedSweep = (ranges: readonly MergedRange[]) => {
  const waiting = ranges.toSorted((a, b) => a.top - b.top);
  let next = 0;
  let open: MergedRange[] = [];
  return (row: number): readonly MergedRange[] => {
    for (let range = waiting[next]; range && range.top <= row; range = waiting[++next]) open.push(range);
    if (open.some(({ bottom }) => bottom < row)) open = open.filter(({ bottom }) => bottom >= row);
    return open;
  };
};
