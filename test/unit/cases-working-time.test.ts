import t from 'tap';
import {
  afterWorkingMinutes,
  buildCalendar,
  CALENDAR_2026,
  dayNumber,
  dayOf,
  dayText,
  dueAfterWorkingDays,
  isWorkingDay,
  provisionalYear,
  receiptDay,
  workingDayAfter,
  workingDaysBetween,
  workingMsBetween,
} from '../../src/core/working-time.ts';

const calendar = buildCalendar([CALENDAR_2026]);
const longer = buildCalendar([CALENDAR_2026, provisionalYear(2027)]);
const shanghai = (text: string): Date => new Date(`${text.replace(' ', 'T')}+08:00`);
const said = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

t.test('three working days, as the rule book reads', async (t) => {
  for (const [received, due, why] of [
    ['2026-11-24 09:30:00', '2026-11-27 23:59:59', 'a Tuesday: the start day is not counted'],
    ['2026-11-24 17:30:00', '2026-11-27 23:59:59', 'the second the office closes is still today'],
    ['2026-11-24 17:30:01', '2026-11-30 23:59:59', 'a second later counts as received on Wednesday, the weekend is between'],
    ['2026-11-24 17:59:00', '2026-11-30 23:59:59', '17:59'],
    ['2026-11-24 23:59:59', '2026-11-30 23:59:59', 'the last second of the day'],
    ['2026-11-25 00:00:00', '2026-11-30 23:59:59', 'midnight belongs to the day it begins'],
    ['2026-11-27 10:00:00', '2026-12-02 23:59:59', 'a Friday'],
    ['2026-11-28 10:00:00', '2026-12-03 23:59:59', 'a Saturday counts as Monday'],
    ['2026-02-13 10:00:00', '2026-02-25 23:59:59', 'Friday before Spring Festival: the worked Saturday counts, nine days off do not'],
    ['2026-02-14 10:00:00', '2026-02-26 23:59:59', 'the worked Saturday itself is a day of receipt'],
    ['2026-02-14 18:00:00', '2026-02-27 23:59:59', 'after hours on it: received on the 24th'],
    ['2026-02-20 10:00:00', '2026-02-27 23:59:59', 'within the festival'],
    ['2026-02-26 10:00:00', '2026-03-02 23:59:59', 'the worked Saturday after it is the second day'],
    ['2026-09-18 10:00:00', '2026-09-22 23:59:59', 'the worked Sunday before National Day'],
    ['2026-09-30 10:00:00', '2026-10-10 23:59:59', 'due on the worked Saturday after National Day'],
    ['2026-10-01 00:00:00', '2026-10-12 23:59:59', 'the first day of National Day counts as the 8th; the 9th, the worked 10th, Monday'],
    ['2026-04-03 17:31:00', '2026-04-10 23:59:59', 'Qingming'],
    ['2026-05-08 09:00:00', '2026-05-12 23:59:59', 'the worked Saturday after Labour Day'],
  ] as const)
    t.equal(said(dueAfterWorkingDays(calendar, shanghai(received), 3).at), due, `${received}: ${why}`);
});

t.test('a year that the table does not hold stops the reckoning', async (t) => {
  t.throws(() => dueAfterWorkingDays(calendar, shanghai('2026-12-30 10:00:00'), 3), {
    code: 'calendar.year_missing',
    details: { year: 2027 },
  });
  t.throws(() => dueAfterWorkingDays(calendar, shanghai('2026-12-31 18:00:00'), 1), { code: 'calendar.year_missing' });
  t.throws(() => dueAfterWorkingDays(calendar, shanghai('2025-12-31 10:00:00'), 1), {
    code: 'calendar.year_missing',
    details: { year: 2025 },
  });
  t.throws(() => workingDayAfter(calendar, dayNumber('2026-01-05'), -3), { code: 'calendar.year_missing' });
  t.equal(said(dueAfterWorkingDays(calendar, shanghai('2026-12-28 10:00:00'), 3).at), '2026-12-31 23:59:59');
  t.same(dueAfterWorkingDays(longer, shanghai('2026-12-31 10:00:00'), 3), { at: shanghai('2027-01-06 23:59:59'), provisional: true });
  t.equal(dueAfterWorkingDays(longer, shanghai('2026-12-28 10:00:00'), 3).provisional, false, 'a term within the published year is sure');
});

