import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { MACHINE_RIGHTS } from '../../src/access/machine-rights.ts';
import { PERMISSIONS, permissionsOf, ROLES, type Role } from '../../src/core/roles.ts';
import type { App, RouteAccess } from '../../src/http/index.ts';
import { createAccessRepository } from '../../src/storage/repositories/access.ts';
import type { Store } from '../../src/storage/store.ts';
import { openSession } from '../helpers/session.ts';
import { wholeApp } from '../helpers/whole-app.ts';

const clock = { now: () => new Date() };
const ORIGIN = 'http://127.0.0.1:8345';

const openApp = async (t: Test, environment: Record<string, string>): Promise<{ app: App; store: Store }> => {
  const { app, store } = await wholeApp(t, { dataDirectory: t.testdir(), environment, clock });
  await app.http.ready();
  t.teardown(() => app.http.close());
  return { app: app.http, store };
};

/** Opens sessions without the cost of a password. */
const receptionist = async (store: Store) => {
  const repository = createAccessRepository(store);
  const ids = new Map<Role, number>();
  for (const role of ROLES) {
    const staff = { account: `guard-${role}`, name: role, passwordHash: '-', roles: [role], extension: null, unitCode: null };
    ids.set(role, (await repository.addStaff(staff, clock.now())) ?? 0);
  }
  return (role: Role): Promise<string> => openSession(store, ids.get(role) ?? 0, clock.now());
};

const expected = (
  access: RouteAccess,
  role: Role | null,
): 'allowed' | 'machine.credential_wrong' | 'session.required' | 'access.denied' => {
  if ('public' in access) return 'allowed';
  // Whoever is signed in is no machine.
  if ('machine' in access) return 'machine.credential_wrong';
  if (role === null) return 'session.required';
  if ('signedIn' in access) return 'allowed';
  return access.any.some((permission) => permissionsOf([role]).has(permission)) ? 'allowed' : 'access.denied';
};

const actual = (response: { statusCode: number; body: string }): string => {
  if (response.statusCode !== 401 && response.statusCode !== 403) return 'allowed';
  const { code } = JSON.parse(response.body) as { code: string };
  return code === 'session.credentials_wrong' ? 'allowed' : code;
};

const addressOf = (url: string): string => url.replace(/:\w+/g, '999999').replace('*', 'nowhere');

t.test('every route, asked by every role and by nobody, keeps what it declares', async (t) => {
  const { app, store } = await openApp(t, {});
  const open = await receptionist(store);
  let asked = 0;
  for (const { method, url, access } of app.routeTable) {
    for (const role of [null, ...ROLES]) {
      const response = await app.inject({
        method: method as 'GET',
        url: addressOf(url),
        headers: { origin: ORIGIN, ...(method === 'GET' || method === 'HEAD' ? {} : { 'content-type': 'application/json' }) },
        ...(method === 'GET' || method === 'HEAD' ? {} : { payload: '{}' }),
        cookies: role === null ? {} : { hotline_session: await open(role) },
      });
      const outcome = method === 'HEAD' && [401, 403].includes(response.statusCode) ? expected(access, role) : actual(response);
      asked++;
      if (outcome !== expected(access, role) || response.statusCode === 500)
        t.fail(`${method} ${url} as ${role ?? 'nobody'}: ${response.statusCode} ${outcome}, declared ${expected(access, role)}`);
    }
  }
  t.comment(`${app.routeTable.length} routes, ${asked} requests`);
  t.ok(app.routeTable.length > 25, 'the whole application was walked');
});

