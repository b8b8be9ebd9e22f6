import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Config, deriveKey } from '../config/index.ts';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { Snapshots } from '../storage/snapshot.ts';
import { copyCounting, filesBelow, hashOf } from './files.ts';
import { type BackedFile, MANIFEST_FILE, MANIFEST_PURPOSE, type Manifest, writeManifest } from './manifest.ts';
import { isInside, type Place, placesOf } from './places.ts';

export interface TakeDeps {
  config: Config;
  secret: string;
  snapshots: Snapshots;
  clock: Clock;
  version: string;
  say: (text: string) => void;
}

/** 20261124-153000 in Shanghai. */
export const stampOf = (at: Date): string =>
  new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');

export const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`;

const TOLD_EVERY_MS = 2_000;

const copyPlace = async (place: Place, into: string, target: string, say: TakeDeps['say']): Promise<BackedFile[]> => {
  const own = isInside(place, target);
  const paths = await filesBelow(place.directory, (path) => path === own || place.leaveOut(path));
  const copied: BackedFile[] = [];
  let told = Date.now();
  for (const path of paths) {
    try {
      copied.push({ path: place.prefix + path, ...(await copyCounting(join(place.directory, path), join(into, place.prefix + path))) });
    } catch (err) {
      // Removed by its own term while we walked: the database no longer promises it either, or says that it is missing.
      if ((err as NodeJS.ErrnoException).code !== 'ENOENT' || existsSync(join(place.directory, path))) throw err;
    }
    if (Date.now() - told < TOLD_EVERY_MS) continue;
    told = Date.now();
    say(`  ${place.kind}: ${copied.length}/${paths.length}`);
  }
  say(
    `  ${place.kind}${place.node ? ` ${place.node}` : ''}: ${copied.length} 个文件 files, ${megabytes(copied.reduce((sum, file) => sum + file.bytes, 0))}`,
  );
  return copied;
};

/**
 * Takes a whole backup into a new directory below `directory`, while the service runs. The database first and the files after
 * it, so that every recording the database calls whole is there. It gets its name only when it is complete.
 * @returns the new directory and what is in it
 * @throws HotlineError backup.refused; what was begun is removed
 */
export const takeBackup = async (
  directory: string,
  options: { withoutRecordings: boolean },
  deps: TakeDeps,
): Promise<{ path: string; files: number; bytes: number }> => {
  const { config, snapshots, clock, say } = deps;
  const takenAt = clock.now();
  const target = resolve(directory);
  const path = join(target, `hotline-${stampOf(takenAt)}`);
  const growing = `${path}.incomplete`;
  if (existsSync(path) || existsSync(growing)) throw new HotlineError('backup.refused', `${path} 已存在 (is there already)`);
  mkdirSync(growing, { recursive: true, mode: 0o700 });
  try {
    const database = join(growing, snapshots.fileName);
    const migrations = await snapshots.dump(database);
    const files: BackedFile[] = [{ path: snapshots.fileName, ...(await hashOf(database)) }];
    say(`  database ${snapshots.engine}: ${megabytes(files[0]?.bytes ?? 0)}`);
    const places = (await placesOf(config)).filter((place) => !options.withoutRecordings || place.kind !== 'recordings');
    for (const place of places) files.push(...(await copyPlace(place, growing, target, say)));
    const manifest: Omit<Manifest, 'format' | 'secretMark'> = {
      product: deps.version,
      takenAt: takenAt.toISOString(),
      engine: snapshots.engine,
      migrations,
      places: places.map(({ kind, node }) => ({ kind, node })),
      files,
    };
    await writeFile(join(growing, MANIFEST_FILE), writeManifest(deriveKey(deps.secret, MANIFEST_PURPOSE), manifest), {
      mode: 0o600,
      flush: true,
    });
    await rename(growing, path);
    return { path, files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0) };
  } catch (err) {
    await rm(growing, { recursive: true, force: true });
    if ((err as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new HotlineError(
        'backup.refused',
        `磁盘已满，剩余 ${megabytes(freeBytes(dirname(growing)))}，备份未完成 (the disk is full, nothing was kept)`,
      );
    throw err;
  }
};

const freeBytes = (directory: string): number => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};
