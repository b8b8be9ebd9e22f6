import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { oneOf } from '../core/shapes.ts';
import { currentStaff, mayCurrent } from '../http/index.ts';
import type { CallActs } from './acts.ts';
import type { DialSettings } from './dial-settings.ts';
import type { Dialler } from './dialler.ts';
import type { CallReader, Playback } from './playback.ts';
import {
  CallDetail,
  CallPage,
  DeskView,
  DialRulesView,
  DialView,
  SaveDialRules,
  ShownNumber,
  WantedDestination,
  WantedDial,
} from './schemas.ts';

const CallParams = Type.Object({ callId: Type.Integer({ minimum: 1 }) });
const PageQuery = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 20, pattern: '^\\d+$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
const confirm = Type.Optional(Type.Boolean({ description: 'said after dial.confirm_needed: a costly number is meant' }));
const Transfer = Type.Object({ to: WantedDestination, confirm }, { additionalProperties: false });
const Third = Type.Object({ to: WantedDestination, how: oneOf('consult', 'conference'), confirm }, { additionalProperties: false });
const Reason = Type.Object({ reason: Type.String({ minLength: 2, maxLength: 200 }) }, { additionalProperties: false });

const readerOf = (request: FastifyRequest): CallReader => {
  const { staffId, name, roles } = currentStaff(request);
  return { staffId, name, roles, readsAll: mayCurrent(request, 'calls.read_all') };
};

export const callsRoutes =
  (deps: { playback: Playback; acts: CallActs; dialler: Dialler; dialSettings: DialSettings }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { playback, acts, dialler, dialSettings } = deps;
    const desk = { access: { any: ['desk.use'] } } as const;
    const answers = { 200: DeskView };
    const reads = { access: { any: ['calls.read_own', 'calls.read_all'] } } as const;
    const tags = ['calls'];

    app.get(
      '/api/calls',
      { config: reads, schema: { summary: '通话列表 Calls, newest first', tags, querystring: PageQuery, response: { 200: CallPage } } },
      (request) => playback.list(readerOf(request), { after: request.query.after ?? null, limit: request.query.limit ?? 50 }),
    );
    app.get(
      '/api/calls/:callId',
      { config: reads, schema: { summary: '一通电话 One call', tags, params: CallParams, response: { 200: CallDetail } } },
      (request) => playback.detail(request.params.callId, readerOf(request)),
    );
    app.get(
      '/api/calls/:callId/recording',
      {
        config: { access: { any: ['recordings.play'] } },
        schema: { summary: '录音 The recording: WAV, citizen left, agent right; the play is recorded', tags, params: CallParams },
      },
      async (request, reply) => {
        const sound = await playback.sound(request.params.callId, readerOf(request), request.headers.range);
        reply.header('accept-ranges', 'bytes').header('content-length', sound.contentLength).header('cache-control', 'private, no-store');
        if (sound.range) reply.code(206).header('content-range', `bytes ${sound.range.start}-${sound.range.end}/${sound.range.size}`);
        return reply.type('audio/wav').send(sound.stream);
      },
    );
    app.post(
      '/api/calls/outbound',
      {
        config: desk,
        schema: {
          summary: '外呼 Dial; the agent’s own telephone rings first. dial.confirm_needed: say `confirm`',
          tags,
          body: WantedDial,
          response: { 200: DialView },
        },
      },
      (request) => dialler.dial(request.body, currentStaff(request)),
    );
    app.get(
      '/api/settings/dialling',
      {
        config: { access: { any: ['settings.manage', 'system.read'] } },
        schema: { summary: '外呼权限 Who may dial what', tags: ['settings'], response: { 200: DialRulesView } },
      },
      () => dialSettings.view(),
    );
    app.put(
      '/api/settings/dialling',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: {
          summary: '设置外呼权限 Set it; in force at once, also at the switch',
          tags: ['settings'],
          body: SaveDialRules,
          response: { 200: DialRulesView },
        },
      },
      (request) => dialSettings.save(request.body, currentStaff(request).staffId),
    );
    app.post(
      '/api/calls/:callId/number',
      {
        config: { access: { any: ['numbers.unmask'] } },
        schema: {
          summary: '查看全号 Show the full number; the reason is recorded',
          tags,
          params: CallParams,
          body: Reason,
          response: { 200: ShownNumber },
        },
      },
      (request) => playback.unmask(request.params.callId, readerOf(request), request.body.reason),
    );
    app.post(
      '/api/calls/:callId/transfer',
      { config: desk, schema: { summary: '转接 Hand the call on', tags, params: CallParams, body: Transfer, response: answers } },
      (request) => {
        const { to, confirm } = request.body;
        return acts.transfer(request.params.callId, currentStaff(request), { ...to, confirmed: confirm });
      },
    );
    app.post(
      '/api/calls/:callId/third',
      { config: desk, schema: { summary: '咨询或三方通话 Call a third party', tags, params: CallParams, body: Third, response: answers } },
      (request) => {
        const { to, how, confirm } = request.body;
        return acts.callThird(request.params.callId, currentStaff(request), { ...to, confirmed: confirm }, how);
      },
    );
    app.post(
      '/api/calls/:callId/third/join',
      {
        config: desk,
        schema: { summary: '并入三方 The citizen joins agent and third party', tags, params: CallParams, response: answers },
      },
      (request) => acts.joinThird(request.params.callId, currentStaff(request)),
    );
    app.post(
      '/api/calls/:callId/third/dismiss',
      { config: desk, schema: { summary: '请第三方离开 The third party leaves', tags, params: CallParams, response: answers } },
      (request) => acts.dismissThird(request.params.callId, currentStaff(request)),
    );
    app.post(
      '/api/calls/:callId/third/leave',
      {
        config: desk,
        schema: { summary: '自己离开 The agent leaves, citizen and third party stay', tags, params: CallParams, response: answers },
      },
      (request) => acts.leave(request.params.callId, currentStaff(request)),
    );
  };
