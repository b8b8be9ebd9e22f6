import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process as the kernel knows it; the start time tells it from a later one that got the same number. */
export interface ProcessMark {
  pid: number;
  /** Clock ticks after boot of the machine at which it began. */
  startTicks: number;
}

/** @returns null when there is no such process, or only its unburied remains */
export const readProcess = (pid: number): (ProcessMark & { commandLine: string[] }) | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets: what follows the last bracket is regular.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return { pid, startTicks: Number(fields[19]), commandLine };
  } catch {
    return null;
  }
};

export const isSameProcess = (mark: ProcessMark): boolean => readProcess(mark.pid)?.startTicks === mark.startTicks;

/** The limit on open files of a living process; 0 when it cannot be read. */
export const readFileLimit = (pid: number): number => {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1];
    return line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line ?? 0);
  } catch {
    return 0;
  }
};

const waitUntilGone = async (mark: ProcessMark, limitMs: number): Promise<boolean> => {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; ) {
    if (!isSameProcess(mark)) return true;
    await delay(25);
  }
  return !isSameProcess(mark);
};

/**
 * Asks a process to end, waits, and kills it when it does not. Nothing is sent to a process that is not the marked one.
 * @param ask sends the polite request
 */
export const endProcess = async (mark: ProcessMark, ask: () => Promise<void>, politeMs: number): Promise<'ended' | 'killed'> => {
  if (!isSameProcess(mark)) return 'ended';
  await Promise.race([ask().catch(() => undefined), delay(politeMs)]);
  if (await waitUntilGone(mark, politeMs)) return 'ended';
  if (isSameProcess(mark)) process.kill(mark.pid, 'SIGKILL');
  await waitUntilGone(mark, 5_000);
  return 'killed';
};
