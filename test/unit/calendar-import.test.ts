import t from 'tap';
import { type CalendarRow, planYear, yearFrom } from '../../src/cases/calendar-import.ts';
import { buildCalendar, CALENDAR_2026, dayNumber, isWorkingDay } from '../../src/core/working-time.ts';

const NAMES: Record<string, string> = {
  '01': '元旦',
  '02': '春节',
  '04': '清明节',
  '05': '劳动节',
  '06': '端午节',
  '09': '中秋节',
  '10': '国庆节',
};
const row = (number: number, day: string, kind: string, name: string, notes: CalendarRow['notes'] = []): CalendarRow => ({
  number,
  values: { day, kind, name },
  notes,
});
const notice = (): CalendarRow[] => [
  ...CALENDAR_2026.daysOff.map((day, index) => row(index + 2, day, '放假', NAMES[day.slice(5, 7)] ?? '')),
  ...CALENDAR_2026.makeUpDays.map((day, index) => row(index + 100, day, '补班', '')),
];

t.test('a whole notice is a year, in whatever way its days are written', async (t) => {
  const plan = planYear(notice());
  t.same(plan.faults, []);
  const year = yearFrom(plan, '通知');
  t.same([year.year, year.daysOff, year.makeUpDays], [2026, CALENDAR_2026.daysOff, [...CALENDAR_2026.makeUpDays]]);
  const calendar = buildCalendar([year]);
  t.equal(isWorkingDay(calendar, dayNumber('2026-10-10')), true, 'a Saturday that is worked');
  const written = notice().map((each) => ({
    ...each,
    values: {
      ...each.values,
      day: each.values.day.replace(/^(\d+)-0?(\d+)-0?(\d+)$/, '$1年$2月$3日'),
      kind: each.values.kind === '放假' ? 'Holiday' : '上班',
    },
  }));
  t.same(planYear(written).days, plan.days);
  t.same(
    planYear(notice().map((each) => ({ ...each, values: { ...each.values, day: `${each.values.day} 00:00:00` } }))).faults,
    [],
    'as a spreadsheet’s date',
  );
});

t.test('what is wrong is told by its row, what is missing by its name', async (t) => {
  const wrong: [CalendarRow, string][] = [
    [row(200, '2026-02-30', '放假', ''), 'not_a_day'],
    [row(201, '明天', '放假', ''), 'not_a_day'],
    [row(202, '2026-03-03', '随便', ''), 'unknown_kind'],
    [row(203, '2027-01-01', '放假', '元旦'), 'other_year'],
    [row(204, '2026-10-01', '放假', '国庆节'), 'twice'],
    [row(205, '2026-10-03', '补班', ''), 'contradiction'],
    [row(206, '2026-03-03', '补班', ''), 'worked_weekday'],
    [row(207, '2026-03-07', '补班', '', [{ key: 'day', kind: 'formula' }]), 'not_a_value'],
  ];
  for (const [bad, fault] of wrong) t.match(planYear([...notice(), bad]).faults, [{ row: bad.number, fault }], fault);
  const without = (cut: (each: CalendarRow) => boolean) => planYear(notice().filter((each) => !cut(each))).faults;
  t.match(
    without(({ values }) => values.name === '端午节'),
    [{ row: null, fault: 'festival_missing', what: '端午' }],
  );
  t.match(
    without(({ values }) => values.day === '2026-10-02'),
    [{ row: null, fault: 'fixed_day_missing', what: '2026-10-02' }],
  );
  t.match(planYear([]).faults, [{ row: null, fault: 'no_rows' }]);
});
