import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultCacheDirectory } from '../../src/telephony/managed/fetch.ts';
import type { Report } from '../helpers/report.ts';

/**
 * The image, built from docker/Dockerfile and started as docker/compose.yaml starts it, on a machine without a Docker engine
 * and without a registry: buildah builds and runs, and the two base images are stand-ins made of Debian's packages and this
 * checkout's Node. What compose itself adds (limits, secrets' mounts, restarts) is not part of this run.
 */
export const place = 'machine';

const root = join(import.meta.dirname, '../..');
const work = join(defaultCacheDirectory(process.env, process.getuid?.() ?? 0), 'image');
const scratch = mkdtempSync(join(tmpdir(), 'hotline-image-'));
chmodSync(scratch, 0o755);
const IMAGE = 'localhost/hotline-12345:journey';
const PORTS = { http: 28_345, relay: 28_346, asterisk: 28_088, ami: 25_038, sip: 25_060 };
const url = `http://127.0.0.1:${PORTS.http}`;

const storage = ['--root', join(work, 'storage'), '--runroot', join(scratch, 'run')];
const buildah = (args: string[], limitMs = 1_200_000): string => {
  const done = spawnSync('buildah', [...storage, ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: limitMs,
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status !== 0)
    throw new Error(`buildah ${args[0]}: ${done.error?.message ?? ''} ${done.stdout.slice(-2_000)} ${done.stderr.slice(-2_000)}`);
  return done.stdout.trim();
};

const until = async <T>(what: string, limitMs: number, ask: () => Promise<T | null | false> | T | null | false): Promise<T> => {
  for (const end = Date.now() + limitMs; Date.now() < end; await delay(100)) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => null);
    if (answer) return answer;
  }
  throw new Error(`waited ${limitMs} ms for ${what}\n${living.map(({ name, said }) => `${name}: ${said().slice(-1_500)}`).join('\n')}`);
};

/** Install what this run needs beside the tests' own programs; told plainly when we may not. */
const provision = (): void => {
  const missing = ['buildah', 'mmdebstrap', 'sipp'].filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length === 0) return;
  const packages = missing.map((name) => (name === 'sipp' ? 'sip-tester' : name));
  if (process.getuid?.() !== 0) throw new Error(`please install: apt-get install ${packages.join(' ')} crun fuse-overlayfs uidmap`);
  execFileSync('apt-get', ['update', '-qq']);
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages, 'crun', 'fuse-overlayfs', 'uidmap'], {
    stdio: 'ignore',
  });
};

const argumentOf = (name: string): string =>
  new RegExp(`^ARG ${name}=(\\S+)`, 'm').exec(readFileSync(join(root, 'docker/Dockerfile'), 'utf8'))?.[1] ?? '';
const hasImage = (name: string): boolean =>
  spawnSync('buildah', [...storage, 'inspect', '--type', 'image', name], { stdio: 'ignore' }).status === 0;

/** Under the names the Dockerfile asks for, so that the Dockerfile itself needs no other form for this run. */
const makeBases = (): void => {
  const base = argumentOf('BASE_IMAGE');
  const node = argumentOf('NODE_IMAGE');
  const mirror = /^URIs:\s*(\S+)/m.exec(
    existsSync('/etc/apt/sources.list.d/debian.sources') ? readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8') : '',
  )?.[1];
  if (!hasImage(base)) {
    const tar = join(scratch, 'base.tar');
    execFileSync(
      'mmdebstrap',
      ['--quiet', '--variant=minbase', 'bookworm', tar, `deb ${mirror ?? 'http://deb.debian.org/debian'} bookworm main`],
      { stdio: 'ignore' },
    );
    const container = buildah(['from', 'scratch']);
    buildah(['add', '-q', container, tar, '/']);
    buildah(['commit', '-q', '--rm', container, base]);
    rmSync(tar);
  }
  if (!hasImage(node)) {
    const container = buildah(['from', base]);
    buildah(['copy', '-q', container, process.execPath, '/usr/local/bin/node']);
    const npm = execFileSync('sh', ['-c', 'readlink -f "$(command -v npm)"'], { encoding: 'utf8' })
      .trim()
      .replace(/\/bin\/npm-cli\.js$/, '');
    buildah(['copy', '-q', container, npm, '/usr/local/lib/node_modules/npm']);
    const link =
      'ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx';
    buildah(['run', '--isolation', 'chroot', container, '--', 'sh', '-c', link]);
    // The machine's own trust, for a registry that stands behind it.
    const trust = '/etc/ssl/certs/ca-certificates.crt';
    if (existsSync(trust)) buildah(['copy', '-q', container, trust, trust]);
    buildah(['config', '--env', `NODE_EXTRA_CA_CERTS=${trust}`, container]);
    buildah(['commit', '-q', '--rm', container, node]);
  }
};

