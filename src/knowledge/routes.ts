import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { Article } from '../directory/schemas.ts';
import type { Knowledge } from './service.ts';

export const knowledgeRoutes =
  (deps: { knowledge: Knowledge }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/knowledge',
      {
        config: { access: { any: ['knowledge.read'] } },
        schema: {
          summary: '查知识 Articles that answer a question',
          tags: ['knowledge'],
          querystring: Type.Object({ q: Type.String({ maxLength: 200 }) }),
          response: { 200: Type.Array(Article) },
        },
      },
      (request) => deps.knowledge.search(request.query.q),
    );
  };
