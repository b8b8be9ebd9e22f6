import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monoWav } from '../../helpers/wav.ts';

const RATE = 48_000;
/** A browser's noise suppression takes a steady tone for noise; one that comes and goes like syllables passes. */
const SYLLABLE_MS = 240;
const PAUSE_MS = 60;

/** @returns a file for Chromium's pretended microphone that hums syllables of one tone, and its removal */
export const hummingVoice = (hz: number): { file: string; remove(): void } => {
  const directory = mkdtempSync(join(tmpdir(), 'hotline-voice-'));
  const file = join(directory, `${hz}.wav`);
  const cycle = ((SYLLABLE_MS + PAUSE_MS) / 1000) * RATE;
  const voiced = (SYLLABLE_MS / 1000) * RATE;
  const samples = Int16Array.from({ length: cycle * 20 }, (_, at) =>
    at % cycle < voiced ? Math.round(12_000 * Math.sin((2 * Math.PI * hz * at) / RATE)) : 0,
  );
  writeFileSync(file, monoWav(samples, RATE));
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
};
