import { and, count, desc, eq, gte, inArray, isNotNull, isNull, lt, min, ne, or, type SQL, sql, sum } from 'drizzle-orm';
import { LINE_STATES, type LineState, lineStateOf, type OpenCall } from '../../calls/call.ts';
import type { CallId, OfferId, StaffId } from '../../core/ids.ts';
import type { NewRow, Row } from '../schema.ts';
import type { Exec, Store } from '../store.ts';

export type CallRecord = Row<'calls'>;
export type OfferRecord = Row<'offers'>;
export type SegmentRecord = Row<'callSegments'>;
export type RecordingRecord = Row<'recordings'>;
export interface ListedCall {
  call: CallRecord;
  answeredByName: string | null;
  citizenName: string | null;
  recordingState: RecordingRecord['state'] | null;
}

/** What one person's telephone does now. */
export interface LiveOffer {
  callId: CallId;
  state: 'ringing' | 'calling_out' | 'talking';
  since: Date;
}

/** Which calls: everything, or only those one agent took. */
export type CallScope = { all: true } | { ofStaff: StaffId };

export const createCallsRepository = (store: Store) => {
  const { calls, offers, callSegments, callRatings, recordings, staff, citizens } = store.schema;

  const listed = (db: Exec) =>
    db
      .select({ call: calls, answeredByName: staff.name, citizenName: citizens.name, recordingState: recordings.state })
      .from(calls)
      .leftJoin(staff, eq(staff.id, calls.answeredBy))
      .leftJoin(citizens, eq(citizens.id, calls.citizenId))
      .leftJoin(recordings, and(eq(recordings.callId, calls.id), eq(recordings.kind, 'call')));

  return {
    async insertCall(db: Exec, values: NewRow<'calls'>): Promise<CallRecord | undefined> {
      const [row] = await db.insert(calls).values(values).onConflictDoNothing({ target: calls.channelId }).returning();
      return row;
    },
    async byChannel(db: Exec, channelId: string): Promise<CallRecord | undefined> {
      const [row] = await db.select().from(calls).where(eq(calls.channelId, channelId)).limit(1);
      return row;
    },
    async updateCall(db: Exec, id: CallId, values: Partial<NewRow<'calls'>>): Promise<void> {
      await db.update(calls).set(values).where(eq(calls.id, id)).returning({ id: calls.id });
    },
    async insertOffer(db: Exec, values: NewRow<'offers'>): Promise<OfferRecord | undefined> {
      const [row] = await db.insert(offers).values(values).onConflictDoNothing({ target: offers.legId }).returning();
      return row;
    },
    async offerByLeg(db: Exec, legId: string): Promise<OfferRecord | undefined> {
      const [row] = await db.select().from(offers).where(eq(offers.legId, legId)).limit(1);
      return row;
    },
    async updateOffer(db: Exec, id: OfferId, values: Partial<NewRow<'offers'>>): Promise<void> {
      await db.update(offers).set(values).where(eq(offers.id, id)).returning({ id: offers.id });
    },
    openOffersOf: (db: Exec, callId: CallId): Promise<OfferRecord[]> =>
      db
        .select()
        .from(offers)
        .where(and(eq(offers.callId, callId), isNull(offers.endedAt))),
    async insertSegment(db: Exec, values: NewRow<'callSegments'>): Promise<void> {
      await db.insert(callSegments).values(values).returning({ id: callSegments.id });
    },
    async endSegment(db: Exec, id: number, endedAt: Date, outcome: string): Promise<void> {
      await db.update(callSegments).set({ endedAt, outcome }).where(eq(callSegments.id, id)).returning({ id: callSegments.id });
    },
    openSegmentsOf: (db: Exec, callId: CallId): Promise<SegmentRecord[]> =>
      db
        .select()
        .from(callSegments)
        .where(and(eq(callSegments.callId, callId), isNull(callSegments.endedAt)))
        .orderBy(callSegments.id),
    segmentsOf: (callId: CallId): Promise<SegmentRecord[]> =>
      store.read((db) => db.select().from(callSegments).where(eq(callSegments.callId, callId)).orderBy(callSegments.id)),
    /** The segment of a leg that has not ended. */
    async openSegmentOfLeg(db: Exec, legId: string): Promise<SegmentRecord | undefined> {
      const [row] = await db
        .select()
        .from(callSegments)
        .where(and(eq(callSegments.legId, legId), isNull(callSegments.endedAt), inArray(callSegments.kind, ['invite', 'third'])))
        .limit(1);
      return row;
    },
    /** Two acts of one instant come one after the other: the second finds what the first has written. */
    async lockCall(db: Exec, callId: CallId): Promise<CallRecord | undefined> {
      const [row] = await db
        .update(calls)
        .set({ node: sql`${calls.node}` })
        .where(eq(calls.id, callId))
        .returning();
      return row;
    },
    async staffByExtension(db: Exec, extension: string): Promise<{ staffId: StaffId; name: string } | undefined> {
      const [row] = await db.select({ staffId: staff.id, name: staff.name }).from(staff).where(eq(staff.extension, extension)).limit(1);
      return row;
    },
    async insertRecording(db: Exec, values: NewRow<'recordings'>): Promise<RecordingRecord | undefined> {
      const [row] = await db.insert(recordings).values(values).onConflictDoNothing({ target: recordings.file }).returning();
      return row;
    },
    async updateRecording(db: Exec, id: number, values: Partial<NewRow<'recordings'>>): Promise<void> {
      await db.update(recordings).set(values).where(eq(recordings.id, id)).returning({ id: recordings.id });
    },
    recordingsOf: (db: Exec, callId: CallId): Promise<RecordingRecord[]> =>
      db.select().from(recordings).where(eq(recordings.callId, callId)).orderBy(recordings.id),
    recordingById: async (id: number): Promise<RecordingRecord | undefined> =>
      store.read(async (db) => (await db.select().from(recordings).where(eq(recordings.id, id)).limit(1))[0]),
    /** Recordings still being written whose call is over. */
    unsealed: (): Promise<{ id: number }[]> =>
      store.read((db) =>
        db
          .select({ id: recordings.id })
          .from(recordings)
          .innerJoin(calls, eq(calls.id, recordings.callId))
          .where(and(eq(recordings.state, 'writing'), isNotNull(calls.endedAt)))
          .limit(1000),
      ),

    /** What the database holds as going on at one node. */
    async openCalls(node: string): Promise<OpenCall[]> {
      return store.read(async (db) => {
        const open = await db
          .select()
          .from(calls)
          .where(and(isNull(calls.endedAt), eq(calls.node, node)));
        if (!open.length) return [];
        const legs = await db
          .select()
          .from(offers)
          .where(
            and(
              isNull(offers.endedAt),
              inArray(
                offers.callId,
                open.map((call) => call.id),
              ),
            ),
          );
        return open.map((call) => ({
          channelId: call.channelId,
          dialled: call.dialledBy !== null,
          queue: call.queue,
          arrivedAt: call.arrivedAt,
          legs: legs
            .filter((leg) => leg.callId === call.id)
            .map((leg) => ({
              legId: leg.legId,
              extension: leg.extension,
              state: leg.answeredAt ? ('talking' as const) : ('ringing' as const),
              since: leg.answeredAt ?? leg.offeredAt,
            })),
        }));
      });
    },
    /** Bytes recorded at a node since an instant, and when the first of them began; null when there are none. */
    async grownSince(node: string, since: Date): Promise<{ bytes: number; since: Date } | null> {
      const [grown] = await store.read((db) =>
        db
          .select({ bytes: sum(recordings.bytes), first: min(calls.arrivedAt) })
          .from(calls)
          .innerJoin(recordings, eq(recordings.callId, calls.id))
          .where(and(eq(calls.node, node), gte(calls.arrivedAt, since))),
      );
      return grown?.first ? { bytes: Number(grown.bytes), since: grown.first } : null;
    },
    /** Recordings of calls that are going on. */
    recordingsInProgress: (): Promise<{ id: number; node: string; file: string; note: string | null }[]> =>
      store.read((db) =>
        db
          .select({ id: recordings.id, node: calls.node, file: recordings.file, note: recordings.note })
          .from(recordings)
          .innerJoin(calls, eq(calls.id, recordings.callId))
          .where(and(eq(recordings.state, 'writing'), eq(recordings.kind, 'call'), isNull(calls.endedAt))),
      ),
    async noteRecording(id: number, note: string): Promise<void> {
      await store.write((db) => db.update(recordings).set({ note }).where(eq(recordings.id, id)).returning({ id: recordings.id }));
    },
    /** How many citizens on the line are where. */
    async linesByState(): Promise<Record<LineState, number>> {
      const counts = Object.fromEntries(LINE_STATES.map((state) => [state, 0])) as Record<LineState, number>;
      const [open, ringing] = await store.read(async (db) => [
        await db.select().from(calls).where(isNull(calls.endedAt)),
        await db
          .select({ callId: offers.callId })
          .from(offers)
          .where(and(isNull(offers.endedAt), isNull(offers.answeredAt))),
      ]);
      const rings = new Set<number>(ringing.map((offer) => offer.callId));
      for (const call of open) counts[lineStateOf(call, rings.has(call.id))] += 1;
      return counts;
    },
    /** What rings or talks now, for each person; who dials and waits for the number to answer is calling out. */
    async openOffersByStaff(staffId?: StaffId): Promise<Map<StaffId, LiveOffer>> {
      const open = await store.read((db) =>
        db
          .select({ offer: offers, origin: calls.origin, called: calls.answeredAt })
          .from(offers)
          .innerJoin(calls, eq(calls.id, offers.callId))
          .where(and(isNull(offers.endedAt), staffId === undefined ? undefined : eq(offers.staffId, staffId)))
          .orderBy(offers.id),
      );
      const found = new Map<StaffId, LiveOffer>();
      for (const { offer, origin, called } of open) {
        const { callId, answeredAt, offeredAt } = offer;
        const isDialling = origin === 'outbound' && called === null;
        if (answeredAt) found.set(offer.staffId, { callId, state: 'talking', since: answeredAt });
        else if (found.get(offer.staffId)?.state !== 'talking')
          found.set(offer.staffId, { callId, state: isDialling ? 'calling_out' : 'ringing', since: offeredAt });
      }
      return found;
    },
    /** Two dials of one person come one after the other. */
    async lockStaff(db: Exec, staffId: StaffId): Promise<void> {
      await db
        .update(staff)
        .set({ name: sql`${staff.name}` })
        .where(eq(staff.id, staffId))
        .returning({ id: staff.id });
    },
    async byDialKey(db: Exec, key: string): Promise<CallRecord | undefined> {
      return (await db.select().from(calls).where(eq(calls.dialKey, key)).limit(1))[0];
    },
    /** Whether somebody rings, talks, or has dialled a call that is not over. */
    async hasOpenCall(db: Exec, staffId: StaffId): Promise<boolean> {
      const [offer] = await db
        .select({ id: offers.id })
        .from(offers)
        .where(and(eq(offers.staffId, staffId), isNull(offers.endedAt)))
        .limit(1);
      if (offer) return true;
      // Dialled a moment ago: the switch has not yet told of the ring. One whose agent has gone is the citizen's alone.
      const [dialled] = await db
        .select({ id: calls.id })
        .from(calls)
        .where(and(eq(calls.dialledBy, staffId), isNull(calls.endedAt), isNull(calls.answeredAt)))
        .limit(1);
      return dialled !== undefined;
    },
    async dialledSince(db: Exec, staffId: StaffId, since: Date): Promise<{ agent: number; all: number }> {
      const recent = and(eq(calls.origin, 'outbound'), gte(calls.arrivedAt, since));
      return {
        agent: await db.$count(calls, and(recent, eq(calls.dialledBy, staffId))),
        all: await db.$count(calls, recent),
      };
    },
    /** Nodes at which calls were dialled before an instant of which nothing has been heard. */
    async silentDials(before: Date): Promise<string[]> {
      const rows = await store.read((db) =>
        db
          .selectDistinct({ node: calls.node })
          .from(calls)
          .where(and(eq(calls.origin, 'outbound'), isNull(calls.endedAt), isNull(calls.dialResult), lt(calls.arrivedAt, before))),
      );
      return rows.map(({ node }) => node);
    },
    openCount: (): Promise<number> => store.read((db) => db.$count(calls, isNull(calls.endedAt))),

    byId: (callId: CallId): Promise<ListedCall | undefined> =>
      store.read(async (db) => (await listed(db).where(eq(calls.id, callId)).limit(1))[0]),
    offerById: (offerId: OfferId): Promise<OfferRecord | undefined> =>
      store.read(async (db) => (await db.select().from(offers).where(eq(offers.id, offerId)).limit(1))[0]),
    /** Rings and talks of one person that are going on. */
    openOffersOfStaff: (staffId: StaffId): Promise<OfferRecord[]> =>
      store.read((db) =>
        db
          .select()
          .from(offers)
          .where(and(eq(offers.staffId, staffId), isNull(offers.endedAt)))
          .orderBy(desc(offers.id)),
      ),
    lastAnsweredOffer: (staffId: StaffId): Promise<OfferRecord | undefined> =>
      store.read(
        async (db) =>
          (
            await db
              .select()
              .from(offers)
              .where(and(eq(offers.staffId, staffId), isNotNull(offers.answeredAt)))
              .orderBy(desc(offers.offeredAt))
              .limit(1)
          )[0],
      ),
    offersOf: (callId: CallId): Promise<(OfferRecord & { name: string })[]> =>
      store.read(async (db) => {
        const rows = await db
          .select({ offer: offers, name: staff.name })
          .from(offers)
          .innerJoin(staff, eq(staff.id, offers.staffId))
          .where(eq(offers.callId, callId))
          .orderBy(offers.id);
        return rows.map(({ offer, name }) => ({ ...offer, name }));
      }),

    /** @param before id of the oldest row already shown, or null */
    page(scope: CallScope, before: number | null, limit: number): Promise<ListedCall[]> {
      const mine: SQL | undefined = 'all' in scope ? undefined : eq(calls.answeredBy, scope.ofStaff);
      return store.read((db) =>
        listed(db)
          .where(and(mine, before === null ? undefined : lt(calls.id, before)))
          .orderBy(desc(calls.id))
          .limit(limit),
      );
    },
    /** Calls of a line since an instant, newest first, the present one left out. */
    async ofNumber(normal: string, since: Date, except: CallId, limit: number): Promise<{ rows: ListedCall[]; total: number }> {
      const where = and(eq(calls.callerNormal, normal), gte(calls.arrivedAt, since), ne(calls.id, except));
      return store.read(async (db) => {
        const rows = await listed(db).where(where).orderBy(desc(calls.arrivedAt)).limit(limit);
        const total = rows.length < limit ? rows.length : await db.$count(calls, where);
        return { rows, total };
      });
    },

    /** Once a call: another is left aside. It goes to the agent who spoke with the citizen last. */
    async addRating(db: Exec, rating: { callId: CallId; key: number; value: number; at: Date }): Promise<void> {
      const spoke = and(eq(offers.callId, rating.callId), isNotNull(offers.answeredAt));
      const [last] = await db.select({ staffId: offers.staffId }).from(offers).where(spoke).orderBy(desc(offers.answeredAt)).limit(1);
      await db
        .insert(callRatings)
        .values({ ...rating, staffId: last?.staffId ?? null })
        .onConflictDoNothing({ target: callRatings.callId })
        .returning({ id: callRatings.id });
    },

    async ratingOf(callId: CallId): Promise<{ value: number; name: string | null; at: Date } | null> {
      return store.read(async (db) => {
        const [row] = await db
          .select({ value: callRatings.value, name: staff.name, at: callRatings.at })
          .from(callRatings)
          .leftJoin(staff, eq(staff.id, callRatings.staffId))
          .where(eq(callRatings.callId, callId))
          .limit(1);
        return row ?? null;
      });
    },

    /** Today's figures of one agent. @param since first instant of the day in Shanghai */
    async dayOf(
      staffId: StaffId,
      since: Date,
    ): Promise<{ answered: number; missed: number; talkSeconds: number; dialled: number; rated: number; ratedSum: number }> {
      return store.read(async (db) => {
        const [row] = await db
          .select({
            // A call the agent made is no call they took.
            answered:
              sql`count(distinct ${offers.callId}) filter (where ${isNotNull(offers.answeredAt)} and ${ne(calls.origin, 'outbound')})`.mapWith(
                Number,
              ),
            missed: sql`count(*) filter (where ${eq(offers.outcome, 'missed')})`.mapWith(Number),
          })
          .from(offers)
          .innerJoin(calls, eq(calls.id, offers.callId))
          .where(and(eq(offers.staffId, staffId), gte(offers.offeredAt, since)));
        const dialled = await db.$count(calls, and(eq(calls.dialledBy, staffId), gte(calls.arrivedAt, since)));
        const talks = await db
          .select({ answeredAt: offers.answeredAt, endedAt: offers.endedAt })
          .from(offers)
          .where(and(eq(offers.staffId, staffId), gte(offers.offeredAt, since), isNotNull(offers.answeredAt), isNotNull(offers.endedAt)));
        const talk = talks.reduce((sum, each) => sum + ((each.endedAt?.getTime() ?? 0) - (each.answeredAt?.getTime() ?? 0)), 0);
        const [ratings] = await db
          .select({ rated: count(), sum: sum(callRatings.value).mapWith(Number) })
          .from(callRatings)
          .where(and(eq(callRatings.staffId, staffId), gte(callRatings.at, since)));
        return {
          answered: row?.answered ?? 0,
          missed: row?.missed ?? 0,
          talkSeconds: Math.round(talk / 1000),
          dialled,
          rated: ratings?.rated ?? 0,
          ratedSum: ratings?.sum ?? 0,
        };
      });
    },

    /** Waiting calls per queue: neither answered nor ended. */
    async waiting(): Promise<{ queue: string; waiting: number; longestSince: Date | null }[]> {
      return store.read((db) =>
        db
          .select({
            queue: sql<string>`${calls.queue}`,
            waiting: count(),
            longestSince: sql`min(${calls.queuedAt})`.mapWith(calls.queuedAt),
          })
          .from(calls)
          .where(
            and(
              isNull(calls.endedAt),
              isNotNull(calls.queue),
              isNull(calls.diversion),
              // Waiting again counts: the agent of the first talk has gone and the citizen is still on the line.
              or(isNull(calls.answeredAt), isNotNull(calls.agentLeftAt)),
            ),
          )
          .groupBy(calls.queue),
      );
    },
  };
};
export type CallsRepository = ReturnType<typeof createCallsRepository>;
