import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lte } from 'drizzle-orm';
import { breaksAtOf, type CaseLife, type Decision, type Effect, type Mover } from '../../cases/life.ts';
import type { CaseLivesRepository } from '../../cases/repository.ts';
import { prepared } from '../prepared.ts';
import type { Exec, Store } from '../store.ts';
import { createCaseBoards } from './case-boards.ts';
import { createCaseSearch } from './case-search.ts';
import { createCaseTimeline } from './case-timeline.ts';
import { formOf } from './cases.ts';

export const createCaseLivesRepository = (store: Store): CaseLivesRepository => {
  const s = store.schema;
  const { cases } = s;

  const rowOf = prepared('case by id', ['caseId'], (db, { caseId }) => db.select().from(cases).where(eq(cases.id, caseId)).limit(1));

  const openUnits = prepared('units that have a case', ['caseId'], (db, { caseId }) =>
    db
      .select({ unitCode: s.caseUnits.unitCode, duty: s.caseUnits.duty })
      .from(s.caseUnits)
      .where(and(eq(s.caseUnits.caseId, caseId), isNull(s.caseUnits.releasedAt))),
  );

  const rulingsOf = prepared('rulings of a case', ['caseId'], (db, { caseId }) =>
    db
      .select({
        rulingId: s.caseRulings.id,
        kind: s.caseRulings.kind,
        round: s.caseRulings.round,
        unitCode: s.caseRulings.unitCode,
        outcome: s.caseRulings.outcome,
        workingDays: s.caseRulings.workingDays,
        promisedOn: s.caseRulings.promisedOn,
        requestedAt: s.caseRulings.requestedAt,
      })
      .from(s.caseRulings)
      .where(eq(s.caseRulings.caseId, caseId))
      .orderBy(asc(s.caseRulings.id)),
  );

  const ordersOf = prepared('open orders of a case', ['caseId'], (db, { caseId }) =>
    db
      .select({ orderId: s.caseOrders.id, kind: s.caseOrders.kind, unitCode: s.caseOrders.unitCode })
      .from(s.caseOrders)
      .where(and(eq(s.caseOrders.caseId, caseId), isNull(s.caseOrders.answeredAt), isNull(s.caseOrders.lapsedAt)))
      .orderBy(asc(s.caseOrders.id)),
  );

  const workRows = prepared('work of a round', ['caseId', 'round'], (db, { caseId, round }) =>
    db
      .select({ kind: s.caseWorks.kind, post: s.caseWorks.post })
      .from(s.caseWorks)
      .where(and(eq(s.caseWorks.caseId, caseId), eq(s.caseWorks.round, round))),
  );

  const worksOf = async (db: Exec, caseId: number, round: number): Promise<CaseLife['works']> => {
    const rows = await workRows(db, { caseId, round });
    const many = (of: (row: (typeof rows)[number]) => boolean): number => rows.filter(of).length;
    return {
      siteVisits: many((row) => row.kind === 'site_visit'),
      explanations: many((row) => row.kind === 'explanation'),
      principalContacts: many((row) => row.kind === 'contact' && row.post === 'principal'),
    };
  };

  const unansweredOf = prepared('callbacks nobody answered', ['caseId', 'round'], (db, { caseId, round }) =>
    db
      .select({ many: count() })
      .from(s.caseCallbacks)
      .where(and(eq(s.caseCallbacks.caseId, caseId), eq(s.caseCallbacks.round, round), eq(s.caseCallbacks.outcome, 'no_answer'))),
  );

  const childrenOf = prepared('cases merged into one', ['caseId'], (db, { caseId }) =>
    db
      .select({ many: count() })
      .from(cases)
      .where(and(eq(cases.masterId, caseId), eq(cases.state, 'merged'))),
  );

  const stateOf = async (db: Exec, caseId: number | null) => (caseId === null ? null : ((await rowOf(db, { caseId }))[0]?.state ?? null));

  const placeOf = prepared('unit and post of a person', ['staffId'], (db, { staffId }) =>
    db
      .select({ unitCode: s.staff.unitCode, post: s.unitPosts.post })
      .from(s.staff)
      .leftJoin(s.unitPosts, eq(s.unitPosts.staffId, s.staff.id))
      .where(eq(s.staff.id, staffId))
      .limit(1),
  );

  const yearsOf = prepared('published years', [], (db) => {
    const { year, daysOff, makeUpDays, source, version } = s.calendarYears;
    return db.select({ year, daysOff, makeUpDays, source, version }).from(s.calendarYears).orderBy(asc(year));
  });

  const load = async (db: Exec, caseId: number): Promise<CaseLife | null> => {
    const [row] = await rowOf(db, { caseId });
    if (!row) return null;
    const units = await openUnits(db, { caseId });
    return {
      caseId: row.id,
      version: row.version,
      state: row.state,
      side: row.side,
      submitted: row.submitted,
      round: row.round,
      form: formOf(row),
      contactNumber: row.contactNumber,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
      registeredAt: row.registeredAt,
      submissions: row.submissions,
      policyVersion: row.policyVersion,
      leadUnit: row.leadUnit,
      assistUnits: units.filter((each) => each.duty === 'assist').map((each) => each.unitCode),
      dispatchDueAt: row.dispatchDueAt,
      dispatchedAt: row.dispatchedAt,
      dueAt: row.dueAt,
      yellowAt: row.yellowAt,
      redAt: row.redAt,
      extendedDays: row.extendedDays,
      ledgerUntil: row.ledgerUntil,
      card: row.card,
      provisional: row.provisional,
      masterId: row.masterId,
      masterState: await stateOf(db, row.masterId),
      children: (await childrenOf(db, { caseId }))[0]?.many ?? 0,
      rulings: await rulingsOf(db, { caseId }),
      orders: await ordersOf(db, { caseId }),
      works: await worksOf(db, caseId, row.round),
      replied: row.replied,
      callbackOutcome: row.callbackOutcome,
      unanswered: (await unansweredOf(db, { caseId, round: row.round }))[0]?.many ?? 0,
      confirmed: row.confirmed,
    };
  };

  type About = { at: Date; mover: Mover };
  const staffIdOf = (mover: Mover): number | null => (mover.kind === 'staff' ? mover.staffId : null);

  const saveEffect = async (db: Exec, caseId: number, effect: Effect, { at, mover }: About): Promise<void> => {
    const staffId = staffIdOf(mover);
    switch (effect.kind) {
      case 'round_opened': {
        const { kind: _kind, ...values } = effect;
        const fresh = { leadUnit: effect.leadUnit, dispatchedAt: at, dueAt: effect.dueAt };
        const emptied = { signedAt: null, begunAt: null, feedbackAt: null, endedAt: null };
        // A case returned as unsuitable goes out again within its round.
        await db
          .insert(s.caseRounds)
          .values({ caseId, ...values, dispatchedAt: at })
          .onConflictDoUpdate({ target: [s.caseRounds.caseId, s.caseRounds.round], set: { ...fresh, ...emptied } })
          .returning({ id: s.caseRounds.id });
        return;
      }
      case 'round_changed':
        await db
          .update(s.caseRounds)
          .set(effect.set)
          .where(and(eq(s.caseRounds.caseId, caseId), eq(s.caseRounds.round, effect.round)))
          .returning({ id: s.caseRounds.id });
        return;
      case 'unit_assigned': {
        const { kind: _kind, ...values } = effect;
        await db
          .insert(s.caseUnits)
          .values({ caseId, ...values, assignedAt: at })
          .returning({ id: s.caseUnits.id });
        return;
      }
      case 'units_released':
        await db
          .update(s.caseUnits)
          .set({ releasedAt: at, releaseReason: effect.reason })
          .where(and(eq(s.caseUnits.caseId, caseId), isNull(s.caseUnits.releasedAt)))
          .returning({ id: s.caseUnits.id });
        return;
      case 'feedback_given': {
        const { reply: _reply, ...feedback } = effect.feedback;
        await db
          .insert(s.caseFeedbacks)
          .values({ caseId, round: effect.round, unitCode: effect.unitCode, staffId, at, ...feedback })
          .returning({ id: s.caseFeedbacks.id });
        return;
      }
      case 'reply_recorded':
        await db
          .insert(s.caseReplies)
          .values({ caseId, round: effect.round, staffId, at, ...effect.reply })
          .returning({ id: s.caseReplies.id });
        return;
      case 'work_recorded': {
        const { happenedAt, ...work } = effect.work;
        await db
          .insert(s.caseWorks)
          .values({
            caseId,
            round: effect.round,
            unitCode: effect.unitCode,
            staffId,
            post: effect.post,
            at,
            ...work,
            happenedAt: new Date(happenedAt),
          })
          .returning({ id: s.caseWorks.id });
        return;
      }
      case 'ruling_requested': {
        const { plan, ...ruling } = effect.ruling;
        await db
          .insert(s.caseRulings)
          .values({ caseId, ...ruling, plan: plan === null ? null : [...plan], requestedBy: staffId, requestedAt: at })
          .returning({ id: s.caseRulings.id });
        return;
      }
      case 'ruling_settled':
        await db
          .update(s.caseRulings)
          .set({ outcome: effect.outcome, ruledBy: staffId, ruledAt: at, rulingText: effect.text, dueAfter: effect.dueAfter })
          .where(eq(s.caseRulings.id, effect.rulingId))
          .returning({ id: s.caseRulings.id });
        return;
      case 'order_given': {
        const { kind: _kind, order, ...values } = effect;
        await db
          .insert(s.caseOrders)
          .values({ caseId, kind: order, ...values, givenBy: staffId, givenAt: at })
          .returning({ id: s.caseOrders.id });
        return;
      }
      case 'order_answered':
      case 'orders_answered': {
        const which = effect.kind === 'order_answered' ? eq(s.caseOrders.id, effect.orderId) : eq(s.caseOrders.kind, effect.order);
        await db
          .update(s.caseOrders)
          .set({ answeredBy: staffId, answeredAt: at, answer: effect.text })
          .where(and(eq(s.caseOrders.caseId, caseId), which, isNull(s.caseOrders.answeredAt), isNull(s.caseOrders.lapsedAt)))
          .returning({ id: s.caseOrders.id });
        return;
      }
      case 'orders_lapsed':
        await db
          .update(s.caseOrders)
          .set({ lapsedAt: at })
          .where(
            and(
              eq(s.caseOrders.caseId, caseId),
              isNotNull(s.caseOrders.unitCode),
              isNull(s.caseOrders.answeredAt),
              isNull(s.caseOrders.lapsedAt),
            ),
          )
          .returning({ id: s.caseOrders.id });
        return;
      case 'callback_recorded': {
        const { kind: _kind, ...values } = effect;
        await db
          .insert(s.caseCallbacks)
          .values({ caseId, ...values, staffId, at })
          .returning({ id: s.caseCallbacks.id });
        return;
      }
    }
  };

  const confirms = (decision: Decision): boolean =>
    decision.effects.some(
      (effect) => effect.kind === 'callback_recorded' && (effect.outcome === 'reached' || effect.outcome === 'confirmed_otherwise'),
    );

  const apply = async (db: Exec, life: CaseLife, decision: Decision, about: About): Promise<number | null> => {
    const { at, mover } = about;
    const version = life.version + decision.steps.length;
    const { change } = decision;
    const breaksAt = breaksAtOf({
      state: change.state ?? life.state,
      dispatchDueAt: change.dispatchDueAt === undefined ? life.dispatchDueAt : change.dispatchDueAt,
      dueAt: change.dueAt === undefined ? life.dueAt : change.dueAt,
    });
    const moved = change.state !== undefined && change.state !== life.state;
    const [row] = await db
      .update(cases)
      .set({
        ...change,
        breaksAt,
        version,
        updatedAt: at,
        ...(moved ? { stateSince: at } : {}),
        ...(confirms(decision) ? { confirmed: true } : {}),
      })
      .where(and(eq(cases.id, life.caseId), eq(cases.version, life.version)))
      .returning({ id: cases.id });
    if (!row) return null;
    const round = change.round ?? life.round;
    for (const [index, step] of decision.steps.entries()) {
      const byMover = step.by === 'mover' && mover.kind === 'staff';
      const { from: fromState, to: toState, by: _by, ...rest } = step;
      await db
        .insert(s.caseTransitions)
        .values({
          ...rest,
          caseId: life.caseId,
          version: life.version + index + 1,
          at,
          fromState,
          toState,
          round,
          actorKind: byMover ? 'staff' : 'system',
          staffId: byMover ? mover.staffId : null,
          unitCode: byMover ? mover.unitCode : null,
        })
        .returning({ id: s.caseTransitions.id });
    }
    for (const effect of decision.effects) await saveEffect(db, life.caseId, effect, about);
    return version;
  };

  return {
    load: (caseId) => store.read((db) => load(db, caseId)),
    apply: (life, decision, about) => store.write((db) => apply(db, life, decision, about)),
    placeOf: (staffId) =>
      store.read(async (db) => {
        const [row] = await placeOf(db, { staffId });
        return row && row.unitCode !== null ? { unitCode: row.unitCode, post: row.post } : null;
      }),
    unitHas: (unitCode, caseId) =>
      store.read(async (db) => {
        const { caseUnits: u } = s;
        const [row] = await db
          .select({ id: u.id })
          .from(u)
          .where(and(eq(u.unitCode, unitCode), isNull(u.releasedAt), eq(u.caseId, caseId)))
          .limit(1);
        return row !== undefined;
      }),
    fileIds: (caseId) =>
      store.read(async (db) => {
        const rows = await db.select({ id: s.caseFiles.id }).from(s.caseFiles).where(eq(s.caseFiles.caseId, caseId));
        return new Set(rows.map(({ id }) => id));
      }),
    knownUnits: (codes) =>
      store.read(async (db) => {
        if (!codes.length) return new Set<string>();
        const rows = await db
          .select({ code: s.units.code })
          .from(s.units)
          .where(and(inArray(s.units.code, [...codes]), eq(s.units.active, true)));
        return new Set(rows.map((row) => row.code));
      }),
    ...createCaseTimeline(store),
    ...createCaseSearch(store),
    ...createCaseBoards(store),
    dueForCard: (now, limit) =>
      store.read(async (db) => {
        const rows = await db.select({ id: cases.id }).from(cases).where(lte(cases.watchAt, now)).orderBy(asc(cases.watchAt)).limit(limit);
        return rows.map((row) => row.id);
      }),
    async stopWatching(caseId) {
      await store.write((db) => db.update(cases).set({ watchAt: null }).where(eq(cases.id, caseId)).returning({ id: cases.id }));
    },
    takeUnsigned: (now, limit) =>
      store.write((db) => {
        const late = db
          .select({ id: cases.id })
          .from(cases)
          .where(lte(cases.signAlarmAt, now))
          .orderBy(asc(cases.signAlarmAt))
          .limit(limit);
        return db
          .update(cases)
          .set({ signAlarmAt: null })
          .where(inArray(cases.id, late))
          .returning({ caseId: cases.id, leadUnit: cases.leadUnit });
      }),
    policies: () =>
      store.read((db) =>
        db
          .select({ version: s.casePolicies.id, effectiveFrom: s.casePolicies.effectiveFrom, policy: s.casePolicies.policy })
          .from(s.casePolicies)
          .orderBy(asc(s.casePolicies.id)),
      ),
    addPolicy: (policy, effectiveFrom, madeBy, madeAt) =>
      store.write(async (db) => {
        const [row] = await db
          .insert(s.casePolicies)
          .values({ policy, effectiveFrom, madeBy, madeAt })
          .returning({ id: s.casePolicies.id });
        if (!row) throw new Error('the database returned no row for a new policy');
        return row.id;
      }),
    calendarYears: () => store.read((db) => yearsOf(db, {})),
    saveCalendarYear: ({ year, daysOff, makeUpDays, source }, version, changedBy, changedAt) =>
      store.write(async (db) => {
        const values = { daysOff: [...daysOff], makeUpDays: [...makeUpDays], source, changedBy, changedAt };
        const { calendarYears: y } = s;
        const rows =
          version === 0
            ? await db
                .insert(y)
                .values({ year, ...values })
                .onConflictDoNothing({ target: y.year })
                .returning({ id: y.id })
            : await db
                .update(y)
                .set({ ...values, version: version + 1 })
                .where(and(eq(y.year, year), eq(y.version, version)))
                .returning({ id: y.id });
        return rows.length > 0;
      }),
    provisional: (after, limit) =>
      store.read(async (db) => {
        const rows = await db
          .select({ id: cases.id })
          .from(cases)
          .where(and(gt(cases.id, after), eq(cases.provisional, true), isNotNull(cases.dueAt)))
          .orderBy(asc(cases.id))
          .limit(limit);
        return rows.map((row) => row.id);
      }),
  };
};
