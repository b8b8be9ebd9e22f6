import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, BrowserServer } from 'playwright-core';
import { chromium } from 'playwright-core';
import { startBrowser } from '../../helpers/browser.ts';
import { type DeskPage, type Mode, openDesk } from '../../helpers/desk.ts';
import { letBrowserBeOnTime } from '../../helpers/on-time.ts';
import type { Product } from '../../helpers/product.ts';
import { hummingVoice } from './voice.ts';

/** One look at what a browser has received, ten times a second. */
export interface Ear {
  at: number;
  packets: number;
  /** Samples of 1/48,000 s made up because nothing had come. */
  concealed: number;
  energy: number;
}

export interface Seen {
  mode: Mode | '';
  /** Last four digits of the number on the card. */
  who: string;
  at: number;
}

/** A person at a console: what the page shows, told by the page itself as it changes. */
export interface Agent {
  account: string;
  extension: string;
  hz: number;
  desk: DeskPage;
  seen: Seen;
  /** Every mode the desk has shown, the newest last. */
  log: Seen[];
  isGone: boolean;
  ears(since: number): Promise<Ear[]>;
  /** Whether sound has come in since an instant. */
  hears(since: number): Promise<boolean>;
  /** Resolves with true when the desk shows it, with false at the limit or when the browser is gone. */
  shows(what: (seen: Seen) => boolean, limitMs: number): Promise<boolean>;
}

/** Keeps every connection for voice in sight, and tells what the desk shows. */
const WATCH = `(() => {
  const Real = window.RTCPeerConnection, all = [], ears = (window.__ears = []);
  window.RTCPeerConnection = function (...args) { const it = new Real(...args); all.push(it); return it; };
  window.RTCPeerConnection.prototype = Real.prototype;
  Object.assign(window.RTCPeerConnection, { generateCertificate: Real.generateCertificate });
  setInterval(async () => {
    for (const it of all.splice(0)) {
      if (it.connectionState === 'closed') continue;
      all.push(it);
      const at = Date.now();
      for (const report of (await it.getStats()).values())
        if (report.type === 'inbound-rtp' && report.kind === 'audio') {
          ears.push({ at, packets: report.packetsReceived, concealed: report.concealedSamples, energy: report.totalAudioEnergy });
          if (ears.length > 600) ears.shift();
        }
    }
  }, 100);
  let last = '';
  setInterval(() => {
    const bar = document.querySelector('.call-bar');
    const meta = document.querySelector('#who > .panel > .meta');
    const mode = bar ? bar.getAttribute('data-mode') : '';
    const shown = meta && (mode === 'ringing' || mode === 'talking' || mode === 'wrap_up') ? meta.textContent : '';
    const who = (shown.match(/\\*{4}\\s*(\\d{4})/) || [])[1] || '';
    if (mode + who === last) return;
    last = mode + who;
    window.__deskSays({ mode, who, at: Date.now() });
  }, 25);
})()`;

/** A browser process of one voice; its console pages are opened with `seat`. */
export interface Office {
  hz: number;
  pid: number;
  seat(product: Product, account: string, extension: string): Promise<Agent>;
  close(): Promise<void>;
}

const seatIn = async (browser: Browser, hz: number, product: Product, account: string, extension: string): Promise<Agent> => {
  const agent: Agent = {
    account,
    extension,
    hz,
    desk: undefined as unknown as DeskPage,
    seen: { mode: '', who: '', at: 0 },
    log: [],
    isGone: false,
    ears: (since) => agent.desk.page.evaluate(`window.__ears.filter((each) => each.at >= ${since})`) as Promise<Ear[]>,
    async hears(since) {
      const ears = await agent.ears(since);
      return (ears.at(-1)?.energy ?? 0) > (ears[0]?.packets === 0 ? 0 : (ears[0]?.energy ?? 0));
    },
    async shows(what, limitMs) {
      for (const end = Date.now() + limitMs; Date.now() < end && !agent.isGone; await delay(15)) if (what(agent.seen)) return true;
      return false;
    },
  };
  const newContext = async (options: Parameters<Browser['newContext']>[0]): Promise<BrowserContext> => {
    const context = await browser.newContext(options);
    await context.exposeFunction('__deskSays', (seen: Seen) => {
      agent.seen = seen;
      agent.log.push(seen);
    });
    await context.addInitScript(WATCH);
    return context;
  };
  browser.on('disconnected', () => {
    agent.isGone = true;
  });
  agent.desk = await openDesk({ newContext } as unknown as Browser, product, account);
  return agent;
};

/** The browser is one that can be killed by its process id; its helpers end with it. */
export const openOffice = async (hz: number): Promise<Office> => {
  const voice = hummingVoice(hz);
  let server: BrowserServer | undefined;
  // The flags are those of every browser of the tests; only how it is started differs.
  const real = chromium.launch;
  let browser: Browser;
  try {
    (chromium as { launch: unknown }).launch = async (options: Parameters<typeof chromium.launchServer>[0]) => {
      server = await chromium.launchServer(options);
      return chromium.connect(server.wsEndpoint());
    };
    browser = await startBrowser({ voice: voice.file });
  } finally {
    (chromium as { launch: unknown }).launch = real;
  }
  return {
    hz,
    pid: server?.process().pid ?? 0,
    async seat(product, account, extension) {
      const agent = await seatIn(browser, hz, product, account, extension);
      if (server) letBrowserBeOnTime(server.process().pid ?? 0);
      return agent;
    },
    async close() {
      await browser.close().catch(() => undefined);
      await server?.kill().catch(() => undefined);
      voice.remove();
    },
  };
};
