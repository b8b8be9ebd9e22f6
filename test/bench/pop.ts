import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { openStore } from '../../src/storage/open-store.ts';
import { readIdentity } from '../../src/telephony/managed/instance.ts';
import { SERVICE_USER } from '../../src/telephony/managed/settings.ts';
import { startPostgres } from '../helpers/postgres.ts';
import { PORTS } from '../helpers/product.ts';
import { percentile, type Report, summary } from '../helpers/report.ts';
import { holdBeside, loadBaselines, offersAt } from './scenarios/load.ts';
import { processorMs, type Rig, SCALE, startRig } from './scenarios/rig.ts';

/**
 * From the switch's AgentCalled to the card's frame at a console's socket, without a browser: the product beside the least
 * program that could do it, both fed by the same event. A ring is not answered; its caller gives up soon, so that twenty
 * agents can be offered twenty calls a second.
 */
const AGENTS = 20;
const CLIENTS = SCALE < 0.2 ? [5, 50] : [5, 50, 500];
const MINIMAL_PORT = 18_399;
const round = (value: number): number => Math.round(value * 100) / 100;

interface Seen {
  /** By the citizen's channel: when the switch told of the ring, and when each frame came; epoch milliseconds. */
  told: Map<string, number>;
  minimal: Map<string, number>;
  product: Map<string, number>;
}

const nowMs = (): number => performance.timeOrigin + performance.now();

/** People without a telephone who only watch: their sessions are written as a log-in would write them. */
const addWatchers = async (rig: Rig, count: number, databaseUrl: string | null): Promise<string[]> => {
  await rig.withService(false);
  const store = await openStore({ databaseUrl, sqliteFile: join(rig.product().dataDirectory, 'hotline.db') });
  const { staff, sessions } = store.schema;
  const createdAt = new Date();
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
  await store.write(async (db) => {
    for (const [index, token] of tokens.entries()) {
      const values = { account: `watcher${index}`, name: `旁观${index}`, passwordHash: 'none', roles: ['agent' as const], createdAt };
      const [row] = await db.insert(staff).values(values).returning({ id: staff.id });
      const tokenHash = createHash('sha256').update(token).digest('hex');
      const expiresAt = new Date(createdAt.getTime() + 36e5);
      const session = { tokenHash, staffId: row?.id ?? 0, createdAt, lastSeenAt: createdAt, expiresAt, address: '127.0.0.1' };
      await db.insert(sessions).values(session).returning({ id: sessions.id });
    }
  });
  await store.close();
  await rig.withService(true);
  return tokens.map((token) => `hotline_session=${token}`);
};

