import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { HotlineError } from '../core/errors.ts';
import { PERMISSIONS } from '../core/roles.ts';
import { currentSession } from '../http/guard.ts';
import type { StaffAdministration } from './administration.ts';
import { Hotline, LogIn, Me, NewPassword, NewStaff, SaveStaff, StaffImported, StaffImportPreview, StaffItem } from './schemas.ts';
import { secondFactorRoutes } from './second-factor-routes.ts';
import type { SecondFactors } from './second-factors.ts';
import type { Access } from './service.ts';
import { SESSION_COOKIE, type Session } from './session.ts';

/** A table of 500 people is some 50 kB; this leaves room for pictures and colours. */
const LARGEST_TABLE = 5 * 2 ** 20;

const StaffParams = Type.Object({ staffId: Type.Integer({ minimum: 1 }) });

export interface AccessRoutesDeps {
  access: Access;
  secondFactors: SecondFactors;
  administration: StaffAdministration;
  mode: Me['mode'];
  hotline: { name: string; number: string; dutyPhone: string | null };
  /** Every queue with the words people have for it. */
  queues(): Hotline['queues'];
  /** Whether browsers reach us over TLS, directly or through a proxy: then the cookie never travels in the clear. */
  secure: boolean;
}

/** Log-in, log-out, who am I, whose hotline this is, and the staff. */
export const accessRoutes =
  (deps: AccessRoutesDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { access } = deps;
    const manages = { access: { any: ['staff.manage'] } } as const;
    const cookie = { httpOnly: true, sameSite: 'strict', path: '/', secure: deps.secure } as const;
    const describe = (session: Session): Me => ({
      staffId: session.staff.staffId,
      account: session.staff.account,
      name: session.staff.name,
      roles: [...session.staff.roles],
      permissions: PERMISSIONS.filter((permission) => session.permissions.has(permission)),
      extension: session.staff.extension,
      secondFactor: session.secondFactor,
      mode: deps.mode,
      hotline: { name: deps.hotline.name, number: deps.hotline.number, dutyPhone: deps.hotline.dutyPhone ?? '' },
    });

    app.get(
      '/api/hotline',
      {
        // Before anybody signs in the page must say whose it is, and that a demonstration is one.
        config: { access: { public: true } },
        schema: { tags: ['access'], summary: '热线名称和运行方式 (name, mode and queues)', response: { 200: Hotline } },
      },
      async () => ({ mode: deps.mode, name: deps.hotline.name, number: deps.hotline.number, queues: deps.queues() }),
    );

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
      {
        config: { access: { signedIn: true, enrolling: true } },
        schema: { tags: ['access'], summary: '当前登录人 (who am I)', response: { 200: Me } },
      },
      async (request) => describe(currentSession(request)),
    );

    app.delete(
      '/api/session',
      {
        config: { access: { signedIn: true, enrolling: true } },
        schema: { tags: ['access'], summary: '退出 (log out)', response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await access.logOut(currentSession(request));
        reply.clearCookie(SESSION_COOKIE, cookie);
        return reply.code(204).send(null);
      },
    );

    await app.register(secondFactorRoutes({ secondFactors: deps.secondFactors, administration: deps.administration }));

    app.get(
      '/api/staff',
      { config: manages, schema: { tags: ['access'], summary: '人员 (staff)', response: { 200: Type.Array(StaffItem) } } },
      async () => deps.administration.list(),
    );
    app.post(
      '/api/staff',
      { config: manages, schema: { tags: ['access'], summary: '新建人员 (add a person)', body: NewStaff, response: { 200: StaffItem } } },
      async (request) => deps.administration.add(request.body, currentSession(request).staff.staffId),
    );
    const BYTES = 'application/octet-stream';
    app.addContentTypeParser(BYTES, { parseAs: 'buffer', bodyLimit: LARGEST_TABLE }, (_, body, done) => done(null, body));
    const bytesOf = (body: unknown): Buffer => {
      if (Buffer.isBuffer(body)) return body;
      throw new HotlineError('request.invalid', `正文类型须为 ${BYTES} The body must be ${BYTES}`, { field: 'content-type' });
    };
    app.post(
      '/api/staff/import/preview',
      {
        config: manages,
        bodyLimit: LARGEST_TABLE,
        schema: {
          tags: ['access'],
          summary: '导入人员预览 (what would become of each row of a table; writes nothing)',
          consumes: [BYTES],
          response: { 200: StaffImportPreview },
        },
      },
      async (request) => deps.administration.previewImport(bytesOf(request.body)),
    );
    app.post(
      '/api/staff/import',
      {
        config: manages,
        bodyLimit: LARGEST_TABLE,
        schema: {
          tags: ['access'],
          summary: '确认导入人员 (add the new people of a preview)',
          consumes: [BYTES],
          querystring: Type.Object({ digest: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
          response: { 200: StaffImported },
        },
      },
      async (request) =>
        deps.administration.confirmImport(bytesOf(request.body), request.query.digest, currentSession(request).staff.staffId),
    );
    app.put(
      '/api/staff/:staffId',
      {
        config: manages,
        schema: {
          tags: ['access'],
          summary: '修改人员 (change a person)',
          params: StaffParams,
          body: SaveStaff,
          response: { 200: StaffItem },
        },
      },
      async (request) => {
        const { version, ...change } = request.body;
        return deps.administration.change(request.params.staffId, version, change, currentSession(request).staff.staffId);
      },
    );
    app.post(
      '/api/staff/:staffId/password',
      {
        config: manages,
        schema: {
          tags: ['access'],
          summary: '重设密码 (reset a password)',
          params: StaffParams,
          body: NewPassword,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await deps.administration.resetPassword(request.params.staffId, request.body.password, currentSession(request).staff.staffId);
        return reply.code(204).send(null);
      },
    );
  };
