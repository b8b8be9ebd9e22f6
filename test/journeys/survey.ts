import type { Journey } from '../journey.ts';
import { outcomes } from './survey/outcomes.ts';

/**
 * The hotline calls citizens back: what must hold from the first ring on, on a real switch, with a driven clock.
 * Sizes are options: --citizens=200 --seed=7.
 */
export const parts: Journey['parts'] = { outcomes };
