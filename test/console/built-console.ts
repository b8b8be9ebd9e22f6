import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../helpers/runner.ts';

const newest = (directory: string): number =>
  readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('dist'))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);

/** Builds the console when its source is newer than what was built last: an old one would be tested otherwise. */
export const buildConsole = (): void => {
  const page = join(ROOT, 'src/console/dist/index.html');
  if (existsSync(page) && statSync(page).mtimeMs >= newest(join(ROOT, 'src/console'))) return;
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--config', 'src/console/vite.config.ts', '--logLevel', 'warn'];
  if (spawnSync(process.execPath, vite, { cwd: ROOT, stdio: 'inherit' }).status !== 0) throw new Error('the console could not be built');
};
