import { AsyncLocalStorage } from 'node:async_hooks';
import type { AnyColumn, SQL } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { defineCaseSearch, Schema } from './schema.ts';

/** The part of drizzle that behaves the same on both engines. `execute`, `transaction` and `query` are left out on purpose. */
export type Exec = Pick<NodePgDatabase, 'select' | 'selectDistinct' | 'insert' | 'update' | 'delete' | 'with' | '$with' | '$count'>;

/** What SQL itself can't say the same way twice. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  /** Calendar day in Asia/Shanghai, as YYYY-MM-DD. */
  day(at: AnyColumn): SQL<string>;
  /** Locks the rows a claim picks, stepping over those another instance holds. */
  skipLocked<Q>(query: Q): Q;
  isUniqueViolation(error: unknown): boolean;
  /** The full-text table of cases; words are those of cases/words.ts: letters, digits and Chinese characters, nothing else. */
  readonly caseSearch: ReturnType<typeof defineCaseSearch>;
  /** Value of its words column for these words. */
  wordsValue(words: readonly string[]): SQL<string>;
  /** All of the words; one that ends in `*` stands for every word that begins so. */
  holdsWords(words: readonly string[]): SQL<boolean>;
}

export interface Store {
  readonly schema: Schema;
  readonly dialect: Dialect;
  /** Consistent enough for one query; a write through it fails on both engines. Inside `write` it sees the open transaction. */
  read<T>(work: (db: Exec) => Promise<T>): Promise<T>;
  /**
   * One transaction; a nested call joins the outer one. No network I/O inside: on SQLite every writer waits behind it.
   * The work may run again after a serialization failure on PostgreSQL, so it must have no effects but its writes.
   */
  write<T>(work: (db: Exec) => Promise<T>): Promise<T>;
  /** Runs `effect` once the outermost transaction has committed; at once when there is none; never after a rollback. */
  afterCommit(effect: () => void): void;
  migrate(): Promise<void>;
  /** Cheap proof that the engine answers; rejects when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

interface Open {
  db: Exec;
  effects: (() => void)[];
}

/** Gives `write` its join-the-outer-transaction rule and its after-commit effects, for both engines. */
export const transactions = () => {
  const current = new AsyncLocalStorage<Open>();
  return {
    current: (): Exec | undefined => current.getStore()?.db,
    /** @returns the result and the effects to run once the caller has committed. */
    async run<T>(db: Exec, work: (db: Exec) => Promise<T>): Promise<{ result: T; effects: (() => void)[] }> {
      const open: Open = { db, effects: [] };
      const result = await current.run(open, () => work(db));
      return { result, effects: open.effects };
    },
    afterCommit(effect: () => void): void {
      const open = current.getStore();
      if (open) open.effects.push(effect);
      else effect();
    },
    /** Effects run outside the finished transaction's context, or a write inside one would join a closed connection. */
    outside: <T>(work: () => T): T => current.exit(work),
  };
};

export const causes = function* (error: unknown): Generator<{ code?: unknown }> {
  for (let at = error; at instanceof Error; at = at.cause) yield at as { code?: unknown };
};
