import { asc, eq } from 'drizzle-orm';
import type { DirectoryRepository } from '../../directory/repository.ts';
import type { Store } from '../store.ts';

export const createDirectoryRepository = (store: Store): DirectoryRepository => {
  const { citizens, citizenNumbers, categories, places, units } = store.schema;
  return {
    peopleByNumber: (normal, limit) =>
      store.read((db) =>
        db
          .select({
            citizenId: citizens.id,
            name: citizens.name,
            gender: citizens.gender,
            language: citizens.language,
            address: citizens.address,
            callbackPreference: citizens.callbackPreference,
          })
          .from(citizenNumbers)
          .innerJoin(citizens, eq(citizens.id, citizenNumbers.citizenId))
          .where(eq(citizenNumbers.normal, normal))
          .orderBy(asc(citizens.id))
          .limit(limit),
      ),
    addCitizen: ({ numbers, ...citizen }, at) =>
      store.write(async (db) => {
        const [row] = await db
          .insert(citizens)
          .values({ ...citizen, createdAt: at })
          .returning({ id: citizens.id });
        if (!row) throw new Error('the database returned no row for a new citizen');
        const distinct = [...new Set(numbers)];
        if (distinct.length)
          await db
            .insert(citizenNumbers)
            .values(distinct.map((normal) => ({ citizenId: row.id, normal })))
            .returning({ id: citizenNumbers.id });
        return row.id;
      }),
    categories: () =>
      store.read((db) =>
        db
          .select({
            code: categories.code,
            name: categories.name,
            path: categories.path,
            level: categories.level,
            parentCode: categories.parentCode,
            unitKind: categories.unitKind,
            active: categories.active,
          })
          .from(categories)
          .orderBy(asc(categories.code)),
      ),
    places: () =>
      store.read((db) =>
        db
          .select({ code: places.code, name: places.name, townCode: places.townCode, townName: places.townName })
          .from(places)
          .orderBy(asc(places.code)),
      ),
    units: () =>
      store.read((db) =>
        db
          .select({ code: units.code, name: units.name, league: units.league, kind: units.kind, phone: units.phone, active: units.active })
          .from(units)
          .orderBy(asc(units.code)),
      ),
  };
};
