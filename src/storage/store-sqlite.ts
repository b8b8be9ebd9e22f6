import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { sqliteKit } from './kit-sqlite.ts';
import { lockFile } from './lock-file.ts';
import { defineCaseSearch } from './schema.ts';
import { sqliteSchema } from './schema-sqlite.ts';
import { causes, type Exec, type Store, transactions } from './store.ts';

const KEPT_STATEMENTS = 500;

const connect = (file: string, readonly: boolean): Database.Database => {
  const client = new Database(file, { readonly });
  client.pragma('busy_timeout = 5000');
  if (!readonly) {
    client.pragma('journal_mode = WAL');
    client.pragma('synchronous = NORMAL');
  }
  client.pragma('foreign_keys = ON');
  // Drizzle prepares every query anew; keeping the compiled ones makes a look-up several times faster.
  const prepare = client.prepare.bind(client);
  const kept = new Map<string, Database.Statement>();
  client.prepare = ((source: string) => {
    const known = kept.get(source);
    if (known) return known;
    const oldest = kept.keys().next();
    if (kept.size >= KEPT_STATEMENTS && !oldest.done) kept.delete(oldest.value);
    const statement = prepare(source);
    kept.set(source, statement);
    return statement;
  }) as typeof client.prepare;
  return client;
};

/** Cast 2 of 2: drizzle's better-sqlite3 builders are thenables, so code typed for PostgreSQL awaits them unchanged. */
const asExec = (client: Database.Database): Exec => drizzle({ client, casing: 'snake_case' }) as unknown as Exec;

/**
 * @param options.beside joins a file that the service has open, for a command's one short write; it must not migrate
 * @throws HotlineError storage.locked when another process has the file open
 */
export const openSqlite = (options: { file: string; migrationsFolder: string; beside?: boolean }): Store => {
  mkdirSync(dirname(options.file), { recursive: true });
  const unlock = options.beside ? () => {} : lockFile(`${options.file}.lock`);
  const writer = connect(options.file, false); // one writer, used under the queue only
  const reader = connect(options.file, true); // WAL: never sees the writer's open transaction
  const [writeDb, readDb] = [asExec(writer), asExec(reader)];
  const tx = transactions();
  let queue: Promise<unknown> = Promise.resolve();

  const transact = async <T>(work: (db: Exec) => Promise<T>): Promise<T> => {
    writer.exec('BEGIN IMMEDIATE');
    let done: { result: T; effects: (() => void)[] };
    try {
      done = await tx.run(writeDb, work);
      writer.exec('COMMIT');
    } catch (error) {
      if (writer.inTransaction) writer.exec('ROLLBACK');
      throw error;
    }
    for (const effect of done.effects) tx.outside(effect);
    return done.result;
  };

  return {
    schema: sqliteSchema,
    dialect: {
      name: 'sqlite',
      day: (at) => sql<string>`strftime('%Y-%m-%d', ${at} / 1000, 'unixepoch', '+8 hours')`, // no summer time in China
      skipLocked: (query) => query, // one writer: nothing to step over
      isUniqueViolation: (error) => [...causes(error)].some((each) => each.code === 'SQLITE_CONSTRAINT_UNIQUE'),
      caseSearch: defineCaseSearch(sqliteKit),
      wordsValue: (words) => sql<string>`${words.join(' ')}`,
      holdsWords: (words) =>
        sql<boolean>`case_search match ${words.map((word) => (word.endsWith('*') ? `"${word.slice(0, -1)}"*` : `"${word}"`)).join(' AND ')}`,
    },
    read: (work) => work(tx.current() ?? readDb),
    write(work) {
      const outer = tx.current();
      if (outer) return work(outer);
      const turn = queue.then(() => transact(work));
      queue = turn.catch(() => {});
      return turn;
    },
    afterCommit: tx.afterCommit,
    async migrate() {
      writer.pragma('foreign_keys = OFF'); // a rebuild drops tables; inside the migrator's transaction the pragma would be ignored
      migrate(drizzle({ client: writer }), { migrationsFolder: options.migrationsFolder });
      const broken = writer.pragma('foreign_key_check') as unknown[];
      if (broken.length) throw new Error(`foreign key violations after migration: ${broken.length}`);
      writer.pragma('foreign_keys = ON');
    },
    async ping() {
      reader.prepare('select 1').get();
    },
    async close() {
      await queue;
      reader.close();
      writer.close();
      unlock();
    },
  };
};