t.test('a table that contradicts itself is refused', async (t) => {
  const year = { year: 2026, daysOff: ['2026-01-01'], makeUpDays: [], source: '' };
  const refused = (change: object, why: string) =>
    t.throws(() => buildCalendar([{ ...year, ...change }]), { code: 'request.invalid' }, why);
  refused({ daysOff: ['2026-02-30'] }, 'no such day');
  refused({ daysOff: ['2027-01-01'] }, 'a day of another year');
  refused({ makeUpDays: ['2026-11-24'] }, 'a Tuesday cannot be made up');
  refused({ daysOff: ['2026-11-28'], makeUpDays: ['2026-11-28'] }, 'off and worked');
  t.throws(() => buildCalendar([year, { ...year, year: 2028, daysOff: [] }]), { code: 'request.invalid', details: { year: 2027 } });
  t.throws(() => buildCalendar([year, year]), { code: 'request.invalid' });
  t.throws(() => buildCalendar([]), { code: 'calendar.year_missing' });
  t.throws(() => buildCalendar([year], [['12:00', '08:00']]), { code: 'request.invalid' });
  t.throws(() => buildCalendar([year], [['8:00', '12:00']]), { code: 'request.invalid' });
});

t.test('minutes of office time', async (t) => {
  for (const [from, minutes, to] of [
    ['2026-11-24 09:30:00', 30, '2026-11-24 10:00:00'],
    ['2026-11-24 11:45:00', 30, '2026-11-24 13:45:00'],
    ['2026-11-24 12:30:00', 30, '2026-11-24 14:00:00'],
    ['2026-11-24 17:15:00', 30, '2026-11-25 08:45:00'],
    ['2026-11-27 17:30:00', 30, '2026-11-30 09:00:00'],
    ['2026-11-28 03:00:00', 450, '2026-11-30 17:30:00'],
    ['2026-09-30 17:29:00', 2, '2026-10-08 08:31:00'],
  ] as const)
    t.equal(said(afterWorkingMinutes(calendar, shanghai(from), minutes).at), to, `${from} + ${minutes} min`);
  t.equal(workingMsBetween(calendar, shanghai('2026-11-27 17:00:00'), shanghai('2026-11-30 09:00:00')), 60 * 60_000);
  t.equal(workingMsBetween(calendar, shanghai('2026-11-30 09:00:00'), shanghai('2026-11-27 17:00:00')), 0);
});

/** A small generator of our own, so that a failure can be repeated from its seed. */
const dice =
  (seed: number) =>
  (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };

t.test('properties, for 20,000 instants of the year', async (t) => {
  const roll = dice(20261124);
  const from = shanghai('2026-01-05 00:00:00').getTime();
  const span = shanghai('2026-11-30 00:00:00').getTime() - from;
  let checked = 0;
  const holds = (claim: boolean, what: string, at: Date): void => {
    checked++;
    if (!claim) t.fail(`${what} at ${said(at)}`);
  };
  for (let count = 0; count < 20_000; count++) {
    const at = new Date(from + roll(span));
    const later = new Date(at.getTime() + roll(5 * 86_400_000));
    const days = 1 + roll(13);
    const due = dueAfterWorkingDays(calendar, at, days).at;
    holds(isWorkingDay(calendar, dayOf(due)), 'a deadline is a working day', at);
    holds(said(due).endsWith('23:59:59'), 'a deadline is the end of a day', at);
    holds(due <= dueAfterWorkingDays(calendar, later, days).at, 'who receives later is not due earlier', at);
    holds(workingDaysBetween(calendar, receiptDay(calendar, at), dayOf(due)) === days, 'so many working days lie between', at);
    const next = dueAfterWorkingDays(calendar, at, days + 1).at;
    holds(workingDayAfter(calendar, dayOf(due), 1) === dayOf(next), 'one day more is the next working day', at);
    holds(workingDayAfter(calendar, dayOf(next), -1) === dayOf(due), 'and back', at);
    const minutes = roll(2_000);
    const reached = afterWorkingMinutes(calendar, at, minutes).at;
    holds(workingMsBetween(calendar, at, reached) === minutes * 60_000, 'adding and measuring office time agree', at);
  }
  t.ok(checked >= 140_000);
  let naive = 0;
  for (let day = dayNumber('2026-01-01'); day <= dayNumber('2026-12-31'); day++) {
    const text = dayText(day);
    const weekday = new Date(`${text}T00:00:00Z`).getUTCDay();
    const worked = CALENDAR_2026.makeUpDays.includes(text) || (!CALENDAR_2026.daysOff.includes(text) && weekday !== 0 && weekday !== 6);
    if (worked) naive++;
    if (worked !== isWorkingDay(calendar, day)) t.fail(`${text} is counted wrongly`);
  }
  t.equal(naive, 248, 'the working days of 2026');
});
