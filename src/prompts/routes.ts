import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { HotlineError } from '../core/errors.ts';
import { currentStaff } from '../http/index.ts';
import type { PromptLibrary } from './library.ts';
import { ChooseRecording, language, PromptsView } from './schemas.ts';
import type { Studio } from './studio.ts';

const Which = Type.Object({ language, id: Type.String({ pattern: '^[a-z0-9][A-Za-z0-9._]{0,79}$' }) });
const BYTES = 'application/octet-stream';
/** A minute of the best a studio records: 192 kHz, two channels, 32 bits. */
const LARGEST = 96 * 1024 * 1024;

export const promptsRoutes =
  (deps: { library: PromptLibrary; studio: Studio }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { library, studio } = deps;
    const reads = { access: { any: ['settings.manage', 'surveys.manage'] } } as const;
    const manages = { access: { any: ['settings.manage'] } } as const;
    const tags = ['settings'];
    app.addContentTypeParser(BYTES, { parseAs: 'buffer', bodyLimit: LARGEST }, (_, body, done) => done(null, body));

    app.get(
      '/api/settings/prompts',
      {
        config: reads,
        schema: { summary: '提示音与录音室录音 What the hotline says, and in whose voice', tags, response: { 200: PromptsView } },
      },
      () => studio.view(),
    );
    app.get(
      '/api/settings/prompts/:language/:id/sound',
      {
        config: reads,
        schema: {
          summary: '试听一条提示音 One prompt as callers hear it, or an earlier recording: WAV',
          tags,
          params: Which,
          querystring: Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1 })) }),
        },
      },
      async (request, reply) => {
        const { id, language: of } = request.params;
        const { version } = request.query;
        const sound = version === undefined ? library.wav(id, of) : await studio.wav(of, id, version);
        if (!sound) throw new HotlineError('thing.not_found', '没有这条提示音，或已损坏 There is no such prompt, or it is damaged', { id });
        return reply.header('cache-control', 'private, no-store').type('audio/wav').send(Buffer.from(sound));
      },
    );
    app.post(
      '/api/settings/prompts/:language/:id/recordings',
      {
        config: manages,
        bodyLimit: LARGEST,
        schema: {
          summary: '上传录音室录音：检查、转换、立即生效 Add a studio recording: checked, converted, in force at once',
          tags,
          consumes: [BYTES],
          params: Which,
          querystring: Type.Object({
            changes: Type.Integer({ minimum: 0 }),
            name: Type.String({ minLength: 1, maxLength: 200 }),
            text: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
          }),
          response: { 200: PromptsView },
        },
      },
      (request) => {
        if (!Buffer.isBuffer(request.body))
          throw new HotlineError('request.invalid', `正文类型须为 ${BYTES} The body must be ${BYTES}`, { field: 'content-type' });
        const { changes, name, text } = request.query;
        const { id, language: of } = request.params;
        return studio.add({ language: of, sound: id, changes }, { name, text, bytes: request.body }, currentStaff(request).staffId);
      },
    );
    app.put(
      '/api/settings/prompts/:language/:id/recordings',
      {
        config: manages,
        schema: {
          summary: '换回以前的录音，或合成的声音 Back to an earlier recording, or to the rendered sound',
          tags,
          params: Which,
          body: ChooseRecording,
          response: { 200: PromptsView },
        },
      },
      (request) => {
        const { changes, inForce } = request.body;
        const { id, language: of } = request.params;
        return studio.choose({ language: of, sound: id, changes }, inForce, currentStaff(request).staffId);
      },
    );
  };
