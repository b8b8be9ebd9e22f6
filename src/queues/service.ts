import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { SettingsRepository } from '../settings/repository.ts';
import { saveSetting, staleSetting } from '../settings/saving.ts';
import { toldSwitch } from '../settings/telling.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec, Store } from '../storage/store.ts';
import type { Telephony } from '../telephony/port.ts';
import {
  EVERYBODYS,
  FIRST_PLAN,
  holding,
  movedTo,
  type Plan,
  placesOf,
  queuesForSwitch,
  type Standing,
  type Standings,
  standingOf,
  withChangedQueue,
  withNewQueue,
  withoutQueue,
  withSkills,
} from './queue.ts';
import type {
  ChangeQueue,
  NewQueue,
  PersonPlaces,
  PlacesView,
  QueuePlace,
  QueuesView,
  SaveHeld,
  SavePlaces,
  SaveSkills,
} from './schemas.ts';

const PLAN = 'queues.plan';
const STANDINGS = 'queues.standings';
/** Two leaders who move two people in one instant: the later one reads again. More than this is no coincidence. */
const TRIES = 5;

export interface QueuesDeps {
  store: Pick<Store, 'write'>;
  repository: SettingsRepository;
  history: Pick<History, 'append'>;
  outbox: Pick<Outbox, 'append'>;
  telephony: Pick<Telephony, 'writeQueues'>;
  /** Everybody who may be rung. */
  people(): Promise<readonly { staffId: number; name: string; extension: string | null }[]>;
  /** Who is signed in on a telephone. */
  signedIn(): Promise<ReadonlySet<number>>;
  waitingIn(queue: string): Promise<number>;
  /** Makes the switch's members of these people, or of everybody signed in, what they are to be now. */
  rejoin(staffIds: readonly number[] | 'everybody'): Promise<void>;
  numbers: readonly string[];
  announcements: readonly string[];
  clock: Clock;
  logger: Logger;
}

interface Kept<T> {
  value: T;
  version: number;
}

/**
 * Which queues there are, who stands in them, and what they can: kept here with every change on record, and in force on
 * the switch before the answer. Read from memory: every picture of a desk asks. Nobody else writes these rows.
 */
