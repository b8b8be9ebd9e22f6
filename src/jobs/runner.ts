import { and, asc, eq, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Exec, Store } from '../storage/store.ts';

export interface JobRun {
  payload: Record<string, unknown>;
  attempt: number;
}
/** A handler ends a job by resolving, asks for another try by throwing, and gives up by returning `fail`. */
export type JobHandler = (run: JobRun) => Promise<undefined | { retryInMs: number } | { fail: string }>;

export interface Jobs {
  define(kind: string, handler: JobHandler): void;
  /** In the caller's transaction; a key that is already there is left alone, so scheduling twice runs once. */
  schedule(db: Exec, job: { kind: string; key: string; payload: Record<string, unknown>; runAt: Date }): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Longer than any handler may take: a job whose worker died is taken up again after this. */
const LEASE_MS = 120_000;
const POLL_MS = 1_000;
const BATCH = 10;
const MOST_ATTEMPTS = 8;
/** 5 s, 10 s, 20 s … capped at ten minutes. */
const backoffMs = (attempt: number): number => Math.min(5_000 * 2 ** (attempt - 1), 600_000);

export const createJobs = (deps: { store: Store; clock: Clock; logger: Logger; worker: string }): Jobs => {
  const { store, clock, logger } = deps;
  const { jobs } = store.schema;
  const handlers = new Map<string, JobHandler>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> = Promise.resolve();
  let stopped = true;

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
        .where(eq(jobs.id, id))
        .returning({ id: jobs.id }),
    );

  const run = async (job: (typeof jobs)['$inferSelect']): Promise<void> => {
    const now = clock.now();
    const handler = handlers.get(job.kind);
    try {
      if (!handler) throw new Error(`no handler for job kind ${job.kind}`);
      const outcome = await handler({ payload: job.payload, attempt: job.attempts });
      if (!outcome) await settle(job.id, { doneAt: now });
      else if ('fail' in outcome) await settle(job.id, { doneAt: now, failure: outcome.fail });
      else await settle(job.id, { runAt: new Date(now.getTime() + outcome.retryInMs) });
    } catch (err) {
      const over = job.attempts >= MOST_ATTEMPTS;
      logger.error({ err, kind: job.kind, jobId: job.id, attempt: job.attempts, over }, 'job failed');
      const failure = err instanceof Error ? err.message.slice(0, 300) : 'unknown';
      await settle(job.id, over ? { doneAt: now, failure } : { runAt: new Date(now.getTime() + backoffMs(job.attempts)), failure });
    }
  };

  const turn = async (): Promise<void> => {
    let found = BATCH;
    while (!stopped && found === BATCH) {
      const due = await claim();
      found = due.length;
      for (const job of due) await run(job);
    }
  };

  const tick = (): void => {
    timer = null;
    if (stopped) return;
    running = turn()
      .catch((err) => logger.error({ err }, 'job queue could not be read'))
      .then(() => {
        if (!stopped) timer = setTimeout(tick, POLL_MS);
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
