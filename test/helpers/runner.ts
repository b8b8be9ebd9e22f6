import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCacheDirectory, obtainAsterisk } from '../../src/telephony/managed/fetch.ts';

/** What tests, journeys and benches share in getting a machine ready and in fencing themselves in. */
export const ROOT = join(import.meta.dirname, '../..');

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Programs the tests drive. As root they are installed; others are told plainly what is missing. */
export const provision = (): void => {
  const missing = [
    ...(has('chromium') ? [] : ['chromium', 'chromium-headless-shell', 'fonts-noto-cjk']),
    ...(has('sipp') ? [] : ['sip-tester']),
    ...(has('ip') ? [] : ['iproute2']),
    ...(globSync('/usr/lib/postgresql/*/bin/initdb').length ? [] : ['postgresql']),
  ];
  if (!missing.length) return;
  if (process.getuid?.() !== 0) {
    process.stderr.write(`缺少测试用的程序，请先安装 (needed by the tests, please install): apt-get install ${missing.join(' ')}\n`);
    process.exit(1);
  }
  process.stdout.write(`installing ${missing.join(' ')}\n`);
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  const installed = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (installed.status !== 0) process.exit(1);
};

/** A plain environment: the runner's own variables would change how a started service behaves. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(TAP|NODE_OPTIONS|HOTLINE_|npm_)/.test(key))),
  NODE_NO_WARNINGS: '1',
  // Thirty seconds, the default, is short for a busy machine; a file has a limit of its own.
  TAP_TIMEOUT: '120',
});

/**
 * A program inside a network namespace of its own, with one address outside 127/8: Chromium and Asterisk exchange no audio over
 * loopback alone, and no packet can leave the machine.
 */
export const fenced = (program: string, args: string[]): [string, string[]] => {
  const inside = 'ip link set lo up && ip addr add 10.99.0.1/32 dev lo && exec "$@"';
  const unshare = process.getuid?.() === 0 ? ['-nm'] : ['-rnm'];
  return ['unshare', [...unshare, 'sh', '-c', inside, 'sh', program, ...args]];
};

/** Inside the namespace there is no network, so the switch and the console must be there before. */
export const prepare = async (): Promise<void> => {
  await obtainAsterisk({
    cacheDirectory: defaultCacheDirectory(process.env, process.getuid?.() ?? 0),
    onProgress: (text) => process.stderr.write(`${text}\n`),
  });
  if (existsSync(join(ROOT, 'src/console/dist/index.html'))) return;
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--config', 'src/console/vite.config.ts', '--logLevel', 'warn'];
  if (spawnSync(process.execPath, vite, { cwd: ROOT, stdio: 'inherit' }).status !== 0) process.exit(1);
};
