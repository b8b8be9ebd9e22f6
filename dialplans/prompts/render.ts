/**
 * Renders every prompt to 8 kHz mu-law. Needs espeak-ng and sox; the rendered files are committed, so nobody else does.
 *
 *   npm run prompts              renders what changed since the manifest was written
 *   npm run prompts -- --all     renders everything
 *   npm run prompts -- --check   renders everything again, writes nothing, says which files differ
 *   npm run prompts -- --verify  compares manifest, files and prompts.json without rendering
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeMulaw, normaliseSpeech, padSilence, SAMPLE_RATE, samplesOf, sineTone, trimSilence } from './audio.ts';
import type { Manifest, SoundEntry } from './manifest.ts';
import {
  entryOf,
  loadBook,
  loadManifest,
  MANIFEST_FILE,
  MUSIC_FILE,
  manifestText,
  RECIPE,
  SOUNDS_FOLDER,
  sha256,
  soundFile,
  verifySounds,
} from './manifest.ts';
import { composeMusic, MUSIC_RECIPE, MUSIC_SECONDS } from './music.ts';
import type { Language, Piece, PromptBook } from './script.ts';
import { LANGUAGES, piecesOf, sequencesOf, soundKey } from './script.ts';

/**
 * Chinese is spoken from pinyin: the engine's own reading of characters is wrong for many of them and for every
 * heteronym. Speeds are in the engine's words a minute; the Chinese one gives about 4.5 syllables a second.
 */
const VOICES: Record<Language, string[]> = {
  zh: ['-v', 'cmn-latn-pinyin', '-s', '190', '-p', '45'],
  en: ['-v', 'en-us', '-s', '175', '-p', '45'],
};
const PARALLEL = 2;
const PROGRAM_LIMIT_MS = 30_000;
const TONE_DB = -20;

/** Runs one program with a time limit; resolves with what it wrote, rejects with its complaint. */
const run = (program: string, args: string[], input: Uint8Array | undefined): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: PROGRAM_LIMIT_MS });
    const output: Buffer[] = [];
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(output)) : reject(new Error(`${program} ended with ${code}: ${complaint}`)),
    );
    child.stdin.on('error', () => {}); // The program ended early; its exit code tells why.
    child.stdin.end(input);
  });

const engineVersion = async (): Promise<string> => {
  const [espeak, sox] = await Promise.all([run('espeak-ng', ['--version'], undefined), run('sox', ['--version'], undefined)]);
  const espeakVersion = /text-to-speech: (\S+)/.exec(espeak.toString())?.[1] ?? 'unknown';
  const soxVersion = /SoX v(\S+)/.exec(sox.toString())?.[1] ?? 'unknown';
  return `espeak-ng ${espeakVersion}, sox ${soxVersion}`;
};

/** The engine speaks at 22 kHz; sox brings that into the telephone band without dither, so that it is the same each time. */
const speak = async (language: Language, text: string): Promise<Float64Array> => {
  const wave = await run('espeak-ng', [...VOICES[language], '--stdout', '--', text], undefined);
  const args = [
    '-D',
    '-V1',
    '--ignore-length',
    '-t',
    'wav',
    '-',
    '-t',
    'raw',
    '-e',
    'signed',
    '-b',
    '16',
    '-L',
    '-r',
    String(SAMPLE_RATE),
    '-c',
    '1',
    '-',
  ];
  return samplesOf(await run('sox', [...args, 'gain', '-6', 'highpass', '150', 'lowpass', '3400'], wave));
};

const renderPiece = async (piece: Piece): Promise<Uint8Array> => {
  if ('silenceMs' in piece.sound) return encodeMulaw(padSilence(new Float64Array(0), piece.sound.silenceMs, 0));
  if ('tone' in piece.sound) return encodeMulaw(padSilence(sineTone(piece.sound.tone.hz, piece.sound.tone.ms, TONE_DB), 20, 20));
  const speech = normaliseSpeech(trimSilence(await speak(piece.language, piece.sound.speech)));
  if (speech.length === 0) throw new Error(`the engine said nothing for ${piece.language}/${piece.id}`);
  return encodeMulaw(piece.joined ? padSilence(speech, 20, 40) : padSilence(speech, 100, 150));
};

const renderAll = async (pieces: Piece[], keep: (piece: Piece, bytes: Uint8Array) => void): Promise<void> => {
  const queue = [...pieces];
  const worker = async (): Promise<void> => {
    for (let piece = queue.shift(); piece !== undefined; piece = queue.shift()) keep(piece, await renderPiece(piece));
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
};

/** Written aside and renamed: a renderer stopped half-way must not leave half a sentence behind. */
const writeWhole = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
};

