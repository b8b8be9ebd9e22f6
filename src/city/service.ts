import type { Machine } from '../access/index.ts';
import type { CaseIntake } from '../cases/index.ts';
import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { Directory } from '../directory/index.ts';
import { byMachine } from '../history/index.ts';
import type { Exec, Store } from '../storage/store.ts';
import {
  createHandoverReader,
  differencesOf,
  formOf,
  HANDOVER_FIELDS,
  type Handover,
  type HandoverField,
  type HandoverReader,
  type Lists,
} from './handover.ts';
import type { HouseProfile } from './profile.ts';
import type { CityRepository, KnownHandover } from './repository.ts';
import type { FollowedCase, HandedOver, HandOver } from './schemas.ts';

export interface CityDeps {
  store: Pick<Store, 'write'>;
  repository: CityRepository;
  intake: CaseIntake;
  directory: Pick<Directory, 'categories' | 'places'>;
  profile: Pick<HouseProfile, 'demandDistrict'>;
  normalNumber: Lists['normalNumber'];
  clock: Clock;
}

/** Reads by the house's lists as they stand now. */
export const readerFor = async (deps: Pick<CityDeps, 'directory' | 'normalNumber'>): Promise<HandoverReader> =>
  createHandoverReader({
    categories: await deps.directory.categories(),
    places: await deps.directory.places(),
    normalNumber: deps.normalNumber,
  });

/** Makes cases of hand-overs that are none yet, in the caller's transaction. @returns what each became, in their order */
export const makeCases = async (
  deps: Pick<CityDeps, 'repository' | 'intake' | 'clock'>,
  db: Exec,
  handovers: readonly Handover[],
  by: { actor: Parameters<CaseIntake['register']>[2]; machineId: number | null; importId: number | null },
): Promise<{ caseId: number; number: string }[]> => {
  const { actor, machineId, importId } = by;
  const entries = handovers.map(({ body }) => ({ form: formOf(body), contactNumber: body.contactNumber }));
  const made = await deps.intake.register(db, entries, actor);
  await deps.repository.add(
    db,
    handovers.map((handover, index) => ({ ...handover, caseId: made[index]?.caseId ?? 0, machineId, importId })),
    deps.clock.now(),
  );
  return made;
};

const textOf = (value: string | boolean | undefined): string => (typeof value === 'boolean' ? (value ? '1' : '0') : (value ?? ''));

const viewOf = ({ cityNumber, number, state, receivedAt }: Omit<KnownHandover, 'body' | 'caseId'>, isNew: boolean): HandedOver => ({
  cityNumber,
  number,
  state,
  isNew,
  receivedAt: receivedAt.toISOString(),
});

/** The door of the city's platform: one case at a time, as often as it likes. */
export const createCity = (deps: CityDeps) => {
  const { store, repository, profile, clock } = deps;

  const again = (known: KnownHandover, handover: Handover): HandedOver => {
    const differs: HandoverField[] = differencesOf(known.body, handover.body);
    if (differs.length)
      throw new HotlineError('city.body_differs', '这个编号已经交办，内容与原来不同 The number is a case already, with another content', {
        number: known.number,
        state: known.state,
        differs,
      });
    return viewOf(known, false);
  };

  const handOverOnce = (handover: Handover, machine: Machine): Promise<HandedOver> =>
    store.write(async (db) => {
      const known = (await repository.known([handover.cityNumber])).get(handover.cityNumber);
      if (known) return again(known, handover);
      const by = { actor: byMachine(machine.machineId), machineId: machine.machineId, importId: null };
      const [made] = await makeCases(deps, db, [handover], by);
      return viewOf({ cityNumber: handover.cityNumber, number: made?.number ?? '', state: 'registered', receivedAt: clock.now() }, true);
    });

  return {
    /**
     * Registers what was sent, once; the same number again gives the same case.
     * @throws HotlineError city.door_closed, city.refused {reasons: {field, code}[]}, city.body_differs {number, state, differs}
     */
    async handOver(sent: HandOver, machine: Machine): Promise<HandedOver> {
      await profile.demandDistrict();
      const read = (await readerFor(deps))(Object.fromEntries(HANDOVER_FIELDS.map((field) => [field, textOf(sent[field])])));
      if ('refused' in read)
        throw new HotlineError('city.refused', '内容不全或无法识别，没有受理 Not taken: something is missing or cannot be read', {
          reasons: read.refused,
        });
      try {
        return await handOverOnce(read.handover, machine);
      } catch (err) {
        // Sent twice at once: by now the other one is the case.
        if (!repository.isUniqueViolation(err)) throw err;
        return handOverOnce(read.handover, machine);
      }
    },

    /** @throws HotlineError city.door_closed, thing.not_found for a number that was never handed over */
    async follow(cityNumber: string): Promise<FollowedCase> {
      await profile.demandDistrict();
      const found = await repository.follow(cityNumber);
      if (!found) throw new HotlineError('thing.not_found', '没有这个市平台编号 No such number of the city');
      const { receivedAt, dueAt, closedAt, ...rest } = found;
      return {
        ...rest,
        receivedAt: receivedAt.toISOString(),
        dueAt: dueAt?.toISOString() ?? null,
        closedAt: closedAt?.toISOString() ?? null,
      };
    },
  };
};
export type City = ReturnType<typeof createCity>;
