import { HotlineError } from './errors.ts';

/**
 * Working days and office hours in Asia/Shanghai, on the State Council's yearly notice kept as data. Pure.
 * Days are counted in whole numbers since 1970-01-01 in Shanghai, so that a due date is two look-ups in a table.
 */

/** One year's notice: which weekdays are off and which Saturdays and Sundays are worked (调休). Days as YYYY-MM-DD. */
export interface CalendarYear {
  year: number;
  daysOff: readonly string[];
  makeUpDays: readonly string[];
  /** The notice that says so, for whoever doubts a deadline. */
  source: string;
  /** True for a year whose notice has not come out: weekends and the fixed holidays only. What is counted on it says so. */
  provisional?: boolean;
}

/** Office hours as wall-clock "HH:mm" pairs in rising order; a lunch break makes two pairs. */
export type OfficeHours = readonly (readonly [from: string, to: string])[];

export interface WorkCalendar {
  firstDay: number;
  /** For each day since firstDay, how many working days lie before it. */
  workedBefore: Int32Array;
  /** Day numbers of all working days, rising. */
  workingDays: Int32Array;
  years: ReadonlyMap<number, { provisional: boolean }>;
  /** Days that a notice takes off, weekends within a holiday included. */
  daysOff: ReadonlySet<number>;
  /** Minutes since midnight, rising. */
  hours: readonly (readonly [from: number, to: number])[];
}

/** An instant that a calendar gave, and whether a year without a published notice had a part in it. */
export interface Reckoned {
  at: Date;
  provisional: boolean;
}

const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export const DEFAULT_OFFICE_HOURS: OfficeHours = [
  ['08:30', '12:00'],
  ['13:30', '17:30'],
];

/** 国务院办公厅关于2026年部分节假日安排的通知, 4 November 2025. */
export const CALENDAR_2026: CalendarYear = {
  year: 2026,
  daysOff: [
    ...['2026-01-01', '2026-01-02', '2026-01-03'],
    ...['2026-02-15', '2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', '2026-02-20', '2026-02-21', '2026-02-22', '2026-02-23'],
    ...['2026-04-04', '2026-04-05', '2026-04-06'],
    ...['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04', '2026-05-05'],
    ...['2026-06-19', '2026-06-20', '2026-06-21'],
    ...['2026-09-25', '2026-09-26', '2026-09-27'],
    ...['2026-10-01', '2026-10-02', '2026-10-03', '2026-10-04', '2026-10-05', '2026-10-06', '2026-10-07'],
  ],
  makeUpDays: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
  source: '国务院办公厅关于2026年部分节假日安排的通知（2025年11月4日）',
};

/**
 * Weekends and the holidays whose dates the law itself fixes (全国年节及纪念日放假办法: 1 January, 1–2 May, 1–3 October).
 * Lunar holidays and make-up days are unknown until the notice, so everything counted on such a year is provisional.
 */
export const provisionalYear = (year: number): CalendarYear => ({
  year,
  daysOff: ['01-01', '05-01', '05-02', '10-01', '10-02', '10-03'].map((day) => `${year}-${day}`),
  makeUpDays: [],
  source: '',
  provisional: true,
});

/** Day number of a Shanghai calendar day. @throws HotlineError request.invalid when there is no such day */
export const dayNumber = (day: string): number => {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day)
    throw new HotlineError('request.invalid', `没有这一天 There is no such day: ${day.slice(0, 20)}`, { day: day.slice(0, 20) });
  return at / DAY_MS;
};

export const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

export const dayOf = (at: Date): number => Math.floor((at.getTime() + OFFSET_MS) / DAY_MS);

/** First instant of a day. */
export const startOf = (day: number): Date => new Date(day * DAY_MS - OFFSET_MS);

/** 23:59:59 of a day, the instant until which something due on it is in time (domain A11). */
export const endOf = (day: number): Date => new Date((day + 1) * DAY_MS - OFFSET_MS - 1000);

const isWeekend = (day: number): boolean => {
  const weekday = (day + 4) % 7; // 1970-01-01 was a Thursday
  return weekday === 0 || weekday === 6;
};

