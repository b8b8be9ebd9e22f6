import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Board } from './schemas.ts';
import type { BoardService } from './service.ts';

export const boardRoutes =
  (deps: { board: BoardService }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/board',
      {
        config: { access: { any: ['board.read'] } },
        schema: { summary: '实时看板 The live board as of now; what follows is pushed', tags: ['board'], response: { 200: Board } },
      },
      () => deps.board.view(),
    );
  };
