import { type EndedUnanswered, type Outcome, outcomeOf } from './attempts.ts';
import type { MODES } from './states.ts';
import type { Ending, Measure } from './survey.ts';

/** How a call came to its end, as far as anybody knows. */
export interface CallEnd {
  unanswered: EndedUnanswered | null;
  /** Null when the script never got to an end: unanswered, or nobody knows. */
  ending: Ending | 'person' | 'hung_up' | null;
  /** The matter being asked about when it ended, from 0. */
  caseIndex: number;
  /** The link or the service died: what is not in the answers is not known. */
  lost: boolean;
}

export interface Given {
  measure: Measure;
  value: number;
}

/** The citizen has said something that counts: whether it is settled, or how satisfied they are. */
export const isRated = (given: readonly Given[]): boolean =>
  given.some(({ measure, value }) => (measure === 'settled' || measure === 'satisfied') && value > 0);

const BY_ENDING: Readonly<Partial<Record<NonNullable<CallEnd['ending']>, Outcome>>> = {
  no_human: 'machine',
  not_now: 'not_now',
  wrong_person: 'wrong_person',
  person: 'answered',
  opted_out: 'answered',
};

/**
 * What became of one matter in a call about several. Null: the call ended before it was asked about, which costs it nothing.
 * Pure.
 */
export const taskOutcome = (end: CallEnd, index: number, given: readonly Given[]): Outcome | null => {
  if (isRated(given)) return 'answered';
  if (end.lost) return 'unknown';
  if (end.unanswered) return outcomeOf(end.unanswered);
  const byEnding = end.ending === null ? undefined : BY_ENDING[end.ending];
  if (byEnding !== undefined && (byEnding !== 'answered' || index >= end.caseIndex)) return byEnding;
  // Reached, and no valid key: as good as hung up. Silence is never satisfaction.
  return index <= end.caseIndex ? 'hung_up_early' : null;
};

/** Of the whole call: the best that any of its matters has. */
export const callOutcome = (tasks: readonly (Outcome | null)[]): Outcome =>
  tasks.find((outcome) => outcome === 'answered') ?? tasks.find((outcome) => outcome !== null) ?? 'unknown';

const rated = (given: readonly Given[], measure: Measure): number | null => {
  const value = given.findLast((each) => each.measure === measure)?.value;
  return value !== undefined && value > 0 ? value : null;
};

const SOLVED = ['yes', 'partly', 'no'] as const;

/** The answers in the words of the case's callback, with the reason the keys themselves give when they are unhappy (§3i). */
export const callbackOf = (given: readonly Given[], mode: (typeof MODES)[number] = 'ivr') => {
  const contacted = rated(given, 'contacted');
  const settled = rated(given, 'settled');
  const solved = settled === null ? null : (SOLVED[settled - 1] ?? null);
  const score = rated(given, 'satisfied');
  const unhappy = solved === 'no' || (score !== null && score <= 2);
  const reason = contacted === 2 ? 'not_contacted' : solved === 'no' ? 'unsolved' : 'other';
  return {
    result: { mode, outcome: 'reached' as const, contacted: contacted === null ? null : contacted === 1, solved, score },
    unhappy,
    ...(unhappy ? { reasonCode: reason } : {}),
  };
};
