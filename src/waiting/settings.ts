import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { HotlineError, isHotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { KeptSetting, SettingsRepository } from '../settings/repository.ts';
import type { Store } from '../storage/store.ts';
import type { Telephony } from '../telephony/port.ts';
import { FIRST_RULES, settingsForSwitch } from './rules.ts';
import type { SaveWaitingRules, WaitingRules, WaitingRulesView } from './schemas.ts';

const KEY = 'hotline.waiting';

/** What a citizen gets while waiting: kept here, done by the switch alone. */
export const createWaitingSettings = (deps: {
  store: Pick<Store, 'write'>;
  repository: SettingsRepository;
  history: Pick<History, 'append'>;
  telephony: Pick<Telephony, 'writeWaiting'>;
  clock: Clock;
  logger: Logger;
}) => {
  const { store, repository, history, telephony, clock, logger } = deps;
  let onSwitch = false;
  /** What was put in by `save`, checked then. */
  const rulesOf = (kept: KeptSetting | null): WaitingRules => (kept ? (kept.value as WaitingRules) : FIRST_RULES);
  const viewOf = (kept: KeptSetting | null): WaitingRulesView => ({ version: kept?.version ?? 0, rules: rulesOf(kept), onSwitch });
  const rules = async (): Promise<WaitingRules> => rulesOf(await repository.get(KEY));

  const tellSwitch = async (): Promise<void> => {
    onSwitch = false;
    try {
      await telephony.writeWaiting(settingsForSwitch(await rules()));
      onSwitch = true;
    } catch (err) {
      if (!isHotlineError(err) || !err.code.startsWith('telephony.')) throw err;
      logger.warn({ err }, 'what a waiting citizen gets could not be written to the switch; it is when the switch is back');
    }
  };

  return {
    rules,
    view: async (): Promise<WaitingRulesView> => viewOf(await repository.get(KEY)),
    /** After a reconnect. */
    tellSwitch,

    /** Kept first and then told to the switch; in force for who waits already. @throws settings.version_stale with theirs */
    async save({ version, rules: wanted }: SaveWaitingRules, by: StaffId): Promise<WaitingRulesView> {
      const before = await repository.get(KEY);
      const saved = await store.write(async (db) => {
        const kept = await repository.save(db, KEY, version, wanted, clock.now());
        if (kept)
          await history.append(db, {
            actor: byStaff(by),
            act: 'settings.changed',
            thing: { kind: 'waiting', id: null },
            details: { version: kept.version, before: rulesOf(before), after: wanted },
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
      await tellSwitch();
      return viewOf(saved);
    },
  };
};
export type WaitingSettingsService = ReturnType<typeof createWaitingSettings>;
