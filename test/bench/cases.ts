import { statSync } from 'node:fs';
import { clocksOf, type DueBasis } from '../../src/cases/deadlines.ts';
import type { Viewer } from '../../src/cases/index.ts';
import { DEFAULT_POLICY } from '../../src/cases/policy.ts';
import { buildCalendar, CALENDAR_2026, dueAfterWorkingDays, provisionalYear } from '../../src/core/working-time.ts';
import { createHouse } from '../contract/cases-life.ts';
import { percentile, type Report, summary } from '../helpers/report.ts';
import type { Engine } from '../helpers/store.ts';
import { besideBare } from './cases/api.ts';
import { exporting } from './cases/export.ts';
import { COMMON_WORD, dice, lines, RARE_WORD, START, UNITS } from './cases/generate.ts';
import { openKept } from './cases/kept.ts';

/**
 * npm run bench -- cases                            everything, a million cases on both engines included; growth at the end
 * npm run bench -- cases deadlines sqlite-100k      some parts
 * npm run bench -- cases sqlite api-sqlite --size=20000   a size of one's own; without it a million
 *
 * The cases are generated once and kept under the temporary directory (cases/kept.ts).
 */
export const place = 'machine';

const ROUNDS = 200;

const deadlines = async (report: Report): Promise<void> => {
  const calendar = buildCalendar([CALENDAR_2026, provisionalYear(2027)]);
  const roll = dice(7);
  const from = new Date('2026-01-05T00:00:00Z').getTime();
  const instants = Array.from({ length: 10_000 }, () => new Date(from + roll(330 * 86_400) * 1000));
  const perSecond = (count: number, work: (at: Date) => unknown): number => {
    const began = performance.now();
    for (let index = 0; index < count; index++) work(instants[index % instants.length] as Date);
    return Math.round(count / ((performance.now() - began) / 1000));
  };
  const basis: DueBasis = {
    dispatchedAt: START,
    round: 1,
    requestType: 'complaint',
    urgent: false,
    keyCase: false,
    extendedDays: 0,
    ledgerUntil: null,
  };
  perSecond(100_000, (at) => dueAfterWorkingDays(calendar, at, 3));
  const due = perSecond(1_000_000, (at) => dueAfterWorkingDays(calendar, at, 3));
  report.claim('due dates per second', due >= 200_000, { perSecond: due, least: 200_000 });
  report.figure('due date with both cards and the alarm, per second', {
    perSecond: perSecond(300_000, (dispatchedAt) => clocksOf(DEFAULT_POLICY, calendar, { ...basis, dispatchedAt })),
  });
};

const OWN_SIZE = Number(process.argv.find((word) => word.startsWith('--size='))?.slice('--size='.length) ?? 1_000_000);

/** p95 by engine, question and size, for the growth at the end. */
const seen = new Map<string, Map<number, number>>();

