import { and, desc, eq, isNull } from 'drizzle-orm';
import type { MachineRow, MachinesRepository } from '../../access/machines.ts';
import type { Exec, Store } from '../store.ts';

export const createMachinesRepository = (store: Store): MachinesRepository => {
  const { machines, staff } = store.schema;
  const rows = (db: Exec) =>
    db
      .select({
        machineId: machines.id,
        name: machines.name,
        hint: machines.hint,
        rights: machines.rights,
        createdByName: staff.name,
        createdAt: machines.createdAt,
        lastUsedAt: machines.lastUsedAt,
        revokedAt: machines.revokedAt,
      })
      .from(machines)
      .innerJoin(staff, eq(staff.id, machines.createdBy));
  return {
    all: () => store.read((db): Promise<MachineRow[]> => rows(db).orderBy(desc(machines.id))),
    async add(db, machine) {
      const [row] = await db.insert(machines).values(machine).returning({ id: machines.id });
      if (!row) throw new Error('the database returned no row for a credential');
      return row.id;
    },
    byTokenHash: (tokenHash) => store.read(async (db) => (await rows(db).where(eq(machines.tokenHash, tokenHash)).limit(1))[0] ?? null),
    async touch(machineId, at) {
      await store.write((db) =>
        db.update(machines).set({ lastUsedAt: at }).where(eq(machines.id, machineId)).returning({ id: machines.id }),
      );
    },
    async revoke(db, machineId, by, at) {
      const found = await db
        .update(machines)
        .set({ revokedBy: by, revokedAt: at })
        .where(and(eq(machines.id, machineId), isNull(machines.revokedAt)))
        .returning({ id: machines.id });
      return found.length > 0;
    },
  };
};
