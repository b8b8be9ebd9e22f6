import { and, eq } from 'drizzle-orm';
import type { HoursRepository, KeptHours } from '../../hours/repository.ts';
import type { HotlineHours } from '../../hours/schemas.ts';
import type { Store } from '../store.ts';

const KEY = 'hotline.hours';

export const createHoursRepository = (store: Store): HoursRepository => {
  const { settings } = store.schema;
  const keptOf = (row: (typeof settings)['$inferSelect'] | undefined): KeptHours | null =>
    row ? { version: row.version, updatedAt: row.updatedAt, settings: row.value as HotlineHours } : null;
  return {
    get: () => store.read(async (db) => keptOf((await db.select().from(settings).where(eq(settings.key, KEY)).limit(1))[0])),
    async save(db, version, value, at) {
      if (version === 0) {
        const added = await db
          .insert(settings)
          .values({ key: KEY, value, version: 1, updatedAt: at })
          .onConflictDoNothing({ target: settings.key })
          .returning();
        return keptOf(added[0]);
      }
      const changed = await db
        .update(settings)
        .set({ value, version: version + 1, updatedAt: at })
        .where(and(eq(settings.key, KEY), eq(settings.version, version)))
        .returning();
      return keptOf(changed[0]);
    },
  };
};
