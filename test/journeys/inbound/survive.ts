import type { Report } from '../../helpers/report.ts';
import { browser } from './browser-killed.ts';
import { everything } from './everything.ts';
import { relay } from './relay-killed.ts';
import { frozen, killed } from './service-killed.ts';
import { switchKilled } from './switch-killed.ts';

/** What may fall without a citizen noticing: the service, an agent's browser, the switch, the relay, and all of them in a busy hour. */
export const surviveParts: Record<string, (report: Report) => Promise<void>> = {
  killed,
  frozen,
  browser,
  switch: switchKilled,
  relay,
  everything,
};
