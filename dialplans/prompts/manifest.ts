/**
 * The committed list of what was rendered from which words, and the check that list, files and prompts.json agree.
 * The check needs no voice engine, so it can run wherever the tests run.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAMPLE_RATE } from './audio.ts';
import { composeMusic, MUSIC_RECIPE } from './music.ts';
import type { Language, Piece, PromptBook, Sequences } from './script.ts';
import { LANGUAGES, piecesOf, sequencesOf, soundKey } from './script.ts';

export type SoundEntry = {
  id: string;
  lang: Language;
  sha256: string;
  seconds: number;
  text_sha256: string;
  /** The longest a recording of it may be, also one from a studio. */
  max_seconds?: number;
};

export type Manifest = {
  recipe: string;
  engine: string;
  music: { file: string; sha256: string; seconds: number; recipe: string };
  sequences: Record<Language, Sequences>;
  sounds: SoundEntry[];
};

/** Bump when voices, filters, levels or padding change: every file is then rendered again. */
export const RECIPE = 'prompts-1';

const PROMPTS_FOLDER = import.meta.dirname;
export const SOUNDS_FOLDER = join(PROMPTS_FOLDER, '..', 'sounds');
export const MUSIC_FILE = 'moh/hotline.ulaw';
export const MANIFEST_FILE = join(SOUNDS_FOLDER, 'manifest.json');

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export const loadBook = (): PromptBook => JSON.parse(readFileSync(join(PROMPTS_FOLDER, 'prompts.json'), 'utf8'));

export const loadManifest = (): Manifest | undefined =>
  existsSync(MANIFEST_FILE) ? (JSON.parse(readFileSync(MANIFEST_FILE, 'utf8')) as Manifest) : undefined;

/** One line for each sound, so that a changed prompt is one changed line. */
export const manifestText = (manifest: Manifest): string => {
  const { sounds, ...head } = manifest;
  const lines = sounds.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n');
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n "sounds": [\n${lines}\n ]\n}\n`;
};

export const soundFile = (piece: { id: string; language: Language }): string => join(piece.language, 'hotline', `${piece.id}.ulaw`);

export const entryOf = (piece: Piece, bytes: Uint8Array): SoundEntry => ({
  id: piece.id,
  lang: piece.language,
  sha256: sha256(bytes),
  seconds: Math.round((bytes.length / SAMPLE_RATE) * 100) / 100,
  text_sha256: sha256(soundKey(piece)),
  ...(piece.maxSeconds === undefined ? {} : { max_seconds: piece.maxSeconds }),
});

const entryKey = (entry: { lang: Language; id: string }): string => `${entry.lang}/${entry.id}`;

const problemOf = (piece: Piece, entry: SoundEntry | undefined): string | undefined => {
  const name = soundFile(piece);
  const path = join(SOUNDS_FOLDER, name);
  if (entry === undefined) return `${name} is not in the manifest`;
  if (!existsSync(path)) return `${name} is missing`;
  const actual = entryOf(piece, readFileSync(path));
  if (actual.text_sha256 !== entry.text_sha256) return `${name} was rendered from other words than prompts.json has now`;
  if (actual.sha256 !== entry.sha256) return `${name} is not the file that was rendered`;
  if (actual.seconds !== entry.seconds) return `${name} lasts ${actual.seconds} s, the manifest says ${entry.seconds} s`;
  if (actual.max_seconds !== entry.max_seconds) return `${name} has another limit in prompts.json than in the manifest`;
  if (piece.maxSeconds !== undefined && actual.seconds > piece.maxSeconds)
    return `${name} lasts ${actual.seconds} s, at most ${piece.maxSeconds} s`;
  return undefined;
};

const musicProblem = (manifest: Manifest): string | undefined => {
  const path = join(SOUNDS_FOLDER, MUSIC_FILE);
  if (!existsSync(path)) return `${MUSIC_FILE} is missing`;
  const hash = sha256(readFileSync(path));
  if (hash !== manifest.music.sha256) return `${MUSIC_FILE} is not the file that was rendered`;
  if (manifest.music.recipe !== MUSIC_RECIPE || hash !== sha256(composeMusic())) return `${MUSIC_FILE} is not what music.ts composes now`;
  return undefined;
};

const strayFiles = (pieces: Piece[]): string[] => {
  const wanted = new Set(pieces.map(soundFile));
  return LANGUAGES.flatMap((language) => {
    const folder = join(SOUNDS_FOLDER, language, 'hotline');
    const present = existsSync(folder) ? readdirSync(folder) : [];
    return present.map((name) => join(language, 'hotline', name)).filter((name) => !wanted.has(name));
  });
};

/** Every disagreement between prompts.json, the manifest and the files, as a sentence each; empty when all is well. */
export const verifySounds = (book: PromptBook, manifest: Manifest | undefined): string[] => {
  if (manifest === undefined) return ['manifest.json is missing: render the prompts'];
  const pieces = piecesOf(book);
  const entries = new Map(manifest.sounds.map((entry) => [entryKey(entry), entry]));
  const wanted = new Set(pieces.map((piece) => entryKey({ lang: piece.language, id: piece.id })));
  const sequences = { zh: sequencesOf(book, 'zh'), en: sequencesOf(book, 'en') };
  return [
    manifest.recipe === RECIPE ? undefined : 'the files were rendered by an older recipe: render the prompts',
    JSON.stringify(manifest.sequences) === JSON.stringify(sequences)
      ? undefined
      : 'the sequences in the manifest are not those of prompts.json',
    musicProblem(manifest),
    ...pieces.map((piece) => problemOf(piece, entries.get(entryKey({ lang: piece.language, id: piece.id })))),
    ...[...entries.keys()].filter((key) => !wanted.has(key)).map((key) => `${key} is in the manifest but not in prompts.json`),
    ...strayFiles(pieces).map((name) => `${name} belongs to no prompt`),
  ].filter((problem) => problem !== undefined);
};
