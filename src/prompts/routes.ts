import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { HotlineError } from '../core/errors.ts';
import { oneOf } from '../core/shapes.ts';
import { LANGUAGES, type PromptLibrary } from './library.ts';
import { PromptsView } from './schemas.ts';

const Which = Type.Object({ language: oneOf(...LANGUAGES), id: Type.String({ pattern: '^[a-z0-9][A-Za-z0-9._]{0,79}$' }) });

export const promptsRoutes =
  (deps: { library: PromptLibrary }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { library } = deps;
    const reads = { access: { any: ['settings.manage', 'surveys.manage'] } } as const;
    const tags = ['settings'];
    app.get(
      '/api/settings/prompts',
      { config: reads, schema: { summary: '提示音 What the hotline says', tags, response: { 200: PromptsView } } },
      async () => ({
        prompts: library.list().map(({ text, pieces, maxSeconds, id, group }) => ({
          id,
          group,
          text,
          pieces: { zh: [...pieces.zh], en: [...pieces.en] },
          maxSeconds,
        })),
      }),
    );
    app.get(
      '/api/settings/prompts/:language/:id/sound',
      { config: reads, schema: { summary: '试听一条提示音 One prompt as callers hear it: WAV', tags, params: Which } },
      async (request, reply) => {
        const { id, language } = request.params;
        const sound = library.wav(id, language);
        if (!sound) throw new HotlineError('thing.not_found', '没有这条提示音，或已损坏 There is no such prompt, or it is damaged', { id });
        return reply.header('cache-control', 'private, no-store').type('audio/wav').send(Buffer.from(sound));
      },
    );
  };
