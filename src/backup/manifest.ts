import { createHmac, timingSafeEqual } from 'node:crypto';
import { HotlineError } from '../core/errors.ts';
import type { Migration } from '../storage/snapshot.ts';

export const MANIFEST_FILE = 'manifest.json';
export const MANIFEST_PURPOSE = 'backup manifest';
const FORMAT = 1;

/** A directory whose files are in the backup: `data` of the service, `prompts` from the studio, `recordings` of one node. */
export interface BackedPlace {
  kind: 'data' | 'prompts' | 'recordings';
  /** The switch's name in the database; recordings are found by it. */
  node: string | null;
}

export interface BackedFile {
  /** Inside the backup, with "/": files/recordings/⟨node⟩/2026/11/24/….raw */
  path: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  format: number;
  product: string;
  takenAt: string;
  engine: 'sqlite' | 'postgres';
  migrations: Migration[];
  places: BackedPlace[];
  files: BackedFile[];
  /** Equal for two installations with one master secret; tells nothing of it. */
  secretMark: string;
}

/** Over the manifest as it is written: who can't sign it can't exchange a file in the backup either. */
const macOf = (key: Buffer, manifest: Manifest): string => createHmac('sha256', key).update(JSON.stringify(manifest)).digest('base64url');
export const secretMarkOf = (key: Buffer): string => createHmac('sha256', key).update('mark').digest('base64url').slice(0, 16);

export const writeManifest = (key: Buffer, manifest: Omit<Manifest, 'format' | 'secretMark'>): string => {
  const whole: Manifest = { format: FORMAT, ...manifest, secretMark: secretMarkOf(key) };
  return `${JSON.stringify({ ...whole, mac: macOf(key, whole) }, null, 1)}\n`;
};

const damaged = (why: string): HotlineError => new HotlineError('backup.damaged', `备份清单不可用 (the manifest can't be used): ${why}`);

const isFile = (file: unknown): file is BackedFile => {
  const { path, bytes, sha256 } = (file ?? {}) as Partial<BackedFile>;
  return (
    typeof path === 'string' &&
    // Nothing of a backup may be written beside its place.
    !/(^|\/)\.\.?(\/|$)|\\|\0|^\//.test(path) &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
};

/**
 * @returns the manifest, and whether it was signed with this installation's master secret
 * @throws HotlineError backup.damaged: no manifest, of another format, or signed with our secret and then changed
 */
export const readManifest = (key: Buffer, text: string): { manifest: Manifest; ours: boolean } => {
  let parsed: (Manifest & { mac?: unknown }) | null = null;
  try {
    parsed = JSON.parse(text) as Manifest & { mac?: unknown };
  } catch {
    throw damaged('no JSON');
  }
  const { mac, ...manifest } = parsed ?? ({} as Manifest & { mac?: unknown });
  if (manifest.format !== FORMAT) throw damaged(`format ${manifest.format}, this version reads ${FORMAT}`);
  if (!Array.isArray(manifest.files) || !Array.isArray(manifest.places) || !Array.isArray(manifest.migrations)) throw damaged('incomplete');
  const odd = manifest.files.find((file) => !isFile(file));
  if (odd) throw damaged(`file ${JSON.stringify(odd).slice(0, 200)}`);
  const ours = manifest.secretMark === secretMarkOf(key);
  const wanted = Buffer.from(macOf(key, manifest));
  const given = Buffer.from(String(mac));
  if (ours && (wanted.length !== given.length || !timingSafeEqual(wanted, given))) throw damaged('it was changed after it was signed');
  return { manifest, ours };
};

/**
 * Pure: a backup of an older schema is taken and brought up to date; a newer one, or one that went another way, is not.
 * @returns null, or why not
 */
export const schemaFault = (backup: readonly Migration[], known: readonly Migration[]): string | null => {
  if (backup.length > known.length)
    return `备份来自更新的版本，请先升级程序 (it was taken by a newer version: ${backup.length} schema steps, this one knows ${known.length})`;
  const odd = backup.findIndex((step, index) => step.hash !== known[index]?.hash);
  return odd < 0 ? null : `备份的数据库结构第 ${odd + 1} 步与本版本不同 (its schema differs from this version's at step ${odd + 1})`;
};
