import { asc, eq } from 'drizzle-orm';
import type { DutyRepository } from '../../directory/duty-service.ts';
import type { Store } from '../store.ts';

export const createDutyRepository = (store: Store): DutyRepository => {
  const { unitDuties } = store.schema;
  return {
    ofUnit: (unitCode) =>
      store.read((db) =>
        db
          .select({ name: unitDuties.name, number: unitDuties.number, hours: unitDuties.hours })
          .from(unitDuties)
          .where(eq(unitDuties.unitCode, unitCode))
          .orderBy(asc(unitDuties.place)),
      ),
    async save(db, unitCode, list, updatedBy, updatedAt) {
      await db.delete(unitDuties).where(eq(unitDuties.unitCode, unitCode)).returning({ id: unitDuties.id });
      if (list.length === 0) return;
      const values = list.map((each, place) => ({ ...each, unitCode, place, updatedBy, updatedAt }));
      await db.insert(unitDuties).values(values).returning({ id: unitDuties.id });
    },
  };
};
