import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { currentStaff, mayCurrent } from '../http/index.ts';
import {
  Correct,
  LinkView,
  NumberView,
  PauseView,
  Reason,
  RecordCall,
  ResultsQuery,
  SetPause,
  Settle,
  SurveysView,
  TaskResult,
  UnitResultView,
  WorkRow,
} from './schemas.ts';
import type { Supervision } from './supervision.ts';
import type { Web } from './web.ts';
import type { Work } from './work.ts';

const VoiceParams = Type.Object({ voiceId: Type.Integer({ minimum: 1 }) });
const TaskParams = Type.Object({ taskId: Type.Integer({ minimum: 1 }) });

export const surveysRoutes =
  (deps: { supervision: Supervision; work: Work; web: Web }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { supervision, work, web } = deps;
    const reads = { access: { any: ['surveys.read', 'surveys.manage'] } } as const;
    const manages = { access: { any: ['surveys.manage'] } } as const;
    const tags = ['surveys'];

    app.get(
      '/api/surveys',
      { config: reads, schema: { summary: '回访实况 Callbacks as they stand', tags, response: { 200: SurveysView } } },
      () => supervision.view(),
    );
    app.put(
      '/api/surveys/pause',
      {
        config: manages,
        schema: {
          summary: '暂停或继续回访，全部或一个单位 Stop or go on, all or one unit',
          tags,
          body: SetPause,
          response: { 200: PauseView },
        },
      },
      (request) => supervision.setPause(request.body, currentStaff(request).staffId),
    );
    app.get(
      '/api/surveys/results',
      {
        config: reads,
        schema: {
          summary: '各单位回访结果 Results by unit, of callbacks opened within the period',
          tags,
          querystring: ResultsQuery,
          response: { 200: Type.Array(UnitResultView) },
        },
      },
      (request) => supervision.results(new Date(request.query.from), new Date(request.query.to)),
    );
    app.get(
      '/api/surveys/work',
      {
        config: { access: { any: ['cases.callback', 'surveys.read', 'surveys.manage'] } },
        schema: {
          summary: '人工回访清单 Callbacks that need a person, by what breaks first',
          tags,
          response: { 200: Type.Array(WorkRow) },
        },
      },
      () => work.list(),
    );
    app.post(
      '/api/surveys/:taskId/calls',
      {
        config: { access: { any: ['cases.callback'] } },
        schema: {
          summary: '登记人工回访的结果 What a person’s call came to; the answers count like the machine’s',
          tags,
          params: TaskParams,
          body: RecordCall,
          response: { 200: TaskResult },
        },
      },
      async (request) => {
        await work.record(request.params.taskId, request.body, currentStaff(request).staffId);
        return supervision.result(request.params.taskId);
      },
    );
    app.post(
      '/api/surveys/:taskId/number',
      {
        config: { access: { any: ['numbers.unmask'] } },
        schema: {
          summary: '查看要回访的全号 Show the full number to call; the reason is recorded',
          tags,
          params: TaskParams,
          body: Reason,
          response: { 200: NumberView },
        },
      },
      (request) => work.unmask(request.params.taskId, request.body.reason, currentStaff(request).staffId),
    );
    app.post(
      '/api/surveys/:taskId/link',
      {
        config: { access: { any: ['cases.callback'] } },
        schema: {
          summary: '短信发送网上评价链接 Sends the one-time link to the citizen’s telephone; nobody of the hotline sees it',
          tags,
          params: TaskParams,
          response: { 200: LinkView },
        },
      },
      async (request) => {
        const { expiresAt } = await web.sendLink(request.params.taskId, currentStaff(request).staffId);
        return { expiresAt: expiresAt.toISOString() };
      },
    );
    app.get(
      '/api/surveys/voices/:voiceId',
      {
        config: { access: { any: ['surveys.read', 'cases.callback'] } },
        schema: { summary: '市民留下的原因 The spoken reason: WAV; the play is recorded', tags, params: VoiceParams },
      },
      async (request, reply) => {
        const { stream, bytes } = await work.voice(
          request.params.voiceId,
          currentStaff(request).staffId,
          mayCurrent(request, 'surveys.read'),
        );
        return reply.header('content-length', bytes).header('cache-control', 'private, no-store').type('audio/wav').send(stream);
      },
    );
    app.get(
      '/api/surveys/:taskId',
      { config: reads, schema: { summary: '一项回访 One callback', tags, params: TaskParams, response: { 200: TaskResult } } },
      (request) => supervision.result(request.params.taskId),
    );
    app.post(
      '/api/surveys/:taskId/settle',
      {
        config: manages,
        schema: {
          summary: '结果不明的回访：再拨或转人工 A call whose end nobody knows: call again, or a person',
          tags,
          params: TaskParams,
          body: Settle,
          response: { 200: TaskResult },
        },
      },
      (request) => supervision.settle(request.params.taskId, request.body.callAgain, currentStaff(request).staffId),
    );
    app.post(
      '/api/surveys/:taskId/corrections',
      {
        config: manages,
        schema: {
          summary: '更正一个答案，原答案保留 Correct an answer; the first one is kept',
          tags,
          params: TaskParams,
          body: Correct,
          response: { 200: TaskResult },
        },
      },
      (request) => supervision.correct(request.params.taskId, request.body, currentStaff(request).staffId),
    );
  };
