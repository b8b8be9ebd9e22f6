import type { WorkCalendar } from '../core/working-time.ts';
import { type AttemptRules, againFrom } from './attempts.ts';
import type { PersonOutcome } from './states.ts';
import { type CallingWindows, nextSlot } from './windows.ts';

/**
 * What follows when a person has called. The budget is the citizen's, not the channel's: calls of the machine and of people
 * count together, and the slots are the same (domain §3h). Pure.
 */
export type AfterPersonCall =
  | { step: 'said' }
  | { step: 'refused' }
  /** The number is not this citizen's: nobody is asked, and that is put on record. */
  | { step: 'wrong_number' }
  | { step: 'again'; at: Date }
  | { step: 'unreachable' };

/** Of the calls people make, those after which the citizen has not been asked and may be called again. */
export const isInVain = (outcome: PersonOutcome): boolean => outcome === 'no_answer' || outcome === 'busy' || outcome === 'not_now';

/**
 * @param made calls about it so far over all channels, this one included; faults of our own trunk are none
 * @param wish what the citizen asked for when it was not now
 * @throws HotlineError survey.no_window, calendar.year_missing
 */
export const afterPersonCall = (
  rules: AttemptRules,
  windows: CallingWindows,
  calendar: WorkCalendar,
  call: { outcome: PersonOutcome; at: Date; wish: Date | null },
  made: number,
): AfterPersonCall => {
  const { outcome, at, wish } = call;
  if (outcome === 'reached') return { step: 'said' };
  if (outcome === 'refused' || outcome === 'wrong_number') return { step: outcome };
  if (made >= rules.budget) return { step: 'unreachable' };
  const again = (from: Date): AfterPersonCall => ({ step: 'again', at: nextSlot(windows, calendar, from) });
  return again(outcome === 'not_now' && wish !== null && wish > at ? wish : againFrom(rules, outcome, at));
};
