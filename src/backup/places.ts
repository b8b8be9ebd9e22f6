import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Config } from '../config/index.ts';
import { chooseBase, chooseRunAs, layOut } from '../telephony/managed/directories.ts';
import { readIdentity } from '../telephony/managed/instance.ts';
import type { BackedPlace } from './manifest.ts';

export interface Place extends BackedPlace {
  /** On this machine. */
  directory: string;
  /** Inside the backup, with "/". */
  prefix: string;
  leaveOut(path: string): boolean;
}

export const ASIDE = '.before-restore-';

/**
 * What of the data directory stays out: the database (copied as a database), the master secret (a thief of the backup must
 * not have it too), marks and logs of running processes, the switch (made anew; its recordings are a place of their own).
 */
const OUT = [/^hotline\.db/, /^secret(\.\d+)?$/, /^relay\.(json|log)/, /^switch$/, /\.lock$/];
const leftOutOfData = (path: string): boolean => path.includes(ASIDE) || OUT.some((pattern) => pattern.test(path));
const leftOutElsewhere = (path: string): boolean => path.includes(ASIDE);

const insideOf = (directory: string, path: string): boolean => !relative(directory, path).startsWith('..');

export const managedBase = (config: Config): Promise<string> => chooseBase(join(config.dataDirectory, 'switch'), chooseRunAs());

const recordings = (node: string | null, directory: string): Place => ({
  kind: 'recordings',
  node,
  directory,
  prefix: `files/recordings/${node ?? 'switch'}/`,
  leaveOut: leftOutElsewhere,
});

/** Where the files lie that belong to the database. A managed switch that was never started has no name and no recordings yet. */
export const placesOf = async (config: Config): Promise<Place[]> => {
  const data: Place = { kind: 'data', node: null, directory: config.dataDirectory, prefix: 'files/data/', leaveOut: leftOutOfData };
  const prompts: Place[] = insideOf(config.dataDirectory, config.promptsDirectory)
    ? []
    : [{ kind: 'prompts', node: null, directory: config.promptsDirectory, prefix: 'files/prompts/', leaveOut: leftOutElsewhere }];
  if (config.switch.kind === 'nodes') {
    const nodes = config.switch.nodes.flatMap((node) => (node.recordingDirectory ? [recordings(node.name, node.recordingDirectory)] : []));
    return [data, ...prompts, ...nodes];
  }
  const base = await managedBase(config);
  const node = readIdentity(base)?.node ?? null;
  return [data, ...prompts, recordings(node, join(layOut(base).spool, 'recording'))];
};

/** A target inside a place would copy itself into itself. */
export const isInside = (place: Place, target: string): string | null => {
  if (!existsSync(place.directory) || !insideOf(place.directory, target)) return null;
  return relative(place.directory, target).split(sep).join('/');
};
