import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { describeConfig, readConfig } from '../../src/config/index.ts';

/** What can be known of the image's files without an engine; the image itself is built and started by `npm run journey -- image`. */
const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Part {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  restart?: string;
  mem_limit?: string;
  pids_limit?: number;
  cpus?: number;
  healthcheck?: { test: string[] };
  network_mode?: string;
  read_only?: boolean;
  cap_drop?: string[];
  ports?: string[];
}
const compose = parse(read('docker/compose.yaml'), { merge: true }) as {
  services: Record<string, Part>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
};
const services = Object.entries(compose.services);
const ours = services.filter(([, part]) => part.image.startsWith('hotline-12345:'));

t.test('every part is there, with limits, health and a restart', async (t) => {
  t.same(Object.keys(compose.services).sort(), ['database', 'front', 'relay', 'service', 'switch']);
  for (const [name, part] of services) {
    t.equal(part.restart, 'unless-stopped', name);
    t.ok(part.mem_limit && part.pids_limit && part.cpus && part.healthcheck, `${name} is limited and watched`);
    t.match(part.image, /:\d+\.\d+[\w.-]*$/, `${name} is pinned`);
    for (const word of part.command ?? []) if (/^(src|docker)\//.test(word)) t.ok(existsSync(join(root, word)), word);
    for (const secret of part.secrets ?? []) t.ok(compose.secrets[secret], `${secret} of ${name} is declared`);
    for (const volume of part.volumes ?? []) {
      const [from = ''] = volume.split(':');
      t.ok(from.startsWith('./') ? existsSync(join(root, 'docker', from)) : from in compose.volumes, volume);
    }
  }
  for (const [name, part] of ours) t.ok(part.read_only && part.cap_drop?.includes('ALL'), `${name} gives its rights away`);
  t.equal(compose.services.database?.network_mode, 'none');
});

t.test('no secret stands in a file of ours, and none has a default', async (t) => {
  const secretKeys = describeConfig().filter((row) => row.secret);
  for (const [name, part] of services)
    for (const [key, value] of Object.entries(part.environment ?? {})) {
      const held = secretKeys.some((row) => row.key === key) || /PASSWORD|SECRET|TOKEN/.test(key.replace(/_FILE$/, ''));
      if (held && !key.endsWith('_FILE')) t.notMatch(value, /:\/\/[^@/]*:[^@/]*@/, `${name} ${key}`);
      if (held && key !== 'DATABASE_URL') t.match(`${key} ${value}`, /_FILE \/run\/secrets\//, `${name} ${key}`);
    }
  for (const { file } of Object.values(compose.secrets)) t.match(file, /^\.\/secrets\//);
  t.match(read('docker/.gitignore'), /^secrets\/$/m);
  t.match(read('.dockerignore'), /^\*$/m, 'nothing gets into the image that is not named');
});

t.test('every setting is one that the service knows, and together they are a production it would start', async (t) => {
  const known = new Set(describeConfig().flatMap((row) => (row.secret ? [row.key, `${row.key}_FILE`] : [row.key])));
  const values = { HOTLINE_PUBLIC_URL: 'https://a.cn', HOTLINE_RELAY_PUBLIC_URL: 'wss://a.cn/sip', HOTLINE_AREA_CODE: '0533' };
  const filled = (text: string): string =>
    text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, kind: string, rest: string) =>
      kind === '-' ? rest : ((values as Record<string, string>)[name] ?? '192.0.2.1'),
    );
  for (const [name, part] of ours) {
    const environment = Object.fromEntries(Object.entries(part.environment ?? {}).map(([key, value]) => [key, filled(String(value))]));
    for (const key of Object.keys(environment)) t.ok(known.has(key), `${name} ${key}`);
    const directory = t.testdir({ hotline_secret: 's'.repeat(40), hotline_trunks: '[{"name":"carrier","host":"192.0.2.10"}]' });
    const inside = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value.replace('/run/secrets', directory)]));
    const config = readConfig(inside);
    t.equal(config.mode, 'production');
    t.equal(config.trunks.length, 1);
    const { HOTLINE_SECRET_FILE: _secret, ...without } = inside;
    t.throws(() => readConfig(without), { code: 'config.invalid', message: /HOTLINE_SECRET/ });
  }
  const dockerfile = read('docker/Dockerfile');
  for (const [, key = ''] of dockerfile.matchAll(/\b(HOTLINE_\w+)=/g)) t.ok(known.has(key), `Dockerfile ${key}`);
});

t.test('the image is built from pinned bases, for a user who is not root', async (t) => {
  const dockerfile = read('docker/Dockerfile');
  for (const name of ['NODE_IMAGE', 'BASE_IMAGE', 'ASTERISK_VERSION'])
    t.match(dockerfile, new RegExp(`^ARG ${name}=\\S*\\d+\\.\\d+`, 'm'), name);
  t.match(dockerfile, /^USER 10001:10001$/m);
  t.match(dockerfile, /^HEALTHCHECK /m);
  t.equal(/node:(\d+)\./.exec(dockerfile)?.[1], /\d+/.exec(JSON.parse(read('package.json')).engines.node)?.[0]);
  // A dump program must not be older than its server.
  const client = /postgresql-client-(\d+)/.exec(dockerfile)?.[1];
  t.match(compose.services.database?.image, new RegExp(`postgres:${client}\\.`));
});

t.test('the front sends telephones to the relay, everything else to the service, over TLS alone', async (t) => {
  const front = read('docker/front.conf');
  t.match(front, /location = \/sip \{ proxy_pass http:\/\/127\.0\.0\.1:8346; \}/);
  t.match(front, /location \/ \{ proxy_pass http:\/\/127\.0\.0\.1:8345; \}/);
  t.match(front, /X-Forwarded-For \$remote_addr;/, 'a stranger’s own header is not passed on');
  t.match(front, /proxy_request_buffering off;/, 'a stranger’s body is not spooled before the service has refused it');
  t.match(front, /listen 80;[^}]*return 301 https:/s);
});
