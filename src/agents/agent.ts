import type { DeviceState } from '../telephony/events.ts';
import type { ShownState } from './schemas.ts';

/** An agent's own will, kept in the database for as long as they are signed in. */
export interface Shift {
  extension: string;
  device: 'browser' | 'desk';
  intent: 'ready' | 'paused' | 'wrap_up';
  reason: string;
  since: Date;
  wrapUpUntil: Date | null;
  afterWrapUp: 'ready' | 'paused';
  helpSince: Date | null;
}

/** What the switch says of the telephone. */
export interface Presence {
  registered: boolean;
  device: DeviceState;
  /** When `registered` last changed. */
  since: Date;
}

export interface LiveOffer {
  callId: number;
  state: 'ringing' | 'calling_out' | 'talking';
  since: Date;
}

/**
 * The one place where intent, telephone and call become the state that everybody is shown. A conversation outweighs all:
 * it goes on while the page reloads and while the telephone is lost to us. A telephone that is gone outweighs intent:
 * nobody is ready without one.
 */
export const shownState = (
  shift: Shift | null,
  presence: Presence | undefined,
  live: LiveOffer | null,
): { state: ShownState; since: Date | null; reason: string } => {
  if (!shift) return { state: 'signed_out', since: null, reason: '' };
  if (live?.state === 'talking') return { state: 'talking', since: live.since, reason: '' };
  if (!presence?.registered) return { state: 'device_lost', since: presence?.since ?? shift.since, reason: shift.intent };
  if (live) return { state: live.state, since: live.since, reason: '' };
  if (shift.intent === 'wrap_up') return { state: 'wrap_up', since: shift.since, reason: '' };
  return { state: shift.intent, since: shift.since, reason: shift.reason };
};

/** The conversation is over: write it up before the next one, then go back to what was wanted before. */
export const beginWrapUp = (shift: Shift, now: Date, wrapUpMs: number): Partial<Shift> | null => {
  if (shift.intent === 'wrap_up') return null;
  const afterWrapUp = shift.intent;
  return { intent: 'wrap_up', since: now, wrapUpUntil: new Date(now.getTime() + wrapUpMs), afterWrapUp };
};

export const endWrapUp = (shift: Shift, now: Date): Partial<Shift> | null =>
  shift.intent === 'wrap_up' ? { intent: shift.afterWrapUp, since: now, wrapUpUntil: null } : null;

/**
 * What a team leader wants of somebody's desk. Whoever still writes up a call keeps the form: a pause begins after it. Null when it
 * is so already, so that a second click tells nobody anything.
 */
export const ledIntent = (shift: Shift, wanted: { intent: 'ready' | 'paused'; reason: string }, now: Date): Partial<Shift> | null => {
  if (shift.intent === 'wrap_up' && wanted.intent === 'paused') {
    const isSo = shift.afterWrapUp === 'paused' && shift.reason === wanted.reason;
    return isSo ? null : { afterWrapUp: 'paused', reason: wanted.reason };
  }
  if (shift.intent === wanted.intent && shift.reason === wanted.reason) return null;
  return { ...wanted, since: now, wrapUpUntil: null };
};

/** Reason the switch is told, so that a person looking at the queue there understands it. Empty: not paused. */
export const pauseReasonOf = (shift: Pick<Shift, 'intent' | 'reason'>): string => {
  if (shift.intent === 'ready') return '';
  return shift.intent === 'wrap_up' ? 'wrap_up' : shift.reason || 'paused';
};
