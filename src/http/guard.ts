import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bearerOf, type Machine } from '../access/machine.ts';
import type { MachineRight } from '../access/machine-rights.ts';
import { SESSION_COOKIE, type Session, type Staff } from '../access/session.ts';
import { HotlineError } from '../core/errors.ts';
import type { Permission } from '../core/roles.ts';

/** What a route asks of whoever calls it. Every route says it; one that does not stops the start. */
export type RouteAccess =
  | { public: true }
  /** enrolling: also for somebody whose second factor is due, who may go nowhere else. */
  | { signedIn: true; enrolling?: true }
  | { any: readonly Permission[] }
  /** For other systems, by a credential of their own; no cookie is looked at. */
  | { machine: MachineRight };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** A public form whose address is a secret of its own: it may come without an Origin. */
    byLink?: true;
  }
  interface FastifyRequest {
    /** Who is signed in; always null on public routes, where nobody looks. */
    session: Session | null;
    /** Which other system calls; only on routes for such. */
    machine: Machine | null;
  }
  interface FastifyInstance {
    /** Every route there is and what it asks, in the order they were registered. */
    routeTable: { method: string; url: string; access: RouteAccess }[];
  }
}

type Decision = 'allowed' | 'machine.credential_wrong' | 'session.required' | 'session.second_factor_due' | 'access.denied';

/** Pure: may this session, this machine, or nobody, call such a route? */
export const decide = (access: RouteAccess, session: Session | null, machine: Machine | null): Decision => {
  if ('public' in access) return 'allowed';
  if ('machine' in access) {
    if (machine === null) return 'machine.credential_wrong';
    return machine.rights.has(access.machine) ? 'allowed' : 'access.denied';
  }
  if (session === null) return 'session.required';
  if (session.secondFactor === 'due' && !('enrolling' in access)) return 'session.second_factor_due';
  if ('signedIn' in access) return 'allowed';
  return access.any.some((permission) => session.permissions.has(permission)) ? 'allowed' : 'access.denied';
};

/** @throws HotlineError session.required on a route that is public */
export const currentSession = (request: FastifyRequest): Session => {
  if (request.session === null) throw new HotlineError('session.required', '请先登录 (please sign in)');
  return request.session;
};

/** @throws HotlineError session.required on a route that is public */
export const currentStaff = (request: FastifyRequest): Staff => currentSession(request).staff;

/** @throws HotlineError machine.credential_wrong on a route that is not for machines */
export const currentMachine = (request: FastifyRequest): Machine => {
  if (request.machine === null) throw new HotlineError('machine.credential_wrong', '凭证不对或已作废 (credential wrong or revoked)');
  return request.machine;
};

export const mayCurrent = (request: FastifyRequest, permission: Permission): boolean =>
  request.session?.permissions.has(permission) === true;

/** Access of routes that a library registers for us and that therefore cannot say it themselves. */
export type Inherited = readonly { prefix: string; access: RouteAccess }[];

/** Part one, before any route is registered: no route without a word about who may call it. */
export const demandAccess = (app: FastifyInstance, inherited: Inherited): void => {
  app.decorateRequest('session', null);
  app.decorateRequest('machine', null);
  const routeTable: FastifyInstance['routeTable'] = [];
  app.decorate('routeTable', routeTable);
  app.addHook('onRoute', (route) => {
    const given = inherited.find(({ prefix }) => route.url.startsWith(prefix));
    if (route.config?.access === undefined && given) route.config = { ...route.config, access: given.access };
    if (route.config?.access === undefined) throw new Error(`route ${String(route.method)} ${route.url} does not declare config.access`);
    for (const method of [route.method].flat()) routeTable.push({ method, url: route.url, access: route.config.access });
  });
};

/** Part two: find out who calls. A root onRequest hook, so that the rate limit, which is a route's own, can count by person. */
export const identify = (
  app: FastifyInstance,
  who: (token: string) => Promise<Session | null>,
  whichMachine: (token: string) => Promise<Machine | null>,
): void => {
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access !== undefined && 'machine' in access) {
      const bearer = bearerOf(request.headers.authorization);
      if (bearer !== null) request.machine = await whichMachine(bearer);
      return;
    }
    const token = request.cookies[SESSION_COOKIE];
    if (access === undefined || 'public' in access || token === undefined) return;
    request.session = await who(token);
  });
};

/** Part three, after the rate limit and before a byte of the body is read. */
export const enforce = (app: FastifyInstance): void => {
  app.addHook('preParsing', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined) return; // only the answer for an unknown address has none
    const decision = decide(access, request.session, request.machine);
    if (decision === 'machine.credential_wrong') throw new HotlineError(decision, '凭证不对或已作废 (credential wrong or revoked)');
    if (decision === 'session.required') throw new HotlineError('session.required', '请先登录 (please sign in)');
    if (decision === 'session.second_factor_due')
      throw new HotlineError('session.second_factor_due', '先启用第二因素 (enrol a second factor first)');
    if (decision === 'access.denied') throw new HotlineError('access.denied', '没有权限 (not allowed)');
  });
};
