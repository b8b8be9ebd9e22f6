import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import { oneOf } from '../core/shapes.ts';
import { currentStaff } from '../http/guard.ts';
import { DUTY_HOURS } from './duty.ts';
import type { Duty } from './duty-service.ts';

const Unit = Type.Object({ unitCode: Type.String({ minLength: 1, maxLength: 12 }) });
const People = Type.Array(
  Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 40 }),
      number: Type.String({ minLength: 3, maxLength: 24 }),
      hours: oneOf(...DUTY_HOURS),
    },
    { additionalProperties: false },
  ),
  { maxItems: 20 },
);
export const DutyList = Type.Object({ people: People }, { additionalProperties: false });
export type DutyList = Static<typeof DutyList>;

/** Duty lists 值班表, kept by the administrator. */
export const dutyRoutes =
  (deps: { duty: Duty }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const config = { access: { any: ['settings.manage'] } } as const;
    const tags = ['directory'];
    app.get(
      '/api/directory/units/:unitCode/duty',
      { config, schema: { summary: '单位值班电话 Duty telephones of a unit', tags, params: Unit, response: { 200: DutyList } } },
      async (request) => ({ people: await deps.duty.list(request.params.unitCode) }),
    );
    app.put(
      '/api/directory/units/:unitCode/duty',
      { config, schema: { summary: '保存值班电话 Save them', tags, params: Unit, body: DutyList, response: { 200: DutyList } } },
      async (request) => ({ people: await deps.duty.save(request.params.unitCode, request.body.people, currentStaff(request).staffId) }),
    );
  };
