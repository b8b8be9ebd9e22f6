import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import type { KeptSetting } from '../settings/repository.ts';
import { type SavingDeps, saveSetting, staleSetting } from '../settings/saving.ts';
import { checkedReasons, FIRST_REASONS } from './pause-reasons.ts';
import type { PauseReasonItem, PauseReasonsView, SavePauseReasons } from './schemas.ts';

const KEY = 'agents.pause_reasons';

/** Why agents may pause: a list that the administrator keeps, each change of it a version. */
export const createPauseSettings = (deps: SavingDeps) => {
  const { repository } = deps;
  const reasonsOf = (kept: KeptSetting | null): readonly PauseReasonItem[] => (kept ? (kept.value as PauseReasonItem[]) : FIRST_REASONS);
  const viewOf = (kept: KeptSetting | null): PauseReasonsView => ({ version: kept?.version ?? 0, reasons: [...reasonsOf(kept)] });
  const view = async (): Promise<PauseReasonsView> => viewOf(await repository.get(KEY));
  return {
    view,

    /** @throws HotlineError request.invalid when nobody may pause for this, or no longer */
    async check(code: string): Promise<void> {
      const reason = reasonsOf(await repository.get(KEY)).find((each) => each.code === code);
      if (!reason?.active)
        throw new HotlineError('request.invalid', '没有这个小休原因，请重新选择 No such reason: choose again', { reason: code });
    },

    /** In force for the next pause. @throws HotlineError request.invalid, settings.version_stale with theirs */
    async save({ version, reasons }: SavePauseReasons, by: StaffId): Promise<PauseReasonsView> {
      const before = await repository.get(KEY);
      // Against an older list the rules would say something about another's words.
      if ((before?.version ?? 0) !== version) throw staleSetting(viewOf(before));
      const checked = checkedReasons(reasonsOf(before), reasons);
      const saved = await saveSetting(deps, {
        key: KEY,
        kind: 'pause_reasons',
        version,
        value: checked,
        details: { before: reasonsOf(before), after: checked },
        by,
        theirs: view,
      });
      return viewOf(saved);
    },
  };
};
export type PauseSettings = ReturnType<typeof createPauseSettings>;
