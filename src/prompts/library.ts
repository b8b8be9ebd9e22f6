import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { alawMagnitude, decodeMulaw, peakOf, SILENCE_PEAK, wave } from '../telephony/prompts.ts';
import { decodeWav } from './decode.ts';

export const LANGUAGES = ['zh', 'en'] as const;
export type PromptLanguage = (typeof LANGUAGES)[number];

/** A sentence as the pages list it; one with places for values is made of several sounds. */
export interface PromptInfo {
  id: string;
  group: string;
  text: Readonly<Record<PromptLanguage, string>>;
  /** Its sounds in their order, places for values left out; by language. */
  pieces: Readonly<Record<PromptLanguage, readonly string[]>>;
  /** A studio recording may be at most so long. */
  maxSeconds: Readonly<Record<PromptLanguage, number | null>>;
}

/** Where the house's own sentences stand among the others. */
const OWN_GROUP = '自录 Own';

interface Manifest {
  sequences: Record<PromptLanguage, Record<string, string[]>>;
  sounds: { id: string; lang: PromptLanguage; seconds: number; max_seconds?: number }[];
}
interface Words {
  spoken: { id: string; group: string; zh: string; en: string }[];
  variable: { id: string; group: string; zh: string; en: string }[];
}

const RATE = 8_000;
/** Studio first: what replaces a rendered sound is what the switch plays. In the switch's own order of choice. */
const STUDIO = ['.alaw', '.ulaw', '.wav'] as const;
/** Sentences of the house's own, which nothing is rendered for. */
const CUSTOM = /^custom\.[a-z0-9_]{1,40}$/;
export const isCustom = (id: string): boolean => CUSTOM.test(id);
const ID = /^[a-z0-9][A-Za-z0-9._]{0,79}$/;

const alawSamples = (bytes: Uint8Array): Int16Array =>
  Int16Array.from(bytes, (byte) => ((byte ^ 0x55) & 0x80 ? alawMagnitude(byte) : -alawMagnitude(byte)));

interface Heard {
  samples: Int16Array;
  rate: number;
}

const readSound = (path: string, extension: string): Heard | null => {
  try {
    if (!statSync(path).isFile()) return null;
    const bytes = readFileSync(path);
    if (extension === '.ulaw') return { samples: decodeMulaw(bytes), rate: RATE };
    if (extension === '.alaw') return { samples: alawSamples(bytes), rate: RATE };
    const decoded = decodeWav(bytes);
    if ('fault' in decoded) return null;
    return { samples: Int16Array.from(decoded.channels[0] ?? [], (sample) => Math.round(sample * 0x7fff)), rate: decoded.rate };
  } catch {
    return null;
  }
};

