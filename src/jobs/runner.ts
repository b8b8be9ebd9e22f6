import { and, asc, desc, eq, inArray, isNotNull, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Exec, Store } from '../storage/store.ts';

export interface JobRun {
  payload: Record<string, unknown>;
  attempt: number;
}
/** A handler ends a job by resolving, asks for another try by throwing, and gives up by returning `fail`. */
export type JobHandler = (run: JobRun) => Promise<undefined | { retryInMs: number } | { fail: string }>;

/** A job that was given up: nobody tries it again until a person says so. */
export interface DeadJob {
  jobId: number;
  kind: string;
  key: string;
  attempts: number;
  failure: string;
  diedAt: Date;
}

export interface Jobs {
  define(kind: string, handler: JobHandler): void;
  /** In the caller's transaction; a key that is already there is left alone, so scheduling twice runs once. */
  schedule(db: Exec, job: { kind: string; key: string; payload: Record<string, unknown>; runAt: Date }): Promise<void>;
  /** Newest first, at most a hundred. */
  dead(): Promise<DeadJob[]>;
  /** Gives a dead job all its attempts again. @returns false when there is no such dead job */
  revive(db: Exec, jobId: number): Promise<boolean>;
  /** Called after a job has died or a dead one has been taken up again. */
  onDeadChanged(listener: () => void): void;
  start(): void;
  stop(): Promise<void>;
}

/** A job whose worker died is taken up again after this. */
const LEASE_MS = 120_000;
/** Shorter than the lease: a handler that hangs must not hold up the others, nor run beside its own second try. */
const HANDLER_LIMIT_MS = 100_000;
const POLL_MS = 1_000;
const BATCH = 10;
const MOST_ATTEMPTS = 8;
const FIRST_BACKOFF_MS = 5_000;
/** 5 s, 10 s, 20 s … capped at ten minutes. */
const backoffMs = (attempt: number, firstMs: number): number => Math.min(firstMs * 2 ** (attempt - 1), 600_000);

const inTime = async <T>(work: Promise<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${HANDLER_LIMIT_MS} ms`)), HANDLER_LIMIT_MS);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
};

export const createJobs = (deps: {
  store: Store;
  clock: Clock;
  logger: Logger;
  worker: string;
  /** Pause after the first failure and between two looks; for tests. */
  pace?: { firstBackoffMs: number; pollMs: number };
}): Jobs => {
  const { store, clock, logger } = deps;
  const { firstBackoffMs, pollMs } = deps.pace ?? { firstBackoffMs: FIRST_BACKOFF_MS, pollMs: POLL_MS };
  const { jobs } = store.schema;
  const handlers = new Map<string, JobHandler>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> = Promise.resolve();
  let stopped = true;
  const listeners: (() => void)[] = [];
  const deadChanged = (): void => {
    for (const listener of listeners) listener();
  };
  const isDead = and(isNotNull(jobs.doneAt), isNotNull(jobs.failure));

  const claim = (): Promise<(typeof jobs)['$inferSelect'][]> => {
    const now = clock.now();
    return store.write((db) => {
      const due = store.dialect.skipLocked(
        db
          .select({ id: jobs.id })
          .from(jobs)
          .where(and(isNull(jobs.doneAt), lte(jobs.runAt, now), or(isNull(jobs.lockedUntil), lt(jobs.lockedUntil, now))))
          .orderBy(asc(jobs.runAt), asc(jobs.id))
          .limit(BATCH),
      );
      return db
        .update(jobs)
        .set({ lockedBy: deps.worker, lockedUntil: new Date(now.getTime() + LEASE_MS), attempts: sql`${jobs.attempts} + 1` })
        .where(inArray(jobs.id, due))
        .returning();
    });
  };

  const settle = (id: number, values: Partial<(typeof jobs)['$inferInsert']>) =>
    store.write((db) =>
      db
        .update(jobs)
        .set({ lockedBy: null, lockedUntil: null, ...values })
        // Whoever lost the lease has no say any more.
        .where(and(eq(jobs.id, id), eq(jobs.lockedBy, deps.worker)))
        .returning({ id: jobs.id }),
    );

  const run = async (job: (typeof jobs)['$inferSelect']): Promise<void> => {
    const now = clock.now();
    const handler = handlers.get(job.kind);
    try {
      if (!handler) throw new Error(`no handler for job kind ${job.kind}`);
      const outcome = await inTime(handler({ payload: job.payload, attempt: job.attempts }));
      if (!outcome) await settle(job.id, { doneAt: now, failure: null });
      else if ('fail' in outcome) {
        await settle(job.id, { doneAt: now, failure: outcome.fail });
        deadChanged();
      } else await settle(job.id, { runAt: new Date(now.getTime() + outcome.retryInMs) });
    } catch (err) {
      const over = job.attempts >= MOST_ATTEMPTS;
      logger.error({ err, kind: job.kind, jobId: job.id, attempt: job.attempts, over }, 'job failed');
      const failure = err instanceof Error ? err.message.slice(0, 300) : 'unknown';
      const runAt = new Date(now.getTime() + backoffMs(job.attempts, firstBackoffMs));
      await settle(job.id, over ? { doneAt: now, failure } : { runAt, failure });
      if (over) deadChanged();
    }
  };

  const turn = async (): Promise<void> => {
    let found = BATCH;
    while (!stopped && found === BATCH) {
      const due = await claim();
      found = due.length;
      // Side by side: a job mostly waits (for a file to stand still), and one that waits must not hold up the next.
      await Promise.all(due.map(run));
    }
  };

  const tick = (): void => {
    timer = null;
    if (stopped) return;
    running = turn()
      .catch((err) => logger.error({ err }, 'job queue could not be read'))
      .then(() => {
        if (!stopped) timer = setTimeout(tick, pollMs);
      });
  };

  return {
    define(kind, handler) {
      if (handlers.has(kind)) throw new Error(`job kind ${kind} is defined twice`);
      handlers.set(kind, handler);
    },
    async schedule(db, job) {
      await db
        .insert(jobs)
        .values(job)
        .onConflictDoNothing({ target: [jobs.kind, jobs.key] })
        .returning({ id: jobs.id });
    },
    async dead() {
      const rows = await store.read((db) => db.select().from(jobs).where(isDead).orderBy(desc(jobs.id)).limit(100));
      return rows.map((row) => ({
        jobId: row.id,
        kind: row.kind,
        key: row.key,
        attempts: row.attempts,
        failure: row.failure ?? '',
        diedAt: row.doneAt ?? row.runAt,
      }));
    },
    async revive(db, jobId) {
      const fresh = { doneAt: null, failure: null, attempts: 0, runAt: clock.now() };
      const rows = await db
        .update(jobs)
        .set(fresh)
        .where(and(eq(jobs.id, jobId), isDead))
        .returning({ id: jobs.id });
      if (rows.length) store.afterCommit(deadChanged);
      return rows.length > 0;
    },
    onDeadChanged: (listener) => void listeners.push(listener),
    start() {
      stopped = false;
      tick();
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
};
