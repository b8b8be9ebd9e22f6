import type { Command, Feedback } from '../cases/commands.ts';
import type { CaseForm } from '../cases/schemas.ts';
import type { CaseState } from '../cases/states.ts';
import { shanghaiDay, shanghaiMidnight } from '../core/clock.ts';

/** One line of content/lives.json: what became of a case, told relative to the moment it is seeded. */
export interface PastLife {
  id: string;
  /** The state it is in now, or how it got there. */
  end:
    | Extract<CaseState, 'registered' | 'reviewing' | 'dispatched' | 'signed' | 'handling' | 'feedback' | 'callback_pending' | 'ledger'>
    | Ending;
  /** The past call whose draft it was; without one, the case came by another way and brings its own form. */
  call?: { number: string; daysAgo: number; at: string };
  form?: Omit<CaseForm, 'proposed'>;
  number?: string | null;
  daysAgo?: number;
  at?: string;
  /** Instead of a day: what is happening right now. */
  minutesAgo?: number;
  lead?: string;
  assist?: string[];
  /** Minutes from receipt to dispatch, and from dispatch to the unit's answer. */
  dispatchAfter?: number;
  answerAfter?: number;
  answer?: Partial<Omit<Feedback, 'reply'>> & { publicText: string | null; privateText: string | null };
  said?: {
    outcome: 'reached' | 'unreachable' | 'refused';
    contacted?: boolean;
    solved?: 'yes' | 'partly' | 'no';
    score?: number;
    reason?: string;
    text?: string;
  };
  ledger?: { reason: string; text: string; steps: string[]; promisedInDays: number };
  note?: string;
  master?: string;
}

type Ending =
  | 'direct'
  | 'refused'
  | 'invalid'
  | 'merged'
  | 'closed'
  | 'rework'
  | 'supervising'
  | 'terminated'
  | 'return_requested'
  | 'extension_requested'
  | 'ledger_requested'
  | 'terminate_requested';

/** Who makes a move: the agent who took the words down, the centre's people, or the leading unit's. */
export type By = 'author' | 'dispatcher' | 'supervisor' | 'unit';

export interface PlannedMove {
  /** Id of the life. */
  id: string;
  at: Date;
  by: By;
  /** Left out when the case turned out to stand elsewhere: a repeat waits for its principal, a case without a number is not rung. */
  only?: CaseState;
  command: Command;
  /** Id of the life to be merged into, in place of the command's number. */
  into?: string;
}

const MINUTE_MS = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;
/** What is over for so long has been filed. */
const FILED_AFTER = 10 * DAY;
/** An answer that did not hold is given again within so long. */
const AGAIN_AFTER = 12 * DAY;

/** When the case came in. */
export const receivedAt = (life: PastLife, now: Date): Date => {
  if (life.minutesAgo !== undefined) return new Date(now.getTime() - life.minutesAgo * MINUTE_MS);
  const { daysAgo = 0, at = '09:00' } = life.call ?? life;
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  return new Date(shanghaiMidnight(now).getTime() + ((hours - daysAgo * 24) * HOUR + minutes) * MINUTE_MS);
};

const UNHAPPY = { outcome: 'reached', contacted: true, solved: 'no', score: 2, reason: 'unsolved', text: '问题还在，没有解决。' } as const;
const CONTENT = { outcome: 'reached', contacted: true, solved: 'yes', score: 4 } as const;

const replyOf = ({ answer, note }: PastLife) => ({
  publicText: answer?.publicText ?? (answer?.privateText ? null : (note ?? '您好，您反映的问题已经办理，感谢您的监督。')),
  privateText: answer?.privateText ?? null,
});

const feedbackOf = (life: PastLife): Feedback => ({
  truth: life.answer?.truth ?? 'true',
  contacted: life.answer?.contacted ?? true,
  solved: life.answer?.solved ?? 'yes',
  closing: life.answer?.closing ?? 'solved',
  course: life.answer?.course ?? '已派人到现场核实并处理，处理结果已告知来电人。',
  reply: replyOf(life),
});

/** A move so many minutes after the case came in. */
interface Move {
  after: number;
  by: By;
  command: Command;
  only?: CaseState;
  into?: string;
}

const move = (after: number, by: By, command: Command, more: { only?: CaseState; into?: string } = {}): Move => ({
  after,
  by,
  command,
  ...more,
});

const AT_CENTRE = ['registered', 'reviewing', 'direct', 'refused', 'invalid', 'merged'];

