import { check, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Kit } from './kit-postgres.ts';

export const rawSqliteKit = {
  table: sqliteTable,
  id: () => integer({ mode: 'number' }).primaryKey({ autoIncrement: true }),
  ref: () => integer({ mode: 'number' }),
  text: () => text(),
  oneOf: <const T extends [string, ...string[]]>(...values: T) => text({ enum: values }),
  int: () => integer({ mode: 'number' }),
  big: () => integer({ mode: 'number' }),
  bool: () => integer({ mode: 'boolean' }),
  json: <T>() => text({ mode: 'json' }).$type<T>(),
  at: () => integer({ mode: 'timestamp_ms' }),
  index,
  uniqueIndex,
  check,
} satisfies Record<keyof Kit, unknown>;

/** Cast 1 of 2. kit-check.ts proves at compile time that each column's data type is the same in both kits. */
export const sqliteKit = rawSqliteKit as unknown as Kit;
