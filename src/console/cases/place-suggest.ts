import type { Place } from '../../directory/schemas.ts';

/** A community, or a whole town when `code` is null: a case names its community, and the town when nobody knows it closer. */
export interface PlaceSuggestion {
  code: string | null;
  town: string;
  name: string;
}

export const SUGGESTIONS = 8;

const FIRST = 0;
const NONE = 99;

/** How well one typed word fits a place: its own name before its town, the front of a name before the middle. */
const fit = (word: string, place: Place): number => {
  const tests: readonly boolean[] = [
    place.name.startsWith(word) || (word.length >= 3 && word.includes(place.name)),
    place.pinyin.startsWith(word),
    place.name.includes(word),
    place.townName.startsWith(word) || word.includes(place.townName),
    `${place.townPinyin}${place.pinyin}`.startsWith(word),
    `${place.townName}${place.name}`.includes(word),
  ];
  const at = tests.indexOf(true);
  return at < 0 ? NONE : FIRST + at;
};

const townFits = (word: string, place: Place): boolean => place.townName.includes(word) || place.townPinyin.startsWith(word);

/**
 * Communities and towns for what has been typed, best first. Every word of it must fit; a typed text that already holds a community's
 * name (枕澜社区 3 号楼) finds that community, so that its code can be taken without retyping.
 */
export const suggestPlaces = (places: readonly Place[], typed: string): PlaceSuggestion[] => {
  const text = typed.trim().toLowerCase();
  if (text === '') return [];
  const words = text.split(/[\s·,，/]+/).filter(Boolean);
  const scored = places.flatMap((place) => {
    const held = text.includes(place.name) ? FIRST : NONE;
    const worst = Math.max(...words.map((word) => fit(word, place)));
    const score = Math.min(held, worst);
    return score === NONE ? [] : [{ place, score }];
  });
  const communities = scored
    .sort((a, b) => a.score - b.score || a.place.code.localeCompare(b.place.code))
    .map(({ place }) => ({ code: place.code, town: place.townName, name: place.name }));
  const towns = words.length === 1 ? [...new Set(places.filter((place) => townFits(text, place)).map((place) => place.townName))] : [];
  const townRows = towns.slice(0, 2).map((town) => ({ code: null, town, name: town }));
  return [...townRows, ...communities].slice(0, SUGGESTIONS);
};

export const keyOf = (suggestion: PlaceSuggestion): string => suggestion.code ?? `town:${suggestion.town}`;

/** What the place's text becomes: words that already hold the name stay as the citizen gave them. */
export const textAfterChoice = (typed: string, suggestion: PlaceSuggestion): string => {
  if (typed.includes(suggestion.name)) return typed;
  return suggestion.code === null ? suggestion.town : `${suggestion.town}${suggestion.name}`;
};

/** A code stands only as long as the text names its community: another text is another place. */
export const codeAfterTyping = (places: readonly Place[], text: string, code: string | null): string | null => {
  const place = places.find((each) => each.code === code);
  return place && text.includes(place.name) ? code : null;
};
