/**
 * Pinyin initials, so that typing `hj` finds 环境. The engine's own Chinese collation sorts by reading, so the initial of a
 * character is the last letter whose first character is not after it: no table of readings to carry or to keep up.
 */
const collator = new Intl.Collator('zh-Hans-CN-u-co-pinyin');
const LETTERS = 'abcdefghjklmnopqrstwxyz';
/** The first character of each letter in that order; no syllable starts with i, u or v. */
const FIRST_CHARACTERS = [...'阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他屲夕丫帀'];

/** Characters read otherwise than usual in the words of this trade: the reading by the collation is the wrong one. */
const WORDS: readonly (readonly [word: string, initials: string])[] = [
  ['参保', 'cb'],
  ['长期', 'cq'],
  ['重复', 'cf'],
  ['单车', 'dc'],
  ['重办', 'cb'],
  ['调整', 'tz'],
  ['调解', 'tj'],
];

const initialOf = (character: string): string => {
  if (/^[a-z0-9]$/i.test(character)) return character.toLowerCase();
  // The collation knows no reading of rare characters outside the basic plane and would sort them all behind z.
  if (character.length > 1 || !/\p{Script=Han}/u.test(character)) return '';
  let letter = '';
  for (const [index, first] of FIRST_CHARACTERS.entries()) {
    if (collator.compare(character, first) < 0) break;
    letter = LETTERS.charAt(index);
  }
  return letter;
};

/** 环境噪声 → hjzs. Punctuation and unknown characters leave nothing. */
export const initialsOf = (text: string): string => {
  let rest = text;
  let initials = '';
  while (rest) {
    const word = WORDS.find(([each]) => rest.startsWith(each));
    const [character = ''] = rest;
    initials += word ? word[1] : initialOf(character);
    rest = rest.slice(word ? word[0].length : character.length);
  }
  return initials;
};
