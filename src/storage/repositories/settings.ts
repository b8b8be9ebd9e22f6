import { and, eq } from 'drizzle-orm';
import type { KeptSetting, SettingsRepository } from '../../settings/repository.ts';
import type { Store } from '../store.ts';

export const createSettingsRepository = (store: Store): SettingsRepository => {
  const { settings } = store.schema;
  const keptOf = (row: (typeof settings)['$inferSelect'] | undefined): KeptSetting | null =>
    row ? { value: row.value, version: row.version, updatedAt: row.updatedAt } : null;
  return {
    get: (key) => store.read(async (db) => keptOf((await db.select().from(settings).where(eq(settings.key, key)).limit(1))[0])),
    async save(db, key, version, value, at) {
      if (version === 0) {
        const added = await db
          .insert(settings)
          .values({ key, value, version: 1, updatedAt: at })
          .onConflictDoNothing({ target: settings.key })
          .returning();
        return keptOf(added[0]);
      }
      const changed = await db
        .update(settings)
        .set({ value, version: version + 1, updatedAt: at })
        .where(and(eq(settings.key, key), eq(settings.version, version)))
        .returning();
      return keptOf(changed[0]);
    },
  };
};
