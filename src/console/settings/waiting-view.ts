import type { WaitingRules } from '../../waiting/schemas.ts';

/** The same limits as the service's (waiting/schemas.ts). */
export const LIMITS = {
  placeEverySeconds: { min: 20, max: 300, unit: 'seconds' },
  callbackEverySeconds: { min: 30, max: 600, unit: 'seconds' },
  attempts: { min: 1, max: 5, unit: 'times' },
  restMinutes: { min: 1, max: 60, unit: 'minutes' },
  knowingAgentSeconds: { min: 5, max: 60, unit: 'seconds' },
  urgentMinutes: { min: 0, max: 49, unit: 'minutes' },
  repeatMinutes: { min: 0, max: 49, unit: 'minutes' },
  repeatCalls: { min: 2, max: 10, unit: 'times' },
} as const;

/** As it is edited: what is switched off keeps its number, so that switching it on again brings it back. */
export type WaitingForm = Record<keyof typeof LIMITS, number> &
  Record<'saysPlace' | 'saysExpectedWait' | 'offersCallback' | 'prefersKnowing' | 'asksRating', boolean>;

export const formOfRules = (rules: WaitingRules): WaitingForm => ({
  saysPlace: rules.placeEverySeconds !== null,
  placeEverySeconds: rules.placeEverySeconds ?? 45,
  saysExpectedWait: rules.saysExpectedWait,
  offersCallback: rules.callback !== null,
  callbackEverySeconds: rules.callback?.everySeconds ?? 60,
  attempts: rules.callback?.attempts ?? 3,
  restMinutes: rules.callback?.restMinutes ?? 10,
  prefersKnowing: rules.knowingAgentSeconds !== null,
  knowingAgentSeconds: rules.knowingAgentSeconds ?? 15,
  asksRating: rules.asksRating,
  urgentMinutes: rules.urgentMinutes,
  repeatMinutes: rules.repeatMinutes,
  repeatCalls: rules.repeatCalls,
});

export const rulesOf = (form: WaitingForm): WaitingRules => ({
  placeEverySeconds: form.saysPlace ? form.placeEverySeconds : null,
  saysExpectedWait: form.saysExpectedWait,
  callback: form.offersCallback
    ? { everySeconds: form.callbackEverySeconds, attempts: form.attempts, restMinutes: form.restMinutes }
    : null,
  knowingAgentSeconds: form.prefersKnowing ? form.knowingAgentSeconds : null,
  asksRating: form.asksRating,
  urgentMinutes: form.urgentMinutes,
  repeatMinutes: form.repeatMinutes,
  repeatCalls: form.repeatCalls,
});
