import { HotlineError } from '../core/errors.ts';
import { dayOf, isWorkingDay, startOf, type WorkCalendar } from '../core/working-time.ts';
import type { OpeningHours, Span as Window } from '../hours/schemas.ts';

/**
 * When a citizen may be called (domain §3h): windows by weekday, with those of holidays and of weekends that are worked beside
 * them; nothing within the quiet hours whatever a window says. Pure; days and hours are Asia/Shanghai.
 */
export type CallingWindows = OpeningHours;
export type { Window };

/** No call from here … */
export const QUIET_FROM = '21:00';
/** … until here the next morning. Not a setting: nobody is to be able to have citizens called at night. */
export const QUIET_UNTIL = '08:30';

const USUAL: Window[] = [
  { from: '09:00', to: '12:00' },
  { from: '14:30', to: '19:00' },
];
const AT_LEISURE: Window[] = [
  { from: '10:00', to: '12:00' },
  { from: '15:00', to: '18:00' },
];
export const STANDARD_WINDOWS: CallingWindows = {
  weekly: { mon: USUAL, tue: USUAL, wed: USUAL, thu: USUAL, fri: USUAL, sat: AT_LEISURE, sun: AT_LEISURE },
  dayOff: AT_LEISURE,
  makeUp: USUAL,
};

/** What the citizen asked for; it goes before the hotline's own windows, never before the quiet hours. */
export interface Wish {
  /** Not before this instant. */
  notBefore?: Date;
  /** Only within these hours, on any day. */
  hours?: Window;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** One weekday alone may be called on, and a long holiday may take two of them: a month without a slot means that there is none. */
const LONGEST_SEARCH_DAYS = 31;
/** By number since 1 January 1970, a Thursday. */
const WEEKDAYS = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'] as const;

const minutesOf = (text: string): number => {
  const match = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text);
  if (!match)
    throw new HotlineError('request.invalid', `时间应为 HH:mm Times are HH:mm: ${text.slice(0, 20)}`, { time: text.slice(0, 20) });
  return match[1] === undefined ? DAY_MINUTES : Number(match[1]) * 60 + Number(match[2]);
};

type Minutes = { from: number; to: number };
const LOUD: Minutes = { from: minutesOf(QUIET_UNTIL), to: minutesOf(QUIET_FROM) };

const spansOf = (windows: readonly Window[]): Minutes[] =>
  windows.map(({ from, to }) => {
    const span = { from: minutesOf(from), to: minutesOf(to) };
    if (span.from >= span.to) throw new HotlineError('request.invalid', `时段 ${from}–${to} 是空的 This window is empty`, { from, to });
    return span;
  });

const cut = (span: Minutes, by: Minutes): Minutes[] => {
  const both = { from: Math.max(span.from, by.from), to: Math.min(span.to, by.to) };
  return both.from < both.to ? [both] : [];
};

/** A Saturday that is worked is no Saturday, and a holiday is one whatever day of the week it falls on. */
export const windowsOn = (windows: CallingWindows, calendar: WorkCalendar, day: number): readonly Window[] => {
  const worked = isWorkingDay(calendar, day); // a calendar without this year stops it here
  if (calendar.daysOff.has(day)) return windows.dayOff;
  const weekday = WEEKDAYS[day % 7] ?? 'mon';
  return worked && (weekday === 'sat' || weekday === 'sun') ? windows.makeUp : windows.weekly[weekday];
};

const openOn = (windows: CallingWindows, calendar: WorkCalendar, day: number, wish: Wish): Minutes[] => {
  const wanted = windowsOn(windows, calendar, day);
  return spansOf(wish.hours ? [wish.hours] : wanted).flatMap((span) => cut(span, LOUD));
};

const minuteOf = (at: Date, day: number): number => (at.getTime() - startOf(day).getTime()) / MINUTE_MS;

/**
 * @returns the first instant from `from` on at which a call is allowed
 * @throws HotlineError survey.no_window when a month holds none, calendar.year_missing when the calendar ends before
 */
export const nextSlot = (windows: CallingWindows, calendar: WorkCalendar, from: Date, wish: Wish = {}): Date => {
  const start = wish.notBefore && wish.notBefore > from ? wish.notBefore : from;
  const first = dayOf(start);
  for (let day = first; day < first + LONGEST_SEARCH_DAYS; day += 1) {
    const now = day === first ? minuteOf(start, day) : 0;
    const span = openOn(windows, calendar, day, wish).find((each) => each.to > now);
    if (span) return span.from <= now ? start : new Date(startOf(day).getTime() + span.from * MINUTE_MS);
  }
  throw new HotlineError('survey.no_window', '一个月内没有可以回访的时段 There is no calling window within a month', {});
};

/** Whether this very instant may be used; a week without any window is closed, and no fault. */
export const isOpen = (windows: CallingWindows, calendar: WorkCalendar, at: Date, wish: Wish = {}): boolean => {
  const day = dayOf(at);
  if (wish.notBefore && wish.notBefore > at) return false;
  const minute = minuteOf(at, day);
  return openOn(windows, calendar, day, wish).some((span) => span.from <= minute && minute < span.to);
};

/** Morning or afternoon, as "YYYYMMDD number × 2 + half": attempts go into different ones. */
export const halfDayOf = (at: Date): number => {
  const day = dayOf(at);
  return day * 2 + (minuteOf(at, day) < DAY_MINUTES / 2 ? 0 : 1);
};

/** First instant of the half-day after. */
export const nextHalfDay = (at: Date): Date => {
  const half = halfDayOf(at) + 1;
  return new Date(startOf(Math.floor(half / 2)).getTime() + (half % 2) * (DAY_MINUTES / 2) * MINUTE_MS);
};
