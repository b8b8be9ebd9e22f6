import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { sealFor, unsealFor } from '../core/sealing.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Jobs } from '../jobs/runner.ts';
import type { NoticeRule } from '../notices/rules.ts';
import { type AddressFault, type AddressRule, addressFault } from '../outgoing/addresses.ts';
import { post } from '../outgoing/post.ts';
import { signedHeaders } from '../outgoing/signature.ts';
import type { Exec, Store } from '../storage/store.ts';
import type { DeliveryRow, WebhookRow, WebhooksRepository } from './repository.ts';
import type {
  AttemptView,
  ChangedWebhook,
  DeliveryPage,
  DeliveryQuery,
  DeliveryView,
  NewWebhook,
  WebhookSecret,
  WebhookView,
} from './schemas.ts';
import { bodyOf, hintOf, newSecret, type Outward, TEST_EVENT, testBodyOf, verdictOn } from './webhook.ts';

const JOB = 'webhook.deliver';
const GIVE_UP_MS = 10_000;
/** After a failure an address rests: a hundred messages to a dead gateway must not hold up all other work ten seconds each. */
const REST_MS = 5_000;
const PAGE = 50;
const REPLAYED_AT_ONCE = 500;
const KEPT_DAYS = { delivered: 30, dead: 180 } as const;
const FORGOTTEN_AT_ONCE = 200;

export interface WebhooksDeps {
  store: Pick<Store, 'write'>;
  repository: WebhooksRepository;
  jobs: Pick<Jobs, 'define' | 'schedule'>;
  history: Pick<History, 'append'>;
  clock: Clock;
  /** Seals the secrets. */
  key: Buffer;
  allowed: AddressRule;
  publicUrl: string;
  alarms: { raise(id: string, kind: 'job_failed', detail: string): void; clear(id: string): void };
}

const FAULTS: Readonly<Record<AddressFault, string>> = {
  url_unreadable: '网址读不懂 The address cannot be read',
  url_has_login: '网址里不要写用户名密码 No user or password in the address',
  not_https: '须为 https（本机除外） https only, save for this machine itself',
  address_private: '不能是内网地址；确有需要请运维在 HOTLINE_WEBHOOK_PRIVATE 里放行 Not a private address, unless the operator opens it',
};

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这个接口 There is no such webhook');
const ALARM = 'webhook_dead';
const about = (webhookId: number): string => `webhook ${webhookId}`;

const deliveryView = (row: DeliveryRow): DeliveryView => ({
  deliveryId: row.deliveryId,
  webhookId: row.webhookId,
  webhookName: row.webhookName,
  eventId: row.eventId,
  event: row.event,
  state: row.state,
  attempts: row.attempts,
  createdAt: row.createdAt.toISOString(),
  nextAt: row.nextAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
});

/**
 * What is told to the gateways of short messages and of WeChat: at addresses that an administrator keeps, signed, each once by its
 * id, by durable jobs. What a receiver will not take lies dead, with its attempts, until a person has it sent again.
 */
