import { and, eq, gte, isNotNull, isNull, lte } from 'drizzle-orm';
import type { StaffId } from '../../core/ids.ts';
import type { NewRow, Row } from '../schema.ts';
import type { Exec, Store } from '../store.ts';

export type ShiftRow = Row<'shifts'>;
export interface Person {
  staffId: StaffId;
  name: string;
  roles: Row<'staff'>['roles'];
  extension: string | null;
}

export const createAgentsRepository = (store: Store) => {
  const { shifts, staff } = store.schema;
  const open = isNull(shifts.signedOutAt);
  return {
    async openShift(db: Exec, staffId: StaffId): Promise<ShiftRow | undefined> {
      const [row] = await db
        .select()
        .from(shifts)
        .where(and(eq(shifts.staffId, staffId), open))
        .limit(1);
      return row;
    },
    openShiftOf: (staffId: StaffId): Promise<ShiftRow | undefined> =>
      store.read(
        async (db) =>
          (
            await db
              .select()
              .from(shifts)
              .where(and(eq(shifts.staffId, staffId), open))
              .limit(1)
          )[0],
      ),
    openShifts: (): Promise<ShiftRow[]> => store.read((db) => db.select().from(shifts).where(open)),
    dueWrapUps: (now: Date): Promise<ShiftRow[]> =>
      store.read((db) =>
        db
          .select()
          .from(shifts)
          .where(and(open, isNotNull(shifts.wrapUpUntil), lte(shifts.wrapUpUntil, now))),
      ),
    async insertShift(db: Exec, values: NewRow<'shifts'>): Promise<ShiftRow | undefined> {
      return (await db.insert(shifts).values(values).returning())[0];
    },
    async updateShift(db: Exec, id: number, values: Partial<NewRow<'shifts'>>): Promise<ShiftRow | undefined> {
      return (await db.update(shifts).set(values).where(eq(shifts.id, id)).returning())[0];
    },
    person: (staffId: StaffId): Promise<Person | undefined> =>
      store.read(async (db) => {
        const [row] = await db
          .select({ staffId: staff.id, name: staff.name, roles: staff.roles, extension: staff.extension })
          .from(staff)
          .where(and(eq(staff.id, staffId), eq(staff.active, true)))
          .limit(1);
        return row;
      }),
    staffIdOfExtension: (extension: string): Promise<StaffId | undefined> =>
      store.read(async (db) => (await db.select({ id: staff.id }).from(staff).where(eq(staff.extension, extension)).limit(1))[0]?.id),
    /** Paused time of one person's shifts since an instant is read off the history; here only what is still going on. */
    shiftsSince: (staffId: StaffId, since: Date): Promise<ShiftRow[]> =>
      store.read((db) =>
        db
          .select()
          .from(shifts)
          .where(and(eq(shifts.staffId, staffId), gte(shifts.signedInAt, since))),
      ),
  };
};
export type AgentsRepository = ReturnType<typeof createAgentsRepository>;
