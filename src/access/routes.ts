import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PERMISSIONS, ROLES } from '../core/roles.ts';
import { nullable, oneOf } from '../core/shapes.ts';
import { currentSession } from '../http/guard.ts';
import { LogIn, Me } from './schemas.ts';
import type { Access } from './service.ts';
import { SESSION_COOKIE, type Session } from './session.ts';

const StaffItem = Type.Object({
  staffId: Type.Integer(),
  account: Type.String(),
  name: Type.String(),
  roles: Type.Array(oneOf(...ROLES)),
  extension: nullable(Type.String()),
  unitCode: nullable(Type.String()),
  active: Type.Boolean(),
});

export interface AccessRoutesDeps {
  access: Access;
  mode: Me['mode'];
  hotline: { name: string; number: string; dutyPhone: string | null };
  /** Whether browsers reach us over TLS, directly or through a proxy: then the cookie never travels in the clear. */
  secure: boolean;
}

/** Log-in, log-out, who am I, and the list of staff. */
export const accessRoutes =
  (deps: AccessRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { access } = deps;
    const cookie = { httpOnly: true, sameSite: 'strict', path: '/', secure: deps.secure } as const;
    const describe = (session: Session): Me => ({
      staffId: session.staff.staffId,
      account: session.staff.account,
      name: session.staff.name,
      roles: [...session.staff.roles],
      permissions: PERMISSIONS.filter((permission) => session.permissions.has(permission)),
      extension: session.staff.extension,
      mode: deps.mode,
      hotline: { name: deps.hotline.name, number: deps.hotline.number, dutyPhone: deps.hotline.dutyPhone ?? '' },
    });

    app.post(
      '/api/session',
      {
        // The throttle in the database slows guessing; this keeps a flood from reaching it. A whole shift may share an address.
        config: { access: { public: true }, rateLimit: { max: 120, timeWindow: '1 minute' } },
        schema: { tags: ['access'], summary: '登录 (log in)', body: LogIn, response: { 200: Me } },
      },
      async (request, reply) => {
        const { token, session } = await access.logIn({ ...request.body, address: request.ip });
        // A second log-in in one browser replaces the first; the old session must not linger as a key nobody holds.
        const before = await access.who(request.cookies[SESSION_COOKIE] ?? '', { touch: false });
        if (before) await access.logOut(before);
        reply.setCookie(SESSION_COOKIE, token, { ...cookie, expires: session.expiresAt });
        return describe(session);
      },
    );

    app.get(
      '/api/session',
      { config: { access: { signedIn: true } }, schema: { tags: ['access'], summary: '当前登录人 (who am I)', response: { 200: Me } } },
      async (request) => describe(currentSession(request)),
    );

    app.delete(
      '/api/session',
      { config: { access: { signedIn: true } }, schema: { tags: ['access'], summary: '退出 (log out)', response: { 204: Type.Null() } } },
      async (request, reply) => {
        await access.logOut(currentSession(request));
        reply.clearCookie(SESSION_COOKIE, cookie);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/api/staff',
      {
        config: { access: { any: ['staff.manage'] } },
        schema: { tags: ['access'], summary: '人员 (staff)', response: { 200: Type.Array(StaffItem) } },
      },
      async () => access.staff(),
    );
  };
