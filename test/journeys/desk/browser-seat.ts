import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from '../../helpers/browser.ts';
import { type DeskPage, type Mode, openDesk } from '../../helpers/desk.ts';
import { eventually } from '../../helpers/product.ts';
import { hummingVoice } from '../inbound/voice.ts';
import { type Room, type Seat, serviceOf, TONES } from './room.ts';

export interface BrowserSeat extends Seat {
  desk: DeskPage;
  browser: Browser;
  /** Another page of the same browser, at the console. */
  openTab(): Promise<Page>;
  /** The page whose telephone rings and whose sound is heard; the first one until told otherwise. */
  use(page: Page): void;
  page(): Page;
  shows(mode: Mode, limitMs?: number): Promise<void>;
  /** @returns epoch milliseconds of the click */
  click(act: string, limitMs?: number): Promise<number>;
  /** A button of the panel for third parties, which is opened first. @returns epoch milliseconds of the click */
  clickThird(act: string, number?: string): Promise<number>;
  /** The longest piece of sound in ms, within two looks that follow each other, that the browser had to make up since an instant. */
  gap(since: number): Promise<number>;
}

/**
 * Keeps every connection for voice in sight: how much of the newest sound is a tone, by the same measure as the telephones of the
 * tests have it, and how much sound was made up because none had come.
 */
const EAR = `(() => {
  const Real = window.RTCPeerConnection, all = [], looks = (window.__looks = []);
  let context = null;
  window.RTCPeerConnection = function (...args) {
    const it = new Real(...args), mine = { it, ear: null };
    all.push(mine);
    it.addEventListener('track', ({ track }) => {
      context ??= new AudioContext();
      mine.ear = context.createAnalyser();
      mine.ear.fftSize = 16384;
      context.createMediaStreamSource(new MediaStream([track])).connect(mine.ear);
    });
    return it;
  };
  window.RTCPeerConnection.prototype = Real.prototype;
  Object.assign(window.RTCPeerConnection, { generateCertificate: Real.generateCertificate });
  window.__listen = (tones) => {
    const live = all.filter(({ it }) => it.connectionState === 'connected').at(-1);
    if (!live?.ear) return { shares: tones.map(() => 0), loud: false };
    const all48 = new Float32Array(live.ear.fftSize);
    live.ear.getFloatTimeDomainData(all48);
    const samples = all48.subarray(all48.length - Math.round(context.sampleRate * 0.3));
    let energy = 0;
    for (const sample of samples) energy += sample * sample;
    const loud = energy / samples.length > 1e-5;
    const share = (hz) => {
      let real = 0, imaginary = 0;
      const step = (2 * Math.PI * hz) / context.sampleRate;
      for (let at = 0; at < samples.length; at += 1) {
        real += samples[at] * Math.cos(step * at);
        imaginary += samples[at] * Math.sin(step * at);
      }
      return (2 * (real * real + imaginary * imaginary)) / (samples.length * energy);
    };
    return { shares: tones.map((hz) => (loud ? share(hz) : 0)), loud };
  };
  setInterval(async () => {
    const live = all.filter(({ it }) => it.connectionState === 'connected').at(-1);
    if (!live) return;
    const at = Date.now();
    for (const report of (await live.it.getStats()).values())
      if (report.type === 'inbound-rtp' && report.kind === 'audio') looks.push({ at, concealed: report.concealedSamples });
    if (looks.length > 600) looks.shift();
  }, 100);
})()`;

/** In the page, because a click by the mouse waits for a frame to be drawn; the button must be there, armed and not disabled. */
const pressed = (page: Page, selector: string): Promise<number> =>
  page.evaluate<number>(
    `(() => {
      const it = document.querySelector(${JSON.stringify(selector)});
      if (!it || it.disabled || document.querySelector('.call-bar')?.getAttribute('data-armed') !== 'true') return 0;
      const at = Date.now();
      it.click();
      return at;
    })()`,
  );

export const openBrowserSeat = async (room: Room, place: number, name: 'first' | 'second'): Promise<BrowserSeat> => {
  const { product } = room;
  const account = `agent${place}`;
  const hz = TONES[name];
  const voice = hummingVoice(hz);
  const browser = await startBrowser({ voice: voice.file });
  const desk = await openDesk(browser, product, account, async (page) => {
    await page.context().addInitScript(EAR);
  });
  const cookie = await product.logIn(account);
  let used = desk.page;
  const click = (selector: string, limitMs: number): Promise<number> =>
    eventually(`${selector} to be clicked`, limitMs, () => pressed(used, selector));
  const shows: BrowserSeat['shows'] = async (mode, limitMs = 10_000) =>
    void (await used.waitForSelector(`.call-bar[data-mode=${mode}]`, { timeout: limitMs }));
  return {
    name,
    account,
    extension: String(8_000 + place),
    cookie,
    hz,
    desk,
    browser,
    ear: {
      name,
      hz,
      listen: (tones) => used.evaluate(`window.__listen(${JSON.stringify(tones)})`) as Promise<{ shares: number[]; loud: boolean }>,
    },
    ...serviceOf(product, cookie),
    async openTab() {
      const page = await desk.context.newPage();
      await page.goto(product.url);
      return page;
    },
    use(page) {
      used = page;
    },
    page: () => used,
    shows,
    async rings(limitMs = 15_000) {
      await shows('ringing', limitMs);
      return Date.now();
    },
    answer: () => click('[data-act=answer]', 5_000),
    hangUp: () => click('[data-act=hang-up]', 5_000),
    click: (act, limitMs = 5_000) => click(`[data-act=${act}]`, limitMs),
    async clickThird(act, number) {
      if (!(await used.$('.third-panel'))) await click('[data-act=third]', 5_000);
      await used.waitForSelector('.third-panel', { timeout: 3_000 });
      if (number !== undefined) {
        await used.fill('.third-panel input', number);
        await delay(100);
      }
      return click(`.third-panel [data-act=${act}]`, 5_000);
    },
    async gap(since) {
      const looks = (await used.evaluate(`window.__looks.filter((each) => each.at >= ${since})`)) as { at: number; concealed: number }[];
      const made = looks.map((look, index) => look.concealed - (looks[index - 1] ?? look).concealed);
      return Math.round(made.reduce((most, each, index) => Math.max(most, each + (made[index - 1] ?? 0)), 0) / 48);
    },
    async close() {
      await browser.close().catch(() => undefined);
      voice.remove();
    },
  };
};
