import { and, asc, count, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { WebhooksRepository } from '../../webhooks/repository.ts';
import type { Exec, Store } from '../store.ts';

export const createWebhooksRepository = (store: Store): WebhooksRepository => {
  const { webhooks, webhookDeliveries: deliveries, webhookAttempts: attempts, staff } = store.schema;
  const hooks = (db: Exec) =>
    db
      .select({
        webhookId: webhooks.id,
        name: webhooks.name,
        url: webhooks.url,
        secret: webhooks.secret,
        hint: webhooks.hint,
        events: webhooks.events,
        active: webhooks.active,
        version: webhooks.version,
        createdByName: staff.name,
        createdAt: webhooks.createdAt,
      })
      .from(webhooks)
      .innerJoin(staff, eq(staff.id, webhooks.createdBy));
  const sent = (db: Exec) =>
    db
      .select({
        deliveryId: deliveries.id,
        webhookId: deliveries.webhookId,
        webhookName: webhooks.name,
        eventId: deliveries.eventId,
        event: deliveries.event,
        body: deliveries.body,
        state: deliveries.state,
        attempts: deliveries.attempts,
        run: deliveries.run,
        createdAt: deliveries.createdAt,
        nextAt: deliveries.nextAt,
        endedAt: deliveries.endedAt,
      })
      .from(deliveries)
      .innerJoin(webhooks, eq(webhooks.id, deliveries.webhookId));
  return {
    all: () => store.read((db) => hooks(db).where(isNull(webhooks.removedAt)).orderBy(asc(webhooks.id))),
    byId: (webhookId) =>
      store.read(
        async (db) =>
          (
            await hooks(db)
              .where(and(eq(webhooks.id, webhookId), isNull(webhooks.removedAt)))
              .limit(1)
          )[0] ?? null,
      ),
    async add(db, hook, seal) {
      const [row] = await db
        .insert(webhooks)
        .values({ ...hook, secret: '' })
        .returning({ id: webhooks.id });
      if (!row) throw new Error('the database returned no row for a webhook');
      await db
        .update(webhooks)
        .set({ secret: seal(row.id) })
        .where(eq(webhooks.id, row.id))
        .returning({ id: webhooks.id });
      return row.id;
    },
    async change(db, webhookId, version, to) {
      const rows = await db
        .update(webhooks)
        .set({ ...to, version: version + 1 })
        .where(and(eq(webhooks.id, webhookId), eq(webhooks.version, version), isNull(webhooks.removedAt)))
        .returning({ id: webhooks.id });
      return rows.length > 0;
    },
    async addDelivery(db, delivery) {
      const [row] = await db
        .insert(deliveries)
        .values({ ...delivery, state: 'waiting', nextAt: delivery.createdAt })
        .returning({ deliveryId: deliveries.id, run: deliveries.run });
      if (!row) throw new Error('the database returned no row for a delivery');
      return row;
    },
    delivery: (deliveryId) => store.read(async (db) => (await sent(db).where(eq(deliveries.id, deliveryId)).limit(1))[0] ?? null),
    async attempted(db, deliveryId, attempt, to) {
      await db
        .insert(attempts)
        .values({ deliveryId, ...attempt })
        .returning({ id: attempts.id });
      await db.update(deliveries).set(to).where(eq(deliveries.id, deliveryId)).returning({ id: deliveries.id });
    },
    deliveries: ({ webhookId, state, before, limit }) =>
      store.read((db) =>
        sent(db)
          .where(
            and(
              webhookId === null ? undefined : eq(deliveries.webhookId, webhookId),
              state === null ? undefined : eq(deliveries.state, state),
              before === null ? undefined : lt(deliveries.id, before),
            ),
          )
          .orderBy(desc(deliveries.id))
          .limit(limit),
      ),
    attempts: (deliveryId) =>
      store.read((db) =>
        db
          .select({ at: attempts.at, tookMs: attempts.tookMs, status: attempts.status, failure: attempts.failure })
          .from(attempts)
          .where(eq(attempts.deliveryId, deliveryId))
          .orderBy(asc(attempts.id)),
      ),
    async revive(db, deliveryId, nextAt) {
      const [row] = await db
        .update(deliveries)
        .set({ state: 'waiting', attempts: 0, run: sql`${deliveries.run} + 1`, nextAt, endedAt: null })
        .where(and(eq(deliveries.id, deliveryId), eq(deliveries.state, 'dead')))
        .returning({ run: deliveries.run });
      return row?.run ?? null;
    },
    deadOf: (webhookId, limit) =>
      store.read(async (db) => {
        const rows = await db
          .select({ id: deliveries.id })
          .from(deliveries)
          .where(and(eq(deliveries.webhookId, webhookId), eq(deliveries.state, 'dead')))
          .orderBy(asc(deliveries.id))
          .limit(limit);
        return rows.map(({ id }) => id);
      }),
    counts: () =>
      store.read((db) =>
        db
          .select({ webhookId: deliveries.webhookId, state: deliveries.state, count: count() })
          .from(deliveries)
          .groupBy(deliveries.webhookId, deliveries.state),
      ),
    forget: (state, before, limit) =>
      store.write(async (db) => {
        const rows = await db
          .select({ id: deliveries.id })
          .from(deliveries)
          .where(and(eq(deliveries.state, state), lt(deliveries.endedAt, before)))
          .orderBy(asc(deliveries.endedAt))
          .limit(limit);
        const ids = rows.map(({ id }) => id);
        if (ids.length === 0) return 0;
        await db.delete(attempts).where(inArray(attempts.deliveryId, ids)).returning({ id: attempts.id });
        await db.delete(deliveries).where(inArray(deliveries.id, ids)).returning({ id: deliveries.id });
        return ids.length;
      }),
  };
};