/** Before a unit has it. */
const atCentre = (life: PastLife, dispatchedAfter: number): Move[] => {
  const registered = move(Math.min(4, dispatchedAfter - 3), 'author', { do: 'register' });
  const reviewed = move(Math.min(9, dispatchedAfter - 2), 'dispatcher', { do: 'review' });
  const reply = replyOf(life);
  const filed = move(FILED_AFTER, 'dispatcher', { do: 'archive' });
  if (life.end === 'registered') return [registered];
  if (life.end === 'direct') return [registered, move(7, 'author', { do: 'answer_directly', reply }), filed];
  if (life.end === 'refused')
    return [registered, reviewed, move(28, 'dispatcher', { do: 'refuse', reasonCode: 'administrative_review', reply })];
  if (life.end === 'invalid') return [registered, reviewed, move(28, 'dispatcher', { do: 'refuse', reasonCode: 'other', reply }), filed];
  if (life.end === 'merged')
    return [registered, reviewed, move(dispatchedAfter, 'dispatcher', { do: 'merge', masterId: 0 }, { into: life.master ?? '' })];
  return [registered, reviewed];
};

const worked = (life: PastLife, receivedAt: Date, after: number): Move[] => {
  const happenedAt = new Date(receivedAt.getTime() + (after - 5) * MINUTE_MS).toISOString();
  const record = (kind: 'contact' | 'site_visit' | 'explanation', text: string): Move =>
    move(after, 'unit', { do: 'record_work', work: { kind, happenedAt, text } });
  return [
    record('contact', '已电话联系来电人，核对了情况和诉求。'),
    ...(life.form?.keyCase || life.end === 'feedback' ? [record('site_visit', '已到现场查看并记录情况。')] : []),
    ...(life.answer?.closing === 'explained_by_law' ? [record('explanation', '已当面说明政策依据，来电人已知晓。')] : []),
  ];
};

/** The unit's way from the dispatch to its answer; `after` is the dispatch. */
const byUnit = (life: PastLife, receivedAt: Date, after: number, answerAfter: number): Move[] => {
  const soon = life.form?.urgent ? 0.4 : 1;
  const [signed, begun] = [after + Math.min(25, answerAfter * 0.2) * soon, after + Math.min(50, answerAfter * 0.3) * soon];
  return [
    move(after, 'dispatcher', { do: 'dispatch', lead: life.lead ?? '', assist: life.assist ?? [] }),
    ...(life.form?.urgent
      ? [
          move(after + 2, 'dispatcher', {
            do: 'hand_over' as const,
            unitCode: life.lead ?? '',
            person: '值班员',
            answered: true,
            text: '已电话交办。',
          }),
        ]
      : []),
    move(signed, 'unit', { do: 'sign' }),
    move(begun, 'unit', { do: 'begin' }),
    ...worked(life, receivedAt, after + Math.min(90, answerAfter * 0.6) * soon),
    move(after + answerAfter, 'unit', { do: 'give_feedback', feedback: feedbackOf(life) }, { only: 'handling' }),
    move(after + answerAfter + 25, 'unit', { do: 'sign_off', text: '已阅，同意上报。' }, { only: 'feedback' }),
  ];
};

const asked = (after: number, said: NonNullable<PastLife['said']>): Move => {
  const { outcome, reason, text, ...answers } = said;
  const result = { mode: 'human' as const, outcome, ...(outcome === 'reached' ? answers : {}) };
  const command = { do: 'record_callback' as const, result, ...(reason ? { reasonCode: reason } : {}), ...(text ? { text } : {}) };
  return move(after, 'dispatcher', command, { only: 'callback_pending' });
};

/** The callback; somebody who cannot be reached is tried three times first. */
const callbacks = (life: PastLife, after: number, said: NonNullable<PastLife['said']>): Move[] => {
  const nobody = { do: 'record_callback', result: { mode: 'human', outcome: 'no_answer' } } as const;
  const tries = said.outcome === 'unreachable' ? [after, after + DAY, after + 2 * DAY] : [];
  return [
    ...tries.map((each) => move(each, 'dispatcher', nobody, { only: 'callback_pending' })),
    asked(tries.length ? after + 2 * DAY + 10 : after, said),
    // Nobody can be rung back, and the danger was real: a supervisor says how its end is known (R12).
    ...(life.number === null
      ? [
          move(
            after + HOUR,
            'supervisor',
            { do: 'confirm_otherwise' as const, text: '已由承办单位现场人员确认险情解除。' },
            { only: 'callback_pending' },
          ),
        ]
      : []),
    move(after + FILED_AFTER, 'dispatcher', { do: 'archive' }, { only: 'closed' }),
  ];
};

const GRUMBLING = ['rework', 'supervising'];
const unhappy = (life: PastLife): boolean => life.said?.outcome === 'reached' && ((life.said.score ?? 5) <= 2 || life.said.solved === 'no');

