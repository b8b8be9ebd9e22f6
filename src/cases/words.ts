/**
 * Words of a text for the full-text index, on either engine. Chinese is written without blanks, and the engines' own
 * trigram indexes miss the commonest words, which have two characters: so every pair of neighbouring characters is a word.
 * Letters and digits make words as they stand.
 */
const RUNS = /\p{Script=Han}+|[\p{L}\p{N}]+/gu;
const HAN = /^\p{Script=Han}/u;
const LONGEST = 40;

const runsOf = (text: string): string[] =>
  // Letters and Han characters in one run ("3号楼") are parted, so that each side is found by itself.
  (text.normalize('NFKC').toLowerCase().match(RUNS) ?? []).flatMap((run) =>
    HAN.test(run) ? [run] : (run.match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu) ?? []),
  );

const pairs = (run: string): string[] => {
  const characters = [...run];
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
};

/** Distinct words to keep for these texts. */
export const indexWords = (texts: readonly string[]): string[] => [
  ...new Set(texts.flatMap((text) => runsOf(text).flatMap((run) => (HAN.test(run) ? pairs(run) : [run.slice(0, LONGEST)])))),
];

/** Most words of one query: a page pasted into the search box must not become a thousand look-ups. */
const MOST = 24;

/**
 * Words that a found text must hold, all of them. A single character stands for the words that begin with it (`字*`).
 * Empty when nothing in the query can be searched for.
 */
export const queryWords = (query: string): string[] => {
  const words = runsOf(query).flatMap((run) => {
    if (!HAN.test(run)) return [run.slice(0, LONGEST)];
    return [...run].length === 1 ? [`${run}*`] : pairs(run);
  });
  return [...new Set(words)].slice(0, MOST);
};
