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

export const Refusal = Type.Object({ code: Type.String(), message: Type.String(), details: Type.Record(Type.String(), Type.Unknown()) });

export type LogIn = Static<typeof LogIn>;
export type Me = Static<typeof Me>;
export type Refusal = Static<typeof Refusal>;
