import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import type { HandoversRepository } from '../../handover/repository.ts';
import type { Store } from '../store.ts';

export const createHandoversRepository = (store: Store): HandoversRepository => {
  const { handovers } = store.schema;
  return {
    async add(db, { tries, ...row }) {
      const [added] = await db
        .insert(handovers)
        .values({ ...row, tries: [...tries] })
        .returning({ id: handovers.id });
      if (!added) throw new Error('the database returned no row for a hand-over');
      return added.id;
    },
    async save(db, handoverId, { state, tries }, endedAt) {
      await db
        .update(handovers)
        .set({ state, tries: [...tries], endedAt })
        .where(eq(handovers.id, handoverId))
        .returning({ id: handovers.id });
    },
    endedOf: (caseId) =>
      store.read(async (db) => {
        const rows = await db
          .select()
          .from(handovers)
          .where(and(eq(handovers.caseId, caseId), inArray(handovers.state, ['taken', 'refused'])))
          .orderBy(asc(handovers.id));
        return rows.map(({ id: handoverId, ...rest }) => ({ handoverId, ...rest }));
      }),
    ofCall: (callId) =>
      store.read(async (db) => {
        const [row] = await db.select().from(handovers).where(eq(handovers.callId, callId)).orderBy(desc(handovers.id)).limit(1);
        if (!row) return null;
        const { id: handoverId, ...rest } = row;
        return { handoverId, ...rest };
      }),
  };
};
