import type { CallsRepository, Cards, DeskView } from '../calls/index.ts';
import { type Clock, shanghaiMidnight } from '../core/clock.ts';
import type { CallId, StaffId } from '../core/ids.ts';
import type { Alarm, Snapshot } from '../push/frames.ts';
import { type DeskChange, pausesOf } from './pause-reasons.ts';
import type { Presences } from './presence.ts';
import type { AgentsRepository } from './repository.ts';
import type { DayFigures, DeskMessage, QueueSummary } from './schemas.ts';
import type { Agents } from './service.ts';

const RECENT_CALLS = 8;

/** Everything an agent's page shows, put together at one instant; the push hub sends it after every new start. */
export const createDesk = (deps: {
  agents: Agents;
  repository: AgentsRepository;
  calls: CallsRepository;
  /** What this person was told and has not seen. */
  unseenMessages(staffId: StaffId): Promise<DeskMessage[]>;
  unreadNotices(staffId: StaffId): Promise<number>;
  cards: Cards;
  presences: Presences;
  /** What the record says of this person's desk since an instant, the oldest first. */
  deskChanges(staffId: StaffId, since: Date): Promise<DeskChange[]>;
  countDrafted(staffId: StaffId, since: Date): Promise<number>;
  deskViewOf(callId: CallId, staffId: StaffId): Promise<DeskView>;
  clock: Clock;
  /** Every queue there is, everybody's first. */
  queues(): readonly string[];
  placesOf(staffId: StaffId): readonly { queue: string }[];
  switchUp(): boolean;
  alarms(): Alarm[];
}) => {
  const { agents, repository, calls, cards, presences, clock } = deps;

  const queueSummaries = async (): Promise<QueueSummary[]> => {
    const [waiting, shifts] = await Promise.all([calls.waiting(), repository.openShifts()]);
    const isReady = (shift: (typeof shifts)[number]): boolean => {
      const presence = presences.of(shift.extension);
      return shift.intent === 'ready' && presence?.registered === true && presence.device === 'idle';
    };
    const places = new Map(shifts.map((shift) => [shift, new Set(deps.placesOf(shift.staffId).map(({ queue }) => queue))]));
    const [everybodys = ''] = deps.queues();
    return deps.queues().map((queue) => {
      // A preferred agent's own queue is a detour of the general one; its callers wait in the same line for the eye.
      const mine = waiting.filter((each) => each.queue === queue || (queue === everybodys && each.queue.startsWith('agent-')));
      const members = shifts.filter((shift) => places.get(shift)?.has(queue));
      const longest = mine.reduce<Date | null>((min, { longestSince: at }) => (at && (!min || at < min) ? at : min), null);
      return {
        queue,
        waiting: mine.reduce((sum, each) => sum + each.waiting, 0),
        longestSince: longest?.toISOString() ?? null,
        ready: members.filter(isReady).length,
        signedIn: members.length,
      };
    });
  };

  const today = async (staffId: StaffId): Promise<DayFigures> => {
    const since = shanghaiMidnight(clock.now());
    const [day, drafted, changes] = await Promise.all([
      calls.dayOf(staffId, since),
      deps.countDrafted(staffId, since),
      deps.deskChanges(staffId, since),
    ]);
    const pauses = pausesOf(changes, clock.now());
    const pausedSeconds = pauses.reduce((sum, { seconds }) => sum + seconds, 0);
    return { ...day, drafted, pausedSeconds, pauses };
  };

  const recent = async (staffId: StaffId): Promise<Snapshot['recent']> => {
    const person = await repository.person(staffId);
    if (!person) return [];
    return cards.rows(await calls.page({ ofStaff: staffId }, null, RECENT_CALLS), person);
  };

  /** The call whose form is still to be written, while wrap-up lasts. */
  const wrapUpCard = async (staffId: StaffId): Promise<Snapshot['wrapUp']> => {
    const shift = await repository.openShiftOf(staffId);
    if (shift?.intent !== 'wrap_up') return null;
    const offer = await calls.lastAnsweredOffer(staffId);
    return offer ? ((await cards.cardOfOffer(offer)) ?? null) : null;
  };

  return {
    queueSummaries,
    today,
    recent,
    async snapshotFor(staffId: StaffId): Promise<Snapshot> {
      const [agent, open, wrapUp, queues, figures, calledBefore, messages, unreadNotices] = await Promise.all([
        agents.view(staffId),
        cards.openCardsOf(staffId),
        wrapUpCard(staffId),
        queueSummaries(),
        today(staffId),
        recent(staffId),
        deps.unseenMessages(staffId),
        deps.unreadNotices(staffId),
      ]);
      const standing = agent.callId !== null && agent.state === 'talking' ? await deps.deskViewOf(agent.callId, staffId) : null;
      const shown = { agent, cards: open, desk: standing, wrapUp, queues, today: figures, recent: calledBefore, messages, unreadNotices };
      return { ...shown, switchUp: deps.switchUp(), alarms: deps.alarms() };
    },
  };
};
export type Desk = ReturnType<typeof createDesk>;
