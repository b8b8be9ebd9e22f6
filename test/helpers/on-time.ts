import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const putFirst = (policy: '--fifo' | '--rr', level: number, pids: readonly number[]): boolean =>
  // All of them, whichever has ended meanwhile.
  !pids.map((pid) => spawnSync('chrt', ['--all-tasks', policy, '--pid', String(level), String(pid)]).status).some(Boolean);

/**
 * Puts this process before all others of the machine, for one that plays telephones and measures voices: a busy journey must
 * not make a gap of its own. Only root may; others measure on a machine that is quiet.
 */
export const beOnTime = (): void => {
  if (putFirst('--fifo', 10, [process.pid])) return;
  try {
    setPriority(-15);
  } catch {
    // As it is, then.
  }
};

const parentOf = (pid: string): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
};

/** The same for a browser and all its helpers: an agent has a machine of their own, on which no service starts. */
export const letBrowserBeOnTime = (pid: number): void => {
  if (!pid) return;
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(name)]),
  );
  const isOfIt = (each: number): boolean => each === pid || (each > 1 && isOfIt(parents.get(each) ?? 0));
  // Below the telephones that measure it.
  putFirst('--rr', 5, [...parents.keys()].filter(isOfIt));
};
