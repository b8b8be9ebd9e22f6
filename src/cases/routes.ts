import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Viewer } from './case.ts';
import { CasePage, CaseView, OpenDraft, SaveDraft, StaleCase } from './schemas.ts';
import type { Cases } from './service.ts';

const CaseParams = Type.Object({ caseId: Type.Integer({ minimum: 1 }) });
const PageQuery = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 20 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
});

/** @param deps.currentStaff who is signed in on the request's session */
export const casesRoutes =
  (deps: { cases: Cases; currentStaff: (request: FastifyRequest) => Viewer }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { cases, currentStaff } = deps;
    app.get(
      '/api/cases',
      {
        config: { access: { any: ['cases.read_own', 'cases.read_all'] } },
        schema: { summary: '工单列表 Cases, newest first', tags: ['cases'], querystring: PageQuery, response: { 200: CasePage } },
      },
      (request) => cases.list({ staff: currentStaff(request), ...request.query }),
    );
    app.post(
      '/api/cases',
      {
        config: { access: { any: ['cases.write'] } },
        schema: {
          summary: '打开通话的工单草稿 The draft of a call, opened once',
          tags: ['cases'],
          body: OpenDraft,
          response: { 200: CaseView },
        },
      },
      (request) => cases.openDraft({ callId: request.body.callId, staff: currentStaff(request) }),
    );
    app.get(
      '/api/cases/:caseId',
      {
        config: { access: { any: ['cases.read_own', 'cases.read_all'] } },
        schema: { summary: '一张工单 One case', tags: ['cases'], params: CaseParams, response: { 200: CaseView } },
      },
      (request) => cases.get(request.params.caseId, currentStaff(request)),
    );
    app.put(
      '/api/cases/:caseId',
      {
        config: { access: { any: ['cases.write'] } },
        schema: {
          summary: '保存草稿 Save a draft',
          tags: ['cases'],
          params: CaseParams,
          body: SaveDraft,
          response: { 200: CaseView, 409: StaleCase },
        },
      },
      (request) => cases.saveDraft({ caseId: request.params.caseId, ...request.body, staff: currentStaff(request) }),
    );
  };
