import type { TimelineEntry } from '../../calls/schemas.ts';
import { DISPOSITIONS } from '../../core/dispositions.ts';
import { queueWord, type Translate } from '../i18n/i18n.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

/** What an entry says beside its word. Details are the switch's plain names where a queue or an end is meant; a person reads words. */
export const entryDetail = (t: Translate, entry: Pick<TimelineEntry, 'what' | 'detail'>): string => {
  if (entry.detail === '') return '';
  if (entry.what === 'queued') return queueWord(t, entry.detail);
  if (entry.what === 'arrived') return t('ringing.line', { number: entry.detail });
  if (entry.what === 'offered') return t('did.extension', { extension: entry.detail });
  const known = DISPOSITIONS.find((word) => word === entry.detail);
  return known ? t(`disposition.${known}`) : entry.detail;
};

/** The levels of the national scale, 5 best. */
export const ratingWord = (value: number): PhraseKey => `calls.rating.${Math.min(5, Math.max(1, Math.round(value))) as 1 | 2 | 3 | 4 | 5}`;
