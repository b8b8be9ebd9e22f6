import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HotlineError } from '../../core/errors.ts';
import { runCommand } from './commands.ts';
import { type AsteriskInstallation, describeInstalled, describeUnpacked, findFetched, MINIMUM_VERSION } from './find.ts';

export interface FetchSettings {
  cacheDirectory: string;
  /** A binary named by the operator: used or refused, never silently replaced. */
  binary?: string | undefined;
  /** A Debian mirror named by the operator; without it the one in the machine's own apt sources is used. */
  mirror?: string | undefined;
  /** Where to look for an installed Asterisk before fetching one. */
  searchPath?: readonly string[];
  /** Told a sentence a person waiting at the terminal wants to read. */
  onProgress?: (text: string) => void;
}

const DEFAULT_SEARCH_PATH = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/opt/asterisk/sbin'];
const DOWNLOAD_LIMIT_MS = 10 * 60_000;

/** The cache must outlive a clone of the repository and be readable by the unprivileged user the switch runs as. */
export const defaultCacheDirectory = (environment: Readonly<Record<string, string | undefined>>, userId: number): string => {
  if (environment.HOTLINE_CACHE_DIR) return environment.HOTLINE_CACHE_DIR;
  if (userId === 0) return '/var/cache/hotline-12345';
  const base = environment.XDG_CACHE_HOME || join(environment.HOME ?? '/tmp', '.cache');
  return join(base, 'hotline-12345');
};

/**
 * Finds an Asterisk that is recent enough: the one named, one installed, one fetched before, else Debian's packages are
 * fetched. Safe when two processes do it at once.
 * @throws HotlineError telephony.unavailable with the cure in its sentence
 */
export const obtainAsterisk = async (settings: FetchSettings): Promise<AsteriskInstallation> => {
  if (settings.binary) {
    const given = await describeInstalled(settings.binary, 'given');
    if (given) return given;
    throw new HotlineError(
      'telephony.unavailable',
      `${settings.binary} is not a working Asterisk of ${MINIMUM_VERSION.join('.')} or later`,
    );
  }
  for (const directory of settings.searchPath ?? DEFAULT_SEARCH_PATH) {
    const installed = await describeInstalled(join(directory, 'asterisk'), 'installed');
    if (installed) return installed;
  }
  const before = await findFetched(settings.cacheDirectory);
  if (before) return before;
  await mkdir(settings.cacheDirectory, { recursive: true, mode: 0o755 });
  return await withLock(join(settings.cacheDirectory, 'fetch.lock'), settings, async () => {
    // Another process may have finished the download while we waited for the lock.
    return (await findFetched(settings.cacheDirectory)) ?? (await fetchPackages(settings));
  });
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    return err instanceof Error && 'code' in err && err.code === 'EPERM';
  }
};

/** One download at a time. The lock only spares work: a lost lock costs a second download, the rename at the end keeps both right. */
const withLock = async <T>(path: string, settings: FetchSettings, work: () => Promise<T>): Promise<T> => {
  const deadline = Date.now() + DOWNLOAD_LIMIT_MS;
  for (let waited = false; Date.now() < deadline; waited = true) {
    const handle = await open(path, 'wx').catch(() => null);
    if (handle) {
      try {
        await handle.writeFile(String(process.pid));
        await handle.close();
        return await work();
      } finally {
        await rm(path, { force: true });
      }
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    const age =
      Date.now() -
      (await stat(path).then(
        (found) => found.mtimeMs,
        () => Date.now(),
      ));
    if (owner > 0 ? !isAlive(owner) : age > 5_000) await rm(path, { force: true });
    else {
      if (!waited) settings.onProgress?.('Another process is fetching Asterisk; waiting for it');
      await delay(250);
    }
  }
  throw new HotlineError('telephony.unavailable', `another process has been fetching Asterisk for ten minutes (${path})`);
};

interface DebianMirror {
  uri: string;
  keyring: string;
}

const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.pgp', '/usr/share/keyrings/debian-archive-keyring.gpg'];

/** A Debian mirror out of apt's own index targets ("REPO_URI SIGNED_BY" per line); security archives carry no sid. */
export const chooseMirror = (targets: string): string | null => {
  const mirrors = targets
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[0] ?? '')
    .filter((uri) => /\/debian\/?$/.test(uri));
  return mirrors[0]?.replace(/\/$/, '') ?? null;
};

