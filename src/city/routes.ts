import { Readable } from 'node:stream';
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { HotlineError } from '../core/errors.ts';
import { currentMachine, currentStaff } from '../http/index.ts';
import { LONGEST_BODY_MS } from '../http/slow-bodies.ts';
import { type CityImports, LARGEST_TABLE } from './imports.ts';
import type { HouseProfile } from './profile.ts';
import { FollowedCase, HandedOver, HandOver, ImportView, ProfileView } from './schemas.ts';
import type { City } from './service.ts';

const ImportParams = Type.Object({ importId: Type.Integer({ minimum: 1 }) });
const CityParams = Type.Object({ cityNumber: Type.String({ minLength: 1, maxLength: 100 }) });
const BYTES = 'application/octet-stream';

/** What the city platform hands over: by a machine, by a spreadsheet, and whether this house takes any. */
export const cityRoutes =
  (deps: { city: City; imports: CityImports; profile: HouseProfile }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { city, imports, profile } = deps;
    const tags = ['city'];
    const dispatches = { access: { any: ['cases.dispatch'] } } as const;
    app.addContentTypeParser(BYTES, (request, payload, done) => {
      if (Number(request.headers['content-length'] ?? 0) > LARGEST_TABLE)
        return done(new HotlineError('request.too_large', '文件太大 The file is too large', { maxBytes: LARGEST_TABLE }));
      done(null, payload);
    });

    app.post(
      '/api/city/cases',
      {
        config: { access: { machine: 'handovers.give' } },
        schema: { summary: '市平台交办 Hand a case over, by its number once', tags, body: HandOver, response: { 200: HandedOver } },
      },
      (request) => city.handOver(request.body, currentMachine(request)),
    );
    app.get(
      '/api/city/cases/:cityNumber',
      {
        config: { access: { machine: 'handovers.follow' } },
        schema: { summary: '交办件进展 What became of a case handed over', tags, params: CityParams, response: { 200: FollowedCase } },
      },
      (request) => city.follow(request.params.cityNumber),
    );
    app.get(
      '/api/city/imports',
      { config: dispatches, schema: { summary: '交办表导入记录 Imports, newest first', tags, response: { 200: Type.Array(ImportView) } } },
      () => imports.list(),
    );
    app.post(
      '/api/city/imports',
      {
        config: { ...dispatches, bodyMs: LONGEST_BODY_MS },
        schema: {
          summary: '上传交办表并预览 Upload a spreadsheet: its bytes as the body; nothing becomes a case yet',
          tags,
          consumes: [BYTES],
          querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 300 }) }),
          response: { 200: ImportView },
        },
      },
      (request, reply) => {
        if (request.headers['content-type']?.split(';')[0]?.trim() !== BYTES)
          throw new HotlineError('request.invalid', `正文类型须为 ${BYTES} The body must be ${BYTES}`, { field: 'content-type' });
        // A refused upload is not read to its end, so the connection cannot carry another request.
        reply.header('connection', 'close');
        const { staffId } = currentStaff(request);
        return imports.upload({ name: request.query.name, stream: request.body as unknown as Readable, staffId });
      },
    );
    app.get(
      '/api/city/imports/:importId',
      { config: dispatches, schema: { summary: '一次导入 One import', tags, params: ImportParams, response: { 200: ImportView } } },
      (request) => imports.get(request.params.importId),
    );
    app.post(
      '/api/city/imports/:importId/confirm',
      { config: dispatches, schema: { summary: '确认导入 Read it in', tags, params: ImportParams, response: { 200: ImportView } } },
      (request) => imports.confirm(request.params.importId, currentStaff(request).staffId),
    );
    app.delete(
      '/api/city/imports/:importId',
      {
        config: dispatches,
        schema: { summary: '放弃导入 Drop what was looked at', tags, params: ImportParams, response: { 200: ImportView } },
      },
      (request) => imports.drop(request.params.importId, currentStaff(request).staffId),
    );
    app.get(
      '/api/city/imports/:importId/refused.csv',
      { config: dispatches, schema: { summary: '下载退回的行 The refused rows, each with why', tags, params: ImportParams } },
      async (request, reply) => {
        const { importId } = request.params;
        const lines = await imports.refusedCsv(importId, currentStaff(request).staffId);
        reply.header('content-disposition', `attachment; filename="refused-${importId}.csv"`).header('x-content-type-options', 'nosniff');
        return reply.type('text/csv; charset=utf-8').send(Readable.from(lines));
      },
    );
    app.get(
      '/api/settings/profile',
      {
        config: { access: { any: ['cases.dispatch', 'settings.manage'] } },
        schema: { summary: '市级或区级 Whose house this is', tags: ['settings'], response: { 200: ProfileView } },
      },
      () => profile.view(),
    );
    app.put(
      '/api/settings/profile',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: { summary: '设置市级或区级 Set it', tags: ['settings'], body: ProfileView, response: { 200: ProfileView } },
      },
      (request) => profile.save(request.body, currentStaff(request).staffId),
    );
  };
