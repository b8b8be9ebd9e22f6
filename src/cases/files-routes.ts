import type { Readable } from 'node:stream';
import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HotlineError } from '../core/errors.ts';
import { LONGEST_BODY_MS } from '../http/slow-bodies.ts';
import type { Viewer } from './case.ts';
import { CaseFileView } from './files-schemas.ts';
import { type CaseFiles, LARGEST_FILE } from './files-service.ts';

const CaseParams = Type.Object({ caseId: Type.Integer({ minimum: 1 }) });
const FileParams = Type.Object({ caseId: Type.Integer({ minimum: 1 }), fileId: Type.Integer({ minimum: 1 }) });
const READERS = ['cases.read_own', 'cases.read_all', 'cases.read_unit'] as const;
const ADDERS = ['cases.write', 'cases.dispatch', 'cases.handle', 'cases.supervise'] as const;
const BYTES = 'application/octet-stream';

/** The name as RFC 6266 writes it: a plain one for the old, the real one for all others. */
const disposition = (kind: 'inline' | 'attachment', name: string): string =>
  `${kind}; filename="file.${name.split('.').at(-1) ?? 'bin'}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, escape)}`;

/** The body as it comes. A refused one is not read to its end, so the connection cannot carry another request. */
const bytesOf = (request: FastifyRequest, reply: FastifyReply): Readable => {
  if (request.headers['content-type']?.split(';')[0]?.trim() !== BYTES)
    throw new HotlineError('request.invalid', `正文类型须为 ${BYTES} The body must be ${BYTES}`, { field: 'content-type' });
  reply.header('connection', 'close');
  return request.body as Readable;
};

export const caseFilesRoutes =
  (deps: { files: CaseFiles; currentStaff: (request: FastifyRequest) => Viewer }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { files, currentStaff } = deps;
    const tags = ['cases'];
    // The bytes go on as they come; nothing of a large file is held.
    app.addContentTypeParser(BYTES, (request, payload, done) => {
      const announced = Number(request.headers['content-length'] ?? 0);
      if (announced > LARGEST_FILE)
        return done(new HotlineError('request.too_large', '文件太大 The file is too large', { maxBytes: LARGEST_FILE }));
      done(null, payload);
    });

    app.get(
      '/api/cases/:caseId/files',
      {
        config: { access: { any: READERS } },
        schema: { summary: '工单附件 Files of a case', tags, params: CaseParams, response: { 200: Type.Array(CaseFileView) } },
      },
      (request) => files.list(request.params.caseId, currentStaff(request)),
    );
    app.post(
      '/api/cases/:caseId/files',
      {
        config: { access: { any: ADDERS }, bodyMs: LONGEST_BODY_MS },
        schema: {
          summary: '添加附件 Add a file: its bytes as the body; what it is, is told by them',
          tags,
          consumes: [BYTES],
          params: CaseParams,
          querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 300 }) }),
          response: { 200: CaseFileView },
        },
      },
      (request, reply) => {
        const stream = bytesOf(request, reply);
        return files.add({ caseId: request.params.caseId, name: request.query.name, stream, staff: currentStaff(request) });
      },
    );
    app.put(
      '/api/cases/:caseId/files/:fileId/preview',
      {
        config: { access: { any: ADDERS } },
        schema: {
          summary: '照片缩略图 A small picture of a photo, from whoever has just added it',
          tags,
          consumes: [BYTES],
          params: FileParams,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const { caseId, fileId } = request.params;
        await files.addPreview({ caseId, fileId, stream: bytesOf(request, reply), staff: currentStaff(request) });
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/api/cases/:caseId/files/:fileId/preview',
      {
        config: { access: { any: READERS } },
        schema: { summary: '照片缩略图 The small picture of a photo; nothing when it has none', tags, params: FileParams },
      },
      async (request, reply) => {
        const { caseId, fileId } = request.params;
        const found = await files.openPreview(caseId, fileId, currentStaff(request));
        if (!found) return reply.code(204).send();
        reply
          .header('content-length', found.bytes)
          .header('x-content-type-options', 'nosniff')
          .header('content-security-policy', "default-src 'none'; sandbox")
          .header('cache-control', 'private, max-age=3600');
        return reply.type('image/jpeg').send(found.stream);
      },
    );
    app.get(
      '/api/cases/:caseId/files/:fileId',
      { config: { access: { any: READERS } }, schema: { summary: '附件内容 The bytes of a file', tags, params: FileParams } },
      async (request, reply) => {
        const { caseId, fileId } = request.params;
        const { file, bytes, stream } = await files.open(caseId, fileId, currentStaff(request));
        reply
          .header('content-length', bytes)
          .header('content-disposition', disposition(file.isPicture ? 'inline' : 'attachment', file.name))
          .header('x-content-type-options', 'nosniff')
          // Whatever a browser makes of the bytes, it runs nothing and loads nothing.
          .header('content-security-policy', "default-src 'none'; sandbox")
          .header('cache-control', 'private, no-store');
        return reply.type(file.mime).send(stream);
      },
    );
  };
