import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the next start must know of a running relay. */
export interface RelayMark {
  pid: number;
  /** The script it runs, as in its command line. */
  script: string;
  port: number;
}

export const MARK_FILE = 'relay.json';

/** Appears whole or not at all. */
export const writeMark = (dataDirectory: string, mark: RelayMark): void => {
  const file = join(dataDirectory, MARK_FILE);
  writeFileSync(`${file}.${mark.pid}`, `${JSON.stringify(mark)}\n`, { mode: 0o600 });
  renameSync(`${file}.${mark.pid}`, file);
};

/** Only one's own: a successor may already have put its own in place. */
export const removeMark = (dataDirectory: string, pid: number): void => {
  const file = join(dataDirectory, MARK_FILE);
  try {
    if ((JSON.parse(readFileSync(file, 'utf8')) as RelayMark).pid === pid) rmSync(file);
  } catch {
    // None there.
  }
};
