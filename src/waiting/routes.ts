import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { currentStaff } from '../http/index.ts';
import { SaveWaitingRules, WaitingRulesView } from './schemas.ts';
import type { WaitingSettingsService } from './settings.ts';

export const waitingRoutes =
  (deps: { settings: WaitingSettingsService }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/settings/waiting',
      {
        config: { access: { any: ['settings.manage', 'system.read'] } },
        schema: { summary: '等候规则 What a waiting citizen gets', tags: ['settings'], response: { 200: WaitingRulesView } },
      },
      () => deps.settings.view(),
    );
    app.put(
      '/api/settings/waiting',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: {
          summary: '设置等候规则 Set it; in force at once, also for who waits',
          tags: ['settings'],
          body: SaveWaitingRules,
          response: { 200: WaitingRulesView },
        },
      },
      (request) => deps.settings.save(request.body, currentStaff(request).staffId),
    );
  };
