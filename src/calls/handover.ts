/** What became of one telephone that was rung for an urgent matter. */
export const TRY_OUTCOMES = ['ringing', 'taken', 'busy', 'no_answer', 'unconfirmed', 'failed', 'forbidden', 'stopped'] as const;
export type TryOutcome = (typeof TRY_OUTCOMES)[number];

/** ringing: somebody is rung for. taken: the matter is with somebody. refused: the list is at its end. stopped: by the agent. */
export const HANDOVER_STATES = ['ringing', 'taken', 'refused', 'stopped'] as const;
export type HandoverState = (typeof HANDOVER_STATES)[number];

export interface HandoverTry {
  name: string;
  number: string;
  at: string;
  outcome: TryOutcome;
  endedAt: string | null;
}