/** After an answer that did not hold: supervised, and by now given a second time. */
const again = (life: PastLife, receivedAt: Date, after: number): Move[] => [
  ...(life.end === 'supervising'
    ? [move(after + 2 * HOUR, 'supervisor', { do: 'escalate', reasonCode: 'unsolved', text: '回访不满意，列入督办。' }, { only: 'rework' })]
    : []),
  ...byUnit(life, receivedAt, after + AGAIN_AFTER, 2 * DAY),
  ...callbacks(life, after + AGAIN_AFTER + 3 * DAY, CONTENT),
];

/** What a unit asks the centre for, and what the centre says to some of it. */
const requested = (life: PastLife, after: number, now: Date): Move[] => {
  const day = (days: number): string => shanghaiDay(new Date(now.getTime() + days * DAY * MINUTE_MS));
  const { ledger, end } = life;
  const promisedInDays = ledger?.promisedInDays ?? 120;
  const plan = (ledger?.steps ?? ['完成现场勘查和方案', '组织施工']).map((step, index, all) => ({
    by: day(Math.round((promisedInDays * (index + 1)) / all.length)),
    step,
  }));
  const ask = {
    return_requested: { do: 'request_return', reasonCode: 'not_our_duty', text: '经核实，该事项不在我单位职责范围内，建议改派。' },
    extension_requested: {
      do: 'request_extension',
      workingDays: 5,
      reasonCode: 'several_units',
      text: '需会同有关单位现场会商，申请延期。',
    },
    ledger_requested: {
      do: 'request_ledger',
      reasonCode: ledger?.reason ?? 'funds',
      text: ledger?.text ?? '所需资金已列入下年计划。',
      promisedOn: day(promisedInDays),
      plan,
      toldHow: '电话告知来电人分步计划和完成时间',
    },
    terminate_requested: {
      do: 'request_termination',
      reasonCode: 'withdrawn_by_citizen',
      text: '来电人表示问题已自行解决，不再要求办理。',
    },
  } as const;
  if (end === 'ledger')
    return [
      move(after, 'unit', ask.ledger_requested),
      move(after + 90, 'dispatcher', { do: 'rule_ledger', agree: true, text: '理由充分，同意挂账，按计划督促。' }),
    ];
  if (end === 'terminated')
    return [
      move(after, 'unit', ask.terminate_requested),
      move(after + 90, 'dispatcher', { do: 'rule_termination', agree: true, text: '情况属实，同意终止。', reply: replyOf(life) }),
    ];
  return end in ask ? [move(after, 'unit', ask[end as keyof typeof ask])] : [];
};

/** How many of the unit's own moves have been made where a case stopped on the way. */
const STOPS: Readonly<Record<string, readonly Command['do'][]>> = {
  dispatched: ['sign', 'begin', 'record_work', 'give_feedback', 'sign_off'],
  return_requested: ['sign', 'begin', 'record_work', 'give_feedback', 'sign_off'],
  signed: ['begin', 'record_work', 'give_feedback', 'sign_off'],
  handling: ['give_feedback', 'sign_off'],
  extension_requested: ['give_feedback', 'sign_off'],
  ledger_requested: ['give_feedback', 'sign_off'],
  terminate_requested: ['give_feedback', 'sign_off'],
  ledger: ['give_feedback', 'sign_off'],
  terminated: ['give_feedback', 'sign_off'],
  feedback: ['sign_off'],
};

const movesOf = (life: PastLife, received: Date, now: Date): Move[] => {
  const dispatchedAfter = Math.max(5, life.dispatchAfter ?? (life.form?.urgent ? 6 : 18));
  const answerAfter = life.answerAfter ?? DAY;
  const centre = atCentre(life, dispatchedAfter);
  if (AT_CENTRE.includes(life.end)) return centre;
  const left = STOPS[life.end] ?? [];
  const unit = byUnit(life, received, dispatchedAfter, answerAfter).filter(({ command }) => !left.includes(command.do));
  const asks = requested(life, dispatchedAfter + (life.end === 'return_requested' ? 45 : Math.min(180, answerAfter)), now);
  const moves = [...centre, ...unit, ...asks];
  if (left.length || life.end === 'callback_pending') return moves;
  const answered = dispatchedAfter + answerAfter + 100;
  if (!GRUMBLING.includes(life.end)) return [...moves, ...callbacks(life, answered, life.said ?? CONTENT)];
  return [...moves, asked(answered, unhappy(life) && life.said ? life.said : UNHAPPY), ...again(life, received, answered)];
};

/** Every move of every case up to now, in the order in which they were made. */
export const planLives = (lives: readonly PastLife[], now: Date): PlannedMove[] =>
  lives
    .flatMap((life) => {
      const received = receivedAt(life, now);
      return movesOf(life, received, now).map(({ after, ...rest }) => ({
        id: life.id,
        at: new Date(received.getTime() + Math.round(after * MINUTE_MS)),
        ...rest,
      }));
    })
    .filter(({ at }) => at < now)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
