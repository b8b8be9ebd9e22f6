import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { oneOf } from '../core/shapes.ts';
import { byStaff, type History } from '../history/index.ts';
import { currentStaff } from '../http/index.ts';
import type { Store } from '../storage/store.ts';
import type { Desk } from './desk.ts';
import { AgentView, SetIntent, SignedIn, SignIn, Ticket } from './schemas.ts';
import type { Agents } from './service.ts';

const MediaFault = Type.Object(
  { callId: Type.Integer({ minimum: 1 }), kind: oneOf('no_audio', 'ice_failed', 'microphone_lost') },
  { additionalProperties: false },
);

export const agentsRoutes =
  (deps: { agents: Agents; desk: Desk; store: Pick<Store, 'write'>; history: Pick<History, 'append'> }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { agents, desk } = deps;
    const config = { access: { any: ['desk.use'] } } as const;
    const tags = ['desk'];
    const answers = { 200: AgentView };

    app.get('/api/desk', { config, schema: { summary: '工作台现状 What the desk shows now', tags } }, (request) =>
      desk.snapshotFor(currentStaff(request).staffId),
    );
    app.post(
      '/api/desk/sign-in',
      { config, schema: { summary: '签入 Sign in on a phone', tags, body: SignIn, response: { 200: SignedIn } } },
      (request) => agents.signIn(currentStaff(request).staffId, request.body.device),
    );
    app.post(
      '/api/desk/ticket',
      { config, schema: { summary: '续签中继票 Renew the relay ticket', tags, response: { 200: Ticket } } },
      (request) => agents.renewTicket(currentStaff(request).staffId),
    );
    app.post(
      '/api/desk/intent',
      { config, schema: { summary: '就绪或小休 Ready or paused', tags, body: SetIntent, response: answers } },
      (request) => agents.setIntent(currentStaff(request).staffId, request.body),
    );
    app.post('/api/desk/wrap-up/end', { config, schema: { summary: '结束整理 End wrap-up', tags, response: answers } }, (request) =>
      agents.endWrapUp(currentStaff(request).staffId),
    );
    app.post('/api/desk/sign-out', { config, schema: { summary: '签出 Sign out', tags, response: answers } }, async (request) => {
      const { staffId } = currentStaff(request);
      await agents.signOut(staffId, 'self');
      return agents.view(staffId);
    });
    app.post(
      '/api/desk/media-fault',
      { config, schema: { summary: '浏览器报告没有声音 The browser heard nothing', tags, body: MediaFault } },
      async (request, reply) => {
        const { staffId } = currentStaff(request);
        const { callId, kind } = request.body;
        await deps.store.write((db) =>
          deps.history.append(db, { actor: byStaff(staffId), act: 'media.failed', thing: { kind: 'call', id: callId }, details: { kind } }),
        );
        return reply.code(204).send();
      },
    );
  };
