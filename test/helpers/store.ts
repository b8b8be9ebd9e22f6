import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openStore } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { type TestPostgres, testPostgres } from './postgres.ts';

export type Engine = 'sqlite' | 'postgres';
interface Teardown {
  teardown(work: () => unknown): void;
}

let server: Promise<TestPostgres> | undefined;
let databases = 0;

/** An empty, migrated database of its own for one test. One PostgreSQL server is shared by a test file's process. */
export const openTestStore = async (t: Teardown, engine: Engine): Promise<Store> => {
  const { store, close } = await openStoreFor(engine);
  t.teardown(close);
  return store;
};

export const openStoreFor = async (
  engine: Engine,
): Promise<{ store: Store; databaseUrl: string | null; file: string; close: () => Promise<void> }> => {
  const directory = mkdtempSync(join(tmpdir(), 'hotline-store-'));
  const file = join(directory, 'hotline.db');
  const databaseUrl = engine === 'postgres' ? await migratedDatabase() : null;
  const store = await openStore({ databaseUrl, sqliteFile: file });
  await store.migrate();
  return {
    store,
    databaseUrl,
    file,
    close: async () => {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const runningServer = (): Promise<TestPostgres> => {
  server ??= testPostgres().then((started) => {
    process.on('exit', () => started.stop());
    return started;
  });
  return server;
};

const administer = async <T>(running: TestPostgres, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: running.url('postgres') });
  await client.connect();
  return work(client).finally(() => client.end());
};

const nextName = (): string => `test_${process.pid}_${databases++}`;

/** An empty database without any table. */
export const newDatabase = async (): Promise<string> => {
  const running = await runningServer();
  const name = nextName();
  await administer(running, (client) => client.query(`create database ${name}`));
  return running.url(name);
};

const TEMPLATE = 'migrated';
/** Two files that start at once must not both make the template. */
const TEMPLATE_LOCK = 12_345;

/** A migrated database: the migrations run once a server, the others are copies. */
const migratedDatabase = async (): Promise<string> => {
  const running = await runningServer();
  const name = nextName();
  await administer(running, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('select from pg_database where datname = $1 and datistemplate', [TEMPLATE]);
    if (!rowCount) {
      await client.query(`drop database if exists ${TEMPLATE}`);
      await client.query(`create database ${TEMPLATE}`);
      const store = await openStore({ databaseUrl: running.url(TEMPLATE), sqliteFile: '' });
      await store.migrate().finally(() => store.close());
      await client.query(`alter database ${TEMPLATE} is_template true`);
    }
    await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  return running.url(name);
};
