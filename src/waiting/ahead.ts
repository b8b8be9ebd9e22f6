/** What decides who goes ahead of others while waiting. */
export interface CallerFacts {
  /** An open case of this number is marked urgent. */
  hasUrgentCase: boolean;
  /** An open case of this number has been submitted before. */
  hasRepeatCase: boolean;
  /** How often this number rang in the last 24 hours and talked to nobody since. */
  callsInVain: number;
}

export interface AheadRule {
  urgentMinutes: number;
  repeatMinutes: number;
  /** So many calls in vain make a repeat caller. */
  repeatCalls: number;
}

/**
 * Minutes by which a caller is taken as having waited already. The greater of the two and not their sum, so that no list of
 * misfortunes passes a citizen whom a restriction let through in an emergency (99 minutes).
 */
export const aheadMinutes = (facts: CallerFacts, rule: AheadRule): number =>
  Math.max(
    facts.hasUrgentCase ? rule.urgentMinutes : 0,
    facts.hasRepeatCase || facts.callsInVain >= rule.repeatCalls ? rule.repeatMinutes : 0,
  );
