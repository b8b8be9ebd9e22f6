import { type RefObject, useEffect } from 'react';
import { onKey } from '../app/keys.ts';

/** J and K walk through the rows of a list: each row holds one element marked `data-row`, which Enter then opens. */
export const useListKeys = (list: RefObject<HTMLElement | null>): void => {
  useEffect(() => {
    const step = (by: 1 | -1) => (): void => {
      const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
      if (rows.length === 0) return;
      const { activeElement } = document;
      const at = activeElement instanceof HTMLElement ? rows.indexOf(activeElement) : -1;
      const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
      next?.focus();
      next?.scrollIntoView({ block: 'nearest' });
    };
    const stops = [onKey('next_row', step(1)), onKey('previous_row', step(-1))];
    return () => {
      for (const stop of stops) stop();
    };
  }, [list]);
};
