import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Exec, Store } from '../storage/store.ts';
import { type DutyPerson, onDuty } from './duty.ts';
import type { UnitRow } from './repository.ts';

export interface DutyRepository {
  /** In the order in which they are rung. */
  ofUnit(unitCode: string): Promise<DutyPerson[]>;
  save(db: Exec, unitCode: string, list: readonly DutyPerson[], by: StaffId, at: Date): Promise<void>;
}

export interface DutyDeps {
  store: Pick<Store, 'write'>;
  repository: DutyRepository;
  units(): Promise<readonly UnitRow[]>;
  history: Pick<History, 'append'>;
  clock: Clock;
  isWorking(at: Date): Promise<boolean>;
  /** A number in the form it is dialled in, or null for what is none. */
  dialled(typed: string): string | null;
}

/** Duty telephones of units: who of a unit is rung for an urgent matter, and in which order. */
export const createDuty = (deps: DutyDeps) => {
  const { store, repository, history, clock } = deps;
  const unitOf = async (code: string): Promise<UnitRow> => {
    const unit = (await deps.units()).find((each) => each.code === code);
    if (!unit) throw new HotlineError('thing.not_found', '没有这个单位 There is no such unit', { unitCode: code });
    return unit;
  };
  return {
    /** @throws HotlineError thing.not_found */
    async list(unitCode: string): Promise<DutyPerson[]> {
      await unitOf(unitCode);
      return repository.ofUnit(unitCode);
    },

    /** @throws HotlineError thing.not_found, request.invalid {field} */
    async save(unitCode: string, list: readonly DutyPerson[], by: StaffId): Promise<DutyPerson[]> {
      await unitOf(unitCode);
      const kept = list.map(({ name, number, hours }, index) => {
        const dialled = deps.dialled(number);
        if (name.trim() === '') throw new HotlineError('request.invalid', '请填写姓名 Give a name', { field: `people.${index}.name` });
        if (dialled === null)
          throw new HotlineError('request.invalid', '号码不能拨 That number cannot be dialled', { field: `people.${index}.number` });
        return { name: name.trim(), number: dialled, hours };
      });
      if (new Set(kept.map(({ number }) => number)).size < kept.length)
        throw new HotlineError('request.invalid', '同一个号码写了两次 One number stands there twice', { field: 'people' });
      await store.write(async (db) => {
        await repository.save(db, unitCode, kept, by, clock.now());
        await history.append(db, {
          actor: byStaff(by),
          act: 'unit.duty_saved',
          thing: { kind: 'unit', id: null },
          details: { unitCode, people: kept.length },
        });
      });
      return kept;
    },

    /** Whom to ring now, in this order. */
    async now(unitCode: string): Promise<DutyPerson[]> {
      const unit = await unitOf(unitCode);
      return onDuty(await repository.ofUnit(unitCode), unit, await deps.isWorking(clock.now()));
    },
  };
};
export type Duty = ReturnType<typeof createDuty>;
