/**
 * Music on hold of our own, composed by arithmetic, so that there is no recording whose rights anybody must clear.
 *
 * Sixty seconds of three soft chords with a slow arpeggio, which loop without a seam: notes that outlast the end go on at
 * the beginning. Every pitch is a whole multiple of 25 Hz and none lies near a tone that a test or a tone detector listens
 * for (300, 425, 440, 700, 1000, 1300 and 2000 Hz): within a 20 ms frame their energy does not leak onto those.
 */
import { activeLevelDb, encodeMulaw, peakOf, SAMPLE_RATE } from './audio.ts';

export const MUSIC_SECONDS = 60;
export const MUSIC_RECIPE = 'music-1';
/** Average level in dBFS; low enough to be spoken over, loud enough to know that the line is alive. */
const MUSIC_DB = -20;

/** All voices are plain sines: an overtone would put energy where a detector listens. Frequencies in Hz. */
type Chord = { bass: number; pad: number[]; melody: number[] };
const HOME: Chord = { bass: 200, pad: [600, 800], melody: [1200, 1600, 1800, 1600] };
const AWAY: Chord = { bass: 150, pad: [600, 900], melody: [1200, 1500, 1800, 1500] };
const DARK: Chord = { bass: 225, pad: [575, 850], melody: [1150, 1500, 1700, 1500] };
const PROGRESSION = [HOME, AWAY, HOME, DARK, AWAY, HOME, DARK, AWAY, HOME, AWAY];

const CHORD_SECONDS = MUSIC_SECONDS / PROGRESSION.length;
const NOTE_SECONDS = 0.75;

type Note = { hz: number; amplitude: number; atSeconds: number; attackSeconds: number; lengthSeconds: number };

const notesOf = (chord: Chord, index: number): Note[] => {
  const atSeconds = index * CHORD_SECONDS;
  const held = { atSeconds, attackSeconds: 1.2, lengthSeconds: CHORD_SECONDS + 1.2 };
  const melody = Array.from({ length: CHORD_SECONDS / NOTE_SECONDS }, (_, step): Note => {
    const hz = chord.melody[step % chord.melody.length] ?? chord.bass;
    return {
      hz,
      amplitude: step % 4 === 0 ? 0.32 : 0.24,
      atSeconds: atSeconds + step * NOTE_SECONDS,
      attackSeconds: 0.06,
      lengthSeconds: 2.2,
    };
  });
  return [{ hz: chord.bass, amplitude: 0.5, ...held }, ...chord.pad.map((hz): Note => ({ hz, amplitude: 0.3, ...held })), ...melody];
};

/** Rises and falls along a cosine: a corner in the envelope would click. */
const envelope = (note: Note, seconds: number): number => {
  const rise = Math.min(1, seconds / note.attackSeconds);
  const left = (note.lengthSeconds - seconds) / (note.lengthSeconds - note.attackSeconds);
  const fall = seconds < note.attackSeconds ? 1 : Math.max(0, left);
  return (0.5 - 0.5 * Math.cos(Math.PI * rise)) * (0.5 - 0.5 * Math.cos(Math.PI * Math.sqrt(fall)));
};

const addNote = (mix: Float64Array, note: Note): void => {
  const start = Math.round(note.atSeconds * SAMPLE_RATE);
  for (let n = 0; n < note.lengthSeconds * SAMPLE_RATE; n += 1) {
    const place = (start + n) % mix.length;
    // The phase follows the place in the loop, not the note, so that a note which wraps round stays in step.
    mix[place] =
      (mix[place] ?? 0) + note.amplitude * envelope(note, n / SAMPLE_RATE) * Math.sin((2 * Math.PI * note.hz * place) / SAMPLE_RATE);
  }
};

/** The whole loop as 16-bit samples at 8 kHz. */
export const composeSamples = (): Float64Array => {
  const mix = new Float64Array(MUSIC_SECONDS * SAMPLE_RATE);
  for (const note of PROGRESSION.flatMap(notesOf)) addNote(mix, note);
  const peak = peakOf(mix);
  const loud = mix.map((sample) => (sample / peak) * 30_000);
  const gain = 10 ** (Math.round((MUSIC_DB - activeLevelDb(loud)) * 100) / 2000);
  return loud.map((sample) => sample * gain);
};

/** The whole loop as a headerless 8 kHz mu-law file. */
export const composeMusic = (): Uint8Array => encodeMulaw(composeSamples());
