import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import fastify from 'fastify';
import pg from 'pg';
import type { Store } from '../../../src/storage/store.ts';
import { createGiven } from '../../helpers/given.ts';
import { percentile, type Report } from '../../helpers/report.ts';
import { openSession } from '../../helpers/session.ts';
import { wholeApp } from '../../helpers/whole-app.ts';
import type { Hammering } from './hammer.ts';
import type { KeptCases } from './kept.ts';

const HAMMER = new URL('hammer.ts', import.meta.url);
const LINES = 16;
/** The service takes 1200 requests a minute of one session. */
const SESSIONS = 120;
const ROUNDS = 4;
const ROUND_MS = 1_500;
const LEAST_SHARE = 0.6;

interface Statement {
  sql: string;
  values: readonly unknown[];
}

/** Everything that either driver is asked while `work` runs. */
const statementsOf = async (work: () => Promise<unknown>): Promise<Statement[]> => {
  const told: Statement[] = [];
  const Statements = Object.getPrototypeOf(new Database(':memory:').prepare('select 1')) as Record<
    'all' | 'get',
    (...values: unknown[]) => unknown
  >;
  const { all, get } = Statements;
  const note = (method: 'all' | 'get', original: typeof all) =>
    function (this: Database.Statement, ...values: unknown[]) {
      told.push({ sql: this.source, values });
      return original.apply(this, values);
    } as (typeof Statements)[typeof method];
  const { query } = pg.Client.prototype;
  Statements.all = note('all', all);
  Statements.get = note('get', get);
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [asked, values] = given as [{ text?: string; values?: unknown[] }, unknown];
    if (asked.text !== undefined) told.push({ sql: asked.text, values: (Array.isArray(values) ? values : asked.values) ?? [] });
    return (query as (...given: unknown[]) => unknown).apply(this, given);
  } as typeof query;
  try {
    await work();
  } finally {
    Object.assign(Statements, { all, get });
    pg.Client.prototype.query = query;
  }
  return told;
};

/** A route that does nothing but ask the database the same and hand on what it says. */
const bareRoute = async (cases: KeptCases, statements: readonly Statement[]): Promise<{ url: string; close(): Promise<void> }> => {
  const app = fastify();
  let end: () => unknown;
  if (cases.databaseUrl === null) {
    const client = new Database(cases.file, { readonly: true });
    const prepared = statements.map(({ sql, values }) => ({ statement: client.prepare(sql).raw(), values }));
    app.all('/', async () => prepared.map(({ statement, values }) => statement.all(...values)));
    end = () => client.close();
  } else {
    const pool = new pg.Pool({ connectionString: cases.databaseUrl, max: 10 });
    app.all('/', async () => {
      const answers: unknown[] = [];
      for (const { sql, values } of statements) answers.push((await pool.query({ text: sql, values: [...values], rowMode: 'array' })).rows);
      return answers;
    });
    end = () => pool.end();
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`,
    async close() {
      await app.close();
      await end();
    },
  };
};

const hammer = (load: Omit<Hammering, 'lines' | 'ms'>): Promise<number> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(HAMMER, { workerData: { ...load, lines: LINES, ms: ROUND_MS } satisfies Hammering });
    worker.once('message', (count: number) => resolve(count / (ROUND_MS / 1000)));
    worker.once('error', reject);
  });

const openSessions = async (store: Store): Promise<string[]> => {
  const person = await createGiven(store).staff({ roles: ['dispatcher'], account: `bench-${Date.now()}` });
  const cookies: string[] = [];
  for (let index = 0; index < SESSIONS; index++) cookies.push(`hotline_session=${await openSession(store, person.staffId)}`);
  return cookies;
};

/** The case API of the whole application beside a bare route that asks the same of the same database, in turns. */
export const besideBare = async (report: Report, cases: KeptCases): Promise<void> => {
  const ends: (() => unknown)[] = [];
  const dataDirectory = mkdtempSync(join(tmpdir(), 'hotline-bench-'));
  try {
    const { app } = await wholeApp(
      { teardown: (work) => void ends.push(work) },
      {
        dataDirectory,
        store: cases.store,
        environment: { HOTLINE_MODE: 'production', HOTLINE_PUBLIC_URL: 'https://hotline.example.cn', HOTLINE_SWITCH: 'managed' },
      },
    );
    await app.http.listen({ host: '127.0.0.1', port: 0 });
    const base = `http://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`;
    const cookies = await openSessions(cases.store);
    const headers = { cookie: cookies[0] ?? '', 'x-hotline': '1' };
    const first = (await (
      await fetch(`${base}/api/cases/search`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{"limit":1}',
      })
    ).json()) as { rows: { caseId: number }[] };
    const caseId = first.rows[0]?.caseId ?? 1;
    const asked = [
      { what: 'list of fifty', url: '/api/cases/search', method: 'POST', body: JSON.stringify({ limit: 50, order: 'breaking' }) },
      { what: 'page of a case', url: `/api/cases/${caseId}/life`, method: 'GET', body: null },
      { what: 'one case', url: `/api/cases/${caseId}`, method: 'GET', body: null },
    ] as const;
    for (const { what, url, method, body } of asked) {
      const ask = () =>
        fetch(`${base}${url}`, { method, body, headers: { ...headers, ...(body === null ? {} : { 'content-type': 'application/json' }) } });
      await (await ask()).text();
      const statements = await statementsOf(async () => (await ask()).text());
      const bare = await bareRoute(cases, statements);
      const ours: number[] = [];
      const bares: number[] = [];
      try {
        // Once unmeasured each, or the first would pay for its code; then in turns, so that a busy moment meets both.
        for (let round = -1; round < ROUNDS; round++) {
          const our = await hammer({ url: `${base}${url}`, method, body, cookies });
          const its = await hammer({ url: bare.url, method, body, cookies });
          if (round >= 0) {
            ours.push(our);
            bares.push(its);
          }
        }
      } finally {
        await bare.close();
      }
      const share = percentile(
        ours.map((count, round) => count / (bares[round] ?? Number.NaN)),
        0.5,
      );
      report.claim(`${what}: requests a second beside a bare route`, share >= LEAST_SHARE, {
        statements: statements.length,
        ours: Math.round(percentile(ours, 0.5)),
        bare: Math.round(percentile(bares, 0.5)),
        share: Math.round(share * 100) / 100,
        least: LEAST_SHARE,
      });
    }
    await app.http.close();
  } finally {
    for (const end of ends) await end();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
};
