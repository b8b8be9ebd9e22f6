import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

/**
 * Puts the prompts and the music where a switch of ours looks for them. A studio recording replaces the rendered prompt
 * of the same id; a recording that the switch could not play, or that would leave callers in silence, is refused by name
 * and the rendered prompt stays. The rendered files themselves are described by `manifest.json` beside them.
 */
export interface PromptSources {
  /** Our rendered sounds: zh/hotline/, en/hotline/, moh/ and manifest.json. */
  from: string;
  /** Studio recordings as zh/<id>.wav, en/<id>.ulaw, moh/<any name>.alaw and so on. */
  overlay?: string | undefined;
  /** The switch's data directory (astdatadir): sounds/<language>/hotline/ and moh/ are kept in step, the rest is untouched. */
  to: string;
  /** Called with each path that was made, for a switch that runs as another user. */
  give?: (path: string) => void;
}

export interface PromptReport {
  /** Sound files the switch has now. */
  installed: number;
  /** Recordings taken from the overlay, as "zh/inbound.notice.wav". */
  replaced: { file: string; seconds: number }[];
  /** Recordings not taken, each with a reason for a person. */
  refused: { file: string; reason: string }[];
}

/** Sound data as Asterisk reads it: the extension tells it format and rate (.wav is 8 kHz only, .wav16 is 16 kHz). */
interface Sound {
  extension: '.ulaw' | '.alaw' | '.wav' | '.wav16';
  bytes: Uint8Array;
  seconds: number;
}
type Outcome = { sound: Sound } | { reason: string };

/** Sentences of the house's own: nothing is rendered for them. */
const CUSTOM = /^custom\.[a-z0-9_]{1,40}$/;
const TELEPHONE_RATE = 8000;
const WIDE_RATE = 16_000;
/** About 17 minutes at 16 kHz; anything longer is the wrong file. */
const LONGEST_BYTES = 32 * 1024 * 1024;
const SHORTEST_SECONDS = 0.1;
/** About -50 dBFS: a recording that never gets louder is silence to a caller. */
export const SILENCE_PEAK = 100;
const PCM = 1;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;

const mulawSample = (byte: number): number => {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 132) << ((code & 0x70) >> 4)) - 132;
  return code & 0x80 ? -magnitude : magnitude;
};

export const decodeMulaw = (bytes: Uint8Array): Int16Array => Int16Array.from(bytes, mulawSample);

/** Precise enough to tell speech from silence: the segment number sets the order of magnitude. */
export const alawMagnitude = (byte: number): number => {
  const code = (byte ^ 0x55) & 0x7f;
  const segment = code >> 4;
  const step = ((code & 0x0f) << 4) + 8;
  return segment === 0 ? step : (step + 0x100) << (segment - 1);
};

export const peakOf = (samples: Iterable<number>): number => {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak;
};

const judge = (sound: Sound, peak: number): Outcome => {
  if (sound.seconds < SHORTEST_SECONDS) return { reason: 'it holds no sound' };
  if (peak < SILENCE_PEAK) return { reason: 'it is silent' };
  return { sound };
};

/** The one header Asterisk surely reads: 16-bit mono PCM with nothing but the data behind it. */
export const wave = (samples: Int16Array, rate: number): Uint8Array => {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const write = (offset: number, text: string): void => bytes.set(Buffer.from(text, 'latin1'), offset);
  write(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  for (const [index, sample] of samples.entries()) view.setInt16(44 + index * 2, sample, true);
  return bytes;
};

type Chunks = { format?: DataView; data?: Uint8Array; cutOff: boolean };

export const chunksOf = (bytes: Uint8Array): Chunks => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Chunks = { cutOff: false };
  let offset = 12;
  while (offset + 8 <= bytes.length) {
    const name = Buffer.from(bytes.subarray(offset, offset + 4)).toString('latin1');
    const length = view.getUint32(offset + 4, true);
    const start = offset + 8;
    if (start + length > bytes.length) return { ...found, cutOff: true };
    if (name === 'fmt ' && length >= 16) found.format = new DataView(bytes.buffer, bytes.byteOffset + start, length);
    if (name === 'data') found.data ??= bytes.subarray(start, start + length);
    offset = start + length + (length % 2);
  }
  return found;
};

export const hasRiff = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'RIFF';

