import { type LiveOffer, shownState } from '../agents/agent.ts';
import type { Presences } from '../agents/index.ts';
import { MESSAGE_LIVES_MS } from '../agents/message-kinds.ts';
import type { Alarms } from '../calls/index.ts';
import { type Clock, shanghaiMidnight } from '../core/clock.ts';
import { maskNumber } from '../core/phone-number.ts';
import { floodsOf, nextStuck, stuckQueues } from './alarms.ts';
import {
  ANSWER_PERCENT,
  ANSWER_WITHIN_MS,
  type CallFacts,
  CONNECT_PERCENT,
  countedSince,
  figuresOf,
  queuesOf,
  waitingOf,
} from './board.ts';
import type { BoardRepository } from './repository.ts';
import type { Board, BoardAgent } from './schemas.ts';

export interface BoardService {
  /** Everything on the board, as the record has it now. */
  view(): Promise<Board>;
  /** Raises and clears the alarms that only the whole picture shows. @returns the picture it looked at */
  watch(): Promise<Board>;
}

export interface BoardDeps {
  repository: BoardRepository;
  openOffersByStaff(): Promise<Map<number, LiveOffer>>;
  presences: Pick<Presences, 'of'>;
  alarms: Pick<Alarms, 'all' | 'raise' | 'clear'>;
  switchUp(): boolean;
  clock: Clock;
  /** Every queue there is, everybody's first. */
  queues(): readonly string[];
  placesOf(staffId: number): readonly { queue: string }[];
  shortSeconds: number;
  floodCalls: number;
}

/**
 * Keeps in memory what the figures count of each call, for a day and a night of calls cannot be read four times a second. What has
 * ended does not change any more; what has not, and what is new, is read again for every picture. So the memory can lag behind no
 * event: an open call that is no longer among the open ones is looked up by its number.
 */
const createCallMemory = (repository: BoardRepository) => {
  const facts = new Map<number, CallFacts>();
  const open = new Set<number>();
  let newest: number | null = null;

  const take = (rows: readonly CallFacts[]): void => {
    for (const row of rows) {
      facts.set(row.id, row);
      if (row.endedAt) open.delete(row.id);
      else open.add(row.id);
      newest = Math.max(newest ?? 0, row.id);
    }
  };
  const forget = (since: Date): void => {
    for (const [id, { arrivedAt, endedAt }] of facts) if (endedAt && arrivedAt < since) facts.delete(id);
  };

  return async (now: Date): Promise<CallFacts[]> => {
    const since = countedSince(now);
    const rows = newest === null ? await repository.arrivedSince(since) : await repository.openOrAfter(newest);
    const there = new Set(rows.map(({ id }) => id));
    const gone = [...open].filter((id) => !there.has(id));
    take(rows);
    if (gone.length > 0) take(await repository.ofIds(gone));
    newest ??= 0;
    forget(since);
    return [...facts.values()];
  };
};

export const createBoard = (deps: BoardDeps): BoardService => {
  const { repository, alarms, clock } = deps;
  const callsNow = createCallMemory(repository);
  const shortMs = deps.shortSeconds * 1000;
  const targets = {
    answerSeconds: ANSWER_WITHIN_MS / 1000,
    answerPercent: ANSWER_PERCENT,
    connectPercent: CONNECT_PERCENT,
    shortSeconds: deps.shortSeconds,
  };

  const agentsNow = async (offers: ReadonlyMap<number, LiveOffer>, now: Date): Promise<BoardAgent[]> => {
    const desks = await repository.desks();
    const answered = await repository.answeredSince(
      desks.map(({ shift }) => shift.staffId),
      shanghaiMidnight(now),
    );
    const unseen = await repository.unseenMessages(new Date(now.getTime() - MESSAGE_LIVES_MS));
    return desks.map(({ shift, name }) => {
      const shown = shownState(shift, deps.presences.of(shift.extension), offers.get(shift.staffId) ?? null);
      return {
        staffId: shift.staffId,
        name,
        extension: shift.extension,
        state: shown.state,
        reason: shown.reason,
        since: (shown.since ?? now).toISOString(),
        helpSince: shift.helpSince?.toISOString() ?? null,
        answeredToday: answered.get(shift.staffId) ?? 0,
        unseenMessages: unseen.get(shift.staffId) ?? 0,
      };
    });
  };

  const read = async (): Promise<{ board: Board; calls: CallFacts[]; now: Date }> => {
    const now = clock.now();
    const calls = await callsNow(now);
    const offers = await deps.openOffersByStaff();
    const rings = new Set([...offers.values()].filter(({ state }) => state === 'ringing').map(({ callId }) => callId));
    const agents = await agentsNow(offers, now);
    const queues = deps.queues();
    const waiting = waitingOf(calls, queues, rings, now);
    const board: Board = {
      queues: queuesOf(queues, waiting, agents, deps.placesOf),
      waiting,
      agents,
      figures: figuresOf(calls, now, shortMs),
      alarms: alarms.all(),
      targets,
      switchState: deps.switchUp() ? 'up' : 'down',
    };
    return { board, calls, now };
  };

  /** One reader at a time: the memory is filled in the order of the record. */
  let line: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const done = line.then(work);
    line = done.catch(() => undefined);
    return done;
  };

  let stuck = new Map<string, Date>();
  /** Numbers that flood now, each with the alarm's name: a number itself must not travel in one. */
  const floods = new Map<string, string>();
  let floodsSeen = 0;

  const watchFloods = (now: Map<string, number>): void => {
    for (const [number, id] of floods)
      if (!now.has(number)) {
        floods.delete(number);
        alarms.clear(id);
      }
    for (const [number, count] of now) {
      const id = floods.get(number) ?? `number_floods.${++floodsSeen}`;
      floods.set(number, id);
      // Told in steps, or every call would be news.
      alarms.raise(id, 'number_floods', `${maskNumber(number)} ≥ ${count - (count % deps.floodCalls)}`);
    }
  };

  return {
    view: () => inOrder(async () => (await read()).board),
    watch: () =>
      inOrder(async () => {
        const { board, calls, now } = await read();
        stuck = nextStuck(stuck, board.queues, board.waiting, now);
        const standing = stuckQueues(stuck, now);
        // A queue that was deleted has no callers any more and so no alarm: only those that are there are looked at.
        for (const queue of deps.queues())
          if (standing.includes(queue)) alarms.raise(`caller_waits.${queue}`, 'caller_waits', queue);
          else alarms.clear(`caller_waits.${queue}`);
        watchFloods(floodsOf(calls, now, deps.floodCalls));
        return { ...board, alarms: alarms.all() };
      }),
  };
};
