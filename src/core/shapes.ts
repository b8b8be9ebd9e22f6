import { type TSchema, Type } from 'typebox';

/** Shapes that every feature's schemas share. */
export const instant = Type.String({ format: 'date-time', description: 'UTC instant, ISO 8601' });

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** One of a closed list of words. */
export const oneOf = <const T extends readonly string[]>(...words: T) => Type.Unsafe<T[number]>({ type: 'string', enum: [...words] });
