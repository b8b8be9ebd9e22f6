import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { currentStaff } from '../http/index.ts';
import type { Leading } from './leading.ts';
import { AgentView, AskHelp, MessageSent, SendMessage, SetIntent } from './schemas.ts';
import type { Agents } from './service.ts';

const Agent = Type.Object({ staffId: Type.Integer({ minimum: 1 }) });

/** A team leader's acts on other desks, and the agent's side of them: ask for help, have seen what was said. */
export const leadingRoutes =
  (deps: { leading: Leading; agents: Pick<Agents, 'askForHelp'> }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { leading } = deps;
    const leads = { access: { any: ['agents.lead'] } } as const;
    const own = { access: { any: ['desk.use'] } } as const;
    const tags = ['desk'];
    const answers = { 200: AgentView };

    app.post(
      '/api/agents/:staffId/intent',
      {
        config: leads,
        schema: { summary: '置闲或置小休 Ready or pause another', tags, params: Agent, body: SetIntent, response: answers },
      },
      (request) => leading.setIntent(request.params.staffId, currentStaff(request).staffId, request.body),
    );
    app.post(
      '/api/agents/:staffId/sign-out',
      { config: leads, schema: { summary: '强制签出 Sign another off', tags, params: Agent, response: answers } },
      (request) => leading.signOut(request.params.staffId, currentStaff(request).staffId),
    );
    app.post(
      '/api/agents/:staffId/help/seen',
      { config: leads, schema: { summary: '看到求助 Come to help', tags, params: Agent, response: answers } },
      (request) => leading.acknowledgeHelp(request.params.staffId, currentStaff(request).staffId),
    );
    app.post(
      '/api/agents/messages',
      { config: leads, schema: { summary: '给坐席发消息 Tell one agent or all', tags, body: SendMessage, response: { 200: MessageSent } } },
      async (request) => ({ sent: await leading.send(request.body, currentStaff(request).staffId) }),
    );
    app.post(
      '/api/desk/help',
      { config: own, schema: { summary: '求助班长 Ask the team leader for help, or no longer', tags, body: AskHelp, response: answers } },
      (request) => deps.agents.askForHelp(currentStaff(request).staffId, request.body.asks),
    );
    app.post(
      '/api/desk/messages/:messageId/seen',
      {
        config: own,
        schema: {
          summary: '看过消息 Have seen a message',
          tags,
          params: Type.Object({ messageId: Type.Integer({ minimum: 1 }) }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await leading.see(request.params.messageId, currentStaff(request).staffId);
        return reply.code(204).send(null);
      },
    );
  };
