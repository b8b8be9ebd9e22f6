import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { currentStaff } from '../http/index.ts';
import { Correct, PauseView, ResultsQuery, SetPause, Settle, SurveysView, TaskResult, UnitResultView } from './schemas.ts';
import type { Supervision } from './supervision.ts';

const TaskParams = Type.Object({ taskId: Type.Integer({ minimum: 1 }) });

export const surveysRoutes =
  (deps: { supervision: Supervision }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { supervision } = deps;
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
