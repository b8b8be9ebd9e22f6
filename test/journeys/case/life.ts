import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../../../src/cases/commands.ts';
import type { CaseForm } from '../../../src/cases/schemas.ts';
import type { Card, CaseState } from '../../../src/cases/states.ts';
import { createHouse, createPeople, LINE } from '../../contract/cases-life.ts';
import { EXAMPLES, filledForm, inShanghai, shanghai } from '../../helpers/case-life.ts';
import { brokenInvariants } from '../../helpers/case-model.ts';
import type { Report } from '../../helpers/report.ts';
import { openSession } from '../../helpers/session.ts';
import { type Engine, openStoreFor } from '../../helpers/store.ts';
import { wholeApp } from '../../helpers/whole-app.ts';

/**
 * One case over the whole application's own routes on a driven clock, through National Day of 2026 (1 to 7 October off,
 * Saturday 10 October worked). What is expected is written as the rule book says it, not counted by the engine.
 */

type Who = 'agent' | 'dispatcher' | 'liaison' | 'assisting' | 'principal';

/** What the case's page says of it, in Shanghai's time. */
interface Clocks {
  state: CaseState;
  card: Card;
  leadUnit: string | null;
  dispatchDueAt: string | null;
  dueAt: string | null;
  yellowAt: string | null;
  redAt: string | null;
}
type Page = Clocks & { version: number; round: number; timeline: { kind: string; at: string; facts: Record<string, unknown> }[] };

const TEN_MINUTES = 600_000;

