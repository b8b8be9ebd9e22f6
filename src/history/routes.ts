import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { startOfShanghaiDay } from '../core/clock.ts';
import type { HistoryFilter } from './repository.ts';
import { HistoryPage, HistoryPerson, HistoryQuery } from './schemas.ts';
import type { History } from './service.ts';

const DAY_MS = 86_400_000;

/** Days are Shanghai's; `to` is the last day that counts. */
const readQuery = (query: HistoryQuery): { after: string | null; limit: number } & HistoryFilter => {
  const { after, limit, actorId, act, thingKind, thingId, from, to } = query;
  return {
    after: after ?? null,
    limit: limit ?? 50,
    ...(actorId === undefined ? {} : { actorId }),
    ...(act === undefined ? {} : { act }),
    ...(thingKind === undefined || thingId === undefined ? {} : { thing: { kind: thingKind, id: thingId } }),
    ...(from === undefined ? {} : { from: startOfShanghaiDay(from) }),
    ...(to === undefined ? {} : { to: new Date(startOfShanghaiDay(to).getTime() + DAY_MS) }),
  };
};

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
        const page = await deps.history.list(readQuery(request.query));
        return { ...page, rows: page.rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
      },
    );
    app.get(
      '/api/history/people',
      {
        config: { access: { any: ['history.read'] } },
        schema: { tags: ['history'], summary: '可筛选的人 (people to filter by)', response: { 200: Type.Array(HistoryPerson) } },
      },
      () => deps.history.people(),
    );
  };