const minutesOf = (text: string): number => {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match)
    throw new HotlineError('request.invalid', `时间应为 HH:mm Times are HH:mm: ${text.slice(0, 20)}`, { time: text.slice(0, 20) });
  return Number(match[1]) * 60 + Number(match[2]);
};

const hoursOf = (hours: OfficeHours): [number, number][] => {
  const periods = hours.map(([from, to]): [number, number] => [minutesOf(from), minutesOf(to)]);
  const rising = periods.flat().every((minute, index, all) => index === 0 || minute > (all[index - 1] ?? 0));
  if (!periods.length || !rising)
    throw new HotlineError('request.invalid', '办公时间段须依次排列 Office hours must rise and may not be empty');
  return periods;
};

const checkYear = (year: CalendarYear): void => {
  const wrong = [...year.daysOff, ...year.makeUpDays].find((day) => !day.startsWith(`${year.year}-`));
  if (wrong) throw new HotlineError('request.invalid', `${wrong} 不在 ${year.year} 年 The day is of another year`, { day: wrong });
  const off = new Set(year.daysOff);
  const both = year.makeUpDays.find((day) => off.has(day) || !isWeekend(dayNumber(day)));
  if (both)
    throw new HotlineError('request.invalid', `${both} 不能是补班日 A make-up day is a Saturday or Sunday that is not off`, { day: both });
};

/**
 * @param years one after another without a hole
 * @throws HotlineError request.invalid naming the day or year that cannot be
 */
export const buildCalendar = (years: readonly CalendarYear[], hours: OfficeHours = DEFAULT_OFFICE_HOURS): WorkCalendar => {
  const sorted = years.toSorted((a, b) => a.year - b.year);
  const [first] = sorted;
  if (!first) throw new HotlineError('calendar.year_missing', '工作日历是空的 The calendar holds no year');
  for (const [index, each] of sorted.entries()) {
    checkYear(each);
    if (each.year !== first.year + index)
      throw new HotlineError('request.invalid', `工作日历缺 ${first.year + index} 年或重复 A year is missing or given twice`, {
        year: first.year + index,
      });
  }
  const off = new Set(sorted.flatMap((each) => each.daysOff.map(dayNumber)));
  const madeUp = new Set(sorted.flatMap((each) => each.makeUpDays.map(dayNumber)));
  const firstDay = dayNumber(`${first.year}-01-01`);
  const length = dayNumber(`${first.year + sorted.length}-01-01`) - firstDay;
  const workedBefore = new Int32Array(length + 1);
  const working: number[] = [];
  for (let index = 0; index < length; index++) {
    workedBefore[index] = working.length;
    const day = firstDay + index;
    if (madeUp.has(day) || (!off.has(day) && !isWeekend(day))) working.push(day);
  }
  workedBefore[length] = working.length;
  return {
    firstDay,
    workedBefore,
    workingDays: Int32Array.from(working),
    years: new Map(sorted.map((each) => [each.year, { provisional: each.provisional === true }])),
    daysOff: off,
    hours: hoursOf(hours),
  };
};

/** A hole in the table must stop a deadline, not bend it. */
const missing = (day: number): HotlineError =>
  new HotlineError('calendar.year_missing', `工作日历没有 ${dayText(day).slice(0, 4)} 年 The calendar does not hold this year`, {
    year: Number(dayText(day).slice(0, 4)),
  });

const before = (calendar: WorkCalendar, day: number): number => {
  const index = day - calendar.firstDay;
  if (index < 0 || index >= calendar.workedBefore.length - 1) throw missing(day);
  return calendar.workedBefore[index] ?? 0;
};

export const isWorkingDay = (calendar: WorkCalendar, day: number): boolean => calendar.workingDays[before(calendar, day)] === day;

const nth = (calendar: WorkCalendar, position: number): number => {
  const day = calendar.workingDays[position];
  if (day !== undefined) return day;
  throw missing(position < 0 ? calendar.firstDay - 1 : calendar.firstDay + calendar.workedBefore.length - 1);
};