const openStage = async (engine: Engine) => {
  const { store, close } = await openStoreFor(engine);
  const house = createHouse(store);
  const people = await createPeople(house);
  const ends: (() => unknown)[] = [];
  const dataDirectory = mkdtempSync(join(tmpdir(), 'hotline-journey-'));
  const { app } = await wholeApp(
    { teardown: (work) => void ends.push(work) },
    {
      dataDirectory,
      store,
      clock: { now: () => house.time.now },
      environment: { HOTLINE_MODE: 'production', HOTLINE_PUBLIC_URL: 'https://hotline.example.cn', HOTLINE_SWITCH: 'managed' },
    },
  );
  await app.http.ready();

  /** Asks as somebody who has just signed in: days lie between the steps. */
  const ask = async <T>(who: Who, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object): Promise<T> => {
    const token = await openSession(store, people[who].staffId, house.time.now);
    const answer = await app.http.inject({
      method,
      url,
      headers: { 'x-hotline': '1' },
      cookies: { hotline_session: token },
      ...(payload === undefined ? {} : { payload }),
    });
    if (answer.statusCode !== 200) throw new Error(`${method} ${url} by ${who}: ${answer.statusCode} ${answer.body}`);
    return answer.json() as T;
  };
  const page = (caseId: number): Promise<Page> => ask<Page>('dispatcher', 'GET', `/api/cases/${caseId}/life`);
  return {
    store,
    house,
    people,
    ask,
    page,
    async move(caseId: number, who: Who, command: Command): Promise<void> {
      const { version } = await page(caseId);
      await ask(who, 'POST', `/api/cases/${caseId}/moves`, { version, command });
    },
    /** A call that an agent takes at this instant, and its form filled in. */
    async call(form: Partial<CaseForm>): Promise<number> {
      const callId = await house.given.call({ from: LINE, at: house.time.now, answeredBy: people.agent.staffId });
      const opened = await ask<{ caseId: number; version: number }>('agent', 'POST', '/api/cases', { callId });
      await ask('agent', 'PUT', `/api/cases/${opened.caseId}`, { version: opened.version, form: filledForm(form) });
      return opened.caseId;
    },
    /** Lets the clock run to this instant, the sweep looking every ten minutes and at the end, as often as nothing is due any more. */
    async runTo(text: string): Promise<void> {
      const until = shanghai(text).getTime();
      while (house.time.now.getTime() < until) {
        house.time.now = new Date(Math.min(until, (Math.floor(house.time.now.getTime() / TEN_MINUTES) + 1) * TEN_MINUTES));
        while ((await house.lives.sweep()) > 0);
      }
    },
    async close() {
      await app.http.close();
      for (const end of ends) await end();
      await close();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
};
type Stage = Awaited<ReturnType<typeof openStage>>;

/** The page's own words, instants in Shanghai's time. */
const shown = (page: Page): Clocks => {
  const local = (at: string | null): string | null => (at === null ? null : inShanghai(new Date(at)));
  const { state, card, leadUnit } = page;
  return {
    state,
    card,
    leadUnit,
    dispatchDueAt: local(page.dispatchDueAt),
    dueAt: local(page.dueAt),
    yellowAt: local(page.yellowAt),
    redAt: local(page.redAt),
  };
};

/** A claim for every step: what the page shows is what the rule book says. */
const compare = (report: Report, caseId: number, stage: Stage) => async (rule: string, expected: Partial<Clocks>) => {
  const page = shown(await stage.page(caseId));
  const wrong = Object.entries(expected).filter(([field, value]) => page[field as keyof Clocks] !== value);
  report.claim(rule, wrong.length === 0, { at: inShanghai(stage.house.time.now), ...expected, ...(wrong.length ? { page } : {}) });
};

const refused = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (err: Error) => err.message,
  );

const claimSame = (report: Report, what: string, found: readonly string[], expected: readonly string[]): void =>
  report.claim(what, JSON.stringify(found) === JSON.stringify(expected), { found });

const ordinary = async (report: Report, stage: Stage): Promise<void> => {
  const { house, move, runTo, store } = stage;
  house.time.now = shanghai('2026-09-28 16:00');
  const caseId = await stage.call({});
  const is = compare(report, caseId, stage);
  await runTo('2026-09-28 16:05');
  await move(caseId, 'agent', EXAMPLES.register);
  await is('registered: thirty office minutes to dispatch', { state: 'registered', dispatchDueAt: '2026-09-28 16:35:00' });
  await runTo('2026-09-28 16:20');
  await move(caseId, 'dispatcher', { do: 'dispatch', lead: 'D02', assist: [] });
  await is('R14: three working days, the day of dispatch not counted, over the seven days off', {
    state: 'dispatched',
    leadUnit: 'D02',
    dueAt: '2026-10-08 23:59:59',
    yellowAt: '2026-09-30 00:00:00',
    redAt: '2026-10-09 00:00:00',
  });
  await runTo('2026-09-29 09:30');
  await move(caseId, 'assisting', EXAMPLES.request_return);
  await runTo('2026-09-29 17:00');
  await move(caseId, 'dispatcher', EXAMPLES.rule_return);
  await is('退单 agreed: no unit, no term, thirty office minutes to dispatch anew', {
    state: 'reviewing',
    leadUnit: null,
    dueAt: null,
    card: 'none',
    dispatchDueAt: '2026-09-29 17:30:00',
  });
  await runTo('2026-09-29 17:59');
  await move(caseId, 'dispatcher', { do: 'dispatch', lead: 'D01', assist: [] });
  await is('A11: sent at 17:59 it counts as received the next day; the worked Saturday is a day of the term', {
    state: 'dispatched',
    leadUnit: 'D01',
    dueAt: '2026-10-10 23:59:59',
    yellowAt: '2026-10-09 00:00:00',
    redAt: '2026-10-12 00:00:00',
  });
  await runTo('2026-09-30 11:00');
  await move(caseId, 'liaison', EXAMPLES.sign);
  await move(caseId, 'liaison', EXAMPLES.begin);
  for (const day of ['2026-10-01 00:00', '2026-10-07 23:59', '2026-10-08 23:59']) {
    await runTo(day);
    await is('the days off bring no card', { state: 'handling', card: 'none' });
  }
  await runTo('2026-10-09 00:00');
  await is('yellow on the working day before', { card: 'yellow' });
  await runTo('2026-10-09 10:00');
  await move(caseId, 'liaison', EXAMPLES.request_extension);
  await is('work goes on while an extension is asked for', { state: 'handling', card: 'yellow', dueAt: '2026-10-10 23:59:59' });
  await runTo('2026-10-10 09:00');
  await move(caseId, 'dispatcher', EXAMPLES.rule_extension);
  await is('延期: five working days on top of the term, and the card goes', {
    card: 'none',
    dueAt: '2026-10-16 23:59:59',
    yellowAt: '2026-10-15 00:00:00',
    redAt: '2026-10-19 00:00:00',
  });
  await runTo('2026-10-15 00:00');
  await is('yellow once more', { card: 'yellow' });
  await runTo('2026-10-18 23:59');
  await is('late over the weekend, but not yet red', { card: 'yellow' });
  await runTo('2026-10-19 00:00');
  await is('red on the first working day after', { card: 'red' });
  await runTo('2026-10-19 19:30');
  await move(caseId, 'liaison', {
    do: 'record_work',
    work: { kind: 'contact', happenedAt: shanghai('2026-10-19 16:00').toISOString(), text: '已电话联系' },
  });
  await move(caseId, 'liaison', EXAMPLES.give_feedback);
  await is('R11: feedback opens the callback', { state: 'callback_pending' });
  const tasks = await store.read((db) => db.select().from(store.schema.surveyTasks));
  claimSame(
    report,
    'after the evening window the callback waits for the next morning',
    tasks.map((task) => `${task.state} ${inShanghai(task.dueAt)}`),
    ['waiting 2026-10-20 09:00:00'],
  );
  const filed = await refused(move(caseId, 'dispatcher', EXAMPLES.archive));
  report.claim('R01: nothing is filed while the citizen has not been asked', filed.includes('case.transition_not_allowed'), { filed });
  await runTo('2026-10-20 09:00');
  await move(caseId, 'agent', { do: 'record_callback', result: { mode: 'human', outcome: 'no_answer' } });
  await is('no answer is no answer: it stays', { state: 'callback_pending' });
  await runTo('2026-10-20 15:00');
  await move(caseId, 'agent', EXAMPLES.record_callback);
  await is('reached and satisfied', { state: 'closed' });
  await move(caseId, 'dispatcher', EXAMPLES.archive);
  await is('filed', { state: 'archived' });

  const { timeline, version } = await stage.page(caseId);
  const moves = timeline.filter((entry) => entry.kind === 'move');
  claimSame(
    report,
    'the whole life is on record, each step at its instant',
    moves.map((entry) => `${inShanghai(new Date(entry.at))} ${entry.facts.command}`),
    [
      '2026-09-28 16:05:00 register',
      '2026-09-28 16:20:00 dispatch',
      '2026-09-29 09:30:00 request_return',
      '2026-09-29 17:00:00 rule_return',
      '2026-09-29 17:59:00 dispatch',
      '2026-09-30 11:00:00 sign',
      '2026-09-30 11:00:00 begin',
      '2026-10-09 00:00:00 raise_card',
      '2026-10-09 10:00:00 request_extension',
      '2026-10-10 09:00:00 rule_extension',
      '2026-10-15 00:00:00 raise_card',
      '2026-10-19 00:00:00 raise_card',
      '2026-10-19 19:30:00 record_work',
      '2026-10-19 19:30:00 give_feedback',
      '2026-10-19 19:30:00 open_callback',
      '2026-10-20 09:00:00 record_callback',
      '2026-10-20 15:00:00 record_callback',
      '2026-10-20 15:00:00 archive',
    ],
  );
  report.claim('each step is a version of its own', version === moves.length + 2, { version, moves: moves.length });
  claimSame(report, 'R13: nobody signed in two office hours, told once a dispatch', await unsigned(stage), [
    '2026-09-29 09:20:00 D02',
    '2026-09-30 10:30:00 D01',
  ]);
};

const unsigned = async ({ store }: Stage): Promise<string[]> => {
  const rows = await store.read((db) => db.select().from(store.schema.outbox).orderBy(store.schema.outbox.id));
  return rows.filter((row) => row.name === 'case.unsigned').map((row) => `${inShanghai(row.at)} ${row.payload.leadUnit}`);
};

/** Danger knows no office hours: every term of an urgent case runs on the wall clock, in the middle of the days off. */
const urgent = async (report: Report, stage: Stage): Promise<void> => {
  const { house, move, runTo } = stage;
  house.time.now = shanghai('2026-10-02 03:00');
  const caseId = await stage.call({ urgent: true, course: '天然气泄漏' });
  const is = compare(report, caseId, stage);
  await move(caseId, 'agent', EXAMPLES.register);
  await is('R12: half an hour to dispatch, at night and on a day off', { dispatchDueAt: '2026-10-02 03:30:00' });
  await runTo('2026-10-02 03:10');
  await move(caseId, 'dispatcher', EXAMPLES.dispatch);
  await is('R15: a day to the end, yellow two hours before, red the second it is late', {
    dueAt: '2026-10-03 03:10:00',
    yellowAt: '2026-10-03 01:10:00',
    redAt: '2026-10-03 03:10:01',
  });
  await runTo('2026-10-02 03:45');
  claimSame(report, 'nobody signed in half an hour', await unsigned(stage), ['2026-10-02 03:40:00 D01']);
  await move(caseId, 'liaison', EXAMPLES.sign);
  await move(caseId, 'liaison', EXAMPLES.begin);
  await runTo('2026-10-03 01:09');
  await is('not yet', { card: 'none' });
  await runTo('2026-10-03 01:10');
  await is('yellow by the minute', { card: 'yellow' });
  await runTo('2026-10-03 03:10');
  await is('due, not late', { card: 'yellow' });
  await runTo('2026-10-03 03:10:01');
  await is('red the second it is late', { card: 'red' });
  await runTo('2026-10-03 04:00');
  await move(caseId, 'liaison', EXAMPLES.give_feedback);
  await is('R12: it waits for a confirmed callback', { state: 'callback_pending' });
  await move(caseId, 'agent', EXAMPLES.record_callback);
  await move(caseId, 'dispatcher', EXAMPLES.archive);
  await is('and is filed with it', { state: 'archived' });
};

/** Both stories, each on an empty database of its own. */
export const lives =
  (engine: Engine) =>
  async (report: Report): Promise<void> => {
    for (const story of [ordinary, urgent]) {
      const stage = await openStage(engine);
      try {
        await story(report, stage);
        claimSame(report, 'no invariant broken', await brokenInvariants(stage.store), []);
      } finally {
        await stage.close();
      }
    }
  };
