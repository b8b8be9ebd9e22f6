import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { startBrowser } from '../helpers/browser.ts';
import { ROOT } from '../helpers/runner.ts';
import { buildConsole } from './built-console.ts';
import { me, snapshot } from './fixtures.ts';
import { axeFaults, look } from './look.ts';
import { listen, newContext, SMALL } from './open-console.ts';
import { type PretendedService, startPretendedService } from './pretended-service.ts';
import { readShapes } from './shapes.ts';

/** Every address the router knows. */
const addresses = (): string[] => {
  const source = readFileSync(join(ROOT, 'src/console/app/router.tsx'), 'utf8');
  const found = [...source.matchAll(/lazy\('([^']+)'/g)].map(([, path = '']) => path.replace(/\$\w+/g, '3'));
  return [...found, '/no/such/page'];
};

const PAGE_LIMIT_MS = 20_000;

const openPage = async (page: Page, service: PretendedService, path: string): Promise<void> => {
  await page.goto(service.url + path);
  await page.waitForSelector('main', { timeout: PAGE_LIMIT_MS });
};

const settled = (page: Page): Promise<void> => page.locator('.loading').first().waitFor({ state: 'detached', timeout: PAGE_LIMIT_MS });

const walkPages = async (t: Test, browser: Browser, service: PretendedService): Promise<void> => {
  const context = await newContext(browser, 'zh-CN', 'light');
  const page = await context.newPage();
  const errors = listen(page);
  const whole = async (what: string): Promise<void> => {
    const seen = await look(page);
    t.same([seen.clipped, seen.raw, seen.overflow], [[], [], []], `${what}: nothing is cut off, raw or wider than its place`);
    t.same(await axeFaults(page), [], `${what}: axe finds nothing serious`);
    t.equal(await page.locator('main').count(), 1, `${what}: one main`);
    t.equal(await page.locator('h1').count(), 1, `${what}: one h1`);
  };
  for (const path of addresses()) {
    for (const manner of ['full', 'empty'] as const) {
      service.manner = manner;
      await openPage(page, service, path);
      await settled(page);
      await whole(`${path} ${manner}`);
    }
    if (path === '/no/such/page') continue;
    service.manner = 'never';
    await openPage(page, service, path);
    t.ok(await page.waitForSelector('.loading', { timeout: PAGE_LIMIT_MS }), `${path} says that it loads`);
    service.manner = 'failing';
    await openPage(page, service, path);
    t.ok(await page.waitForSelector('.failed button', { timeout: PAGE_LIMIT_MS }), `${path} says what failed and offers to try again`);
    service.manner = 'full';
    // A page may have failed in more than one place; each has its own button.
    await page.locator('.failed button').evaluateAll((buttons) => {
      for (const button of buttons) (button as HTMLButtonElement).click();
    });
    await page.locator('.failed').first().waitFor({ state: 'detached', timeout: PAGE_LIMIT_MS });
    t.pass(`${path} recovers when asked to`);
  }
  t.same(errors, [], 'no error in the browser’s console');
  await context.close();
};

const walkPagesInEnglish = async (t: Test, browser: Browser, service: PretendedService): Promise<void> => {
  const context = await newContext(browser, 'en', 'dark');
  const page = await context.newPage();
  await page.setViewportSize(SMALL);
  service.manner = 'full';
  for (const path of addresses()) {
    await openPage(page, service, path);
    await settled(page);
    const seen = await look(page);
    t.same([seen.clipped, seen.raw, seen.overflow], [[], [], []], `${path} in English, small and dark: nothing is cut off or raw`);
    const title = await page.textContent('h1');
    t.notMatch(title, /[\u4e00-\u9fff]/, `${path}: its title is English`);
  }
  t.same(await axeFaults(page), [], 'axe finds nothing serious in the dark');
  await context.close();
};

t.setTimeout(390_000);

t.test('pages', { timeout: 380_000 }, async (t) => {
  buildConsole();
  const service = await startPretendedService(await readShapes(), me(), snapshot());
  const browser = await startBrowser({ windowless: true });
  t.teardown(async () => {
    await browser.close();
    await service.stop();
  });
  await t.test('every page with rows, without, while it loads and when it fails', { timeout: 300_000 }, (t) =>
    walkPages(t, browser, service),
  );
  await t.test('every page in English, small and dark', { timeout: 300_000 }, (t) => walkPagesInEnglish(t, browser, service));
}).catch(t.threw);
