import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { FIRST_COLUMNS } from '../../src/cases/views.ts';
import { startBrowser } from '../helpers/browser.ts';
import { ROOT } from '../helpers/runner.ts';
import { buildConsole } from './built-console.ts';
import { me, snapshot } from './fixtures.ts';
import { judge, judgeLayout, openPage, PAGE_LIMIT_MS } from './judging.ts';
import { axeFaults, look } from './look.ts';
import { type Language, listen, newContext, SMALL, WIDE } from './open-console.ts';
import { type PretendedService, startPretendedService } from './pretended-service.ts';
import { readShapes } from './shapes.ts';

/** Every address the router knows. */
const addresses = (): string[] => {
  const source = readFileSync(join(ROOT, 'src/console/app/router.tsx'), 'utf8');
  const found = [...source.matchAll(/lazy\('([^']+)'/g)].map(([, path = '']) => path.replace(/\$\w+/g, '3'));
  return [...found, '/city?import=3', '/no/such/page'];
};

const settled = (page: Page): Promise<void> => page.locator('.loading').first().waitFor({ state: 'detached', timeout: PAGE_LIMIT_MS });

const walkPages = async (t: Test, browser: Browser, service: PretendedService): Promise<void> => {
  const context = await newContext(browser, 'zh-CN', 'light');
  const page = await context.newPage();
  const errors = listen(page);
  const whole = async (what: string): Promise<void> => {
    await judgeLayout(t, page, what);
    t.equal(await page.locator('main').count(), 1, `${what}: one main`);
    t.equal(await page.locator('h1').count(), 1, `${what}: one h1`);
    t.equal(await page.locator('form .well').count(), 0, `${what}: nothing is said to be saved that was not`);
  };
  for (const path of addresses()) {
    // Two loads for four states: loading a page costs more than all that is looked at on it.
    service.manner = 'never';
    await openPage(page, service, path);
    if (path !== '/no/such/page') t.ok(await page.waitForSelector('.loading', { timeout: PAGE_LIMIT_MS }), `${path} says that it loads`);
    service.manner = 'empty';
    service.answerSilent();
    await settled(page);
    await whole(`${path} empty`);
    if (path === '/no/such/page') continue;
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
    await settled(page);
    await whole(`${path} full`);
    t.same(await axeFaults(page), [], `${path}: axe finds nothing serious`);
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

/** A code at log-in, and the page of whoever must set one up: nothing else is reached before the recovery codes are kept. */
const provesMore = async (t: Test, browser: Browser, service: PretendedService, language: Language): Promise<void> => {
  const context = await newContext(browser, language, language === 'en' ? 'dark' : 'light');
  const page = await context.newPage();
  await page.setViewportSize(language === 'en' ? SMALL : WIDE);
  const errors = listen(page);
  const whole = (what: string): Promise<void> => judge(t, page, what, 'may scroll');
  service.manner = 'full';
  Object.assign(service, { signedIn: false, asksForCode: true, me: me({ secondFactor: 'due', permissions: [] }) });
  await page.goto(service.url);
  await page.fill('#account', 'guan');
  await page.fill('#password', 'right');
  await page.click('[data-act=log-in]');
  await page.waitForSelector('#code', { timeout: PAGE_LIMIT_MS });
  t.equal(await page.locator('#code').evaluate((field) => field === document.activeElement), true, 'one types on where one was');
  t.equal(await page.locator('.login-problem').textContent(), '', 'being asked is no fault');
  await whole('the code');
  await page.fill('#code', '000000');
  await page.click('[data-act=log-in]');
  await page.locator('.login-problem').filter({ hasText: 'wrong code' }).waitFor({ timeout: PAGE_LIMIT_MS });
  t.equal(await page.inputValue('#code'), '', 'a wrong code is not tried again by mistake');
  await page.fill('#code', 'abcde fghjk');
  await page.click('[data-act=log-in]');

  await page.waitForSelector('.qr-code', { timeout: PAGE_LIMIT_MS });
  t.equal(await page.locator('.rail').count(), 0, 'nothing else is reached');
  await whole('enrolment');
  await page.fill('.enrol input', '123456');
  await page.click('[data-act=send-code]');
  await page.waitForSelector('.recovery-codes li', { timeout: PAGE_LIMIT_MS });
  await whole('recovery codes');
  t.equal(await page.isDisabled('[data-act=codes-kept]'), true, 'nobody clicks past them');
  service.me = me({ secondFactor: 'passed' });
  await page.check('.recovery input');
  await page.click('[data-act=codes-kept]');
  t.ok(await page.waitForSelector('.rail', { timeout: PAGE_LIMIT_MS }), 'and then the console opens');
  t.same(errors, [], 'no error in the browser’s console');
  service.asksForCode = false;
  await context.close();
};

/** What a team leader does from the board: the strip for help keeps its place, one agent's desk, a word to all. */
const leads = async (t: Test, browser: Browser, service: PretendedService, language: Language): Promise<void> => {
  const context = await newContext(browser, language, language === 'en' ? 'dark' : 'light');
  const page = await context.newPage();
  await page.setViewportSize(language === 'en' ? SMALL : WIDE);
  const errors = listen(page);
  const whole = (what: string): Promise<void> => judge(t, page, what);
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/agents/')) asked.push(`${request.method()} ${pathname.replace(/\d+/, 'N')}`);
  });
  service.manner = 'full';
  await openPage(page, service, '/board');
  await page.click('[data-act=come]', { timeout: PAGE_LIMIT_MS });
  await page.locator('[data-act=lead]').first().click();
  await page.waitForSelector('dialog .agent-acts', { timeout: PAGE_LIMIT_MS });
  await whole('one agent');
  await page.click('[data-act=lead-ready]');
  await page.locator('.agent-acts [role=status]').filter({ hasText: /\S/ }).first().waitFor({ timeout: PAGE_LIMIT_MS });
  await page.selectOption('[data-act=lead-pause]', 'meal');
  await page.click('[data-act=lead-sign-off]');
  t.notOk(
    asked.some((each) => each.endsWith('/sign-out')),
    'one click alone signs nobody off',
  );
  await page.click('[data-act=lead-sign-off]');
  await page.fill('dialog textarea', '晚饭后换你');
  await page.click('[data-act=send-message]');
  await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('dialog textarea')?.value === '', null, {
    timeout: PAGE_LIMIT_MS,
  });
  await page.keyboard.press('Escape');
  await page.click('[data-act=message-all]');
  await page.waitForSelector('dialog textarea', { timeout: PAGE_LIMIT_MS });
  await whole('a word to all');
  t.same(asked, [
    'POST /api/agents/N/help/seen',
    'POST /api/agents/N/intent',
    'POST /api/agents/N/intent',
    'POST /api/agents/N/sign-out',
    'POST /api/agents/messages',
  ]);
  t.same(errors, [], 'no error in the browser’s console');
  await context.close();
};

