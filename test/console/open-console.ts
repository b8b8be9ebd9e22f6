import type { Browser, BrowserContext, Page } from 'playwright-core';

export const WIDE = { width: 1440, height: 900 };
export const SMALL = { width: 1280, height: 720 };
export type Language = 'zh-CN' | 'en';

/** Errors of the page, but for the browser's own lines about requests that were refused on purpose. */
export const listen = (page: Page): string[] => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection to|net::ERR/.test(message.text()))
      errors.push(message.text());
  });
  return errors;
};

export const newContext = async (browser: Browser, language: Language, theme: 'light' | 'dark'): Promise<BrowserContext> => {
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce' });
  await context.addInitScript((settings) => localStorage.setItem('hotline.settings', JSON.stringify(settings)), { language, theme });
  return context;
};
