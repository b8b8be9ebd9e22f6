/**
 * How many survey calls may be begun at this instant: never so many that a citizen who calls us finds no line (domain §3h).
 * Pure.
 */
export interface PacingRules {
  /** Survey calls at once. */
  lines: number;
  /** Calls begun in a second, at most. */
  perSecond: number;
  /** Lines of the trunk in all, and how many of them stay free for citizens who call. */
  trunkLines: number;
  keptFree: number;
  /** Callers waiting in the queue from which on no new survey call is begun. */
  stopAtWaiting: number;
}

export const STANDARD_PACING: PacingRules = { lines: 10, perSecond: 2, trunkLines: 60, keptFree: 20, stopAtWaiting: 1 };

export interface LinesNow {
  surveyCalls: number;
  otherCalls: number;
  waiting: number;
  /** Survey calls begun in the last second. */
  begunLastSecond: number;
  /** Paused by a person, or by faults of the trunk. */
  paused: boolean;
}

export type Brake = 'paused' | 'inbound_waits' | 'lines_in_use' | 'kept_free' | 'rate' | null;

/** @returns how many calls may be begun now, and what holds back more than that */
export const allowance = (rules: PacingRules, now: LinesNow): { calls: number; brake: Brake } => {
  if (now.paused) return { calls: 0, brake: 'paused' };
  if (now.waiting >= rules.stopAtWaiting) return { calls: 0, brake: 'inbound_waits' };
  const limits: [number, Brake][] = [
    [rules.lines - now.surveyCalls, 'lines_in_use'],
    [rules.trunkLines - rules.keptFree - now.surveyCalls - now.otherCalls, 'kept_free'],
    [rules.perSecond - now.begunLastSecond, 'rate'],
  ];
  const [least = 0, brake] = limits.toSorted(([a], [b]) => a - b)[0] ?? [0, null];
  return { calls: Math.max(0, Math.floor(least)), brake: brake ?? null };
};
