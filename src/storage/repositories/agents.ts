import { and, eq, gte, isNotNull, isNull, like, lte } from 'drizzle-orm';
import type { DeskChange } from '../../agents/pause-reasons.ts';
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
  const { history, shifts, staff } = store.schema;
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
    /** Everybody with an extension who works here, by name. */
    ringable: (): Promise<{ staffId: StaffId; name: string; extension: string | null }[]> =>
      store.read((db) =>
        db
          .select({ staffId: staff.id, name: staff.name, extension: staff.extension })
          .from(staff)
          .where(and(eq(staff.active, true), isNotNull(staff.extension)))
          .orderBy(staff.name, staff.id),
      ),
    staffIdOfExtension: (extension: string): Promise<StaffId | undefined> =>
      store.read(async (db) => (await db.select({ id: staff.id }).from(staff).where(eq(staff.extension, extension)).limit(1))[0]?.id),
    /** What the record says of one person's desk since an instant, the oldest first. */
    deskChanges: (staffId: StaffId, since: Date): Promise<DeskChange[]> =>
      store.read(async (db) => {
        const rows = await db
          .select({ at: history.at, act: history.act, details: history.details })
          .from(history)
          .where(and(eq(history.thingKind, 'staff'), eq(history.thingId, staffId), gte(history.at, since), like(history.act, 'agent.%')))
          .orderBy(history.id);
        return rows.flatMap(({ at, act, details }) => {
          if (act === 'agent.signed_in') return [{ at, intent: 'paused' as const, reason: 'signed_in' }];
          if (act === 'agent.signed_out') return [{ at, intent: 'signed_out' as const, reason: '' }];
          const { intent, reason } = details as { intent?: DeskChange['intent']; reason?: string };
          return intent ? [{ at, intent, reason: reason ?? '' }] : [];
        });
      }),
  };
};
export type AgentsRepository = ReturnType<typeof createAgentsRepository>;
