import {
  and,
  asc,
  desc,
  eq,
  exists,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  ne,
  or,
  type Placeholder,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { CaseLivesRepository, FoundCase, SearchQuery } from '../../cases/repository.ts';
import { prepared } from '../prepared.ts';
import type { Exec, Store } from '../store.ts';
import { callsTakenBy, recordOf } from './cases.ts';

const TAILS = 100;

/** Lists and searches over a million cases: each order has its index, counts stop at a cap, pages go by key and not by offset. */
export const createCaseSearch = (store: Store): Pick<CaseLivesRepository, 'index' | 'registeredAfter' | 'textsOf' | 'search' | 'count'> => {
  const s = store.schema;
  const { cases, caseUnits, categories, staff, units } = s;
  const { caseSearch, holdsWords, wordsValue } = store.dialect;

  /**
   * A unit's queue goes by what breaks first, and only cases in hand have that instant: a short index is walked and each case
   * asked whether the unit has it. Its list by age starts from the unit's own rows instead.
   */
  const fromUnit = (query: SearchQuery): boolean => query.of.kind === 'unit' && query.order === 'newest';

  /** Which column the keyset runs on: the table that leads the join, so that its index gives the order. */
  const key = (query: SearchQuery) => (query.words.length ? caseSearch.rowid : fromUnit(query) ? caseUnits.caseId : cases.id);

  const contacts = (query: SearchQuery): SQL | undefined =>
    query.openContactsOnly && (query.contactNumber !== undefined || query.contactName !== undefined)
      ? and(eq(cases.confidential, false), or(isNull(cases.requestType), ne(cases.requestType, 'report')))
      : undefined;

  const ofWhom = (db: Exec, query: SearchQuery): SQL | undefined => {
    if (query.of.kind === 'all') return undefined;
    if (query.of.kind === 'own')
      return or(eq(cases.createdBy, query.of.staffId), inArray(cases.callId, callsTakenBy(store, db, query.of.staffId)));
    const has = and(eq(caseUnits.unitCode, query.of.unitCode), isNull(caseUnits.releasedAt));
    if (fromUnit(query)) return has;
    return exists(
      db
        .select({ id: caseUnits.id })
        .from(caseUnits)
        .where(and(eq(caseUnits.caseId, cases.id), has)),
    );
  };

  const page = (query: SearchQuery): SQL | undefined => {
    const { after } = query;
    if (query.order === 'newest') return after === undefined ? undefined : lt(key(query), after.caseId);
    if (after === undefined || after.breaksAt === null) return isNotNull(cases.breaksAt);
    return or(gt(cases.breaksAt, after.breaksAt), and(eq(cases.breaksAt, after.breaksAt), gt(cases.id, after.caseId)));
  };

  const given = <T>(value: T | undefined, condition: (value: T) => SQL | undefined): SQL | undefined =>
    value === undefined ? undefined : condition(value);

  /** People say the last six digits, which are the running number's own: one look-up for each million of cases there could be. */
  const numbered = (number: string): SQL =>
    /^\d{6}$/.test(number)
      ? inArray(
          cases.id,
          Array.from({ length: TAILS }, (_, million) => million * 1_000_000 + Number(number)),
        )
      : eq(cases.number, number);

  const filters = (query: SearchQuery): (SQL | undefined)[] => [
    given(query.number, numbered),
    given(query.contactNumber, (number) => eq(cases.contactNumber, number)),
    given(query.contactName, (name) => eq(cases.contactName, name)),
    contacts(query),
    given(query.placeCode, (code) => eq(cases.placeCode, code)),
    given(query.categoryCode, (code) => eq(cases.categoryCode, code)),
    given(query.states, (states) => inArray(cases.state, [...states])),
    given(query.leadUnit, (unit) => eq(cases.leadUnit, unit)),
    given(query.urgent, (urgent) => eq(cases.urgent, urgent)),
    given(query.card, (card) => eq(cases.card, card)),
    given(query.createdFrom, (from) => gte(cases.createdAt, from)),
    given(query.createdTo, (to) => lt(cases.createdAt, to)),
    given(query.asked, (asked) => (asked ? isNotNull(cases.side) : isNull(cases.side))),
    given(query.breaksBefore, (before) => lte(cases.breaksAt, before)),
  ];

  const where = (db: Exec, query: SearchQuery, paged: boolean): SQL | undefined =>
    and(
      query.words.length ? holdsWords(query.words) : undefined,
      ofWhom(db, query),
      ...filters(query),
      paged ? page(query) : query.order === 'breaking' ? isNotNull(cases.breaksAt) : undefined,
    );

  /** Ids only: the rows behind them are fetched for the page alone. */
  const ids = (db: Exec, query: SearchQuery, paged: boolean) => {
    const id = { id: cases.id };
    const condition = where(db, query, paged);
    if (query.words.length) {
      const found = db.select(id).from(caseSearch).innerJoin(cases, eq(cases.id, caseSearch.rowid));
      return fromUnit(query)
        ? found.innerJoin(caseUnits, eq(caseUnits.caseId, cases.id)).where(condition).$dynamic()
        : found.where(condition).$dynamic();
    }
    if (fromUnit(query)) return db.select(id).from(caseUnits).innerJoin(cases, eq(cases.id, caseUnits.caseId)).where(condition).$dynamic();
    return db.select(id).from(cases).where(condition).$dynamic();
  };

  const rowsOfSome = new Map<number, ReturnType<typeof rowsOfSoMany>>();
  const rowsOfSoMany = (many: number) => {
    const keys = Array.from({ length: many }, (_, index) => `id${index}`);
    return prepared(`cases of a page of ${many}`, keys, (db, values) =>
      db
        .select({ cases, author: staff.name, categoryName: categories.name, leadUnitName: units.name })
        .from(cases)
        .leftJoin(staff, eq(staff.id, cases.createdBy))
        .leftJoin(categories, eq(categories.code, cases.categoryCode))
        .leftJoin(units, eq(units.code, cases.leadUnit))
        .where(
          inArray(
            cases.id,
            keys.map((key) => values[key] as Placeholder),
          ),
        ),
    );
  };

  const rowsOf = async (db: Exec, found: readonly number[]): Promise<FoundCase[]> => {
    if (!found.length) return [];
    const some = rowsOfSome.get(found.length) ?? rowsOfSoMany(found.length);
    rowsOfSome.set(found.length, some);
    const rows = await some(db, Object.fromEntries(found.map((id, index) => [`id${index}`, id])));
    const byId = new Map(rows.map((row) => [row.cases.id, row]));
    return found.flatMap((id) => {
      const row = byId.get(id);
      if (!row) return [];
      const { leadUnit, side, breaksAt, dueAt, dispatchedAt, card, round } = row.cases;
      return [
        {
          record: recordOf(row),
          categoryName: row.categoryName,
          leadUnit,
          leadUnitName: row.leadUnitName,
          side,
          breaksAt,
          dueAt,
          dispatchedAt,
          card,
          round,
        },
      ];
    });
  };

  return {
    async index(entries) {
      const kept = entries.filter(({ words }) => words.length);
      await store.write(async (db) => {
        // A virtual table knows no upsert.
        await db.delete(caseSearch).where(
          inArray(
            caseSearch.rowid,
            entries.map(({ caseId }) => caseId),
          ),
        );
        if (kept.length) await db.insert(caseSearch).values(kept.map(({ caseId, words }) => ({ rowid: caseId, words: wordsValue(words) })));
      });
    },
    registeredAfter: (after, limit) =>
      store.read(async (db) => {
        const rows = await db
          .select({ id: cases.id })
          .from(cases)
          .where(and(gt(cases.id, after), isNotNull(cases.registeredAt)))
          .orderBy(asc(cases.id))
          .limit(limit);
        return rows.map(({ id }) => id);
      }),
    textsOf: (caseIds) =>
      store.read(async (db) => {
        const ids = [...caseIds];
        const rows = await db
          .select({
            caseId: cases.id,
            confidential: cases.confidential,
            requestType: cases.requestType,
            contactName: cases.contactName,
            contactNumber: cases.contactNumber,
            course: cases.course,
            purpose: cases.purpose,
            placeText: cases.placeText,
            happenedText: cases.happenedText,
            categoryName: categories.name,
            placeName: s.places.name,
            townName: s.places.townName,
          })
          .from(cases)
          .leftJoin(categories, eq(categories.code, cases.categoryCode))
          .leftJoin(s.places, eq(s.places.code, cases.placeCode))
          .where(inArray(cases.id, ids));
        const { caseId, course } = s.caseFeedbacks;
        const answers = Map.groupBy(
          await db.select({ caseId, course }).from(s.caseFeedbacks).where(inArray(caseId, ids)),
          (answer) => answer.caseId,
        );
        return new Map(
          rows.map(({ confidential, requestType, contactName, contactNumber, ...row }) => {
            const texts = [row.course, row.purpose, row.placeText, row.happenedText, row.categoryName, row.placeName, row.townName];
            const given = (answers.get(row.caseId) ?? []).map((answer) => answer.course);
            return [
              row.caseId,
              {
                confidential,
                requestType,
                contactName,
                contactNumber,
                texts: [...texts, ...given].filter((text): text is string => text !== null && text !== ''),
              },
            ];
          }),
        );
      }),
    search: (query, limit) =>
      store.read(async (db) => {
        const order = query.order === 'newest' ? [desc(key(query))] : [asc(cases.breaksAt), asc(cases.id)];
        const found = await ids(db, query, true)
          .orderBy(...order)
          .limit(limit);
        return rowsOf(
          db,
          found.map((row) => row.id),
        );
      }),
    count: (query, cap) =>
      store.read(async (db) => {
        const some = ids(db, query, false).limit(cap).as('some');
        const [row] = await db.select({ n: sql<number>`count(*)`.mapWith(Number) }).from(some);
        return row?.n ?? 0;
      }),
  };
};