/** What a waiting citizen gets: what is switched off keeps its number and says nothing; one click saves. */
const setsWaiting = async (t: Test, browser: Browser, service: PretendedService, language: Language): Promise<void> => {
  const context = await newContext(browser, language, language === 'en' ? 'dark' : 'light');
  const page = await context.newPage();
  await page.setViewportSize(language === 'en' ? SMALL : WIDE);
  const errors = listen(page);
  const sent: unknown[] = [];
  page.on('request', (request) => void (request.method() === 'PUT' && sent.push(request.postDataJSON())));
  service.manner = 'full';
  await openPage(page, service, '/settings/waiting');
  await page.waitForSelector('#waiting-attempts', { timeout: PAGE_LIMIT_MS });
  t.equal(await page.isDisabled('#waiting-attempts'), true, 'the key is off until somebody decides so');
  await page
    .locator('label')
    .filter({ hasText: /按1|Key 1/ })
    .locator('input')
    .check();
  await page.fill('#waiting-attempts', '2');
  await judge(t, page, 'the waiting rules', 'may scroll');
  await page.click('[data-act=save-waiting]');
  await page.locator('.well').waitFor({ timeout: PAGE_LIMIT_MS });
  t.match(sent, [{ version: 0, rules: { callback: { attempts: 2, restMinutes: 10 }, knowingAgentSeconds: 15 } }]);
  t.same(errors, [], 'no error in the browser’s console');
  await context.close();
};

/** Who may dial what: a class is opened and must be confirmed; one click saves. */
const setsDialling = async (t: Test, browser: Browser, service: PretendedService, language: Language): Promise<void> => {
  const context = await newContext(browser, language, language === 'en' ? 'dark' : 'light');
  const page = await context.newPage();
  await page.setViewportSize(language === 'en' ? WIDE : SMALL);
  const errors = listen(page);
  const sent: unknown[] = [];
  page.on('request', (request) => void (request.method() === 'PUT' && sent.push(request.postDataJSON())));
  service.manner = 'full';
  await openPage(page, service, '/settings/dialling');
  await page.check('[data-dial=international-team_leader]', { timeout: PAGE_LIMIT_MS });
  await page.uncheck('[data-dial=mobile-agent]');
  await page.fill('#dialling-agentPerHour', '20');
  await judge(t, page, 'the dialling rules', 'may scroll');
  await page.click('[data-act=save-dialling]');
  await page.locator('.well').waitFor({ timeout: PAGE_LIMIT_MS });
  t.match(sent, [
    {
      version: 0,
      rules: {
        classes: { international: { roles: ['team_leader'], confirm: true }, mobile: { roles: ['team_leader'], confirm: false } },
        agentPerHour: 20,
        shownNumber: null,
      },
    },
  ]);
  t.same(errors, [], 'no error in the browser’s console');
  await context.close();
};