const readWave = (bytes: Uint8Array): Outcome => {
  if (!hasRiff(bytes) || Buffer.from(bytes.subarray(8, 12)).toString('latin1') !== 'WAVE') return { reason: 'it is not a RIFF WAVE file' };
  const { format, data, cutOff } = chunksOf(bytes);
  if (cutOff) return { reason: 'it is cut off: shorter than its own header says' };
  if (!format || !data) return { reason: 'its format or its data is missing' };
  const tag = format.getUint16(0, true);
  const coding = tag === EXTENSIBLE && format.byteLength >= 26 ? format.getUint16(24, true) : tag;
  const rate = format.getUint32(4, true);
  const bits = format.getUint16(14, true);
  if (format.getUint16(2, true) !== 1) return { reason: 'it is not mono' };
  if (rate !== TELEPHONE_RATE && rate !== WIDE_RATE) return { reason: `it has ${rate} Hz; 8000 or 16000 are read` };
  if (!((coding === PCM && bits === 16) || (coding === MULAW && bits === 8))) return { reason: 'it is neither 16-bit PCM nor mu-law' };
  return soundOfWave(data, coding, rate);
};

const soundOfWave = (data: Uint8Array, coding: number, rate: number): Outcome => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const samples =
    coding === MULAW ? decodeMulaw(data) : Int16Array.from({ length: data.length >> 1 }, (_, index) => view.getInt16(index * 2, true));
  const seconds = samples.length / rate;
  // Asterisk reads mu-law only without a header, and only at 8 kHz.
  if (coding === MULAW && rate === TELEPHONE_RATE) return judge({ extension: '.ulaw', bytes: data, seconds }, peakOf(samples));
  const extension = rate === WIDE_RATE ? '.wav16' : '.wav';
  return judge({ extension, bytes: wave(samples, rate), seconds }, peakOf(samples));
};

const readRaw = (bytes: Uint8Array, extension: '.ulaw' | '.alaw'): Outcome => {
  if (hasRiff(bytes)) return { reason: `it is a RIFF file named ${extension}` };
  const peak = extension === '.ulaw' ? peakOf(decodeMulaw(bytes)) : peakOf(Array.from(bytes, alawMagnitude));
  return judge({ extension, bytes, seconds: bytes.length / TELEPHONE_RATE }, peak);
};

/** Reads one recording from disk. Every failure, also of the disk, becomes a reason. */
const readRecording = (path: string): Outcome => {
  const extension = extname(path).toLowerCase();
  if (extension !== '.wav' && extension !== '.ulaw' && extension !== '.alaw') return { reason: 'only .wav, .ulaw and .alaw are read' };
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { reason: 'it is not a file' };
    if (stat.size > LONGEST_BYTES) return { reason: 'it is larger than 32 MB' };
    const bytes = readFileSync(path);
    return extension === '.wav' ? readWave(bytes) : readRaw(bytes, extension);
  } catch (err) {
    return { reason: `it cannot be read (${err instanceof Error && 'code' in err ? err.code : 'unknown'})` };
  }
};

const idOf = (name: string): string => basename(name, extname(name));

/** Longest seconds by "zh/inbound.notice", from the manifest beside the rendered files. */
const limitsOf = (from: string): Map<string, number> => {
  const path = join(from, 'manifest.json');
  const manifest = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { sounds: [] };
  const entries: { lang: string; id: string; max_seconds?: number }[] = manifest.sounds;
  return new Map(entries.flatMap((entry) => (entry.max_seconds === undefined ? [] : [[`${entry.lang}/${entry.id}`, entry.max_seconds]])));
};

/** Ids of every rendered sound of a language, pieces of sentences included. @param from our rendered sounds */
export const soundIds = (from: string, language: 'zh' | 'en'): ReadonlySet<string> => {
  const manifest = JSON.parse(readFileSync(join(from, 'manifest.json'), 'utf8')) as { sounds: { lang: string; id: string }[] };
  return new Set(manifest.sounds.filter(({ lang }) => lang === language).map(({ id }) => id));
};

type Taken = Map<string, Sound>;

/** The recordings of one overlay folder that may be played, by id; what may not goes into the report. */
const takeRecordings = (
  overlay: string,
  folder: string,
  known: (id: string) => boolean,
  limits: Map<string, number>,
  report: PromptReport,
): Taken => {
  const taken: Taken = new Map();
  const path = join(overlay, folder);
  if (!existsSync(path) || !statSync(path).isDirectory()) return taken;
  for (const name of readdirSync(path).sort()) {
    if (name.startsWith('.')) continue;
    const file = `${folder}/${name}`;
    const id = idOf(name);
    const outcome = readRecording(join(path, name));
    const limit = limits.get(`${folder}/${id}`);
    const refuse = (reason: string): void => void report.refused.push({ file, reason });
    if ('reason' in outcome) refuse(outcome.reason);
    else if (!known(id)) refuse('no prompt has this id');
    else if (limit !== undefined && outcome.sound.seconds > limit)
      refuse(`it lasts ${outcome.sound.seconds.toFixed(1)} s, at most ${limit} s are allowed`);
    else if (taken.has(id)) refuse('another recording of this id was taken already');
    else {
      taken.set(id, outcome.sound);
      report.replaced.push({ file, seconds: outcome.sound.seconds });
    }
  }
  return taken;
};

