/**
 * Whether a citizen is asked about a matter at all, and by which channel; each refusal with its reason, because every one of
 * them is a line of exclusions under the rate (domain §2a). Pure.
 */
export interface Asked {
  /** Directly answered matters have no unit to rate. */
  handledDirect: boolean;
  wantsReply: boolean;
  confidential: boolean;
  requestType: 'consultation' | 'help' | 'complaint' | 'report' | 'suggestion' | 'praise' | 'other' | null;
  /** Normal form; null when the citizen left none. */
  number: string | null;
  /** The number answers for several people: a firm, a school, a shared line. */
  numberIsShared: boolean;
  optedOut: boolean;
  /** Leads back to the hotline by a diversion: calling it would call ourselves. */
  leadsBackToUs: boolean;
  /** Abroad, a paid line, a number nobody dials: whoever gave it must not make the hotline pay for it by itself. */
  costly: boolean;
  /** A matter that ended without a unit's work. */
  ending: 'not_accepted' | 'terminated' | 'merged' | 'nuisance' | null;
}

export type Refusal =
  | 'handled_direct'
  | 'no_reply_wanted'
  | 'no_number'
  | 'opted_out'
  | 'not_accepted'
  | 'terminated'
  | 'merged'
  | 'nuisance'
  | 'loop';

export type Eligibility =
  | { ask: true; by: 'machine' | 'person'; reason: 'ordinary' | 'confidential_shared' | 'costly' }
  | { ask: false; reason: Refusal };

export const eligibilityOf = (matter: Asked): Eligibility => {
  if (matter.ending) return { ask: false, reason: matter.ending };
  if (matter.handledDirect) return { ask: false, reason: 'handled_direct' };
  if (!matter.wantsReply) return { ask: false, reason: 'no_reply_wanted' };
  if (matter.number === null) return { ask: false, reason: 'no_number' };
  if (matter.optedOut) return { ask: false, reason: 'opted_out' };
  if (matter.leadsBackToUs) return { ask: false, reason: 'loop' };
  // Whoever picks up a shared line must not learn from a machine that somebody reported something.
  if ((matter.confidential || matter.requestType === 'report') && matter.numberIsShared)
    return { ask: true, by: 'person', reason: 'confidential_shared' };
  if (matter.costly) return { ask: true, by: 'person', reason: 'costly' };
  return { ask: true, by: 'machine', reason: 'ordinary' };
};

/** Matters of one citizen that may be asked about in one call. */
export const MOST_CASES_A_CALL = 3;

/**
 * Who is called now and about what. One call per number, the matter that has waited longest first; nobody who is on the line
 * with us, in whichever direction, is called at the same time.
 *
 * @param due matters whose slot has come, oldest first
 * @param onTheLine numbers in a call with us now
 */
export const bundle = <T extends { number: string }>(due: readonly T[], onTheLine: ReadonlySet<string>): T[][] => {
  const calls = new Map<string, T[]>();
  for (const matter of due) {
    if (onTheLine.has(matter.number)) continue;
    const call = calls.get(matter.number) ?? [];
    if (call.length < MOST_CASES_A_CALL) calls.set(matter.number, [...call, matter]);
  }
  return [...calls.values()];
};
