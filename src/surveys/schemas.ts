import { type Static, Type } from 'typebox';
import { REASONS } from '../cases/states.ts';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { OUTCOMES, PERSON_OUTCOMES, TASK_STATES } from './states.ts';

const strict = { additionalProperties: false } as const;

export const PauseView = Type.Object({
  all: Type.Boolean(),
  reason: nullable(oneOf('not_begun', 'person', 'line_faults')),
  units: Type.Array(Type.String()),
});
export type PauseView = Static<typeof PauseView>;

/** What has been said so far; null: not answered, which is no rating. */
const Said = Type.Object({
  contacted: nullable(Type.Integer({ description: '1 yes, 2 no' })),
  settled: nullable(Type.Integer({ description: '1 yes, 2 partly, 3 no' })),
  satisfied: nullable(Type.Integer({ description: '5 best … 1 worst' })),
});

export const SurveyRow = Type.Object({
  taskId: Type.Integer(),
  caseId: Type.Integer(),
  caseNumber: nullable(Type.String()),
  round: Type.Integer(),
  unitCode: nullable(Type.String()),
  number: nullable(Type.String({ description: 'masked' })),
  state: oneOf(...TASK_STATES),
  phase: nullable(oneOf('dialling', 'ringing', 'talking')),
  phaseSince: nullable(instant),
  dueAt: nullable(instant),
  reason: nullable(Type.String()),
  attempts: Type.Integer({ description: 'calls made about it so far' }),
  said: Said,
});
export type SurveyRow = Static<typeof SurveyRow>;

/** A callback that needs a person. */
export const WorkRow = Type.Object({
  taskId: Type.Integer(),
  caseId: Type.Integer(),
  caseNumber: nullable(Type.String()),
  caseState: Type.String(),
  round: Type.Integer({ description: '2 and more: unhappy for the second time' }),
  unitCode: nullable(Type.String()),
  number: nullable(Type.String({ description: 'masked' })),
  title: Type.String({ description: 'empty for reports and confidential matters' }),
  reason: nullable(Type.String()),
  asks: oneOf('questions', 'reason', 'ruling'),
  canText: Type.Boolean({ description: 'the link to the page may be sent to this number' }),
  dueAt: nullable(instant),
  attempts: Type.Integer({ description: 'calls so far, of machine and people' }),
  said: Said,
  voices: Type.Array(Type.Object({ voiceId: Type.Integer(), milliseconds: Type.Integer() })),
  lastCall: nullable(
    Type.Object({
      outcome: oneOf(...PERSON_OUTCOMES),
      at: instant,
      reasonCode: nullable(Type.String()),
      text: Type.String(),
      name: Type.String(),
    }),
  ),
});
export type WorkRow = Static<typeof WorkRow>;

const EndedRow = Type.Object({
  taskId: Type.Integer(),
  caseId: Type.Integer(),
  caseNumber: Type.String(),
  unitCode: nullable(Type.String()),
  outcome: oneOf(...OUTCOMES),
  endedAt: instant,
  state: oneOf(...TASK_STATES),
  reason: nullable(Type.String()),
  dueAt: nullable(instant),
  said: Said,
});

/** Each rate as its two numbers; with nothing below the line there is no rate (domain §0.6). */
export const UnitResultView = Type.Object({
  unitCode: nullable(Type.String()),
  tasks: Type.Integer(),
  over: Type.Integer({ description: 'done or unreachable' }),
  done: Type.Integer(),
  unreachable: Type.Integer(),
  rated: Type.Integer({ description: 'denominator of satisfaction: answered with 1 to 5' }),
  satisfied: Type.Integer({ description: '3 基本满意 or better' }),
});
export type UnitResultView = Static<typeof UnitResultView>;