const searches =
  (size: number) =>
  async (report: Report, engine: Engine): Promise<void> => {
    const { store, databaseUrl, file, seconds, kept, close } = await openKept(engine, size);
    try {
      report.figure(kept ? 'generated in an earlier run' : 'generated', {
        cases: size,
        seconds,
        ...(databaseUrl === null ? { fileMb: Math.round(statSync(file).size / 1e6) } : {}),
      });
      const house = createHouse(store);
      house.time.now = new Date(START.getTime() + 365 * 86_400_000);
      const dispatcher = await house.withRole('dispatcher');
      const liaison = await house.given.staff({ roles: ['unit_staff'], unitCode: UNITS[3] ?? null });
      const roll = dice(99);
      const pick = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
      const line = (): string => `199${String(roll(lines(size))).padStart(8, '0')}`;

      const time = async (what: string, limitMs: number | null, work: () => Promise<unknown>): Promise<void> => {
        for (let index = 0; index < 5; index++) await work();
        const taken: number[] = [];
        for (let index = 0; index < ROUNDS; index++) {
          const from = performance.now();
          await work();
          taken.push(performance.now() - from);
        }
        const values = { size, engine, ...summary(taken) };
        const question = `${engine}: ${what}`;
        seen.set(question, (seen.get(question) ?? new Map<number, number>()).set(size, values.p95));
        if (limitMs === null) report.figure(what, values);
        else report.claim(what, percentile(taken, 0.95) <= limitMs, { ...values, limitMs });
      };
      const find = (query: object, staff: Viewer = dispatcher) => house.lives.search({ ...query, staff, limit: 50 });

      await time('list, newest', 30, () => find({}));
      await time('list by state', 30, () => find({ states: [pick(['handling', 'signed', 'callback_pending', 'rework'] as const)] }));
      await time('list by unit and state', 30, () => find({ leadUnit: pick(UNITS), states: ['handling'] }));
      await time('list by place and category', 30, () =>
        find({ placeCode: `T${String(roll(60)).padStart(4, '0')}`, categoryCode: String(10_000 + roll(270)) }),
      );
      await time('list, what is about to break', 30, () => find({ order: 'breaking' }));
      await time("list of a unit's own", 30, () => find({}, liaison));
      await time("list of a unit's own, about to break", 30, () => find({ order: 'breaking' }, liaison));
      const known = await find({});
      await time('look-up by number', 5, () => find({ number: pick(known.rows).number }));
      await time('look-up by phone', 5, () => find({ phone: line() }));
      await time('text, a word in one case of a hundred', 150, () => find({ text: RARE_WORD }));
      await time('text, the commonest word', 150, () => find({ text: COMMON_WORD }));
      await time('text, two words', 150, () => find({ text: `${RARE_WORD} 安全隐患` }));
      await time('text, commonest word, one unit', 150, () => find({ text: COMMON_WORD, leadUnit: pick(UNITS) }));
      await time("text, commonest word, a unit's own", 150, () => find({ text: COMMON_WORD }, liaison));
      await time('count of the commonest word, capped', 150, () => house.lives.count({ text: COMMON_WORD, staff: dispatcher }));
      await time('count of a rare word, capped', 150, () => house.lives.count({ text: RARE_WORD, staff: dispatcher }));
      await time('repeat check at pop time', 20, () => house.cases.repeatsOf(line()));
      await time('open cases of a line at pop time', 20, () => house.cases.openCasesOf(line(), dispatcher));
      const page = await find({ text: RARE_WORD });
      report.claim(
        'a rare word finds what holds it',
        page.rows.length > 0 && (await house.lives.count({ text: RARE_WORD, staff: dispatcher })).count > 0,
      );
    } finally {
      await close();
    }
  };

const on = (engine: Engine, size: number) => (report: Report) => searches(size)(report, engine);

const growth = async (report: Report): Promise<void> => {
  for (const [question, bySize] of seen) {
    const sizes = [...bySize].sort(([a], [b]) => a - b);
    if (sizes.length > 1) report.figure(`p95 in ms by number of cases, ${question}`, Object.fromEntries(sizes));
  }
};

const api = (engine: Engine) => async (report: Report) => {
  const cases = await openKept(engine, OWN_SIZE);
  await besideBare(report, cases).finally(cases.close);
};

export const parts: Record<string, (report: Report) => Promise<void>> = {
  deadlines,
  'sqlite-10k': on('sqlite', 10_000),
  'postgres-10k': on('postgres', 10_000),
  'sqlite-100k': on('sqlite', 100_000),
  'postgres-100k': on('postgres', 100_000),
  sqlite: on('sqlite', OWN_SIZE),
  postgres: on('postgres', OWN_SIZE),
  'export-sqlite': (report) => exporting(report, 'sqlite'),
  'export-postgres': (report) => exporting(report, 'postgres'),
  'api-sqlite': api('sqlite'),
  'api-postgres': api('postgres'),
  growth,
};
