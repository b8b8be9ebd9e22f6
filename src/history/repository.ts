import type { Exec } from '../storage/store.ts';
import type { HistoryEntry } from './history.ts';

export interface HistoryRow {
  id: number;
  at: Date;
  actorKind: 'staff' | 'system' | 'switch' | 'machine';
  actorId: number | null;
  actorName: string | null;
  act: string;
  thingKind: string;
  thingId: number | null;
  details: Record<string, unknown>;
}

/** What to look for; every part is optional and all given parts must hold. */
export interface HistoryFilter {
  actorId?: number;
  /** A whole act ("case.saved"), or a noun for all of its acts ("case"). */
  act?: string;
  thing?: { kind: string; id: number };
  /** From this instant, and before that one. */
  from?: Date;
  to?: Date;
}

/** Rows are added and read; the database itself refuses to change or remove one. */
export interface HistoryRepository {
  append(db: Exec, entry: HistoryEntry, at: Date): Promise<number>;
  /** Many at once, in their order. */
  appendAll(db: Exec, entries: readonly HistoryEntry[], at: Date): Promise<void>;
  /** Newest first. @param before only rows with a smaller id */
  list(query: { before: number | null; limit: number } & HistoryFilter): Promise<HistoryRow[]>;
  /** Everybody who may have acted, by name. */
  people(): Promise<{ staffId: number; name: string }[]>;
}