export const createQueues = (deps: QueuesDeps) => {
  const { store, repository, history, clock, logger } = deps;
  let plan: Kept<Plan> = { value: FIRST_PLAN, version: 0 };
  let standings: Kept<Standings> = { value: {}, version: 0 };
  let onSwitch = false;

  /** What was put in by this service, checked then. */
  const read = async <T>(key: string, first: T): Promise<Kept<T>> => {
    const kept = await repository.get(key);
    return kept ? { value: kept.value as T, version: kept.version } : { value: first, version: 0 };
  };
  const load = async (): Promise<void> => {
    plan = await read(PLAN, FIRST_PLAN);
    standings = await read<Standings>(STANDINGS, {});
  };

  const tellSwitch = async (): Promise<void> => {
    // Nothing set here: the switch's own configuration stays in force.
    if (plan.version === 0) {
      onSwitch = true;
      return;
    }
    onSwitch = false;
    const write = (): Promise<unknown> => deps.telephony.writeQueues(queuesForSwitch(plan.value, deps.numbers));
    onSwitch = await toldSwitch(write, logger, 'the queues could not be written to the switch; they are when it is back');
  };

  const rejoin = async (whom: readonly number[] | 'everybody'): Promise<void> => {
    await toldSwitch(() => deps.rejoin(whom), logger, 'members could not be moved on the switch; they are when it is back');
  };

  const view = async (): Promise<QueuesView> => {
    const [people, signedIn] = await Promise.all([deps.people(), deps.signedIn()]);
    const places = people.map(({ staffId }) => ({ staffId, queues: placesOf(plan.value, standingOf(standings.value, staffId)) }));
    return {
      version: plan.version,
      queues: plan.value.queues.map((queue) => {
        const members = places.filter(({ queues }) => queues.some((each) => each.queue === queue.queue));
        return { ...queue, members: members.length, signedIn: members.filter(({ staffId }) => signedIn.has(staffId)).length };
      }),
      skills: plan.value.skills,
      announcements: [...deps.announcements],
      numbers: [...deps.numbers],
      onSwitch,
    };
  };

  const theirs = async (): Promise<QueuesView> => {
    await load();
    return view();
  };

  /** Kept first and then told to the switch; a switch that is away is told when it is back. */
  const save = async (version: number, about: Record<string, unknown>, by: StaffId, decide: () => Plan): Promise<QueuesView> => {
    if (version !== plan.version) throw staleSetting(await theirs());
    const next = decide();
    const saved = await saveSetting(deps, { key: PLAN, kind: 'queues', version, value: next, details: about, by, theirs });
    plan = { value: next, version: saved.version };
    await tellSwitch();
    await rejoin('everybody');
    return view();
  };

  const names = async (): Promise<(staffId: number) => string | null> => {
    const people = new Map((await deps.people()).map(({ staffId, name }) => [staffId, name]));
    return (staffId) => people.get(staffId) ?? null;
  };

  const personOf = async (staffId: StaffId): Promise<PersonPlaces> => {
    const [people, signedIn] = await Promise.all([deps.people(), deps.signedIn()]);
    const person = people.find((each) => each.staffId === staffId);
    if (!person) throw new HotlineError('thing.not_found', '没有这个坐席 There is no such agent');
    return shown(person, signedIn);
  };

  const shown = (
    { staffId, name, extension }: { staffId: number; name: string; extension: string | null },
    signedIn: ReadonlySet<number>,
  ): PersonPlaces => {
    const standing = standingOf(standings.value, staffId);
    return {
      staffId,
      name,
      extension,
      signedIn: signedIn.has(staffId),
      queues: placesOf(plan.value, standing),
      skills: Object.entries(standing.skills).map(([skill, level]) => ({ skill, level })),
    };
  };

  /** Everybody's queue with nobody in it sends callers to the duty phone while agents sit idle. */
  const checkSomebodyStays = async (staffId: StaffId, next: Standing): Promise<void> => {
    const stands = (standing: Standing): boolean => placesOf(plan.value, standing).some(({ queue }) => queue === EVERYBODYS);
    if (stands(next) || !stands(standingOf(standings.value, staffId))) return;
    const signedIn = await deps.signedIn();
    if (!signedIn.has(staffId)) return;
    const others = [...signedIn].filter((other) => other !== staffId);
    if (!others.some((other) => stands(standingOf(standings.value, other))))
      throw new HotlineError('queue.would_be_empty', '这是「综合受理」里最后一位签入的坐席 The last agent signed in there', {
        queue: EVERYBODYS,
      });
  };

  /** One person's standing; row, record and event in one transaction, then the switch. */
  const place = async (
    staffId: StaffId,
    by: StaffId,
    act: 'agent.queues_set' | 'agent.skills_set',
    decide: (standing: Standing) => Standing,
    details: Record<string, unknown>,
  ): Promise<PersonPlaces> => {
    await personOf(staffId);
    for (let attempt = 1; ; attempt += 1) {
      const before = standings;
      const next = decide(standingOf(before.value, staffId));
      await checkSomebodyStays(staffId, next);
      const value = { ...before.value, [String(staffId)]: next };
      const saved = await store.write(async (db: Exec) => {
        const kept = await repository.save(db, STANDINGS, before.version, value, clock.now());
        if (!kept) return null;
        await history.append(db, { actor: byStaff(by), act, thing: { kind: 'staff', id: staffId }, details });
        await deps.outbox.append(db, 'agent.changed', { staffId });
        return kept;
      });
      if (saved) {
        standings = { value, version: saved.version };
        await rejoin([staffId]);
        return personOf(staffId);
      }
      if (attempt === TRIES) throw staleSetting(await theirs());
      await load();
    }
  };

  const offered = { numbers: deps.numbers, announcements: deps.announcements };
  return {
    load,
    view,
    /** After a reconnect, before members are put into them. */
    tellSwitch,
    names: (): string[] => plan.value.queues.map(({ queue }) => queue),
    words: (): { queue: string; zh: string; en: string }[] => plan.value.queues.map(({ queue, zh, en }) => ({ queue, zh, en })),
    placesOf: (staffId: StaffId): QueuePlace[] => placesOf(plan.value, standingOf(standings.value, staffId)),

    /** @throws HotlineError request.invalid with the field, settings.version_stale */
    add: ({ version, queue }: NewQueue, by: StaffId): Promise<QueuesView> =>
      save(version, { added: queue }, by, () => withNewQueue(plan.value, queue, offered)),

    /** @throws HotlineError request.invalid with the field, thing.not_found, settings.version_stale */
    change: (name: string, { version, queue }: ChangeQueue, by: StaffId): Promise<QueuesView> => {
      const before = plan.value.queues.find((each) => each.queue === name) ?? null;
      return save(version, { queue: name, before, after: queue }, by, () =>
        withChangedQueue(plan.value, { ...queue, queue: name }, offered),
      );
    },

    /** @throws HotlineError queue.in_use with everything that uses it, thing.not_found, settings.version_stale */
    async remove(name: string, version: number, by: StaffId): Promise<QueuesView> {
      const [waiting, nameOf] = [await deps.waitingIn(name), await names()];
      return save(version, { removed: name }, by, () => withoutQueue(plan.value, standings.value, name, { waiting, nameOf }));
    },

    /** @throws HotlineError skill.in_use, request.invalid, settings.version_stale */
    async saveSkills({ version, skills }: SaveSkills, by: StaffId): Promise<QueuesView> {
      const nameOf = await names();
      return save(version, { skills }, by, () => withSkills(plan.value, standings.value, skills, nameOf));
    },

    async places(): Promise<PlacesView> {
      const [people, signedIn] = await Promise.all([deps.people(), deps.signedIn()]);
      return {
        queues: plan.value.queues.map(({ queue, zh, en }) => ({ queue, zh, en })),
        skills: plan.value.skills,
        people: people.map((person) => shown(person, signedIn)),
      };
    },

    /** In force for the next ring. @throws HotlineError request.invalid, queue.would_be_empty, thing.not_found */
    move: (staffId: StaffId, { queues }: SavePlaces, by: StaffId): Promise<PersonPlaces> =>
      place(staffId, by, 'agent.queues_set', (standing) => movedTo(plan.value, standing, queues), { queues }),

    /** Whoever was moved by hand stays where they were put. @throws HotlineError request.invalid, thing.not_found */
    hold: (staffId: StaffId, { skills }: SaveHeld, by: StaffId): Promise<PersonPlaces> =>
      place(staffId, by, 'agent.skills_set', (standing) => holding(plan.value, standing, skills), { skills }),
  };
};
export type Queues = ReturnType<typeof createQueues>;
