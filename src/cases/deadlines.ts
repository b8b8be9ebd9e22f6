import {
  afterWorkingMinutes,
  dayNumber,
  dayOf,
  dueAfterWorkingDays,
  endOf,
  type Reckoned,
  receiptDay,
  startOf,
  type WorkCalendar,
  workingDayAfter,
} from '../core/working-time.ts';
import type { CasePolicy } from './policy.ts';
import type { CaseForm } from './schemas.ts';
import type { Card } from './states.ts';

/** What decides a round's deadline; kept with the round, so that it can be counted again when a calendar is published. */
export interface DueBasis {
  dispatchedAt: Date;
  round: number;
  requestType: CaseForm['requestType'];
  urgent: boolean;
  keyCase: boolean;
  /** Working days granted on top, 0 when none (domain A12: on top of the ordinary term). */
  extendedDays: number;
  /** Day promised to the citizen while on the ledger, YYYY-MM-DD; it takes the term's place (R19). */
  ledgerUntil: string | null;
}

export interface Clocks {
  dueAt: Date;
  /** From then on a yellow card, and from then on a red one. */
  yellowAt: Date;
  redAt: Date;
  /** Nobody signed until then: alarm (R13). */
  signAlarmAt: Date;
  /** A year without a published notice had a part in it; counted again when the notice is entered. */
  provisional: boolean;
}

/** Working days of this round's term. */
export const termOf = (policy: CasePolicy, basis: Pick<DueBasis, 'round' | 'requestType' | 'keyCase'>): number => {
  if (basis.round > 1) return policy.reworkWorkingDays;
  if (basis.keyCase && policy.keyCaseWorkingDays !== null) return policy.keyCaseWorkingDays;
  return policy.terms[basis.requestType ?? 'other'];
};

const firstDue = (policy: CasePolicy, calendar: WorkCalendar, basis: DueBasis): Reckoned => {
  if (basis.ledgerUntil !== null) return { at: endOf(dayNumber(basis.ledgerUntil)), provisional: false };
  // Danger knows no office hours: urgent terms run on the wall clock (R12, R15).
  if (basis.urgent) return { at: new Date(basis.dispatchedAt.getTime() + policy.urgent.finalMinutes * 60_000), provisional: false };
  return dueAfterWorkingDays(calendar, basis.dispatchedAt, termOf(policy, basis));
};

const provisionalDay = (calendar: WorkCalendar, day: number): boolean =>
  calendar.years.get(new Date(startOf(day).getTime() + 43_200_000).getUTCFullYear())?.provisional !== false;

/**
 * Deadline and cards of a round. Yellow: the last working day before the due day; red: the first working day after it
 * (domain A12). An urgent case runs by minutes and is red the moment it is late.
 * @throws HotlineError calendar.year_missing
 */
export const clocksOf = (policy: CasePolicy, calendar: WorkCalendar, basis: DueBasis): Clocks => {
  const first = firstDue(policy, calendar, basis);
  const extended = basis.extendedDays > 0;
  const dueAt = extended ? endOf(workingDayAfter(calendar, dayOf(first.at), basis.extendedDays)) : first.at;
  const byMinutes = basis.urgent && !extended && basis.ledgerUntil === null;
  const dueDay = dayOf(dueAt);
  const redDay = workingDayAfter(calendar, dueDay, 1);
  return {
    dueAt,
    yellowAt: byMinutes
      ? new Date(dueAt.getTime() - policy.urgent.yellowMinutesBefore * 60_000)
      : startOf(workingDayAfter(calendar, dueDay, -policy.yellowWorkingDaysBefore)),
    redAt: byMinutes ? new Date(dueAt.getTime() + 1000) : startOf(redDay),
    signAlarmAt: basis.urgent
      ? new Date(basis.dispatchedAt.getTime() + policy.urgent.respondMinutes * 60_000)
      : afterWorkingMinutes(calendar, basis.dispatchedAt, policy.signAlarmMinutes).at,
    provisional: first.provisional || provisionalDay(calendar, dueDay) || (!byMinutes && provisionalDay(calendar, redDay)),
  };
};

/** Last instant at which a unit may return what was dispatched to it. */
export const returnUntil = (policy: CasePolicy, calendar: WorkCalendar, dispatchedAt: Date): Date =>
  endOf(workingDayAfter(calendar, receiptDay(calendar, dispatchedAt), policy.returnWorkingDays));

/** When the dispatcher's own time is up: office minutes, for urgent cases minutes. */
export const dispatchDueAt = (policy: CasePolicy, calendar: WorkCalendar, registeredAt: Date, urgent: boolean): Date =>
  urgent
    ? new Date(registeredAt.getTime() + policy.urgent.respondMinutes * 60_000)
    : afterWorkingMinutes(calendar, registeredAt, policy.dispatchMinutes).at;

export const orderDueAt = (calendar: WorkCalendar, at: Date, workingDays: number): Date =>
  dueAfterWorkingDays(calendar, at, workingDays).at;

/** The card a case shows at an instant. */
export const cardAt = (clocks: Pick<Clocks, 'yellowAt' | 'redAt'>, now: Date): Card =>
  now >= clocks.redAt ? 'red' : now >= clocks.yellowAt ? 'yellow' : 'none';

/** When the sweep must look at the case again; null when it has shown everything there is. */
export const nextWatch = (clocks: Pick<Clocks, 'yellowAt' | 'redAt'>, card: Card): Date | null =>
  card === 'none' ? clocks.yellowAt : card === 'yellow' ? clocks.redAt : null;
