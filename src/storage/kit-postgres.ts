import { bigint, boolean, check, index, integer, jsonb, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';

/** Column vocabulary of the product. The PostgreSQL kit is the one whose TYPES the code base uses. */
export const postgresKit = {
  table: pgTable,
  id: () => bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  ref: () => bigint({ mode: 'number' }),
  text: () => text(),
  oneOf: <const T extends [string, ...string[]]>(...values: T) => text({ enum: values }),
  int: () => integer(),
  big: () => bigint({ mode: 'number' }),
  bool: () => boolean(),
  json: <T>() => jsonb().$type<T>(),
  at: () => timestamp({ withTimezone: true, mode: 'date', precision: 3 }),
  index,
  uniqueIndex,
  check,
};
export type Kit = typeof postgresKit;
