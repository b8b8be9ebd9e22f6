import { and, asc, count, eq, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { AccessRepository, StaffRow } from '../../access/repository.ts';
import { prepared } from '../prepared.ts';
import type { Store } from '../store.ts';

export const createAccessRepository = (store: Store): AccessRepository => {
  const { staff, sessions, loginThrottles } = store.schema;
  const { secondFactors, recoveryCodes } = store.schema;
  const staffColumns = {
    staffId: staff.id,
    account: staff.account,
    name: staff.name,
    roles: staff.roles,
    extension: staff.extension,
    unitCode: staff.unitCode,
    active: staff.active,
    version: staff.version,
  };
  const sessionOf = prepared('session by token', ['tokenHash'], (db, { tokenHash }) =>
    db
      .select({
        sessionId: sessions.id,
        lastSeenAt: sessions.lastSeenAt,
        expiresAt: sessions.expiresAt,
        endedAt: sessions.endedAt,
        secondFactor: sessions.secondFactor,
        staff: {
          staffId: staff.id,
          account: staff.account,
          name: staff.name,
          roles: staff.roles,
          extension: staff.extension,
          active: staff.active,
        },
      })
      .from(sessions)
      .innerJoin(staff, eq(staff.id, sessions.staffId))
      .where(eq(sessions.tokenHash, tokenHash)),
  );

  return {
    credentials: (account) =>
      store.read(async (db) => {
        const [row] = await db
          .select({ ...staffColumns, passwordHash: staff.passwordHash })
          .from(staff)
          .where(eq(staff.account, account));
        return row ?? null;
      }),
    staff: (): Promise<StaffRow[]> => store.read((db) => db.select(staffColumns).from(staff).orderBy(asc(staff.account))),
    addStaff: (row, at) =>
      store.write(async (db) => {
        const [added] = await db
          .insert(staff)
          .values({ ...row, createdAt: at })
          .onConflictDoNothing()
          .returning({ id: staff.id });
        return added?.id ?? null;
      }),
    changeStaff: async (staffId, change) => {
      await store.write((db) =>
        db
          .update(staff)
          .set({ ...change, version: sql`${staff.version} + 1` })
          .where(eq(staff.id, staffId))
          .returning({ id: staff.id }),
      );
    },
    setPasswordHash: async (staffId, passwordHash) => {
      await store.write((db) => db.update(staff).set({ passwordHash }).where(eq(staff.id, staffId)).returning({ id: staff.id }));
    },
    addSession: (session) =>
      store.write(async (db) => {
        const [row] = await db
          .insert(sessions)
          .values({ ...session, lastSeenAt: session.createdAt })
          .returning({ id: sessions.id });
        if (!row) throw new Error('the database returned no row for a new session');
        return row.id;
      }),
    sessionByTokenHash: (tokenHash) => store.read(async (db) => (await sessionOf(db, { tokenHash }))[0] ?? null),
    touchSession: async (sessionId, at) => {
      await store.write((db) =>
        db.update(sessions).set({ lastSeenAt: at }).where(eq(sessions.id, sessionId)).returning({ id: sessions.id }),
      );
    },
    endSessions: (which, at) =>
      store.write(async (db) => {
        const mine = 'sessionId' in which ? eq(sessions.id, which.sessionId) : eq(sessions.staffId, which.staffId);
        const rows = await db
          .update(sessions)
          .set({ endedAt: at })
          .where(and(mine, isNull(sessions.endedAt)))
          .returning({ id: sessions.id });
        return rows.map((row) => row.id);
      }),
    demandSecondFactor: (staffId) =>
      store.write(async (db) => {
        const rows = await db
          .update(sessions)
          .set({ secondFactor: 'due' })
          .where(and(eq(sessions.staffId, staffId), isNull(sessions.endedAt), eq(sessions.secondFactor, 'none')))
          .returning({ id: sessions.id });
        return rows.map((row) => row.id);
      }),
    secondFactor: (staffId) =>
      store.read(async (db) => {
        const { secret, confirmedAt, createdAt } = secondFactors;
        const [row] = await db.select({ secret, confirmedAt, createdAt }).from(secondFactors).where(eq(secondFactors.staffId, staffId));
        return row ?? null;
      }),
    enrolled: () =>
      store.read(async (db) => {
        const rows = await db.select({ staffId: secondFactors.staffId }).from(secondFactors).where(isNotNull(secondFactors.confirmedAt));
        return new Set(rows.map((row) => row.staffId));
      }),
    beginSecondFactor: (staffId, secret, at) =>
      store.write(async (db) => {
        const rows = await db
          .insert(secondFactors)
          .values({ staffId, secret, createdAt: at })
          .onConflictDoUpdate({
            target: secondFactors.staffId,
            set: { secret, createdAt: at, lastStep: 0 },
            setWhere: isNull(secondFactors.confirmedAt),
          })
          .returning({ id: secondFactors.id });
        return rows.length > 0;
      }),
    confirmSecondFactor: (staffId, sessionId, at) =>
      store.write(async (db) => {
        const rows = await db
          .update(secondFactors)
          .set({ confirmedAt: at })
          .where(and(eq(secondFactors.staffId, staffId), isNull(secondFactors.confirmedAt)))
          .returning({ id: secondFactors.id });
        if (rows.length > 0)
          await db.update(sessions).set({ secondFactor: 'passed' }).where(eq(sessions.id, sessionId)).returning({ id: sessions.id });
        return rows.length > 0;
      }),
    takeStep: (staffId, step) =>
      store.write(async (db) => {
        const rows = await db
          .update(secondFactors)
          .set({ lastStep: step })
          .where(and(eq(secondFactors.staffId, staffId), lt(secondFactors.lastStep, step)))
          .returning({ id: secondFactors.id });
        return rows.length > 0;
      }),
    replaceRecoveryCodes: (staffId, hashes) =>
      store.write(async (db) => {
        await db.delete(recoveryCodes).where(eq(recoveryCodes.staffId, staffId)).returning({ id: recoveryCodes.id });
        await db
          .insert(recoveryCodes)
          .values(hashes.map((codeHash) => ({ staffId, codeHash })))
          .returning({ id: recoveryCodes.id });
      }),
    spendRecoveryCode: (staffId, hash, at) =>
      store.write(async (db) => {
        const rows = await db
          .update(recoveryCodes)
          .set({ usedAt: at })
          .where(and(eq(recoveryCodes.staffId, staffId), eq(recoveryCodes.codeHash, hash), isNull(recoveryCodes.usedAt)))
          .returning({ id: recoveryCodes.id });
        return rows.length > 0;
      }),
    recoveryCodesLeft: (staffId) =>
      store.read(async (db) => {
        const [row] = await db
          .select({ left: count() })
          .from(recoveryCodes)
          .where(and(eq(recoveryCodes.staffId, staffId), isNull(recoveryCodes.usedAt)));
        return row?.left ?? 0;
      }),
    removeSecondFactor: (staffId) =>
      store.write(async (db) => {
        await db.delete(recoveryCodes).where(eq(recoveryCodes.staffId, staffId)).returning({ id: recoveryCodes.id });
        const rows = await db.delete(secondFactors).where(eq(secondFactors.staffId, staffId)).returning({ id: secondFactors.id });
        return rows.length > 0;
      }),
    lockThrottle: (key, now) =>
      store.write(async (db) => {
        // An update that changes nothing still takes the row's lock, so two attempts at once are counted as two.
        const [row] = await db
          .insert(loginThrottles)
          .values({ key, failures: 0, updatedAt: now })
          .onConflictDoUpdate({ target: loginThrottles.key, set: { key } })
          .returning({ failures: loginThrottles.failures, blockedUntil: loginThrottles.blockedUntil, updatedAt: loginThrottles.updatedAt });
        if (!row) throw new Error('the database returned no row for a throttle');
        return row;
      }),
    saveThrottle: async (key, throttle) => {
      await store.write((db) =>
        db.update(loginThrottles).set(throttle).where(eq(loginThrottles.key, key)).returning({ id: loginThrottles.id }),
      );
    },
    forgetThrottles: async (before) => {
      await store.write((db) => db.delete(loginThrottles).where(lt(loginThrottles.updatedAt, before)).returning({ id: loginThrottles.id }));
    },
  };
};
