import type { Browser, BrowserContext, Page } from 'playwright-core';
import { eventually, type Product } from './product.ts';

/** What an agent does at the console, and what the console shows; no test needs to know a selector. */
export interface DeskPage {
  page: Page;
  context: BrowserContext;
  mode(): Promise<Mode>;
  waitFor(mode: Mode, limitMs?: number): Promise<void>;
  /** Waits out the guard against a key meant for the state before, then clicks. */
  act(name: string, limitMs?: number): Promise<void>;
  /** When each offer's card was painted, by its id, in epoch milliseconds. */
  painted(): Promise<Record<string, number>>;
  /** Epoch milliseconds of the last answered call's steps; null for what has not been. */
  audio(): Promise<Record<'answeredAt' | 'confirmedAt' | 'connectedAt' | 'firstPacketAt' | 'firstEnergyAt', number | null>>;
  close(): Promise<void>;
}

export type Mode = 'signed_out' | 'ready' | 'paused' | 'device_lost' | 'ringing' | 'talking' | 'wrap_up';

const controls = (page: Page, context: BrowserContext): DeskPage => ({
  page,
  context,
  mode: async () => (await page.getAttribute('.call-bar', 'data-mode')) as Mode,
  waitFor: async (mode, limitMs = 10_000) => void (await page.waitForSelector(`.call-bar[data-mode=${mode}]`, { timeout: limitMs })),
  async act(name, limitMs = 5_000) {
    await page.waitForSelector('.call-bar[data-armed=true]', { timeout: limitMs });
    await page.click(`[data-act=${name}]`, { timeout: limitMs });
  },
  painted: () => page.evaluate('({ ...(window.__hotline?.painted ?? {}) })'),
  audio: () => page.evaluate('({ ...window.__hotline.audio })'),
  close: () => context.close(),
});

/**
 * Logs in, signs in on the browser's telephone and goes on ready.
 *
 * @param prepare gets the empty page before the console is opened in it, to listen along
 */
export const openDesk = async (
  browser: Browser,
  product: Pick<Product, 'url' | 'password'>,
  account: string,
  prepare: (page: Page) => void | Promise<void> = () => undefined,
): Promise<DeskPage> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['microphone'] });
  const page = await context.newPage();
  await prepare(page);
  await page.goto(product.url);
  await page.fill('#account', account);
  await page.fill('#password', product.password);
  await page.click('[data-act=log-in]');
  const desk = controls(page, context);
  // Whoever comes back to an open shift, after a crash, is signed in already.
  await page.waitForSelector('[data-act=sign-in], .call-bar[data-mode=ready], .call-bar[data-mode=paused]', { timeout: 15_000 });
  if ((await desk.mode()) === 'signed_out') await page.click('[data-act=sign-in]', { timeout: 5_000 }).catch(() => undefined);
  // Signing in ends in "ready" by itself, by way of "paused"; only who stays paused has to be asked.
  await eventually('the desk to be ready', 40_000, async () => {
    if ((await desk.mode()) === 'ready') return true;
    const stays = await page.waitForSelector('.call-bar[data-mode=ready]', { timeout: 2_000 }).then(
      () => false,
      () => true,
    );
    if (stays && (await desk.mode()) === 'paused') await page.click('[data-act=ready]', { timeout: 2_000 }).catch(() => undefined);
    return (await desk.mode()) === 'ready';
  });
  return desk;
};

export interface CitizenPage {
  page: Page;
  /** Dials 12345 with the built-in recorded voice. */
  dial(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The demonstration citizen's telephone in a browser.
 *
 * @param where a context of somebody else's for a second tab beside theirs, or a browser for a context of its own
 */
export const openCitizen = async (where: Browser | BrowserContext, product: Product): Promise<CitizenPage> => {
  const context = 'newContext' in where ? await where.newContext({ permissions: ['microphone'] }) : where;
  const page = await context.newPage();
  await page.goto(`${product.url}/demo/citizen`);
  await page.waitForSelector('[data-citizen=registered]', { timeout: 15_000 });
  return {
    page,
    dial: () => page.click('[data-act=dial-voice]'),
    close: () => (context === where ? page.close() : context.close()),
  };
};
