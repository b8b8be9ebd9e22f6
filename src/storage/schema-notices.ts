import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { UNIT_POSTS } from '../cases/states.ts';
import { BECAUSE, NOTICE_RULES, type NoticeFacts, type NoticeRule } from '../notices/rules.ts';
import { DELIVERY_STATES } from '../webhooks/states.ts';
import type { Kit } from './kit-postgres.ts';

/** Tables of others that these point to, by their ids. */
interface Others {
  cases(): AnyPgColumn;
  staff(): AnyPgColumn;
}

/** What people are told, and what of it leaves the house. */
export const defineNoticesSchema = (k: Kit, others: Others) => {
  const notices = k.table(
    'notices',
    {
      id: k.id(),
      staffId: k.ref().notNull().references(others.staff),
      caseId: k.ref().notNull().references(others.cases),
      rule: k.oneOf(...NOTICE_RULES).notNull(),
      because: k.oneOf(...BECAUSE).notNull(),
      /** As it was when the notice came: people change posts. */
      post: k.oneOf(...UNIT_POSTS),
      unitCode: k.text(),
      facts: k.json<NoticeFacts>().notNull(),
      /** One move is told to one person once. */
      key: k.text().notNull(),
      at: k.at().notNull(),
      readAt: k.at(),
    },
    (t) => [
      k.uniqueIndex('notices_key_uq').on(t.staffId, t.key),
      k.index('notices_unread_ix').on(t.staffId, t.readAt, t.id),
      k.index('notices_case_ix').on(t.caseId, t.id),
      k.index('notices_at_ix').on(t.at),
    ],
  );

  /** Where somebody of the house wants short messages; their own wish, taken back at any time. */
  const noticePhones = k.table(
    'notice_phones',
    { id: k.id(), staffId: k.ref().notNull().references(others.staff), mobile: k.text().notNull(), updatedAt: k.at().notNull() },
    (t) => [k.uniqueIndex('notice_phones_staff_uq').on(t.staffId)],
  );

  const webhooks = k.table('webhooks', {
    id: k.id(),
    name: k.text().notNull(),
    url: k.text().notNull(),
    /** Sealed with the house's key: it has to be read again for every signature. */
    secret: k.text().notNull(),
    /** The last characters, to tell secrets apart. */
    hint: k.text().notNull(),
    events: k.json<NoticeRule[]>().notNull(),
    active: k.bool().notNull().default(true),
    version: k.int().notNull().default(1),
    createdBy: k.ref().notNull().references(others.staff),
    createdAt: k.at().notNull(),
    removedAt: k.at(),
  });

  const webhookDeliveries = k.table(
    'webhook_deliveries',
    {
      id: k.id(),
      webhookId: k
        .ref()
        .notNull()
        .references(() => webhooks.id),
      /** The same at every try: the receiver takes each once. */
      eventId: k.text().notNull(),
      event: k.text().notNull(),
      /** The bytes that are sent and signed. */
      body: k.text().notNull(),
      state: k.oneOf(...DELIVERY_STATES).notNull(),
      attempts: k.int().notNull().default(0),
      /** Grows with each replay: a new run of the job. */
      run: k.int().notNull().default(1),
      createdAt: k.at().notNull(),
      nextAt: k.at(),
      endedAt: k.at(),
    },
    (t) => [
      k.uniqueIndex('webhook_deliveries_event_uq').on(t.eventId),
      k.index('webhook_deliveries_hook_ix').on(t.webhookId, t.state, t.id),
      k.index('webhook_deliveries_ended_ix').on(t.endedAt),
    ],
  );

  const webhookAttempts = k.table(
    'webhook_attempts',
    {
      id: k.id(),
      deliveryId: k
        .ref()
        .notNull()
        .references(() => webhookDeliveries.id),
      at: k.at().notNull(),
      tookMs: k.int().notNull(),
      /** What the receiver answered; null when it did not. */
      status: k.int(),
      failure: k.text(),
    },
    (t) => [k.index('webhook_attempts_delivery_ix').on(t.deliveryId, t.id)],
  );

  return { notices, noticePhones, webhooks, webhookDeliveries, webhookAttempts };
};
