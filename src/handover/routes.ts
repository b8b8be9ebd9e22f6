import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { nullable } from '../core/shapes.ts';
import { currentStaff } from '../http/index.ts';
import { HandoverAct, HandoverView, StartHandover } from './schemas.ts';
import type { Handovers } from './service.ts';

const Call = Type.Object({ callId: Type.Integer({ minimum: 1 }) });

export const handoverRoutes =
  (deps: { handovers: Handovers }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { handovers } = deps;
    const config = { access: { any: ['desk.use'] } } as const;
    const tags = ['calls'];
    app.get(
      '/api/calls/:callId/handover',
      {
        config,
        schema: { summary: '电话交办到哪一步 How a hand-over stands', tags, params: Call, response: { 200: nullable(HandoverView) } },
      },
      (request) => handovers.ofCall(request.params.callId, currentStaff(request).staffId),
    );
    app.post(
      '/api/calls/:callId/handover',
      {
        config,
        schema: {
          summary: '电话交办：依次拨打单位值班电话 Hand an urgent matter over by telephone',
          tags,
          params: Call,
          body: StartHandover,
          response: { 200: HandoverView },
        },
      },
      (request) => handovers.start(request.params.callId, request.body, currentStaff(request)),
    );
    app.post(
      '/api/calls/:callId/handover/acts',
      {
        config,
        schema: {
          summary: '已接手、换下一位或停止 Taken, the next one, or no more',
          tags,
          params: Call,
          body: HandoverAct,
          response: { 200: HandoverView },
        },
      },
      (request) => handovers.act(request.params.callId, request.body, currentStaff(request)),
    );
  };
