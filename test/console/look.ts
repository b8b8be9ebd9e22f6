import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { PHRASES } from '../../src/console/i18n/phrases.ts';

/** What a careful eye finds on a page as it stands. */
export interface Look {
  /** x, y, width and height of each fixed region. */
  places: Record<string, string>;
  /** Page wider or higher than its window. */
  overflow: string[];
  /** Words or controls of which a part can't be seen. */
  clipped: string[];
  /** Keys and placeholders that should have become words. */
  raw: string[];
}

const FIXED = ['.call-bar', '#state-box', '.rail', '#who', '#what', '#help'];
/** Where nothing may be cut off; lists and articles scroll inside and end lines with an ellipsis on purpose. */
const WHOLE = ['.call-bar', '.rail', '.page-top', '.foot', 'dialog', '.third-panel'];
/** What hangs out of its place on purpose. */
const HANGING = '.menu,.keypad,.third-panel,select';
const KEYS = [...new Set(Object.keys(PHRASES).map((key) => key.split('.')[0] ?? ''))].join('|');

const inPage = ({ fixed, whole, hanging, keys }: { fixed: string[]; whole: string[]; hanging: string; keys: string }): Look => {
  const name = (element: Element): string => `${element.className || element.tagName} ${(element.textContent ?? '').slice(0, 24)}`;
  const seen = (element: Element): boolean =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('.visually-hidden,[hidden],svg');
  const places: Look['places'] = {};
  for (const selector of fixed) {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    if (box) places[selector] = [box.x, box.y, box.width, box.height].map((value) => Math.round(value * 10) / 10).join(' ');
  }
  const overflow: string[] = [];
  const root = document.documentElement;
  if (root.scrollWidth > window.innerWidth) overflow.push(`${root.scrollWidth} wide`);
  if (root.scrollHeight > window.innerHeight) overflow.push(`${root.scrollHeight} high`);
  for (const pane of document.querySelectorAll('#who,#what,#help,main,.what-body,.page-body'))
    if (seen(pane) && pane.scrollWidth > pane.clientWidth + 1) overflow.push(`${name(pane)} ${pane.scrollWidth} > ${pane.clientWidth}`);
  const clipped: string[] = [];
  for (const area of document.querySelectorAll(whole.join(','))) {
    const outer = area.getBoundingClientRect();
    for (const element of area.querySelectorAll('*')) {
      if (!seen(element) || (element.closest(hanging) ?? area) !== area) continue;
      const box = element.getBoundingClientRect();
      if (box.width === 0) continue;
      const out = Math.max(outer.left - box.left, box.right - outer.right, outer.top - box.top, box.bottom - outer.bottom);
      if (out > 1) clipped.push(`${name(element)} is ${Math.round(out)} px outside ${area.className || area.tagName}`);
      const style = getComputedStyle(element);
      if (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
        clipped.push(`${name(element)} shows ${element.clientWidth} of ${element.scrollWidth} px`);
    }
  }
  for (const button of document.querySelectorAll('button,.tag,.chip,.control'))
    if (seen(button) && button.scrollWidth > button.clientWidth + 1 && button.clientWidth > 0)
      clipped.push(`${name(button)} holds ${button.scrollWidth} px in ${button.clientWidth}`);
  const children = [...(document.querySelector('.call-bar-inside')?.children ?? [])].filter(seen);
  for (const [index, child] of children.entries()) {
    const next = children[index + 1];
    if (next && child.getBoundingClientRect().right > next.getBoundingClientRect().left + 1)
      clipped.push(`${name(child)} lies under ${name(next)}`);
  }
  // Only what is rendered counts, so not textContent.
  // biome-ignore lint/performance/useDomNodeTextContent: see above
  const text = document.body.innerText;
  const raw = text.match(new RegExp(`\\b(?:${keys})\\.[a-z_]+(?:\\.[a-z_]+)?|\\{[a-z]+\\}|\\bundefined\\b|\\bNaN\\b|\\[object`, 'g')) ?? [];
  return { places, overflow, clipped, raw };
};

export const look = (page: Page): Promise<Look> => page.evaluate(inPage, { fixed: FIXED, whole: WHOLE, hanging: HANGING, keys: KEYS });

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Serious and critical findings, each with the element it was found on. */
export const axeFaults = async (page: Page): Promise<string[]> => {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: tool } = window as unknown as { axe: { run(options: object): Promise<Found> } };
    interface Found {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    }
    const { violations } = await tool.run({ resultTypes: ['violations'] });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => [id, ...nodes.slice(0, 2).map(({ html }) => html.slice(0, 120))].join(' | '));
  });
};
