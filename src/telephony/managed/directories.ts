import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { installPrompts } from '../prompts.ts';
import { runCommand } from './commands.ts';
import type { SwitchDirectories } from './settings.ts';

/** Whom the switch runs as. */
export interface RunAs {
  /** Set when we are root and give our rights away; the ids of "nobody" exist on every Linux. */
  drop: { userId: number; groupId: number } | null;
}

export const UNPRIVILEGED_ID = 65534;

/** Root inside a user namespace owns nothing outside it and often cannot become anybody else: it is unprivileged already. */
const isRealRoot = (): boolean => {
  if (process.getuid?.() !== 0) return false;
  const map = existsSync('/proc/self/uid_map') ? readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/) : [];
  return map.length === 0 || (map.length === 3 && map[0] === '0' && map[1] === '0' && Number(map[2]) > UNPRIVILEGED_ID);
};

export const chooseRunAs = (): RunAs => ({ drop: isRealRoot() ? { userId: UNPRIVILEGED_ID, groupId: UNPRIVILEGED_ID } : null });

/** Whether the user the switch runs as can get to a directory; a checkout under /root is closed to others. */
export const canReach = async (path: string, runAs: RunAs): Promise<boolean> => {
  if (!runAs.drop) return existsSync(path);
  const { userId, groupId } = runAs.drop;
  const asUser = [`--reuid=${userId}`, `--regid=${groupId}`, '--clear-groups', 'test', '-r', path, '-a', '-x', path];
  return (await runCommand('setpriv', asUser, { timeoutMs: 5_000 })).code === 0;
};

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** The nearest directory above that exists already. */
const existingAncestor = (path: string): string => {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : existingAncestor(parent);
};

/** The wanted directory, or one of its own under /var/lib when the switch's user could not get there. */
export const chooseBase = async (wanted: string, runAs: RunAs): Promise<string> => {
  const path = resolve(wanted);
  if (!runAs.drop) return path;
  const user = runAs.drop;
  const asUser = [`--reuid=${user.userId}`, `--regid=${user.groupId}`, '--clear-groups', 'test', '-x', existingAncestor(path)];
  const reachable = (await runCommand('setpriv', asUser, { timeoutMs: 5_000 })).code === 0;
  return reachable ? path : join('/var/lib/hotline-12345', shortHash(path));
};

/** A unix socket's path may have 107 characters; Asterisk puts "/asterisk.ctl" behind this one. */
const LONGEST_RUN_DIRECTORY = 90;

export const layOut = (base: string): SwitchDirectories => {
  const inBase = join(base, 'run');
  const run = inBase.length <= LONGEST_RUN_DIRECTORY ? inBase : join(tmpdir(), `hotline-${process.getuid?.() ?? 0}-${shortHash(base)}`);
  const at = (name: string): string => join(base, name);
  return { base, etc: at('etc'), run, log: at('log'), spool: at('spool'), lib: at('lib'), data: at('data'), cache: at('cache') };
};

const NEEDED = {
  etc: ['hotline/queues'],
  run: [],
  log: ['cel-custom', 'cdr-custom'],
  spool: ['recording/hotline/voicemail', 'monitor', 'outgoing', 'tmp', 'voicemail'],
  lib: ['keys'],
  data: ['agi-bin', 'sounds', 'moh'],
  cache: [],
} as const;

const give = (path: string, runAs: RunAs): void => {
  if (runAs.drop) chownSync(path, runAs.drop.userId, runAs.drop.groupId);
};

export const makeDirectories = (directories: SwitchDirectories, runAs: RunAs): void => {
  mkdirSync(directories.base, { recursive: true, mode: 0o755 });
  for (const [name, children] of Object.entries(NEEDED)) {
    const path = directories[name as keyof typeof NEEDED];
    mkdirSync(path, { recursive: true, mode: 0o700 });
    // In a directory everybody may write to, somebody else may have been there first.
    const owner = lstatSync(path);
    if (!owner.isDirectory() || (owner.uid !== process.getuid?.() && owner.uid !== runAs.drop?.userId))
      throw new Error(`${path} belongs to somebody else`);
    give(path, runAs);
    for (const child of children) {
      mkdirSync(join(path, child), { recursive: true, mode: 0o700 });
      for (let each = join(path, child); each !== path; each = dirname(each)) give(each, runAs);
    }
  }
};

/** Secrets are among them: readable by the switch alone. Written only when changed, so that a reload can be told from none. */
export const writeFileFor = (path: string, text: string, runAs: RunAs): boolean => {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  writeFileSync(path, text, { mode: 0o600 });
  give(path, runAs);
  return true;
};

/** By size and time, as rsync does: most starts copy nothing. */
const isSameFile = (from: string, to: string): boolean => {
  const copy = statSync(to, { throwIfNoEntry: false });
  const original = statSync(from);
  return copy !== undefined && copy.size === original.size && Math.abs(copy.mtimeMs - original.mtimeMs) < 1;
};

/** Copies, not links: the checkout may be closed to the switch's user, and may change under a running switch. */
const copyInto = (from: string, to: string, keep: (name: string) => boolean, runAs: RunAs): void => {
  if (!existsSync(from)) return;
  mkdirSync(to, { recursive: true, mode: 0o755 });
  give(to, runAs);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!entry.isFile() || !keep(entry.name) || isSameFile(join(from, entry.name), join(to, entry.name))) continue;
    cpSync(join(from, entry.name), join(to, entry.name), { preserveTimestamps: true });
    give(join(to, entry.name), runAs);
  }
};

/**
 * Puts our dialplan, prompts and music where the switch looks for them.
 * @returns a sentence for each studio recording that was not taken
 */
export const installParts = (
  parts: { dialplans: string; overlay: string | undefined; dataDirectory: string },
  directories: SwitchDirectories,
  runAs: RunAs,
): string[] => {
  // These are rendered from the settings.
  const rendered = new Set(['trunk.conf', 'numbers.conf', 'bench.conf']);
  const isConfiguration = (name: string): boolean => name.endsWith('.conf') && !rendered.has(name);
  copyInto(parts.dialplans, join(directories.etc, 'hotline'), isConfiguration, runAs);
  copyInto(join(parts.dialplans, 'queues'), join(directories.etc, 'hotline/queues'), isConfiguration, runAs);
  for (const name of ['documentation', 'rest-api']) {
    const target = join(directories.data, name);
    rmSync(target, { recursive: true, force: true });
    symlinkSync(join(parts.dataDirectory, name), target);
  }
  const sounds = { from: join(parts.dialplans, 'sounds'), overlay: parts.overlay, to: directories.data };
  const report = installPrompts({ ...sounds, give: (path) => give(path, runAs) });
  return report.refused.map(({ file, reason }) => `The recording ${file} is not used: ${reason}`);
};
