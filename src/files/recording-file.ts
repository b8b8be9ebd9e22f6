import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { HotlineError } from '../core/errors.ts';

/** What MixMonitor's option D writes: signed 16-bit, 8 kHz, citizen and agent interleaved, no header. */
export const STEREO_BYTES_PER_MS = 32;
const RATE = 8_000;
const HEADER_BYTES = 44;

/** Header of a WAV file over raw stereo audio, so that the bytes on disk stay untouched and any player can read them. */
export const wavHeader = (dataBytes: number): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(2, 22); // citizen left, agent right
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
};

/**
 * The part of the file a player asked for (RFC 9110 §14). One range only: no player asks for more.
 * @returns null for the whole file
 * @throws HotlineError range.not_satisfiable
 */
export const parseRange = (header: string | undefined, size: number): { start: number; end: number } | null => {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === '' && match[2] === '')) return null; // an unreadable range is ignored, as the standard allows
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (start > end || start >= size) throw new HotlineError('range.not_satisfiable', 'the file has no such part', { size });
  return { start, end };
};

/** The recorded path comes from the switch; nothing outside the recordings directory may ever be read through it. */
export const insideDirectory = (directory: string, file: string): string => {
  const full = resolve(directory, file);
  if (!full.startsWith(resolve(directory) + sep)) throw new HotlineError('thing.not_found', 'no such recording');
  return full;
};

/** Its length and when it was last written to, or null when the file is not there. */
export const standOf = async (file: string): Promise<{ bytes: number; writtenAt: Date } | null> => {
  try {
    const { size, mtime } = await stat(file);
    return { bytes: size, writtenAt: mtime };
  } catch {
    return null;
  }
};

/** Size in bytes, or null when the file is not there. */
export const sizeOf = async (file: string): Promise<number | null> => (await standOf(file))?.bytes ?? null;

export const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

/** Length of a WAV file in milliseconds by its own header, 0 when it is not one. */
export const wavMilliseconds = async (file: string): Promise<number> => {
  const handle = await open(file, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const { bytesRead } = await handle.read(header, 0, HEADER_BYTES, 0);
    const bytesPerSecond = bytesRead === HEADER_BYTES ? header.readUInt32LE(28) : 0;
    return bytesPerSecond ? Math.round((((await handle.stat()).size - HEADER_BYTES) / bytesPerSecond) * 1000) : 0;
  } finally {
    await handle.close();
  }
};

/**
 * Bytes of a recording as a WAV file.
 * @param range inclusive, over the whole file with its header; null for all of it
 * @param ready the file has a header of its own
 */
export const wavStream = (file: string, fileBytes: number, range: { start: number; end: number } | null, ready = false): Readable => {
  if (ready) return createReadStream(file, range ?? {});
  const { start, end } = range ?? { start: 0, end: HEADER_BYTES + fileBytes - 1 };
  const parts = async function* () {
    if (start < HEADER_BYTES) yield wavHeader(fileBytes).subarray(start, Math.min(end + 1, HEADER_BYTES));
    if (end < HEADER_BYTES || fileBytes === 0) return;
    yield* createReadStream(file, { start: Math.max(0, start - HEADER_BYTES), end: end - HEADER_BYTES });
  };
  return Readable.from(parts(), { objectMode: false });
};

export const wavBytes = (rawBytes: number): number => rawBytes + HEADER_BYTES;
