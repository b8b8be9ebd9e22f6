import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { eventually, type Product, residentMb, startProduct } from '../../helpers/product.ts';
import type { Report } from '../../helpers/report.ts';
import { scaled } from './floor.ts';
import type { Counts, Desk } from './telephones-worker.ts';

const AT_REST_MB = 200;
const WITH_ALL_MB = 350;
const CLIENTS = 500;
/** Long enough for one round of pings on every line and one round of questions to every telephone. */
const SETTLE_MS = 35_000;
const REST_MS = 20_000;
/** Log-ins at once: as many as the service works on and some that wait. */
const LANES = 4;

interface Resident {
  service: number;
  relay: number;
  /** Both, with the pages of Node itself, which they share, counted twice. */
  twice: number;
  /** What the machine has less while they run: shared pages once. */
  sum: number;
  starter: number;
  switch: number;
}

/** Pages that lie in files: programs and libraries, one copy for all processes that use them. */
const fileMb = (pid: number): number => Number(/^RssFile:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

const resident = (product: Product): Resident => {
  const pids = product.pids();
  const [service, relay] = [residentMb(pids.service), residentMb(pids.relay)];
  const rounded = (mb: number): number => Math.round(mb * 10) / 10;
  const sum = rounded(service + relay - Math.min(fileMb(pids.service), fileMb(pids.relay)));
  return { service, relay, twice: rounded(service + relay), sum, starter: residentMb(pids.starter), switch: residentMb(pids.switch) };
};

/** People like agent1, with its password, written beside the running service. */
const hire = (file: string, count: number): string[] => {
  const database = new Database(file, { timeout: 5_000 });
  try {
    const hired = database.prepare(
      `insert into staff (account, name, password_hash, roles, extension, active, version, created_at)
       select @account, name, password_hash, roles, @extension, 1, 1, created_at from staff where account = 'agent1'`,
    );
    const accounts = Array.from({ length: count }, (_, index) => `load${index + 1}`);
    database.transaction(() => {
      for (const [index, account] of accounts.entries()) hired.run({ account, extension: String(20_001 + index) });
    })();
    return accounts;
  } finally {
    database.close();
  }
};

const seat = async (product: Product, account: string): Promise<Desk> => {
  const cookie = await product.logIn(account);
  const { phone } = await product.api<{ phone: Desk['phone'] }>('/api/desk/sign-in', cookie, { device: 'browser' });
  return { cookie, phone };
};

const askCounts = (worker: Worker): Promise<Counts> =>
  new Promise((resolve) => {
    worker.once('message', resolve);
    worker.postMessage('counts');
  });

/** Everybody comes to work: log-in, sign-in, push line, telephone. */
const fill = async (product: Product, accounts: readonly string[]): Promise<Worker> => {
  const worker = new Worker(new URL('./telephones-worker.ts', import.meta.url), { workerData: { url: product.url } });
  const waiting = [...accounts];
  const lane = async (): Promise<void> => {
    for (let account = waiting.shift(); account; account = waiting.shift()) worker.postMessage(await seat(product, account));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return worker;
};

export const memory = async (report: Report): Promise<void> => {
  const count = scaled(CLIENTS, 20);
  const dataDirectory = mkdtempSync(join(tmpdir(), 'hotline-memory-'));
  const product = await startProduct({ dataDirectory, env: { HOTLINE_LOG_LEVEL: 'warn' } });
  let worker: Worker | null = null;
  try {
    await delay(REST_MS);
    const rest = resident(product);
    report.claim('service and relay at rest ≤ 200 MB', rest.sum <= AT_REST_MB, { unit: 'MB', ...rest });

    worker = await fill(product, hire(join(dataDirectory, 'hotline.db'), count));
    const counts = await eventually('every console to be there', 120_000, async () => {
      const now = await askCounts(worker as Worker);
      return now.push >= count && now.registered >= count ? now : null;
    });
    const peak = resident(product);
    await delay(SETTLE_MS);
    const after = await askCounts(worker);
    const full = resident(product);
    report.claim(`every one of ${count} is connected and registered, and stays`, after.lost === 0 && after.push >= count, {
      atFirst: counts,
      after,
    });
    report.figure('right after the last log-in', { unit: 'MB', ...peak });
    report.claim(`with ${count} push clients and ${count} registrations ≤ 350 MB`, full.sum <= WITH_ALL_MB, { unit: 'MB', ...full });
    const kb = (more: number): number => Math.round((more * 1024) / count);
    report.figure('growth for each', { unit: 'kB', service: kb(full.service - rest.service), relay: kb(full.relay - rest.relay) });
  } catch (err) {
    if (worker) report.figure('so far', { counts: await askCounts(worker), ...resident(product) });
    throw err;
  } finally {
    await worker?.terminate();
    await product.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
};
