import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import { type Permission, permissionsOf } from '../core/roles.ts';
import { buildCalendar, CALENDAR_2026, type CalendarYear, provisionalYear, type WorkCalendar } from '../core/working-time.ts';
import { namedTable, openTable } from '../documents/index.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import { CALENDAR_COLUMNS, type CalendarRow, planYear, yearFrom } from './calendar-import.ts';
import type { Viewer } from './case.ts';
import type { CalendarPlanView } from './life-schemas.ts';
import { type CasePolicy, checkPolicy, type PolicyVersion, policyAt, SHIPPED_POLICY } from './policy.ts';
import type { CaseLivesRepository } from './repository.ts';

export interface TermsDeps {
  store: Pick<Store, 'write'>;
  repository: Pick<CaseLivesRepository, 'policies' | 'addPolicy' | 'calendarYears' | 'saveCalendarYear'>;
  history: Pick<History, 'append'>;
  clock: Clock;
}

/** Longest that anything is counted ahead: a promise to a citizen on the ledger. */
const YEARS_AHEAD = 3;
/** A year has 366 days. */
const MOST_CALENDAR_ROWS = 400;

const demand = (viewer: Viewer, permission: Permission): void => {
  if (!permissionsOf(viewer.roles).has(permission)) throw new HotlineError('access.denied', '没有权限 Not allowed');
};

/** The years on record, the ones that ship with the product, and marked stand-ins for what no notice covers yet. */
export const yearsToUse = (kept: readonly CalendarYear[], now: Date): CalendarYear[] => {
  const known = new Map<number, CalendarYear>([CALENDAR_2026, ...kept].map((year) => [year.year, year]));
  const present = now.getUTCFullYear();
  const first = Math.min(present - 1, ...known.keys());
  const last = Math.max(present + YEARS_AHEAD, ...known.keys());
  return Array.from({ length: last - first + 1 }, (_, index) => known.get(first + index) ?? provisionalYear(first + index));
};

/** Terms and working calendar as they stand, and who may change them. */
export const createTerms = (deps: TermsDeps) => {
  const { store, repository, history, clock } = deps;
  let built: { stamp: string; calendar: WorkCalendar } | null = null;

  return {
    /** Read again each time, built again only when a year has changed: several instances may share the database. */
    async calendar(): Promise<WorkCalendar> {
      const kept = await repository.calendarYears();
      const now = clock.now();
      const stamp = `${now.getUTCFullYear()} ${kept.map((year) => `${year.year}.${year.version}`).join(' ')}`;
      if (built?.stamp !== stamp) built = { stamp, calendar: buildCalendar(yearsToUse(kept, now)) };
      return built.calendar;
    },
    calendarYears: async (): Promise<(CalendarYear & { version: number })[]> => {
      const kept = new Map((await repository.calendarYears()).map((year) => [year.year, year]));
      return yearsToUse([...kept.values()], clock.now()).map((year) => ({ ...year, version: kept.get(year.year)?.version ?? 0 }));
    },
    policyAt: async (at: Date): Promise<PolicyVersion> => policyAt(await repository.policies(), at),
    /** @throws Error when a case names a version that does not exist */
    async policyVersion(version: number): Promise<PolicyVersion> {
      if (version === SHIPPED_POLICY.version) return SHIPPED_POLICY;
      const found = (await repository.policies()).find((each) => each.version === version);
      if (!found) throw new Error(`there is no policy version ${version}`);
      return found;
    },
    policies: async (): Promise<PolicyVersion[]> => [SHIPPED_POLICY, ...(await repository.policies())],

    /**
     * Terms for cases registered from `effectiveFrom` on; running cases keep theirs.
     * @throws HotlineError access.denied, request.invalid (a figure, or a day already past: terms are not changed backwards)
     */
    async addPolicy(request: { policy: unknown; effectiveFrom: Date; staff: Viewer }): Promise<PolicyVersion> {
      const { effectiveFrom, staff } = request;
      demand(staff, 'policies.manage');
      const policy: CasePolicy = checkPolicy(request.policy);
      const at = clock.now();
      if (effectiveFrom < at)
        throw new HotlineError('request.invalid', '生效时间不能早于现在 Terms cannot take effect in the past', { field: 'effectiveFrom' });
      return store.write(async (db) => {
        const version = await repository.addPolicy(policy, effectiveFrom, staff.staffId, at);
        await history.append(db, {
          actor: byStaff(staff.staffId),
          act: 'policy.added',
          thing: { kind: 'case_policy', id: version },
          details: {},
        });
        return { version, effectiveFrom, policy };
      });
    },

    /** What a year's notice as a table (.xlsx, .csv) would make; writes nothing. @throws HotlineError table.* (documents) */
    async previewYear(bytes: Buffer): Promise<CalendarPlanView> {
      const named = await namedTable(await openTable(bytes, { rows: MOST_CALENDAR_ROWS }), CALENDAR_COLUMNS);
      const rows: CalendarRow[] = [];
      for await (const row of named.rows()) rows.push(row);
      const plan = planYear(rows);
      const kept = (await repository.calendarYears()).find(({ year }) => year === plan.year);
      return { ...plan, version: kept?.version ?? 0, unknownColumns: [...named.unknown] };
    },

    /**
     * Puts the year of a table in force, when nothing in it is wrong and nothing is missing.
     * @throws HotlineError calendar.import_refused with `faults`, and those of saveYear
     */
    async importYear(request: { bytes: Buffer; source: string; version: number; staff: Viewer }): Promise<number> {
      const plan = await this.previewYear(request.bytes);
      if (plan.faults.length > 0)
        throw new HotlineError('calendar.import_refused', '表里有错或缺节日，没有导入 Not imported: something is wrong or missing', {
          faults: plan.faults,
        });
      await this.saveYear({ year: yearFrom(plan, request.source.trim()), version: request.version, staff: request.staff });
      return plan.year;
    },

    /** @throws HotlineError access.denied, request.invalid naming the day, calendar.version_stale */
    async saveYear(request: { year: CalendarYear; version: number; staff: Viewer }): Promise<void> {
      const { year, version, staff } = request;
      demand(staff, 'policies.manage');
      buildCalendar([year]); // says what is wrong with it
      await store.write(async (db) => {
        if (!(await repository.saveCalendarYear(year, version, staff.staffId, clock.now())))
          throw new HotlineError('calendar.version_stale', '日历已被改过，请重新打开 The calendar has been changed meanwhile', {
            year: year.year,
          });
        await history.append(db, {
          actor: byStaff(staff.staffId),
          act: 'calendar.saved',
          thing: { kind: 'calendar_year', id: year.year },
          details: { daysOff: year.daysOff.length, makeUpDays: year.makeUpDays.length },
        });
      });
    },
  };
};

export type Terms = ReturnType<typeof createTerms>;