/** Every prompt there is, what it says, whether it can be heard, and its sound as a browser plays it. */
export const createPromptLibrary = (places: {
  /** Our rendered sounds: zh/hotline/, en/hotline/ and manifest.json. */
  rendered: string;
  /** prompts.json, the words of the rendered sounds. */
  words: string;
  /** Studio recordings: zh/, en/. */
  overlay: string;
}) => {
  const manifest = JSON.parse(readFileSync(join(places.rendered, 'manifest.json'), 'utf8')) as Manifest;
  const words = JSON.parse(readFileSync(places.words, 'utf8')) as Words;
  const limits = new Map(manifest.sounds.map(({ lang, id, max_seconds }) => [`${lang}/${id}`, max_seconds ?? null]));
  const rendered = new Set(manifest.sounds.map(({ lang, id }) => `${lang}/${id}`));
  const piecesOf = (language: PromptLanguage, id: string): string[] =>
    rendered.has(`${language}/${id}`) ? [id] : (manifest.sequences[language]?.[id] ?? []).filter((each) => !each.startsWith('{'));
  const prompts: PromptInfo[] = words.spoken.map(({ id, group, zh, en }) => ({
    id,
    group,
    text: { zh, en },
    pieces: { zh: piecesOf('zh', id), en: piecesOf('en', id) },
    maxSeconds: { zh: limits.get(`zh/${id}`) ?? null, en: limits.get(`en/${id}`) ?? null },
  }));
  const byId = new Map(prompts.map((prompt) => [prompt.id, prompt]));

  /** The file that is heard, and whether it is the studio's. */
  const fileOf = (language: PromptLanguage, sound: string): { path: string; extension: string; studio: boolean } => {
    for (const extension of STUDIO) {
      const path = join(places.overlay, language, `${sound}${extension}`);
      if (existsSync(path)) return { path, extension, studio: true };
    }
    return { path: join(places.rendered, language, 'hotline', `${sound}.ulaw`), extension: '.ulaw', studio: false };
  };

  const hear = (language: PromptLanguage, sound: string): Heard | null => {
    if (!ID.test(sound)) return null;
    const { path, extension } = fileOf(language, sound);
    const heard = readSound(path, extension);
    return heard && heard.samples.length > 0 && peakOf(heard.samples) >= SILENCE_PEAK ? heard : null;
  };

  const ownIds = (): string[] => {
    const directory = join(places.overlay, 'zh');
    const names = existsSync(directory) ? readdirSync(directory) : [];
    return [...new Set(names.filter((name) => name.endsWith('.wav')).map((name) => name.slice(0, -4)))].filter(isCustom).sort();
  };
  const ownInfo = (id: string): PromptInfo => {
    const none = { zh: null, en: null };
    return { id, group: OWN_GROUP, text: { zh: id, en: id }, pieces: { zh: [id], en: [] }, maxSeconds: none };
  };

  return {
    list: (): readonly PromptInfo[] => [...prompts, ...ownIds().map(ownInfo)],
    /** Whether it may be asked of the switch: rendered, or a recording of the house's own. */
    has: (id: string): boolean => rendered.has(`zh/${id}`) || (isCustom(id) && existsSync(join(places.overlay, 'zh', `${id}.wav`))),
    /** A sound by its own name, a part of a sentence included. */
    isSound: (language: PromptLanguage, sound: string): boolean => rendered.has(`${language}/${sound}`),
    isStudio: (language: PromptLanguage, sound: string): boolean => fileOf(language, sound).studio,
    maxSecondsOf: (language: PromptLanguage, sound: string): number | null => limits.get(`${language}/${sound}`) ?? null,

    /** Whether a citizen would hear it: looked at on the disk, since a file goes missing without telling anybody. */
    faultOf(id: string, language: PromptLanguage = 'zh'): 'no_prompt' | 'prompt_damaged' | null {
      const pieces = byId.get(id)?.pieces[language] ?? (isCustom(id) && language === 'zh' && ownIds().includes(id) ? [id] : []);
      if (pieces.length === 0) return 'no_prompt';
      return pieces.every((piece) => hear(language, piece) !== null) ? null : 'prompt_damaged';
    },

    /** One prompt as a WAV file at 8 kHz or 16 kHz; its parts follow one another, with a breath where a value is said. Null: there is none, or it is damaged. */
    wav(id: string, language: PromptLanguage): Uint8Array | null {
      const pieces = byId.get(id)?.pieces[language] ?? (rendered.has(`${language}/${id}`) || isCustom(id) ? [id] : []);
      const heard = pieces.map((piece) => hear(language, piece));
      if (heard.length === 0 || heard.some((each) => each === null)) return null;
      const parts = heard.filter((each) => each !== null);
      const rate = parts[0]?.rate ?? RATE;
      // Parts of one sentence at two rates cannot be joined by laying them end to end.
      if (parts.some((part) => part.rate !== rate)) return null;
      const breath = new Int16Array(Math.round(rate / 3));
      const all = parts.flatMap((part, index) => (index === 0 ? [part.samples] : [breath, part.samples]));
      const joined = new Int16Array(all.reduce((sum, each) => sum + each.length, 0));
      let at = 0;
      for (const each of all) {
        joined.set(each, at);
        at += each.length;
      }
      return wave(joined, rate);
    },
  };
};
export type PromptLibrary = ReturnType<typeof createPromptLibrary>;
