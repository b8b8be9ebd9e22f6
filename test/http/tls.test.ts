import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import pino from 'pino';
import t, { type Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { accessRoutes } from '../../src/access/index.ts';
import { deriveKey, readConfig, readTls } from '../../src/config/index.ts';
import { isHotlineError } from '../../src/core/errors.ts';
import { permissionsOf } from '../../src/core/roles.ts';
import { createHttp, createMetrics } from '../../src/http/index.ts';
import { createRelay, issueTicket, TICKET_PURPOSE } from '../../src/relay/index.ts';

t.setTimeout(60_000);
const root = join(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'hotline-tls-'));
t.teardown(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string): string => join(directory, name);

/** A self-signed pair, good for two days. */
const makePair = (name: string): void =>
  void execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', `/CN=${name}`].concat([
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.pem`),
    ]),
    { stdio: 'ignore' },
  );
for (const name of ['first', 'second']) makePair(name);
const use = (name: string): void => {
  copyFileSync(at(`${name}.pem`), at('cert.pem'));
  copyFileSync(at(`${name}.key`), at('key.pem'));
};

const environment = {
  HOTLINE_TLS_CERT: at('cert.pem'),
  HOTLINE_TLS_KEY: at('key.pem'),
  HOTLINE_HTTP_PORT: '0',
  HOTLINE_PUBLIC_URL: 'https://127.0.0.1:8345',
};
const session = {
  sessionId: 1,
  expiresAt: new Date('2030-01-01'),
  staff: { staffId: 7, account: 'a', name: '甲', roles: ['agent' as const], extension: null },
  permissions: permissionsOf(['agent']),
  secondFactor: 'none' as const,
};

const startWeb = async (t: Test, more: Record<string, string> = environment) => {
  const config = readConfig(more);
  const { app, finish } = await createHttp({
    config,
    who: async () => null,
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    parts: () => [],
    consoleDirectory: '/nonexistent',
    version: '0',
    tlsLookMs: 50,
  });
  const access = { logIn: async () => ({ token: 'x'.repeat(43), session }), who: async () => null };
  const about = { access, mode: config.mode, hotline: config.hotline, secure: config.http.publicUrl.startsWith('https:') };
  await app.register(accessRoutes(about as unknown as Parameters<typeof accessRoutes>[0]));
  await app.register(async (features) => {
    features.get('/api/ip', { config: { access: { public: true } } }, async (request) => ({ ip: request.ip, protocol: request.protocol }));
  });
  await finish();
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => app.close());
  return { app, port: (app.server.address() as AddressInfo).port };
};

const ask = (port: number, path: string, body?: unknown): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = { origin: `https://127.0.0.1:8345`, ...(text ? { 'content-type': 'application/json' } : {}) };
    const asked = request(
      { host: '127.0.0.1', port, path, method: text ? 'POST' : 'GET', rejectUnauthorized: false, headers, agent: false },
      (got) => {
        got.resume();
        got.on('end', () => resolve({ status: got.statusCode ?? 0, headers: got.headers }));
      },
    );
    asked.on('error', reject);
    asked.end(text);
  });

const shownBy = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      const subject = new X509Certificate(socket.getPeerCertificate().raw).subject;
      socket.destroy();
      resolve(subject);
    });
    socket.on('error', reject);
  });

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (await holds()) return;
  throw new Error(`waited in vain until ${what}`);
};

t.test('https serves with HSTS and a cookie that never travels in the clear; a renewed certificate needs no restart', async (t) => {
  use('first');
  const { port } = await startWeb(t);
  const health = await ask(port, '/healthz');
  t.equal(health.status, 200);
  t.match(health.headers['strict-transport-security'], /max-age=31536000/);
  const logIn = await ask(port, '/api/session', { account: 'a', password: 'b' });
  t.equal(logIn.status, 200);
  t.match(String(logIn.headers['set-cookie']), /HttpOnly; Secure; SameSite=Strict/);
  t.equal(await shownBy(port), 'CN=first');
  writeFileSync(at('cert.pem'), 'half written');
  await new Promise((resolve) => setTimeout(resolve, 200));
  t.equal(await shownBy(port), 'CN=first', 'what is half written changes nothing');
  use('second');
  await until('the renewed certificate is shown', async () => (await shownBy(port)) === 'CN=second');
});

