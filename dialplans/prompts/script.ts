/**
 * What is to be spoken: turns prompts.json into pieces, one sound file each, and into the order in which pieces and
 * variables follow each other. Pure: no files, no programs, no clock.
 */

export const LANGUAGES = ['zh', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

export type Segment = { text: string } | { var: string };

export type SpokenPrompt = {
  id: string;
  kind: 'speech' | 'tone';
  zh: string;
  /** The same words as a voice says them (digits spelled out); absent for tones. */
  speak?: string;
  /** One syllable with a tone digit for each Chinese character of `speak`; null for tones. */
  pinyin: string | null;
  en: string;
  where: string;
  segments?: Segment[];
  seconds_estimate?: number;
  max_seconds?: number;
  tone?: { hz: number; ms: number };
};

export type VariablePart = { id: string; group: string; zh: string; pinyin: string; en: string; where: string };

export type PromptBook = { version: string; spoken: SpokenPrompt[]; variable: VariablePart[] };

export type Sound = { speech: string } | { tone: { hz: number; ms: number } } | { silenceMs: number };

export type Piece = {
  id: string;
  language: Language;
  sound: Sound;
  /** A piece that is joined with others gets less silence around it than a whole sentence. */
  joined: boolean;
  maxSeconds?: number;
};

/** Prompt id -> what is played in turn: a sound file's name, or `{variable}`. English orders its variables its own way. */
export type Sequences = Record<string, string[]>;

const PLACEHOLDER = /(\{[a-z_]+\})/;
const PAUSE_MS = 300;
const DIGIT_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** How each punctuation mark is handed to the engine, which makes pauses of them; others are silent. */
const PAUSES: Record<string, string> = { '，': ',', '、': ',', '；': ',', '：': ',', '（': ',', '）': ',', '。': '.', '？': '?' };

/** Splits a sentence into its fixed texts and `{variables}`, in order. */
export const splitVariables = (sentence: string): string[] => sentence.split(PLACEHOLDER).filter((part) => part !== '');

/** The things in a Chinese sentence that need a syllable or stand for a variable. */
export const syllableSlots = (sentence: string): string[] => sentence.match(/\{[a-z_]+\}|\p{Script=Han}/gu) ?? [];

/**
 * Puts the pauses of the sentence back between the syllables, so that the engine does not read through its commas.
 * Throws when characters and syllables do not match in number: the voice would then say something else than the screen.
 */
export const chineseSpeech = (sentence: string, pinyin: string): string => {
  const syllables = pinyin.split(/\s+/).filter((syllable) => syllable !== '');
  const slots = syllableSlots(sentence);
  if (slots.length !== syllables.length) throw new Error(`${slots.length} characters but ${syllables.length} syllables: ${sentence}`);
  let next = 0;
  const spoken = sentence.replace(/\{[a-z_]+\}|\p{Script=Han}|[^\p{Script=Han}{]/gu, (mark) => {
    if (mark.startsWith('{') || /\p{Script=Han}/u.test(mark)) {
      next += 1;
      return ` ${syllables[next - 1]}`;
    }
    return PAUSES[mark] ?? '';
  });
  return spoken.trim();
};

/** Numbers people know digit by digit (12345, 110, 119, 120) are spelled; a year or a count is left to the engine. */
export const englishSpeech = (sentence: string): string =>
  sentence
    .replace(/\b(?:12345|110|119|120)\b/g, (digits) => [...digits].map((digit) => DIGIT_WORDS[Number(digit)]).join(' '))
    .replaceAll('’', "'")
    .replace(/[()]/g, '')
    .trim();

const hasWords = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/** The parts of a sentence as (speech | variable), numbered from 1; a part that is only punctuation makes no file. */
const partsOf = (id: string, engineText: string): { name: string; speech?: string }[] => {
  const parts = splitVariables(engineText);
  if (parts.length === 1) return [{ name: id, speech: engineText }];
  return parts.flatMap((part, index) => {
    if (PLACEHOLDER.test(part)) return [{ name: part }];
    const speech = part.replace(/^[\s,.;?]+/, '').trim();
    return hasWords(speech) ? [{ name: `${id}.${index + 1}`, speech }] : [];
  });
};

const engineText = (prompt: SpokenPrompt, language: Language): string =>
  language === 'zh' ? chineseSpeech(prompt.speak ?? prompt.zh, prompt.pinyin ?? '') : englishSpeech(prompt.en);

const tonePieces = (prompt: SpokenPrompt, language: Language): Piece[] =>
  prompt.tone === undefined ? [] : [{ id: prompt.id, language, sound: { tone: prompt.tone }, joined: false }];

const promptPieces = (prompt: SpokenPrompt, language: Language): Piece[] => {
  if (prompt.kind === 'tone') return tonePieces(prompt, language);
  const parts = partsOf(prompt.id, engineText(prompt, language));
  const joined = parts.length > 1;
  return parts.flatMap((part) =>
    part.speech === undefined
      ? []
      : [
          {
            id: part.name,
            language,
            sound: { speech: part.speech },
            joined,
            ...(prompt.max_seconds === undefined || joined ? {} : { maxSeconds: prompt.max_seconds }),
          },
        ],
  );
};

const variablePiece = (part: VariablePart, language: Language): Piece => {
  if (part.pinyin === '') return { id: part.id, language, sound: { silenceMs: PAUSE_MS }, joined: true };
  const speech = language === 'zh' ? chineseSpeech(part.zh, part.pinyin) : englishSpeech(part.en);
  return { id: part.id, language, sound: { speech }, joined: true };
};

/** Every sound file there must be, in a fixed order: Chinese first, prompts before variable parts. */
export const piecesOf = (book: PromptBook): Piece[] =>
  LANGUAGES.flatMap((language) => [
    ...book.spoken.flatMap((prompt) => promptPieces(prompt, language)),
    ...book.variable.map((part) => variablePiece(part, language)),
  ]);

/** For each prompt with variables, what is played in turn. */
export const sequencesOf = (book: PromptBook, language: Language): Sequences =>
  Object.fromEntries(
    book.spoken
      .filter((prompt) => prompt.kind === 'speech')
      .map((prompt) => [prompt.id, partsOf(prompt.id, engineText(prompt, language)).map((part) => part.name)] as const)
      .filter(([, names]) => names.length > 1),
  );

/** A stable description of what a piece sounds like before any engine is asked; its hash tells a changed text. */
export const soundKey = (piece: Piece): string => JSON.stringify([piece.language, piece.sound, piece.joined]);
