import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Directory of PostgreSQL's server programs as Debian lays them, newest first, or the one on PATH. */
const binaries = (): string => {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  for (const version of versions) if (existsSync(join(root, version, 'bin/initdb'))) return join(root, version, 'bin');
  return '';
};

/** PostgreSQL refuses to run as root, so as root its processes become `nobody`. */
const asServer = (): { uid?: number; gid?: number } => (process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {});

export interface TestPostgres {
  /** Connects over a unix socket, so a service inside a network namespace reaches it too. */
  url(database: string): string;
  directory: string;
  stop(): void;
}

const urlIn =
  (directory: string) =>
  (database: string): string =>
    `postgres://hotline@/${database}?host=${encodeURIComponent(directory)}`;

/** Where the runner tells its files that one server stands for all of them. */
export const SHARED_POSTGRES = 'TEST_POSTGRES';

/** The run's server when there is one, else a server of the file's own. */
export const testPostgres = async (): Promise<TestPostgres> => {
  const shared = process.env[SHARED_POSTGRES];
  return shared ? { directory: shared, url: urlIn(shared), stop: () => undefined } : startPostgres();
};

/** Data that nobody will miss need not survive a power cut. */
const CARELESS = ['fsync', 'synchronous_commit', 'full_page_writes'].flatMap((name) => ['-c', `${name}=off`]);

/**
 * A PostgreSQL of the test's own: empty, in a temporary directory, no network port. With `keptIn`, its data lie there and are
 * found again by whoever starts it there next.
 */
export const startPostgres = async (options: { careless?: boolean; keptIn?: string } = {}): Promise<TestPostgres> => {
  const bin = binaries();
  const directory = options.keptIn ?? mkdtempSync(join(tmpdir(), 'hotline-pg-'));
  chmodSync(directory, 0o777);
  const run = { ...asServer(), stdio: 'pipe' as const, cwd: directory };
  const data = join(directory, 'data');
  // Whoever started it before may have been killed and have left it running.
  if (existsSync(join(data, 'postmaster.pid'))) spawnSync(join(bin, 'pg_ctl'), ['stop', '-D', data, '-m', 'fast'], run);
  if (!existsSync(data))
    execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'hotline', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], run);
  const settings = ['-c', 'listen_addresses=', '-c', 'max_connections=200', ...(options.careless ? CARELESS : [])];
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-k', directory, ...settings], { ...run, stdio: 'ignore' });
  server.unref(); // the test's process ends when its tests do
  const ready = (): boolean => {
    try {
      execFileSync(join(bin, 'pg_isready'), ['-h', directory, '-U', 'hotline', '-q'], run);
      return true;
    } catch {
      return false;
    }
  };
  const deadline = Date.now() + 20_000;
  while (!ready()) {
    if (Date.now() > deadline || server.exitCode !== null) throw new Error('the test PostgreSQL did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    directory,
    url: urlIn(directory),
    stop() {
      server.kill('SIGINT'); // fast shutdown
      const until = Date.now() + 5_000;
      while (existsSync(join(data, 'postmaster.pid')) && Date.now() < until)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      if (options.keptIn === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
};
