import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Config, deriveKey } from '../config/index.ts';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import { knownMigrations, type Snapshots } from '../storage/snapshot.ts';
import { chooseRunAs, layOut, makeDirectories } from '../telephony/managed/directories.ts';
import { prepareIdentity, readIdentity, readRunning } from '../telephony/managed/instance.ts';
import { isSameProcess } from '../telephony/managed/processes.ts';
import { copyCounting, filesBelow, giveLike, hashOf, moveAside } from './files.ts';
import { type BackedFile, MANIFEST_FILE, MANIFEST_PURPOSE, type Manifest, readManifest, schemaFault } from './manifest.ts';
import { ASIDE, managedBase, type Place, placesOf } from './places.ts';
import { megabytes, stampOf } from './take.ts';

export interface RestoreDeps {
  config: Config;
  secret: string;
  snapshots: Snapshots;
  clock: Clock;
  say: (text: string) => void;
}

const refused = (sentence: string): HotlineError => new HotlineError('backup.refused', sentence);
const damaged = (sentence: string): HotlineError => new HotlineError('backup.damaged', sentence);

const MOST_NAMED = 5;
const named = (paths: readonly string[]): string =>
  paths.slice(0, MOST_NAMED).join(', ') + (paths.length > MOST_NAMED ? ` … (${paths.length})` : '');

/** Every file as the manifest says, and none beside. Read before the first byte is written. */
const verify = async (backup: string, manifest: Manifest): Promise<void> => {
  const there = new Set(await filesBelow(backup, (path) => path === MANIFEST_FILE));
  const listed = new Set(manifest.files.map((file) => file.path));
  const missing = manifest.files.filter((file) => !there.has(file.path)).map((file) => file.path);
  const surplus = [...there].filter((path) => !listed.has(path));
  if (missing.length) throw damaged(`备份缺少文件 (files are missing from the backup): ${named(missing)}`);
  if (surplus.length) throw damaged(`备份里有清单之外的文件 (files that the manifest does not name): ${named(surplus)}`);
  const changed: string[] = [];
  for (const file of manifest.files) {
    const { bytes, sha256 } = await hashOf(join(backup, file.path));
    if (bytes !== file.bytes || sha256 !== file.sha256) changed.push(file.path);
  }
  if (changed.length) throw damaged(`文件与清单不符 (files differ from the manifest): ${named(changed)}`);
};

const switchRuns = (base: string): boolean => {
  const mark = existsSync(base) ? readRunning(base) : undefined;
  return mark !== undefined && isSameProcess(mark);
};

interface Destination {
  place: Pick<Place, 'kind' | 'directory'>;
  /** `from` inside the backup, `path` inside the directory. */
  files: (Omit<BackedFile, 'path'> & { from: string; path: string })[];
}

/** Which directory each of the backup's places goes to on this machine. */
const destinationsOf = (manifest: Manifest, places: readonly Place[]): Destination[] =>
  manifest.places.map((backed) => {
    const place = places.find(
      ({ kind, node }) => kind === backed.kind && (kind !== 'recordings' || node === backed.node || node === null || backed.node === null),
    );
    const prefix = backed.kind === 'recordings' ? `files/recordings/${backed.node ?? 'switch'}/` : `files/${backed.kind}/`;
    const files = manifest.files.filter((file) => file.path.startsWith(prefix));
    if (!place && files.length)
      throw refused(
        backed.kind === 'prompts'
          ? '备份含录音棚提示音，请设置 HOTLINE_PROMPTS_DIR (the backup holds studio recordings: set HOTLINE_PROMPTS_DIR)'
          : `没有配置节点 ${backed.node} 的 recordingDirectory (no node of this name with a recordingDirectory is configured)`,
      );
    const target = { kind: backed.kind, directory: place?.directory ?? '' };
    return { place: target, files: files.map(({ path, ...file }) => ({ ...file, from: path, path: path.slice(prefix.length) })) };
  });

const conflictsOf = ({ place, files }: Destination): string[] =>
  files.map((file) => join(place.directory, file.path)).filter((path) => existsSync(path));

