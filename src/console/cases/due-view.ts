import { buildCalendar, dayOf, isWorkingDay, receiptDay, type WorkCalendar, workingDaysBetween } from '../../core/working-time.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

/** Clocks as a reader counts them: in working days, by the calendar that the service counts with (console.md §6). */
export interface DueWords {
  key: PhraseKey;
  values: Record<string, number>;
  tone: 'plain' | 'amber' | 'red';
  /** Working days left, the last one included; negative when over; 0 on the day itself. */
  days: number;
}

export interface Cell {
  kind: 'used' | 'now' | 'left' | 'over' | 'extended';
  /** Days off lie before this cell. */
  gap: boolean;
}

export interface Clocked {
  dueAt: string | null;
  card: 'none' | 'yellow' | 'red';
  urgent: boolean;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const MOST_OVER = 3;
const MOST_CELLS = 12;

export interface Year {
  year: number;
  daysOff: string[];
  makeUpDays: string[];
  source: string;
}

/** Null when the years do not make a calendar: deadlines are then shown as instants alone. */
export const calendarOf = (years: readonly Year[] | undefined): WorkCalendar | null => {
  try {
    return years?.length ? buildCalendar(years) : null;
  } catch {
    return null;
  }
};

/** A day outside the calendar has no count; what is left then is the plain difference in days. */
const workingDays = (calendar: WorkCalendar | null, from: number, to: number): number => {
  try {
    return calendar ? workingDaysBetween(calendar, from, to) : to - from;
  } catch {
    return to - from;
  }
};

const worked = (calendar: WorkCalendar | null, day: number): boolean => {
  try {
    return calendar ? isWorkingDay(calendar, day) : true;
  } catch {
    return true;
  }
};

/** What comes after hours counts as received on the next working day. */
const received = (calendar: WorkCalendar | null, at: number): number => {
  try {
    return calendar ? receiptDay(calendar, new Date(at)) : dayOf(new Date(at));
  } catch {
    return dayOf(new Date(at));
  }
};

/** The words beside every clock; null when none runs. Within a day and for urgent cases hours and minutes are told instead. */
export const dueWords = (at: Clocked, now: number, calendar: WorkCalendar | null): DueWords | null => {
  if (at.dueAt === null) return null;
  const due = Date.parse(at.dueAt);
  const [today, dueDay] = [dayOf(new Date(now)), dayOf(new Date(due))];
  const yellow = at.card === 'yellow' ? 'amber' : 'plain';
  if (now > due) {
    const over = workingDays(calendar, dueDay, today);
    return over > 0
      ? { key: 'due.over', values: { n: over }, tone: 'red', days: -over }
      : { key: 'due.over_now', values: {}, tone: 'red', days: 0 };
  }
  const left = due - now;
  if (at.urgent || left < 2 * HOUR_MS) {
    const [h, m] = [Math.floor(left / HOUR_MS), Math.floor((left % HOUR_MS) / MINUTE_MS)];
    const tone = left < 2 * HOUR_MS ? 'amber' : yellow;
    return h > 0 ? { key: 'due.time_left', values: { h, m }, tone, days: 0 } : { key: 'due.minutes_left', values: { m }, tone, days: 0 };
  }
  const days = workingDays(calendar, today, dueDay);
  if (dueDay === today) return { key: 'due.today', values: {}, tone: 'amber', days: 0 };
  if (dueDay === today + 1) return { key: 'due.tomorrow', values: {}, tone: yellow, days };
  return { key: 'due.left', values: { n: days }, tone: yellow, days };
};

/**
 * One cell a working day of the term, the start day not counted; a gap where days off lie. Working days over add hatched cells,
 * at most three; an extension is one dashed cell. Empty when there is no term to draw.
 */
export const timeLine = (
  at: Clocked & { startAt: string | null; extendedDays?: number },
  now: number,
  calendar: WorkCalendar | null,
): Cell[] => {
  if (at.startAt === null || at.dueAt === null) return [];
  const start = received(calendar, Date.parse(at.startAt));
  const [due, today] = [dayOf(new Date(at.dueAt)), dayOf(new Date(now))];
  if (at.urgent) return [{ kind: now > Date.parse(at.dueAt) ? 'over' : 'now', gap: false }];
  const cells: Cell[] = [];
  let gap = false;
  const put = (kind: Cell['kind']): void => {
    cells.push({ kind, gap: gap && cells.length > 0 });
    gap = false;
  };
  for (let day = start + 1; day <= due; day++) {
    if (!worked(calendar, day)) gap = true;
    else put(day < today || now > Date.parse(at.dueAt) ? 'used' : day === today ? 'now' : 'left');
  }
  const extended = Math.min(at.extendedDays ?? 0, cells.length);
  const own = extended > 0 ? [...cells.slice(0, cells.length - extended), { kind: 'extended' as const, gap: false }] : cells;
  const shown = own.slice(-MOST_CELLS);
  const over = now > Date.parse(at.dueAt) ? Math.min(MOST_OVER, Math.max(0, workingDays(calendar, due, today))) : 0;
  return [...shown, ...Array.from({ length: over }, (): Cell => ({ kind: 'over', gap: false }))];
};

export type BreakGroup = 'over' | 'hours' | 'today' | 'next' | 'later' | 'none';

/** Where a row stands in a list ordered by what breaks first. */
export const breakGroup = (breaksAt: string | null, now: number, calendar: WorkCalendar | null): BreakGroup => {
  if (breaksAt === null) return 'none';
  const at = Date.parse(breaksAt);
  if (at < now) return 'over';
  if (at - now < 2 * HOUR_MS) return 'hours';
  const [today, day] = [dayOf(new Date(now)), dayOf(new Date(at))];
  if (day === today) return 'today';
  return workingDays(calendar, today, day) <= 1 ? 'next' : 'later';
};

/** Rows in groups, in the order given; a group is left out when it has none. */
export const grouped = <T extends { breaksAt: string | null }>(
  rows: readonly T[],
  now: number,
  calendar: WorkCalendar | null,
): { group: BreakGroup; rows: T[] }[] => {
  const groups: { group: BreakGroup; rows: T[] }[] = [];
  for (const row of rows) {
    const group = breakGroup(row.breaksAt, now, calendar);
    const last = groups.find((each) => each.group === group);
    if (last) last.rows.push(row);
    else groups.push({ group, rows: [row] });
  }
  return groups;
};

/** How long something has lasted, in the largest unit that says it: days, hours or minutes. */
export const lasted = (ms: number): { key: PhraseKey; n: number } => {
  const minutes = Math.max(0, Math.floor(ms / MINUTE_MS));
  if (minutes < 60) return { key: 'stage.minutes', n: minutes };
  return minutes < 48 * 60 ? { key: 'stage.hours', n: Math.floor(minutes / 60) } : { key: 'stage.days', n: Math.floor(minutes / 1440) };
};
