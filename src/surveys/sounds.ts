import type { Line } from './survey.ts';

/** What may be put into a sentence of one matter. */
export interface Spoken {
  reportedAt: Date;
  /** Null: not to be named, or not known. */
  subjectCode: string | null;
}

const SHANGHAI_MS = 8 * 3_600_000;
const SUBJECT = 'survey.subject';

/** Day and subject of a matter as pieces that exist as sounds, or null when one of them cannot be spoken. */
const subjectPieces = ({ reportedAt, subjectCode }: Spoken, has: (id: string) => boolean): string[] | null => {
  const day = new Date(reportedAt.getTime() + SHANGHAI_MS);
  const subject = [6, 4, 2].map((length) => `subject.${subjectCode?.slice(0, length)}`).find(has);
  if (subjectCode === null || subject === undefined) return null;
  const date = [`month.${day.getUTCMonth() + 1}`, `day.${day.getUTCDate()}`];
  const pieces = [`${SUBJECT}.1`, ...date, `${SUBJECT}.3`, subject, `${SUBJECT}.5`];
  return pieces.every(has) ? pieces : null;
};

/**
 * Sound files of some lines, as Playback takes them. What cannot be spoken is replaced by the line's `otherwise`; a file
 * that is missing is left out rather than the call ended.
 *
 * @param has whether a sound of that id exists
 * @param pathOf what the switch is asked to play for it
 */
export const soundsOf = (
  lines: readonly Line[],
  matter: Spoken,
  has: (id: string) => boolean,
  pathOf: (id: string) => string = (id) => `hotline/${id}`,
): string[] => {
  const pieces = lines.flatMap(({ prompt, otherwise }) => {
    if (prompt === SUBJECT) return subjectPieces(matter, has) ?? (otherwise === undefined ? [] : [otherwise]);
    return has(prompt) || otherwise === undefined ? [prompt] : [otherwise];
  });
  return pieces.filter(has).map(pathOf);
};

/** Whether a script may use a prompt: a sentence with places for values exists as numbered pieces. */
export const isPrompt = (id: string, has: (id: string) => boolean): boolean => has(id) || has(`${id}.1`);
