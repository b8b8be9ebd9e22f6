import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { HotlineError } from '../core/errors.ts';
import { lockFile } from './lock-file.ts';
import type { Migration, Snapshots } from './snapshot.ts';

const PARTS = ['', '-wal', '-shm'];

const inspect = <T>(file: string, look: (client: Database.Database) => T): T => {
  const client = new Database(file, { readonly: true });
  try {
    client.pragma('busy_timeout = 5000');
    return look(client);
  } finally {
    client.close();
  }
};

const stepsOf = (client: Database.Database): Migration[] =>
  (client.prepare('select hash, created_at as "when" from __drizzle_migrations order by created_at').all() as Migration[]).map((step) => ({
    hash: step.hash,
    when: Number(step.when),
  }));

const holdsTables = (file: string): boolean =>
  existsSync(file) &&
  inspect(file, (client) => client.prepare("select 1 from sqlite_master where type = 'table' limit 1").get() !== undefined);

const mayReplace = (file: string, force: boolean): void => {
  if (!force && holdsTables(file))
    throw new HotlineError(
      'backup.refused',
      `${file} 里已有数据；确认要替换请加 --force，旧文件会改名保留 (the database holds something; --force replaces it and keeps the old file beside)`,
    );
};

export const sqliteSnapshots = (file: string): Snapshots => ({
  engine: 'sqlite',
  fileName: 'database.sqlite',
  async dump(to) {
    if (!existsSync(file)) throw new HotlineError('backup.refused', `没有数据库 ${file} (there is no database yet)`);
    // One read transaction from first page to last: the service goes on writing into its log meanwhile. The backup call of
    // the engine would begin anew with each write of another process.
    inspect(file, (client) => client.prepare('vacuum into ?').run(to));
    chmodSync(to, 0o600);
    return inspect(to, stepsOf);
  },
  async check({ force }) {
    mkdirSync(dirname(file), { recursive: true });
    lockFile(`${file}.lock`)();
    mayReplace(file, force);
  },
  async restore(from, { force, aside }) {
    mkdirSync(dirname(file), { recursive: true });
    const unlock = lockFile(`${file}.lock`);
    const arriving = `${file}.restoring`;
    try {
      mayReplace(file, force);
      copyFileSync(from, arriving);
      chmodSync(arriving, 0o600);
      const verdict = inspect(arriving, (client) => client.pragma('integrity_check', { simple: true }));
      if (verdict !== 'ok')
        throw new HotlineError('backup.damaged', `备份里的数据库已损坏 (the database in the backup is damaged): ${verdict}`);
      // Log and index belong to the old file: left behind they would be read into the new one.
      for (const part of PARTS) if (existsSync(file + part)) renameSync(file + part, `${file}${aside}${part}`);
      renameSync(arriving, file);
    } finally {
      for (const part of PARTS) rmSync(arriving + part, { force: true });
      unlock();
    }
  },
});
