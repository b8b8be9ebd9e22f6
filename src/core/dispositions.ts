/**
 * What became of a call, once it is over. callback: gave up waiting for a promise to be called back. unreached: a call of ours
 * that came to nobody; busy, no_answer, cancelled say it more exactly of one an agent dialled.
 */
export const DISPOSITIONS = [
  'answered',
  'abandoned',
  'voicemail',
  'fallback',
  'lost',
  'callback',
  'unreached',
  'busy',
  'no_answer',
  'cancelled',
] as const;
export type Disposition = (typeof DISPOSITIONS)[number];
