import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from './commands.ts';

/** An Asterisk that can be started: how to call it and where its parts lie. */
export interface AsteriskInstallation {
  version: string;
  /** The words before Asterisk's own arguments: the program, or a loader and its library path. */
  command: readonly string[];
  binary: string;
  modulesDirectory: string;
  /** Holds documentation/ and rest-api/, without which ARI and the pjsip configuration do not load. */
  dataDirectory: string;
  source: 'given' | 'installed' | 'fetched';
}

/** chan_websocket, which carries the live audio, came with 22.5. */
export const MINIMUM_VERSION: readonly [number, number] = [22, 5];

/** @returns "22.10.1" out of "Asterisk 22.10.1~dfsg+~cs6.15-1", or null */
export const readVersion = (text: string): string | null => /Asterisk\s+(?:certified[/-])?(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1] ?? null;

export const isRecentEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > MINIMUM_VERSION[0] || (major === MINIMUM_VERSION[0] && minor >= MINIMUM_VERSION[1]);
};

const firstExisting = (paths: readonly string[]): string | undefined => paths.find((path) => existsSync(path));

const libraryDirectories = (prefix: string): string[] => {
  const parent = join(prefix, 'lib');
  const multiarch = existsSync(parent) ? readdirSync(parent).filter((name) => name.endsWith('-linux-gnu')) : [];
  return [...multiarch.map((name) => join(parent, name)), join(prefix, 'lib64'), parent];
};

const askVersion = async (command: readonly string[]): Promise<string | null> => {
  const [program, ...args] = command;
  if (!program) return null;
  const result = await runCommand(program, [...args, '-V'], { timeoutMs: 15_000 });
  return result.code === 0 ? readVersion(result.stdout) : null;
};

/**
 * Looks at one Asterisk binary of the machine's own.
 * @returns null when it does not run, is too old, or its modules cannot be found
 */
export const describeInstalled = async (binary: string, source: 'given' | 'installed'): Promise<AsteriskInstallation | null> => {
  if (!existsSync(binary)) return null;
  const version = await askVersion([binary]);
  if (!version || !isRecentEnough(version)) return null;
  const prefix = dirname(dirname(binary)) === '/' ? '/usr' : dirname(dirname(binary));
  const modulesDirectory = firstExisting(libraryDirectories(prefix).map((path) => join(path, 'asterisk', 'modules')));
  const dataDirectory = firstExisting(
    [join(prefix, 'share', 'asterisk'), '/var/lib/asterisk', join(prefix, 'var', 'lib', 'asterisk')].filter((path) =>
      existsSync(join(path, 'rest-api')),
    ),
  );
  if (!modulesDirectory || !dataDirectory) return null;
  return { version, command: [binary], binary, modulesDirectory, dataDirectory, source };
};

/**
 * Looks at packages unpacked into a directory of their own. The loader among them is called directly, because the machine's
 * own C library may be older than the one Asterisk was built with.
 */
export const describeUnpacked = async (root: string): Promise<AsteriskInstallation | null> => {
  const libraries = libraryDirectories(join(root, 'usr'))[0];
  if (!libraries || !existsSync(libraries)) return null;
  const loaderName = readdirSync(libraries).find((name) => /^ld-linux-.*\.so\.\d+$/.test(name));
  const binary = join(root, 'usr', 'sbin', 'asterisk');
  if (!loaderName || !existsSync(binary)) return null;
  const command = [join(libraries, loaderName), '--library-path', libraries, binary];
  const version = await askVersion(command);
  if (!version || !isRecentEnough(version)) return null;
  return {
    version,
    command,
    binary,
    modulesDirectory: join(libraries, 'asterisk', 'modules'),
    dataDirectory: join(root, 'usr', 'share', 'asterisk'),
    source: 'fetched',
  };
};

const compareVersions = (left: string, right: string): number => {
  const a = left.split('.').map(Number);
  const b = right.split('.').map(Number);
  for (let index = 0; index < 3; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** The newest complete download in the cache; a directory without its mark is one that was never finished. */
export const findFetched = async (cacheDirectory: string): Promise<AsteriskInstallation | null> => {
  if (!existsSync(cacheDirectory)) return null;
  const candidates = readdirSync(cacheDirectory)
    .filter((name) => name.startsWith('asterisk-') && existsSync(join(cacheDirectory, name, 'fetched.json')))
    .map((name) => {
      const mark: unknown = JSON.parse(readFileSync(join(cacheDirectory, name, 'fetched.json'), 'utf8'));
      const architecture = typeof mark === 'object' && mark !== null && 'architecture' in mark ? mark.architecture : '';
      return { name, architecture, version: name.slice('asterisk-'.length) };
    })
    .filter((candidate) => candidate.architecture === process.arch)
    .toSorted((left, right) => compareVersions(right.version, left.version));
  for (const candidate of candidates) {
    const found = await describeUnpacked(join(cacheDirectory, candidate.name, 'root'));
    if (found) return found;
  }
  return null;
};
