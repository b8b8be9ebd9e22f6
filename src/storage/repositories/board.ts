import { and, count, eq, gt, gte, inArray, isNotNull, isNull, ne, or, type SQL } from 'drizzle-orm';
import type { CallFacts } from '../../board/board.ts';
import type { Row } from '../schema.ts';
import type { Store } from '../store.ts';

export interface DeskRow {
  shift: Row<'shifts'>;
  name: string;
}

export const createBoardRepository = (store: Store) => {
  const { calls, deskMessages, offers, shifts, staff } = store.schema;

  const facts = (where: SQL | undefined): Promise<CallFacts[]> =>
    store.read((db) =>
      db
        .select({
          id: calls.id,
          queue: calls.queue,
          callerNormal: calls.callerNormal,
          arrivedAt: calls.arrivedAt,
          queuedAt: calls.queuedAt,
          answeredAt: calls.answeredAt,
          agentLeftAt: calls.agentLeftAt,
          endedAt: calls.endedAt,
          diversion: calls.diversion,
          disposition: calls.disposition,
        })
        .from(calls)
        // What the hotline dials by itself is no call to it.
        .where(and(where, eq(calls.origin, 'citizen')))
        .orderBy(calls.id),
    );

  return {
    /** Calls that arrived since an instant, and those still going on. */
    arrivedSince: (since: Date): Promise<CallFacts[]> => facts(or(gte(calls.arrivedAt, since), isNull(calls.endedAt))),
    /** Calls still going on, and those taken into the record after a given one. */
    openOrAfter: (id: number): Promise<CallFacts[]> => facts(or(isNull(calls.endedAt), gt(calls.id, id))),
    ofIds: (ids: readonly number[]): Promise<CallFacts[]> => facts(inArray(calls.id, [...ids])),

    desks: (): Promise<DeskRow[]> =>
      store.read((db) =>
        db
          .select({ shift: shifts, name: staff.name })
          .from(shifts)
          .innerJoin(staff, eq(staff.id, shifts.staffId))
          .where(isNull(shifts.signedOutAt))
          .orderBy(shifts.extension),
      ),

    /** How many messages sent since an instant each person has not seen yet. */
    async unseenMessages(since: Date): Promise<Map<number, number>> {
      const rows = await store.read((db) =>
        db
          .select({ staffId: deskMessages.toStaffId, count: count() })
          .from(deskMessages)
          .where(and(isNull(deskMessages.seenAt), gte(deskMessages.sentAt, since)))
          .groupBy(deskMessages.toStaffId),
      );
      return new Map(rows.map((row) => [row.staffId, row.count]));
    },

    /** Calls each of these people took since an instant. */
    async answeredSince(staffIds: readonly number[], since: Date): Promise<Map<number, number>> {
      if (staffIds.length === 0) return new Map();
      // A call that came back to the same agent, from a transfer or to a page that was loaded anew, is one call.
      const rows = await store.read((db) =>
        db
          .selectDistinct({ staffId: offers.staffId, callId: offers.callId })
          .from(offers)
          .innerJoin(calls, eq(calls.id, offers.callId))
          .where(
            and(
              inArray(offers.staffId, [...staffIds]),
              gte(offers.offeredAt, since),
              isNotNull(offers.answeredAt),
              ne(calls.origin, 'outbound'),
            ),
          ),
      );
      const counts = new Map<number, number>();
      for (const { staffId } of rows) counts.set(staffId, (counts.get(staffId) ?? 0) + 1);
      return counts;
    },
  };
};
export type BoardRepository = ReturnType<typeof createBoardRepository>;
