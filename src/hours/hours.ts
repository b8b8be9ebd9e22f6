import { HotlineError } from '../core/errors.ts';
import { buildCalendar, type CalendarYear, provisionalYear } from '../core/working-time.ts';
import type { HotlineSettings } from '../telephony/port.ts';
import { type HotlineHours, type OpeningHours, type Span, WEEKDAYS, type Weekday } from './schemas.ts';

/** The switch decides alone for this long when the service is away. */
const MONTHS_AHEAD = 14;

const refuse = (field: string, zh: string, en: string): HotlineError => new HotlineError('request.invalid', `${zh} ${en}`, { field });

const checkSpans = (field: string, spans: readonly Span[]): void => {
  let last = '';
  for (const { from, to } of spans) {
    if (from >= to) throw refuse(field, '结束要晚于开始', 'A period ends after it begins');
    if (from < last) throw refuse(field, '时间段要依次排列、不重叠', 'Periods rise and do not overlap');
    last = to;
  }
};

/** @param field what a refusal calls them. @throws HotlineError request.invalid with the field */
export const checkPeriods = (field: string, hours: OpeningHours): void => {
  for (const day of WEEKDAYS) checkSpans(`${field}.weekly.${day}`, hours.weekly[day]);
  checkSpans(`${field}.dayOff`, hours.dayOff);
  checkSpans(`${field}.makeUp`, hours.makeUp);
};

const checkOpening = (hours: OpeningHours): void => {
  checkPeriods('hours', hours);
  if (WEEKDAYS.every((day) => hours.weekly[day].length === 0))
    throw refuse('hours.weekly', '这样热线永远不开', 'With these hours the hotline never opens');
};

/**
 * @param ownNumbers the hotline's own: a duty phone that is the hotline would ring in a circle
 * @param isPlain whether a number costs what any call costs: every caller at night would be put through to it
 * @throws HotlineError request.invalid with the field
 */
export const checkHours = (settings: HotlineHours, ownNumbers: readonly string[], isPlain: (number: string) => boolean): void => {
  if (settings.hours) checkOpening(settings.hours);
  const circle = settings.dutyNumbers.find((number) => ownNumbers.includes(number));
  if (circle !== undefined) throw refuse('dutyNumbers', '值班电话不能是热线自己', 'The duty phone cannot be the hotline itself');
  if (!settings.dutyNumbers.every(isPlain))
    throw refuse(
      'dutyNumbers',
      '值班电话不能是收费、国际或不能拨的号码',
      'A duty phone cannot be a paid line, abroad, or a number nobody dials',
    );
  if (new Set(settings.dutyNumbers).size !== settings.dutyNumbers.length)
    throw refuse('dutyNumbers', '值班电话重复', 'A duty phone is given twice');
  if (settings.overflow === 'duty_phone' && settings.dutyNumbers.length === 0)
    throw refuse('overflow', '溢出到值班电话，但没有值班电话', 'Overflow goes to a duty phone, and there is none');
};

const period = ({ from, to }: Span): string => `${from}-${to === '24:00' ? '23:59' : to}`;

/** Runs of neighbouring weekdays with the same period make one specification: `08:00-18:00,mon-fri,*,*`. */
const weeklySpecs = (weekly: OpeningHours['weekly']): string => {
  const runs: { first: Weekday; last: Weekday; spans: string }[] = [];
  for (const [index, day] of WEEKDAYS.entries()) {
    const spans = weekly[day].map(period).join('|');
    const run = runs.at(-1);
    if (run && run.spans === spans && run.last === WEEKDAYS[index - 1]) run.last = day;
    else runs.push({ first: day, last: day, spans });
  }
  return runs
    .filter(({ spans }) => spans !== '')
    .flatMap(({ first, last, spans }) => spans.split('|').map((each) => `${each},${first === last ? first : `${first}-${last}`},*,*`))
    .join('&');
};

const anyDaySpecs = (spans: readonly Span[]): string => spans.map((each) => `${period(each)},*,*,*`).join('&');

/** One sign for each day of each month ahead: h off, w made up for, `.` as every week. */
const monthsAhead = (years: readonly CalendarYear[], fromMonth: string): { month: string; days: string }[] => {
  const off = new Set(years.flatMap((year) => year.daysOff));
  const madeUp = new Set(years.flatMap((year) => year.makeUpDays));
  const [year = 0, month = 1] = fromMonth.split('-').map(Number);
  return Array.from({ length: MONTHS_AHEAD }, (_, ahead) => {
    const first = new Date(Date.UTC(year, month - 1 + ahead, 1));
    const length = new Date(Date.UTC(year, month + ahead, 0)).getUTCDate();
    const name = first.toISOString().slice(0, 7);
    const signs = Array.from({ length }, (_, index) => {
      const day = `${name}-${String(index + 1).padStart(2, '0')}`;
      return off.has(day) ? 'h' : madeUp.has(day) ? 'w' : '.';
    });
    return { month: name.replace('-', ''), days: signs.join('') };
  });
};

/** Years whose notice is not out are counted by what the law itself fixes. */
export const yearsFor = (published: readonly CalendarYear[], today: string): CalendarYear[] => {
  const needed = [0, 1].map((ahead) => Number(today.slice(0, 4)) + ahead);
  const missing = needed.filter((year) => !published.some((each) => each.year === year));
  const years = [...published, ...missing.map(provisionalYear)].toSorted((a, b) => a.year - b.year);
  buildCalendar(years); // refuses a hole, a day twice, a day of another year
  return years;
};

/**
 * What the switch must hold so that it decides alone.
 * @param today YYYY-MM-DD in Shanghai
 * @throws HotlineError request.invalid when the calendar has a hole
 */
export const settingsForSwitch = (settings: HotlineHours, published: readonly CalendarYear[], today: string): HotlineSettings => ({
  fallbackNumber: settings.dutyNumbers.join('&'),
  maxWaiting: settings.maxWaiting,
  overflow: settings.overflow,
  openHours: settings.hours && weeklySpecs(settings.hours.weekly),
  specialHours: settings.hours && { dayOff: anyDaySpecs(settings.hours.dayOff), makeUp: anyDaySpecs(settings.hours.makeUp) },
  calendar: monthsAhead(yearsFor(published, today), today.slice(0, 7)),
});

/** Last day up to which every year from this one on is published, or null. */
export const publishedUntil = (published: readonly CalendarYear[], today: string): string | null => {
  const known = new Set(published.filter((year) => !year.provisional).map(({ year }) => year));
  let year = Number(today.slice(0, 4));
  if (!known.has(year)) return null;
  while (known.has(year + 1)) year += 1;
  return `${year}-12-31`;
};

export const changedFields = (before: HotlineHours, after: HotlineHours): string[] =>
  (['hours', 'dutyNumbers', 'maxWaiting', 'overflow'] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
