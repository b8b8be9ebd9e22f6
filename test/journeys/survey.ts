import type { Journey } from '../journey.ts';
import { digits } from './survey/digits.ts';
import { killed } from './survey/killed.ts';
import { outcomes } from './survey/outcomes.ts';
import { unhappy } from './survey/unhappy.ts';

/**
 * The hotline calls citizens back: what must hold from the first ring on, on a real switch, with a driven clock.
 * Sizes are options: --citizens=200 --blows=50 --presses=500 --seed=7.
 */
export const parts: Journey['parts'] = { outcomes, unhappy, digits, killed: killed('sqlite', 1), instances: killed('postgres', 2) };
