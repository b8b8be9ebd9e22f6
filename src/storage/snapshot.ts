import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isNull } from 'drizzle-orm';
import type { Store } from './store.ts';

/** One step of the schema as the engine remembers it. */
export interface Migration {
  /** SHA-256 of the step's file. */
  hash: string;
  /** Milliseconds since 1970, the step's own number. */
  when: number;
}

/** What backup and restore need of an engine beside the store. */
export interface Snapshots {
  engine: 'sqlite' | 'postgres';
  /** The database's file inside a backup. */
  fileName: string;
  /** One consistent copy, while the service writes. @returns the schema's steps as they stand in the copy */
  dump(to: string): Promise<Migration[]>;
  /**
   * Puts a copy in the place of the database, whole or not at all.
   * @param options.force whether a database that holds something may be replaced
   * @param options.aside suffix under which a replaced SQLite file is kept
   * @throws HotlineError storage.locked while somebody uses the database; backup.refused
   */
  restore(from: string, options: { force: boolean; aside: string }): Promise<void>;
  /** Whether a restore would be refused, asked before the first file is touched. */
  check(options: { force: boolean }): Promise<void>;
}

/** The schema's steps this version of the product knows. */
export const knownMigrations = (engine: Snapshots['engine']): Migration[] => {
  const folder = fileURLToPath(new URL(`../../migrations/${engine}`, import.meta.url));
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as { entries: { when: number; tag: string }[] };
  return journal.entries.map(({ when, tag }) => ({
    when,
    hash: createHash('sha256')
      .update(readFileSync(join(folder, `${tag}.sql`), 'utf8'))
      .digest('hex'),
  }));
};

/** A copy brings log-ins back that ended after it was taken: all of them end. */
export const endAllLogIns = async (store: Store, at: Date): Promise<number> => {
  const { sessions } = store.schema;
  const ended = await store.write((db) =>
    db.update(sessions).set({ endedAt: at }).where(isNull(sessions.endedAt)).returning({ id: sessions.id }),
  );
  return ended.length;
};

export const openSnapshots = async (options: { databaseUrl: string | null; sqliteFile: string }): Promise<Snapshots> => {
  if (options.databaseUrl) {
    const { postgresSnapshots } = await import('./snapshot-postgres.ts');
    return postgresSnapshots(options.databaseUrl);
  }
  const { sqliteSnapshots } = await import('./snapshot-sqlite.ts');
  return sqliteSnapshots(options.sqliteFile);
};