/** What an administrator does: a queue and an agent's place in it, a table of staff looked at and confirmed. */
const administers = async (t: Test, browser: Browser, service: PretendedService, language: Language): Promise<void> => {
  const context = await newContext(browser, language, language === 'en' ? 'dark' : 'light');
  const page = await context.newPage();
  await page.setViewportSize(language === 'en' ? SMALL : WIDE);
  const errors = listen(page);
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    // The page takes its telephone up by itself.
    if (request.method() !== 'GET' && pathname.startsWith('/api/') && pathname !== '/api/desk/sign-in')
      asked.push(`${request.method()} ${pathname}`);
  });
  service.manner = 'full';
  await openPage(page, service, '/settings/queues');
  await page.waitForSelector('[data-act=change-places]', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'the queues');
  await page.locator('[data-row]').nth(1).click();
  await page.waitForSelector('[data-act=save-queue]', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'one queue');
  await page.click('[data-act=delete-queue]');
  t.same(asked, [], 'one click alone deletes nothing');
  await page.click('[data-act=save-queue]');
  await page.locator('[data-act=change-places]').first().click();
  await page.waitForSelector('dialog [data-act=save-skills]', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'one agent’s places');
  await page.locator('dialog select').first().selectOption('1');
  await page.click('dialog [data-act=save-queues]');
  await page.locator('dialog [role=status]').filter({ hasText: /\S/ }).first().waitFor({ timeout: PAGE_LIMIT_MS });
  await openPage(page, service, '/staff');
  await page.click('[data-act=import-staff]', { timeout: PAGE_LIMIT_MS });
  await page.setInputFiles('[data-act=choose-table]', { name: '人员.csv', mimeType: 'text/csv', buffer: Buffer.from('账号,姓名,角色') });
  await page.waitForSelector('[data-act=confirm-import]', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'a table of staff');
  t.equal(await page.locator('.import-rows tbody tr').count(), 3, 'each row with its fate');
  await page.click('[data-act=confirm-import]');
  await page.waitForSelector('[data-act=save-passwords]', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'the new people');
  t.same(asked, ['PUT /api/queues/english', 'PUT /api/agents/1/queues', 'POST /api/staff/import/preview', 'POST /api/staff/import']);
  t.same(errors, [], 'no error in the browser’s console');
  await context.close();
};

