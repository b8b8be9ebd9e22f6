import { and, asc, desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { HistoryEntry } from '../../history/history.ts';
import type { HistoryRepository } from '../../history/repository.ts';
import type { Store } from '../store.ts';

export const createHistoryRepository = (store: Store): HistoryRepository => {
  const { history, machines, staff } = store.schema;
  /** `case` means every act that starts with `case.`; the underscore of a noun must not be a wildcard. */
  const actIs = (act: string) =>
    act.includes('.') ? eq(history.act, act) : sql`${history.act} like ${`${act.replaceAll('_', '\\_')}.%`} escape '\\'`;

  const rowOf = (entry: HistoryEntry, at: Date) => ({
    at,
    actorKind: entry.actor.kind,
    actorId: 'id' in entry.actor ? entry.actor.id : null,
    act: entry.act,
    thingKind: entry.thing.kind,
    thingId: entry.thing.id,
    details: entry.details ?? {},
  });

  return {
    async append(db, entry, at) {
      const [row] = await db.insert(history).values(rowOf(entry, at)).returning({ id: history.id });
      if (!row) throw new Error('the database returned no row for a history entry');
      return row.id;
    },
    async appendAll(db, entries, at) {
      if (entries.length) await db.insert(history).values(entries.map((entry) => rowOf(entry, at)));
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
            actorName: sql<string | null>`coalesce(${staff.name}, ${machines.name})`,
            act: history.act,
            thingKind: history.thingKind,
            thingId: history.thingId,
            details: history.details,
          })
          .from(history)
          .leftJoin(staff, and(eq(history.actorKind, 'staff'), eq(staff.id, history.actorId)))
          .leftJoin(machines, and(eq(history.actorKind, 'machine'), eq(machines.id, history.actorId)))
          .where(
            and(
              before === null ? undefined : lt(history.id, before),
              thing ? and(eq(history.thingKind, thing.kind), eq(history.thingId, thing.id)) : undefined,
              actorId === undefined ? undefined : and(eq(history.actorKind, 'staff'), eq(history.actorId, actorId)),
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
