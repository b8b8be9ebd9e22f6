import { eq } from 'drizzle-orm';
import type { Clock } from '../core/clock.ts';
import type { Store } from './store.ts';

/** Small values that must outlive the process, by name: cursors, flags. Last writer wins; settings of people have versions of their own. */
export const createKeptValues = (deps: { store: Store; clock: Clock }) => {
  const { store, clock } = deps;
  const { settings } = store.schema;
  return {
    async get<T>(key: string): Promise<T | null> {
      const [row] = await store.read((db) => db.select({ value: settings.value }).from(settings).where(eq(settings.key, key)).limit(1));
      return (row?.value as T | undefined) ?? null;
    },
    async set(key: string, value: unknown): Promise<void> {
      const updatedAt = clock.now();
      await store.write((db) =>
        db
          .insert(settings)
          .values({ key, value, updatedAt })
          .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt } })
          .returning({ id: settings.id }),
      );
    },
  };
};
export type KeptValues = ReturnType<typeof createKeptValues>;