const findMirror = async (settings: FetchSettings): Promise<DebianMirror> => {
  const keyring = KEYRINGS.find((path) => existsSync(path));
  const targets = await runCommand('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], { timeoutMs: 30_000 });
  const uri = settings.mirror ?? (targets.code === 0 ? chooseMirror(targets.stdout) : null);
  if (targets.code === 0 && uri && keyring) return { uri, keyring };
  const why =
    targets.code === null
      ? 'this machine has no apt'
      : keyring
        ? 'no Debian mirror is among the apt sources of this machine'
        : 'the keys of the Debian archive are missing (package debian-archive-keyring)';
  throw new HotlineError(
    'telephony.unavailable',
    `Asterisk cannot be fetched: ${why}. Install Asterisk ${MINIMUM_VERSION.join('.')} or later, or point the service at an existing switch`,
  );
};

/** A private apt state: nothing of the machine's own package system is read for writing or changed. */
const aptOptions = (state: string): string[] =>
  Object.entries({
    Dir: state,
    'Dir::Etc::sourcelist': join(state, 'etc/sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::trustedparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': join(state, 'state'),
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'state/status'),
    'Dir::Cache': join(state, 'cache'),
    'Dir::Cache::archives': join(state, 'cache/archives'),
    'APT::Sandbox::User': '',
    'APT::Install-Recommends': 'false',
    'APT::Status-Fd': '3',
    'Debug::NoLocking': '1',
    'Acquire::Check-Valid-Until': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  }).map(([key, value]) => `-o${key}=${value}`);

const prepareAptState = async (state: string, mirror: DebianMirror): Promise<void> => {
  for (const name of ['etc', 'state', 'lists/partial', 'cache/archives/partial']) await mkdir(join(state, name), { recursive: true });
  await writeFile(join(state, 'state/status'), '');
  await writeFile(join(state, 'etc/sources.list'), `deb [signed-by=${mirror.keyring}] ${mirror.uri} sid main\n`);
};

const runApt = async (state: string, args: readonly string[], describe: (percent: number) => string, settings: FetchSettings) => {
  let lastTold = -1;
  const result = await runCommand('apt-get', [...aptOptions(state), ...args], {
    timeoutMs: DOWNLOAD_LIMIT_MS,
    onStatusLine: (line) => {
      const percent = Math.floor(Number(/^dlstatus:\d+:([\d.]+):/.exec(line)?.[1] ?? Number.NaN) / 10) * 10;
      if (Number.isNaN(percent) || percent === lastTold) return;
      lastTold = percent;
      settings.onProgress?.(describe(percent));
    },
  });
  if (result.code === 0) return;
  const reason = result.stderr.trim().split('\n').slice(-3).join(' ') || 'it did not finish within its time limit';
  throw new HotlineError('telephony.unavailable', `Asterisk cannot be fetched: apt-get ${args[0]}: ${reason}`);
};

/** Two at a time: unpacking is half disk, half processor. */
const unpackAll = async (archives: string, root: string): Promise<number> => {
  const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
  const waiting = [...packages];
  const worker = async (): Promise<void> => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const result = await runCommand('dpkg-deb', ['-x', join(archives, name), root], { timeoutMs: 120_000 });
      if (result.code !== 0)
        throw new HotlineError('telephony.unavailable', `Asterisk cannot be unpacked: ${name}: ${result.stderr.trim()}`);
    }
  };
  await Promise.all([worker(), worker()]);
  return packages.length;
};

/** Into a temporary directory, marked and renamed when complete, so that a broken download never looks finished. */
const fetchPackages = async (settings: FetchSettings): Promise<AsteriskInstallation> => {
  const mirror = await findMirror(settings);
  const temporary = await mkdtemp(join(settings.cacheDirectory, 'fetching-'));
  try {
    const root = join(temporary, 'root');
    const state = join(temporary, 'apt');
    await mkdir(root, { recursive: true });
    await prepareAptState(state, mirror);
    settings.onProgress?.('Fetching the list of Debian packages');
    await runApt(state, ['update'], (percent) => `Fetching the list of Debian packages: ${percent} %`, settings);
    settings.onProgress?.('Fetching Asterisk (about 80 MB)');
    await runApt(state, ['install', '-y', '--download-only', 'asterisk'], (percent) => `Fetching Asterisk: ${percent} %`, settings);
    settings.onProgress?.('Unpacking Asterisk');
    const packages = await unpackAll(join(state, 'cache/archives'), root);
    return await keep(temporary, root, packages, settings);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
};

const keep = async (temporary: string, root: string, packages: number, settings: FetchSettings): Promise<AsteriskInstallation> => {
  const found = await describeUnpacked(root);
  if (!found)
    throw new HotlineError(
      'telephony.unavailable',
      `the Asterisk that Debian offers does not run here or is older than ${MINIMUM_VERSION.join('.')}`,
    );
  await rm(join(temporary, 'apt'), { recursive: true, force: true });
  await writeFile(join(temporary, 'fetched.json'), JSON.stringify({ version: found.version, architecture: process.arch, packages }));
  // mkdtemp makes it private, yet the switch runs as another user.
  await chmod(temporary, 0o755);
  const final = join(settings.cacheDirectory, `asterisk-${found.version}`);
  await rename(temporary, final).catch(async (err: unknown) => {
    // Somebody else was faster: theirs is as good as ours.
    if (!existsSync(join(final, 'fetched.json'))) throw err;
  });
  settings.onProgress?.(`Asterisk ${found.version} is ready`);
  const kept = await describeUnpacked(join(final, 'root'));
  if (!kept) throw new HotlineError('telephony.unavailable', `the Asterisk in ${final} does not run`);
  return kept;
};
