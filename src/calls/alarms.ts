import { statfs } from 'node:fs/promises';
import type { Clock } from '../core/clock.ts';
import type { Alarm, PushEvent } from '../push/frames.ts';

/** A busy hour writes about 12 GB of recordings at 100 conversations; below this, people must act today. */
const LEAST_FREE_BYTES = 2 * 1024 ** 3;

/** What is wrong now and stays on screen until it is not. Kept in memory: every alarm is found again from its cause. */
export const createAlarms = (deps: { clock: Clock; push: (event: PushEvent) => void }) => {
  const raised = new Map<string, Alarm>();

  const raise = (id: string, kind: Alarm['kind'], detail: string): void => {
    if (raised.has(id)) return;
    const alarm: Alarm = { id, kind, at: deps.clock.now().toISOString(), detail };
    raised.set(id, alarm);
    deps.push({ type: 'alarm.raised', alarm });
  };
  const clear = (id: string): void => {
    if (raised.delete(id)) deps.push({ type: 'alarm.cleared', id });
  };

  return {
    raise,
    clear,
    all: (): Alarm[] => [...raised.values()],
    /** @param directory of the recordings; one that can't be read is no news */
    async checkDisk(directory: string): Promise<void> {
      try {
        const disk = await statfs(directory);
        const free = disk.bavail * disk.bsize;
        if (free < LEAST_FREE_BYTES) raise('disk_full', 'disk_full', `${Math.floor(free / 1024 ** 2)} MB`);
        else clear('disk_full');
      } catch {
        clear('disk_full');
      }
    },
  };
};
export type Alarms = ReturnType<typeof createAlarms>;
