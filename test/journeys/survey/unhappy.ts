import { randomUUID } from 'node:crypto';
import { EXAMPLES } from '../../helpers/case-life.ts';
import type { Report } from '../../helpers/report.ts';
import { until } from '../../helpers/switch.ts';
import type { Behaviour } from './citizens.ts';
import { PACING, recordOf } from './outcomes.ts';
import { openStage, type Stage } from './stage.ts';
import { quickScript } from './tones.ts';

const CALL_MS = 60_000;
const DAY_MS = 86_400_000;

/** First nothing is settled and they say why; when the unit has done its work again, all is well. */
const CITIZEN: Behaviour[] = [
  { do: 'answer', keys: { anykey: '5', anykey_again: '5', greeting: '1', q1: '2', q2: '3', q3: '5', ask_comment: '1' } },
  { do: 'answer', keys: { anykey: '5', anykey_again: '5', greeting: '1', q1: '1', q2: '1', q3: '1' } },
];

/** The next call of the citizen, with the clock led to the time at which it is due. */
const called = async (stage: Stage, calls: number): Promise<void> => {
  const { tasks } = await recordOf(stage);
  const due = tasks.find(({ state }) => state === 'waiting')?.dueAt;
  if (due && due > stage.now()) stage.moveTo(new Date(due.getTime() + 1_000));
  await until(
    `call ${calls} to be over and kept`,
    async () => {
      const { attempts } = await recordOf(stage);
      return stage.citizens.calls.length === calls && attempts.length === calls && attempts.every(({ endedAt }) => endedAt !== null);
    },
    CALL_MS,
  );
};

/** 不满意闭环: from the key that says no to a person's call, a ruling, the work done again and a second survey (domain.md R19, R30). */
export const unhappy = async (report: Report): Promise<void> => {
  const stage = await openStage({ engine: 'sqlite', script: quickScript(700), pacing: PACING, citizens: [CITIZEN] });
  const { house, people } = stage;
  const { supervision, work } = house.surveys;
  Object.defineProperty(house.time, 'now', { get: stage.now });
  try {
    await called(stage, 1);
    const first = await recordOf(stage);
    const task = first.tasks[0];
    if (!task) throw new Error('the case has no callback');
    const { caseId } = task;
    const said = first.given.map(({ measure, value }) => `${measure} ${value}`);
    report.claim('the first answers are kept as pressed', said.join() === 'contacted 2,settled 3,satisfied 1', { said });
    const [voice] = first.voices;
    report.claim('the spoken reason is kept and hashed', /^[0-9a-f]{64}$/.test(voice?.sha256 ?? ''), { milliseconds: voice?.milliseconds });
    const [row] = (await supervision.view()).unhappy;
    report.claim('it lies before the supervisor and the case is to be done again', row?.asks === 'reason' && row.caseState === 'rework', {
      asks: row?.asks,
      caseState: row?.caseState,
      withinMs: row ? (await dueOf(stage)) - stage.now().getTime() : null,
    });

    await work.record(
      task.id,
      { formId: randomUUID(), outcome: 'reached', reasonCode: 'untrue_answer', text: '说修了，没修' },
      people.agent.staffId,
    );
    const [asked] = (await supervision.view()).unhappy;
    report.claim('a person has asked why, and a ruling is due', asked?.asks === 'ruling', { asks: asked?.asks });

    await house.move(caseId, EXAMPLES.dispatch, people.dispatcher);
    report.claim('the ruling ends it', (await supervision.view()).unhappy.length === 0);
    stage.moveTo(new Date(stage.now().getTime() + DAY_MS));
    for (const command of [EXAMPLES.sign, EXAMPLES.begin, EXAMPLES.give_feedback]) await house.move(caseId, command, people.liaison);
    // R39: the second round goes out under the principal's own hand.
    await house.move(caseId, EXAMPLES.sign_off, people.principal);
    const again = (await recordOf(stage)).tasks.filter((each) => each.caseId === caseId);
    report.claim('the work done again is asked about again', again.length === 2 && again[1]?.state === 'waiting', {
      rounds: again.map(({ round, state }) => `${round} ${state}`),
    });

    await called(stage, 2);
    const second = await recordOf(stage);
    const secondSaid = second.given.filter(({ taskId }) => taskId === again[1]?.id).map(({ measure, value }) => `${measure} ${value}`);
    report.claim('the second survey is answered', secondSaid.join() === 'contacted 1,settled 1,satisfied 5', { said: secondSaid });
    const after = await house.livesRepository.load(caseId);
    report.claim('the case is closed', after?.state === 'closed', { state: after?.state });
    const stands = second.given.filter(({ taskId }) => taskId === task.id).map(({ measure, value }) => `${measure} ${value}`);
    report.claim('the first result stands', stands.join() === said.join(), { said: stands });
  } finally {
    await stage.close();
  }
};

const dueOf = async (stage: Stage): Promise<number> => (await recordOf(stage)).tasks[0]?.dueAt?.getTime() ?? Number.NaN;
