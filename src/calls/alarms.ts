import { statfs } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import type { Alarm, PushEvent } from '../push/frames.ts';

/** A busy hour writes about 12 GB of recordings at 100 conversations; below this, people must act today. */
const LEAST_FREE_BYTES = 2 * 1024 ** 3;
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
    /** @param directory of the node's recordings on this machine, or null: then there is nothing to look at */
    async checkDisk(node: string, directory: string | null): Promise<void> {
      const id = `disk_full.${node}`;
      if (directory === null) return;
      try {
        const disk = await statfs(directory);
        const free = disk.bavail * disk.bsize;
        if (free < LEAST_FREE_BYTES) raise(id, 'disk_full', `${Math.floor(free / STEP_BYTES) * 100} MB`);
        else clear(id);
      } catch (err) {
        // A mount that is gone holds no recordings either.
        raise(id, 'disk_full', err instanceof Error && 'code' in err ? String(err.code) : 'unreadable');
      }
    },
  };
};
export type Alarms = ReturnType<typeof createAlarms>;
