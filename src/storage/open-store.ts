import { fileURLToPath } from 'node:url';
import { isHotlineError } from '../core/errors.ts';
import type { Store } from './store.ts';

const folder = (engine: string): string => fileURLToPath(new URL(`../../migrations/${engine}`, import.meta.url));

/** SQLite by default, PostgreSQL when a URL is given. The engine's driver is loaded only when it is the one in use. */
export const openStore = async (options: { databaseUrl: string | null; sqliteFile: string }): Promise<Store> => {
  if (options.databaseUrl) {
    const { openPostgres } = await import('./store-postgres.ts');
    return openPostgres({ url: options.databaseUrl, migrationsFolder: folder('postgres') });
  }
  const { openSqlite } = await import('./store-sqlite.ts');
  return openSqlite({ file: options.sqliteFile, migrationsFolder: folder('sqlite') });
};

/** For a command: a migrated database, whether the service runs (then it has migrated it, and is not disturbed) or not. */
export const openStoreBeside = async (options: { databaseUrl: string | null; sqliteFile: string }): Promise<Store> => {
  try {
    const store = await openStore(options);
    await store.migrate();
    return store;
  } catch (err) {
    if (!isHotlineError(err, 'storage.locked')) throw err;
    const { openSqlite } = await import('./store-sqlite.ts');
    return openSqlite({ file: options.sqliteFile, migrationsFolder: folder('sqlite'), beside: true });
  }
};
