import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

const HEADER = 44;
/** A tenth of a second at the cheapest. */
const LEAST_BYTES = 800;

const isWhole = (path: string, extension: string): boolean => {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < LEAST_BYTES) return false;
  if (!extension.startsWith('.wav')) return true;
  const head = Buffer.alloc(HEADER);
  const file = openSync(path, 'r');
  try {
    return readSync(file, head, 0, HEADER, 0) === HEADER && head.toString('latin1', 0, 4) === 'RIFF' && head.readUInt32LE(4) + 8 <= size;
  } finally {
    closeSync(file);
  }
};

/**
 * What the switch is asked to play for a prompt. A recording that is gone or damaged by the time it is to be heard is replaced by
 * the rendered sentence, which is laid beside it for that: a question that nobody hears would cost the citizen an attempt.
 * @param data the switch's data directory on this machine; null: out of reach, and trusted
 */
export const createPlayedSounds =
  (data: string | null) =>
  (id: string): string => {
    if (data === null) return `hotline/${id}`;
    const folder = join(data, 'sounds', 'zh');
    try {
      if (['.alaw', '.ulaw', '.wav', '.wav16'].some((extension) => isWhole(join(folder, 'hotline', `${id}${extension}`), extension)))
        return `hotline/${id}`;
    } catch {
      // It cannot be read: neither can the switch.
    }
    return `hotline-rendered/${id}`;
  };
