import type { CaseForm } from '../cases/schemas.ts';
import { shanghaiDay, shanghaiMidnight } from '../core/clock.ts';
import type { PastCall } from './content.ts';

export type PastOutcome = 'answered' | 'abandoned' | 'voicemail';

/** A past call with every instant worked out. `agent` and `missedBy` are places in the list of agents. */
export interface PlannedCall {
  /** What names the call in the content. */
  key: string;
  number: string;
  arrivedAt: Date;
  queuedAt: Date;
  answeredAt: Date | null;
  endedAt: Date;
  outcome: PastOutcome;
  agent: number | null;
  missedBy: number | null;
  form: CaseForm | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The citizen's line that the demonstration phone calls from: it has complained of a cold flat three times. */
export const DEMONSTRATION_LINE = '19900001311';

const monthAndDay = (at: Date): string => {
  const [, month, day] = shanghaiDay(at).split('-').map(Number);
  return `${month}月${day}日`;
};

const formOf = (draft: NonNullable<PastCall['draft']>, at: Date): CaseForm => ({
  ...draft,
  happenedText: draft.happenedText ?? monthAndDay(at),
  proposed: [],
});

/** Uneven but the same each time: a number that looks like chance from a place in the list. */
const uneven = (index: number, least: number, most: number): number => least + ((index * 7919 + 104_729) % (most - least + 1));

/** A few people left a message, some gave up; the line of the demonstration phone always got through. */
const outcomeOf = (call: PastCall, index: number): PastOutcome => {
  if (call.number === DEMONSTRATION_LINE || call.daysAgo === 0) return 'answered';
  if (call.draft) return index % 19 === 5 ? 'voicemail' : 'answered';
  return index % 3 === 0 ? 'abandoned' : 'answered';
};

/** A call of the content by its line and time: nobody is on the phone twice at once. */
export const callKey = ({ number, daysAgo, at }: Pick<PastCall, 'number' | 'daysAgo' | 'at'>): string => `${number} ${daysAgo} ${at}`;

const plan = (call: PastCall & { arrivedAt: Date }, index: number, agents: number): PlannedCall => {
  const { arrivedAt, number, draft } = call;
  const queuedAt = new Date(arrivedAt.getTime() + 9_000); // the notice
  const outcome = outcomeOf(call, index);
  const wait = uneven(index, 3, 24) * 1000;
  const until = new Date(queuedAt.getTime() + wait);
  if (outcome !== 'answered')
    return {
      key: callKey(call),
      number,
      arrivedAt,
      queuedAt,
      answeredAt: null,
      endedAt: new Date(until.getTime() + (outcome === 'voicemail' ? 40_000 : 0)),
      outcome,
      agent: null,
      missedBy: null,
      // Nobody wrote anything down yet: the message waits as an empty draft.
      form: null,
    };
  return {
    key: callKey(call),
    number,
    arrivedAt,
    queuedAt,
    answeredAt: until,
    endedAt: new Date(until.getTime() + uneven(index, 70, 420) * 1000),
    outcome,
    // The line of the demonstration phone has spoken with the first agent, who is told so when it rings again.
    agent: number === DEMONSTRATION_LINE ? 0 : index % agents,
    missedBy: index % 11 === 3 ? (index + 1) % agents : null,
    form: draft ? formOf(draft, arrivedAt) : null,
  };
};

/** Minutes before now at which the first agent has talked today, so that a newcomer's desk is not empty. */
const TODAY: readonly { minutesAgo: number; number: string }[] = [
  { minutesAgo: 185, number: '19900001157' },
  { minutesAgo: 96, number: '05335551201' },
  { minutesAgo: 52, number: '19900002020' },
  { minutesAgo: 21, number: '05335551300' },
];

/** @returns the calls in the order they arrived, all of them over before `now` */
export const planPast = (calls: readonly PastCall[], now: Date, agents: number): PlannedCall[] => {
  const midnight = shanghaiMidnight(now).getTime();
  const dated = calls.map((call) => {
    const [hours = 0, minutes = 0] = call.at.split(':').map(Number);
    return { ...call, arrivedAt: new Date(midnight - call.daysAgo * DAY_MS + (hours * 60 + minutes) * MINUTE_MS) };
  });
  const planned = dated.map((call, index) => plan(call, index, agents));
  for (const { minutesAgo, number } of TODAY) {
    const arrivedAt = new Date(now.getTime() - minutesAgo * MINUTE_MS);
    planned.push({ ...plan({ daysAgo: 0, at: '', number, arrivedAt }, minutesAgo, agents), agent: 0, missedBy: null });
  }
  return planned.sort((a, b) => a.arrivedAt.getTime() - b.arrivedAt.getTime());
};