const build = async (report: Report): Promise<void> => {
  mkdirSync(work, { recursive: true, mode: 0o755 });
  provision();
  makeBases();
  const began = Date.now();
  // What npm has fetched once is kept between runs, as a build on one machine keeps it.
  const kept = join(work, 'npm');
  mkdirSync(kept, { recursive: true });
  const how = ['--isolation', 'chroot', '--network', 'host', '--format', 'docker', '--layers', '-v', `${kept}:/root/.npm`];
  buildah(['bud', ...how, '-f', 'docker/Dockerfile', '-t', IMAGE, '.']);
  const seconds = Math.round((Date.now() - began) / 1000);
  const about = JSON.parse(buildah(['inspect', '--type', 'image', IMAGE])) as {
    Docker?: { config?: { User?: string; Healthcheck?: unknown } };
  };
  const listed = JSON.parse(buildah(['images', '--json', IMAGE])) as { size: string }[];
  const size = listed[0]?.size ?? '';
  report.figure('image built', { seconds, size });
  report.claim(
    'it runs without root rights and knows how to tell its health',
    about.Docker?.config?.User === '10001:10001' && Boolean(about.Docker.config.Healthcheck),
  );
  report.claim('it is small', Number.parseFloat(size) * (size.endsWith('GB') ? 1000 : 1) <= 520, { size });
};

const living: { name: string; child: ChildProcess; said: () => string }[] = [];
let container = '';

const settings: Record<string, string> = {
  HOTLINE_MODE: 'production',
  HOTLINE_SECRET_FILE: '/run/secrets/hotline_secret',
  HOTLINE_TRUNKS_FILE: '/run/secrets/hotline_trunks',
  HOTLINE_PUBLIC_URL: url,
  HOTLINE_SWITCH: 'beside',
  HOTLINE_HTTP_PORT: String(PORTS.http),
  HOTLINE_RELAY_PORT: String(PORTS.relay),
  HOTLINE_ASTERISK_HTTP_PORT: String(PORTS.asterisk),
  HOTLINE_ASTERISK_AMI_PORT: String(PORTS.ami),
  HOTLINE_SIP_PORT: String(PORTS.sip),
  HOTLINE_RTP_HOST: '127.0.0.1',
};

const inContainer = (command: string[], more: Record<string, string> = {}): string[] => [
  ...storage,
  'run',
  '--isolation',
  'chroot',
  '--network',
  'host',
  '-v',
  `${join(scratch, 'data')}:/data`,
  '-v',
  `${join(scratch, 'secrets')}:/run/secrets:ro`,
  ...Object.entries({ ...settings, ...more }).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
  container,
  '--',
  ...command,
];

const start = (name: string, command: string[]): void => {
  const child = spawn('buildah', inContainer(command), { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      said += chunk;
    });
  living.push({ name, child, said: () => said });
};

const once = (command: string[], more?: Record<string, string>): { code: number | null; said: string } => {
  const done = spawnSync('buildah', inContainer(command, more), { cwd: root, encoding: 'utf8', timeout: 60_000 });
  return { code: done.status, said: `${done.stdout}${done.stderr}` };
};

