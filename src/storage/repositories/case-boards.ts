import { and, desc, eq, inArray, isNotNull, max, ne, type SQL, sql } from 'drizzle-orm';
import type { CaseLivesRepository, UsualLead } from '../../cases/repository.ts';
import { OPEN_STATES } from '../../cases/states.ts';
import type { Store } from '../store.ts';

/** How many of the last cases alike are looked at, and how many there must be for a place to speak for itself. */
const ALIKE = 50;
const ENOUGH = 3;

/** What boards ask besides the list: how long cases stand at their nodes, and where their like went. */
export const createCaseBoards = (store: Store): Pick<CaseLivesRepository, 'enteredAt' | 'nodes' | 'usualLead'> => {
  const s = store.schema;
  const { cases, caseTransitions, units } = s;
  const moved = ne(caseTransitions.fromState, caseTransitions.toState);

  const mostOf = (alike: SQL | undefined, by: UsualLead['by']): Promise<UsualLead | null> =>
    store.read(async (db) => {
      const last = db
        .select({ unitCode: cases.leadUnit })
        .from(cases)
        .where(and(alike, isNotNull(cases.leadUnit)))
        .orderBy(desc(cases.id))
        .limit(ALIKE)
        .as('last');
      const n = sql<number>`count(*)`.mapWith(Number);
      const rows = await db
        .select({ unitCode: last.unitCode, unitName: units.name, count: n })
        .from(last)
        .leftJoin(units, eq(units.code, last.unitCode))
        .groupBy(last.unitCode, units.name)
        .orderBy(desc(n), last.unitCode);
      const [first] = rows;
      if (!first || first.unitCode === null) return null;
      return {
        unitCode: first.unitCode,
        unitName: first.unitName,
        count: first.count,
        of: rows.reduce((sum, row) => sum + row.count, 0),
        by,
      };
    });

  return {
    enteredAt: (caseIds) =>
      store.read(async (db) => {
        if (!caseIds.length) return new Map();
        const rows = await db
          .select({ caseId: caseTransitions.caseId, at: max(caseTransitions.at) })
          .from(caseTransitions)
          .where(and(inArray(caseTransitions.caseId, [...caseIds]), moved))
          .groupBy(caseTransitions.caseId);
        return new Map(rows.flatMap((row) => (row.at === null ? [] : [[row.caseId, row.at] as const])));
      }),
    nodes: () =>
      store.read(async (db) => {
        const entered = db
          .select({ caseId: caseTransitions.caseId, at: max(caseTransitions.at).as('entered_at') })
          .from(caseTransitions)
          .innerJoin(cases, eq(cases.id, caseTransitions.caseId))
          .where(and(inArray(cases.state, [...OPEN_STATES]), moved))
          .groupBy(caseTransitions.caseId)
          .as('entered');
        const carded = (card: 'yellow' | 'red') => sql<number>`sum(case when ${cases.card} = ${card} then 1 else 0 end)`.mapWith(Number);
        return db
          .select({
            state: cases.state,
            count: sql<number>`count(*)`.mapWith(Number),
            yellow: carded('yellow'),
            red: carded('red'),
            longestSince: sql<Date | null>`min(${entered.at})`.mapWith(caseTransitions.at),
          })
          .from(cases)
          .innerJoin(entered, eq(entered.caseId, cases.id))
          .where(inArray(cases.state, [...OPEN_STATES]))
          .groupBy(cases.state);
      }),
    async usualLead(categoryCode, placeCode) {
      const subject = eq(cases.categoryCode, categoryCode);
      const here = placeCode === null ? null : await mostOf(and(eq(cases.placeCode, placeCode), subject), 'place');
      return here !== null && here.of >= ENOUGH ? here : mostOf(subject, 'category');
    },
  };
};