const refuseTooLong = (entries: SoundEntry[]): void => {
  const tooLong = entries.filter((entry) => entry.max_seconds !== undefined && entry.seconds > entry.max_seconds);
  if (tooLong.length > 0)
    throw new Error(
      tooLong.map((entry) => `${entry.lang}/${entry.id} lasts ${entry.seconds} s, at most ${entry.max_seconds} s`).join('\n'),
    );
};

const removeStray = (pieces: Piece[]): void => {
  const wanted = new Set(pieces.map(soundFile));
  for (const language of LANGUAGES) {
    const folder = join(SOUNDS_FOLDER, language, 'hotline');
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (!wanted.has(join(language, 'hotline', name))) rmSync(join(folder, name));
    }
  }
};

/** Entries whose words, recipe, engine and file are all as the manifest says: they need not be rendered again. */
const stillGood = (pieces: Piece[], manifest: Manifest | undefined, engine: string): Map<Piece, SoundEntry> => {
  const good = new Map<Piece, SoundEntry>();
  if (manifest === undefined || manifest.recipe !== RECIPE || manifest.engine !== engine) return good;
  const old = new Map(manifest.sounds.map((entry) => [`${entry.lang}/${entry.id}`, entry]));
  for (const piece of pieces) {
    const entry = old.get(`${piece.language}/${piece.id}`);
    const path = join(SOUNDS_FOLDER, soundFile(piece));
    if (entry?.text_sha256 !== sha256(soundKey(piece)) || !existsSync(path)) continue;
    const now = entryOf(piece, readFileSync(path));
    if (now.sha256 === entry.sha256) good.set(piece, now);
  }
  return good;
};

const render = async (book: PromptBook, all: boolean): Promise<void> => {
  const engine = await engineVersion();
  const pieces = piecesOf(book);
  const entries = all ? new Map<Piece, SoundEntry>() : stillGood(pieces, loadManifest(), engine);
  const wanted = pieces.filter((piece) => !entries.has(piece));
  await renderAll(wanted, (piece, bytes) => {
    writeWhole(join(SOUNDS_FOLDER, soundFile(piece)), bytes);
    entries.set(piece, entryOf(piece, bytes));
  });
  removeStray(pieces);
  const music = composeMusic();
  writeWhole(join(SOUNDS_FOLDER, MUSIC_FILE), music);
  const sounds = pieces.flatMap((piece) => entries.get(piece) ?? []);
  refuseTooLong(sounds);
  const manifest: Manifest = {
    recipe: RECIPE,
    engine,
    music: { file: MUSIC_FILE, sha256: sha256(music), seconds: MUSIC_SECONDS, recipe: MUSIC_RECIPE },
    sequences: { zh: sequencesOf(book, 'zh'), en: sequencesOf(book, 'en') },
    sounds,
  };
  writeWhole(MANIFEST_FILE, manifestText(manifest));
  say(
    `${wanted.length} of ${pieces.length} sounds rendered, ${Math.round(sounds.reduce((sum, entry) => sum + entry.seconds, 0))} s in all`,
  );
};

/** Renders again in memory and compares with what is committed. */
const check = async (book: PromptBook): Promise<string[]> => {
  const manifest = loadManifest();
  const problems = verifySounds(book, manifest);
  if (manifest === undefined) return problems;
  const engine = await engineVersion();
  if (engine !== manifest.engine)
    problems.push(`rendered by ${manifest.engine}, but ${engine} is installed: differences are to be expected`);
  const committed = new Map(manifest.sounds.map((entry) => [`${entry.lang}/${entry.id}`, entry.sha256]));
  await renderAll(piecesOf(book), (piece, bytes) => {
    if (committed.get(`${piece.language}/${piece.id}`) !== sha256(bytes)) problems.push(`${soundFile(piece)} differs when rendered again`);
  });
  return problems;
};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const report = (problems: string[]): void => {
  for (const problem of problems) say(problem);
  say(problems.length === 0 ? 'all sounds agree' : `${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
};

if (import.meta.main) {
  const book = loadBook();
  if (process.argv.includes('--verify')) report(verifySounds(book, loadManifest()));
  else if (process.argv.includes('--check')) report(await check(book));
  else await render(book, process.argv.includes('--all'));
}
