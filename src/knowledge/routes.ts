import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { Article, ArticlePage, LikelyArticle } from '../directory/schemas.ts';
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
    app.get(
      '/api/knowledge/articles',
      {
        config: { access: { any: ['knowledge.read'] } },
        schema: {
          summary: '全部条目，按编号 Every article, by code',
          tags: ['knowledge'],
          querystring: Type.Object({
            after: Type.Optional(Type.String({ maxLength: 32 })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
            subject: Type.Optional(Type.String({ pattern: '^[0-9]{2,6}$' })),
          }),
          response: { 200: ArticlePage },
        },
      },
      ({ query }) => deps.knowledge.page({ after: query.after ?? null, limit: query.limit ?? 50, subject: query.subject ?? null }),
    );
    app.get(
      '/api/knowledge/likely',
      {
        config: { access: { any: ['knowledge.read'] } },
        schema: { summary: '今天可能会问到 What may be asked today', tags: ['knowledge'], response: { 200: Type.Array(LikelyArticle) } },
      },
      () => deps.knowledge.likely(),
    );
  };
