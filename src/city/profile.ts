import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { KeptSetting, SettingsRepository } from '../settings/repository.ts';
import type { Store } from '../storage/store.ts';
import type { ProfileView } from './schemas.ts';
import { PROFILES, type Profile } from './states.ts';

const KEY = 'house.profile';

/** Whether this is a district's house, to which the city hands cases over, or the city's own: it decides which doors show. */
export const createProfile = (deps: {
  store: Pick<Store, 'write'>;
  repository: SettingsRepository;
  history: Pick<History, 'append'>;
  clock: Clock;
}) => {
  const { store, repository, history, clock } = deps;
  const profileOf = (kept: KeptSetting | null): Profile => PROFILES.find((each) => each === kept?.value) ?? 'district';
  const viewOf = (kept: KeptSetting | null): ProfileView => ({ version: kept?.version ?? 0, profile: profileOf(kept) });
  return {
    view: async (): Promise<ProfileView> => viewOf(await repository.get(KEY)),

    /** @throws HotlineError city.door_closed where nobody hands anything over */
    async demandDistrict(): Promise<void> {
      if (profileOf(await repository.get(KEY)) !== 'district')
        throw new HotlineError('city.door_closed', '本平台为市级，不接收交办 This is the city’s own house: nothing is handed over to it');
    },

    /** @throws HotlineError settings.version_stale with theirs */
    async save({ version, profile }: ProfileView, by: StaffId): Promise<ProfileView> {
      const saved = await store.write(async (db) => {
        const before = profileOf(await repository.get(KEY));
        const kept = await repository.save(db, KEY, version, profile, clock.now());
        if (kept)
          await history.append(db, {
            actor: byStaff(by),
            act: 'settings.changed',
            thing: { kind: 'profile', id: null },
            details: { version: kept.version, before, after: profile },
          });
        return kept;
      });
      if (!saved)
        throw new HotlineError(
          'settings.version_stale',
          '没有存上：设置已被别人改过 Not saved: somebody has changed the settings meanwhile',
          {
            theirs: viewOf(await repository.get(KEY)),
          },
        );
      return viewOf(saved);
    },
  };
};
export type HouseProfile = ReturnType<typeof createProfile>;
