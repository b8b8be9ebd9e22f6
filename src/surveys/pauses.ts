import type { Clock } from '../core/clock.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, bySystem, type History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';

export interface Pause {
  all: boolean;
  /** Why everything stands: nobody has ever begun it, a person, or faults of the trunk. */
  reason: 'not_begun' | 'person' | 'line_faults' | null;
  /** Units about whose matters nobody is called. */
  units: readonly string[];
  /** When it was last let go on: faults before that do not count. */
  since: Date;
}

interface Kept {
  all: boolean;
  reason: Pause['reason'];
  units: string[];
  since: string;
}

const KEY = 'surveys.pause';
/** A machine that nobody has told to begin calls no citizen. */
const NOT_BEGUN: Pause = { all: true, reason: 'not_begun', units: [], since: new Date(0) };

/** Whether the hotline calls by itself at all; kept in the database, for all instances alike. */
export const createPauses = (deps: {
  store: Pick<Store, 'write'>;
  kept: { get<T>(key: string): Promise<T | null>; set(key: string, value: unknown): Promise<void> };
  history: Pick<History, 'append'>;
  clock: Clock;
  /** Faults of the trunk have stopped the calling, or it goes on. */
  onFaults?: (stopped: boolean) => void;
}) => {
  const { store, kept, history, clock } = deps;

  const get = async (): Promise<Pause> => {
    const value = await kept.get<Kept>(KEY);
    return value === null ? NOT_BEGUN : { ...value, since: new Date(value.since) };
  };

  const put = (next: Pause, staffId: StaffId | null, details: Record<string, unknown>): Promise<void> =>
    store.write(async (db) => {
      await kept.set(KEY, { ...next, since: next.since.toISOString() });
      const actor = staffId === null ? bySystem : byStaff(staffId);
      await history.append(db, { actor, act: 'surveys.pause_changed', thing: { kind: 'surveys', id: null }, details });
    });

  return {
    get,
    async setAll(all: boolean, staffId: StaffId): Promise<Pause> {
      const before = await get();
      const next: Pause = { ...before, all, reason: all ? 'person' : null, since: all ? before.since : clock.now() };
      await put(next, staffId, { all });
      if (!all) deps.onFaults?.(false);
      return next;
    },
    async setUnit(unitCode: string, paused: boolean, staffId: StaffId): Promise<Pause> {
      const before = await get();
      const others = before.units.filter((each) => each !== unitCode);
      const next: Pause = { ...before, units: paused ? [...others, unitCode] : others };
      await put(next, staffId, { unitCode, paused });
      return next;
    },
    async onFaults(): Promise<void> {
      await put({ ...(await get()), all: true, reason: 'line_faults' }, null, { all: true, reason: 'line_faults' });
      deps.onFaults?.(true);
    },
  };
};
export type Pauses = ReturnType<typeof createPauses>;
