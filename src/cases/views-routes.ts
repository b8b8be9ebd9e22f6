import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Viewer } from './case.ts';
import { ExportRequest } from './export.ts';
import { type CaseExports, ExportSettings, ExportSize } from './export-service.ts';
import { SearchRequest } from './life-schemas.ts';
import { DefaultView, NewView, SaveView, ViewItem, ViewsList } from './views.ts';
import type { CaseViews } from './views-service.ts';

const ViewParams = Type.Object({ viewId: Type.Integer({ minimum: 1 }) });
const READERS = ['cases.read_own', 'cases.read_all', 'cases.read_unit'] as const;
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Named lists of cases, and lists taken out as files. */
export const caseViewsRoutes =
  (deps: { views: CaseViews; exports: CaseExports; currentStaff: (request: FastifyRequest) => Viewer }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { views, exports, currentStaff } = deps;
    const tags = ['cases'];
    const reads = { access: { any: READERS } } as const;
    const takesOut = { access: { any: ['cases.export'] } } as const;

    app.get(
      '/api/case-views',
      { config: reads, schema: { summary: '工单视图 Named lists of cases', tags, response: { 200: ViewsList } } },
      (request) => views.list(currentStaff(request)),
    );
    app.post(
      '/api/case-views',
      { config: reads, schema: { summary: '新建视图 Name a list', tags, body: NewView, response: { 200: ViewItem } } },
      (request) => views.add(request.body, currentStaff(request)),
    );
    app.put(
      '/api/case-views/:viewId',
      {
        config: reads,
        schema: { summary: '修改视图 Change a view of one’s own', tags, params: ViewParams, body: SaveView, response: { 200: ViewItem } },
      },
      (request) => views.save(request.params.viewId, request.body, currentStaff(request)),
    );
    app.delete(
      '/api/case-views/:viewId',
      {
        config: reads,
        schema: {
          summary: '删除视图 Delete a view of one’s own',
          tags,
          params: ViewParams,
          querystring: Type.Object({ version: Type.Integer({ minimum: 1 }) }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await views.remove(request.params.viewId, request.query.version, currentStaff(request));
        return reply.code(204).send(null);
      },
    );
    app.put(
      '/api/case-views/default',
      {
        config: reads,
        schema: { summary: '设默认视图 With which view one’s list opens', tags, body: DefaultView, response: { 200: ViewsList } },
      },
      (request) => views.setDefault(request.body.viewId, currentStaff(request)),
    );

    app.post(
      '/api/cases/export/size',
      {
        config: takesOut,
        schema: { summary: '导出件数 How many rows an export would have', tags, body: SearchRequest, response: { 200: ExportSize } },
      },
      (request) => exports.size(request.body, currentStaff(request)),
    );
    app.post(
      '/api/cases/export',
      {
        config: takesOut,
        schema: { summary: '导出工单 A list of cases as .xlsx, as this person sees them', tags, body: ExportRequest, produces: [XLSX] },
      },
      async (request, reply) => {
        const stream = await exports.write(request.body, currentStaff(request));
        reply
          .header('content-disposition', `attachment; filename="cases-${exports.stamp()}.xlsx"`)
          .header('x-content-type-options', 'nosniff')
          .header('cache-control', 'private, no-store');
        return reply.type(XLSX).send(stream);
      },
    );
    app.get(
      '/api/settings/case-export',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: { summary: '导出上限 How many cases one file may hold', tags: ['settings'], response: { 200: ExportSettings } },
      },
      () => exports.settings(),
    );
    app.put(
      '/api/settings/case-export',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: { summary: '设导出上限 Set it', tags: ['settings'], body: ExportSettings, response: { 200: ExportSettings } },
      },
      (request) => exports.saveSettings(request.body, currentStaff(request).staffId),
    );
  };
