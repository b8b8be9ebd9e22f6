import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { currentStaff } from '../http/index.ts';
import type { PauseSettings } from './pause-settings.ts';
import { PauseReasonsView, SavePauseReasons } from './schemas.ts';

/** The reasons to choose from, and the administrator's list of them. */
export const pauseRoutes =
  (deps: { pauses: PauseSettings }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/settings/pause-reasons',
      {
        config: { access: { any: ['desk.use', 'board.read', 'settings.manage'] } },
        schema: { summary: '小休原因 Reasons to pause', tags: ['settings'], response: { 200: PauseReasonsView } },
      },
      () => deps.pauses.view(),
    );
    app.put(
      '/api/settings/pause-reasons',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: {
          summary: '设置小休原因 Set them; in force for the next pause',
          tags: ['settings'],
          body: SavePauseReasons,
          response: { 200: PauseReasonsView },
        },
      },
      (request) => deps.pauses.save(request.body, currentStaff(request).staffId),
    );
  };
