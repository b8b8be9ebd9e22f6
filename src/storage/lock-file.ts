import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { HotlineError } from '../core/errors.ts';

/**
 * Start time of a process, so that a pid that the system has given to somebody else is not taken for ours.
 * The field follows the command, which may itself hold spaces and brackets.
 */
const startedAt = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
};

const holder = (file: string): { pid: number; started: string } | undefined => {
  try {
    const [pid, started] = readFileSync(file, 'utf8').split(' ');
    return { pid: Number(pid), started: started ?? '' };
  } catch {
    return undefined;
  }
};

/**
 * Two processes on one SQLite file would each wait synchronously for the other's lock, so the second must not start.
 * @returns releases the lock
 * @throws HotlineError storage.locked naming the process that holds it
 */
export const lockFile = (file: string): (() => void) => {
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, `${process.pid} ${startedAt(process.pid) ?? ''}`);
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(mine, file); // atomic: only one process can make the name
        return () => rmSync(file, { force: true });
      } catch (error) {
        const other = holder(file);
        if (other && startedAt(other.pid) === other.started)
          throw new HotlineError('storage.locked', `the database is in use by process ${other.pid}`, { pid: other.pid });
        if (existsSync(file)) rmSync(file, { force: true }); // its holder is dead
        if (attempt === 2) throw error;
      }
    }
    throw new HotlineError('storage.locked', 'the database lock could not be taken');
  } finally {
    rmSync(mine, { force: true });
  }
};
