import type { postgresKit } from './kit-postgres.ts';
import type { rawSqliteKit } from './kit-sqlite.ts';

type Data<F> = F extends (...args: never[]) => { _: infer C }
  ? C extends { $type: infer T }
    ? T
    : C extends { data: infer D }
      ? D
      : never
  : never;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
type Columns = 'id' | 'ref' | 'text' | 'int' | 'big' | 'bool' | 'at' | 'json' | 'oneOf';

/** Fails to compile when a column helper's data type differs between the engines. */
export type KitsAgree = { [K in Columns]: Same<Data<(typeof postgresKit)[K]>, Data<(typeof rawSqliteKit)[K]>> };
export const kitsAgree: KitsAgree = {
  id: true,
  ref: true,
  text: true,
  int: true,
  big: true,
  bool: true,
  at: true,
  json: true,
  oneOf: true,
};
