import type { Measure } from '../../../src/surveys/survey.ts';
import { dice } from '../../helpers/case-model.ts';
import type { Report } from '../../helpers/report.ts';
import type { Behaviour, CallSeen } from './citizens.ts';
import { liveThrough, PACING, recordOf } from './outcomes.ts';
import { openStage, sizeOf } from './stage.ts';
import { quickScript } from './tones.ts';

const WAIT_MS = 1_500;
const QUESTIONS = [
  ['contacted', 2],
  ['settled', 3],
  ['satisfied', 5],
] as const satisfies readonly (readonly [Measure, number])[];

type Press = readonly [key: string, ms: number];
type Way = 'event' | 'info' | 'sound';

/** How a key is pressed: what comes, and when, from the moment the question is heard. */
const MANNERS: Readonly<Record<string, { way: Way; presses: (right: string, wrong: string) => readonly Press[] }>> = {
  'RFC 4733, during the prompt': { way: 'event', presses: (right) => [[right, 420]] },
  'RFC 4733, after the prompt': { way: 'event', presses: (right) => [[right, 1_100]] },
  INFO: { way: 'info', presses: (right) => [[right, 500]] },
  'in-band': { way: 'sound', presses: (right) => [[right, 500]] },
  /** In the first 0.3 s a key belongs to the sentence before. */
  'too early': {
    way: 'event',
    presses: (right, wrong) => [
      [wrong, 0],
      [right, 600],
    ],
  },
  /** The last key within 0.7 s counts. */
  doubled: {
    way: 'event',
    presses: (right, wrong) => [
      [wrong, 420],
      [right, 720],
    ],
  },
};

interface Citizen {
  manner: string;
  does: Behaviour;
  meant: string[];
}

const citizenOf = (manner: string, roll: (below: number) => number): Citizen => {
  const { way, presses } = MANNERS[manner] ?? { way: 'event', presses: () => [] };
  const right = QUESTIONS.map(([, most]) => 1 + roll(most));
  return {
    manner,
    meant: QUESTIONS.map(([measure], at) => `${measure} ${measure === 'satisfied' ? 6 - (right[at] ?? 0) : right[at]}`),
    does: {
      ...{ do: 'answer', way, keys: { anykey: '5', anykey_again: '5', greeting: '1' } },
      presses: QUESTIONS.map(([, most], at) => presses(String(right[at]), String(1 + ((right[at] ?? 0) % most)))),
    },
  };
};

/** Keys in every way a telephone has, and in every way people press them: kept is what was meant. */
export const digits = async (report: Report): Promise<void> => {
  const least = sizeOf('presses', 500);
  const roll = dice(sizeOf('seed', Date.now() % 1_000_000));
  const each = Math.ceil(least / QUESTIONS.length);
  const citizens = Object.keys(MANNERS).flatMap((manner) => Array.from({ length: each }, () => citizenOf(manner, roll)));
  const plans = citizens.map(({ does }) => [does]);
  const stage = await openStage({
    engine: 'sqlite',
    script: quickScript(WAIT_MS),
    pacing: { ...PACING, lines: 20, perSecond: 8 },
    citizens: plans,
  });
  try {
    await liveThrough(stage, ({ tasks }) => tasks.every(({ state }) => state !== 'waiting' && state !== 'calling'), 25 * 60_000);
    const record = await recordOf(stage);
    const callOf = new Map<string, CallSeen>(stage.citizens.calls.map((call) => [call.number, call]));
    const byManner = Map.groupBy(
      citizens.map((citizen, index) => ({ ...citizen, task: record.tasks[index] })),
      ({ manner }) => manner,
    );
    for (const [manner, all] of byManner) {
      const wrong: string[] = [];
      let pressed = 0;
      for (const { meant, task } of all) {
        const call = callOf.get(task?.number ?? '');
        pressed += (call?.pressed.length ?? 0) - (call?.heard.includes('anykey') ? 2 : 0);
        const kept = record.given.filter(({ taskId }) => taskId === task?.id).map(({ measure, value }) => `${measure} ${value}`);
        if (kept.join() !== meant.join())
          wrong.push(
            `${task?.number}: meant ${meant.join()} kept ${kept.join()} heard ${call?.heard.join()} pressed ${call?.pressed.join()}`,
          );
      }
      report.claim(`${manner}: kept as meant`, !wrong.length && pressed >= least, {
        citizens: all.length,
        pressed,
        wrong: wrong.length,
        first: wrong.slice(0, 3),
      });
    }
  } finally {
    await stage.close();
  }
};
