import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { currentStaff } from '../http/index.ts';
import { HoursView, SaveHours } from './schemas.ts';
import type { Hours } from './service.ts';

export const hoursRoutes =
  (deps: { hours: Hours }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const tags = ['settings'];
    app.get(
      '/api/settings/hours',
      {
        config: { access: { any: ['settings.manage', 'system.read'] } },
        schema: { summary: '开放时间与溢出 Opening hours and overflow', tags, response: { 200: HoursView } },
      },
      () => deps.hours.view(),
    );
    app.put(
      '/api/settings/hours',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: { summary: '设置开放时间与溢出 Set them; in force at once', tags, body: SaveHours, response: { 200: HoursView } },
      },
      (request) => deps.hours.save(request.body, currentStaff(request).staffId),
    );
  };
