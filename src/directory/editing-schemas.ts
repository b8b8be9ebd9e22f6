import { type Static, Type } from 'typebox';
import { nullable, oneOf } from '../core/shapes.ts';

/** What the directory's editors ask for and answer with. */

const code = Type.String({ pattern: '^[0-9A-Za-z]{1,12}$' });
const name = Type.String({ minLength: 1, maxLength: 60 });
export const LEAGUES = ['town', 'department'] as const;

const unitFields = {
  name,
  /** 联盟: towns and sub-districts are compared with each other, departments with departments. Null: compared with nobody. */
  league: nullable(oneOf(...LEAGUES)),
  kind: Type.String({ minLength: 1, maxLength: 40 }),
  phone: nullable(Type.String({ maxLength: 30 })),
  parentCode: nullable(code),
};
export const UnitItem = Type.Object({ code, ...unitFields, active: Type.Boolean(), version: Type.Integer() });
export type UnitItem = Static<typeof UnitItem>;
export const NewUnit = Type.Object({ code, ...unitFields }, { additionalProperties: false });
export type NewUnit = Static<typeof NewUnit>;
export const SaveUnit = Type.Object(
  { version: Type.Integer({ minimum: 1 }), ...unitFields, active: Type.Boolean() },
  { additionalProperties: false },
);
export type SaveUnit = Static<typeof SaveUnit>;

export const CategoryItem = Type.Object({
  code,
  name: Type.String(),
  path: Type.String(),
  level: Type.Integer(),
  parentCode: nullable(Type.String()),
  active: Type.Boolean(),
  version: Type.Integer(),
});
export type CategoryItem = Static<typeof CategoryItem>;
export const NewCategory = Type.Object({ code, name, parentCode: nullable(code) }, { additionalProperties: false });
export type NewCategory = Static<typeof NewCategory>;
export const SaveCategory = Type.Object(
  { version: Type.Integer({ minimum: 1 }), name, parentCode: nullable(code), active: Type.Boolean() },
  { additionalProperties: false },
);
export type SaveCategory = Static<typeof SaveCategory>;

const ruleFields = {
  categoryCode: Type.String({ maxLength: 12 }),
  placeCode: Type.String({ maxLength: 12 }),
  lead: Type.String({ minLength: 1, maxLength: 12 }),
  assist: Type.Array(Type.String({ minLength: 1, maxLength: 12 }), { maxItems: 8, uniqueItems: true }),
  reason: Type.String({ maxLength: 200 }),
};
export const RuleItem = Type.Object({ ruleId: Type.Integer(), ...ruleFields, version: Type.Integer() });
export type RuleItem = Static<typeof RuleItem>;
export const NewRule = Type.Object(ruleFields, { additionalProperties: false });
export type NewRule = Static<typeof NewRule>;
export const SaveRule = Type.Object({ version: Type.Integer({ minimum: 1 }), ...ruleFields }, { additionalProperties: false });
export type SaveRule = Static<typeof SaveRule>;
export const RoutingView = Type.Object({
  rules: Type.Array(RuleItem),
  conflicts: Type.Array(
    Type.Object({
      ruleId: Type.Integer(),
      kind: oneOf('unit_inactive', 'assist_inactive', 'category_gone', 'place_gone', 'never_alone'),
      other: nullable(Type.Integer()),
    }),
  ),
});
export type RoutingView = Static<typeof RoutingView>;
export const RouteAnswer = Type.Object({
  lead: nullable(Type.String()),
  leadName: nullable(Type.String()),
  assist: Type.Array(Type.String()),
  rule: nullable(RuleItem),
  why: nullable(oneOf('no_rule', 'place_needed', 'unit_inactive')),
  passed: Type.Array(RuleItem),
});
export type RouteAnswer = Static<typeof RouteAnswer>;
