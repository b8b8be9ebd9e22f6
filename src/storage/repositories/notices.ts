import { and, desc, eq, inArray, isNull, lt, lte } from 'drizzle-orm';
import type { NoticesRepository } from '../../notices/repository.ts';
import type { Store } from '../store.ts';

export const createNoticesRepository = (store: Store): NoticesRepository => {
  const { notices, noticePhones, staff, unitPosts, units, cases, categories, caseOrders } = store.schema;
  return {
    people: (codes) =>
      store.read((db) =>
        db
          .select({ staffId: staff.id, name: staff.name, roles: staff.roles, unitCode: staff.unitCode, post: unitPosts.post })
          .from(staff)
          .leftJoin(unitPosts, eq(unitPosts.staffId, staff.id))
          .where(and(eq(staff.active, true), codes === null ? undefined : inArray(staff.unitCode, [...codes])))
          .orderBy(staff.id),
      ),
    registrarOf: (caseId) =>
      store.read(async (db) => {
        const [row] = await db.select({ createdBy: cases.createdBy }).from(cases).where(eq(cases.id, caseId)).limit(1);
        return row?.createdBy ?? null;
      }),
    giversOf: (orderIds) =>
      store.read(async (db) => {
        const rows = await db
          .select({ id: caseOrders.id, givenBy: caseOrders.givenBy })
          .from(caseOrders)
          .where(inArray(caseOrders.id, [...orderIds]));
        return new Map(rows.flatMap(({ id, givenBy }) => (givenBy === null ? [] : [[id, givenBy] as const])));
      }),
    async add(db, caseId, key, told, at) {
      if (told.length === 0) return [];
      return db
        .insert(notices)
        .values(told.map((each) => ({ ...each, caseId, key, at })))
        .onConflictDoNothing({ target: [notices.staffId, notices.key] })
        .returning({ noticeId: notices.id, staffId: notices.staffId });
    },
    page: (staffId, { unreadOnly, before, limit }) =>
      store.read((db) =>
        db
          .select({
            noticeId: notices.id,
            rule: notices.rule,
            because: notices.because,
            post: notices.post,
            unitName: units.name,
            facts: notices.facts,
            at: notices.at,
            readAt: notices.readAt,
            caseId: notices.caseId,
            caseNumber: cases.number,
            categoryName: categories.name,
            requestType: cases.requestType,
            confidential: cases.confidential,
          })
          .from(notices)
          .innerJoin(cases, eq(cases.id, notices.caseId))
          .leftJoin(categories, eq(categories.code, cases.categoryCode))
          .leftJoin(units, eq(units.code, notices.unitCode))
          .where(
            and(
              eq(notices.staffId, staffId),
              unreadOnly ? isNull(notices.readAt) : undefined,
              before === null ? undefined : lt(notices.id, before),
            ),
          )
          .orderBy(desc(notices.id))
          .limit(limit),
      ),
    countUnread: (staffId, most) =>
      store.read(async (db) => {
        const rows = await db
          .select({ id: notices.id })
          .from(notices)
          .where(and(eq(notices.staffId, staffId), isNull(notices.readAt)))
          .limit(most);
        return rows.length;
      }),
    async markRead(db, staffId, which, at) {
      const meant = 'ids' in which ? inArray(notices.id, [...which.ids]) : lte(notices.id, which.upTo);
      const rows = await db
        .update(notices)
        .set({ readAt: at })
        .where(and(eq(notices.staffId, staffId), isNull(notices.readAt), meant))
        .returning({ id: notices.id });
      return rows.length;
    },
    ofCase: (caseId, limit) =>
      store.read((db) =>
        db
          .select({
            noticeId: notices.id,
            rule: notices.rule,
            because: notices.because,
            name: staff.name,
            unitName: units.name,
            at: notices.at,
            readAt: notices.readAt,
          })
          .from(notices)
          .innerJoin(staff, eq(staff.id, notices.staffId))
          .leftJoin(units, eq(units.code, notices.unitCode))
          .where(eq(notices.caseId, caseId))
          .orderBy(desc(notices.id))
          .limit(limit),
      ),
    outward: (noticeIds) =>
      store.read((db) =>
        db
          .select({
            noticeId: notices.id,
            staffId: notices.staffId,
            rule: notices.rule,
            because: notices.because,
            post: notices.post,
            unitCode: notices.unitCode,
            facts: notices.facts,
            at: notices.at,
            account: staff.account,
            name: staff.name,
            unitName: units.name,
            mobile: noticePhones.mobile,
            caseId: notices.caseId,
            caseNumber: cases.number,
          })
          .from(notices)
          .innerJoin(staff, eq(staff.id, notices.staffId))
          .innerJoin(cases, eq(cases.id, notices.caseId))
          .leftJoin(units, eq(units.code, notices.unitCode))
          .leftJoin(noticePhones, eq(noticePhones.staffId, notices.staffId))
          .where(inArray(notices.id, [...noticeIds]))
          .orderBy(notices.id),
      ),
    mobileOf: (staffId) =>
      store.read(async (db) => {
        const [row] = await db.select({ mobile: noticePhones.mobile }).from(noticePhones).where(eq(noticePhones.staffId, staffId)).limit(1);
        return row?.mobile ?? null;
      }),
    async saveMobile(db, staffId, mobile, updatedAt) {
      if (mobile === null) {
        await db.delete(noticePhones).where(eq(noticePhones.staffId, staffId)).returning({ id: noticePhones.id });
        return;
      }
      await db
        .insert(noticePhones)
        .values({ staffId, mobile, updatedAt })
        .onConflictDoUpdate({ target: noticePhones.staffId, set: { mobile, updatedAt } })
        .returning({ id: noticePhones.id });
    },
    forget: (before, limit) =>
      store.write(async (db) => {
        const old = db.select({ id: notices.id }).from(notices).where(lt(notices.at, before)).orderBy(notices.at).limit(limit);
        return (await db.delete(notices).where(inArray(notices.id, old)).returning({ id: notices.id })).length;
      }),
  };
};
