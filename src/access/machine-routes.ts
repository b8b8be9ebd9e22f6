import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { currentStaff } from '../http/guard.ts';
import type { Machines } from './machines.ts';
import { MachineItem, MachineToken, NewMachine } from './schemas.ts';

const MachineParams = Type.Object({ machineId: Type.Integer({ minimum: 1 }) });

/** Credentials of other systems, for the administrator. */
export const machineRoutes =
  (deps: { machines: Machines }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { machines } = deps;
    const manages = { access: { any: ['settings.manage'] } } as const;
    const tags = ['settings'];
    app.get(
      '/api/settings/machines',
      { config: manages, schema: { summary: '系统凭证 Credentials of other systems', tags, response: { 200: Type.Array(MachineItem) } } },
      () => machines.list(),
    );
    app.post(
      '/api/settings/machines',
      {
        config: manages,
        schema: {
          summary: '新建凭证，令牌只显示一次 Add one; its token is told once',
          tags,
          body: NewMachine,
          response: { 200: MachineToken },
        },
      },
      (request) => machines.create(request.body, currentStaff(request).staffId),
    );
    app.delete(
      '/api/settings/machines/:machineId',
      {
        config: manages,
        schema: { summary: '作废凭证 Revoke one', tags, params: MachineParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await machines.revoke(request.params.machineId, currentStaff(request).staffId);
        return reply.code(204).send(null);
      },
    );
  };
