import type { Exec } from '../storage/store.ts';
import type { HistoryEntry } from './history.ts';

export interface HistoryRow {
  id: number;
  at: Date;
  actorKind: 'staff' | 'system' | 'switch';
  actorId: number | null;
  actorName: string | null;
  act: string;
  thingKind: string;
  thingId: number | null;
  details: Record<string, unknown>;
}

/** Rows are added and read; the database itself refuses to change or remove one. */
export interface HistoryRepository {
  append(db: Exec, entry: HistoryEntry, at: Date): Promise<number>;
  /** Newest first. @param before only rows with a smaller id */
  list(query: { before: number | null; limit: number; thing?: { kind: string; id: number } }): Promise<HistoryRow[]>;
}
