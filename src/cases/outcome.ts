import { type Clocks, cardAt, type DueBasis, nextWatch } from './deadlines.ts';
import type { CaseChange, CaseEvent, CaseLife, Effect } from './life.ts';
import type { CaseSide, CaseState, OrderKind } from './states.ts';

/** What one move does. `to` left out: the state stays; `side` left out: the pending request stays. */
export interface Outcome {
  to?: CaseState;
  side?: CaseSide | null;
  change?: Partial<CaseChange>;
  effects?: Effect[];
  events?: CaseEvent[];
  /** The callback is opened in the same breath (R11). */
  opensCallback?: boolean;
}

export const basisOf = (life: CaseLife, change: Partial<DueBasis> = {}): DueBasis => ({
  dispatchedAt: life.dispatchedAt ?? life.updatedAt,
  round: life.round,
  requestType: life.form.requestType,
  urgent: life.form.urgent,
  keyCase: life.form.keyCase,
  extendedDays: life.extendedDays,
  ledgerUntil: life.ledgerUntil,
  ...change,
});

/** Columns that follow from new clocks. A card that was earned under the old deadline goes with it. */
export const clockColumns = (clocks: Clocks, at: Date): Partial<CaseChange> => {
  const card = cardAt(clocks, at);
  return {
    dueAt: clocks.dueAt,
    yellowAt: clocks.yellowAt,
    redAt: clocks.redAt,
    provisional: clocks.provisional,
    card,
    watchAt: nextWatch(clocks, card),
  };
};

/** The case lies with no unit: nothing is due from one. */
export const NO_UNIT: Partial<CaseChange> = {
  leadUnit: null,
  dispatchedAt: null,
  dueAt: null,
  yellowAt: null,
  redAt: null,
  signAlarmAt: null,
  watchAt: null,
  extendedDays: 0,
  ledgerUntil: null,
  card: 'none',
  provisional: false,
};

export const notAsked = (round: number, reasonCode: string): Extract<Effect, { kind: 'callback_recorded' }> => ({
  kind: 'callback_recorded',
  round,
  mode: 'none',
  outcome: 'not_asked',
  contacted: null,
  solved: null,
  score: null,
  reasonCode,
  text: null,
  callId: null,
});

export const order = (
  kind: OrderKind,
  fields: Partial<Omit<Extract<Effect, { kind: 'order_given' }>, 'kind' | 'order'>> & { text: string },
): Effect => ({ kind: 'order_given', order: kind, unitCode: null, recipient: null, dueAt: null, reasonCode: null, ...fields });
