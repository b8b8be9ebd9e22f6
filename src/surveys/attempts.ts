import type { WorkCalendar } from '../core/working-time.ts';
import { type CallingWindows, nextHalfDay, nextSlot, type Wish } from './windows.ts';

/**
 * What became of one call to a citizen, and what follows from it. Outcomes are told apart by the switch's hang-up cause and
 * the carrier's SIP answer, never by a guess: what is not known is `unknown`, and is not dialled again by itself. Pure.
 */
export type Outcome =
  | 'answered' // a person pressed a key
  | 'machine' // answered, and no key came
  | 'hung_up_early' // answered, and hung up before the first question was answered
  | 'not_now' // asked to be called at another time
  | 'wrong_person'
  | 'busy'
  | 'declined'
  | 'no_answer'
  | 'unreachable' // switched off, out of reach, the carrier could not
  | 'wrong_number' // no such number
  | 'line_fault' // our trunk's fault: costs the citizen no attempt
  | 'unknown'; // the service or the switch died in between

/** What the switch says of a call that ended without an answer. */
export interface EndedUnanswered {
  /** Q.850. */
  cause: number;
  /** SIP status the carrier gave, or null. */
  sip: number | null;
  /** Whether a ringing tone was ever announced. */
  rang: boolean;
}

const BY_SIP: Readonly<Record<number, Outcome>> = {
  404: 'wrong_number',
  410: 'wrong_number',
  484: 'wrong_number',
  604: 'wrong_number',
  486: 'busy',
  600: 'busy',
  603: 'declined',
  607: 'declined',
  408: 'unreachable',
  500: 'line_fault',
  502: 'line_fault',
  503: 'line_fault',
  401: 'line_fault',
  403: 'line_fault',
  407: 'line_fault',
};

const BY_CAUSE: Readonly<Record<number, Outcome>> = {
  1: 'wrong_number',
  28: 'wrong_number',
  22: 'wrong_number',
  17: 'busy',
  21: 'declined',
  18: 'unreachable',
  20: 'unreachable',
  27: 'unreachable',
  34: 'line_fault',
  38: 'line_fault',
  41: 'line_fault',
  42: 'line_fault',
};

/** A ring time-out and a dead carrier end alike (cause 19, 480): only whether it rang tells them apart (facts, outbound survey). */
const NO_ANSWER_CAUSE = 19;
const TEMPORARILY_UNAVAILABLE = 480;

export const outcomeOf = (ended: EndedUnanswered): Outcome => {
  if (ended.sip === TEMPORARILY_UNAVAILABLE || (ended.sip === null && ended.cause === NO_ANSWER_CAUSE))
    return ended.rang ? 'no_answer' : 'unreachable';
  const bySip = ended.sip === null ? undefined : BY_SIP[ended.sip];
  return bySip ?? BY_CAUSE[ended.cause] ?? (ended.rang ? 'no_answer' : 'unknown');
};

/** Outcomes after which the citizen is dialled again as long as the budget lasts; the others lead elsewhere at once. */
export const RETRIED = [
  'no_answer',
  'busy',
  'declined',
  'unreachable',
  'machine',
  'hung_up_early',
  'not_now',
  'line_fault',
] as const satisfies readonly Outcome[];
export type Retried = (typeof RETRIED)[number];

export interface Retry {
  /** At least so long after the call ended. */
  afterMinutes: number;
  /** Not in the same half-day: somebody who is out in the morning may be in in the afternoon. */
  otherHalfDay: boolean;
}

export interface AttemptRules {
  /** Over all channels and matters of one handling round, for one citizen and case (domain §3h). */
  budget: number;
  retry: Readonly<Record<Retried, Retry>>;
  /** Faults in a row until the calling stops by itself and people are told. */
  faultsUntilPause: number;
  /** How long the link that went out after the budget is waited for, until the callback goes on without it. */
  textWaitHours: number;
}

