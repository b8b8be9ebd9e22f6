import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { nullable } from '../core/shapes.ts';
import type { DirectoryEditing } from './editing.ts';
import {
  CategoryItem,
  NewCategory,
  NewRule,
  NewUnit,
  RouteAnswer,
  RoutingView,
  SaveCategory,
  SaveRule,
  SaveUnit,
  UnitItem,
} from './editing-schemas.ts';

const CodeParams = Type.Object({ code: Type.String({ minLength: 1, maxLength: 12 }) });
const RuleParams = Type.Object({ ruleId: Type.Integer({ minimum: 1 }) });
const Version = Type.Object({ version: Type.Integer({ minimum: 1 }) });
const Matter = Type.Object(
  { categoryCode: nullable(Type.String({ maxLength: 12 })), placeCode: nullable(Type.String({ maxLength: 12 })) },
  { additionalProperties: false },
);

/** The directory's editors: units, subjects, and who gets what. */
export const directoryEditingRoutes =
  (deps: { editing: DirectoryEditing; currentStaff: (request: FastifyRequest) => { staffId: number } }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { editing } = deps;
    const by = (request: FastifyRequest): number => deps.currentStaff(request).staffId;
    const manages = { access: { any: ['directory.manage'] } } as const;
    const tags = ['directory'];

    app.get(
      '/api/directory/edit/units',
      { config: manages, schema: { summary: '全部单位 Units, with those out of use', tags, response: { 200: Type.Array(UnitItem) } } },
      () => editing.units(),
    );
    app.post(
      '/api/directory/edit/units',
      { config: manages, schema: { summary: '新增单位 Add a unit', tags, body: NewUnit, response: { 200: UnitItem } } },
      (request) => editing.addUnit(request.body, by(request)),
    );
    app.put(
      '/api/directory/edit/units/:code',
      {
        config: manages,
        schema: { summary: '修改或停用单位 Change a unit', tags, params: CodeParams, body: SaveUnit, response: { 200: UnitItem } },
      },
      (request) => editing.saveUnit(request.params.code, request.body, by(request)),
    );
    app.get(
      '/api/directory/edit/categories',
      { config: manages, schema: { summary: '全部类别 Subjects, with retired ones', tags, response: { 200: Type.Array(CategoryItem) } } },
      () => editing.categories(),
    );
    app.post(
      '/api/directory/edit/categories',
      { config: manages, schema: { summary: '新增类别 Add a subject', tags, body: NewCategory, response: { 200: CategoryItem } } },
      (request) => editing.addCategory(request.body, by(request)),
    );
    app.put(
      '/api/directory/edit/categories/:code',
      {
        config: manages,
        schema: {
          summary: '改名、移动、停用类别 Rename, move, retire',
          tags,
          params: CodeParams,
          body: SaveCategory,
          response: { 200: CategoryItem },
        },
      },
      (request) => editing.saveCategory(request.params.code, request.body, by(request)),
    );
    app.delete(
      '/api/directory/edit/categories/:code',
      {
        config: manages,
        schema: {
          summary: '删除没用过的类别 Delete an unused one',
          tags,
          params: CodeParams,
          querystring: Version,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await editing.removeCategory(request.params.code, request.query.version, by(request));
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/api/directory/edit/routing',
      { config: manages, schema: { summary: '派单规则 Who gets what', tags, response: { 200: RoutingView } } },
      () => editing.routing(),
    );
    app.post(
      '/api/directory/edit/routing',
      { config: manages, schema: { summary: '新增规则 Add a rule', tags, body: NewRule, response: { 200: RoutingView } } },
      (request) => editing.addRule(request.body, by(request)),
    );
    app.put(
      '/api/directory/edit/routing/:ruleId',
      {
        config: manages,
        schema: { summary: '修改规则 Change a rule', tags, params: RuleParams, body: SaveRule, response: { 200: RoutingView } },
      },
      (request) => editing.saveRule(request.params.ruleId, request.body, by(request)),
    );
    app.delete(
      '/api/directory/edit/routing/:ruleId',
      {
        config: manages,
        schema: { summary: '删除规则 Delete a rule', tags, params: RuleParams, querystring: Version, response: { 200: RoutingView } },
      },
      (request) => editing.removeRule(request.params.ruleId, request.query.version, by(request)),
    );
    app.post(
      '/api/directory/route',
      {
        config: { access: { any: ['directory.manage', 'cases.dispatch'] } },
        schema: { summary: '试一试派给谁 Which unit, and why', tags, body: Matter, response: { 200: RouteAnswer } },
      },
      (request) => editing.route(request.body),
    );
  };
