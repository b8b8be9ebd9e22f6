import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pino from 'pino';
import t, { type Test as TapTest } from 'tap';
import { Type } from 'typebox';
import type { Session } from '../../src/access/index.ts';
import { readConfig } from '../../src/config/config.ts';
import { HotlineError } from '../../src/core/errors.ts';
import { permissionsOf, type Role } from '../../src/core/roles.ts';
import { createHttp, createMetrics, currentStaff, type Part } from '../../src/http/index.ts';

const sessionOf = (...roles: Role[]): Session => ({
  sessionId: 1,
  expiresAt: new Date('2030-01-01'),
  staff: { staffId: 7, account: 'a', name: '甲', roles, extension: null },
  permissions: permissionsOf(roles),
  secondFactor: 'none',
});

const ORIGIN = 'http://127.0.0.1:8345';

interface Options {
  parts?: Part[];
  consoleDirectory?: string;
  environment?: Record<string, string>;
  lines?: string[];
}

const start = async (t: TapTest, options: Options = {}) => {
  const logger = pino({ level: 'error' }, { write: (line: string) => void options.lines?.push(line) });
  const { app, finish } = await createHttp({
    config: readConfig(options.environment ?? {}),
    who: async (token) => (token === 'agent' ? sessionOf('agent') : token === 'auditor' ? sessionOf('auditor') : null),
    logger,
    metrics: createMetrics(),
    parts: () => options.parts ?? [],
    consoleDirectory: options.consoleDirectory ?? '/nonexistent',
    version: '0.0.0',
  });
  const Body = Type.Object({ name: Type.Union([Type.String(), Type.Null()]), count: Type.Integer() }, { additionalProperties: false });
  await app.register(async (features) => {
    features.get('/api/open', { config: { access: { public: true } } }, async () => ({ ok: true }));
    features.get('/api/me', { config: { access: { signedIn: true } } }, async (request) => ({ name: currentStaff(request).name }));
    features.get('/api/record', { config: { access: { any: ['history.read'] } } }, async () => ({ ok: true }));
    features.post('/api/write', { config: { access: { public: true } }, schema: { body: Body } }, async (request) => request.body);
    features.post('/api/quick', { config: { access: { public: true }, bodyMs: 200 } }, async () => ({ ok: true }));
    features.get('/api/boom', { config: { access: { public: true } } }, async () => {
      throw new Error('secret inside: 13900001111');
    });
    features.get('/api/refuse', { config: { access: { public: true } } }, async () => {
      throw new HotlineError('case.version_stale', '已被修改', { version: 3 });
    });
    features.get(
      '/api/things/:id',
      { config: { access: { public: true } }, schema: { tags: ['things'], params: Type.Object({ id: Type.Integer() }) } },
      async (request) => request.params,
    );
  });
  await finish();
  await app.ready();
  t.teardown(() => app.close());
  return app;
};

t.test('a route that does not say who may call it stops the start', async (t) => {
  const app = await start(t, {}).catch((err: Error) => err);
  t.notOk(app instanceof Error);
  const { app: bare } = await createHttp({
    config: readConfig({}),
    who: async () => null,
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    parts: () => [],
    consoleDirectory: '/nonexistent',
    version: '0',
  });
  t.throws(() => bare.get('/api/forgotten', async () => 'x'), /GET .*\/api\/forgotten does not declare config.access/);
  await bare.close();
});

t.test('who may call what', async (t) => {
  const app = await start(t);
  const get = (url: string, token?: string) => app.inject({ url, cookies: token ? { hotline_session: token } : {} });
  t.equal((await get('/api/open')).statusCode, 200);
  t.match((await get('/api/me')).json(), { code: 'session.required', message: String, details: {} });
  t.equal((await get('/api/me')).statusCode, 401);
  t.equal((await get('/api/me', 'forged')).statusCode, 401);
  t.same((await get('/api/me', 'agent')).json(), { name: '甲' });
  t.equal((await get('/api/record')).statusCode, 401);
  t.equal((await get('/api/record', 'agent')).statusCode, 403);
  t.equal((await get('/api/record', 'auditor')).statusCode, 200);
  t.match((await get('/api/nowhere')).json(), { code: 'thing.not_found' });
  t.match((await app.inject({ method: 'POST', url: '/nowhere', headers: { origin: ORIGIN } })).json(), { code: 'thing.not_found' });
});