const MINUTE_MS = 60_000;
const LATER: Retry = { afterMinutes: 240, otherHalfDay: true };
export const STANDARD_ATTEMPTS: AttemptRules = {
  budget: 3,
  retry: {
    no_answer: LATER,
    busy: { afterMinutes: 30, otherHalfDay: false },
    declined: LATER,
    unreachable: LATER,
    machine: LATER,
    hung_up_early: LATER,
    // When nobody asked for a time: "another time" is at least this far away.
    not_now: { afterMinutes: 240, otherHalfDay: false },
    line_fault: { afterMinutes: 10, otherHalfDay: false },
  },
  faultsUntilPause: 5,
  textWaitHours: 48,
};

const later = (a: Date, b: Date): Date => new Date(Math.max(a.getTime(), b.getTime()));

/** From when on a citizen may be dialled again, the windows left aside. */
export const againFrom = (rules: AttemptRules, outcome: Retried, endedAt: Date): Date => {
  const { afterMinutes, otherHalfDay } = rules.retry[outcome];
  const after = new Date(endedAt.getTime() + afterMinutes * MINUTE_MS);
  return otherHalfDay ? later(nextHalfDay(endedAt), after) : after;
};

/** How far one matter's callback has come. */
export interface AttemptHistory {
  /** Past outcomes, oldest first, with the instant each ended. */
  made: readonly { outcome: Outcome; endedAt: Date }[];
  /** A complaint or an urgent matter gets a person when the machine fails (domain §3h). */
  needsPerson: boolean;
  canText: boolean;
  textSent: boolean;
  wish?: Wish;
}

/**
 * `call`: dial at that instant. `text`: send the link. `person`: put on the callback agents' list. `unreachable`: over, and
 * counted as unreachable, never as satisfied. `done`: answered. `settle`: nobody knows what became of the last call; a
 * person looks before anybody dials.
 */
export type NextStep =
  | { step: 'call'; at: Date }
  | { step: 'text' }
  | { step: 'person'; reason: 'wanted' | 'machine_failed' | 'wrong_number' }
  | { step: 'unreachable' }
  | { step: 'done' }
  | { step: 'settle' };

const costsAnAttempt = (outcome: Outcome): boolean => outcome !== 'line_fault';

/** After the budget: the link by text, then a person for complaints and urgent matters, then unreachable. */
const afterBudget = (history: AttemptHistory, reason: 'machine_failed' | 'wrong_number'): NextStep => {
  if (history.canText && !history.textSent && reason !== 'wrong_number') return { step: 'text' };
  return history.needsPerson ? { step: 'person', reason } : { step: 'unreachable' };
};

/**
 * @param now from when on the next attempt may lie
 * @throws HotlineError survey.no_window, calendar.year_missing
 */
export const nextStep = (
  rules: AttemptRules,
  windows: CallingWindows,
  calendar: WorkCalendar,
  history: AttemptHistory,
  now: Date,
): NextStep => {
  const last = history.made.at(-1);
  const call = (earliest: Date): NextStep => ({
    step: 'call',
    at: nextSlot(windows, calendar, later(earliest, now), history.wish),
  });
  if (!last) return call(now);
  if (last.outcome === 'answered') return { step: 'done' };
  if (last.outcome === 'unknown') return { step: 'settle' };
  // The number is not this citizen's: dialling it again would disturb somebody else.
  if (last.outcome === 'wrong_number' || last.outcome === 'wrong_person') return afterBudget(history, 'wrong_number');
  if (history.made.filter((each) => costsAnAttempt(each.outcome)).length >= rules.budget) return afterBudget(history, 'machine_failed');
  return call(againFrom(rules, last.outcome, last.endedAt));
};

/** Faults at the end of all attempts that ended, newest last: the carrier is down, and dialling on would burn everybody's day. */
export const mustPause = (rules: AttemptRules, latest: readonly Outcome[]): boolean =>
  latest.length >= rules.faultsUntilPause && latest.slice(-rules.faultsUntilPause).every((outcome) => outcome === 'line_fault');
