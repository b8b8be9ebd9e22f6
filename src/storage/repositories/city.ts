import { and, asc, desc, eq, gt, inArray, isNotNull, lt } from 'drizzle-orm';
import type { CityRepository, ImportRow } from '../../city/repository.ts';
import type { Exec, Store } from '../store.ts';

export const createCityRepository = (store: Store): CityRepository => {
  const { cases, caseReplies, cityHandovers, cityImports, cityRefusedRows, staff } = store.schema;
  const imports = (db: Exec) =>
    db.select({ row: cityImports, name: staff.name }).from(cityImports).innerJoin(staff, eq(staff.id, cityImports.uploadedBy));
  const rowOf = ({ row, name }: { row: typeof cityImports.$inferSelect; name: string }): ImportRow => {
    const { id, uploadedBy, ...rest } = row;
    return { importId: id, uploadedBy: { staffId: uploadedBy, name }, ...rest };
  };
  return {
    known: (cityNumbers) =>
      store.read(async (db) => {
        const rows = await db
          .select({
            cityNumber: cityHandovers.cityNumber,
            caseId: cityHandovers.caseId,
            number: cases.number,
            state: cases.state,
            body: cityHandovers.body,
            receivedAt: cityHandovers.receivedAt,
          })
          .from(cityHandovers)
          .innerJoin(cases, eq(cases.id, cityHandovers.caseId))
          .where(inArray(cityHandovers.cityNumber, [...cityNumbers]));
        return new Map(rows.map((row) => [row.cityNumber, row]));
      }),
    async add(db, handovers, at) {
      if (!handovers.length) return;
      await db.insert(cityHandovers).values(
        handovers.map(({ cityNumber, body, caseId, machineId, importId }) => ({
          cityNumber,
          caseId,
          body,
          cityDueAt: body.dueAt === null ? null : new Date(body.dueAt),
          machineId,
          importId,
          receivedAt: at,
        })),
      );
    },
    follow: (cityNumber) =>
      store.read(async (db) => {
        const [found] = await db
          .select({
            caseId: cases.id,
            cityNumber: cityHandovers.cityNumber,
            number: cases.number,
            state: cases.state,
            receivedAt: cityHandovers.receivedAt,
            dueAt: cases.dueAt,
            closedAt: cases.closedAt,
          })
          .from(cityHandovers)
          .innerJoin(cases, eq(cases.id, cityHandovers.caseId))
          .where(eq(cityHandovers.cityNumber, cityNumber))
          .limit(1);
        if (!found) return null;
        const { caseId, ...rest } = found;
        const [reply] = await db
          .select({ publicText: caseReplies.publicText })
          .from(caseReplies)
          .where(and(eq(caseReplies.caseId, caseId), isNotNull(caseReplies.publicText)))
          .orderBy(desc(caseReplies.id))
          .limit(1);
        return { ...rest, publicReply: reply?.publicText ?? null };
      }),
    isUniqueViolation: (error) => store.dialect.isUniqueViolation(error),
    async addImport(db, file) {
      const [row] = await db
        .insert(cityImports)
        .values({ ...file, state: 'previewed' })
        .returning({ id: cityImports.id });
      if (!row) throw new Error('the database returned no row for an import');
      return row.id;
    },
    import: (importId) =>
      store.read(async (db) => {
        const [row] = await imports(db).where(eq(cityImports.id, importId)).limit(1);
        return row ? rowOf(row) : null;
      }),
    imports: (limit) =>
      store.read(async (db) => {
        const rows = await imports(db).orderBy(desc(cityImports.id)).limit(limit);
        return rows.map(rowOf);
      }),
    async setImport(db, importId, from, set) {
      const rows = await db
        .update(cityImports)
        .set(set)
        .where(and(eq(cityImports.id, importId), inArray(cityImports.state, [...from])))
        .returning({ id: cityImports.id });
      return rows.length > 0;
    },
    openWith: (sha256) =>
      store.read(async (db) => {
        const rows = await db
          .select({ id: cityImports.id })
          .from(cityImports)
          .where(and(eq(cityImports.sha256, sha256), inArray(cityImports.state, ['previewed', 'running'])));
        return rows.map(({ id }) => id);
      }),
    async addRefused(db, importId, rows) {
      if (rows.length) await db.insert(cityRefusedRows).values(rows.map((row) => ({ importId, ...row })));
    },
    refusedRows: (importId, after, limit) =>
      store.read((db) =>
        db
          .select({ row: cityRefusedRows.row, values: cityRefusedRows.values, reasons: cityRefusedRows.reasons })
          .from(cityRefusedRows)
          .where(and(eq(cityRefusedRows.importId, importId), gt(cityRefusedRows.row, after)))
          .orderBy(asc(cityRefusedRows.row))
          .limit(limit),
      ),
    forgotten: (before) =>
      store.read(async (db) => {
        const rows = await db
          .select({ id: cityImports.id })
          .from(cityImports)
          .where(and(eq(cityImports.state, 'previewed'), lt(cityImports.uploadedAt, before)));
        return rows.map(({ id }) => id);
      }),
  };
};