/** The bell rings on any page; what was told is read and marked; a gateway is added and its secret told once. */
const tellsAndSends = async (t: Test, browser: Browser, service: PretendedService, language: Language): Promise<void> => {
  const context = await newContext(browser, language, language === 'en' ? 'dark' : 'light');
  const page = await context.newPage();
  await page.setViewportSize(language === 'en' ? WIDE : SMALL);
  const errors = listen(page);
  const sent: unknown[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() !== 'GET' && /notices|webhook/.test(pathname))
      sent.push([request.method(), pathname.replace(/\d+/, 'N'), request.postDataJSON()]);
  });
  service.manner = 'full';
  await openPage(page, service, '/knowledge');
  await page.locator('.bell').waitFor({ timeout: PAGE_LIMIT_MS });
  service.push({ type: 'notices.changed', unread: 7 });
  await page.locator('.bell-count[data-shown="7"]').waitFor({ timeout: PAGE_LIMIT_MS });
  await page.click('.bell');
  await page.locator('[data-act=read-all]').waitFor({ timeout: PAGE_LIMIT_MS });
  await settled(page);
  await judge(t, page, 'the notices');
  await page.click('[data-act=read-all]');
  service.push({ type: 'notices.changed', unread: 0 });
  await page.locator('.bell-count').waitFor({ state: 'detached', timeout: PAGE_LIMIT_MS });
  await page.click('[data-act=notice-phone]');
  await page.fill('dialog input', '13900001111');
  await judge(t, page, 'the mobile for texts');
  await page.click('[data-act=save-notice-phone]');
  await page.locator('dialog').waitFor({ state: 'detached', timeout: PAGE_LIMIT_MS });
  await openPage(page, service, '/settings/webhooks');
  await page.click('[data-act=add-webhook]', { timeout: PAGE_LIMIT_MS });
  await page.locator('dialog input').first().fill('短信网关');
  await page.locator('dialog input').nth(1).fill('https://sms.example.cn/hook');
  await judge(t, page, 'a new gateway', 'may scroll');
  await page.click('[data-act=save-webhook]');
  await page.locator('dialog .token').waitFor({ timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'its secret');
  await page.keyboard.press('Escape');
  await page.locator('[data-act=attempts]').first().click();
  await page.locator('dialog table').waitFor({ timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'the tries of one message');
  t.match(
    sent,
    [
      ['POST', '/api/notices/read', { upTo: Number }],
      ['PUT', '/api/notices/phone', { mobile: '13900001111' }],
      ['POST', '/api/settings/webhooks', { name: '短信网关', url: 'https://sms.example.cn/hook' }],
    ],
    'what was asked of the service',
  );
  t.same(errors, [], 'no error in the browser’s console');
  await context.close();
};

/** A list is named, laid out anew and taken out as a file: nothing is sent before the last button. */
const keepsLists = async (t: Test, browser: Browser, service: PretendedService, language: Language): Promise<void> => {
  const context = await newContext(browser, language, language === 'en' ? 'dark' : 'light');
  const page = await context.newPage();
  await page.setViewportSize(language === 'en' ? WIDE : SMALL);
  const errors = listen(page);
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    const isRead = request.method() === 'GET' || /search|size|desk/.test(pathname);
    if (!isRead && pathname.startsWith('/api/')) asked.push(`${request.method()} ${pathname} ${request.postData() ?? ''}`);
  });
  service.manner = 'full';
  await openPage(page, service, '/cases?view=2');
  await page.locator('.case-table th').nth(11).waitFor({ timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'a view with every column');
  await openPage(page, service, '/cases?view=99');
  await page.waitForSelector('.page-said', { timeout: PAGE_LIMIT_MS });
  await openPage(page, service, '/cases?view=1');
  await page.click('[data-act=list-columns]', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'the columns');
  await page.locator('fieldset.menu input').nth(8).check();
  await page.keyboard.press('Escape');
  await page.waitForURL(/changed=1/, { timeout: PAGE_LIMIT_MS });
  t.match(decodeURIComponent(page.url()), /columns=.*\.category/, 'the address follows');
  await page.click('[data-act=view-menu]');
  await judge(t, page, 'what can be done with a view');
  await page.click('[data-act=save-view]');
  await page.click('[data-act=view-menu]');
  await page.click('[data-act=new-view]');
  await page.fill('[data-act=view-name]', '供热红牌');
  await judge(t, page, 'a new view');
  await page.click('[data-act=save-view-name]');
  await page.locator('dialog').waitFor({ state: 'detached', timeout: PAGE_LIMIT_MS });
  await openPage(page, service, '/cases?view=1');
  await page.click('[data-act=view-menu]', { timeout: PAGE_LIMIT_MS });
  await page.click('[data-act=delete-view]');
  await judge(t, page, 'is it to be deleted');
  await page.keyboard.press('Escape');
  await page.click('[data-act=export]');
  await page.waitForSelector('[data-act=make-export]', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'an export');
  t.same(
    asked.map((each) => each.split(' ', 2).join(' ')),
    ['PUT /api/case-views/1', 'POST /api/case-views'],
    'nothing is deleted or taken out by opening a menu',
  );
  t.match(JSON.parse(asked[0]?.split(' ').slice(2).join(' ') ?? '{}'), { version: 1, columns: [...FIRST_COLUMNS, 'category'] });
  await page.click('[data-act=make-export]');
  await page.locator('dialog [role=status]').last().filter({ hasText: /\S/ }).waitFor({ timeout: PAGE_LIMIT_MS });
  t.match(asked.at(-1), /^POST \/api\/cases\/export /);
  t.same(errors, [], 'no error in the browser’s console');
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
  for (const language of ['zh-CN', 'en'] as const) {
    await t.test(`a second factor, ${language}`, { timeout: 300_000 }, (t) => provesMore(t, browser, service, language));
    await t.test(`what who waits gets, ${language}`, { timeout: 300_000 }, (t) => setsWaiting(t, browser, service, language));
    await t.test(`who may dial what, ${language}`, { timeout: 300_000 }, (t) => setsDialling(t, browser, service, language));
    await t.test(`a leader’s acts, ${language}`, { timeout: 300_000 }, (t) => leads(t, browser, service, language));
    await t.test(`lists that are kept, ${language}`, { timeout: 300_000 }, (t) => keepsLists(t, browser, service, language));
    await t.test(`what one is told and what is sent, ${language}`, { timeout: 300_000 }, (t) =>
      tellsAndSends(t, browser, service, language),
    );
    await t.test(`an administrator’s acts, ${language}`, { timeout: 300_000 }, (t) => administers(t, browser, service, language));
  }
}).catch(t.threw);