t.test('a change must come from our own pages or a script', async (t) => {
  const app = await start(t);
  const post = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/api/write', payload: { name: null, count: 1 }, headers });
  t.equal((await post({ origin: ORIGIN })).statusCode, 200);
  t.equal((await post({ origin: 'http://localhost:8345' })).statusCode, 200);
  t.match((await post({ origin: 'http://evil.example' })).json(), { code: 'request.origin_refused' });
  t.match((await post({ origin: 'http://evil.example', 'x-hotline': '1' })).json(), { code: 'request.origin_refused' });
  t.match((await post({ origin: 'null' })).json(), { code: 'request.origin_refused' });
  t.match((await post({})).json(), { code: 'request.origin_refused' });
  t.equal((await post({ 'x-hotline': '1' })).statusCode, 200);
});

t.test('a body is taken as it is or refused with the field', async (t) => {
  const app = await start(t);
  const post = (payload: unknown, type = 'application/json') =>
    app.inject({ method: 'POST', url: '/api/write', payload: payload as string, headers: { origin: ORIGIN, 'content-type': type } });
  t.same((await post({ name: null, count: 2 })).json(), { name: null, count: 2 }, 'null stays null');
  t.match((await post({ name: 'a', count: '2' })).json(), { code: 'request.invalid', details: { fields: [{ path: 'body/count' }] } });
  t.match((await post({ name: 'a', count: 2, extra: 1 })).json(), {
    code: 'request.invalid',
    details: { fields: [{ path: 'body/extra' }, {}] },
  });
  t.match((await post('{broken')).json(), { code: 'request.invalid' });
  t.match((await post('<a/>', 'text/xml')).json(), { code: 'request.invalid' });
  t.match((await post('{"__proto__":{"x":1},"name":null,"count":1}')).json(), { code: 'request.invalid' });
  t.match((await post({ name: 'x'.repeat(300_000), count: 1 })).json(), { code: 'request.too_large' });
  t.same((await app.inject('/api/things/17')).json(), { id: 17 });
  t.match((await app.inject('/api/things/seventeen')).json(), { code: 'request.invalid', details: { fields: [{ path: 'params/id' }] } });
});

t.test('an error of ours is told, one we did not expect hides its inside', async (t) => {
  const lines: string[] = [];
  const app = await start(t, { lines });
  const refuse = await app.inject('/api/refuse');
  t.equal(refuse.statusCode, 409);
  t.same(refuse.json(), { code: 'case.version_stale', message: '已被修改', details: { version: 3 } });
  const boom = await app.inject('/api/boom');
  t.equal(boom.statusCode, 500);
  t.equal(boom.json().code, 'internal.unexpected');
  t.notMatch(boom.body, '13900001111');
  t.match(lines.join(''), /secret inside/, 'but the log has it');
});

t.test('headers keep the page to itself', async (t) => {
  const app = await start(t);
  const { headers } = await app.inject('/api/open');
  const policy = String(headers['content-security-policy']);
  t.match(policy, /connect-src 'self' ws:\/\/127\.0\.0\.1:8345 ws:\/\/localhost:8345 ws:\/\/127\.0\.0\.1:8346(;|$)/);
  t.match(policy, /script-src 'self'(;|$)/);
  t.match(policy, /frame-ancestors 'none'/);
  t.notOk(headers['strict-transport-security']);
  t.equal(headers['cache-control'], 'no-store');
  t.match(headers['permissions-policy'], /microphone=\(self\)/);
  const secure = await start(t, {
    environment: { HOTLINE_PUBLIC_URL: 'https://a.cn', HOTLINE_RELAY_PUBLIC_URL: 'wss://a.cn/sip' },
  });
  const over = (await secure.inject('/api/open')).headers;
  t.match(over['strict-transport-security'], /max-age/);
  t.match(over['content-security-policy'], /connect-src 'self' wss:\/\/a\.cn(;|$)/);
});

