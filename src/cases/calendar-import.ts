import { type CalendarYear, dayNumber } from '../core/working-time.ts';

/** A year's notice as a table: which days are off, which Saturdays and Sundays are worked. Pure. */

export const CALENDAR_COLUMNS = [
  { key: 'day', titles: ['日期', '日子', 'date', 'day'], isRequired: true },
  { key: 'kind', titles: ['类型', '性质', '放假或补班', 'kind', 'type'], isRequired: true },
  { key: 'name', titles: ['名称', '节日', '节日名称', '说明', 'name', 'holiday'], isRequired: true },
] as const;
export type CalendarColumn = (typeof CALENDAR_COLUMNS)[number]['key'];

export interface CalendarRow {
  number: number;
  values: Readonly<Record<CalendarColumn, string>>;
  notes: readonly { key: CalendarColumn; kind: string }[];
}

const KINDS: Readonly<Record<string, 'off' | 'work'>> = {
  放假: 'off',
  休: 'off',
  休息: 'off',
  假: 'off',
  节假日: 'off',
  holiday: 'off',
  off: 'off',
  补班: 'work',
  上班: 'work',
  班: 'work',
  调休上班: 'work',
  工作日: 'work',
  workday: 'work',
  work: 'work',
  'make-up': 'work',
  'make-up workday': 'work',
};

/** Holidays that every notice has (全国年节及纪念日放假办法), by a word of their name. */
const FESTIVALS = ['元旦', '春节', '清明', '劳动', '端午', '中秋', '国庆'] as const;
/** Days that the law itself fixes. */
const FIXED = ['01-01', '05-01', '05-02', '10-01', '10-02', '10-03'] as const;

export const CALENDAR_FAULTS = [
  'not_a_value', // a formula, a merged or broken cell
  'not_a_day',
  'unknown_kind',
  'other_year',
  'twice',
  'contradiction', // off and worked at once
  'worked_weekday', // a make-up day on a day that is worked anyway
  'festival_missing',
  'fixed_day_missing',
  'no_rows',
] as const;
export type CalendarFault = (typeof CALENDAR_FAULTS)[number];

export interface CalendarPlan {
  year: number;
  days: { row: number; day: string; kind: 'off' | 'work'; name: string }[];
  /** With a row: that row is wrong. Without: the whole lacks something, named in `what`. */
  faults: { row: number | null; fault: CalendarFault; what: string }[];
}

/** 2027-1-1, 2027/1/1, 2027年1月1日 and what a spreadsheet makes of a date. */
const dayOf = (text: string): string | null => {
  const match = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+00:00(?::00)?)?$/.exec(text.normalize('NFKC').trim());
  if (!match) return null;
  const day = `${match[1]}-${(match[2] ?? '').padStart(2, '0')}-${(match[3] ?? '').padStart(2, '0')}`;
  try {
    dayNumber(day);
    return day;
  } catch {
    return null;
  }
};

const isWeekend = (day: string): boolean => [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());

/** The year is that of most of the days; every row of another is told. */
const yearOf = (days: readonly string[]): number => {
  const counts = Map.groupBy(days, (day) => Number(day.slice(0, 4)));
  return [...counts].sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? 0;
};

export const planYear = (rows: readonly CalendarRow[]): CalendarPlan => {
  const faults: CalendarPlan['faults'] = [];
  const read: CalendarPlan['days'] = [];
  for (const { number: row, values, notes } of rows) {
    const say = (fault: CalendarFault, what: string): void => void faults.push({ row, fault, what });
    const noted = notes.find(({ key, kind }) => key !== 'name' || kind !== 'merged');
    const day = dayOf(values.day);
    const kind = KINDS[values.kind.normalize('NFKC').trim().toLowerCase()];
    if (noted) say('not_a_value', values[noted.key]);
    else if (day === null) say('not_a_day', values.day);
    else if (kind === undefined) say('unknown_kind', values.kind);
    else read.push({ row, day, kind, name: values.name });
  }
  const year = yearOf(read.map(({ day }) => day));
  const days: CalendarPlan['days'] = [];
  for (const each of read) {
    const earlier = days.find(({ day }) => day === each.day);
    const say = (fault: CalendarFault): void => void faults.push({ row: each.row, fault, what: each.day });
    if (!each.day.startsWith(`${year}-`)) say('other_year');
    else if (earlier) say(earlier.kind === each.kind ? 'twice' : 'contradiction');
    else if (each.kind === 'work' && !isWeekend(each.day)) say('worked_weekday');
    else days.push(each);
  }
  if (rows.length === 0) faults.push({ row: null, fault: 'no_rows', what: '' });
  const off = days.filter(({ kind }) => kind === 'off');
  const lacks = (fault: CalendarFault, what: string): void => void faults.push({ row: null, fault, what });
  if (rows.length > 0) {
    for (const festival of FESTIVALS) if (!off.some(({ name }) => name.includes(festival))) lacks('festival_missing', festival);
    for (const fixed of FIXED) if (!off.some(({ day }) => day === `${year}-${fixed}`)) lacks('fixed_day_missing', `${year}-${fixed}`);
  }
  return { year, days: days.sort((a, b) => a.day.localeCompare(b.day)), faults };
};

export const yearFrom = ({ year, days }: CalendarPlan, source: string): CalendarYear => ({
  year,
  daysOff: days.filter(({ kind }) => kind === 'off').map(({ day }) => day),
  makeUpDays: days.filter(({ kind }) => kind === 'work').map(({ day }) => day),
  source,
});
