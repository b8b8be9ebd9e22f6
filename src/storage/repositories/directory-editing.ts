import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import { OPEN_STATES } from '../../cases/states.ts';
import type { DirectoryEditingRepository } from '../../directory/editing.ts';
import type { UnitItem } from '../../directory/editing-schemas.ts';
import type { Store } from '../store.ts';

export const createDirectoryEditingRepository = (store: Store): DirectoryEditingRepository => {
  const { articles, cases, caseUnits, categories, routingRules, units } = store.schema;

  return {
    units: () =>
      store.read(async (db) => {
        const { code, name, league, kind, phone, parentCode, active, version } = units;
        const rows = await db.select({ code, name, league, kind, phone, parentCode, active, version }).from(units).orderBy(asc(code));
        return rows.map((row): UnitItem => ({ ...row, league: row.league === 'town' || row.league === 'department' ? row.league : null }));
      }),
    async addUnit(db, unit) {
      const rows = await db.insert(units).values(unit).onConflictDoNothing({ target: units.code }).returning({ id: units.id });
      return rows.length > 0;
    },
    async saveUnit(db, code, { version, ...unit }) {
      const rows = await db
        .update(units)
        .set({ ...unit, version: version + 1 })
        .where(and(eq(units.code, code), eq(units.version, version)))
        .returning({ id: units.id });
      return rows.length > 0;
    },
    openCasesOf: (unitCode, limit) =>
      store.read(async (db) => {
        const open = and(eq(caseUnits.unitCode, unitCode), isNull(caseUnits.releasedAt), inArray(cases.state, [...OPEN_STATES]));
        const found = await db
          .selectDistinct({ caseId: cases.id, number: cases.number, state: cases.state })
          .from(caseUnits)
          .innerJoin(cases, eq(cases.id, caseUnits.caseId))
          .where(open)
          .orderBy(asc(cases.id));
        return { count: found.length, cases: found.slice(0, limit) };
      }),
    categories: () =>
      store.read((db) => {
        const { code, name, path, level, parentCode, active, version } = categories;
        return db.select({ code, name, path, level, parentCode, active, version }).from(categories).orderBy(asc(code));
      }),
    async addCategory(db, category) {
      const rows = await db
        .insert(categories)
        .values({ ...category, keywords: [] })
        .onConflictDoNothing({ target: categories.code })
        .returning({ id: categories.id });
      return rows.length > 0;
    },
    async saveCategory(db, code, { version, ...category }) {
      const { name, parentCode, active, level, path } = category;
      const rows = await db
        .update(categories)
        .set({ name, parentCode, active, level, path, version: version + 1 })
        .where(and(eq(categories.code, code), eq(categories.version, version)))
        .returning({ id: categories.id });
      return rows.length > 0;
    },
    async placeCategory(db, code, { level, path }) {
      await db.update(categories).set({ level, path }).where(eq(categories.code, code)).returning({ id: categories.id });
    },
    async removeCategory(db, code, version) {
      const rows = await db
        .delete(categories)
        .where(and(eq(categories.code, code), eq(categories.version, version)))
        .returning({ id: categories.id });
      return rows.length > 0;
    },
    usesOfCategory: (code) =>
      store.read(async (db) => ({
        cases: await db.$count(cases, eq(cases.categoryCode, code)),
        articles: await db.$count(articles, eq(articles.categoryCode, code)),
        rules: await db.$count(routingRules, eq(routingRules.categoryCode, code)),
      })),
    rules: () =>
      store.read((db) => {
        const { id, categoryCode, placeCode, lead, assist, reason, version } = routingRules;
        return db
          .select({ ruleId: id, categoryCode, placeCode, lead, assist, reason, version })
          .from(routingRules)
          .orderBy(asc(categoryCode), asc(placeCode));
      }),
    async addRule(db, rule, changedBy, changedAt) {
      const [row] = await db
        .insert(routingRules)
        .values({ ...rule, changedBy, changedAt })
        .onConflictDoNothing({ target: [routingRules.categoryCode, routingRules.placeCode] })
        .returning({ id: routingRules.id });
      return row?.id ?? null;
    },
    async saveRule(db, ruleId, { version, ...rule }, changedBy, changedAt) {
      const rows = await db
        .update(routingRules)
        .set({ ...rule, changedBy, changedAt, version: version + 1 })
        .where(and(eq(routingRules.id, ruleId), eq(routingRules.version, version)))
        .returning({ id: routingRules.id });
      return rows.length > 0;
    },
    async removeRule(db, ruleId, version) {
      const rows = await db
        .delete(routingRules)
        .where(and(eq(routingRules.id, ruleId), eq(routingRules.version, version)))
        .returning({ id: routingRules.id });
      return rows.length > 0;
    },
    isTaken: (err) => store.dialect.isUniqueViolation(err),
  };
};
