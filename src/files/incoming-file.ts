import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { HotlineError } from '../core/errors.ts';

const SHA256 = /^[0-9a-f]{64}$/;

/** Where a file with this hash lies; nothing of what a person named it is in the path. */
const placeOf = (directory: string, sha256: string): string => {
  if (!SHA256.test(sha256)) throw new HotlineError('thing.not_found', '没有这个文件 There is no such file');
  return join(directory, sha256.slice(0, 2), sha256);
};

/** A file that has come in whole and lies aside until it is kept or dropped. */
export interface IncomingFile {
  sha256: string;
  bytes: number;
  head: Uint8Array;
  /** Where it lies aside. */
  path: string;
  /** Moves it to its place, where the same content lies once. */
  keep(): Promise<void>;
  /** Moves it to a place of its own name, digits alone, in a folder beside the hashes. */
  keepAs(folder: 'previews', name: number): Promise<void>;
  drop(): Promise<void>;
}

/**
 * Takes a stream in, hashing as it comes. What is too large ends at the limit: neither disk nor memory pays for the rest.
 * @param about.maxBytes most that is taken; `headBytes` of the front are handed back
 * @throws HotlineError request.too_large {maxBytes}, request.invalid for an empty file
 */
export const takeIn = async (
  stream: Readable,
  about: { directory: string; maxBytes: number; headBytes: number },
): Promise<IncomingFile> => {
  const { directory, maxBytes, headBytes } = about;
  const aside = join(directory, 'incoming', randomBytes(16).toString('hex'));
  await mkdir(dirname(aside), { recursive: true, mode: 0o700 });
  const file = await open(aside, 'wx', 0o600);
  const hash = createHash('sha256');
  const drop = (): Promise<void> => rm(aside, { force: true });
  const moveTo = async (place: string): Promise<void> => {
    await mkdir(dirname(place), { recursive: true, mode: 0o700 });
    await rename(aside, place);
  };
  let bytes = 0;
  let head = Buffer.alloc(0);
  try {
    for await (const piece of stream) {
      const chunk = piece as Buffer;
      bytes += chunk.length;
      if (bytes > maxBytes) throw new HotlineError('request.too_large', '文件太大 The file is too large', { maxBytes });
      if (head.length < headBytes) head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)]);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (bytes === 0) throw new HotlineError('request.invalid', '文件是空的 The file is empty', { field: 'file' });
    await file.sync();
  } catch (err) {
    await file.close();
    await drop();
    throw err;
  }
  await file.close();
  const sha256 = hash.digest('hex');
  return {
    sha256,
    bytes,
    head,
    path: aside,
    keep: () => moveTo(placeOf(directory, sha256)),
    keepAs: (folder, name) => moveTo(join(directory, folder, String(name))),
    drop,
  };
};

const openAt = async (place: string): Promise<{ bytes: number; stream: Readable } | null> => {
  try {
    return { bytes: (await stat(place)).size, stream: createReadStream(place) };
  } catch {
    return null;
  }
};

/** @returns null when the bytes are gone: the record of them stays */
export const openKept = (directory: string, sha256: string) => openAt(placeOf(directory, sha256));
/** @returns null when there is none */
export const openNamed = (directory: string, folder: 'previews', name: number) => openAt(join(directory, folder, String(name)));

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);
const writtenAt = async (place: string): Promise<number> => (await stat(place).catch(() => null))?.mtimeMs ?? Number.POSITIVE_INFINITY;

/** Removes what a life that was cut off left half taken in. @returns how many */
export const sweepIncoming = async (directory: string, before: Date): Promise<number> => {
  let removed = 0;
  for (const name of await namesIn(join(directory, 'incoming'))) {
    const place = join(directory, 'incoming', name);
    if ((await writtenAt(place)) >= before.getTime()) continue;
    await rm(place, { force: true });
    removed++;
  }
  return removed;
};

/** The hashes of what lies here and was last written before then, one of 256 folders at a time. */
export const keptBefore = async function* (directory: string, before: Date): AsyncGenerator<string[]> {
  for (const folder of await namesIn(directory)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    const old: string[] = [];
    for (const name of await namesIn(join(directory, folder)))
      if (SHA256.test(name) && (await writtenAt(join(directory, folder, name))) < before.getTime()) old.push(name);
    if (old.length > 0) yield old;
  }
};

/** Takes the bytes away; gone already is as good. */
export const dropKept = (directory: string, sha256: string): Promise<void> => rm(placeOf(directory, sha256), { force: true });
