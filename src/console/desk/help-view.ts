import type { DeskCard } from './desk-view.ts';

/**
 * What to look up for this caller before anybody has typed: the matter they have called about again and again, else their newest open
 * case. Nothing for a caller of whom nothing is known: an article that merely might fit is in the way of one that does.
 */
export const askedByCard = (card: Pick<DeskCard, 'brief' | 'openCases'> | null): string => {
  if (!card) return '';
  const subject = card.brief.find((line) => line.kind === 'repeat')?.values.subject;
  if (typeof subject === 'string' && subject !== '') return subject;
  return card.openCases.find((each) => each.title !== '')?.title ?? '';
};
