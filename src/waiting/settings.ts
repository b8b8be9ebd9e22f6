import type { Logger } from 'pino';
import type { StaffId } from '../core/ids.ts';
import type { KeptSetting } from '../settings/repository.ts';
import { type SavingDeps, saveSetting } from '../settings/saving.ts';
import { toldSwitch } from '../settings/telling.ts';
import type { Telephony } from '../telephony/port.ts';
import { FIRST_RULES, settingsForSwitch } from './rules.ts';
import type { SaveWaitingRules, WaitingRules, WaitingRulesView } from './schemas.ts';

const KEY = 'hotline.waiting';

/** What a citizen gets while waiting: kept here, done by the switch alone. */
export const createWaitingSettings = (deps: SavingDeps & { telephony: Pick<Telephony, 'writeWaiting'>; logger: Logger }) => {
  const { repository, telephony, logger } = deps;
  let onSwitch = false;
  /** What was put in by `save`, checked then; a rule that came later than what was saved is as at first. */
  const rulesOf = (kept: KeptSetting | null): WaitingRules => ({ ...FIRST_RULES, ...(kept?.value as WaitingRules | undefined) });
  const viewOf = (kept: KeptSetting | null): WaitingRulesView => ({ version: kept?.version ?? 0, rules: rulesOf(kept), onSwitch });
  const rules = async (): Promise<WaitingRules> => rulesOf(await repository.get(KEY));

  const tellSwitch = async (): Promise<void> => {
    onSwitch = false;
    onSwitch = await toldSwitch(
      async () => telephony.writeWaiting(settingsForSwitch(await rules())),
      logger,
      'what a waiting citizen gets could not be written to the switch; it is when the switch is back',
    );
  };

  const view = async (): Promise<WaitingRulesView> => viewOf(await repository.get(KEY));

  return {
    rules,
    view,
    /** After a reconnect. */
    tellSwitch,

    /** Kept first and then told to the switch; in force for who waits already. @throws settings.version_stale with theirs */
    async save({ version, rules: wanted }: SaveWaitingRules, by: StaffId): Promise<WaitingRulesView> {
      const before = await repository.get(KEY);
      const saved = await saveSetting(deps, {
        key: KEY,
        kind: 'waiting',
        version,
        value: wanted,
        details: { before: rulesOf(before), after: wanted },
        by,
        theirs: view,
      });
      await tellSwitch();
      return viewOf(saved);
    },
  };
};
export type WaitingSettingsService = ReturnType<typeof createWaitingSettings>;
