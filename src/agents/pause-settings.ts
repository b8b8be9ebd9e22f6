import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { KeptSetting, SettingsRepository } from '../settings/repository.ts';
import type { Store } from '../storage/store.ts';
import { checkedReasons, FIRST_REASONS } from './pause-reasons.ts';
import type { PauseReasonItem, PauseReasonsView, SavePauseReasons } from './schemas.ts';

const KEY = 'agents.pause_reasons';

/** Why agents may pause: a list that the administrator keeps, each change of it a version. */
export const createPauseSettings = (deps: {
  store: Pick<Store, 'write'>;
  repository: SettingsRepository;
  history: Pick<History, 'append'>;
  clock: Clock;
}) => {
  const { store, repository, history, clock } = deps;
  const reasonsOf = (kept: KeptSetting | null): readonly PauseReasonItem[] => (kept ? (kept.value as PauseReasonItem[]) : FIRST_REASONS);
  const viewOf = (kept: KeptSetting | null): PauseReasonsView => ({ version: kept?.version ?? 0, reasons: [...reasonsOf(kept)] });
  return {
    view: async (): Promise<PauseReasonsView> => viewOf(await repository.get(KEY)),

    /** @throws HotlineError request.invalid when nobody may pause for this, or no longer */
    async check(code: string): Promise<void> {
      const reason = reasonsOf(await repository.get(KEY)).find((each) => each.code === code);
      if (!reason?.active)
        throw new HotlineError('request.invalid', '没有这个小休原因，请重新选择 No such reason: choose again', { reason: code });
    },

    /** In force for the next pause. @throws HotlineError request.invalid, settings.version_stale with theirs */
    async save({ version, reasons }: SavePauseReasons, by: StaffId): Promise<PauseReasonsView> {
      const before = await repository.get(KEY);
      const stale = async (): Promise<HotlineError> =>
        new HotlineError('settings.version_stale', '没有存上：设置已被别人改过 Not saved: somebody has changed the settings meanwhile', {
          theirs: viewOf(await repository.get(KEY)),
        });
      // Against an older list the rules would say something about another's words.
      if ((before?.version ?? 0) !== version) throw await stale();
      const checked = checkedReasons(reasonsOf(before), reasons);
      const saved = await store.write(async (db) => {
        const kept = await repository.save(db, KEY, version, checked, clock.now());
        if (kept)
          await history.append(db, {
            actor: byStaff(by),
            act: 'settings.changed',
            thing: { kind: 'pause_reasons', id: null },
            details: { version: kept.version, before: reasonsOf(before), after: checked },
          });
        return kept;
      });
      if (!saved) throw await stale();
      return viewOf(saved);
    },
  };
};
export type PauseSettings = ReturnType<typeof createPauseSettings>;
