import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sql } from 'drizzle-orm';
import { openStore } from '../../../src/storage/open-store.ts';
import type { Store } from '../../../src/storage/store.ts';
import { startPostgres } from '../../helpers/postgres.ts';
import { ROOT } from '../../helpers/runner.ts';
import type { Engine } from '../../helpers/store.ts';
import { generateCases } from './generate.ts';

/** A database full of cases. */
export interface KeptCases {
  store: Store;
  databaseUrl: string | null;
  file: string;
  /** How long it took to fill, in this run or in the one that did it. */
  seconds: number;
  /** It lay there from an earlier run. */
  kept: boolean;
  close(): Promise<void>;
}

/** Another generator or other index words: another database. Newer migrations are applied to the kept one, as to a customer's. */
const markOf = (): string => {
  const hash = createHash('sha256');
  for (const path of ['test/bench/cases/generate.ts', 'src/cases/words.ts']) hash.update(readFileSync(join(ROOT, path)));
  return hash.digest('hex').slice(0, 12);
};

/** Databases of earlier generators would fill the disk. */
const dropOld = (root: string, wanted: string): void => {
  const [engine, size] = wanted.split('-');
  for (const each of globSync(`${engine}-${size}-*`, { cwd: root }))
    if (basename(each) !== wanted) rmSync(join(root, each), { recursive: true, force: true });
};

/**
 * Cases generated once and kept for later runs under the temporary directory, `hotline-bench-cases/ENGINE-SIZE-MARK`; the
 * folder may be removed at any time. The runs only read them, save for a few people who look.
 */
export const openKept = async (engine: Engine, size: number): Promise<KeptCases> => {
  const root = join(tmpdir(), 'hotline-bench-cases');
  const name = `${engine}-${size}-${markOf()}`;
  const directory = join(root, name);
  const whole = join(directory, 'whole.json');
  const kept = existsSync(whole);
  mkdirSync(root, { recursive: true });
  dropOld(root, name);
  if (!kept) rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const server = engine === 'postgres' ? await startPostgres({ careless: true, keptIn: directory }) : null;
  const file = join(directory, 'hotline.db');
  const databaseUrl = server?.url('postgres') ?? null;
  const store = await openStore({ databaseUrl, sqliteFile: file });
  const close = async (): Promise<void> => {
    await store.close();
    server?.stop();
  };
  try {
    await store.migrate();
    if (!kept) {
      const began = performance.now();
      await generateCases({ databaseUrl, file }, size);
      writeFileSync(whole, JSON.stringify({ seconds: Math.round((performance.now() - began) / 100) / 10 }));
    }
    // The people of earlier runs give up their account names.
    const { staff } = store.schema;
    await store.write((db) =>
      db
        .update(staff)
        .set({ account: sql`'earlier-' || ${staff.id}` })
        .returning({ id: staff.id }),
    );
    const { seconds } = JSON.parse(readFileSync(whole, 'utf8')) as { seconds: number };
    return { store, databaseUrl, file, seconds, kept, close };
  } catch (err) {
    await close();
    throw err;
  }
};
