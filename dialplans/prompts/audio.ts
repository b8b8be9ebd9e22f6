/**
 * The small arithmetic on 8 kHz samples between the voice engine and a mu-law file: trimming, level, encoding. Pure.
 * Samples are 16-bit signed values held as floats, so that a gain is applied once and rounded once.
 */

export const SAMPLE_RATE = 8000;

const FRAME = 160; // 20 ms, the unit in which loudness is judged
const FULL_SCALE = 32768;
/** Speech is brought to this level over its own active frames; a telephone line is planned for about -20 dBm0. */
const SPEECH_DB = -19;
/** No sample goes above this: mu-law clips at 0 and gateways with echo cancellers distort close to it. */
const PEAK_DB = -3;
/** Frames this far under the loudest one are pauses and do not count for the level. */
const ACTIVE_RANGE_DB = 30;
/** What lies this far under the peak at either end is the engine's lead-in, not speech. */
const TRIM_RATIO = 0.004;
const TRIM_MARGIN = 120; // 15 ms kept, so that a soft h, f or s at the edge survives
const FADE = 40; // 5 ms at a cut, so that nothing clicks

const fromDb = (db: number): number => 10 ** (db / 20);

export const decibels = (amplitude: number): number => 20 * Math.log10(Math.max(amplitude, 1e-6) / FULL_SCALE);

export const samplesOf = (raw: Uint8Array): Float64Array => {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float64Array.from({ length: raw.byteLength >> 1 }, (_, index) => view.getInt16(index * 2, true));
};

export const peakOf = (samples: Float64Array): number => samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);

/** Root mean square of each whole 20 ms frame. */
export const frameLevels = (samples: Float64Array): number[] =>
  Array.from({ length: Math.floor(samples.length / FRAME) }, (_, frame) => {
    let sum = 0;
    for (let index = frame * FRAME; index < (frame + 1) * FRAME; index += 1) sum += (samples[index] ?? 0) ** 2;
    return Math.sqrt(sum / FRAME);
  });

/** Level in dBFS over the frames in which somebody speaks; pauses would make slow speakers look quiet. */
export const activeLevelDb = (samples: Float64Array): number => {
  const levels = frameLevels(samples);
  const floor = Math.max(...levels, 0) * fromDb(-ACTIVE_RANGE_DB);
  const active = levels.filter((level) => level > 0 && level >= floor);
  if (active.length === 0) return decibels(0);
  return decibels(Math.sqrt(active.reduce((sum, level) => sum + level * level, 0) / active.length));
};

export const trimSilence = (samples: Float64Array): Float64Array => {
  const threshold = peakOf(samples) * TRIM_RATIO;
  const loud = (sample: number): boolean => Math.abs(sample) > threshold;
  const first = samples.findIndex(loud);
  if (first === -1) return new Float64Array(0);
  return fadeEdges(
    samples.slice(Math.max(0, first - TRIM_MARGIN), Math.min(samples.length, samples.findLastIndex(loud) + 1 + TRIM_MARGIN)),
  );
};

const fadeEdges = (samples: Float64Array): Float64Array =>
  samples.map((sample, index) => sample * Math.min(1, (index + 1) / FADE, (samples.length - index) / FADE));

/** Smallest value within `reach` samples to either side. */
const windowMinimum = (values: Float64Array, reach: number): Float64Array =>
  values.map((_, index) =>
    values.subarray(Math.max(0, index - reach), index + reach + 1).reduce((least, value) => Math.min(least, value), 1),
  );

/** Mean over `reach` samples to either side; beyond the ends counts as 1. */
const windowMean = (values: Float64Array, reach: number): Float64Array =>
  values.map((_, index) => {
    let sum = 0;
    for (let near = index - reach; near <= index + reach; near += 1) sum += values[near] ?? 1;
    return sum / (2 * reach + 1);
  });

/**
 * Turns the few loudest instants down by a gain that glides over 5 ms to either side. Lowering the whole sentence for one
 * plosive left joined pieces up to 5 dB apart.
 */
const limitPeaks = (samples: Float64Array): Float64Array => {
  const ceiling = FULL_SCALE * fromDb(PEAK_DB);
  const needed = samples.map((sample) => Math.min(1, ceiling / Math.max(1, Math.abs(sample))));
  const gains = windowMean(windowMinimum(needed, FADE), FADE);
  return samples.map((sample, index) => sample * (gains[index] ?? 1));
};

/** Brings speech to the common level without any sample above the peak allowed. */
export const normaliseSpeech = (samples: Float64Array): Float64Array => {
  // Rounded to a hundredth of a decibel: a last-bit difference of a logarithm on another machine must not change a file.
  const gain = fromDb(Math.round((SPEECH_DB - activeLevelDb(samples)) * 100) / 100);
  return limitPeaks(samples.map((sample) => sample * gain));
};

export const padSilence = (samples: Float64Array, beforeMs: number, afterMs: number): Float64Array => {
  const before = (beforeMs * SAMPLE_RATE) / 1000;
  const padded = new Float64Array(before + samples.length + (afterMs * SAMPLE_RATE) / 1000);
  padded.set(samples, before);
  return padded;
};

export const sineTone = (hz: number, ms: number, levelDb: number): Float64Array => {
  // A sine's peak is 3 dB above its level.
  const amplitude = FULL_SCALE * fromDb(levelDb) * Math.SQRT2;
  return fadeEdges(
    Float64Array.from({ length: (ms * SAMPLE_RATE) / 1000 }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / SAMPLE_RATE)),
  );
};

const MULAW_BIAS = 132;
const MULAW_CLIP = 32635;

/** G.711 mu-law, one byte a sample. */
export const encodeMulaw = (samples: Float64Array): Uint8Array =>
  Uint8Array.from(samples, (sample) => {
    const rounded = Math.round(sample);
    const magnitude = Math.min(Math.abs(rounded), MULAW_CLIP) + MULAW_BIAS;
    const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
    const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    return ~((rounded < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
  });

export const decodeMulaw = (bytes: Uint8Array): Float64Array =>
  Float64Array.from(bytes, (byte) => {
    const code = ~byte & 0xff;
    const magnitude = ((((code & 0x0f) << 3) + MULAW_BIAS) << ((code & 0x70) >> 4)) - MULAW_BIAS;
    return code & 0x80 ? -magnitude : magnitude;
  });
