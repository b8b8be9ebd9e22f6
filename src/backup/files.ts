import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, lstatSync } from 'node:fs';
import { chown, mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Every plain file below, relative with "/", sorted; links and sockets are not ours. @param leaveOut asked for files and directories */
export const filesBelow = async (directory: string, leaveOut: (path: string) => boolean = () => false): Promise<string[]> => {
  if (!existsSync(directory)) return [];
  const found: string[] = [];
  const look = async (at: string): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const path = relative(directory, join(at, entry.name)).split(sep).join('/');
      if (leaveOut(path)) continue;
      if (entry.isDirectory()) await look(join(at, entry.name));
      else if (entry.isFile()) found.push(path);
    }
  };
  await look(directory);
  return found.sort();
};

const counting = () => {
  const hash = createHash('sha256');
  let bytes = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { through, result: () => ({ bytes, sha256: hash.digest('hex') }) };
};

/** Copies and tells what was copied: of a recording that still grows, the part that was there. */
export const copyCounting = async (from: string, to: string): Promise<{ bytes: number; sha256: string }> => {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const counter = counting();
  await pipeline(createReadStream(from), counter.through, createWriteStream(to, { mode: 0o600, flush: true }));
  return counter.result();
};

export const hashOf = async (file: string): Promise<{ bytes: number; sha256: string }> => {
  const counter = counting();
  await pipeline(createReadStream(file), counter.through.resume());
  return counter.result();
};

/** As root, what is written belongs to whom the place belongs: the switch, which is not root, goes on writing there. */
export const giveLike = async (root: string, path: string): Promise<void> => {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = lstatSync(root);
  for (let each = path; each !== root && each.startsWith(root + sep); each = dirname(each)) await chown(each, uid, gid);
};

export const moveAside = async (directory: string, path: string, aside: string): Promise<void> => {
  const kept = join(directory, aside, path);
  await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
  await rename(join(directory, path), kept);
};
