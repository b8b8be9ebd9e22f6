import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startBrowser } from '../helpers/browser.ts';
import { carrierTrunk, eventually, type Product, startProduct } from '../helpers/product.ts';
import { createSipPeer, type SipCall } from '../helpers/sip.ts';
import { AGENT_HZ, instrument, openSwitchLine, received, writeVoice } from './instruments.ts';

const CITIZEN_HZ = 440;
const VOICE_PORTS = '20000-23999';

export const mode = (page: Page, wanted: string, limitMs = 15_000): Promise<unknown> =>
  page.waitForSelector(`.call-bar[data-mode=${wanted}]`, { timeout: limitMs });
export const armed = (page: Page): Promise<unknown> => page.waitForSelector('.call-bar[data-armed=true]');
export const leads = (page: Page): Promise<boolean> => page.locator('[data-act=take-phone]').isHidden();

/** Steps from control to control as somebody without a mouse does. */
export const tabTo = async (page: Page, selector: string): Promise<void> => {
  for (let step = 0; step < 60; step += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} is not reached with Tab`);
};

export const bothHear = async (page: Page, citizen: SipCall, what: string): Promise<void> => {
  await eventually(`the citizen to hear the agent ${what}`, 10_000, () => citizen.hears(AGENT_HZ, 200));
  const before = await received(page);
  await eventually(`the agent to hear the citizen ${what}`, 10_000, async () => {
    const now = await received(page);
    return now.energy - before.energy > 0.001 && now.packets > before.packets;
  });
};

/** Never within this time; a sound that must not be there is looked for as long as one that must. */
export const neverHears = async (citizen: SipCall, hz: number, ms: number): Promise<boolean> => {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (citizen.hears(hz, 200)) return false;
  return true;
};

/** No voice gets to the switch any more, or again; signalling goes on. */
export const blockVoices = (): void => {
  const rule = ['ipproto', 'udp', 'dport', VOICE_PORTS, 'blackhole'];
  execFileSync('ip', ['rule', 'add', 'pref', '100', 'lookup', 'local']);
  execFileSync('ip', ['rule', 'add', 'pref', '50', ...rule]);
  execFileSync('ip', ['rule', 'del', 'pref', '0']);
};
export const letVoicesThrough = (): void => void execFileSync('ip', ['rule', 'del', 'pref', '50']);

/** A hall with one agent's browser and one citizen on the carrier's side who measures what is heard. */
export interface Hall {
  product: Product;
  /** A tab of the agent's browser at the console's address. */
  openPage(): Promise<Page>;
  /** Logs the agent in and goes on ready, with the mouse. */
  goReady(page: Page): Promise<void>;
  dial(): SipCall;
}

export const openHall = async (t: { teardown(work: () => Promise<void>): void }): Promise<Hall> => {
  const directory = mkdtempSync(join(tmpdir(), 'hotline-behaviour-'));
  const product = await startProduct({ env: { ...carrierTrunk, HOTLINE_RTP_PORTS: VOICE_PORTS, HOTLINE_RING_SECONDS: '60' } });
  const browser = await startBrowser({ voice: writeVoice(directory) });
  const carrier = await createSipPeer({ host: '127.0.0.1', port: product.ports.sip }, 15_999);
  const manager = await openSwitchLine(product);
  await manager.ask('DBPut', { Family: 'hotline', Key: 'notice', Val: 'none' });
  t.teardown(async () => {
    carrier.close();
    manager.close();
    await browser.close();
    await product.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['microphone'] });
  return {
    product,
    openPage: async () => {
      const page = await context.newPage();
      await instrument(page);
      await page.goto(product.url);
      return page;
    },
    goReady: async (page) => {
      await page.fill('#account', 'agent1');
      await page.fill('#password', product.password);
      await page.click('[data-act=log-in]');
      await page.click('[data-act=sign-in]', { timeout: 30_000 });
      await page.waitForSelector('.call-bar[data-mode=ready],.call-bar[data-mode=paused]', { timeout: 30_000 });
      if (await page.$('.call-bar[data-mode=paused]')) {
        await armed(page);
        await page.click('[data-act=ready]');
      }
      await mode(page, 'ready');
    },
    dial: () => carrier.call('12345', { from: '13800002046', toneHz: CITIZEN_HZ }),
  };
};
