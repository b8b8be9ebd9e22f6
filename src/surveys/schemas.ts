import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { OUTCOMES, TASK_STATES } from './states.ts';

const strict = { additionalProperties: false } as const;

export const PauseView = Type.Object({
  all: Type.Boolean(),
  reason: nullable(oneOf('not_begun', 'person', 'line_faults')),
  units: Type.Array(Type.String()),
});
export type PauseView = Static<typeof PauseView>;

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
});
export type SurveyRow = Static<typeof SurveyRow>;

export const SurveysView = Type.Object({
  pause: PauseView,
  brake: nullable(oneOf('paused', 'inbound_waits', 'lines_in_use', 'kept_free', 'rate', 'closed', 'switch')),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'callbacks by state' }),
  rows: Type.Array(SurveyRow),
});
export type SurveysView = Static<typeof SurveysView>;

export const SetPause = Type.Object(
  { paused: Type.Boolean(), unitCode: Type.Optional(Type.String({ minLength: 1, maxLength: 20, description: 'left out: all' })) },
  strict,
);

export const ResultsQuery = Type.Object({ from: instant, to: instant }, strict);

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
