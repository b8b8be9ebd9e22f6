import type { Logger } from 'pino';
import { shanghaiDay } from '../core/clock.ts';
import type { StaffId } from '../core/ids.ts';
import type { CalendarYear } from '../core/working-time.ts';
import type { KeptSetting } from '../settings/repository.ts';
import { type SavingDeps, saveSetting } from '../settings/saving.ts';
import { toldSwitch } from '../settings/telling.ts';
import type { HotlineSettings, Telephony } from '../telephony/port.ts';
import { changedFields, checkHours, publishedUntil, settingsForSwitch } from './hours.ts';
import type { HotlineHours, HoursView, SaveHours } from './schemas.ts';

const KEY = 'hotline.hours';

export interface HoursDeps extends SavingDeps {
  telephony: Pick<Telephony, 'writeSettings'>;
  /** The years whose holidays are published, as they are kept now. */
  calendar(): Promise<readonly CalendarYear[]>;
  /** The duty phone of the machine's configuration, until one is set here. */
  dutyPhone: string | null;
  ownNumbers: readonly string[];
  /** Whether a number costs what any call costs (calls/dialling.ts). */
  isPlain(number: string): boolean;
  logger: Logger;
}

/** When the hotline is open and where a call goes that finds nobody: kept here, decided by the switch alone. */
export const createHours = (deps: HoursDeps) => {
  const { repository, telephony, clock, logger } = deps;
  let onSwitch = false;
  /** What the switch was told last; the calendar in it reaches some months ahead, so a new month makes it another. */
  let told = '';

  const unset = (): HotlineHours => ({
    hours: null,
    dutyNumbers: deps.dutyPhone === null ? [] : [deps.dutyPhone],
    maxWaiting: null,
    overflow: 'message',
  });

  /** What was put in by `save`, checked then. */
  const settingsOf = (kept: KeptSetting | null): HotlineHours => (kept ? (kept.value as HotlineHours) : unset());

  const viewOf = async (kept: KeptSetting | null): Promise<HoursView> => ({
    version: kept?.version ?? 0,
    updatedAt: kept?.updatedAt.toISOString() ?? null,
    settings: settingsOf(kept),
    calendarUntil: publishedUntil(await deps.calendar(), shanghaiDay(clock.now())),
    onSwitch,
  });

  /** What the switch must hold now; also asked for after every reconnect. */
  const forSwitch = async (): Promise<HotlineSettings> => {
    const kept = await repository.get(KEY);
    const settings = settingsForSwitch(settingsOf(kept), await deps.calendar(), shanghaiDay(clock.now()));
    // Nothing set here: the duty phone of the switch's own configuration stays in force.
    return kept ? settings : { ...settings, fallbackNumber: deps.dutyPhone };
  };

  const tellSwitch = async (): Promise<void> => {
    onSwitch = false;
    const write = async (): Promise<void> => {
      const settings = await forSwitch();
      await telephony.writeSettings(settings);
      told = JSON.stringify(settings);
    };
    onSwitch = await toldSwitch(write, logger, 'the hours could not be written to the switch; they are when it is back');
  };

  const view = async (): Promise<HoursView> => viewOf(await repository.get(KEY));

  return {
    view,
    forSwitch,

    /** Kept first and then told to the switch; a switch that is away is told when it is back. @throws settings.version_stale, request.invalid */
    async save(asked: SaveHours, staffId: StaffId): Promise<HoursView> {
      checkHours(asked.settings, deps.ownNumbers, deps.isPlain);
      // Refused here and not at the next reconnect: a calendar with a hole.
      settingsForSwitch(asked.settings, await deps.calendar(), shanghaiDay(clock.now()));
      const before = await repository.get(KEY);
      const was = settingsOf(before);
      const changed = changedFields(was, asked.settings);
      const saved = await saveSetting(deps, {
        key: KEY,
        kind: 'hours',
        version: asked.version,
        value: asked.settings,
        details: {
          before: Object.fromEntries(changed.map((field) => [field, was[field as keyof HotlineHours]])),
          after: Object.fromEntries(changed.map((field) => [field, asked.settings[field as keyof HotlineHours]])),
        },
        by: staffId,
        theirs: view,
      });
      await tellSwitch();
      return viewOf(saved);
    },

    /** After a reconnect, and when a new month begins or the calendar has changed: the switch holds only some months ahead. */
    tellSwitch,
    async tellWhenDue(): Promise<void> {
      if (!onSwitch || told !== JSON.stringify(await forSwitch())) await tellSwitch();
    },
  };
};
export type Hours = ReturnType<typeof createHours>;