t.test('the relay speaks wss and takes a renewed certificate without losing a telephone', async (t) => {
  use('first');
  const upstream = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'sip' });
  await once(upstream, 'listening');
  t.teardown(() => {
    for (const client of upstream.clients) client.terminate();
    upstream.close();
  });
  upstream.on('connection', (socket) =>
    socket.on('message', (data) => {
      const callId = /Call-ID: (\S+)/.exec(String(data))?.[1];
      socket.send(`SIP/2.0 200 OK\r\nCall-ID: ${callId}\r\nContent-Length: 0\r\n\r\n`);
    }),
  );
  const key = deriveKey('a-secret-of-more-than-thirty-two-characters', TICKET_PURPOSE);
  const relay = createRelay({
    config: {
      host: '127.0.0.1',
      port: 0,
      tls: { certificateFile: at('cert.pem'), keyFile: at('key.pem') },
      trustProxy: [],
      origins: ['https://127.0.0.1:8345'],
      upstreams: [{ node: 'a', url: `ws://127.0.0.1:${(upstream.address() as AddressInfo).port}/ws` }],
    },
    ticketKey: key,
    clock: { now: () => new Date() },
    logger: { info() {}, warn() {} },
    fingerprint: 'f',
    tlsLookMs: 50,
  });
  const port = await relay.listen();
  t.teardown(() => relay.close());
  const phone = new WebSocket(`wss://127.0.0.1:${port}/sip?t=${issueTicket(key, '8001', new Date()).ticket}`, 'sip', {
    origin: 'https://127.0.0.1:8345',
    rejectUnauthorized: false,
  });
  await once(phone, 'open');
  use('second');
  await until('the renewed certificate is shown', async () => (await shownBy(port)) === 'CN=second');
  t.equal(phone.readyState, WebSocket.OPEN);
  t.equal(relay.clients(), 1);
});

t.test('a wrong pair stops the start and names the setting', async (t) => {
  const tls = { certificateFile: at('cert.pem'), keyFile: at('key.pem') };
  const refusal = (key: string, sentence: RegExp, now?: Date) => {
    try {
      readTls(tls, now);
      t.fail(`${key} was taken`);
    } catch (err) {
      t.ok(isHotlineError(err, 'config.invalid') && err.message.includes(key) && sentence.test(err.message), String(err));
    }
  };
  use('first');
  t.ok(readTls(tls).validTo > new Date());
  refusal('HOTLINE_TLS_CERT', /expired/, new Date('2040-01-01'));
  copyFileSync(at('second.key'), at('key.pem'));
  refusal('HOTLINE_TLS_KEY', /does not belong/);
  // The processes themselves, before they have started anything.
  for (const script of ['src/main.ts', 'src/relay.ts']) {
    const environment = {
      PATH: process.env.PATH,
      HOTLINE_TLS_CERT: tls.certificateFile,
      HOTLINE_TLS_KEY: tls.keyFile,
      HOTLINE_DATA_DIR: at('data'),
    };
    const ended = spawnSync(process.execPath, [script], { cwd: root, env: environment, encoding: 'utf8' });
    t.not(ended.status, 0);
    t.match(ended.stderr, /HOTLINE_TLS_KEY: .*does not belong/);
  }
  writeFileSync(at('key.pem'), 'no key');
  refusal('HOTLINE_TLS_KEY', /no unencrypted PEM key/);
  writeFileSync(at('cert.pem'), 'no certificate');
  refusal('HOTLINE_TLS_CERT', /no PEM certificate/);
  rmSync(at('cert.pem'));
  refusal('HOTLINE_TLS_CERT', /ENOENT/);
});

t.test('what a proxy says of the client is believed only from a proxy that is trusted', async (t) => {
  const headers = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
  const plain = { HOTLINE_HTTP_PORT: '0' };
  const asked = async (more: Record<string, string>) => {
    const { port } = await startWeb(t, { ...plain, ...more });
    return (await fetch(`http://127.0.0.1:${port}/api/ip`, { headers })).json();
  };
  t.same(await asked({}), { ip: '127.0.0.1', protocol: 'http' });
  t.same(await asked({ HOTLINE_TRUST_PROXY: '192.0.2.0/24' }), { ip: '127.0.0.1', protocol: 'http' });
  t.same(await asked({ HOTLINE_TRUST_PROXY: 'loopback' }), { ip: '203.0.113.9', protocol: 'https' });
});
