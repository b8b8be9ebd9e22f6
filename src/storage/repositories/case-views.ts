import { and, asc, eq, ne, or } from 'drizzle-orm';
import type { ListColumn } from '../../cases/views.ts';
import type { CaseViewsRepository } from '../../cases/views-service.ts';
import type { Exec, Store } from '../store.ts';

export const createCaseViewsRepository = (store: Store): CaseViewsRepository => {
  const { caseViews, caseViewDefaults, staff } = store.schema;

  const views = (db: Exec) =>
    db
      .select({
        viewId: caseViews.id,
        name: caseViews.name,
        ownerId: caseViews.ownerId,
        ownerName: staff.name,
        shared: caseViews.shared,
        filters: caseViews.filters,
        order: caseViews.order,
        columns: caseViews.columns,
        version: caseViews.version,
        updatedAt: caseViews.updatedAt,
      })
      .from(caseViews)
      .innerJoin(staff, eq(staff.id, caseViews.ownerId));
  const shown = <T extends { columns: string[] }>(row: T) => ({ ...row, columns: row.columns as ListColumn[] });

  return {
    visibleTo: (staffId) =>
      store.read(async (db) =>
        (
          await views(db)
            .where(or(eq(caseViews.ownerId, staffId), eq(caseViews.shared, true)))
            .orderBy(asc(caseViews.name), asc(caseViews.id))
        ).map(shown),
      ),
    byId: (viewId) =>
      store.read(async (db) => {
        const [row] = await views(db).where(eq(caseViews.id, viewId)).limit(1);
        return row ? shown(row) : null;
      }),
    countOwn: (db, staffId) => db.$count(caseViews, eq(caseViews.ownerId, staffId)),
    async add(db, { at, ...view }) {
      const [row] = await db
        .insert(caseViews)
        .values({ ...view, createdAt: at, updatedAt: at })
        .onConflictDoNothing({ target: [caseViews.ownerId, caseViews.name] })
        .returning({ id: caseViews.id });
      return row?.id ?? null;
    },
    async save(db, viewId, version, { at, ...view }) {
      const rows = await db
        .update(caseViews)
        .set({ ...view, version: version + 1, updatedAt: at })
        .where(and(eq(caseViews.id, viewId), eq(caseViews.version, version)))
        .returning({ id: caseViews.id });
      return rows.length > 0;
    },
    async remove(db, viewId, version) {
      const same = and(eq(caseViews.id, viewId), eq(caseViews.version, version));
      if ((await db.$count(caseViews, same)) === 0) return false;
      await db.delete(caseViewDefaults).where(eq(caseViewDefaults.viewId, viewId)).returning({ id: caseViewDefaults.id });
      return (await db.delete(caseViews).where(same).returning({ id: caseViews.id })).length > 0;
    },
    defaultOf: (staffId) =>
      store.read(async (db) => {
        const [row] = await db
          .select({ viewId: caseViewDefaults.viewId })
          .from(caseViewDefaults)
          .where(eq(caseViewDefaults.staffId, staffId))
          .limit(1);
        return row?.viewId ?? null;
      }),
    async setDefault(db, staffId, viewId) {
      if (viewId === null) {
        await db.delete(caseViewDefaults).where(eq(caseViewDefaults.staffId, staffId)).returning({ id: caseViewDefaults.id });
        return;
      }
      await db
        .insert(caseViewDefaults)
        .values({ staffId, viewId })
        .onConflictDoUpdate({ target: caseViewDefaults.staffId, set: { viewId } })
        .returning({ id: caseViewDefaults.id });
    },
    async forgetDefaults(db, viewId, exceptOf) {
      await db
        .delete(caseViewDefaults)
        .where(and(eq(caseViewDefaults.viewId, viewId), ne(caseViewDefaults.staffId, exceptOf)))
        .returning({ id: caseViewDefaults.id });
    },
    isNameTaken: (err) => store.dialect.isUniqueViolation(err),
  };
};
