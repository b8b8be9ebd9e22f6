import { type Static, Type } from 'typebox';
import { PERMISSIONS, ROLES } from '../core/roles.ts';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { MACHINE_RIGHTS } from './machine-rights.ts';

export const LogIn = Type.Object(
  {
    account: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 32, description: 'of the authenticator, or a recovery code' })),
  },
  { additionalProperties: false },
);

export const Me = Type.Object({
  staffId: Type.Integer(),
  account: Type.String(),
  name: Type.String(),
  roles: Type.Array(oneOf(...ROLES)),
  permissions: Type.Array(oneOf(...PERMISSIONS)),
  extension: nullable(Type.String()),
  /** due: nothing else may be done before a second factor is enrolled. */
  secondFactor: oneOf('none', 'passed', 'due'),
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
  /** Whether a second factor is in force. */
  secondFactor: Type.Boolean(),
  version: Type.Integer(),
});
export const NewStaff = Type.Object(
  { account: Type.String({ maxLength: 50 }), password: Type.String({ maxLength: 256 }), ...profile },
  { additionalProperties: false },
);
export const SaveStaff = Type.Object({ version: Type.Integer(), ...profile, active: Type.Boolean() }, { additionalProperties: false });
export const NewPassword = Type.Object({ password: Type.String({ maxLength: 256 }) }, { additionalProperties: false });

const rights = Type.Array(oneOf(...MACHINE_RIGHTS), { minItems: 1, maxItems: MACHINE_RIGHTS.length, uniqueItems: true });
export const MachineItem = Type.Object({
  machineId: Type.Integer(),
  name: Type.String(),
  hint: Type.String({ description: 'last characters of the token' }),
  rights,
  createdByName: Type.String(),
  createdAt: instant,
  lastUsedAt: nullable(instant),
  revokedAt: nullable(instant),
});
export const NewMachine = Type.Object({ name: Type.String({ minLength: 1, maxLength: 60 }), rights }, { additionalProperties: false });
export const MachineToken = Type.Object({ machineId: Type.Integer(), token: Type.String({ description: 'told once' }) });
const importRow = {
  row: Type.Integer({ description: 'as the spreadsheet program counts it' }),
  fate: oneOf('add', 'same', 'refused'),
  account: Type.String(),
  ...profile,
  name: Type.String(),
  extension: nullable(Type.String()),
  problems: Type.Array(Type.Object({ column: oneOf('account', 'name', 'roles', 'extension', 'unit'), text: Type.String() })),
};
export const StaffImportPreview = Type.Object({
  digest: Type.String({ description: 'names what is shown; given back to confirm it' }),
  sheet: nullable(Type.String()),
  otherSheets: Type.Array(Type.String(), { description: 'not read' }),
  unknownColumns: Type.Array(Type.String(), { description: 'not read' }),
  rows: Type.Array(Type.Object(importRow)),
});
export const StaffImported = Type.Object({
  added: Type.Array(
    Type.Object({ account: Type.String(), name: Type.String(), password: Type.String({ description: 'shown this once' }) }),
  ),
});

const code = Type.Object({ code: Type.String({ minLength: 1, maxLength: 32 }) }, { additionalProperties: false });
export const SecondFactorCode = code;
export const MySecondFactor = Type.Object({ enrolled: Type.Boolean(), recoveryCodesLeft: Type.Integer() });
export const Enrolment = Type.Object({ uri: Type.String({ description: 'otpauth://, drawn as a QR code' }), secret: Type.String() });
export const RecoveryCodes = Type.Object({ recoveryCodes: Type.Array(Type.String()) });
export const SecondFactorSettings = Type.Object(
  {
    version: Type.Integer({ minimum: 0, description: '0: nothing has been set' }),
    roles: Type.Array(oneOf(...ROLES), { maxItems: ROLES.length, uniqueItems: true, description: 'who must have one' }),
  },
  { additionalProperties: false },
);

export const Refusal = Type.Object({ code: Type.String(), message: Type.String(), details: Type.Record(Type.String(), Type.Unknown()) });

export type LogIn = Static<typeof LogIn>;
export type Hotline = Static<typeof Hotline>;
export type StaffItem = Static<typeof StaffItem>;
export type NewStaff = Static<typeof NewStaff>;
export type SaveStaff = Static<typeof SaveStaff>;
export type Me = Static<typeof Me>;
export type MachineItem = Static<typeof MachineItem>;
export type NewMachine = Static<typeof NewMachine>;
export type MachineToken = Static<typeof MachineToken>;
export type MySecondFactor = Static<typeof MySecondFactor>;
export type Enrolment = Static<typeof Enrolment>;
export type RecoveryCodes = Static<typeof RecoveryCodes>;
export type SecondFactorSettings = Static<typeof SecondFactorSettings>;
export type StaffImportPreview = Static<typeof StaffImportPreview>;
export type StaffImported = Static<typeof StaffImported>;
export type Refusal = Static<typeof Refusal>;
