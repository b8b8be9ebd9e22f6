import type { Logger } from 'pino';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import type { KeptSetting } from '../settings/repository.ts';
import { type SavingDeps, saveSetting } from '../settings/saving.ts';
import { toldSwitch } from '../settings/telling.ts';
import type { Telephony } from '../telephony/port.ts';
import { type DialRules, FIRST_DIAL_RULES, openClasses } from './dialling.ts';
import type { DialRulesView, SaveDialRules } from './schemas.ts';

const KEY = 'hotline.dialling';

/** Who may dial what, how often, and which number is shown: kept here; which kinds of numbers are open at all is kept at the switch too. */
export const createDialSettings = (
  deps: SavingDeps & { telephony: Pick<Telephony, 'writeDialling'>; ownNumbers: readonly string[]; logger: Logger },
) => {
  const { repository, telephony, ownNumbers, logger } = deps;
  let onSwitch = false;
  /** What was put in by `save`, checked then. */
  const rulesOf = (kept: KeptSetting | null): DialRules => (kept ? (kept.value as DialRules) : FIRST_DIAL_RULES);
  const viewOf = (kept: KeptSetting | null): DialRulesView => ({
    version: kept?.version ?? 0,
    rules: rulesOf(kept) as DialRulesView['rules'],
    ownNumbers: [...ownNumbers],
    onSwitch,
  });
  const view = async (): Promise<DialRulesView> => viewOf(await repository.get(KEY));
  const rules = async (): Promise<DialRules> => rulesOf(await repository.get(KEY));

  const tellSwitch = async (): Promise<void> => {
    onSwitch = false;
    onSwitch = await toldSwitch(
      async () => telephony.writeDialling(openClasses(await rules())),
      logger,
      'what may be dialled could not be written to the switch; it is when the switch is back',
    );
  };

  return {
    rules,
    view,
    /** After a reconnect. */
    tellSwitch,

    /** Kept first and then told to the switch. @throws request.invalid with `field` · settings.version_stale with theirs */
    async save({ version, rules: wanted }: SaveDialRules, by: StaffId): Promise<DialRulesView> {
      if (wanted.shownNumber !== null && !ownNumbers.includes(wanted.shownNumber))
        throw new HotlineError('request.invalid', '外显号码必须是热线自己的号码 The number shown must be one of the hotline’s own', {
          field: 'shownNumber',
        });
      const before = await repository.get(KEY);
      const saved = await saveSetting(deps, {
        key: KEY,
        kind: 'dialling',
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
export type DialSettings = ReturnType<typeof createDialSettings>;