/** Written aside and renamed, because an adopted switch may be playing the old file at this moment. */
const place = (path: string, bytes: Uint8Array, give: (path: string) => void): void => {
  writeFileSync(`${path}.new`, bytes, { mode: 0o644 });
  give(`${path}.new`);
  renameSync(`${path}.new`, path);
};

/** By size and time, as rsync does, so that most starts copy nothing. */
const copyChanged = (source: string, target: string, give: (path: string) => void): void => {
  const original = statSync(source);
  const copy = statSync(target, { throwIfNoEntry: false });
  if (copy !== undefined && copy.size === original.size && Math.abs(copy.mtimeMs - original.mtimeMs) < 1) return;
  place(target, readFileSync(source), give);
  utimesSync(target, original.atime, original.mtime);
};

const placeChanged = (target: string, bytes: Uint8Array, give: (path: string) => void): void => {
  if (!existsSync(target) || Buffer.compare(readFileSync(target), bytes) !== 0) place(target, bytes, give);
};

const makeFolder = (path: string, give: (path: string) => void): void => {
  if (existsSync(path)) return;
  makeFolder(dirname(path), give);
  mkdirSync(path, { mode: 0o755 });
  give(path);
};

/**
 * Makes `target` hold the taken recordings and, for ids without one, our files, and nothing else: with two formats of one
 * id present, Asterisk would choose the cheaper one, not the studio's. New files come before old ones go.
 */
const fillFolder = (ours: string[], taken: Taken, target: string, give: (path: string) => void): number => {
  makeFolder(target, give);
  const wanted = new Set<string>();
  for (const [id, sound] of taken) {
    wanted.add(`${id}${sound.extension}`);
    placeChanged(join(target, `${id}${sound.extension}`), sound.bytes, give);
  }
  for (const source of ours.filter((path) => !taken.has(idOf(path)))) {
    wanted.add(basename(source));
    copyChanged(source, join(target, basename(source)), give);
  }
  for (const name of readdirSync(target)) if (!wanted.has(name)) rmSync(join(target, name), { recursive: true, force: true });
  return wanted.size;
};

const soundsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ulaw'))
    .map((name) => join(folder, name));

/** Record() and Asterisk's voicemail ask for a sound called beep; its own sound packages are not installed. */
const placeBeep = (languageFolder: string, give: (path: string) => void): void => {
  const beep = readdirSync(join(languageFolder, 'hotline')).find((name) => idOf(name) === 'tone.beep');
  for (const name of readdirSync(languageFolder))
    if (idOf(name) === 'beep' && beep && extname(name) !== extname(beep)) rmSync(join(languageFolder, name));
  if (beep) placeChanged(join(languageFolder, `beep${extname(beep)}`), readFileSync(join(languageFolder, 'hotline', beep)), give);
};

/** A recording laid beside the language folders would silently never be heard. */
const refuseMisplaced = (overlay: string, report: PromptReport): void => {
  for (const name of readdirSync(overlay)) {
    if (name.startsWith('.') || ['zh', 'en', 'moh'].includes(name)) continue;
    report.refused.push({ file: name, reason: 'recordings are read from zh/, en/ and moh/ only' });
  }
};

/**
 * @returns what was replaced and what was refused; bad recordings never throw, only our own missing files and a data
 * directory that cannot be written to do
 */
export const installPrompts = ({ from, overlay, to, give = () => {} }: PromptSources): PromptReport => {
  const report: PromptReport = { installed: 0, replaced: [], refused: [] };
  const limits = limitsOf(from);
  const present = overlay !== undefined && existsSync(overlay) && statSync(overlay).isDirectory();
  if (overlay !== undefined && !present) report.refused.push({ file: overlay, reason: 'there is no such folder' });
  if (present) refuseMisplaced(overlay, report);
  for (const language of ['zh', 'en']) {
    const ours = soundsIn(join(from, language, 'hotline'));
    const ids = new Set(ours.map(idOf));
    const taken = present ? takeRecordings(overlay, language, (id) => ids.has(id) || CUSTOM.test(id), limits, report) : new Map();
    const languageFolder = join(to, 'sounds', language);
    report.installed += fillFolder(ours, taken, join(languageFolder, 'hotline'), give);
    placeBeep(languageFolder, give);
    // Said instead of a recording that has gone or broken by the time it is to be heard.
    fillFolder(ours, new Map(), join(languageFolder, 'hotline-rendered'), give);
  }
  const music: Taken = present ? takeRecordings(overlay, 'moh', () => true, limits, report) : new Map();
  // Somebody who brings music wants to hear it alone, whatever it is called.
  report.installed += fillFolder(music.size > 0 ? [] : soundsIn(join(from, 'moh')), music, join(to, 'moh'), give);
  return report;
};