export const SurveysView = Type.Object({
  pause: PauseView,
  brake: nullable(oneOf('paused', 'inbound_waits', 'lines_in_use', 'kept_free', 'rate', 'closed', 'switch')),
  version: Type.Integer({ description: 'script in force, 0 the one that ships' }),
  lines: Type.Integer({ description: 'survey calls at once, at most' }),
  windows: Type.Array(Type.Object({ from: Type.String(), to: Type.String() }), { description: 'today, HH:mm in Asia/Shanghai' }),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'callbacks by state' }),
  today: Type.Object({
    due: Type.Integer(),
    dialled: Type.Integer(),
    reached: Type.Integer(),
    rated: Type.Integer(),
    satisfied: Type.Integer(),
    unhappy: Type.Integer({ description: 'not settled, or not satisfied' }),
    outcomes: Type.Record(Type.String(), Type.Integer(), { description: 'calls by how they ended' }),
  }),
  rows: Type.Array(SurveyRow, { description: 'under way, unclear, and the next that are due' }),
  ended: Type.Array(EndedRow, { description: 'today, newest first' }),
  unhappy: Type.Array(WorkRow, { description: 'not satisfied, and not yet ruled on, by what breaks first' }),
  units: Type.Array(UnitResultView, { description: 'callbacks opened this month' }),
});
export type SurveysView = Static<typeof SurveysView>;

export const SetPause = Type.Object(
  { paused: Type.Boolean(), unitCode: Type.Optional(Type.String({ minLength: 1, maxLength: 20, description: 'left out: all' })) },
  strict,
);

export const ResultsQuery = Type.Object({ from: instant, to: instant }, strict);

export const TaskResult = Type.Object({
  taskId: Type.Integer(),
  state: oneOf(...TASK_STATES),
  reason: nullable(Type.String()),
  calls: Type.Array(Type.Object({ outcome: oneOf(...OUTCOMES), endedAt: instant })),
  answers: Type.Array(
    Type.Object({
      answerId: Type.Integer(),
      measure: Type.String(),
      value: Type.Integer({ description: '-1 no answer, -2 only wrong keys: no rating' }),
      mode: Type.String(),
      version: Type.Integer({ description: 'script it was given to, 0 the one that ships' }),
      at: instant,
      supersedes: nullable(Type.Integer()),
      reason: nullable(Type.String()),
    }),
  ),
  voices: Type.Array(Type.Object({ milliseconds: Type.Integer(), sha256: Type.String() })),
});
export type TaskResult = Static<typeof TaskResult>;

export const Settle = Type.Object({ callAgain: Type.Boolean({ description: 'false: put on the callback agents’ list' }) }, strict);

export const Correct = Type.Object(
  {
    answerId: Type.Integer({ minimum: 1 }),
    value: Type.Integer({ minimum: 1, maximum: 5 }),
    reason: Type.String({ minLength: 2, maxLength: 300 }),
  },
  strict,
);

export const Reason = Type.Object({ reason: Type.String({ minLength: 2, maxLength: 200 }) }, strict);
export const NumberView = Type.Object({ masked: Type.String(), full: Type.String() });
export type NumberView = Static<typeof NumberView>;

/** What a person's call came to. The questions are the machine's own: contacted 1–2, settled 1–3, satisfied 5 best … 1 worst. */
export const RecordCall = Type.Object(
  {
    formId: Type.String({
      pattern: '^[A-Za-z0-9-]{16,64}$',
      description: 'made up when the form is opened; sent twice it counts once',
    }),
    outcome: oneOf(...PERSON_OUTCOMES),
    contacted: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 })),
    settled: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
    satisfied: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
    reasonCode: Type.Optional(oneOf(...REASONS.dissatisfied)),
    text: Type.Optional(Type.String({ maxLength: 500 })),
    againAt: Type.Optional(instant),
    optOut: Type.Optional(Type.Boolean({ description: 'asked not to be called again' })),
  },
  strict,
);
export type RecordCall = Static<typeof RecordCall>;

export const LinkView = Type.Object({ expiresAt: instant });
export type LinkView = Static<typeof LinkView>;
