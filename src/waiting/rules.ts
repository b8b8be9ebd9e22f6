import type { WaitingSettings } from '../telephony/port.ts';
import type { CallbackRule } from './place.ts';
import type { WaitingRules } from './schemas.ts';

/** In force until somebody sets others. The key to be called back is not offered before somebody has decided so. */
export const FIRST_RULES: WaitingRules = {
  placeEverySeconds: 45,
  saysExpectedWait: true,
  callback: null,
  knowingAgentSeconds: 15,
  asksRating: false,
  urgentMinutes: 15,
  repeatMinutes: 5,
  repeatCalls: 3,
};

/** What was promised while the key was offered is kept after it is not. */
const FIRST_CALLBACK: CallbackRule = { attempts: 3, restMinutes: 10 };

export const callbackRuleOf = (rules: WaitingRules): CallbackRule => rules.callback ?? FIRST_CALLBACK;

/** The switch rings a preferred agent for a while whether anybody is preferred or not; without preference it knows none. */
const OWN_SECONDS = 15;

export const settingsForSwitch = (rules: WaitingRules): WaitingSettings => ({
  placeEverySeconds: rules.placeEverySeconds,
  saysExpectedWait: rules.saysExpectedWait,
  callbackEverySeconds: rules.callback?.everySeconds ?? null,
  knowingAgentSeconds: rules.knowingAgentSeconds ?? OWN_SECONDS,
  asksRating: rules.asksRating,
});
