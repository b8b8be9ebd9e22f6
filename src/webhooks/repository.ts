import type { StaffId } from '../core/ids.ts';
import type { NoticeRule } from '../notices/rules.ts';
import type { Exec } from '../storage/store.ts';
import type { DeliveryState } from './states.ts';

export interface WebhookRow {
  webhookId: number;
  name: string;
  url: string;
  secret: string;
  hint: string;
  events: NoticeRule[];
  active: boolean;
  version: number;
  createdByName: string;
  createdAt: Date;
}

export interface DeliveryRow {
  deliveryId: number;
  webhookId: number;
  webhookName: string;
  eventId: string;
  event: string;
  body: string;
  state: DeliveryState;
  attempts: number;
  run: number;
  createdAt: Date;
  nextAt: Date | null;
  endedAt: Date | null;
}

export interface AttemptRow {
  at: Date;
  tookMs: number;
  status: number | null;
  failure: string | null;
}

/** Where addresses and what was sent to them are kept. Methods without `db` join the caller's transaction when there is one. */
export interface WebhooksRepository {
  /** Without the removed. */
  all(): Promise<WebhookRow[]>;
  byId(webhookId: number): Promise<WebhookRow | null>;
  add(
    db: Exec,
    hook: { name: string; url: string; events: NoticeRule[]; hint: string; createdBy: StaffId; createdAt: Date },
    seal: (webhookId: number) => string,
  ): Promise<number>;
  /** @returns false when another version is in force by now */
  change(
    db: Exec,
    webhookId: number,
    version: number,
    to: Partial<{ name: string; url: string; events: NoticeRule[]; active: boolean; secret: string; hint: string; removedAt: Date }>,
  ): Promise<boolean>;
  addDelivery(
    db: Exec,
    delivery: { webhookId: number; eventId: string; event: string; body: string; createdAt: Date },
  ): Promise<{ deliveryId: number; run: number }>;
  delivery(deliveryId: number): Promise<DeliveryRow | null>;
  attempted(
    db: Exec,
    deliveryId: number,
    attempt: AttemptRow,
    to: { state: DeliveryState; attempts: number; nextAt: Date | null; endedAt: Date | null },
  ): Promise<void>;
  /** Newest first. */
  deliveries(query: {
    webhookId: number | null;
    state: DeliveryState | null;
    before: number | null;
    limit: number;
  }): Promise<DeliveryRow[]>;
  /** In the order they were made. */
  attempts(deliveryId: number): Promise<AttemptRow[]>;
  /** A dead one is to be sent again, in a run of its own. @returns that run, or null when it is not dead */
  revive(db: Exec, deliveryId: number, at: Date): Promise<number | null>;
  /** @returns dead ones of an address, at most `limit`, the oldest first */
  deadOf(webhookId: number, limit: number): Promise<number[]>;
  counts(): Promise<{ webhookId: number; state: DeliveryState; count: number }[]>;
  /** What ended before goes, with its attempts. @returns how many */
  forget(state: 'delivered' | 'dead', before: Date, limit: number): Promise<number>;
}
