import pino from 'pino';
import type { Viewer } from '../../src/cases/index.ts';
import type { CaseForm } from '../../src/cases/schemas.ts';
import type { StaffId } from '../../src/core/ids.ts';
import { createKeptValues } from '../../src/storage/kept-values.ts';
import { createSurveysRepository } from '../../src/storage/repositories/surveys.ts';
import type { Store } from '../../src/storage/store.ts';
import type { LinesInUse } from '../../src/surveys/index.ts';
import { createLinkTokens } from '../../src/surveys/link-tokens.ts';
import { createSurveys, type Surveys, type SurveysDeps } from '../../src/surveys/service.ts';
import { STANDARD_RULES } from '../../src/surveys/settings.ts';
import { linkText, type TextGateway } from '../../src/surveys/texts.ts';
import type { SurveyCalls } from '../../src/telephony/port.ts';
import { createHouse } from '../contract/cases-life.ts';
import { EXAMPLES } from './case-life.ts';

/** Waits that a test lets run out in their order, moving the clock along. */
export const drivenTimers = (time: { now: Date }) => {
  const waiting = new Set<{ at: number; work: () => void }>();
  return {
    setTimer: (ms: number, work: () => void): (() => void) => {
      const entry = { at: time.now.getTime() + ms, work };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    /** Lets the next wait run out. @returns false when there is none */
    next(): boolean {
      const [entry] = [...waiting].sort((a, b) => a.at - b.at);
      if (!entry) return false;
      waiting.delete(entry);
      time.now = new Date(Math.max(entry.at, time.now.getTime()));
      entry.work();
      return true;
    },
  };
};

/** Cases with surveys that follow them, as the composition root joins them. */
export const createSurveyHouse = (store: Store, calls: SurveyCalls, more: Partial<SurveysDeps> = {}) => {
  const late: { surveys?: Surveys } = {};
  const house = createHouse(store, { onMoved: async (db, before, after) => late.surveys?.caseMoved(db, before, after) });
  const clock = { now: () => house.time.now };
  const repository = createSurveysRepository(store);
  const lines: { now: LinesInUse } = { now: { otherCalls: 0, waiting: 0, numbers: new Set() } };
  const timers = drivenTimers(house.time);
  const tokens = createLinkTokens(Buffer.alloc(32, 7));
  /** What the gateway was given for citizens' telephones, in transactions that were committed. */
  const texts: { number: string; text: string }[] = [];
  const gateway: TextGateway = {
    async send(_db, { number, nonce }) {
      store.afterCommit(() => void texts.push({ number, text: linkText('https://hotline.example', tokens.tokenOf(nonce)) }));
    },
  };
  /** One process; a second one shares the database alone. */
  const instance = (worker: string, callsOfIt: SurveyCalls): Surveys =>
    createSurveys({
      store,
      repository,
      calls: callsOfIt,
      lives: house.lives,
      history: house.history,
      kept: createKeptValues({ store, clock }),
      calendar: () => house.terms.calendar(),
      rules: async () => STANDARD_RULES,
      linesInUse: async () => lines.now,
      place: () => ({ node: 'test', directory: null }),
      directoryOf: () => null,
      hasSound: () => true,
      isPlain: (number) => !number.startsWith('+'),
      ownNumbers: ['12345', '053312345'],
      texts: gateway,
      tokens,
      worker,
      clock,
      logger: pino({ level: 'silent' }),
      setTimer: timers.setTimer,
      ...more,
    });
  const surveys = instance('first', calls);
  late.surveys = surveys;

  /** A case whose unit has answered. @returns what is to be asked */
  const answeredCase = async (
    people: { agent: Viewer; dispatcher: Viewer; liaison: Viewer },
    from: string,
    form: Partial<CaseForm> = {},
  ) => {
    const { caseId } = await house.draft(people.agent, { requestType: 'help', ...form }, from);
    await house.move(caseId, EXAMPLES.register, people.agent);
    await house.move(caseId, EXAMPLES.dispatch, people.dispatcher);
    for (const command of [EXAMPLES.sign, EXAMPLES.begin, EXAMPLES.give_feedback]) await house.move(caseId, command, people.liaison);
    return caseId;
  };
  const task = async (caseId: number) => {
    const found = await repository.taskOf(caseId, 1);
    if (!found) throw new Error(`case ${caseId} has no callback`);
    return found;
  };
  /** The secret of the link, read on the citizen's telephone; the machine has done what it could. */
  const linkOf = async (taskId: number, staffId: StaffId): Promise<string> => {
    await store.write((db) => repository.setTask(db, taskId, ['waiting'], { state: 'text', dueAt: house.time.now }, house.time.now));
    await surveys.web.sendLink(taskId, staffId);
    return /reply\/([\w-]{24}) /.exec(texts.at(-1)?.text ?? '')?.[1] ?? '';
  };
  return { ...house, texts, linkOf, repository, surveys, instance, lines, timers, answeredCase, taskOf: task };
};
