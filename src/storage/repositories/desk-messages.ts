import { and, eq, gte, isNull } from 'drizzle-orm';
import type { StaffId } from '../../core/ids.ts';
import type { NewRow, Row } from '../schema.ts';
import type { Exec, Store } from '../store.ts';

export type MessageRow = Row<'deskMessages'> & { from: string };

export const createDeskMessagesRepository = (store: Store) => {
  const { deskMessages, staff } = store.schema;
  const select = (db: Exec) =>
    db.select({ message: deskMessages, from: staff.name }).from(deskMessages).innerJoin(staff, eq(staff.id, deskMessages.fromStaffId));
  return {
    /** @returns the new rows' ids; none for somebody who has got this batch already */
    async add(db: Exec, rows: NewRow<'deskMessages'>[]): Promise<{ id: number; toStaffId: StaffId }[]> {
      if (rows.length === 0) return [];
      return db
        .insert(deskMessages)
        .values(rows)
        .onConflictDoNothing()
        .returning({ id: deskMessages.id, toStaffId: deskMessages.toStaffId });
    },
    byId: (id: number): Promise<MessageRow | undefined> =>
      store.read(async (db) => {
        const [row] = await select(db).where(eq(deskMessages.id, id)).limit(1);
        return row && { ...row.message, from: row.from };
      }),
    /** What this person has not seen, the oldest first. */
    unseenOf: (staffId: StaffId, since: Date): Promise<MessageRow[]> =>
      store.read(async (db) => {
        const rows = await select(db)
          .where(and(eq(deskMessages.toStaffId, staffId), isNull(deskMessages.seenAt), gte(deskMessages.sentAt, since)))
          .orderBy(deskMessages.id);
        return rows.map(({ message, from }) => ({ ...message, from }));
      }),
    /** @returns whether it was this person's and unseen until now */
    async see(db: Exec, id: number, staffId: StaffId, at: Date): Promise<boolean> {
      const rows = await db
        .update(deskMessages)
        .set({ seenAt: at })
        .where(and(eq(deskMessages.id, id), eq(deskMessages.toStaffId, staffId), isNull(deskMessages.seenAt)))
        .returning({ id: deskMessages.id });
      return rows.length > 0;
    },
  };
};
export type DeskMessagesRepository = ReturnType<typeof createDeskMessagesRepository>;
