import { statfs } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import type { Alarm, PushEvent } from '../push/frames.ts';

/** A busy hour writes about 12 GB of recordings at 100 conversations; below this, people must act today. */
const LEAST_FREE_BYTES = 2 * 1024 ** 3;
/** Whoever buys disks needs this long. */
const LEAST_DAYS = 7;
/** Recordings of so many days say how fast the disk fills. */
export const GROWTH_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Days until the recordings have filled the disk, as fast as they grew lately, or null while nothing has grown.
 * @param grown bytes recorded since `since`, at most GROWTH_DAYS ago; less than a day counts as a day
 */
export const daysUntilFull = (freeBytes: number, grown: { bytes: number; since: Date }, now: Date): number | null => {
  const days = Math.max(1, (now.getTime() - grown.since.getTime()) / DAY_MS);
  return grown.bytes > 0 ? Math.floor((freeBytes - LEAST_FREE_BYTES) / (grown.bytes / days)) : null;
};

/** Told in steps, or every look would be news. */
const STEP_BYTES = 100 * 1024 ** 2;

/** What is wrong now and stays on screen until it is not. Kept in memory: every alarm is found again from its cause. */
export const createAlarms = (deps: { clock: Clock; push: (event: PushEvent) => void }) => {
  const raised = new Map<string, Alarm>();

  const raise = (id: string, kind: Alarm['kind'], detail: string): void => {
    const before = raised.get(id);
    if (before?.detail === detail) return;
    const alarm: Alarm = { id, kind, at: before?.at ?? deps.clock.now().toISOString(), detail };
    raised.set(id, alarm);
    deps.push({ type: 'alarm.raised', alarm });
  };
  const clear = (id: string): void => {
    if (raised.delete(id)) deps.push({ type: 'alarm.cleared', id });
  };

  return {
    raise,
    clear,
    /** Clears an alarm that was raised before something began which then went well. */
    clearIfSince(id: string, began: Date): void {
      const alarm = raised.get(id);
      if (alarm && new Date(alarm.at) <= began) clear(id);
    },
    all: (): Alarm[] => [...raised.values()],
    /**
     * @param directory of the node's recordings on this machine, or null: then there is nothing to look at
     * @param grown what was recorded there lately; null: not known
     */
    async checkDisk(node: string, directory: string | null, grown: { bytes: number; since: Date } | null = null): Promise<void> {
      const [id, daysId] = [`disk_full.${node}`, `disk_days.${node}`];
      if (directory === null) return;
      try {
        const disk = await statfs(directory);
        const free = disk.bavail * disk.bsize;
        if (free < LEAST_FREE_BYTES) raise(id, 'disk_full', `${Math.floor(free / STEP_BYTES) * 100} MB`);
        else clear(id);
        const left = grown === null ? null : daysUntilFull(free, grown, deps.clock.now());
        if (left !== null && left >= 0 && left < LEAST_DAYS) raise(daysId, 'disk_days', String(left));
        else clear(daysId);
      } catch (err) {
        clear(daysId);
        // A mount that is gone holds no recordings either.
        raise(id, 'disk_full', err instanceof Error && 'code' in err ? String(err.code) : 'unreadable');
      }
    },
  };
};
export type Alarms = ReturnType<typeof createAlarms>;
