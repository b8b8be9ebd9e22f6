import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import type { Page } from 'playwright-core';
import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config/index.ts';
import type { Role } from '../../../src/core/roles.ts';
import type { Store } from '../../../src/storage/store.ts';
import { createScriptedTelephony } from '../../../src/telephony/scripted/index.ts';
import { startBrowser } from '../../helpers/browser.ts';
import { createGiven } from '../../helpers/given.ts';
import { freePort } from '../../helpers/ports.ts';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { ROOT } from '../../helpers/runner.ts';
import { openSession } from '../../helpers/session.ts';
import { openStoreFor } from '../../helpers/store.ts';
import { seeded } from '../inbound/common.ts';

const AGENTS = 100;
const TALKING = 100;
const WAITING = 100;
const FIRST_EXTENSION = 7_001;
const PROBES = 200;
const PAINTED_P95_MS = 300;
/** All the while desks pause and come back, so that the board has news of its own several times a second. */
const NEWS_EVERY_MS = 120;

/** In the page: every value of the first figure, with the instant of the frame after the one in which it was there. */
const WATCH = `(() => {
  const seen = (window.__seen = []);
  let last = '';
  const look = () => {
    const now = document.querySelector('.board-figure dd b')?.textContent ?? '';
    if (now !== last) {
      last = now;
      requestAnimationFrame(() => seen.push({ value: Number(now), at: performance.timeOrigin + performance.now() }));
    }
    requestAnimationFrame(look);
  };
  look();
})()`;

/** The whole service in this process before a pretended switch, with its real web server. */
const openService = async (store: Store, dataDirectory: string) => {
  const port = await freePort();
  const secret = 'x'.repeat(40);
  const config = readConfig({ HOTLINE_DATA_DIR: dataDirectory, HOTLINE_SECRET: secret, HOTLINE_HTTP_PORT: String(port) });
  const telephony = createScriptedTelephony();
  const app = await createApp({
    config,
    secret,
    store,
    telephony,
    clock: { now: () => new Date() },
    logger: pino({ level: 'silent' }),
    recordingsOf: () => null,
    consoleDirectory: join(ROOT, 'src/console/dist'),
    version: '0',
  });
  await app.http.listen({ host: '127.0.0.1', port });
  await app.start();
  return { app, script: telephony.script, url: `http://127.0.0.1:${port}` };
};
type Service = Awaited<ReturnType<typeof openService>>;

const post = async ({ url }: Service, token: string, path: string, body: unknown): Promise<void> => {
  const headers = { cookie: `hotline_session=${token}`, origin: url, 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
};

/** A hundred desks that are ready, a hundred citizens in talk and a hundred who wait. @returns the desks' sessions */
const fill = async (service: Service, store: Store): Promise<string[]> => {
  const given = createGiven(store);
  const tokens: string[] = [];
  for (let index = 0; index < AGENTS; index += 1) {
    const extension = String(FIRST_EXTENSION + index);
    const { staffId } = await given.staff({ account: `desk${index}`, name: `坐席${index}`, extension });
    const token = await openSession(store, staffId);
    tokens.push(token);
    await post(service, token, '/api/desk/sign-in', { device: 'desk' });
    service.script.register(extension);
    await post(service, token, '/api/desk/intent', { intent: 'ready' });
  }
  for (let index = 0; index < TALKING + WAITING; index += 1) {
    const channelId = service.script.arrive({ number: `1380${String(2_000_000 + index)}` });
    service.script.enqueue(channelId, 'main');
    if (index < TALKING) service.script.answer(service.script.offer(channelId, String(FIRST_EXTENSION + index)));
  }
  return tokens;
};

const watch = async (service: Service, token: string): Promise<{ page: Page; close(): Promise<void> }> => {
  const browser = await startBrowser({ windowless: true });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies([{ name: 'hotline_session', value: token, url: service.url }]);
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  await page.goto(`${service.url}/board`);
  return { page, close: () => browser.close() };
};

/** When the page has shown this value, since an instant. */
const paintedAt = (page: Page, value: number, since: number): Promise<number> =>
  eventually(`${value} on the board`, 8_000, () =>
    page.evaluate<number>(`(window.__seen.find((each) => each.value === ${value} && each.at >= ${since}) ?? { at: 0 }).at`),
  );

/** From an event on the switch to the frame in which the board shows it, with 100 desks and 200 calls. */
export const board = async (report: Report): Promise<void> => {
  const { store, close } = await openStoreFor('sqlite');
  const dataDirectory = mkdtempSync(join(tmpdir(), 'hotline-board-'));
  const service = await openService(store, dataDirectory);
  const roles: Role[] = ['team_leader'];
  const leader = await createGiven(store).staff({ account: 'watcher', name: '看板', roles });
  let screen: Awaited<ReturnType<typeof watch>> | null = null;
  let news: Promise<void> = Promise.resolve();
  let going = true;
  try {
    const desks = await fill(service, store);
    screen = await watch(service, await openSession(store, leader.staffId));
    const { page } = screen;
    await eventually('the board to show all who wait', 30_000, () => page.evaluate<boolean>(`window.__seen.at(-1)?.value === ${WAITING}`));
    const shown = await page.evaluate<number>("document.querySelectorAll('.board-state').length");
    report.claim('a hundred desks on the board', shown >= AGENTS, { desks: shown, calls: TALKING + WAITING });
    let told = 0;
    news = (async () => {
      for (let index = 0; going; index += 1) {
        const intent = index % 2 === 0 ? { intent: 'paused', reason: 'break' } : { intent: 'ready' };
        await post(service, desks[Math.floor(index / 2) % AGENTS] ?? '', '/api/desk/intent', intent);
        told += 1;
        await delay(NEWS_EVERY_MS);
      }
    })();
    const chance = seeded(7);
    const count = Number(process.env.JOURNEY_ROUNDS ?? 0) * 4 || PROBES;
    const [joins, leaves]: [number[], number[]] = [[], []];
    for (let index = 0; index < count / 2; index += 1) {
      const channelId = service.script.arrive({ number: `1390${String(1_000_000 + index)}` });
      await delay(chance() * 500);
      const joinedAt = performance.timeOrigin + performance.now();
      service.script.enqueue(channelId, 'main');
      joins.push((await paintedAt(page, WAITING + 1, joinedAt)) - joinedAt);
      await delay(chance() * 500);
      const leftAt = performance.timeOrigin + performance.now();
      service.script.citizenHangsUp(channelId);
      leaves.push((await paintedAt(page, WAITING, leftAt)) - leftAt);
    }
    const all = summary([...joins, ...leaves]);
    report.claim('event on the switch → painted, p95 ≤ 300 ms', all.n >= count && all.p95 <= PAINTED_P95_MS, {
      unit: 'ms',
      ...all,
      newsMeanwhile: told,
    });
    report.figure('somebody begins to wait', { unit: 'ms', ...summary(joins) });
    report.figure('somebody who waited is gone', { unit: 'ms', ...summary(leaves) });
  } finally {
    going = false;
    await news.catch(() => undefined);
    await screen?.close();
    await service.app.stop();
    await close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
};
