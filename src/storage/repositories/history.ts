import { and, asc, desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { HistoryRepository } from '../../history/repository.ts';
import type { Store } from '../store.ts';

export const createHistoryRepository = (store: Store): HistoryRepository => {
  const { history, staff } = store.schema;
  /** `case` means every act that starts with `case.`; the underscore of a noun must not be a wildcard. */
  const actIs = (act: string) =>
    act.includes('.') ? eq(history.act, act) : sql`${history.act} like ${`${act.replaceAll('_', '\\_')}.%`} escape '\\'`;

  return {
    async append(db, entry, at) {
      const [row] = await db
        .insert(history)
        .values({
          at,
          actorKind: entry.actor.kind,
          actorId: entry.actor.kind === 'staff' ? entry.actor.id : null,
          act: entry.act,
          thingKind: entry.thing.kind,
          thingId: entry.thing.id,
          details: entry.details ?? {},
        })
        .returning({ id: history.id });
      if (!row) throw new Error('the database returned no row for a history entry');
      return row.id;
    },
    people: () => store.read((db) => db.select({ staffId: staff.id, name: staff.name }).from(staff).orderBy(asc(staff.name))),
    list: ({ before, limit, thing, actorId, act, from, to }) =>
      store.read((db) =>
        db
          .select({
            id: history.id,
            at: history.at,
            actorKind: history.actorKind,
            actorId: history.actorId,
            actorName: staff.name,
            act: history.act,
            thingKind: history.thingKind,
            thingId: history.thingId,
            details: history.details,
          })
          .from(history)
          .leftJoin(staff, eq(staff.id, history.actorId))
          .where(
            and(
              before === null ? undefined : lt(history.id, before),
              thing ? and(eq(history.thingKind, thing.kind), eq(history.thingId, thing.id)) : undefined,
              actorId === undefined ? undefined : eq(history.actorId, actorId),
              act === undefined ? undefined : actIs(act),
              from === undefined ? undefined : gte(history.at, from),
              to === undefined ? undefined : lt(history.at, to),
            ),
          )
          .orderBy(desc(history.id))
          .limit(limit),
      ),
  };
};