t.test('whose second factor is due goes nowhere but where it is enrolled', async (t) => {
  const { app, store } = await openApp(t, {});
  const open = await receptionist(store);
  const token = await open('administrator');
  await store.write((db) => db.update(store.schema.sessions).set({ secondFactor: 'due' }).returning({ id: store.schema.sessions.id }));
  const passed: string[] = [];
  for (const { method, url, access } of app.routeTable) {
    if ('public' in access || 'machine' in access || method === 'HEAD' || (method === 'DELETE' && url === '/api/session')) continue;
    const response = await app.inject({
      method: method as 'GET',
      url: addressOf(url),
      headers: { origin: ORIGIN, ...(method === 'GET' ? {} : { 'content-type': 'application/json' }) },
      ...(method === 'GET' ? {} : { payload: '{}' }),
      cookies: { hotline_session: token },
    });
    if (!response.body.includes('session.second_factor_due')) passed.push(`${method} ${url}`);
  }
  t.same(passed.sort(), [
    'GET /api/session',
    'GET /api/session/second-factor',
    'POST /api/session/second-factor',
    'PUT /api/session/second-factor',
  ]);
});

/** Rows of the written contract: "GET /api/calls?after= | calls.read_own or calls.read_all". */
const writtenContract = (): { method: string; url: string; access: RouteAccess | null }[] => {
  const text = readFileSync(join(import.meta.dirname, '../../src/http/contract.md'), 'utf8');
  return [...text.matchAll(/^\| (GET|POST|PUT|DELETE) (\/api\/\S+) +\| ([^|]+?) +\|/gm)].map(([, method = '', path = '', right = '']) => {
    const rights = PERMISSIONS.filter((permission) => new RegExp(`\\b${permission.replace('.', '\\.')}\\b`).test(right));
    const access: RouteAccess | null =
      rights.length > 0
        ? { any: rights }
        : right.startsWith('public')
          ? { public: true }
          : right === 'signed in, also while it is due'
            ? { signedIn: true, enrolling: true }
            : right === 'signed in'
              ? { signedIn: true }
              : (MACHINE_RIGHTS.flatMap((machine) => (right === `machine ${machine}` ? [{ machine }] : []))[0] ?? null);
    return { method, url: path.replace(/\?.*/, ''), access };
  });
};

t.test('what the routes declare is what the contract says', async (t) => {
  const { app } = await openApp(t, {});
  const rows = writtenContract().filter((row) => row.access !== null);
  t.ok(rows.length > 15);
  for (const { method, url, access } of rows) {
    const route = app.routeTable.find((each) => each.method === method && each.url === url);
    const normal = (each: RouteAccess | undefined | null) => (each && 'any' in each ? { any: [...each.any].sort() } : each);
    t.same(normal(route?.access), normal(access), `${method} ${url}`);
  }
});

t.test('production opens nothing the demonstration opened for play', async (t) => {
  const { app } = await openApp(t, {
    HOTLINE_MODE: 'production',
    HOTLINE_PUBLIC_URL: 'https://hotline.example.cn',
    HOTLINE_SWITCH: 'managed',
  });
  const open = app.routeTable
    .filter((route) => 'public' in route.access && route.method !== 'HEAD')
    .map((route) => `${route.method} ${route.url}`);
  t.same(open.sort(), [
    'GET /*',
    'GET /api/hotline',
    'GET /healthz',
    'GET /metrics',
    'GET /readyz',
    'GET /reply/:token',
    'POST /api/session',
    'POST /reply/:token',
  ]);
});

t.test('in production administrators and security officers prove more than a password until somebody decides otherwise', async (t) => {
  const rolesIn = async (environment: Record<string, string>): Promise<unknown> => {
    const { app, store } = await openApp(t, environment);
    const cookies = { hotline_session: await (await receptionist(store))('administrator') };
    return (await app.inject({ url: '/api/settings/second-factor', cookies })).json();
  };
  const production = { HOTLINE_MODE: 'production', HOTLINE_PUBLIC_URL: 'https://hotline.example.cn', HOTLINE_SWITCH: 'managed' };
  t.same(await rolesIn(production), { version: 0, roles: ['administrator', 'security_officer'] });
  t.same(await rolesIn({}), { version: 0, roles: [] }, 'the printed accounts of a demonstration just work');
});
