import { and, desc, eq, gte, inArray, isNotNull, like, lt, or, type Placeholder } from 'drizzle-orm';
import type { CaseRecord } from '../../cases/case.ts';
import { caseNumber } from '../../cases/case.ts';
import type { CasesRepository, NewDraft } from '../../cases/repository.ts';
import type { CaseForm } from '../../cases/schemas.ts';
import { OPEN_STATES } from '../../cases/states.ts';
import { prepared } from '../prepared.ts';
import type { Row } from '../schema.ts';
import type { Exec, Store } from '../store.ts';

export const formOf = (row: Row<'cases'>): CaseForm => ({
  requestType: row.requestType,
  categoryCode: row.categoryCode,
  contactName: row.contactName,
  placeText: row.placeText,
  placeCode: row.placeCode,
  happenedText: row.happenedText,
  course: row.course,
  purpose: row.purpose,
  urgent: row.urgent,
  keyCase: row.keyCase,
  important: row.important,
  confidential: row.confidential,
  wantsReply: row.wantsReply,
  proposed: row.proposed,
});

export interface Joined {
  cases: Row<'cases'>;
  author: string | null;
}

export const recordOf = ({ cases: row, author }: Joined): CaseRecord => ({
  caseId: row.id,
  number: row.number,
  state: row.state,
  source: row.source,
  callId: row.callId,
  citizenId: row.citizenId,
  contactNumber: row.contactNumber,
  form: formOf(row),
  createdBy: row.createdBy === null ? null : { staffId: row.createdBy, name: author ?? '' },
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  version: row.version,
});

/** Ids of the calls whose citizen this person talked with. */
export const callsTakenBy = ({ schema: { offers } }: Pick<Store, 'schema'>, db: Exec, staffId: number | Placeholder) =>
  db
    .select({ callId: offers.callId })
    .from(offers)
    .where(and(eq(offers.staffId, staffId), isNotNull(offers.answeredAt)));

