import { statSync } from 'node:fs';
import pg from 'pg';
import { clocksOf, type DueBasis } from '../../src/cases/deadlines.ts';
import type { Viewer } from '../../src/cases/index.ts';
import { DEFAULT_POLICY } from '../../src/cases/policy.ts';
import { buildCalendar, CALENDAR_2026, dueAfterWorkingDays, provisionalYear } from '../../src/core/working-time.ts';
import { createHouse } from '../contract/cases-life.ts';
import { percentile, type Report, summary } from '../helpers/report.ts';
import { type Engine, openStoreFor } from '../helpers/store.ts';
import { COMMON_WORD, dice, generateCases, lines, RARE_WORD, START, UNITS } from './cases/generate.ts';

/**
 * npm run bench -- cases                                everything, a million cases on both engines included
 * npm run bench -- cases deadlines sqlite-100k         a part
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

/** PostgreSQL's own housekeeping would have looked at a table of this age; SQLite runs as it does in production, without. */
const settle = async (databaseUrl: string | null): Promise<void> => {
  if (databaseUrl === null) return;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
};

const searches =
  (size: number) =>
  async (report: Report, engine: Engine): Promise<void> => {
    const { store, databaseUrl, file, close } = await openStoreFor(engine);
    try {
      const began = performance.now();
      await generateCases(store, size);
      await settle(databaseUrl);
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      report.figure('generated', {
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

const everyday = {
  deadlines,
  'sqlite-10k': on('sqlite', 10_000),
  'postgres-10k': on('postgres', 10_000),
  'sqlite-100k': on('sqlite', 100_000),
  'postgres-100k': on('postgres', 100_000),
};

export const parts: Record<string, (report: Report) => Promise<void>> = {
  ...everyday,
  'sqlite-1m': on('sqlite', 1_000_000),
  'postgres-1m': on('postgres', 1_000_000),
};
