import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { HistoryPage, HistoryQuery } from './schemas.ts';
import type { History } from './service.ts';

export const historyRoutes =
  (deps: { history: History }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/history',
      {
        config: { access: { any: ['history.read'] } },
        schema: {
          tags: ['history'],
          summary: '操作记录，最新在前 (who did what, newest first)',
          querystring: HistoryQuery,
          response: { 200: HistoryPage },
        },
      },
      async (request) => {
        const page = await deps.history.list({ after: request.query.after ?? null, limit: request.query.limit ?? 50 });
        return { ...page, rows: page.rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
      },
    );
  };