const run = async (report: Report): Promise<void> => {
  for (const name of ['data', 'secrets']) mkdirSync(join(scratch, name), { mode: 0o755 });
  execFileSync('chown', ['-R', '10001:10001', join(scratch, 'data')]);
  writeFileSync(join(scratch, 'secrets/hotline_secret'), randomBytes(32).toString('base64url'), { mode: 0o444 });
  const trunks = [{ name: 'carrier', host: '127.0.0.1', port: 25_070, addresses: ['127.0.0.1'] }];
  writeFileSync(join(scratch, 'secrets/hotline_trunks'), JSON.stringify(trunks), { mode: 0o444 });
  container = buildah(['from', '--pull-never', IMAGE]);

  const bare = once(['node', 'src/main.ts'], { HOTLINE_SECRET_FILE: '' });
  report.claim('production refuses to start without its secret, and names it', bare.code === 78 && bare.said.includes('HOTLINE_SECRET'), {
    code: bare.code,
  });

  const began = Date.now();
  start('switch', ['node', 'src/switch.ts']);
  start('relay', ['node', '--max-old-space-size=128', 'src/relay.ts']);
  start('service', ['node', 'src/main.ts']);
  await until('/healthz', 120_000, async () => (await fetch(`${url}/healthz`)).ok);
  const ready = await until('/readyz with the switch up', 120_000, async () => {
    const answer = (await (await fetch(`${url}/readyz`)).json()) as { status: string; parts: Record<string, { up: boolean }> };
    return answer.status === 'ready' && Object.values(answer.parts).every((part) => part.up) && answer;
  });
  report.figure('from three empty containers to ready', { seconds: Math.round((Date.now() - began) / 100) / 10 });
  report.claim(
    'every part is up',
    Object.keys(ready.parts).some((part) => part.startsWith('switch.')),
    { parts: Object.keys(ready.parts) },
  );
  for (const part of ['service', 'relay', 'switch'])
    report.claim(`${part} tells that it is well`, once(['node', 'docker/health.ts', part]).code === 0);
  report.claim(
    'the operator is told how to make the first account',
    living.some(({ said }) => said().includes('npm run account')),
  );

  const made = once([
    'node',
    'src/first-account.ts',
    'create',
    '--account',
    'admin',
    '--name',
    '管理员',
    '--role',
    'administrator',
    '--generate',
  ]);
  const password = /password: (\S+)/.exec(made.said)?.[1] ?? '';
  const logIn = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ account: 'admin', password }),
  });
  report.claim('the first account is made beside the running service and logs in', made.code === 0 && logIn.status === 200, {
    status: logIn.status,
    ...(made.code === 0 ? {} : { said: made.said }),
  });
  const page = await fetch(`${url}/`);
  report.claim('the console is served', page.ok && (await page.text()).includes('<script'));

  const call = (number: string): number | null =>
    spawnSync(
      'sipp',
      [
        '-sn',
        'uac',
        '-s',
        number,
        '-m',
        '1',
        '-d',
        '500',
        '-i',
        '127.0.0.1',
        '-p',
        '25070',
        '-timeout',
        '15',
        '-nostdin',
        `127.0.0.1:${PORTS.sip}`,
      ],
      {
        cwd: scratch,
        stdio: 'ignore',
        env: { ...process.env, TERM: 'dumb' },
      },
    ).status;
  report.claim('a caller from the trunk is answered', call('12345') === 0);
  report.claim('another number from the trunk is refused', call('9196') !== 0);
  const checked = once(['node', 'src/check-switch.ts']);
  report.claim('the switch lacks nothing', checked.code === 0, checked.code === 0 ? {} : { said: checked.said });
  const backup = once(['node', 'src/backup.ts', '/data/backups']);
  report.claim('a backup is taken inside', backup.code === 0, backup.code === 0 ? {} : { said: backup.said });
};

const tell = (child: ChildProcess, name: NodeJS.Signals): void => {
  if (!child.pid || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, name);
};

const end = async (report: Report): Promise<void> => {
  const alive = living.filter(({ child }) => child.exitCode === null && child.signalCode === null).map(({ name }) => name);
  report.claim('none of the three ended by itself', living.length === 3 && alive.length === 3, { alive });
  for (const { child } of living.toReversed()) tell(child, 'SIGTERM');
  const ended = await until('the three to end', 30_000, () =>
    living.every(({ child }) => child.exitCode !== null || child.signalCode !== null),
  ).catch(() => false);
  report.claim('they end when told', Boolean(ended));
  for (const { child } of living) tell(child, 'SIGKILL');
  if (container) buildah(['rm', container]);
  rmSync(scratch, { recursive: true, force: true });
};

export const parts = { build, run, end };
