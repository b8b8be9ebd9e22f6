import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lte, max, or } from 'drizzle-orm';
import { OPEN_STATES } from '../../cases/states.ts';
import type { CallId, StaffId } from '../../core/ids.ts';
import type { NewRow, Row } from '../schema.ts';
import type { Exec, Store } from '../store.ts';

export type PlaceRecord = Row<'keptPlaces'>;

/** What the open cases of one number say about how its caller waits. */
export interface CallerCases {
  hasUrgent: boolean;
  /** The same matter was submitted more than once. */
  hasRepeat: boolean;
  /** Extension of the person who took the newest one down, when they have one. */
  knowingExtension: string | null;
}

const OPEN = ['waiting', 'dialling', 'resting'] as const;
const MOST_DUE = 50;
const MOST_CASES = 20;

export const createWaitingRepository = (store: Store) => {
  const { keptPlaces, calls, cases, staff } = store.schema;
  const first = <T>(rows: readonly T[]): T | null => rows[0] ?? null;

  return {
    byPlace: async (db: Exec, place: string): Promise<PlaceRecord | null> =>
      first(await db.select().from(keptPlaces).where(eq(keptPlaces.place, place)).limit(1)),
    async insert(db: Exec, values: NewRow<'keptPlaces'>): Promise<PlaceRecord | null> {
      return first(await db.insert(keptPlaces).values(values).onConflictDoNothing({ target: keptPlaces.place }).returning());
    },
    /** @returns null when its state is another by now */
    async update(db: Exec, of: PlaceRecord, values: Partial<NewRow<'keptPlaces'>>): Promise<PlaceRecord | null> {
      return first(
        await db
          .update(keptPlaces)
          .set(values)
          .where(and(eq(keptPlaces.id, of.id), eq(keptPlaces.state, of.state)))
          .returning(),
      );
    },
    byChannel: (channelId: string): Promise<PlaceRecord | null> =>
      store.read(async (db) => first(await db.select().from(keptPlaces).where(eq(keptPlaces.channelId, channelId)).limit(1))),
    openOfNumber: (number: string): Promise<PlaceRecord | null> =>
      store.read(async (db) =>
        first(
          await db
            .select()
            .from(keptPlaces)
            .where(and(eq(keptPlaces.number, number), inArray(keptPlaces.state, [...OPEN])))
            .orderBy(asc(keptPlaces.id))
            .limit(1),
        ),
      ),
    due: (now: Date): Promise<PlaceRecord[]> =>
      store.read((db) =>
        db
          .select()
          .from(keptPlaces)
          .where(and(eq(keptPlaces.state, 'resting'), lte(keptPlaces.dueAt, now)))
          .orderBy(asc(keptPlaces.dueAt))
          .limit(MOST_DUE),
      ),
    /** Those which the switch should be holding. */
    heldAt: (node: string): Promise<PlaceRecord[]> =>
      store.read((db) =>
        db
          .select()
          .from(keptPlaces)
          .where(and(eq(keptPlaces.node, node), inArray(keptPlaces.state, ['waiting', 'dialling']))),
      ),

    /** The call of a channel; when it ended before anybody knew of the promise, it was not given up. */
    async promisedIn(db: Exec, channelId: string): Promise<CallId | null> {
      const [call] = await db.select().from(calls).where(eq(calls.channelId, channelId)).limit(1);
      if (!call) return null;
      if (call.answeredAt === null && call.diversion === null)
        await db
          .update(calls)
          .set({ diversion: 'callback', ...(call.endedAt ? { disposition: 'callback' as const } : {}) })
          .where(eq(calls.id, call.id))
          .returning({ id: calls.id });
      return call.id;
    },

    /** How often a number rang since an instant without having talked to anybody after. */
    callsInVain: (number: string, since: Date): Promise<number> =>
      store.read(async (db) => {
        const ofNumber = and(eq(calls.callerNormal, number), gte(calls.arrivedAt, since), eq(calls.origin, 'citizen'));
        const [talked] = await db
          .select({ at: max(calls.arrivedAt) })
          .from(calls)
          .where(and(eq(calls.callerNormal, number), gte(calls.arrivedAt, since), isNotNull(calls.answeredAt)));
        const after = talked?.at ?? since;
        return db.$count(calls, and(ofNumber, gte(calls.arrivedAt, after), isNull(calls.answeredAt), isNotNull(calls.endedAt)));
      }),

    casesOf: (number: string, since: Date): Promise<CallerCases> =>
      store.read(async (db) => {
        const rows = await db
          .select({ urgent: cases.urgent, submissions: cases.submissions, extension: staff.extension, active: staff.active })
          .from(cases)
          .leftJoin(staff, eq(staff.id, cases.createdBy))
          .where(and(eq(cases.contactNumber, number), gte(cases.createdAt, since), inArray(cases.state, [...OPEN_STATES])))
          .orderBy(desc(cases.id))
          .limit(MOST_CASES);
        return {
          hasUrgent: rows.some(({ urgent }) => urgent),
          hasRepeat: rows.some(({ submissions }) => submissions > 1),
          knowingExtension: rows.find(({ active, extension }) => active && extension !== null)?.extension ?? null,
        };
      }),
    numberOfCase: (caseId: number): Promise<string | null> =>
      store.read(
        async (db) => first(await db.select({ number: cases.contactNumber }).from(cases).where(eq(cases.id, caseId)))?.number ?? null,
      ),
    /** A call that waits in its queue for anybody, or null. */
    waitingCall: (callId: CallId): Promise<Row<'calls'> | null> =>
      store.read(async (db) =>
        first(
          await db
            .select()
            .from(calls)
            .where(
              and(
                eq(calls.id, callId),
                isNotNull(calls.queuedAt),
                isNull(calls.endedAt),
                isNull(calls.diversion),
                or(isNull(calls.answeredAt), isNotNull(calls.agentLeftAt)),
              ),
            )
            .limit(1),
        ),
      ),
    /** Every call of that kind, the longest waiting first, at most so many. */
    waitingCalls: (limit: number): Promise<Row<'calls'>[]> =>
      store.read((db) =>
        db
          .select()
          .from(calls)
          .where(and(isNotNull(calls.queuedAt), isNull(calls.endedAt), isNull(calls.diversion), isNull(calls.answeredAt)))
          .orderBy(asc(calls.queuedAt))
          .limit(limit),
      ),
    extensionOf: (staffId: StaffId): Promise<string | null> =>
      store.read(
        async (db) => first(await db.select({ extension: staff.extension }).from(staff).where(eq(staff.id, staffId)))?.extension ?? null,
      ),
    callOf: (callId: CallId): Promise<Row<'calls'> | null> =>
      store.read(async (db) => first(await db.select().from(calls).where(eq(calls.id, callId)).limit(1))),
  };
};
export type WaitingRepository = ReturnType<typeof createWaitingRepository>;
