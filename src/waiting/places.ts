import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { ChannelId } from '../core/ids.ts';
import { bySwitch, bySystem, type History } from '../history/index.ts';
import type { Jobs } from '../jobs/runner.ts';
import type { Exec, Store } from '../storage/store.ts';
import type { KeptPlace, TelephonyEventOf } from '../telephony/events.ts';
import type { SwitchSnapshot, Telephony } from '../telephony/port.ts';
import { type CallbackRule, hasEnded, isNews, type PlaceFacts, PROMISE_HOLDS_MS, placeAfter } from './place.ts';
import type { PlaceRecord, WaitingRepository } from './repository.ts';

/** As the record names them. */
const RECORDED = {
  waiting: { act: 'place.kept' },
  dialling: { act: 'place.dialled' },
  resting: { act: 'place.not_reached' },
  reached: { act: 'place.reached' },
  failed: { act: 'place.failed' },
  withdrawn: { act: 'place.withdrawn' },
} as const;

/** A switch that is away when a promise is due is tried again after this. */
const AGAIN_MS = 30_000;
/** A channel that has only just been asked for is not in the switch's list yet. */
const YOUNG_MS = 10_000;

/**
 * Promises to call back with the place kept. The switch makes and keeps them by itself; here they become rows, are tried again by
 * rule, and end as work for a person when nobody was reached. What the switch tells twice is taken once.
 */
