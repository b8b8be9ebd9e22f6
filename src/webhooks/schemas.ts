import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { NOTICE_RULES } from '../notices/rules.ts';
import { DELIVERY_STATES } from './states.ts';

const name = Type.String({ minLength: 1, maxLength: 60 });
const url = Type.String({ minLength: 1, maxLength: 500, description: 'https，或本机 or this machine itself' });
const events = Type.Array(oneOf(...NOTICE_RULES), { uniqueItems: true, maxItems: NOTICE_RULES.length });

export const NewWebhook = Type.Object({ name, url, events }, { additionalProperties: false });
export type NewWebhook = Static<typeof NewWebhook>;
export const ChangedWebhook = Type.Object(
  { version: Type.Integer({ minimum: 1 }), name, url, events, active: Type.Boolean() },
  { additionalProperties: false },
);
export type ChangedWebhook = Static<typeof ChangedWebhook>;

export const WebhookView = Type.Object({
  webhookId: Type.Integer(),
  name: Type.String(),
  url: Type.String(),
  hint: Type.String(),
  events: Type.Array(oneOf(...NOTICE_RULES)),
  active: Type.Boolean(),
  version: Type.Integer(),
  createdByName: Type.String(),
  createdAt: instant,
  waiting: Type.Integer(),
  delivered: Type.Integer(),
  dead: Type.Integer(),
});
export type WebhookView = Static<typeof WebhookView>;

export const WebhookSecret = Type.Object({
  webhookId: Type.Integer(),
  secret: Type.String({ description: '只显示这一次 Told this once' }),
});
export type WebhookSecret = Static<typeof WebhookSecret>;

export const DeliveryView = Type.Object({
  deliveryId: Type.Integer(),
  webhookId: Type.Integer(),
  webhookName: Type.String(),
  eventId: Type.String(),
  event: Type.String(),
  state: oneOf(...DELIVERY_STATES),
  attempts: Type.Integer(),
  createdAt: instant,
  nextAt: nullable(instant),
  endedAt: nullable(instant),
});
export type DeliveryView = Static<typeof DeliveryView>;
export const DeliveryPage = Type.Object({ rows: Type.Array(DeliveryView), next: nullable(Type.Integer()) });
export type DeliveryPage = Static<typeof DeliveryPage>;
export const DeliveryQuery = Type.Object({
  webhookId: Type.Optional(Type.Integer({ minimum: 1 })),
  state: Type.Optional(oneOf(...DELIVERY_STATES)),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
});
export type DeliveryQuery = Static<typeof DeliveryQuery>;

export const AttemptView = Type.Object({
  at: instant,
  tookMs: Type.Integer(),
  status: nullable(Type.Integer()),
  failure: nullable(Type.String()),
});
export type AttemptView = Static<typeof AttemptView>;
