import type { Viewer } from '../../src/cases/index.ts';
import type { CallId, CitizenId, StaffId } from '../../src/core/ids.ts';
import { parseCallerNumber } from '../../src/core/phone-number.ts';
import type { Role } from '../../src/core/roles.ts';
import type { NewRow } from '../../src/storage/schema.ts';
import type { Store } from '../../src/storage/store.ts';

export const AREA_CODE = '0533';

/** A time to count from: a Tuesday, 09:30 in Shanghai. */
export const TUESDAY = new Date('2026-11-24T01:30:00.000Z');

const one = <T>(rows: readonly T[]): T => {
  const [row] = rows;
  if (!row) throw new Error('the database returned no row');
  return row;
};

/**
 * Rows to start a test from, in the words of the domain: `given.citizen({ name: '郁兰', numbers: ['19900000001'] })`.
 * Everything not said has a plausible value. Numbers are the reserved fictional ones.
 */
export const createGiven = (store: Store) => {
  let count = 0;
  const next = (): number => ++count;
  const s = store.schema;
  return {
    /** @returns the person as someone who acts */
    async staff(
      about: Partial<NewRow<'staff'>> & { roles?: Role[] } = {},
    ): Promise<Viewer & { account: string; extension: string | null }> {
      const index = next();
      const values: NewRow<'staff'> = {
        account: `person${index}`,
        name: `某人${index}`,
        passwordHash: 'none',
        roles: ['agent'],
        createdAt: TUESDAY,
        ...about,
      };
      const row = one(await store.write((db) => db.insert(s.staff).values(values).returning()));
      return { staffId: row.id, name: row.name, roles: row.roles, account: row.account, extension: row.extension };
    },

    async citizen(about: { name?: string; numbers?: string[]; address?: string; gender?: 'female' | 'male' } = {}): Promise<CitizenId> {
      const { numbers = [], name = `市民${next()}`, ...rest } = about;
      return store.write(async (db) => {
        const { id } = one(
          await db
            .insert(s.citizens)
            .values({ name, ...rest, createdAt: TUESDAY })
            .returning({ id: s.citizens.id }),
        );
        for (const normal of numbers) await db.insert(s.citizenNumbers).values({ citizenId: id, normal }).returning();
        return id;
      });
    },

    /** A call from `from` as the trunk sent it; with `answeredBy`, answered ten seconds after it arrived. */
    async call(about: { from?: string; at?: Date; answeredBy?: StaffId } & Partial<NewRow<'calls'>> = {}): Promise<CallId> {
      const { from = '19900000001', at = TUESDAY, answeredBy, ...rest } = about;
      const channelId = `test-${process.pid}-${next()}`;
      const number = parseCallerNumber(from, AREA_CODE);
      const answeredAt = new Date(at.getTime() + 10_000);
      return store.write(async (db) => {
        const values: NewRow<'calls'> = {
          channelId,
          node: 'test',
          calledNumber: '12345',
          callerReceived: number.received,
          callerKind: number.kind,
          callerNormal: number.kind === 'number' ? number.normal : null,
          queue: 'hotline',
          arrivedAt: at,
          ...(answeredBy === undefined ? {} : { answeredBy, answeredAt }),
          ...rest,
        };
        const { id } = one(await db.insert(s.calls).values(values).returning({ id: s.calls.id }));
        if (answeredBy !== undefined) {
          const offer = { callId: id, legId: `${channelId}-leg`, staffId: answeredBy, extension: '8001', queue: 'hotline', offeredAt: at };
          await db
            .insert(s.offers)
            .values({ ...offer, answeredAt, outcome: 'answered' })
            .returning();
        }
        return id;
      });
    },

    /** A phone ringing with the call. */
    async offer(callId: CallId, staffId: StaffId, outcome: NewRow<'offers'>['outcome'] = 'ringing'): Promise<void> {
      const values = { callId, legId: `test-leg-${next()}`, staffId, extension: '8001', queue: 'hotline', offeredAt: TUESDAY, outcome };
      await store.write((db) => db.insert(s.offers).values(values).returning());
    },

    /** A second agent has taken the call over. */
    async transferred(callId: CallId, staffId: StaffId): Promise<void> {
      const values = { callId, legId: `test-leg-${next()}`, staffId, extension: '8002', queue: 'hotline', offeredAt: TUESDAY };
      await store.write((db) =>
        db
          .insert(s.offers)
          .values({ ...values, answeredAt: TUESDAY, outcome: 'answered' })
          .returning(),
      );
    },

    async category(about: Partial<NewRow<'categories'>> = {}): Promise<string> {
      const code = about.code ?? String(900_000 + next());
      const name = about.name ?? '餐饮油烟';
      const values = { code, name, level: 3, path: name, keywords: [], ...about };
      await store.write((db) => db.insert(s.categories).values(values).returning());
      return code;
    },

    async article(about: Partial<NewRow<'articles'>> = {}): Promise<string> {
      const code = about.code ?? `K-${next()}`;
      const values = {
        title: '',
        answer: '',
        askAs: '',
        ownerName: '热力公司',
        sourceName: '演示',
        articleVersion: 1,
        keywords: [],
        ...about,
      };
      await store.write((db) =>
        db
          .insert(s.articles)
          .values({ ...values, code })
          .returning(),
      );
      return code;
    },

    async place(about: { code: string; name: string; townName?: string }): Promise<void> {
      const values = { townCode: about.code.slice(0, 3), townName: '澄波街道', ...about };
      await store.write((db) => db.insert(s.places).values(values).returning());
    },
  };
};

export type Given = ReturnType<typeof createGiven>;
