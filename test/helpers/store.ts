import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openStore } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';

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
  const databaseUrl = engine === 'postgres' ? await newDatabase() : null;
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

export const newDatabase = async (): Promise<string> => {
  if (!server) {
    server = startPostgres();
    const started = await server;
    process.on('exit', () => started.stop());
  }
  const running = await server;
  const name = `test_${process.pid}_${databases++}`;
  const client = new pg.Client({ connectionString: running.url('postgres') });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return running.url(name);
};
