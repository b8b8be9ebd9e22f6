import type { Browser } from 'playwright-core';
import { type DeskPage, openDesk } from '../../helpers/desk.ts';
import { eventually, type Product } from '../../helpers/product.ts';

export interface Console {
  account: string;
  extension: string;
  desk: DeskPage;
  /**
   * The numbered frames in which each offer's card came here as news. A snapshot is not news, and a frame that comes again on a line
   * that was lost carries the number it had.
   */
  pushed: Map<number, Set<string>>;
  /** The number on a card that is shown as ringing now; empty when none is. */
  ringingNumber(): Promise<string>;
  /** When each offer's card came in at the page, by its id, in epoch milliseconds: what is after that is the browser's. */
  arrived(): Promise<Record<string, number>>;
  /** How far the page's clock is from this process's, in ms: both read the machine's. */
  clockOffset(): Promise<number>;
}

const FIRST_EXTENSION = 8001;

const listen = (pushed: Map<number, Set<string>>, payload: string | Buffer): void => {
  if (typeof payload !== 'string' || !payload.includes('"card.offered"')) return;
  const { event, epoch, seq } = JSON.parse(payload) as { epoch: string; seq: number; event?: { type: string; card: { offerId: number } } };
  if (event?.type !== 'card.offered') return;
  const { offerId } = event.card;
  pushed.set(offerId, (pushed.get(offerId) ?? new Set()).add(`${epoch} ${seq}`));
};

/** Stamps each card before the console itself sees it. */
const STAMP_ARRIVALS = `(() => {
  const Real = window.WebSocket, arrived = (window.__arrived = {});
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string' || !data.includes('"card.offered"')) return;
        const { event } = JSON.parse(data);
        if (event?.type === 'card.offered') arrived[event.card.offerId] ??= performance.timeOrigin + performance.now();
      });
    }
  };
})()`;

/** @param place counts from 1: agent1 has extension 8001 */
export const openConsole = async (browser: Browser, product: Product, place: number): Promise<Console> => {
  const account = `agent${place}`;
  const pushed: Console['pushed'] = new Map();
  const desk = await openDesk(browser, product, account, async (page) => {
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => listen(pushed, payload));
    });
    await page.addInitScript(STAMP_ARRIVALS);
  });
  return {
    account,
    extension: String(FIRST_EXTENSION - 1 + place),
    desk,
    pushed,
    ringingNumber: async () =>
      (await desk.page.evaluate(`(() => {
        const ringing = document.querySelector('.call-bar[data-mode=ringing]') && document.querySelector('main.desk[data-mode=ringing]');
        return ringing ? (document.querySelector('#who > .panel > .meta')?.textContent ?? '').trim() : '';
      })()`)) as string,
    arrived: () => desk.page.evaluate('({ ...window.__arrived })') as Promise<Record<string, number>>,
    async clockOffset() {
      const before = Date.now();
      const page = (await desk.page.evaluate('performance.timeOrigin + performance.now()')) as number;
      return page - (before + Date.now()) / 2;
    },
  };
};

/** Opens them one after the other, as people come to work. */
export const openConsoles = async (browser: Browser, product: Product, count: number): Promise<Console[]> => {
  const consoles: Console[] = [];
  for (let place = 1; place <= count; place += 1) consoles.push(await openConsole(browser, product, place));
  return consoles;
};

/** The one console that shows this caller's ring. @throws Error when none does within the limit */
export const whoRings = async (consoles: readonly Console[], number: string, limitMs = 15_000): Promise<Console> =>
  eventually(`one console to ring for …${number.slice(-4)}`, limitMs, async () => {
    const shown = await Promise.all(consoles.map((each) => each.ringingNumber()));
    return consoles.find((_, index) => shown[index]?.endsWith(number.slice(-4))) ?? null;
  });