const writeFiles = async ({ place, files }: Destination, backup: string, aside: string, say: RestoreDeps['say']): Promise<void> => {
  if (files.length) await mkdir(place.directory, { recursive: true, mode: 0o700 });
  for (const file of files) {
    const to = join(place.directory, file.path);
    if (existsSync(to)) await moveAside(place.directory, file.path, aside);
    const { sha256 } = await copyCounting(join(backup, file.from), to);
    if (sha256 !== file.sha256) throw damaged(`写入时与清单不符 (differs after writing): ${to}`);
    await giveLike(place.directory, to);
  }
  if (files.length) say(`  ${place.kind}: ${files.length} 个文件 files, ${megabytes(files.reduce((sum, file) => sum + file.bytes, 0))}`);
};

/** Recordings are found by their node's name, so a new managed switch takes the old one's; its secrets stay its own. */
const takeNodeName = async (config: Config, manifest: Manifest): Promise<void> => {
  if (config.switch.kind !== 'managed') return;
  const node = manifest.places.find((place) => place.kind === 'recordings')?.node;
  const base = await managedBase(config);
  if (!node || readIdentity(base)?.node === node) return;
  makeDirectories(layOut(base), chooseRunAs());
  const { httpPort: http, amiPort: ami, sipPort: sip } = config.switch;
  await prepareIdentity(base, { directory: base, dialplansDirectory: '', node, ports: { http, ami, sip } });
};

const openManifest = (given: string, secret: string): { backup: string; manifest: Manifest; ours: boolean } => {
  const path = resolve(given);
  if (!existsSync(path)) throw refused(`没有 ${path} (there is no such backup)`);
  const backup = statSync(path).isDirectory() ? path : dirname(path);
  const file = join(backup, MANIFEST_FILE);
  if (backup !== path && basename(path) !== MANIFEST_FILE)
    throw refused(`请给出备份目录或其 ${MANIFEST_FILE} (name the backup's directory or its ${MANIFEST_FILE})`);
  if (!existsSync(file)) throw damaged(`${backup} 里没有 ${MANIFEST_FILE}，不是完整的备份 (not a complete backup)`);
  return { backup, ...readManifest(deriveKey(secret, MANIFEST_PURPOSE), readFileSync(file, 'utf8')) };
};

/**
 * Puts a backup in the place of what is here. Everything that can refuse does so before the first change; replaced files are
 * kept under a `.before-restore-…` name.
 * @param given the backup's directory or its manifest
 * @throws HotlineError backup.refused, backup.damaged, storage.locked
 */
export const restoreBackup = async (given: string, options: { force: boolean }, deps: RestoreDeps): Promise<{ manifest: Manifest }> => {
  const { config, snapshots, clock, say } = deps;
  const { backup, manifest, ours } = openManifest(given, deps.secret);
  if (manifest.engine !== snapshots.engine)
    throw refused(
      `备份是 ${manifest.engine}，这里配置的是 ${snapshots.engine} (the backup is of the one engine, the configuration of the other: see DATABASE_URL)`,
    );
  const fault = schemaFault(manifest.migrations, knownMigrations(manifest.engine));
  if (fault) throw refused(fault);
  if (config.switch.kind === 'managed' && switchRuns(await managedBase(config)))
    throw new HotlineError('storage.locked', '交换机还在运行，请先 npm run stop (the switch runs: npm run stop first)');
  await snapshots.check(options);
  say(`  核对清单 checking ${manifest.files.length} 个文件 files …`);
  await verify(backup, manifest);
  const before = destinationsOf(manifest, await placesOf(config));
  const conflicts = before.flatMap(conflictsOf);
  if (conflicts.length && !options.force)
    throw refused(`已有同名文件，确认要替换请加 --force (files are there already; --force replaces them): ${named(conflicts)}`);
  if (!ours)
    say(
      '  ! 备份用的是另一主密钥：无法验证来源，话机口令将改变 (made under another master secret: its origin cannot be proved, desk phones get new passwords)',
    );

  const aside = `${ASIDE}${stampOf(clock.now())}`;
  await takeNodeName(config, manifest);
  for (const destination of destinationsOf(manifest, await placesOf(config))) await writeFiles(destination, backup, aside, say);
  await snapshots.restore(join(backup, snapshots.fileName), { force: options.force, aside });
  say(`  database ${manifest.engine}`);
  return { manifest };
};
