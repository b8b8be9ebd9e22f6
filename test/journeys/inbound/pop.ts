import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../../helpers/browser.ts';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { ROOT } from '../../helpers/runner.ts';
import { createSipPeer, type SipPeer } from '../../helpers/sip.ts';
import { type Console, openConsoles, whoRings } from './consoles.ts';
import { type Called, type Floor, type Offer, openFloor, scaled } from './floor.ts';

const CONSOLES = 5;
const EVERY_MS = 500;
const RING_MS = 1_200;
const CROWD = 50;
const MOST_P95_MS = 100;

interface Stand {
  floor: Floor;
  browser: Browser;
  peer: SipPeer;
  consoles: Console[];
}

/** A third each: in the directory with past calls and cases, calling again and again, and new. */
const callers = (count: number): string[] => {
  const known = (
    JSON.parse(readFileSync(join(ROOT, 'src/demonstration/content/citizens.json'), 'utf8')) as { numbers: string[] }[]
  ).flatMap(({ numbers }) => numbers);
  return Array.from({ length: count }, (_, index) => {
    if (index % 3 === 0) return known[(index / 3) % known.length] ?? '';
    return index % 3 === 1 ? `1380533${String(index % 5).padStart(4, '0')}` : `1390000${String(index).padStart(4, '0')}`;
  });
};

interface Card {
  offerId: number;
  arrivedAt: number;
  at: number;
  extension: string;
}

const paintedOn = async (consoles: readonly Console[]): Promise<Card[]> =>
  (
    await Promise.all(
      consoles.map(async ({ desk, arrived, extension }) => {
        const arrivals = await arrived();
        return Object.entries(await desk.painted()).map(([offerId, at]) => ({
          offerId: Number(offerId),
          arrivedAt: arrivals[offerId] ?? Number.NaN,
          at,
          extension,
        }));
      }),
    )
  ).flat();

/** The flow: each caller rings for a while and gives up, so that five desks take two calls a second. */
const ringAll = async ({ peer }: Stand, numbers: readonly string[]): Promise<number> => {
  const began = Date.now();
  const ends: Promise<void>[] = [];
  for (const [index, from] of numbers.entries()) {
    await delay(Math.max(0, began + index * EVERY_MS - Date.now()));
    const call = peer.call('12345', { from });
    ends.push(delay(RING_MS).then(() => call.hangUp()));
  }
  const seconds = (Date.now() - began) / 1000;
  await Promise.all(ends);
  return (numbers.length - 1) / seconds;
};

interface Judged {
  latencies: number[];
  /** The part before the card is in the page, and the browser's own. */
  arrivals: number[];
  drawings: number[];
  /** Offers without a card where it belongs, cards of no offer there, and cards pushed more or less than once. */
  faults: string[];
}

const judge = (calls: readonly Called[], offers: readonly Offer[], painted: readonly Card[], consoles: readonly Console[]): Judged => {
  const faults: string[] = [];
  const latencies: number[] = [];
  const arrivals: number[] = [];
  const drawings: number[] = [];
  const byLeg = new Map(offers.map((offer) => [offer.legId, offer]));
  const known = new Set<number>();
  for (const called of calls) {
    const offer = byLeg.get(called.legId);
    if (!offer) {
      faults.push(`no offer for ${called.legId}`);
      continue;
    }
    known.add(offer.offerId);
    if (offer.extension !== called.extension) faults.push(`offer ${offer.offerId} is of ${offer.extension}, ${called.extension} rang`);
    const cards = painted.filter((each) => each.offerId === offer.offerId);
    const [card] = cards;
    if (cards.length !== 1 || card?.extension !== called.extension)
      faults.push(`offer ${offer.offerId} of ${called.extension} painted by [${cards.map((each) => each.extension)}]`);
    if (card) {
      latencies.push(card.at - called.at);
      arrivals.push(card.arrivedAt - called.at);
      drawings.push(card.at - card.arrivedAt);
    }
    for (const { extension, pushed } of consoles) {
      const times = pushed.get(offer.offerId)?.size ?? 0;
      if (times !== (extension === called.extension ? 1 : 0)) faults.push(`offer ${offer.offerId} pushed ${times} times to ${extension}`);
    }
  }
  for (const { offerId, extension } of painted) if (!known.has(offerId)) faults.push(`card ${offerId} on ${extension} is of no call`);
  return { latencies, arrivals, drawings, faults };
};

const withStand = async (report: Report, crowd: number, work: (stand: Stand) => Promise<void>): Promise<void> => {
  const floor = await openFloor();
  // Five consoles on the machine they are measured on: the build of Chromium without a window costs it least.
  const browser = await startBrowser({ windowless: true });
  report.figure('browser', { version: browser.version() });
  try {
    const others = crowd ? await floor.crowd(crowd) : null;
    const consoles = await openConsoles(browser, floor.product(), CONSOLES);
    const peer = await createSipPeer({ host: '127.0.0.1', port: floor.product().ports.sip });
    await work({ floor, browser, peer, consoles });
    if (others) {
      const up = await others.up();
      report.claim('the other calls were up to the end', up >= crowd, { asked: crowd, up });
    }
    peer.close();
  } finally {
    await browser.close();
    await floor.close();
  }
};

