import { and, desc, eq, gte, inArray, sql } from 'drizzle-orm';
import { caseNumber } from '../../cases/case.ts';
import type { CaseIntakeRepository } from '../../cases/intake.ts';
import { breaksAtOf } from '../../cases/life.ts';
import type { Store } from '../store.ts';

const TAIL = 6;

/** Cases in bulk: some rows a statement instead of a dozen statements a case. */
export const createCaseIntakeRepository = (store: Store): CaseIntakeRepository => {
  const { cases, caseTransitions, categories } = store.schema;
  return {
    submissionsOfLines: (db, numbers, since, limit) =>
      db
        .select({
          caseId: cases.id,
          contactNumber: sql<string>`${cases.contactNumber}`,
          createdAt: cases.createdAt,
          categoryCode: cases.categoryCode,
          placeCode: cases.placeCode,
          placeText: cases.placeText,
          categoryName: categories.name,
          confidential: cases.confidential,
        })
        .from(cases)
        .leftJoin(categories, eq(categories.code, cases.categoryCode))
        .where(and(inArray(cases.contactNumber, [...numbers]), gte(cases.createdAt, since)))
        .orderBy(desc(cases.createdAt), desc(cases.id))
        .limit(limit),

    async add(db, entries, at) {
      const batch = crypto.randomUUID();
      const added = await db
        .insert(cases)
        .values(
          entries.map(({ form, contactNumber, decision }, index) => ({
            ...form,
            contactNumber,
            source: 'city' as const,
            // Its own id is the number's tail, and is known only afterwards.
            number: `new-${batch}-${index}`,
            createdAt: at,
            updatedAt: at,
            stateSince: at,
            ...decision.change,
            breaksAt: breaksAtOf({
              state: decision.change.state ?? 'draft',
              dispatchDueAt: decision.change.dispatchDueAt ?? null,
              dueAt: decision.change.dueAt ?? null,
            }),
            version: 1 + decision.steps.length,
          })),
        )
        .returning({ id: cases.id, number: cases.number });
      const idOf = new Map(added.map(({ id, number }) => [number, id]));
      const ids = entries.map((_entry, index) => idOf.get(`new-${batch}-${index}`) ?? 0);
      const stamp = caseNumber(at, 0).slice(0, -TAIL);
      await db
        .update(cases)
        .set({ number: sql`${stamp} || substr(cast(1000000 + ${cases.id} % 1000000 as text), 2)` })
        .where(inArray(cases.id, ids));
      await db.insert(caseTransitions).values(
        entries.flatMap(({ decision }, entry) =>
          decision.steps.map(({ from, to, by: _by, ...step }, index) => ({
            ...step,
            caseId: ids[entry] ?? 0,
            version: index + 2,
            at,
            fromState: from,
            toState: to,
            round: decision.change.round ?? 0,
            actorKind: 'system' as const,
            staffId: null,
            unitCode: null,
          })),
        ),
      );
      return ids.map((caseId) => ({ caseId, number: caseNumber(at, caseId) }));
    },
  };
};
