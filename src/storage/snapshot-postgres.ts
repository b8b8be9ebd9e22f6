import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { HotlineError } from '../core/errors.ts';
import type { Migration, Snapshots } from './snapshot.ts';

const DEBIAN = '/usr/lib/postgresql';

/** Newest first: a dump program must not be older than its server. */
const places = (): string[] => {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(DEBIAN, version, 'bin')), '/usr/local/bin', '/usr/bin'];
};

const find = (program: string): string => {
  const found = places().find((place) => existsSync(join(place, program)));
  if (found) return join(found, program);
  throw new HotlineError(
    'backup.refused',
    `没有 ${program}，请安装 PostgreSQL 客户端 (${program} is not here: install PostgreSQL's client programs, e.g. apt-get install postgresql-client)`,
  );
};

/** By environment and not by argument: every user of the machine may read the arguments of a process. */
const environmentOf = (url: string): Record<string, string> => {
  const { host, port, user, password, database } = new pg.Client({ connectionString: url });
  const sslmode = /[?&]sslmode=([a-z-]+)/.exec(url)?.[1];
  return {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C',
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user ?? '',
    PGDATABASE: database ?? '',
    PGCONNECT_TIMEOUT: '10',
    ...(password ? { PGPASSWORD: password } : {}),
    ...(sslmode ? { PGSSLMODE: sslmode } : {}),
  };
};

const run = (url: string, program: string, args: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(find(program), args, { env: environmentOf(url), stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(new HotlineError('backup.refused', `${program} 失败，数据库未改动 (it failed, the database is unchanged): ${said.trim()}`));
    });
  });

const ask = async <T>(url: string, question: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await question(client);
  } finally {
    await client.end();
  }
};

const TABLES = "select 1 from pg_tables where schemaname in ('public', 'drizzle') limit 1";
const OTHERS =
  "select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";

const mayReplace = (url: string, force: boolean): Promise<void> =>
  ask(url, async (client) => {
    const others = (await client.query<{ n: number }>(OTHERS)).rows[0]?.n ?? 0;
    if (others > 0)
      throw new HotlineError(
        'storage.locked',
        `还有 ${others} 个连接在使用数据库，请先停止服务 (others use the database: stop the service)`,
      );
    if (!force && (await client.query(TABLES)).rowCount)
      throw new HotlineError(
        'backup.refused',
        '数据库里已有数据；确认要替换请加 --force (the database holds something; --force replaces it)',
      );
  });

/** Everything of ours, and not the schema itself, which may belong to somebody else. */
const EMPTY = `DO $$ DECLARE each record; BEGIN
  FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP TABLE IF EXISTS public.%I CASCADE', each.tablename); END LOOP;
  FOR each IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', each.name); END LOOP;
END $$;
DROP SCHEMA IF EXISTS drizzle CASCADE;
`;

export const postgresSnapshots = (url: string): Snapshots => ({
  engine: 'postgres',
  fileName: 'database.dump',
  async dump(to) {
    find('pg_dump');
    const steps = await ask(url, async (client) => {
      const there = await client.query("select to_regclass('drizzle.__drizzle_migrations') as name");
      if (!there.rows[0]?.name) throw new HotlineError('backup.refused', '数据库是空的 (the database is empty)');
      const { rows } = await client.query<Migration>(
        'select hash, created_at as "when" from drizzle.__drizzle_migrations order by created_at',
      );
      return rows.map((row) => ({ hash: row.hash, when: Number(row.when) }));
    });
    await run(url, 'pg_dump', ['--format=custom', '--no-owner', '--no-privileges', `--file=${to}`]);
    chmodSync(to, 0o600);
    return steps;
  },
  async check({ force }) {
    for (const program of ['pg_restore', 'psql']) find(program);
    await mayReplace(url, force);
  },
  async restore(from, { force }) {
    await mayReplace(url, force);
    const scratch = mkdtempSync(join(tmpdir(), 'hotline-restore-'));
    try {
      const script = join(scratch, 'script.sql');
      const empty = join(scratch, 'empty.sql');
      writeFileSync(empty, EMPTY);
      await run(url, 'pg_restore', ['--no-owner', '--no-privileges', `--file=${script}`, from]);
      // One transaction: the old database goes only if the whole of the new one comes.
      await run(url, 'psql', ['-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-f', empty, '-f', script]);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
});
