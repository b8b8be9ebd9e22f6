import { asc, inArray, isNull } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { DomainEvent, DomainEventName, DomainEvents } from '../core/events.ts';
import type { Exec, Store } from './store.ts';

export type Reaction<N extends DomainEventName> = (payload: DomainEvents[N], at: Date) => Promise<void> | void;

export interface Outbox {
  /** Writes the event in the caller's transaction; it is delivered after that commits. */
  append<N extends DomainEventName>(db: Exec, name: N, payload: DomainEvents[N]): Promise<void>;
  /** Many at once, in their order, for what comes in bulk. */
  appendAll(db: Exec, events: readonly { [N in DomainEventName]: { name: N; payload: DomainEvents[N] } }[DomainEventName][]): Promise<void>;
  /**
   * Reactions run in the order they were added. The events of one call (else of one case, else of one person) are delivered
   * one after the other; those of different ones do not wait for each other: a card must not stand behind another call's
   * bookkeeping.
   */
  on<N extends DomainEventName>(name: N, reaction: Reaction<N>): void;
  /** Delivers what an earlier life committed and did not deliver. */
  deliverLeftovers(): Promise<void>;
  /** Resolves when every event committed so far has been delivered. */
  settled(): Promise<void>;
}

/** Rows marked delivered in one statement. */
const MOST_MARKED = 5_000;

/** What an event's order is kept within. */
const lineOf = (payload: object): string => {
  const about = payload as { callId?: unknown; caseId?: unknown; staffId?: unknown };
  if (typeof about.callId === 'number') return `call ${about.callId}`;
  if (typeof about.caseId === 'number') return `case ${about.caseId}`;
  return typeof about.staffId === 'number' ? `staff ${about.staffId}` : '';
};

/**
 * Delivery happens in this process right after commit, from memory; the row is the safety net that makes it at least once.
 * A reaction that fails is logged and does not hold back the others: what must not be lost is a job, not a reaction.
 */
export const createOutbox = (deps: { store: Store; clock: Clock; logger: Logger }): Outbox => {
  const { store, clock, logger } = deps;
  const { outbox } = store.schema;
  const reactions = new Map<DomainEventName, Reaction<DomainEventName>[]>();
  const lines = new Map<string, Promise<void>>();
  const delivered: number[] = [];
  let marking: ReturnType<typeof setTimeout> | null = null;

  const mark = async (): Promise<void> => {
    marking = null;
    // An engine takes only so many values in one statement.
    const ids = delivered.splice(0, MOST_MARKED);
    if (!ids.length) return;
    if (delivered.length) marking = setTimeout(mark, 0).unref();
    await store
      .write((db) => db.update(outbox).set({ deliveredAt: clock.now() }).where(inArray(outbox.id, ids)).returning({ id: outbox.id }))
      .catch((err) => logger.warn({ err }, 'outbox rows could not be marked delivered'));
  };

  const deliver = async (event: DomainEvent & { id: number }): Promise<void> => {
    for (const reaction of reactions.get(event.name) ?? []) {
      try {
        await reaction(event.payload as never, event.at);
      } catch (err) {
        logger.error({ err, event: event.name }, 'reaction to an event failed');
      }
    }
    delivered.push(event.id);
    // Marking can wait: at worst the next life delivers a few events twice, which every reader bears.
    marking ??= setTimeout(mark, 500).unref();
  };

  type Told = DomainEvent & { id: number };
  const enqueue = (event: Told): void => {
    const key = lineOf(event.payload);
    const line = (lines.get(key) ?? Promise.resolve())
      .then(() => deliver(event))
      .then(() => {
        if (lines.get(key) === line) lines.delete(key);
      });
    lines.set(key, line);
  };
  /** Delivering may commit more events: goes on until nothing is under way. */
  const quiet = async (): Promise<void> => {
    while (lines.size) await Promise.all(lines.values());
  };

  const appendAll = async (db: Exec, events: readonly { name: DomainEventName; payload: object }[]): Promise<void> => {
    if (!events.length) return;
    const at = clock.now();
    const values = events.map(({ name, payload }) => ({ name, payload: payload as Record<string, unknown>, at }));
    const rows = await db.insert(outbox).values(values).returning({ id: outbox.id });
    // Ids rise in the order of the values, whatever order the engine hands them back in.
    const ids = rows.map(({ id }) => id).sort((a, b) => a - b);
    store.afterCommit(() => {
      for (const [index, id] of ids.entries()) enqueue({ id, at, ...events[index] } as Told);
    });
  };

  return {
    append: (db, name, payload) => appendAll(db, [{ name, payload }]),
    appendAll,
    on(name, reaction) {
      reactions.set(name, [...(reactions.get(name) ?? []), reaction as Reaction<DomainEventName>]);
    },
    async deliverLeftovers() {
      const rows = await store.read((db) => db.select().from(outbox).where(isNull(outbox.deliveredAt)).orderBy(asc(outbox.id)).limit(1000));
      for (const row of rows)
        enqueue({ id: row.id, name: row.name as DomainEventName, payload: row.payload, at: row.at } as unknown as Told);
      await quiet();
      await mark();
    },
    async settled() {
      await quiet();
      if (marking) clearTimeout(marking);
      do await mark();
      while (delivered.length);
    },
  };
};
