/**
 * The one-time link to the questions on a page, for whoever cannot be reached by telephone (domain §3h): what it may still do,
 * and what a filled form says. Pure.
 */
export interface SurveyLink {
  linkId: number;
  taskId: number;
  expiresAt: Date;
  usedAt: Date | null;
  /** Wrong four digits so far. */
  failures: number;
  /** A later link has taken its place. */
  replaced: boolean;
}

export const LINK_DAYS = 7;
/** Messages about one callback: a person asks again at most so often. */
export const MOST_LINKS = 3;
/** Of 10,000 endings of a number five guesses find one in 2,000; then the link is dead for everybody. */
export const MOST_FAILURES = 5;

/** `open`: it may be answered. The others say why not, and are said alike to guessers and to the citizen. */
export type LinkStanding = 'open' | 'unknown' | 'expired' | 'replaced' | 'used' | 'locked' | 'on_the_line' | 'over';

/** @param taskState where the callback stands, with `answered` when the citizen has given an answer already */
export const standingOf = (link: SurveyLink | null, task: { state: string; answered: boolean } | null, now: Date): LinkStanding => {
  if (!link || !task) return 'unknown';
  if (link.usedAt !== null || task.answered) return 'used';
  if (link.replaced) return 'replaced';
  if (link.failures >= MOST_FAILURES) return 'locked';
  if (link.expiresAt <= now) return 'expired';
  if (task.state === 'calling') return 'on_the_line';
  return ['waiting', 'text', 'person', 'settle', 'unreachable'].includes(task.state) ? 'open' : 'over';
};

export interface WebAnswers {
  contacted: number | null;
  settled: number | null;
  satisfied: number | null;
  text: string;
  optOut: boolean;
}

/** What is wrong with a filled form, by field. */
export type FormFault = { field: 'digits' | 'satisfied' | 'text'; code: 'digits_missing' | 'digits_wrong' | 'not_answered' | 'too_long' };
export const LONGEST_TEXT = 500;

const level = (value: string | undefined, most: number): number | null => {
  const number = Number(value);
  return value !== undefined && Number.isInteger(number) && number >= 1 && number <= most ? number : null;
};

export const answersOf = (form: Readonly<Record<string, string>>): WebAnswers => ({
  contacted: level(form.contacted, 2),
  settled: level(form.settled, 3),
  satisfied: level(form.satisfied, 5),
  text: (form.text ?? '').trim(),
  optOut: form.opt_out === 'yes',
});

/** Four digits however they were typed: full-width, with blanks. */
export const digitsOf = (form: Readonly<Record<string, string>>): string => (form.digits ?? '').normalize('NFKC').replace(/\s/g, '');

/** Faults that need no look at the citizen's number. */
export const faultsOfForm = (digits: string, answers: WebAnswers): FormFault[] => [
  ...(/^\d{4}$/.test(digits) ? [] : [{ field: 'digits', code: 'digits_missing' } as const]),
  ...(answers.settled === null && answers.satisfied === null && !answers.optOut
    ? [{ field: 'satisfied', code: 'not_answered' } as const]
    : []),
  ...(answers.text.length > LONGEST_TEXT ? [{ field: 'text', code: 'too_long' } as const] : []),
];
