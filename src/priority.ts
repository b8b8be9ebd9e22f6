import { setPriority } from 'node:os';

const FIRST = -10;

/**
 * Calls come before whatever else the machine does: a backup, an export or a browser on it must not make a ring late. Processes started
 * afterwards (the managed switch) have it too. Only root or a service with CAP_SYS_NICE may; for others everything stays as it is.
 */
export const comeFirst = (): void => {
  try {
    setPriority(FIRST);
  } catch {
    // Not allowed here, which is no fault.
  }
};
