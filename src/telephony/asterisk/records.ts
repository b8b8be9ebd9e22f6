import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TelephonyEvent } from '../events.ts';
import { type CelFold, newCelFold, readCelLine } from './cel.ts';

/** Where reading went on from: the file by its inode, because it may be renamed at any time, and the byte in it. */
export interface RecordsCursor {
  inode: number;
  offset: number;
}

export interface MissedEvents {
  /** False: this switch's records are out of reach, and what was missed stays unknown. */
  known: boolean;
  /** In the order in which they happened. Calls that were already told about are told again from their beginning. */
  events: TelephonyEvent[];
  /** To be kept, and handed in the next time. */
  cursor: RecordsCursor | null;
}

const CHUNK_BYTES = 256 * 1024;

/** A line beyond this is no record: it is skipped, not gathered. */
const LINE_LIMIT_BYTES = 64 * 1024;

/** A call without an end this long after its last record died with its switch; waiting for it would keep the cursor for ever. */
const FORGOTTEN_MS = 6 * 3_600_000;

interface Line {
  text: string;
  /** Of its first byte, and of the next line's. */
  offset: number;
  next: number;
}

/** Whole lines from an offset on; half a line at the end is left for the next time. */
async function* wholeLines(file: FileHandle, from: number): AsyncGenerator<Line> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let rest: Buffer = Buffer.alloc(0);
  let restAt = from;
  let position = from;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const data = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = data.indexOf(10, start); end >= 0; end = data.indexOf(10, start)) {
      if (end - start <= LINE_LIMIT_BYTES)
        yield { text: data.toString('utf8', start, end), offset: restAt + start, next: restAt + end + 1 };
      start = end + 1;
    }
    rest = Buffer.from(data.subarray(start));
    restAt += start;
    // A week of records must not hold up the calls of this second.
    await nextTurn();
  }
}

interface Part {
  path: string;
  inode: number;
  offset: number;
}

/**
 * The file of the cursor, whatever it is called by now, then those begun after it, the current one last. Packed files are
 * left alone: by then the cursor has long moved on.
 */
const filesToRead = async (directory: string, cursor: RecordsCursor): Promise<Part[]> => {
  const found: (Part & { changedAt: number })[] = [];
  for (const name of await readdir(directory).catch(() => [])) {
    if (!name.startsWith('cel.ndjson') || /\.(gz|xz|bz2|zst)$/.test(name)) continue;
    const path = join(directory, name);
    const file = await stat(path).catch(() => null);
    if (file?.isFile())
      found.push({ path, inode: file.ino, offset: 0, changedAt: name === 'cel.ndjson' ? Number.POSITIVE_INFINITY : file.mtimeMs });
  }
  const marked = found.find((file) => file.inode === cursor.inode);
  const later = marked
    ? found.filter((file) => file.changedAt > marked.changedAt)
    : found.filter((file) => file.changedAt === Number.POSITIVE_INFINITY);
  return [...(marked ? [{ ...marked, offset: cursor.offset }] : []), ...later.sort((one, other) => one.changedAt - other.changedAt)];
};

interface Reading {
  fold: CelFold;
  events: TelephonyEvent[];
  /** Calls not yet closed: where each began, and its last word. */
  open: Map<string, { began: RecordsCursor; lastAt: number }>;
  newestAt: number;
  /** After the last whole line. */
  end: RecordsCursor | null;
}

const readFile = async (reading: Reading, part: Part): Promise<void> => {
  const file = await open(part.path, 'r');
  try {
    // A file shorter than the cursor was truncated in place: all of it is new.
    const from = (await file.stat()).size < part.offset ? 0 : part.offset;
    reading.end = { inode: part.inode, offset: from };
    for await (const { text, offset, next } of wholeLines(file, from)) {
      reading.end = { inode: part.inode, offset: next };
      const record = readCelLine(reading.fold, text);
      if (record === null) continue;
      reading.events.push(...record.events);
      reading.newestAt = Math.max(reading.newestAt, record.at.getTime());
      if (record.closes) reading.open.delete(record.linkedId);
      else {
        const began = reading.open.get(record.linkedId)?.began ?? { inode: part.inode, offset };
        reading.open.set(record.linkedId, { began, lastAt: record.at.getTime() });
      }
    }
  } finally {
    await file.close();
  }
};

/** It comes back out of storage: anything that is not one counts as the first time. */
const asCursor = (kept: unknown): RecordsCursor | null => {
  if (kept === null || typeof kept !== 'object') return null;
  const { inode, offset } = kept as Record<string, unknown>;
  return typeof inode === 'number' && typeof offset === 'number' && offset >= 0 ? { inode, offset } : null;
};

/**
 * Reads on in the switch's own records (`cel-custom/cel.ndjson` in its log directory), which it writes whether we live or
 * not. The cursor handed back stands at the beginning of the oldest call that is still open, so that the next reading
 * tells such a call whole: the reader must take what it knows already without harm.
 * @param kept the cursor as it was handed back; null the first time: nothing from before us is told
 */
export const readMissedEvents = async (node: string, logDirectory: string | null, kept: unknown): Promise<MissedEvents> => {
  const cursor = asCursor(kept);
  if (logDirectory === null) return { known: false, events: [], cursor };
  const directory = join(logDirectory, 'cel-custom');
  if (cursor === null) {
    const found = await stat(join(directory, 'cel.ndjson')).catch(() => null);
    // A switch that has written nothing yet: its first file will be read from the start (no file has inode 0).
    return { known: true, events: [], cursor: found === null ? { inode: 0, offset: 0 } : { inode: found.ino, offset: found.size } };
  }
  const parts = await filesToRead(directory, cursor);
  if (parts.length === 0) return { known: false, events: [], cursor };
  const reading: Reading = { fold: newCelFold(node), events: [], open: new Map(), newestAt: 0, end: null };
  for (const part of parts) await readFile(reading, part);
  const waited = [...reading.open.values()].filter(({ lastAt }) => reading.newestAt - lastAt < FORGOTTEN_MS);
  // In the order of insertion: the first that is still open began before the others.
  return { known: true, events: reading.events, cursor: waited[0]?.began ?? reading.end ?? cursor };
};
