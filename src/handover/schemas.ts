import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { HANDOVER_STATES } from './handover.ts';

export const HandoverView = Type.Object({
  handoverId: Type.Integer(),
  callId: Type.Integer(),
  caseId: Type.Integer(),
  unitCode: Type.String(),
  unitName: Type.String(),
  state: oneOf(...HANDOVER_STATES),
  tries: Type.Array(
    Type.Object({
      name: Type.String(),
      /** Masked. */
      number: Type.String(),
      at: instant,
      outcome: oneOf('ringing', 'answered', 'taken', 'no_answer', 'unconfirmed', 'failed', 'stopped'),
      endedAt: nullable(instant),
    }),
  ),
  startedAt: instant,
  endedAt: nullable(instant),
});
export type HandoverView = Static<typeof HandoverView>;

export const StartHandover = Type.Object(
  {
    caseId: nullable(Type.Integer({ minimum: 1, description: 'null: 本次通话的工单 that of the call' })),
    unitCode: Type.String({ minLength: 1, maxLength: 12 }),
  },
  { additionalProperties: false },
);
export type StartHandover = Static<typeof StartHandover>;
/** taken: a person there has taken it. next: it was a machine, or somebody who does not take it. stop: no more. */
export const HandoverAct = Type.Object({ act: oneOf('taken', 'next', 'stop') }, { additionalProperties: false });
export type HandoverAct = Static<typeof HandoverAct>;
