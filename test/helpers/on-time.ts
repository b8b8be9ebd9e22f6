import { spawnSync } from 'node:child_process';
import { setPriority } from 'node:os';

/**
 * Puts this process before all others of the machine, for one that plays telephones and measures voices: a busy journey must
 * not make a gap of its own. Only root may; others measure on a machine that is quiet.
 */
export const beOnTime = (): void => {
  if (spawnSync('chrt', ['--all-tasks', '--fifo', '--pid', '10', String(process.pid)]).status === 0) return;
  try {
    setPriority(-15);
  } catch {
    // As it is, then.
  }
};
