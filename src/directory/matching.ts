import type { CitizenId } from '../core/ids.ts';
import { type CallerNumber, maskNumber } from '../core/phone-number.ts';

export interface DirectoryPerson {
  citizenId: CitizenId;
  name: string;
  gender: 'female' | 'male' | 'unknown';
  language: 'zh' | 'en';
  address: string | null;
  callbackPreference: string | null;
}

export type Identity = 'known' | 'maybe' | 'unknown' | 'withheld' | 'malformed';

/** Who may be calling. `normal` is there exactly when the trunk sent a usable number; `people` has one entry when known, two or more when maybe. */
export interface CallerMatch {
  identity: Identity;
  received: string;
  normal: string | null;
  people: readonly DirectoryPerson[];
}

/** A firm's switchboard may be in the directory under dozens of people; a card that lists them all helps nobody. */
export const MOST_PEOPLE_SHOWN = 8;

/**
 * One record has the number: known. Several: maybe, and none is chosen, because greeting a wife by her husband's name
 * tells her of his complaint. A number that was not shown is not the same as one nobody knows.
 */
export const matchCaller = (number: CallerNumber, people: readonly DirectoryPerson[]): CallerMatch => {
  if (number.kind !== 'number') return { identity: number.kind, received: number.received, normal: null, people: [] };
  const distinct = [...new Map(people.map((person) => [person.citizenId, person])).values()];
  const identity = distinct.length === 0 ? 'unknown' : distinct.length === 1 ? 'known' : 'maybe';
  return { identity, received: number.received, normal: number.normal, people: distinct.slice(0, MOST_PEOPLE_SHOWN) };
};

/** The match as a screen may show it: number masked. The count of calls belongs to the calls feature and is added there. */
export const shownCaller = (
  match: CallerMatch,
): { identity: Identity; number: { masked: string; full: string | null } | null; people: DirectoryPerson[] } => ({
  identity: match.identity,
  number: match.normal === null ? null : { masked: maskNumber(match.normal), full: null },
  people: [...match.people],
});
