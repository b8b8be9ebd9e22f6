import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { axeFaults, look } from './look.ts';
import type { PretendedService } from './pretended-service.ts';

export const PAGE_LIMIT_MS = 20_000;

export const openPage = async (page: Page, service: PretendedService, path: string): Promise<void> => {
  await page.goto(service.url + path);
  await page.waitForSelector('main', { timeout: PAGE_LIMIT_MS });
};

/** @param height a long page of its own may scroll, one of the console's frame may not */
export const judgeLayout = async (t: Test, page: Page, what: string, height: 'fits' | 'may scroll' = 'fits'): Promise<void> => {
  const { clipped, raw, overflow } = await look(page);
  const wrong = height === 'fits' ? overflow : overflow.filter((each) => !each.endsWith('high'));
  t.same([clipped, raw, wrong], [[], [], []], `${what}: nothing is cut off, raw or wider than its place`);
};

export const judge = async (t: Test, page: Page, what: string, height: 'fits' | 'may scroll' = 'fits'): Promise<void> => {
  await judgeLayout(t, page, what, height);
  t.same(await axeFaults(page), [], `${what}: axe finds nothing serious`);
};