export const createCasesRepository = (store: Store): CasesRepository => {
  const { cases, calls, categories, history, offers, staff } = store.schema;

  const joined = (db: Exec) => db.select({ cases, author: staff.name }).from(cases).leftJoin(staff, eq(staff.id, cases.createdBy));
  const named = (db: Exec) =>
    db
      .select({ cases, author: staff.name, categoryName: categories.name })
      .from(cases)
      .leftJoin(staff, eq(staff.id, cases.createdBy))
      .leftJoin(categories, eq(categories.code, cases.categoryCode));
  const joinedById = prepared('case with its author', ['caseId'], (db, { caseId }) => joined(db).where(eq(cases.id, caseId)).limit(1));
  const byId = async (db: Exec, caseId: number): Promise<CaseRecord | null> => {
    const [row] = await joinedById(db, { caseId });
    return row ? recordOf(row) : null;
  };
  const tookCall = prepared('case of a call somebody took', ['caseId', 'staffId'], (db, { caseId, staffId }) =>
    db
      .select({ id: cases.id })
      .from(cases)
      .where(and(eq(cases.id, caseId), inArray(cases.callId, callsTakenBy(store, db, staffId))))
      .limit(1),
  );
  const add = async (db: Exec, draft: NewDraft): Promise<CaseRecord | null> => {
    const { form, at, ...facts } = draft;
    // The number's tail is the row's own id, which is known only after the insert; until then a placeholder keeps it unique.
    const [row] = await db
      .insert(cases)
      .values({ ...facts, ...form, number: `new-${crypto.randomUUID()}`, createdAt: at, updatedAt: at })
      .onConflictDoNothing({ target: cases.callId })
      .returning({ id: cases.id });
    if (!row) return null;
    await db
      .update(cases)
      .set({ number: caseNumber(at, row.id) })
      .where(eq(cases.id, row.id))
      .returning({ id: cases.id });
    return byId(db, row.id);
  };

  return {
    add: (draft) => store.write((db) => add(db, draft)),
    byId: (caseId) => store.read((db) => byId(db, caseId)),
    byCall: (callId) =>
      store.read(async (db) => {
        const [row] = await joined(db).where(eq(cases.callId, callId)).limit(1);
        return row ? recordOf(row) : null;
      }),
    byCalls: (callIds) =>
      store.read(async (db) => {
        const rows = await named(db).where(inArray(cases.callId, [...callIds]));
        return rows.map((row) => ({ record: recordOf(row), categoryName: row.categoryName }));
      }),
    save: (caseId, version, form, at) =>
      store.write(async (db) => {
        const [row] = await db
          .update(cases)
          .set({ ...form, updatedAt: at, version: version + 1 })
          .where(and(eq(cases.id, caseId), eq(cases.version, version), eq(cases.state, 'draft')))
          .returning({ id: cases.id });
        return row ? byId(db, row.id) : null;
      }),
    page: ({ of, before, limit }) =>
      store.read(async (db) => {
        const mine = of === null ? undefined : or(eq(cases.createdBy, of), inArray(cases.callId, callsTakenBy(store, db, of)));
        const rows = await joined(db)
          .where(and(mine, before === null ? undefined : lt(cases.id, before)))
          .orderBy(desc(cases.id))
          .limit(limit);
        return rows.map(recordOf);
      }),
    tookCallOf: (caseId, staffId) =>
      store.read(async (db) => {
        const [row] = await tookCall(db, { caseId, staffId });
        return row !== undefined;
      }),
    callFacts: (callId) =>
      store.read(async (db) => {
        const [call] = await db
          .select({ callId: calls.id, callerReceived: calls.callerReceived, answeredBy: calls.answeredBy, caseId: calls.caseId })
          .from(calls)
          .where(eq(calls.id, callId))
          .limit(1);
        if (!call) return null;
        // A ringing phone counts: the form may be opened in the instant before the switch's word of the answer arrives.
        const rung = await db
          .select({ staffId: offers.staffId })
          .from(offers)
          .where(and(eq(offers.callId, callId), or(isNotNull(offers.answeredAt), eq(offers.outcome, 'ringing'))));
        const agents = rung.map((offer) => offer.staffId);
        return {
          callId: call.callId,
          callerReceived: call.callerReceived,
          caseId: call.caseId,
          agents: call.answeredBy === null ? agents : [...agents, call.answeredBy],
        };
      }),
    openOf: (contactNumber, since, limit) =>
      store.read(async (db) => {
        const rows = await named(db)
          .where(and(eq(cases.contactNumber, contactNumber), gte(cases.createdAt, since), inArray(cases.state, [...OPEN_STATES])))
          .orderBy(desc(cases.createdAt), desc(cases.id))
          .limit(limit);
        return rows.map((row) => ({ record: recordOf(row), categoryName: row.categoryName }));
      }),
    submissionsOf: (contactNumber, since, limit) =>
      store.read((db) =>
        db
          .select({
            caseId: cases.id,
            callId: cases.callId,
            createdAt: cases.createdAt,
            categoryCode: cases.categoryCode,
            placeCode: cases.placeCode,
            placeText: cases.placeText,
            categoryName: categories.name,
            confidential: cases.confidential,
          })
          .from(cases)
          .leftJoin(categories, eq(categories.code, cases.categoryCode))
          .where(and(eq(cases.contactNumber, contactNumber), gte(cases.createdAt, since)))
          .orderBy(desc(cases.createdAt), desc(cases.id))
          .limit(limit),
      ),
    countCreated: (staffId, since) => store.read((db) => db.$count(cases, and(eq(cases.createdBy, staffId), gte(cases.createdAt, since)))),
    lastChangedBy: (caseId) =>
      store.read(async (db) => {
        const [row] = await db
          .select({ name: staff.name })
          .from(history)
          .innerJoin(staff, eq(staff.id, history.actorId))
          .where(
            and(eq(history.thingKind, 'case'), eq(history.thingId, caseId), eq(history.actorKind, 'staff'), like(history.act, 'case.%')),
          )
          .orderBy(desc(history.id))
          .limit(1);
        return row?.name ?? null;
      }),
  };
};
