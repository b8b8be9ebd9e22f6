import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { postgresKit } from './kit-postgres.ts';
import { defineCaseSearch } from './schema.ts';
import { postgresSchema } from './schema-postgres.ts';
import { causes, type Store, transactions } from './store.ts';

/** Serialization failure and deadlock: PostgreSQL asks for the same transaction again. */
const RETRY = new Set(['40001', '40P01']);
const MIGRATION_LOCK = 12_345;

export const openPostgres = (options: { url: string; migrationsFolder: string; connections?: number }): Store => {
  const max = options.connections ?? 10;
  // A statement that runs for half a minute is a bug or a hung server; the caller must hear of it.
  const shared = { connectionString: options.url, max, connectionTimeoutMillis: 5_000, statement_timeout: 30_000 };
  const pool = new pg.Pool({ ...shared, options: '-c timezone=UTC' });
  const readPool = new pg.Pool({ ...shared, options: '-c timezone=UTC -c default_transaction_read_only=on' });
  for (const each of [pool, readPool]) each.on('error', () => {}); // idle clients die when the server restarts; the pool replaces them
  const db = drizzle({ client: pool, casing: 'snake_case' });
  const readDb = drizzle({ client: readPool, casing: 'snake_case' });
  const tx = transactions();
  return {
    schema: postgresSchema,
    dialect: {
      name: 'postgres',
      day: (at) => sql<string>`to_char(${at} at time zone 'Asia/Shanghai', 'YYYY-MM-DD')`,
      skipLocked: <Q>(query: Q) => (query as { for(strength: string, config: object): Q }).for('update', { skipLocked: true }),
      isUniqueViolation: (error) => [...causes(error)].some((each) => each.code === '23505'),
      caseSearch: defineCaseSearch(postgresKit),
      // Not to_tsvector: its parser takes Chinese for blanks in the C locale.
      wordsValue: (words) => sql<string>`array_to_tsvector(string_to_array(${words.join(' ')}, ' '))`,
      holdsWords: (words) =>
        sql<boolean>`case_search.words @@ ${words.map((word) => (word.endsWith('*') ? `'${word.slice(0, -1)}':*` : `'${word}'`)).join(' & ')}::tsquery`,
    },
    read: (work) => work(tx.current() ?? readDb),
    async write(work) {
      const outer = tx.current();
      if (outer) return work(outer);
      for (let attempt = 1; ; attempt++) {
        try {
          const { result, effects } = await db.transaction((open) => tx.run(open, work));
          for (const effect of effects) tx.outside(effect);
          return result;
        } catch (error) {
          if (attempt >= 5 || ![...causes(error)].some((each) => RETRY.has(String(each.code)))) throw error;
        }
      }
    },
    afterCommit: tx.afterCommit,
    async migrate() {
      const client = await pool.connect();
      try {
        await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]); // several instances may start at once
        await migrate(drizzle({ client }), { migrationsFolder: options.migrationsFolder });
      } finally {
        await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {});
        client.release();
      }
    },
    async ping() {
      await readPool.query('select 1');
    },
    async close() {
      await Promise.all([pool.end(), readPool.end()]);
    },
  };
};
