import { type Static, Type } from 'typebox';
import { nullable } from '../core/shapes.ts';

export const CaseFileView = Type.Object({
  fileId: Type.Integer(),
  name: Type.String(),
  mime: Type.String(),
  /** May be shown in the page. */
  isPicture: Type.Boolean(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  /** A scanner looked at it and found nothing; false where none is set up. */
  scanned: Type.Boolean(),
  staffName: Type.String(),
  unitCode: nullable(Type.String()),
  at: Type.String({ format: 'date-time' }),
});
export type CaseFileView = Static<typeof CaseFileView>;