/** This day when it is worked, else the next that is. */
export const workingDayFrom = (calendar: WorkCalendar, day: number): number => nth(calendar, before(calendar, day));

/** The `count`-th working day after `day`; negative counts go back. `count` is a whole number other than 0. */
export const workingDayAfter = (calendar: WorkCalendar, day: number, count: number): number => {
  const position = before(calendar, day);
  const onDay = calendar.workingDays[position] === day ? 1 : 0;
  return nth(calendar, count > 0 ? position + onDay + count - 1 : position + count);
};

/** Working days in (from, to], the way a term is counted: the start day is not. */
export const workingDaysBetween = (calendar: WorkCalendar, from: number, to: number): number =>
  before(calendar, to) + (isWorkingDay(calendar, to) ? 1 : 0) - before(calendar, from) - (isWorkingDay(calendar, from) ? 1 : 0);

const provisionalBetween = (calendar: WorkCalendar, from: number, to: number): boolean => {
  const years = [from, to].map((day) => Number(dayText(day).slice(0, 4)));
  for (let year = Math.min(...years); year <= Math.max(...years); year++) if (calendar.years.get(year)?.provisional !== false) return true;
  return false;
};

/**
 * The working day on which something counts as received: a day off, or later than the second at which the office closes,
 * is the next working day (domain A11).
 */
export const receiptDay = (calendar: WorkCalendar, at: Date): number => {
  const day = dayOf(at);
  const closing = calendar.hours.at(-1)?.[1] ?? 0;
  const seconds = Math.floor((at.getTime() - startOf(day).getTime()) / 1000);
  const open = seconds <= closing * 60;
  return open ? workingDayFrom(calendar, day) : workingDayFrom(calendar, day + 1);
};

/** End of the `days`-th working day after receipt; the day of receipt is not counted (R14, domain A11). */
export const dueAfterWorkingDays = (calendar: WorkCalendar, at: Date, days: number): Reckoned => {
  const due = workingDayAfter(calendar, receiptDay(calendar, at), days);
  return { at: endOf(due), provisional: provisionalBetween(calendar, dayOf(at), due) };
};

/** The instant after `minutes` of office time; outside office hours the count starts when the office opens. */
export const afterWorkingMinutes = (calendar: WorkCalendar, at: Date, minutes: number): Reckoned => {
  let left = minutes * MINUTE_MS;
  for (let day = workingDayFrom(calendar, dayOf(at)); ; day = workingDayFrom(calendar, day + 1)) {
    const midnight = startOf(day).getTime();
    for (const [from, to] of calendar.hours) {
      const begin = Math.max(midnight + from * MINUTE_MS, at.getTime());
      const end = midnight + to * MINUTE_MS;
      if (begin >= end) continue;
      if (begin + left <= end) return { at: new Date(begin + left), provisional: provisionalBetween(calendar, dayOf(at), day) };
      left -= end - begin;
    }
  }
};

const officeMsOfDay = (calendar: WorkCalendar, day: number, from: number, to: number): number => {
  const midnight = startOf(day).getTime();
  return calendar.hours.reduce((sum, [opens, closes]) => {
    const begin = Math.max(midnight + opens * MINUTE_MS, from);
    const end = Math.min(midnight + closes * MINUTE_MS, to);
    return sum + Math.max(0, end - begin);
  }, 0);
};

/** Office time between two instants in milliseconds; 0 when `to` is not after `from`. */
export const workingMsBetween = (calendar: WorkCalendar, from: Date, to: Date): number => {
  if (to <= from) return 0;
  const [firstDay, lastDay] = [dayOf(from), dayOf(to)];
  const wholeDay = officeMsOfDay(calendar, firstDay, startOf(firstDay).getTime(), startOf(firstDay + 1).getTime());
  const onDay = (day: number): number => (isWorkingDay(calendar, day) ? officeMsOfDay(calendar, day, from.getTime(), to.getTime()) : 0);
  if (firstDay === lastDay) return onDay(firstDay);
  const between = before(calendar, lastDay) - before(calendar, firstDay + 1);
  return onDay(firstDay) + between * wholeDay + onDay(lastDay);
};
