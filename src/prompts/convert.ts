import { normaliseSpeech } from '../../dialplans/prompts/audio.ts';
import { wave } from '../telephony/prompts.ts';
import { type Decoded, decodeWav, type Unreadable } from './decode.ts';

/** Why a recording is not taken; stable, for the screen's sentence. */
export type Unfit = Unreadable | 'too_short' | 'too_long' | 'silent' | 'clipped';

export interface Converted {
  /** 8 kHz, one channel, 16 bits: what the switch plays on a telephone line without converting it again. */
  wav: Uint8Array;
  seconds: number;
}

export const TELEPHONE_RATE = 8_000;
/** Nothing the hotline says takes a minute; a longer file is the wrong one. */
export const LONGEST_SECONDS = 60;
const SHORTEST_SECONDS = 0.3;
const FULL_SCALE = 0x8000;
/** About -46 dBFS: a voice that never gets louder is not heard on a telephone. */
const SILENT_PEAK = 0.005;
/** As loud as the file can say. */
const CEILING = 0.999;
/** A sample at the ceiling may be one loud consonant; a run of them is a wave whose top was cut off. */
const CLIPPED_RUN = 4;
/** A second of speech has some hundred waves: this many of them cut off are heard as a rattle. */
const CLIPPED_PER_SECOND = 5;
/** Zero crossings of the low-pass to either side: what would fold back is some 60 dB down. */
const REACH = 24;
/** Of the telephone's own 4 kHz, the rest is for the slope. */
const PASSED = 0.94;

const mono = ({ channels }: Decoded): Float32Array => {
  const [first = new Float32Array(0), ...others] = channels;
  if (others.length === 0) return first;
  return first.map((sample, at) => others.reduce((sum, channel) => sum + (channel[at] ?? 0), sample) / channels.length);
};

/** Waves cut off at the top, in one channel. */
const clippedRuns = (samples: Float32Array): number => {
  let runs = 0;
  let length = 0;
  for (const sample of samples) {
    length = Math.abs(sample) >= CEILING ? length + 1 : 0;
    if (length === CLIPPED_RUN) runs += 1;
  }
  return runs;
};

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
/** Blackman's window over -1 … 1. */
const window = (x: number): number => 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);

/** To 8 kHz through a low-pass, so that what lies above does not fold back into the voice. */
export const resample = (samples: Float32Array, rate: number): Float64Array => {
  if (rate === TELEPHONE_RATE) return Float64Array.from(samples);
  const step = rate / TELEPHONE_RATE;
  const cutoff = PASSED * Math.min(1, 1 / step);
  const half = REACH / cutoff;
  return Float64Array.from({ length: Math.floor(samples.length / step) }, (_, index) => {
    const at = index * step;
    let sum = 0;
    let weight = 0;
    for (let tap = Math.ceil(at - half); tap <= at + half; tap += 1) {
      const gain = sinc((tap - at) * cutoff) * window((tap - at) / half);
      weight += gain;
      sum += (samples[tap] ?? 0) * gain;
    }
    return sum / weight;
  });
};

const peakOf = (samples: Float32Array): number => samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

/**
 * A studio recording as the telephone line takes it: checked, brought to 8 kHz and one channel, and to the level of all other
 * prompts, so that joined sentences do not jump.
 * @param mostSeconds what this prompt may last, or null
 */
export const convertRecording = (bytes: Uint8Array, mostSeconds: number | null = null): Converted | { fault: Unfit; limit?: number } => {
  const decoded = decodeWav(bytes);
  if ('fault' in decoded) return decoded;
  const [first] = decoded.channels;
  const seconds = (first?.length ?? 0) / decoded.rate;
  const most = Math.min(mostSeconds ?? LONGEST_SECONDS, LONGEST_SECONDS);
  if (seconds < SHORTEST_SECONDS) return { fault: 'too_short', limit: SHORTEST_SECONDS };
  if (seconds > most) return { fault: 'too_long', limit: most };
  if (decoded.channels.some((channel) => clippedRuns(channel) > CLIPPED_PER_SECOND * Math.max(1, seconds))) return { fault: 'clipped' };
  const mixed = mono(decoded);
  if (peakOf(mixed) < SILENT_PEAK) return { fault: 'silent' };
  const levelled = normaliseSpeech(resample(mixed, decoded.rate).map((sample) => sample * FULL_SCALE));
  const samples = Int16Array.from(levelled, (sample) => Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(sample))));
  return { wav: wave(samples, TELEPHONE_RATE), seconds: samples.length / TELEPHONE_RATE };
};
