import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import type { KeptSetting, SettingsRepository } from './repository.ts';

export interface SavingDeps {
  store: Pick<Store, 'write'>;
  repository: SettingsRepository;
  history: Pick<History, 'append'>;
  clock: Clock;
}

/** @param theirs what is in force by now, as the editor is shown it */
export const staleSetting = (theirs: unknown): HotlineError =>
  new HotlineError('settings.version_stale', '没有存上：设置已被别人改过 Not saved: somebody has changed the settings meanwhile', {
    theirs,
  });

/**
 * A setting's next version: the value and the record of who changed it, both or neither.
 * @param setting.version the one that was edited, 0 for none
 * @param setting.details what the record says besides the new version
 * @throws HotlineError settings.version_stale with `theirs`
 */
export const saveSetting = async (
  { store, repository, history, clock }: SavingDeps,
  setting: {
    key: string;
    kind: string;
    version: number;
    value: unknown;
    details: Record<string, unknown>;
    by: StaffId;
    theirs: () => Promise<unknown>;
  },
): Promise<KeptSetting> => {
  const saved = await store.write(async (db) => {
    const kept = await repository.save(db, setting.key, setting.version, setting.value, clock.now());
    if (kept)
      await history.append(db, {
        actor: byStaff(setting.by),
        act: 'settings.changed',
        thing: { kind: setting.kind, id: null },
        details: { version: kept.version, ...setting.details },
      });
    return kept;
  });
  if (!saved) throw staleSetting(await setting.theirs());
  return saved;
};
