import type { Browser } from 'playwright-core';
import t, { type Test } from 'tap';
import { startBrowser } from '../helpers/browser.ts';
import { buildConsole } from './built-console.ts';
import { me, snapshot } from './fixtures.ts';
import { judge, openPage, PAGE_LIMIT_MS } from './judging.ts';
import { type Language, listen, newContext, SMALL, WIDE } from './open-console.ts';
import { type PretendedService, startPretendedService } from './pretended-service.ts';
import { readShapes } from './shapes.ts';

/** The survey as data: a step changed and kept as a draft, hours, whose voice; each part looked at. */
const setsSurvey = async (t: Test, browser: Browser, service: PretendedService, language: Language): Promise<void> => {
  const context = await newContext(browser, language, language === 'en' ? 'dark' : 'light');
  const page = await context.newPage();
  await page.setViewportSize(language === 'en' ? SMALL : WIDE);
  const errors = listen(page);
  const sent: { path: string; body: unknown }[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PUT') sent.push({ path: new URL(request.url()).pathname, body: request.postDataJSON() });
  });
  service.manner = 'full';
  await openPage(page, service, '/settings/survey');
  await page.waitForSelector('[data-step=satisfied]', { timeout: PAGE_LIMIT_MS });
  t.equal(await page.locator('[data-step=settled] [data-fault=prompt_damaged]').count(), 1, 'a fault stands at its question');
  t.equal(await page.isDisabled('[data-act=activate-script]'), true, 'what has a fault cannot be put in force');
  await page.selectOption('#satisfied-choice-0', 'why');
  await judge(t, page, 'the script', 'may scroll');
  await page.click('[data-act=save-script]');
  await page.locator('[data-fault]').first().waitFor({ state: 'detached', timeout: PAGE_LIMIT_MS });
  const part = (n: number) => page.locator('.survey-settings .ant-segmented-item').nth(n).click();
  await part(1);
  await page.fill('#survey-sat', '10:00-12:00', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'the rules', 'may scroll');
  await page.click('[data-act=save-survey-rules]');
  await page.locator('.well').waitFor({ timeout: PAGE_LIMIT_MS });
  await part(2);
  await page.waitForSelector('[data-sound="survey.q1"] select', { timeout: PAGE_LIMIT_MS });
  await judge(t, page, 'the recordings', 'may scroll');
  await page.selectOption('[data-sound="survey.q1"] select', '1');
  await page.waitForFunction(() => !document.querySelector<HTMLSelectElement>('[data-sound="survey.q1"] select')?.disabled);
  t.match(sent, [
    {
      path: '/api/settings/surveys/script',
      body: { version: 4, script: { steps: { satisfied: { choices: [{ key: '1', next: 'why' }] } } } },
    },
    {
      path: '/api/settings/surveys/rules',
      body: { version: 0, rules: { windows: { weekly: { sat: [{ from: '10:00', to: '12:00' }] } } } },
    },
    { path: '/api/settings/prompts/zh/survey.q1/recordings', body: { changes: 2, inForce: 1 } },
  ]);
  t.same(errors, [], 'no error in the browser’s console');
  await context.close();
};

t.setTimeout(300_000);

t.test('the survey as data', { timeout: 290_000 }, async (t) => {
  buildConsole();
  const service = await startPretendedService(await readShapes(), me(), snapshot());
  const browser = await startBrowser({ windowless: true });
  t.teardown(async () => {
    await browser.close();
    await service.stop();
  });
  for (const language of ['zh-CN', 'en'] as const)
    await t.test(language, { timeout: 140_000 }, (t) => setsSurvey(t, browser, service, language));
}).catch(t.threw);
