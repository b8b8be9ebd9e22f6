import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { currentStaff } from '../http/index.ts';
import { AttemptView, ChangedWebhook, DeliveryPage, DeliveryQuery, NewWebhook, WebhookSecret, WebhookView } from './schemas.ts';
import type { Webhooks } from './service.ts';

const Hook = Type.Object({ webhookId: Type.Integer({ minimum: 1 }) });
const Delivery = Type.Object({ deliveryId: Type.Integer({ minimum: 1 }) });
const Version = Type.Object({ version: Type.Integer({ minimum: 1 }) }, { additionalProperties: false });

/** Addresses of gateways and what was sent to them, for the administrator. */
export const webhooksRoutes =
  (deps: { webhooks: Webhooks }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { webhooks } = deps;
    const config = { access: { any: ['settings.manage'] } } as const;
    const tags = ['settings'];
    const done = { 204: Type.Null() };
    app.get(
      '/api/settings/webhooks',
      { config, schema: { summary: '消息接口 Webhooks', tags, response: { 200: Type.Array(WebhookView) } } },
      () => webhooks.list(),
    );
    app.post(
      '/api/settings/webhooks',
      {
        config,
        schema: {
          summary: '新增接口，密钥只显示一次 Add one; its secret is told once',
          tags,
          body: NewWebhook,
          response: { 200: WebhookSecret },
        },
      },
      (request) => webhooks.add(request.body, currentStaff(request).staffId),
    );
    app.put(
      '/api/settings/webhooks/:webhookId',
      { config, schema: { summary: '修改接口 Change one', tags, params: Hook, body: ChangedWebhook, response: done } },
      async (request, reply) => {
        await webhooks.change(request.params.webhookId, request.body, currentStaff(request).staffId);
        return reply.code(204).send(null);
      },
    );
    app.post(
      '/api/settings/webhooks/:webhookId/secret',
      { config, schema: { summary: '换密钥 Renew its secret', tags, params: Hook, body: Version, response: { 200: WebhookSecret } } },
      (request) => webhooks.renewSecret(request.params.webhookId, request.body.version, currentStaff(request).staffId),
    );
    app.delete(
      '/api/settings/webhooks/:webhookId',
      { config, schema: { summary: '删除接口 Remove one', tags, params: Hook, body: Version, response: done } },
      async (request, reply) => {
        await webhooks.remove(request.params.webhookId, request.body.version, currentStaff(request).staffId);
        return reply.code(204).send(null);
      },
    );
    app.post(
      '/api/settings/webhooks/:webhookId/test',
      {
        config,
        schema: { summary: '发一条测试 Send a test', tags, params: Hook, response: { 200: Type.Object({ deliveryId: Type.Integer() }) } },
      },
      (request) => webhooks.test(request.params.webhookId, currentStaff(request).staffId),
    );
    app.post(
      '/api/settings/webhooks/:webhookId/replay',
      {
        config,
        schema: {
          summary: '重发全部放弃的 Send all dead ones again',
          tags,
          params: Hook,
          response: { 200: Type.Object({ replayed: Type.Integer() }) },
        },
      },
      async (request) => ({ replayed: await webhooks.replayAll(request.params.webhookId, currentStaff(request).staffId) }),
    );
    app.get(
      '/api/settings/webhook-deliveries',
      { config, schema: { summary: '投递记录 What was sent', tags, querystring: DeliveryQuery, response: { 200: DeliveryPage } } },
      (request) => webhooks.deliveries(request.query),
    );
    app.get(
      '/api/settings/webhook-deliveries/:deliveryId/attempts',
      { config, schema: { summary: '各次尝试 Its attempts', tags, params: Delivery, response: { 200: Type.Array(AttemptView) } } },
      (request) => webhooks.attempts(request.params.deliveryId),
    );
    app.post(
      '/api/settings/webhook-deliveries/:deliveryId/replay',
      { config, schema: { summary: '重发 Send a dead one again', tags, params: Delivery, response: done } },
      async (request, reply) => {
        await webhooks.replay(request.params.deliveryId, currentStaff(request).staffId);
        return reply.code(204).send(null);
      },
    );
  };
