import type { KeptPlace } from '../telephony/events.ts';

/**
 * waiting: in the queue in the citizen's place · dialling: an agent has answered, the citizen is rung · resting: not reached, put
 * back into the queue when it is due · reached · failed: work for a person · withdrawn: the citizen called again and was answered.
 */
export const PLACE_STATES = ['waiting', 'dialling', 'resting', 'reached', 'failed', 'withdrawn'] as const;
export type PlaceState = (typeof PLACE_STATES)[number];

const ENDED: ReadonlySet<PlaceState> = new Set(['reached', 'failed', 'withdrawn']);
export const hasEnded = (state: PlaceState): boolean => ENDED.has(state);

/** A promise to call back is worth this long, the same as in dialplans/waiting.conf; after it a person reads what it was about. */
export const PROMISE_HOLDS_MS = 4 * 3_600_000;

export interface CallbackRule {
  /** How often the citizen is dialled in all. */
  attempts: number;
  /** Between two of them. */
  restMinutes: number;
}

export interface PlaceFacts {
  state: PlaceState;
  dueAt: Date | null;
}

/** What becomes of a promise by what the switch tells of it. */
export const placeAfter = (told: Pick<KeptPlace, 'state' | 'stateAt' | 'attempts' | 'askedAt'>, rule: CallbackRule): PlaceFacts => {
  if (told.state === 'reached') return { state: 'reached', dueAt: null };
  if (told.state === 'waiting' || told.state === 'dialling') return { state: told.state, dueAt: null };
  const dueAt = new Date(told.stateAt.getTime() + rule.restMinutes * 60_000);
  const holds = dueAt.getTime() < told.askedAt.getTime() + PROMISE_HOLDS_MS;
  return told.state === 'not_reached' && told.attempts < rule.attempts && holds
    ? { state: 'resting', dueAt }
    : { state: 'failed', dueAt: null };
};

/** A promise that is over stays over, and an older word does not undo a newer one; the switch tells whole seconds. */
export const isNews = (known: { state: PlaceState; stateAt: Date }, told: { stateAt: Date }): boolean =>
  !hasEnded(known.state) && told.stateAt.getTime() + 1000 > known.stateAt.getTime();
