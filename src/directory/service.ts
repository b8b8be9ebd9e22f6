import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CitizenId } from '../core/ids.ts';
import { parseCallerNumber } from '../core/phone-number.ts';
import { initialsOf } from './initials.ts';
import { type CallerMatch, MOST_PEOPLE_SHOWN, matchCaller } from './matching.ts';
import type { DirectoryRepository, NewCitizen, UnitRow } from './repository.ts';
import type { Category, Place } from './schemas.ts';

export interface Directory {
  /** Who is calling, from the number as the trunk sent it. Never refuses: a strange number is `malformed`. */
  callerOf(received: string): Promise<CallerMatch>;
  categories(): Promise<Category[]>;
  places(): Promise<Place[]>;
  units(): Promise<UnitRow[]>;
  /** Numbers as people write them; @throws HotlineError request.invalid when one is not a number */
  addCitizen(citizen: NewCitizen): Promise<CitizenId>;
}

/** @param deps.areaCode the hotline's own area code with its 0, such as "0533" */
export const createDirectory = (deps: { repository: DirectoryRepository; clock: Clock; areaCode: string }): Directory => {
  const { repository, clock, areaCode } = deps;
  const normalOf = (written: string): string => {
    const number = parseCallerNumber(written, areaCode);
    if (number.kind !== 'number') throw new HotlineError('request.invalid', '号码写得不对 The number cannot be read', { field: 'numbers' });
    return number.normal;
  };
  return {
    async callerOf(received) {
      const number = parseCallerNumber(received, areaCode);
      if (number.kind !== 'number') return matchCaller(number, []);
      return matchCaller(number, await repository.peopleByNumber(number.normal, MOST_PEOPLE_SHOWN));
    },
    async categories() {
      const rows = await repository.categories();
      return rows.map(({ unitKind: _, ...row }) => ({ ...row, pinyin: initialsOf(row.name) }));
    },
    async places() {
      const rows = await repository.places();
      return rows.map(({ code, name, townCode, townName }) => ({
        code,
        name,
        townCode,
        townName,
        pinyin: initialsOf(name),
        townPinyin: initialsOf(townName),
      }));
    },
    units: () => repository.units(),
    addCitizen: async (citizen) => repository.addCitizen({ ...citizen, numbers: citizen.numbers.map(normalOf) }, clock.now()),
  };
};
