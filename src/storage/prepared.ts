import { type Placeholder, sql } from 'drizzle-orm';
import type { Exec } from './store.ts';

interface Ready<Row> {
  execute(values: Record<string, unknown>): Promise<Row[]>;
}
interface Query<Row> {
  prepare(name: string): Ready<Row>;
}

/**
 * A query that is put into words once for each connection instead of at every question: for a short look-up the wording costs
 * several times what the database takes to answer. For what is asked all day; the rest is written in place.
 *
 * A value is given as the driver takes it, so an instant can't be one: the two engines keep instants differently.
 *
 * @param name its own on the whole server, by which PostgreSQL knows the statement again
 * @param keys names of the values
 * @param build the query, given a stand-in for each value
 * @returns the question: its rows by the values of the day
 */
export const prepared = <Key extends string, Row>(
  name: string,
  keys: readonly Key[],
  build: (db: Exec, values: Readonly<Record<Key, Placeholder>>) => Query<Row>,
): ((db: Exec, values: Readonly<Record<Key, string | number>>) => Promise<Row[]>) => {
  const stands = Object.fromEntries(keys.map((key) => [key, sql.placeholder(key)])) as unknown as Record<Key, Placeholder>;
  // An open transaction on PostgreSQL is a connection of its own and ends with it.
  const kept = new WeakMap<Exec, Ready<Row>>();
  return (db, values) => {
    let ready = kept.get(db);
    if (!ready) {
      ready = build(db, stands).prepare(name);
      kept.set(db, ready);
    }
    return ready.execute(values);
  };
};
