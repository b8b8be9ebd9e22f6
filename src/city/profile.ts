import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import type { KeptSetting } from '../settings/repository.ts';
import { type SavingDeps, saveSetting } from '../settings/saving.ts';
import type { ProfileView } from './schemas.ts';
import { PROFILES, type Profile } from './states.ts';

const KEY = 'house.profile';

/** Whether this is a district's house, to which the city hands cases over, or the city's own: it decides which doors show. */
export const createProfile = (deps: SavingDeps) => {
  const { repository } = deps;
  const profileOf = (kept: KeptSetting | null): Profile => PROFILES.find((each) => each === kept?.value) ?? 'district';
  const viewOf = (kept: KeptSetting | null): ProfileView => ({ version: kept?.version ?? 0, profile: profileOf(kept) });
  const view = async (): Promise<ProfileView> => viewOf(await repository.get(KEY));
  return {
    view,

    /** @throws HotlineError city.door_closed where nobody hands anything over */
    async demandDistrict(): Promise<void> {
      if (profileOf(await repository.get(KEY)) !== 'district')
        throw new HotlineError('city.door_closed', '本平台为市级，不接收交办 This is the city’s own house: nothing is handed over to it');
    },

    /** @throws HotlineError settings.version_stale with theirs */
    async save({ version, profile }: ProfileView, by: StaffId): Promise<ProfileView> {
      const saved = await saveSetting(deps, {
        key: KEY,
        kind: 'profile',
        version,
        value: profile,
        details: { before: profileOf(await repository.get(KEY)), after: profile },
        by,
        theirs: view,
      });
      return viewOf(saved);
    },
  };
};
export type HouseProfile = ReturnType<typeof createProfile>;
