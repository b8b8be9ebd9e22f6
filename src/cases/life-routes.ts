import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Value } from 'typebox/value';
import { HotlineError } from '../core/errors.ts';
import type { Viewer } from './case.ts';
import { type Command, commandSchema } from './commands.ts';
import {
  AddPolicy,
  CalendarPlanView,
  CasePageView,
  CountResult,
  Moved,
  MoveRequest,
  NodeCounts,
  PolicyView,
  SaveYear,
  SearchRequest,
  SearchResult,
  StaleMove,
  YearSaved,
  YearView,
} from './life-schemas.ts';
import type { CaseLives } from './life-service.ts';
import type { Terms } from './terms.ts';

const CaseParams = Type.Object({ caseId: Type.Integer({ minimum: 1 }) });
const YearParams = Type.Object({ year: Type.Integer({ minimum: 2020, maximum: 2100 }) });
const READERS = ['cases.read_own', 'cases.read_all', 'cases.read_unit'] as const;
const BYTES = 'application/octet-stream';
const LARGEST_CALENDAR = 2 ** 20;
const MOVERS = ['cases.write', 'cases.dispatch', 'cases.handle', 'cases.callback', 'cases.supervise', 'cases.instruct'] as const;

const bytesOf = (body: unknown): Buffer => {
  if (Buffer.isBuffer(body)) return body;
  throw new HotlineError('request.invalid', `正文类型须为 ${BYTES} The body must be ${BYTES}`, { field: 'content-type' });
};

/** @throws HotlineError request.invalid naming the field of this command that is wrong */
export const checkCommand = (value: { do: string }): Command => {
  const schema = commandSchema(value.do);
  if (schema && Value.Check(schema, value)) return value as Command;
  const fields = schema ? Value.Errors(schema, value).map((each) => ({ path: `command${each.instancePath}`, problem: each.message })) : [];
  throw new HotlineError('request.invalid', '请求内容不对 The command is not valid', { fields: fields.slice(0, 20) });
};

export const caseLivesRoutes =
  (deps: { lives: CaseLives; terms: Terms; currentStaff: (request: FastifyRequest) => Viewer }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { lives, terms, currentStaff } = deps;
    const tags = ['cases'];
    app.addContentTypeParser(BYTES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    app.post(
      '/api/cases/search',
      {
        config: { access: { any: READERS } },
        schema: { summary: '查找工单 Find cases', tags, body: SearchRequest, response: { 200: SearchResult } },
      },
      (request) => lives.search({ ...request.body, staff: currentStaff(request) }),
    );
    app.post(
      '/api/cases/search/count',
      {
        config: { access: { any: READERS } },
        schema: { summary: '查找结果件数 How many a search finds', tags, body: SearchRequest, response: { 200: CountResult } },
      },
      (request) => lives.count({ ...request.body, staff: currentStaff(request) }),
    );
    app.get(
      '/api/cases/nodes',
      {
        config: { access: { any: ['cases.dispatch', 'cases.supervise'] } },
        schema: { summary: '各环节在办件数和停留 Open cases by node', tags, response: { 200: NodeCounts } },
      },
      () => lives.nodes(),
    );
    app.get(
      '/api/cases/:caseId/life',
      {
        config: { access: { any: READERS } },
        schema: { summary: '工单全过程 The whole life of a case', tags, params: CaseParams, response: { 200: CasePageView } },
      },
      (request) => lives.page(request.params.caseId, currentStaff(request)),
    );
    app.post(
      '/api/cases/:caseId/moves',
      {
        config: { access: { any: MOVERS } },
        schema: {
          summary: '办理一步 One move of a case',
          tags,
          params: CaseParams,
          body: MoveRequest,
          response: { 200: Moved, 409: StaleMove },
        },
      },
      (request) => {
        const { version, command } = request.body;
        return lives.move({ caseId: request.params.caseId, version, command: checkCommand(command), staff: currentStaff(request) });
      },
    );
    app.get(
      '/api/case-policies',
      {
        config: { access: { any: ['policies.manage', 'cases.read_all'] } },
        schema: { summary: '时限规则各版本 Terms, all versions', tags, response: { 200: Type.Array(PolicyView) } },
      },
      async () => (await terms.policies()).map((each) => ({ ...each, effectiveFrom: each.effectiveFrom.toISOString() })),
    );
    app.post(
      '/api/case-policies',
      {
        config: { access: { any: ['policies.manage'] } },
        schema: { summary: '新增时限规则 Add terms', tags, body: AddPolicy, response: { 200: PolicyView } },
      },
      async (request) => {
        const { policy, effectiveFrom } = request.body;
        const added = await terms.addPolicy({ policy, effectiveFrom: new Date(effectiveFrom), staff: currentStaff(request) });
        return { ...added, effectiveFrom: added.effectiveFrom.toISOString() };
      },
    );
    app.get(
      '/api/calendar',
      {
        config: { access: { signedIn: true } },
        schema: { summary: '工作日历 The working calendar', tags, response: { 200: Type.Array(YearView) } },
      },
      async () => (await terms.calendarYears()).map((year) => ({ ...year, daysOff: [...year.daysOff], makeUpDays: [...year.makeUpDays] })),
    );
    app.put(
      '/api/calendar/:year',
      {
        config: { access: { any: ['policies.manage'] } },
        schema: {
          summary: '保存一年的放假安排 Save the days off of a year',
          tags,
          params: YearParams,
          body: SaveYear,
          response: { 200: Type.Object({ recomputed: Type.Integer() }) },
        },
      },
      async (request) => {
        const { version, ...days } = request.body;
        await terms.saveYear({ year: { year: request.params.year, ...days }, version, staff: currentStaff(request) });
        return { recomputed: await lives.recomputeProvisional() };
      },
    );
    app.post(
      '/api/calendar/import/preview',
      {
        config: { access: { any: ['policies.manage'] } },
        bodyLimit: LARGEST_CALENDAR,
        schema: {
          summary: '预览放假安排表 What a table of a year’s days off would make; writes nothing',
          tags,
          consumes: [BYTES],
          response: { 200: CalendarPlanView },
        },
      },
      (request) => terms.previewYear(bytesOf(request.body)),
    );
    app.post(
      '/api/calendar/import',
      {
        config: { access: { any: ['policies.manage'] } },
        bodyLimit: LARGEST_CALENDAR,
        schema: {
          summary: '导入放假安排 Put it in force; deadlines that waited for it are counted again',
          tags,
          consumes: [BYTES],
          querystring: Type.Object({ source: Type.String({ minLength: 1, maxLength: 200 }), version: Type.Integer({ minimum: 0 }) }),
          response: { 200: YearSaved },
        },
      },
      async (request) => {
        const { source, version } = request.query;
        const year = await terms.importYear({ bytes: bytesOf(request.body), source, version, staff: currentStaff(request) });
        return { year, recomputed: await lives.recomputeProvisional() };
      },
    );
  };
