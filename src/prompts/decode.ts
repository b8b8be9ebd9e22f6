import { alawMagnitude, chunksOf, decodeMulaw, hasRiff } from '../telephony/prompts.ts';

/** Sound as numbers from -1 to 1, one row a channel. */
export interface Decoded {
  rate: number;
  channels: Float32Array[];
}

/** Why a file cannot be read; stable, for the screen's sentence. */
export type Unreadable = 'not_wav' | 'cut_off' | 'coding' | 'rate' | 'channels';

const PCM = 1;
const FLOAT = 3;
const ALAW = 6;
const MULAW = 7;
const EXTENSIBLE = 0xfffe;
const HALF_16 = 0x8000;
const HALF_24 = 0x800000;
const HALF_32 = 0x80000000;
const SLOWEST = 8_000;
const FASTEST = 192_000;
const MOST_CHANNELS = 8;

const alawSample = (byte: number): number => ((byte ^ 0x55) & 0x80 ? alawMagnitude(byte) : -alawMagnitude(byte));

type Read = (view: DataView, at: number) => number;
const READERS: Readonly<Record<string, { bytes: number; read: Read }>> = {
  [`${PCM} 8`]: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  [`${PCM} 16`]: { bytes: 2, read: (view, at) => view.getInt16(at, true) / HALF_16 },
  [`${PCM} 24`]: { bytes: 3, read: (view, at) => (view.getInt8(at + 2) * 0x10000 + view.getUint16(at, true)) / HALF_24 },
  [`${PCM} 32`]: { bytes: 4, read: (view, at) => view.getInt32(at, true) / HALF_32 },
  [`${FLOAT} 32`]: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  [`${FLOAT} 64`]: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  [`${MULAW} 8`]: { bytes: 1, read: (view, at) => (decodeMulaw(Uint8Array.of(view.getUint8(at)))[0] ?? 0) / HALF_16 },
  [`${ALAW} 8`]: { bytes: 1, read: (view, at) => alawSample(view.getUint8(at)) / HALF_16 },
};

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Reads a WAV file of any usual coding, rate and number of channels. */
export const decodeWav = (bytes: Uint8Array): Decoded | { fault: Unreadable } => {
  if (!hasRiff(bytes) || latin(bytes.subarray(8, 12)) !== 'WAVE') return { fault: 'not_wav' };
  const { format, data, cutOff } = chunksOf(bytes);
  if (cutOff) return { fault: 'cut_off' };
  if (!format || !data) return { fault: 'not_wav' };
  const tag = format.getUint16(0, true);
  const coding = tag === EXTENSIBLE && format.byteLength >= 26 ? format.getUint16(24, true) : tag;
  const count = format.getUint16(2, true);
  const rate = format.getUint32(4, true);
  const reader = READERS[`${coding} ${format.getUint16(14, true)}`];
  if (!reader) return { fault: 'coding' };
  if (rate < SLOWEST || rate > FASTEST) return { fault: 'rate' };
  if (count < 1 || count > MOST_CHANNELS) return { fault: 'channels' };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const frame = reader.bytes * count;
  const frames = Math.floor(data.length / frame);
  const channels = Array.from({ length: count }, (_, channel) =>
    Float32Array.from({ length: frames }, (__, index) => {
      const sample = reader.read(view, index * frame + channel * reader.bytes);
      return Number.isFinite(sample) ? Math.max(-1, Math.min(1, sample)) : 0;
    }),
  );
  return { rate, channels };
};
