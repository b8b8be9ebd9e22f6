import { type Static, Type } from 'typebox';
import { PERMISSIONS, ROLES } from '../core/roles.ts';
import { nullable, oneOf } from '../core/shapes.ts';

export const LogIn = Type.Object(
  { account: Type.String({ minLength: 1, maxLength: 64 }), password: Type.String({ minLength: 1, maxLength: 256 }) },
  { additionalProperties: false },
);

export const Me = Type.Object({
  staffId: Type.Integer(),
  account: Type.String(),
  name: Type.String(),
  roles: Type.Array(oneOf(...ROLES)),
  permissions: Type.Array(oneOf(...PERMISSIONS)),
  extension: nullable(Type.String()),
  /** demonstration: the console wears a banner and offers the citizen's phone. */
  mode: oneOf('demonstration', 'production'),
  hotline: Type.Object({ name: Type.String(), number: Type.String(), dutyPhone: Type.String() }),
});

/** What anybody who opens the page is told. */
export const Hotline = Type.Object({
  mode: oneOf('demonstration', 'production'),
  name: Type.String(),
  number: Type.String(),
  queues: Type.Array(Type.Object({ queue: Type.String(), zh: Type.String(), en: Type.String() })),
});

const profile = {
  name: Type.String({ maxLength: 50 }),
  roles: Type.Array(oneOf(...ROLES), { maxItems: ROLES.length }),
  extension: nullable(Type.String({ maxLength: 6 })),
  unitCode: nullable(Type.String({ maxLength: 12 })),
};
export const StaffItem = Type.Object({
  staffId: Type.Integer(),
  account: Type.String(),
  ...profile,
  active: Type.Boolean(),
  version: Type.Integer(),
});
export const NewStaff = Type.Object(
  { account: Type.String({ maxLength: 50 }), password: Type.String({ maxLength: 256 }), ...profile },
  { additionalProperties: false },
);
export const SaveStaff = Type.Object({ version: Type.Integer(), ...profile, active: Type.Boolean() }, { additionalProperties: false });
export const NewPassword = Type.Object({ password: Type.String({ maxLength: 256 }) }, { additionalProperties: false });

export const Refusal = Type.Object({ code: Type.String(), message: Type.String(), details: Type.Record(Type.String(), Type.Unknown()) });

export type LogIn = Static<typeof LogIn>;
export type Hotline = Static<typeof Hotline>;
export type StaffItem = Static<typeof StaffItem>;
export type NewStaff = Static<typeof NewStaff>;
export type SaveStaff = Static<typeof SaveStaff>;
export type Me = Static<typeof Me>;
export type Refusal = Static<typeof Refusal>;
