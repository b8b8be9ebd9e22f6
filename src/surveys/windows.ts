import { HotlineError } from '../core/errors.ts';
import { dayOf, isWorkingDay, startOf, type WorkCalendar } from '../core/working-time.ts';

/**
 * When a citizen may be called (domain §3h): windows by kind of day, nothing outside the quiet hours whatever a window says.
 * Pure; days and hours are Asia/Shanghai.
 */
export interface CallingWindows {
  /** "HH:mm" pairs in rising order; from is in, to is out. */
  workingDay: readonly Window[];
  dayOff: readonly Window[];
  /** No call from here … */
  quietFrom: string;
  /** … until here the next morning. */
  quietUntil: string;
}
export type Window = readonly [from: string, to: string];

export const STANDARD_WINDOWS: CallingWindows = {
  workingDay: [
    ['09:00', '12:00'],
    ['14:30', '19:00'],
  ],
  dayOff: [
    ['10:00', '12:00'],
    ['15:00', '18:00'],
  ],
  quietFrom: '21:00',
  quietUntil: '08:30',
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
/** The calendar's longest run of days off is nine; two weeks without a slot means that the windows are empty. */
const LONGEST_SEARCH_DAYS = 15;

const minutesOf = (text: string): number => {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match)
    throw new HotlineError('request.invalid', `时间应为 HH:mm Times are HH:mm: ${text.slice(0, 20)}`, { time: text.slice(0, 20) });
  return Number(match[1]) * 60 + Number(match[2]);
};

type Span = { from: number; to: number };

const spansOf = (windows: readonly Window[]): Span[] =>
  windows.map(([from, to]) => {
    const span = { from: minutesOf(from), to: minutesOf(to) };
    if (span.from >= span.to) throw new HotlineError('request.invalid', `时段 ${from}–${to} 是空的 This window is empty`, { from, to });
    return span;
  });

const cut = (span: Span, by: Span): Span[] => {
  const both = { from: Math.max(span.from, by.from), to: Math.min(span.to, by.to) };
  return both.from < both.to ? [both] : [];
};

const openOn = (windows: CallingWindows, calendar: WorkCalendar, day: number, wish: Wish): Span[] => {
  const loud: Span = { from: minutesOf(windows.quietUntil), to: minutesOf(windows.quietFrom) };
  const wanted = wish.hours ? [wish.hours] : isWorkingDay(calendar, day) ? windows.workingDay : windows.dayOff;
  return spansOf(wanted).flatMap((span) => cut(span, loud));
};

const minuteOf = (at: Date, day: number): number => (at.getTime() - startOf(day).getTime()) / MINUTE_MS;

/**
 * @returns the first instant from `from` on at which a call is allowed
 * @throws HotlineError survey.no_window when two weeks hold none, calendar.year_missing when the calendar ends before
 */
export const nextSlot = (windows: CallingWindows, calendar: WorkCalendar, from: Date, wish: Wish = {}): Date => {
  const start = wish.notBefore && wish.notBefore > from ? wish.notBefore : from;
  const first = dayOf(start);
  for (let day = first; day < first + LONGEST_SEARCH_DAYS; day += 1) {
    const now = day === first ? minuteOf(start, day) : 0;
    const span = openOn(windows, calendar, day, wish).find((each) => each.to > now);
    if (span) return span.from <= now ? start : new Date(startOf(day).getTime() + span.from * MINUTE_MS);
  }
  throw new HotlineError('survey.no_window', '两周内没有可以回访的时段 There is no calling window within two weeks', {});
};

export const isOpen = (windows: CallingWindows, calendar: WorkCalendar, at: Date, wish: Wish = {}): boolean =>
  nextSlot(windows, calendar, at, wish).getTime() === at.getTime();

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
