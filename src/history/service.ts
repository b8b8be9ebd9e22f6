import type { Clock } from '../core/clock.ts';
import type { Exec } from '../storage/store.ts';
import type { HistoryEntry } from './history.ts';
import type { HistoryFilter, HistoryRepository, HistoryRow } from './repository.ts';

export interface History {
  /** Takes the caller's transaction, so that an act and its record are kept or lost together. */
  append(db: Exec, entry: HistoryEntry): Promise<void>;
  /** Many at once, for what comes in bulk. */
  appendAll(db: Exec, entries: readonly HistoryEntry[]): Promise<void>;
  /** @param after cursor of the page before, or null for the newest rows */
  list(query: { after: string | null; limit: number } & HistoryFilter): Promise<{ rows: HistoryRow[]; next: string | null }>;
  people(): Promise<{ staffId: number; name: string }[]>;
  /** Everything recorded of one thing, oldest first, at most 500. */
  of(thing: { kind: string; id: number }): Promise<HistoryRow[]>;
}

export const createHistory = (deps: { repository: HistoryRepository; clock: Clock }): History => ({
  async append(db, entry) {
    await deps.repository.append(db, entry, deps.clock.now());
  },
  appendAll: (db, entries) => deps.repository.appendAll(db, entries, deps.clock.now()),
  async list({ after, limit, ...filter }) {
    const rows = await deps.repository.list({ before: after === null ? null : Number(after), limit: limit + 1, ...filter });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { rows: page, next: rows.length > limit && last ? String(last.id) : null };
  },
  people: () => deps.repository.people(),
  async of(thing) {
    return (await deps.repository.list({ before: null, limit: 500, thing })).reverse();
  },
});
