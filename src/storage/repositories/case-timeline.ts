import { asc, eq } from 'drizzle-orm';
import type { CaseLivesRepository, TimelineEntry } from '../../cases/repository.ts';
import { prepared } from '../prepared.ts';
import type { Store } from '../store.ts';

const MOST_OF_A_KIND = 500;

/** Columns that every entry has or that the page has no use for; the rest are the entry's facts. */
const COMMON = new Set(['id', 'caseId', 'at', 'staffId', 'unitCode', 'callId', 'givenAt', 'givenBy', 'requestedAt', 'requestedBy']);

const factsOf = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).filter(([key]) => !COMMON.has(key)));

export const createCaseTimeline = (store: Store): Pick<CaseLivesRepository, 'timeline' | 'units'> => {
  const s = store.schema;
  const { staff } = s;
  const byStaff = (
    [
      ['move', s.caseTransitions],
      ['feedback', s.caseFeedbacks],
      ['reply', s.caseReplies],
      ['work', s.caseWorks],
      ['callback', s.caseCallbacks],
    ] as const
  ).map(([kind, table]) => ({
    kind,
    rowsOf: prepared(`timeline: ${kind}`, ['caseId'], (db, { caseId }) =>
      db
        .select({ row: table, staffName: staff.name })
        .from(table as typeof s.caseTransitions)
        .leftJoin(staff, eq(staff.id, table.staffId))
        .where(eq(table.caseId, caseId))
        .orderBy(asc(table.id))
        .limit(MOST_OF_A_KIND),
    ),
  }));
  const rulingsOf = prepared('timeline: ruling', ['caseId'], (db, { caseId }) =>
    db
      .select({ row: s.caseRulings, staffName: staff.name })
      .from(s.caseRulings)
      .leftJoin(staff, eq(staff.id, s.caseRulings.requestedBy))
      .where(eq(s.caseRulings.caseId, caseId))
      .orderBy(asc(s.caseRulings.id)),
  );
  const ordersOf = prepared('timeline: order', ['caseId'], (db, { caseId }) =>
    db
      .select({ row: s.caseOrders, staffName: staff.name })
      .from(s.caseOrders)
      .leftJoin(staff, eq(staff.id, s.caseOrders.givenBy))
      .where(eq(s.caseOrders.caseId, caseId))
      .orderBy(asc(s.caseOrders.id)),
  );
  const unitsOf = prepared('units of a case', ['caseId'], (db, { caseId }) =>
    db
      .select({
        unitCode: s.caseUnits.unitCode,
        unitName: s.units.name,
        duty: s.caseUnits.duty,
        assignedAt: s.caseUnits.assignedAt,
        releasedAt: s.caseUnits.releasedAt,
      })
      .from(s.caseUnits)
      .leftJoin(s.units, eq(s.units.code, s.caseUnits.unitCode))
      .where(eq(s.caseUnits.caseId, caseId))
      .orderBy(asc(s.caseUnits.id)),
  );
  return {
    timeline: (caseId) =>
      store.read(async (db) => {
        const entries: TimelineEntry[] = [];
        for (const { kind, rowsOf } of byStaff) {
          const rows = await rowsOf(db, { caseId });
          for (const { row, staffName } of rows as { row: Record<string, unknown> & { id: number; at: Date }; staffName: string | null }[])
            entries.push({
              kind,
              id: row.id,
              at: row.at,
              staffName,
              unitCode: (row.unitCode as string | null | undefined) ?? null,
              callId: (row.callId as number | null | undefined) ?? null,
              facts: factsOf(row),
            });
        }
        for (const { row, staffName } of await rulingsOf(db, { caseId }))
          entries.push({
            kind: 'ruling',
            id: row.id,
            at: row.requestedAt,
            staffName,
            unitCode: row.unitCode,
            callId: row.toldCallId,
            facts: factsOf(row),
          });
        for (const { row, staffName } of await ordersOf(db, { caseId }))
          entries.push({
            kind: 'order',
            id: row.id,
            at: row.givenAt,
            staffName,
            unitCode: row.unitCode,
            callId: null,
            facts: { orderId: row.id, order: row.kind, ...factsOf(row) },
          });
        const called = await db
          .select({ call: s.calls, staffName: staff.name })
          .from(s.calls)
          .leftJoin(staff, eq(staff.id, s.calls.dialledBy))
          .where(eq(s.calls.caseId, caseId))
          .orderBy(asc(s.calls.id))
          .limit(MOST_OF_A_KIND);
        for (const { call, staffName } of called)
          entries.push({
            kind: 'called',
            id: call.id,
            at: call.arrivedAt,
            staffName,
            unitCode: null,
            callId: call.id,
            facts: {
              disposition: call.disposition,
              talkSeconds: call.answeredAt
                ? Math.round(((call.agentLeftAt ?? call.endedAt ?? call.answeredAt).getTime() - call.answeredAt.getTime()) / 1000)
                : 0,
            },
          });
        return entries.sort((a, b) => a.at.getTime() - b.at.getTime());
      }),
    units: (caseId) => store.read((db) => unitsOf(db, { caseId })),
  };
};
