import type { Browser, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import type { DeskView } from '../../src/calls/schemas.ts';
import type { CaseView } from '../../src/cases/schemas.ts';
import type { PhoneState } from '../../src/console/softphone/phone-state.ts';
import type { Snapshot } from '../../src/push/frames.ts';
import { startBrowser } from '../helpers/browser.ts';
import { buildConsole } from './built-console.ts';
import { agent, callers, card, conflict, line, me, phone, snapshot, standing } from './fixtures.ts';
import { axeFaults, type Look, look } from './look.ts';
import { type Language, listen, newContext, SMALL, WIDE } from './open-console.ts';
import { type PretendedService, startPretendedService } from './pretended-service.ts';
import { readShapes, type Shapes, sampleOf } from './shapes.ts';

/**
 * Every state of the desk and every page, built as it is shipped, before a service that says what it is told to. Hands learn
 * places: a fixed region that moves by a pixel between two states is a wrong click some day.
 */
interface State {
  name: string;
  mode: string;
  shown: Snapshot;
  phone?: PhoneState;
  /** What has to happen beside the picture and the telephone. */
  before?: (service: PretendedService, page: Page) => Promise<void>;
  after?: (service: PretendedService, page: Page) => Promise<void>;
  /** Something that must be on the page in this state and proves that it is this one. */
  proof?: string;
}

const talkingCard = card({ state: 'talking', answeredAt: new Date(Date.now() - 64_000).toISOString() });
const talkingAs = (desk: DeskView) => snapshot({ agent: agent({ state: 'talking', callId: 40 }), cards: [talkingCard], desk });
const talking = talkingAs(standing());
const asking = talkingAs(
  standing({ state: 'asking', party: '0999 **** 009', thirdIsThere: true, acts: ['transfer', 'join', 'dismiss', 'leave'] }),
);
const ringing110 = talkingAs(standing({ state: 'three', party: '110', acts: ['transfer', 'dismiss'] }));

/** By the key, as a hand does it that has no time for the mouse. */
const openThird = async (_service: PretendedService, page: Page): Promise<void> => {
  await page.keyboard.press('F9');
  await page.waitForSelector('.third-panel');
};
const closeThird = async (_service: PretendedService, page: Page): Promise<void> => {
  await page.keyboard.press('Escape');
  await page.waitForSelector('.third-panel', { state: 'detached' });
};
const wrapUp = snapshot({
  agent: agent({ state: 'wrap_up', wrapUpUntil: new Date(Date.now() + 900_000).toISOString() }),
  wrapUp: talkingCard,
});

const serviceGone = async (service: PretendedService, page: Page): Promise<void> => {
  service.down(true);
  await page.waitForSelector('[data-chip=service]');
};
const serviceBack = async (service: PretendedService, page: Page): Promise<void> => {
  service.down(false);
  await page.waitForSelector('[data-chip=service]', { state: 'detached', timeout: 12_000 });
};

const states = (): State[] => [
  { name: 'signed out', mode: 'signed_out', shown: snapshot({ agent: agent({ state: 'signed_out', device: null, queues: [] }) }) },
  { name: 'ready on a desk phone', mode: 'ready', shown: snapshot({ agent: agent({ device: 'desk' }) }) },
  { name: 'ready', mode: 'ready', shown: snapshot() },
  {
    name: 'ready, the microphone is missing',
    mode: 'ready',
    shown: snapshot(),
    phone: phone({ microphone: 'missing' }),
    proof: '.facts .fact-amber',
  },
  { name: 'ready, the switch is down', mode: 'ready', shown: snapshot({ switchUp: false }), proof: '.facts .chip.tone-amber' },
  { name: 'ready, the service is down', mode: 'ready', shown: snapshot(), before: serviceGone, after: serviceBack, proof: '.away' },
  { name: 'paused', mode: 'paused', shown: snapshot({ agent: agent({ state: 'paused', reason: 'meal' }) }) },
  { name: 'device lost', mode: 'device_lost', shown: snapshot({ agent: agent({ state: 'device_lost' }) }) },
  ...Object.entries(callers).map(
    ([who, caller]): State => ({
      name: `ringing, ${who}`,
      mode: 'ringing',
      shown: snapshot({ agent: agent({ state: 'ringing', callId: 40 }), cards: [card(caller)] }),
      phone: phone({ sessions: [line({ phase: 'ringing', answeredAt: null, media: 'none' })] }),
      proof: '[data-act=answer]',
    }),
  ),
  { name: 'talking', mode: 'talking', shown: talking, phone: phone({ sessions: [line()] }), proof: '[data-act=hang-up]' },
  {
    name: 'on hold, muted',
    mode: 'talking',
    shown: talking,
    phone: phone({ sessions: [line({ held: true, muted: true })] }),
    proof: '[data-act=hold][aria-pressed=true]',
  },
  {
    name: 'talking, whom to hand it to',
    mode: 'talking',
    shown: talking,
    phone: phone({ sessions: [line()] }),
    before: openThird,
    after: closeThird,
    proof: '.third-panel [data-act=call-110]',
  },
  {
    name: 'asking a unit, the caller on music',
    mode: 'talking',
    shown: asking,
    phone: phone({ sessions: [line()] }),
    before: openThird,
    after: closeThird,
    proof: '.third-panel [data-act=join]:enabled',
  },
  {
    name: '110 is being called',
    mode: 'talking',
    shown: ringing110,
    phone: phone({ sessions: [line()] }),
    before: openThird,
    after: closeThird,
    proof: '.third-panel [data-act=leave]:disabled',
  },
  {
    name: 'talking, no path for sound',
    mode: 'talking',
    shown: talking,
    phone: phone({ sessions: [line({ media: 'failed' })] }),
    proof: '[data-act=devices]',
  },
  {
    name: 'talking, nothing heard',
    mode: 'talking',
    shown: talking,
    phone: phone({ sessions: [line({ media: 'deaf' })] }),
    proof: '[data-act=devices]',
  },
  {
    name: 'talking, microphone gone',
    mode: 'talking',
    shown: talking,
    phone: phone({ microphone: 'missing', sessions: [line()] }),
    proof: '[data-act=devices]',
  },
  {
    name: 'talking, line lost',
    mode: 'talking',
    shown: talking,
    phone: phone({ line: 'lost', sessions: [line()] }),
    proof: '#state-box.tone-amber',
  },
  {
    name: 'talking, the service is down',
    mode: 'talking',
    shown: talking,
    phone: phone({ sessions: [line()] }),
    before: serviceGone,
    after: serviceBack,
    proof: '.away',
  },
  {
    name: 'talking, help is asked for, and two words of the leader wait',
    mode: 'talking',
    shown: snapshot({
      agent: agent({ state: 'talking', callId: 40, helpSince: new Date(Date.now() - 9_000).toISOString() }),
      cards: [talkingCard],
      messages: ['暴雨橙色预警：积水、断电来电会多，请先问清具体地点和有没有人被困', '晚饭后换你'].map((text, index) => ({
        messageId: index + 1,
        kind: 'text' as const,
        text,
        from: '王岩',
        sentAt: new Date(Date.now() - 60_000).toISOString(),
      })),
    }),
    phone: phone({ sessions: [line()] }),
    proof: '.lead-message [data-act=message-seen]',
  },
  { name: 'wrap-up', mode: 'wrap_up', shown: wrapUp, proof: '[data-act=save-case]' },
];

/** A desk that shows what the tab with the telephone tells it; that tab is a page of ours, so any state can be told. */
interface Desk {
  page: Page;
  tellPhone(state: PhoneState): Promise<void>;
  errors: string[];
  close(): Promise<void>;
}

const openDesk = async (browser: Browser, service: PretendedService, language: Language, theme: 'light' | 'dark'): Promise<Desk> => {
  const context = await newContext(browser, language, theme);
  const holder = await context.newPage();
  await holder.goto(`${service.url}/holder`);
  await holder.evaluate(() => {
    const channel = new BroadcastChannel('hotline.phone.7');
    let state: unknown = null;
    const tell = (): void => {
      if (state) channel.postMessage({ kind: 'state', state });
    };
    channel.onmessage = (event) => {
      if (event.data.kind === 'ask') tell();
    };
    Object.assign(window, {
      tellPhone: (next: unknown) => {
        state = next;
        tell();
      },
    });
    return new Promise<void>((resolve) => {
      void navigator.locks.request('hotline.phone.7', () => {
        resolve();
        return new Promise(() => {});
      });
    });
  });
  const page = await context.newPage();
  const errors = listen(page);
  await page.goto(service.url);
  await page.waitForSelector('.call-bar');
  return {
    page,
    errors,
    tellPhone: (state) => holder.evaluate((next) => (window as unknown as { tellPhone(state: unknown): void }).tellPhone(next), state),
    close: () => context.close(),
  };
};

/** A picture that means nothing to the desk yet: the state before must not lend its own to the one after. */
const enter = async (desk: Desk, service: PretendedService, state: State): Promise<void> => {
  await desk.tellPhone(phone());
  service.show(snapshot({ agent: agent({ state: 'paused', reason: 'break' }) }));
  await desk.page.waitForSelector('.call-bar[data-mode=paused]');
  service.show(state.shown);
  await desk.tellPhone(state.phone ?? phone());
  await desk.page.waitForSelector(`.call-bar[data-mode=${state.mode}]`);
  await state.before?.(service, desk.page);
  if (state.proof) await desk.page.waitForSelector(state.proof, { timeout: 5_000 });
};

const faultless = (t: Test, what: string, seen: Look, first: Look): void => {
  t.same(seen.places, first.places, `${what}: nothing moved`);
  t.same(seen.overflow, [], `${what}: nothing is wider than its place`);
  t.same(seen.clipped, [], `${what}: nothing is cut off`);
  t.same(seen.raw, [], `${what}: every word is a word`);
};

const walkStates = async (
  t: Test,
  desk: Desk,
  service: PretendedService,
  what: string,
  withAxe: boolean,
  list = states(),
): Promise<void> => {
  const first = new Map<string, Look>();
  for (const state of list) {
    await enter(desk, service, state);
    for (const size of [WIDE, SMALL]) {
      await desk.page.setViewportSize(size);
      const seen = await look(desk.page);
      const key = `${size.width}`;
      if (!first.has(key)) first.set(key, seen);
      faultless(t, `${what} ${state.name} ${size.width}`, seen, first.get(key) ?? seen);
    }
    await desk.page.setViewportSize(WIDE);
    if (withAxe) t.same(await axeFaults(desk.page), [], `${what} ${state.name}: axe finds nothing serious`);
    await state.after?.(service, desk.page);
  }
  t.same(desk.errors, [], `${what}: no error in the browser’s console`);
  const wide = first.get('1440')?.places ?? {};
  t.equal(wide['#state-box'], '80 10 250 44', 'the state box stands where hands know it');
  t.match(wide['#who'], / 300 /, 'who: 300 px');
  t.match(wide['#help'], / 352 /, 'help: 352 px');
  t.match(first.get('1280')?.places['#who'], / 252 /, 'who: 252 px on a small screen');
  t.match(first.get('1280')?.places['#help'], / 300 /, 'help: 300 px on a small screen');
};

const walkConflict = async (t: Test, desk: Desk, service: PretendedService, shapes: Shapes): Promise<void> => {
  const shape = shapes.get('GET /api/cases/{caseId}');
  if (!shape) throw new Error('the service declares no case');
  service.refuseSaves(conflict(sampleOf(shape, true) as CaseView));
  await enter(desk, service, { name: 'conflict', mode: 'wrap_up', shown: wrapUp, proof: '[data-act=save-case]' });
  await desk.page.locator('#what textarea').first().fill('路灯十天没有亮');
  await desk.page.click('[data-act=save-case]');
  await desk.page.waitForSelector('.conflict');
  const seen = await look(desk.page);
  t.same([seen.overflow, seen.clipped, seen.raw], [[], [], []], 'both versions are shown whole');
  t.match(await desk.page.textContent('.conflict'), /四号楼都不亮/, 'theirs is there');
  t.match(await desk.page.textContent('.conflict'), /路灯十天没有亮/, 'mine is there');
  t.same(await axeFaults(desk.page), [], 'axe finds nothing serious');
  service.refuseSaves(null);
};

t.setTimeout(230_000);

t.test('screens', { timeout: 220_000 }, async (t) => {
  buildConsole();
  const shapes = await readShapes();
  const browser = await startBrowser({ windowless: true });
  const services: PretendedService[] = [];
  const serve = async (): Promise<PretendedService> => {
    const service = await startPretendedService(shapes, me(), snapshot());
    services.push(service);
    return service;
  };
  t.teardown(async () => {
    await browser.close();
    for (const service of services) await service.stop();
  });
  await t.test('every state of the desk in Chinese, and a conflict', async (t) => {
    const service = await serve();
    const desk = await openDesk(browser, service, 'zh-CN', 'light');
    await walkStates(t, desk, service, 'zh', true);
    await walkConflict(t, desk, service, shapes);
    await desk.close();
  });
  await t.test('every state of the desk in English', async (t) => {
    const service = await serve();
    const desk = await openDesk(browser, service, 'en', 'light');
    await walkStates(t, desk, service, 'en', false);
    await desk.close();
  });
  await t.test('some states in the dark', async (t) => {
    const service = await serve();
    const desk = await openDesk(browser, service, 'zh-CN', 'dark');
    const some = new Set([
      'ready',
      'ringing, known',
      'talking',
      'talking, no path for sound',
      'talking, help is asked for, and two words of the leader wait',
      'wrap-up',
    ]);
    await walkStates(
      t,
      desk,
      service,
      'dark',
      true,
      states().filter(({ name }) => some.has(name)),
    );
    await desk.close();
  });
}).catch(t.threw);
