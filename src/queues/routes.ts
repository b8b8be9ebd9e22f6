import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { currentStaff } from '../http/index.ts';
import { ChangeQueue, NewQueue, PersonPlaces, PlacesView, QueuesView, SaveHeld, SavePlaces, SaveSkills } from './schemas.ts';
import type { Queues } from './service.ts';

const OneQueue = Type.Object({ queue: Type.String({ maxLength: 31 }) });
const Agent = Type.Object({ staffId: Type.Integer({ minimum: 1 }) });

/** Queues and skills are the administrator's; who stands where is the team leader's as well. */
export const queuesRoutes =
  (deps: { queues: Queues }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { queues } = deps;
    const sets = { access: { any: ['settings.manage'] } } as const;
    const moves = { access: { any: ['agents.lead', 'settings.manage'] } } as const;
    const tags = ['settings'];
    const answers = { 200: QueuesView };

    app.get('/api/queues', { config: sets, schema: { summary: '队列和技能 Queues and skills', tags, response: answers } }, () =>
      queues.view(),
    );
    app.post(
      '/api/queues',
      { config: sets, schema: { summary: '新建队列 Add a queue; on the switch at once', tags, body: NewQueue, response: answers } },
      (request) => queues.add(request.body, currentStaff(request).staffId),
    );
    app.put(
      '/api/queues/:queue',
      {
        config: sets,
        schema: {
          summary: '修改队列 Change a queue; in force for the next ring',
          tags,
          params: OneQueue,
          body: ChangeQueue,
          response: answers,
        },
      },
      (request) => queues.change(request.params.queue, request.body, currentStaff(request).staffId),
    );
    app.delete(
      '/api/queues/:queue',
      {
        config: sets,
        schema: {
          summary: '删除队列 Remove a queue; refused with the list of what uses it',
          tags,
          params: OneQueue,
          querystring: Type.Object({ version: Type.Integer({ minimum: 0 }) }),
          response: answers,
        },
      },
      (request) => queues.remove(request.params.queue, request.query.version, currentStaff(request).staffId),
    );
    app.put(
      '/api/skills',
      { config: sets, schema: { summary: '设置技能 Set the skills', tags, body: SaveSkills, response: answers } },
      (request) => queues.saveSkills(request.body, currentStaff(request).staffId),
    );
    app.get(
      '/api/agents/places',
      { config: moves, schema: { summary: '坐席所在队列和技能 Who stands in which queue', tags, response: { 200: PlacesView } } },
      () => queues.places(),
    );
    app.put(
      '/api/agents/:staffId/queues',
      {
        config: moves,
        schema: { summary: '调整坐席所在队列 Move an agent', tags, params: Agent, body: SavePlaces, response: { 200: PersonPlaces } },
      },
      (request) => queues.move(request.params.staffId, request.body, currentStaff(request).staffId),
    );
    app.put(
      '/api/agents/:staffId/skills',
      {
        config: moves,
        schema: { summary: '设置坐席技能 Set what an agent can', tags, params: Agent, body: SaveHeld, response: { 200: PersonPlaces } },
      },
      (request) => queues.hold(request.params.staffId, request.body, currentStaff(request).staffId),
    );
  };