export const createWebhooks = (deps: WebhooksDeps) => {
  const { store, repository, jobs, history, clock } = deps;
  const resting = new Map<number, number>();

  const noted = (db: Exec, by: StaffId, act: string, webhookId: number, details: Record<string, unknown> = {}): Promise<void> =>
    history.append(db, { actor: byStaff(by), act, thing: { kind: 'webhook', id: webhookId }, details });

  const checkUrl = (url: string): string => {
    const fault = addressFault(url.trim(), deps.allowed);
    if (fault !== null) throw new HotlineError('request.invalid', FAULTS[fault], { field: 'url', fault });
    return new URL(url.trim()).href;
  };
  const checkName = (name: string): string => {
    if (name.trim() === '') throw new HotlineError('request.invalid', '请填写名称 Give it a name', { field: 'name' });
    return name.trim();
  };

  const schedule = (db: Exec, deliveryId: number, run: number): Promise<void> =>
    jobs.schedule(db, { kind: JOB, key: `${deliveryId}.${run}`, payload: { deliveryId, run }, runAt: clock.now() });

  const send = async (hook: WebhookRow, delivery: DeliveryRow): Promise<{ status: number | null; failure: string | null }> => {
    const secret = unsealFor(deps.key, about(hook.webhookId), hook.secret);
    if (secret === null) return { status: null, failure: 'secret_unreadable' };
    try {
      const headers = {
        ...signedHeaders(secret.toString(), delivery.body, clock.now()),
        'x-hotline-id': delivery.eventId,
        'x-hotline-event': delivery.event,
      };
      const status = await post({ url: hook.url, headers, body: delivery.body, limitMs: GIVE_UP_MS, allowed: deps.allowed });
      return { status, failure: null };
    } catch (err) {
      return { status: null, failure: err instanceof Error ? err.message.slice(0, 200) : 'unknown' };
    }
  };

  /** One alarm for as long as anything lies dead: a job of ours never fails, for what is sent again is a job of its own. */
  const tellDead = async (): Promise<void> => {
    const known = new Set((await repository.all()).map(({ webhookId }) => webhookId));
    const dead = (await repository.counts()).filter(({ webhookId, state }) => state === 'dead' && known.has(webhookId));
    const count = dead.reduce((sum, each) => sum + each.count, 0);
    if (count === 0) deps.alarms.clear(ALARM);
    else deps.alarms.raise(ALARM, 'job_failed', `webhook × ${count}`);
  };

  const deliver = async (deliveryId: number, run: number): Promise<undefined | { retryInMs: number }> => {
    const delivery = await repository.delivery(deliveryId);
    if (!delivery || delivery.run !== run || delivery.state === 'delivered') return;
    const hook = await repository.byId(delivery.webhookId);
    const began = clock.now();
    const rest = (resting.get(delivery.webhookId) ?? 0) - began.getTime();
    if (rest > 0) return { retryInMs: rest };
    const tried = hook?.active ? await send(hook, delivery) : { status: null, failure: hook ? 'switched_off' : 'removed' };
    const attempts = delivery.attempts + 1;
    const verdict = hook?.active ? verdictOn(tried.status, attempts) : { kind: 'dead' as const };
    const now = clock.now();
    if (verdict.kind === 'again') resting.set(delivery.webhookId, now.getTime() + REST_MS);
    await store.write((db) =>
      repository.attempted(
        db,
        deliveryId,
        { at: began, tookMs: Math.max(0, now.getTime() - began.getTime()), ...tried },
        {
          state: verdict.kind === 'again' ? 'waiting' : verdict.kind,
          attempts,
          nextAt: verdict.kind === 'again' ? new Date(now.getTime() + verdict.inMs) : null,
          endedAt: verdict.kind === 'again' ? null : now,
        },
      ),
    );
    if (verdict.kind === 'again') return { retryInMs: verdict.inMs };
    if (verdict.kind === 'dead') await tellDead();
    return;
  };
  jobs.define(JOB, ({ payload }) => deliver(Number(payload.deliveryId), Number(payload.run)));

  const changed = async (db: Exec, webhookId: number, version: number, to: Parameters<WebhooksRepository['change']>[3]): Promise<void> => {
    if (await repository.change(db, webhookId, version, to)) return;
    if (!(await repository.byId(webhookId))) throw notFound();
    throw new HotlineError('settings.version_stale', '没有存上：已被别人改过 Not saved: somebody has changed it meanwhile', { webhookId });
  };

  const replay = async (db: Exec, deliveryId: number): Promise<boolean> => {
    const run = await repository.revive(db, deliveryId, clock.now());
    if (run !== null) await schedule(db, deliveryId, run);
    return run !== null;
  };

  return {
    /** Joins the transaction that tells people: a notice that is rolled back was never sent. */
    async sendOut(db: Exec, rows: () => Promise<(Outward & { rule: NoticeRule })[]>): Promise<void> {
      const hooks = (await repository.all()).filter(({ active }) => active);
      if (hooks.length === 0) return;
      const createdAt = clock.now();
      for (const row of await rows())
        for (const { webhookId, events } of hooks) {
          if (!events.includes(row.rule)) continue;
          const eventId = randomUUID();
          const body = bodyOf(eventId, row.rule, row, deps.publicUrl);
          const { deliveryId, run } = await repository.addDelivery(db, { webhookId, eventId, event: row.rule, body, createdAt });
          await schedule(db, deliveryId, run);
        }
    },

    async list(): Promise<WebhookView[]> {
      const counts = await repository.counts();
      const count = (webhookId: number, state: DeliveryRow['state']): number =>
        counts.find((each) => each.webhookId === webhookId && each.state === state)?.count ?? 0;
      return (await repository.all()).map(({ secret: _secret, createdAt, ...row }) => ({
        ...row,
        createdAt: createdAt.toISOString(),
        waiting: count(row.webhookId, 'waiting'),
        delivered: count(row.webhookId, 'delivered'),
        dead: count(row.webhookId, 'dead'),
      }));
    },

    /** @returns the secret, which nobody can read again. @throws HotlineError request.invalid {field} */
    async add(wanted: NewWebhook, by: StaffId): Promise<WebhookSecret> {
      const [name, url, secret] = [checkName(wanted.name), checkUrl(wanted.url), newSecret()];
      return store.write(async (db) => {
        const row = { name, url, events: wanted.events, hint: hintOf(secret), createdBy: by, createdAt: clock.now() };
        const webhookId = await repository.add(db, row, (id) => sealFor(deps.key, about(id), Buffer.from(secret)));
        await noted(db, by, 'webhook.added', webhookId, { name, host: new URL(url).host, events: wanted.events });
        return { webhookId, secret };
      });
    },

    /** @throws HotlineError request.invalid {field}, thing.not_found, settings.version_stale */
    async change(webhookId: number, { version, ...wanted }: ChangedWebhook, by: StaffId): Promise<void> {
      const to = { ...wanted, name: checkName(wanted.name), url: checkUrl(wanted.url) };
      await store.write(async (db) => {
        await changed(db, webhookId, version, to);
        await noted(db, by, 'webhook.changed', webhookId, { ...to, url: undefined, host: new URL(to.url).host });
      });
    },

    /** The old secret signs nothing any more. @throws HotlineError thing.not_found, settings.version_stale */
    async renewSecret(webhookId: number, version: number, by: StaffId): Promise<WebhookSecret> {
      const secret = newSecret();
      await store.write(async (db) => {
        const sealed = sealFor(deps.key, about(webhookId), Buffer.from(secret));
        await changed(db, webhookId, version, { secret: sealed, hint: hintOf(secret) });
        await noted(db, by, 'webhook.secret_renewed', webhookId);
      });
      return { webhookId, secret };
    },

    /** What waits for it is given up. @throws HotlineError thing.not_found, settings.version_stale */
    async remove(webhookId: number, version: number, by: StaffId): Promise<void> {
      await store.write(async (db) => {
        await changed(db, webhookId, version, { active: false, removedAt: clock.now() });
        await noted(db, by, 'webhook.removed', webhookId);
      });
      await tellDead();
    },

    /** Sends one message that says it is a test. @throws HotlineError thing.not_found */
    async test(webhookId: number, by: StaffId): Promise<{ deliveryId: number }> {
      return store.write(async (db) => {
        const hook = await repository.byId(webhookId);
        if (!hook) throw notFound();
        const [eventId, createdAt] = [randomUUID(), clock.now()];
        const body = testBodyOf(eventId, hook.name, createdAt);
        const { deliveryId, run } = await repository.addDelivery(db, { webhookId, eventId, event: TEST_EVENT, body, createdAt });
        await schedule(db, deliveryId, run);
        await noted(db, by, 'webhook.tested', webhookId);
        return { deliveryId };
      });
    },

    async deliveries(asked: DeliveryQuery): Promise<DeliveryPage> {
      const { webhookId, state, before } = asked;
      const rows = await repository.deliveries({
        webhookId: webhookId ?? null,
        state: state ?? null,
        before: before ?? null,
        limit: PAGE + 1,
      });
      const shown = rows.slice(0, PAGE);
      return { rows: shown.map(deliveryView), next: rows.length > PAGE ? (shown.at(-1)?.deliveryId ?? null) : null };
    },

    /** @throws HotlineError thing.not_found */
    async attempts(deliveryId: number): Promise<AttemptView[]> {
      if (!(await repository.delivery(deliveryId))) throw new HotlineError('thing.not_found', '没有这次投递 There is no such delivery');
      return (await repository.attempts(deliveryId)).map((row) => ({ ...row, at: row.at.toISOString() }));
    },

    /** A dead message goes out again under its id. @throws HotlineError thing.not_found when it is not dead */
    async replay(deliveryId: number, by: StaffId): Promise<void> {
      await store.write(async (db) => {
        const delivery = await repository.delivery(deliveryId);
        if (!delivery || !(await replay(db, deliveryId)))
          throw new HotlineError('thing.not_found', '没有这条放弃了的投递 There is no such dead delivery');
        await noted(db, by, 'webhook.replayed', delivery.webhookId, { deliveries: 1 });
      });
      await tellDead();
    },

    /** Everything dead of an address, the oldest first. @returns how many go out again */
    async replayAll(webhookId: number, by: StaffId): Promise<number> {
      const replayed = await store.write(async (db) => {
        if (!(await repository.byId(webhookId))) throw notFound();
        const dead = await repository.deadOf(webhookId, REPLAYED_AT_ONCE);
        for (const deliveryId of dead) await replay(db, deliveryId);
        if (dead.length > 0) await noted(db, by, 'webhook.replayed', webhookId, { deliveries: dead.length });
        return dead.length;
      });
      await tellDead();
      return replayed;
    },

    tellDead,

    async sweep(): Promise<void> {
      for (const state of ['delivered', 'dead'] as const) {
        const before = new Date(clock.now().getTime() - KEPT_DAYS[state] * 86_400_000);
        while ((await repository.forget(state, before, FORGOTTEN_AT_ONCE)) === FORGOTTEN_AT_ONCE);
      }
      await tellDead();
    },
  };
};
export type Webhooks = ReturnType<typeof createWebhooks>;