/** AgentCalled by the switch's own stamp to the second animation frame with the card, at two calls a second. */
export const flow = async (report: Report): Promise<void> => {
  const count = scaled(200, 10);
  await withStand(report, scaled(CROWD, 5), async (stand) => {
    const { floor, consoles } = stand;
    const offsets = await Promise.all(consoles.map((each) => each.clockOffset()));
    const rate = await ringAll(stand, callers(count));
    await eventually('the last offer to end', 10_000, () => floor.offers().every(({ endedAt }) => endedAt !== null));
    const calls = floor.called();
    const { latencies, arrivals, drawings, faults } = judge(calls, floor.offers(), await paintedOn(consoles), consoles);
    const figures = summary(latencies);
    report.figure('clock', { from: "the switch's stamp on its event", pagesAheadMs: offsets.map((each) => Math.round(each * 10) / 10) });
    report.figure('AgentCalled → the card is at the page', { unit: 'ms', ...summary(arrivals) });
    report.figure('at the page → second animation frame', { unit: 'ms', ...summary(drawings) });
    report.claim('every call rang', calls.length >= count, { calls: count, rings: calls.length, perSecond: Math.round(rate * 100) / 100 });
    report.claim('AgentCalled → second animation frame, p95 ≤ 100 ms', latencies.length >= count && figures.p95 <= MOST_P95_MS, {
      unit: 'ms',
      ...figures,
    });
    report.claim('exactly one card for each offer, on the right desk only', faults.length === 0, {
      offers: calls.length,
      faults: faults.slice(0, 10),
    });
  });
};

interface Turn {
  /** From the blow until exactly the desks that the switch rings show the card, and no other. */
  settledMs: number;
  offers: number;
  cards: number;
  answered: boolean;
}

/** Rings, strikes, and looks whether the ring is on exactly one desk again, and whether that desk can answer it. */
const interrupted = async (stand: Stand, from: string, strike: (ringing: Console) => Promise<void>): Promise<Turn> => {
  const { floor, peer, consoles } = stand;
  const call = peer.call('12345', { from });
  const first = await whoRings(consoles, from);
  const before = Date.now();
  await strike(first);
  const open = (): Offer[] => floor.offers().filter(({ endedAt }) => endedAt === null);
  const shown = async (): Promise<string[]> =>
    (await Promise.all(consoles.map(async (each) => ((await each.ringingNumber().catch(() => '')) ? each.extension : '')))).filter(Boolean);
  await eventually('desks and record to agree', 30_000, async () => {
    const [offered, on] = [open().map((each) => each.extension), await shown()];
    return offered.length === 1 && on.length === 1 && on[0] === offered[0];
  });
  const settledMs = Date.now() - before;
  const holder = await whoRings(consoles, from);
  const number = floor.called().findLast((each) => each.number.endsWith(from.slice(-8)));
  const offers = floor.offers();
  await holder.desk.act('answer');
  await holder.desk.waitFor('talking');
  const cards = (await shown()).length;
  call.hangUp();
  await eventually('all to be as before', 20_000, async () => {
    const modes = await Promise.all(consoles.map((each) => each.desk.mode()));
    return modes.every((mode) => mode === 'ready');
  });
  const ofCall = floor
    .called()
    .filter((each) => each.callId === number?.callId)
    .map((each) => each.legId);
  return { settledMs, offers: offers.filter(({ legId }) => ofCall.includes(legId)).length, cards, answered: true };
};

const turns = async (
  report: Report,
  stand: Stand,
  what: string,
  rounds: number,
  strike: (ringing: Console) => Promise<void>,
): Promise<void> => {
  const done: Turn[] = [];
  const faults: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const from = `139111${String(what.length).padStart(2, '0')}${String(round).padStart(3, '0')}`;
    await interrupted(stand, from, strike).then(
      (turn) => done.push(turn),
      (err) => faults.push(String(err)),
    );
  }
  report.claim(
    `one card, on the ringing desk only, and it answers: ${what}`,
    faults.length === 0 && done.every(({ cards }) => cards === 0),
    {
      rounds,
      unit: 'ms',
      settled: summary(done.map((each) => each.settledMs)),
      offersPerCall: summary(done.map((each) => each.offers)),
      faults: faults.slice(0, 5),
    },
  );
};

/** A card outlives the reload of its page and the restart of its service, and never shows twice. */
export const breaks = async (report: Report): Promise<void> => {
  await withStand(report, 0, async (stand) => {
    await turns(report, stand, 'page reloaded while it rings', scaled(10), async ({ desk }) => void (await desk.page.reload()));
    await turns(report, stand, 'service killed while it rings', scaled(5), () => stand.floor.restart('SIGKILL'));
    await turns(report, stand, 'service restarted while it rings', scaled(5), () => stand.floor.restart('SIGTERM'));
  });
};
