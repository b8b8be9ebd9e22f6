import type { CaseId } from '../core/ids.ts';

/** What of an earlier case decides whether it is about the same thing. */
export interface Submission {
  caseId: CaseId;
  createdAt: Date;
  categoryCode: string | null;
  placeCode: string | null;
  placeText: string;
  /** Words for the subject and whether they may be said to whoever the line belongs to. */
  categoryName: string | null;
  confidential: boolean;
}

export interface Matter {
  categoryCode: string | null;
  placeCode: string | null;
  placeText: string;
}

export type RepeatReason = 'subject' | 'place' | 'subject_and_place';

export interface Repeats {
  /** Earlier submissions of the line in the window, whatever they were about. */
  submissions: number;
  /** Those of them about one and the same thing; 0 when nothing repeats. */
  count: number;
  /** Why they are held to be the same; null when count is 0. */
  reason: RepeatReason | null;
  /** The shared subject and place, null where not shared. */
  categoryCode: string | null;
  placeCode: string | null;
  placeText: string;
  /** The shared thing in words, for the card; empty when nothing repeats or one of the submissions is confidential. */
  subject: string;
  caseIds: CaseId[];
  lastAt: Date | null;
}

/** The same instant one year ago; on 29 February, 28 February. */
export const twelveMonthsBefore = (now: Date): Date => {
  const then = new Date(now);
  then.setUTCFullYear(now.getUTCFullYear() - 1);
  if (then.getUTCMonth() !== now.getUTCMonth()) then.setUTCDate(0);
  return then;
};

/** An address typed twice differs in blanks and marks, not in what it says; without an address the community stands for it. */
const placeKey = (matter: Matter): string | null => {
  const text = matter.placeText.replace(/[\s\p{P}]/gu, '');
  return text || matter.placeCode;
};

const sameSubject = (a: Matter, b: Matter): boolean => a.categoryCode !== null && a.categoryCode === b.categoryCode;
const samePlace = (a: Matter, b: Matter): boolean => placeKey(a) !== null && placeKey(a) === placeKey(b);

const finding = (all: readonly Submission[], group: readonly Submission[], about: Matter): Repeats => {
  const subject = group.every((each) => sameSubject(each, about));
  const place = group.every((each) => samePlace(each, about));
  return {
    submissions: all.length,
    count: group.length,
    reason: subject && place ? 'subject_and_place' : subject ? 'subject' : 'place',
    categoryCode: subject ? about.categoryCode : null,
    placeCode: place ? about.placeCode : null,
    placeText: place ? about.placeText : '',
    // Another person of the household may be on the line: a confidential matter is counted, never named.
    subject: group.some((each) => each.confidential) ? '' : ((subject ? group[0]?.categoryName : about.placeText) ?? ''),
    caseIds: group.map((each) => each.caseId),
    lastAt: group.reduce<Date | null>((last, each) => (last && last > each.createdAt ? last : each.createdAt), null),
  };
};

const nothing = (submissions: number): Repeats => ({
  submissions,
  count: 0,
  reason: null,
  categoryCode: null,
  placeCode: null,
  placeText: '',
  subject: '',
  caseIds: [],
  lastAt: null,
});

/**
 * Before the call is answered nobody knows what it is about: the largest set of earlier submissions that share a subject
 * or a place, when there are at least two (a single earlier one is told as an open case, not as a repeat).
 * With `about`, the earlier submissions of that subject or that place, from the first one on (R21: two in all are a repeat).
 * A shared subject goes before a shared place of the same size: a block of flats complains of many things.
 */
export const findRepeats = (submissions: readonly Submission[], about?: Matter): Repeats => {
  const matters = about ? [about] : submissions;
  const groups = [sameSubject, samePlace].flatMap((same) =>
    matters.map((matter) => ({ matter, group: submissions.filter((each) => same(each, matter)) })),
  );
  const least = about ? 1 : 2;
  let best: (typeof groups)[number] | undefined;
  for (const each of groups) if (each.group.length >= least && each.group.length > (best?.group.length ?? 0)) best = each;
  return best ? finding(submissions, best.group, best.matter) : nothing(submissions.length);
};