const openConsole = async (rig: Rig, cookie: string, onCard: (channelId: string) => void): Promise<WebSocket> => {
  const { url } = rig.product();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/push`, 'hotline.v1', { origin: url, headers: { cookie } });
  socket.on('message', (data) => {
    const at = String(data);
    if (!at.includes('"type":"card.offered"')) return;
    const { event } = JSON.parse(at) as { event?: { card: { channelId: string } } };
    if (event) onCard(event.card.channelId);
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ v: 1, t: 'resume', epoch: null, seq: 0 }));
  return socket;
};

const startMinimal = async (rig: Rig): Promise<ChildProcess> => {
  const secret = readIdentity(rig.directories.base)?.amiSecret ?? '';
  const script = join(import.meta.dirname, 'scenarios/minimal.ts');
  const child = spawn(process.execPath, [script, String(PORTS.ami), SERVICE_USER, secret, String(MINIMAL_PORT)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child;
};

/** Processor time of PostgreSQL's processes, those that have ended included. */
const postgresMs = (directory: string): number => {
  const [pid = ''] = readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n');
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children].reduce((sum, each) => sum + processorMs(Number(each)), 0);
};

const measure = async (report: Report, rig: Rig, watchers: string[], databaseMs: () => number): Promise<void> => {
  const seen: Seen = { told: new Map(), minimal: new Map(), product: new Map() };
  const minimal = await startMinimal(rig);
  const sockets: WebSocket[] = [];
  const first = (map: Map<string, number>, id: string): void => {
    if (!map.has(id)) map.set(id, nowMs());
  };
  let open = 0;
  try {
    for (const clients of CLIENTS) {
      for (; open < clients; open++) {
        const isAgent = open < AGENTS;
        const cookie = isAgent ? rig.cookies[open] : watchers[open - AGENTS];
        sockets.push(await openConsole(rig, cookie ?? '', (id) => first(seen.product, id)));
        if (!isAgent) continue;
        const page = new WebSocket(`ws://127.0.0.1:${MINIMAL_PORT}/${8001 + open}`);
        page.on('message', (data) => {
          const { channelId, at } = JSON.parse(String(data)) as { channelId: string; at: number };
          first(seen.minimal, channelId);
          if (!seen.told.has(channelId)) seen.told.set(channelId, at);
        });
        await once(page, 'open');
        sockets.push(page);
      }
      for (const [rate, seconds] of [
        [2, Math.max(5, 60 * SCALE)],
        [20, Math.max(3, 20 * SCALE)],
      ] as const) {
        for (const map of Object.values(seen)) map.clear();
        const { service } = rig.pids();
        const before = { service: processorMs(service), database: databaseMs(), minimal: processorMs(minimal.pid ?? 0) };
        const calls = await offersAt(rig, rate, seconds);
        await delay(1500);
        const spent = { service: processorMs(service) - before.service, database: databaseMs() - before.database };
        const spentMinimal = processorMs(minimal.pid ?? 0) - before.minimal;
        const after = (map: Map<string, number>): number[] =>
          [...seen.told].flatMap(([id, at]) => (map.has(id) ? [(map.get(id) ?? 0) - at] : []));
        const product = after(seen.product);
        const baseline = after(seen.minimal);
        report.claim(
          `${clients} consoles, ${rate} offers/s: every ring heard of has its card`,
          product.length === baseline.length && product.length > 0,
          {
            calls,
            productMs: summary(product),
            minimalMs: summary(baseline),
            ratioP50: round(percentile(product, 0.5) / percentile(baseline, 0.5)),
            ratioP95: round(percentile(product, 0.95) / percentile(baseline, 0.95)),
            serviceMsPerCall: round(spent.service / calls),
            databaseServerMsPerCall: round(spent.database / calls),
            minimalMsPerCall: round(spentMinimal / calls),
          },
        );
      }
    }
  } finally {
    for (const socket of sockets) socket.terminate();
    minimal.kill();
  }
};

const withRig = async (report: Report, databaseUrl: string | null, databaseMs: () => number): Promise<void> => {
  const rig = await startRig({ agents: AGENTS, answering: false, env: databaseUrl ? { DATABASE_URL: databaseUrl } : {} });
  try {
    await loadBaselines(rig);
    const watchers = await addWatchers(rig, Math.max(...CLIENTS) - AGENTS, databaseUrl);
    // Warm, then fifty calls that are up all along, in a queue of their own.
    await offersAt(rig, 10, Math.max(3, 10 * SCALE));
    const release = await holdBeside(rig, 50);
    await measure(report, rig, watchers, databaseMs);
    release();
  } catch (err) {
    throw new Error(`${err instanceof Error ? err.stack : err}\nthe product's last words:\n${rig.product().output().slice(-2_000)}`);
  } finally {
    await rig.stop();
  }
};

export const parts = {
  sqlite: (report: Report): Promise<void> => {
    report.figure('database time', { what: 'SQLite works inside the service: its time is part of the service' });
    return withRig(report, null, () => 0);
  },
  postgres: async (report: Report): Promise<void> => {
    const server = await startPostgres();
    try {
      await withRig(report, server.url('postgres'), () => postgresMs(server.directory));
    } finally {
      server.stop();
    }
  },
};
