import type { TelephonyEventOf } from '../events.ts';
import type { AmiMessage } from './ami-frames.ts';
import type { Action } from './caller-rules.ts';

/** Family of the switch's database, written by dialplans/rating.conf. */
const FAMILY = 'hotline-rating';
type Rated = TelephonyEventOf<'call.rated'>;

/** @returns null for what the dialplan did not write whole */
export const readRating = (node: string, channelId: string, key: string, seconds: string): Rated | null => {
  const at = new Date(Number(seconds) * 1000);
  if (channelId === '' || !/^[1-5]$/.test(key) || !(at.getTime() > 0)) return null;
  return { type: 'call.rated', node, channelId, key: Number(key), at };
};

export const ratingsQuestion: Action = { Action: 'DBGetTree', Family: FAMILY };

export const readRatings = (node: string, items: readonly AmiMessage[]): Rated[] =>
  items.flatMap(({ key = '', val = '' }) => {
    const [, family, ...channel] = key.split('/');
    const [digit = '', seconds = ''] = val.split('|');
    return family === FAMILY ? (readRating(node, channel.join('/'), digit, seconds) ?? []) : [];
  });

export const forgetRatingAction = (channelId: string): Action => ({ Action: 'DBDel', Family: FAMILY, Key: channelId });