export const createKeptPlaces = (deps: {
  store: Pick<Store, 'write'>;
  repository: WaitingRepository;
  telephony: Pick<Telephony, 'keptPlaces' | 'keepPlace' | 'forgetPlace'>;
  history: Pick<History, 'append'>;
  jobs: Pick<Jobs, 'schedule'>;
  rule(): Promise<CallbackRule>;
  clock: Clock;
  logger: Logger;
}) => {
  const { store, repository, telephony, clock, logger } = deps;

  const note = async (db: Exec, row: PlaceRecord, actor: typeof bySwitch): Promise<void> => {
    await deps.history.append(db, {
      actor,
      ...RECORDED[row.state],
      thing: { kind: 'kept_place', id: row.id },
      details: { callId: row.callId, attempts: row.attempts },
    });
    if (row.state === 'failed' && row.callId !== null)
      await deps.jobs.schedule(db, {
        kind: 'place.draft',
        key: String(row.id),
        payload: { callId: row.callId },
        runAt: clock.now(),
      });
  };

  const factsOf = (told: KeptPlace, after: PlaceFacts) => ({
    ...after,
    stateAt: told.stateAt,
    attempts: told.attempts,
    ...(told.channelId === '' ? {} : { channelId: told.channelId }),
  });

  const take = async (node: string, told: KeptPlace): Promise<PlaceRecord | null> => {
    const after = placeAfter(told, await deps.rule());
    return store.write(async (db) => {
      const known = await repository.byPlace(db, told.place);
      if (known && !isNews(known, told)) return known;
      const row = known
        ? await repository.update(db, known, factsOf(told, after))
        : await repository.insert(db, {
            place: told.place,
            node,
            callId: await repository.promisedIn(db, told.place),
            number: told.number,
            queue: told.queue,
            waitingSince: told.since,
            aheadMinutes: told.aheadMinutes,
            askedAt: told.askedAt,
            shown: told.shown,
            ...factsOf(told, after),
          });
      if (row && row.state !== known?.state) await note(db, row, bySwitch);
      return row;
    });
  };

  /** Out of the switch: what is over there would be told again at every reconnect. */
  const forget = (row: PlaceRecord): Promise<void> =>
    telephony
      .forgetPlace(row.node, { place: row.place, number: row.number, channelId: row.state === 'reached' ? '' : row.channelId })
      .catch((err) => logger.warn({ err, placeId: row.id }, 'a promise that is over could not be taken out of the switch'));

  const apply = async (node: string, told: KeptPlace): Promise<void> => {
    const row = await take(node, told);
    // The citizen who was reached is talking on that very channel.
    if (row && hasEnded(row.state)) await forget(row);
  };

  const end = async (row: PlaceRecord, state: 'failed' | 'withdrawn'): Promise<void> => {
    const ended = await store.write(async (db) => {
      const after = await repository.update(db, row, { state, stateAt: clock.now(), dueAt: null });
      if (after) await note(db, after, bySystem);
      return after;
    });
    if (ended) await forget(ended);
  };

  /** Back into the queue, at the place that was kept. The row says so first: two services must not dial one citizen. */
  const putBack = async (row: PlaceRecord): Promise<void> => {
    const now = clock.now();
    if (now.getTime() >= row.askedAt.getTime() + PROMISE_HOLDS_MS) return end(row, 'failed');
    const claimed = await store.write((db) => repository.update(db, row, { state: 'waiting', stateAt: now, dueAt: null, channelId: '' }));
    if (!claimed) return;
    const { place, number, queue, waitingSince: since, aheadMinutes, askedAt, shown, attempts } = claimed;
    const kept: KeptPlace = {
      place,
      number,
      queue,
      since,
      aheadMinutes,
      askedAt,
      shown,
      attempts,
      state: 'waiting',
      stateAt: now,
      channelId: '',
    };
    await telephony.keepPlace(claimed.node, kept).catch(async (err) => {
      logger.warn({ err, placeId: claimed.id }, 'a promise could not be put back into the queue; it is tried again');
      const dueAt = new Date(clock.now().getTime() + AGAIN_MS);
      await store.write((db) => repository.update(db, claimed, { state: 'resting', dueAt }));
    });
  };

  let line: Promise<void> = Promise.resolve();
  /** One after the other: what the switch tells of one promise must not overtake itself. */
  const inOrder = (what: string, work: () => Promise<void>): Promise<void> => {
    line = line.then(work).catch((err) => logger.error({ err }, what));
    return line;
  };

  return {
    /** Never rejects. */
    hear: ({ type: _, node, at: _at, ...told }: TelephonyEventOf<'place.changed'>): Promise<void> =>
      inOrder('a promise to call back could not be recorded', () => apply(node, told)),

    /** After each reconnect: what was promised meanwhile is taken in, what the switch lost is put back. */
    reconcile: (snapshot: SwitchSnapshot): Promise<void> =>
      inOrder('promises to call back could not be compared with the switch', async () => {
        const { node, takenAt } = snapshot;
        for (const told of await telephony.keptPlaces(node)) await apply(node, told);
        for (const row of await repository.heldAt(node)) {
          if (snapshot.keeping.includes(row.channelId) || takenAt.getTime() - row.stateAt.getTime() < YOUNG_MS) continue;
          // Nobody saw how the dialling ended: as if nobody had been reached.
          if (row.state === 'dialling') await apply(node, lostWhileDialling(row, clock.now()));
          else await putBack(row);
        }
      }),

    /** Every few seconds: who was not reached is put back when the time has come. */
    sweep: (): Promise<void> =>
      inOrder('promises that are due could not be looked at', async () => {
        for (const row of await repository.due(clock.now())) await putBack(row);
      }),

    /** The citizen called again and talks to somebody: nobody need call back. */
    withdraw: (number: string): Promise<void> =>
      inOrder('a promise could not be withdrawn', async () => {
        const row = await repository.openOfNumber(number);
        if (row && row.state !== 'dialling') await end(row, 'withdrawn');
      }),

    /** The promise that the call of this channel keeps. */
    ofChannel: (channelId: ChannelId): Promise<PlaceRecord | null> => repository.byChannel(channelId),
  };
};
export type KeptPlaces = ReturnType<typeof createKeptPlaces>;

const lostWhileDialling = (row: PlaceRecord, at: Date): KeptPlace => ({
  place: row.place,
  number: row.number,
  queue: row.queue,
  since: row.waitingSince,
  aheadMinutes: row.aheadMinutes,
  askedAt: row.askedAt,
  shown: row.shown,
  attempts: row.attempts,
  channelId: row.channelId,
  state: 'not_reached',
  stateAt: at,
});
