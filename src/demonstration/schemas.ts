import { type Static, Type } from 'typebox';
import { Phone } from '../agents/schemas.ts';

/** A telephone and the number it may dial: not every hotline's is 12345. */
export const CitizenPhone = Type.Interface([Phone], { dials: Type.String() });
export type CitizenPhone = Static<typeof CitizenPhone>;
