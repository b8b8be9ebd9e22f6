import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const RATE = 48_000;
/** A browser's noise suppression takes a steady tone for noise; one that comes and goes like syllables passes. */
const SYLLABLE_MS = 240;
const PAUSE_MS = 60;

const wav = (samples: Int16Array): Buffer => {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
};

/** @returns a file for Chromium's pretended microphone that hums syllables of one tone, and its removal */
export const hummingVoice = (hz: number): { file: string; remove(): void } => {
  const directory = mkdtempSync(join(tmpdir(), 'hotline-voice-'));
  const file = join(directory, `${hz}.wav`);
  const cycle = ((SYLLABLE_MS + PAUSE_MS) / 1000) * RATE;
  const voiced = (SYLLABLE_MS / 1000) * RATE;
  const samples = Int16Array.from({ length: cycle * 20 }, (_, at) =>
    at % cycle < voiced ? Math.round(12_000 * Math.sin((2 * Math.PI * hz * at) / RATE)) : 0,
  );
  writeFileSync(file, wav(samples));
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
};