t.test('health, readiness, metrics', async (t) => {
  const parts: Part[] = [
    { name: 'database', needed: true, check: () => null },
    { name: 'switch', needed: false, check: () => 'AMI: wrong password for user hotline' },
  ];
  const app = await start(t, { parts, environment: { HOTLINE_METRICS_TOKEN: 'a-token-of-sixteen' } });
  t.equal((await app.inject('/healthz')).statusCode, 200);
  const ready = await app.inject('/readyz');
  t.equal(ready.statusCode, 200, 'a part that is not needed does not make it unready');
  t.match(ready.json().parts.switch, { up: false, reason: 'AMI: wrong password for user hotline' });
  const stranger = { remoteAddress: '10.1.2.3' };
  t.notOk((await app.inject({ url: '/readyz', ...stranger })).json().parts.switch.reason);
  parts.push({ name: 'disk', needed: true, check: () => Promise.reject(new Error('full')) });
  t.equal((await app.inject('/readyz')).statusCode, 503);
  parts.splice(0, parts.length, { name: 'slow', needed: true, check: () => new Promise(() => {}) });
  t.match((await app.inject('/readyz')).json().parts.slow, { up: false, reason: /no answer/ });
  t.match((await app.inject('/metrics')).body, /hotline_http_request_seconds_count\{method="GET",route="\/readyz",status="503"\} 2/);
  t.equal((await app.inject({ url: '/metrics', ...stranger })).statusCode, 403);
  t.equal(
    (await app.inject({ url: '/metrics', headers: { 'x-forwarded-for': '10.1.2.3' } })).statusCode,
    403,
    'a proxy on this machine is not this machine',
  );
  t.equal((await app.inject({ url: '/metrics', ...stranger, headers: { authorization: 'Bearer a-token-of-sixteen' } })).statusCode, 200);
  t.equal((await app.inject({ url: '/metrics', ...stranger, headers: { authorization: 'Bearer a-token-of-sixteeN' } })).statusCode, 403);
});

t.test('the console', async (t) => {
  const unbuilt = await start(t);
  t.match(await unbuilt.inject('/'), { statusCode: 503, body: /npm run build/ });
  const consoleDirectory = t.testdir({ 'index.html': '<p>console', 'citizen.html': '<p>citizen', '.env': 'x' });
  mkdirSync(join(consoleDirectory, 'assets'));
  writeFileSync(join(consoleDirectory, 'assets', 'a-1.js'), 'js');
  const app = await start(t, { consoleDirectory });
  t.match(await app.inject('/'), { statusCode: 200, body: '<p>console', headers: { 'cache-control': 'no-cache' } });
  t.match(await app.inject('/calls/7'), { statusCode: 200, body: '<p>console' });
  t.match(await app.inject('/citizen.html'), { statusCode: 200, body: '<p>citizen' });
  const asset = await app.inject('/assets/a-1.js');
  t.match(asset.headers, { 'cache-control': 'public, max-age=31536000, immutable', 'content-type': /javascript/ });
  for (const path of [
    '/assets/a-2.js',
    '/.env',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/assets/..%2f..%2fx',
    '/api',
    '/a%00b.js',
    '/%E0%A4%A',
  ])
    t.match((await app.inject(path)).json(), { code: /thing.not_found|request.invalid/ }, path);
});

t.test('the description of the interface, and its page', async (t) => {
  const app = await start(t);
  const spec = (await app.inject('/api/openapi.json')).json();
  t.equal(spec.openapi, '3.1.0');
  t.same(Object.keys(spec.paths), ['/api/things/{id}']);
  const page = await app.inject('/api/docs/');
  t.equal(page.statusCode, 200);
  t.notMatch(page.body, /<script>(?!<)/, 'no script inside the page, which the policy would refuse');
  t.equal((await app.inject('/api/docs/static/swagger-initializer.js')).statusCode, 200);
  const production = await start(t, {
    environment: {
      HOTLINE_MODE: 'production',
      HOTLINE_SECRET: 'x'.repeat(32),
      HOTLINE_PUBLIC_URL: 'https://a.cn',
      HOTLINE_SWITCH: 'managed',
    },
  });
  t.equal((await production.inject('/api/docs/')).statusCode, 401);
  t.equal((await production.inject('/api/openapi.json')).statusCode, 401);
});

t.test('a flood from one address is stopped, and one person does not stop another', async (t) => {
  const app = await start(t);
  let refused = 0;
  for (let i = 0; i < 700; i++) if ((await app.inject('/api/open')).statusCode === 429) refused++;
  t.equal(refused, 100);
  const last = await app.inject('/api/open');
  t.match(last.json(), { code: 'request.too_many', details: { retryAfterSeconds: Number } });
  t.ok(last.headers['retry-after']);
  t.equal((await app.inject({ url: '/api/me', cookies: { hotline_session: 'agent' } })).statusCode, 200);
  t.equal((await app.inject('/healthz')).statusCode, 200);
});

t.test('a body that dribbles in is cut off at its route’s limit, another route’s is not', async (t) => {
  const app = await start(t);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const dribble = (path: string): Promise<string> =>
    new Promise((resolve) => {
      const going = request({
        port,
        host: '127.0.0.1',
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hotline': '1' },
      });
      going.on('response', (response) => resolve(String(response.resume().statusCode)));
      going.on('error', () => resolve('cut off'));
      going.write('{"name":null,');
      setTimeout(() => going.end('"count":1}'), 600);
    });
  t.same(await Promise.all([dribble('/api/quick'), dribble('/api/write')]), ['cut off', '200']);
});
