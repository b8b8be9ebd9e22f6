import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { checkPeriods } from '../hours/hours.ts';
import { WEEKDAYS } from '../hours/schemas.ts';
import type { KeptSetting } from '../settings/repository.ts';
import { type SavingDeps, saveSetting } from '../settings/saving.ts';
import { STANDARD_ATTEMPTS } from './attempts.ts';
import { STANDARD_PACING } from './pacing.ts';
import type { SaveSurveyRules, SurveyRules, SurveyRulesView } from './settings-schemas.ts';
import { type CallingWindows, QUIET_FROM, QUIET_UNTIL, STANDARD_WINDOWS } from './windows.ts';

const KEY = 'surveys.rules';

/** In force until somebody sets others. */
export const STANDARD_RULES: SurveyRules = { windows: STANDARD_WINDOWS, attempts: STANDARD_ATTEMPTS, pacing: STANDARD_PACING };

const checkWindows = (windows: CallingWindows): void => {
  checkPeriods('windows', windows);
  // A case with feedback must find a slot, else its unit could not answer at all.
  if (WEEKDAYS.every((day) => windows.weekly[day].length === 0))
    throw new HotlineError('survey.no_window', '这样永远不会回访 With these windows nobody is ever called', { field: 'windows.weekly' });
  const rows = [
    ...WEEKDAYS.map((day) => [`weekly.${day}`, windows.weekly[day]] as const),
    ...(['dayOff', 'makeUp'] as const).map((row) => [row, windows[row]] as const),
  ];
  for (const [field, spans] of rows) {
    const loud = spans.find(({ from, to }) => from < QUIET_UNTIL || to > QUIET_FROM);
    if (loud)
      throw new HotlineError(
        'survey.quiet_hours',
        `${QUIET_FROM}–${QUIET_UNTIL} 不得回访 Nobody is called between ${QUIET_FROM} and ${QUIET_UNTIL}`,
        { field: `windows.${field}`, ...loud },
      );
  }
};

/** @throws HotlineError survey.quiet_hours, survey.no_window, request.invalid with the field */
export const checkRules = ({ windows, pacing }: SurveyRules): void => {
  checkWindows(windows);
  if (pacing.keptFree + pacing.lines > pacing.trunkLines)
    throw new HotlineError(
      'request.invalid',
      '回访线路加上留给来电的线路多于中继线路 Survey lines and those kept for callers are more than the trunk has',
      { field: 'pacing.lines' },
    );
};

/** When citizens are called, how often and how many at once: kept here, looked up whenever it matters, so that it is in force at once on every instance. */
export const createSurveySettings = (deps: SavingDeps & { leastBudget(): Promise<number> }) => {
  const { repository } = deps;
  /** What was put in by `save`, checked then. */
  const rulesOf = (kept: KeptSetting | null): SurveyRules => {
    if (!kept) return STANDARD_RULES;
    const { attempts, ...rest } = kept.value as SurveyRules;
    // A rule that came later than what was saved is the standard one.
    return { ...rest, attempts: { ...STANDARD_ATTEMPTS, ...attempts } };
  };
  const viewOf = async (kept: KeptSetting | null): Promise<SurveyRulesView> => ({
    version: kept?.version ?? 0,
    rules: rulesOf(kept),
    leastBudget: await deps.leastBudget(),
  });
  const view = async (): Promise<SurveyRulesView> => viewOf(await repository.get(KEY));

  return {
    view,
    async rules(): Promise<SurveyRules> {
      const rules = rulesOf(await repository.get(KEY));
      // The case would not yet be called unreachable after fewer.
      const budget = Math.max(rules.attempts.budget, await deps.leastBudget());
      return { ...rules, attempts: { ...rules.attempts, budget } };
    },
    /** @throws settings.version_stale with theirs, and what checkRules throws */
    async save({ version, rules }: SaveSurveyRules, by: StaffId): Promise<SurveyRulesView> {
      checkRules(rules);
      const before = await repository.get(KEY);
      const saved = await saveSetting(deps, {
        key: KEY,
        kind: 'survey_rules',
        version,
        value: rules,
        details: { before: rulesOf(before), after: rules },
        by,
        theirs: view,
      });
      return viewOf(saved);
    },
  };
};
export type SurveySettings = ReturnType<typeof createSurveySettings>;
