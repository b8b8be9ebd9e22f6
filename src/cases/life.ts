import type { CaseId, StaffId } from '../core/ids.ts';
import type { Permission } from '../core/roles.ts';
import type { WorkCalendar } from '../core/working-time.ts';
import type { CallbackResult, Feedback, Reply, Work } from './commands.ts';
import type { PolicyVersion } from './policy.ts';
import type { CaseForm } from './schemas.ts';
import {
  type Card,
  type CaseSide,
  type CaseState,
  type OrderKind,
  type RulingKind,
  type UnitPost,
  WITH_UNIT_STATES,
  type WorkKind,
} from './states.ts';
import type { CommandName } from './workflow.ts';

/** Whoever gives a command. */
export type Mover =
  | { kind: 'system' }
  | {
      kind: 'staff';
      staffId: StaffId;
      name: string;
      permissions: ReadonlySet<Permission>;
      /** The unit whose staff they are and their post in it (R38). */
      unitCode: string | null;
      post: UnitPost | null;
    };

export interface Ruling {
  rulingId: number;
  kind: RulingKind;
  round: number;
  unitCode: string;
  outcome: 'pending' | 'agreed' | 'refused' | 'withdrawn' | 'lapsed';
  workingDays: number | null;
  promisedOn: string | null;
  requestedAt: Date;
}

export interface OpenOrder {
  orderId: number;
  kind: OrderKind;
  unitCode: string | null;
}

/** Everything about a case that a decision looks at, read in the transaction that decides. */
export interface CaseLife {
  caseId: CaseId;
  version: number;
  state: CaseState;
  side: CaseSide | null;
  /** 原件呈批中. */
  submitted: boolean;
  /** 0 before the first dispatch; each further dispatch after a callback is a round of its own. */
  round: number;
  form: CaseForm;
  contactNumber: string | null;
  createdAt: Date;
  updatedAt: Date;
  registeredAt: Date | null;
  /** Submissions of the same matter, this one included, as found at registration. */
  submissions: number;
  policyVersion: number;
  leadUnit: string | null;
  assistUnits: readonly string[];
  dispatchDueAt: Date | null;
  dispatchedAt: Date | null;
  dueAt: Date | null;
  yellowAt: Date | null;
  redAt: Date | null;
  extendedDays: number;
  ledgerUntil: string | null;
  card: Card;
  provisional: boolean;
  masterId: CaseId | null;
  masterState: CaseState | null;
  children: number;
  /** Every request ever made on this case, oldest first. */
  rulings: readonly Ruling[];
  orders: readonly OpenOrder[];
  /** Work on record in this round. */
  works: { siteVisits: number; explanations: number; principalContacts: number };
  /** Of the present round. */
  replied: boolean;
  callbackOutcome: CallbackResult['outcome'] | 'confirmed_otherwise' | null;
  /** Attempts of this round that nobody answered. */
  unanswered: number;
  /** In this or an earlier round somebody was reached, or a supervisor confirmed the end otherwise (R12). */
  confirmed: boolean;
}

/** One line of the case's history: append-only. */
export interface Step {
  command: CommandName;
  from: CaseState;
  to: CaseState;
  fromSide: CaseSide | null;
  toSide: CaseSide | null;
  by: 'mover' | 'system';
  reasonCode: string | null;
  text: string | null;
  callId: number | null;
}

/** Rows that a decision adds or settles beside the case itself. */
export type Effect =
  | { kind: 'round_opened'; round: number; leadUnit: string; dueAt: Date }
  | {
      kind: 'round_changed';
      round: number;
      set: { signedAt?: Date; begunAt?: Date; feedbackAt?: Date | null; dueAt?: Date; endedAt?: Date };
    }
  | { kind: 'unit_assigned'; unitCode: string; duty: 'lead' | 'assist'; round: number }
  | { kind: 'units_released'; reason: 'returned' | 'redispatched' | 'merged' }
  | { kind: 'feedback_given'; round: number; unitCode: string; feedback: Feedback }
  | { kind: 'reply_recorded'; round: number; reply: Reply }
  | {
      kind: 'work_recorded';
      round: number;
      unitCode: string | null;
      post: UnitPost | null;
      work: Omit<Work, 'kind'> & { kind: WorkKind; answered?: boolean };
    }
  | {
      kind: 'ruling_requested';
      ruling: { kind: RulingKind; round: number; unitCode: string; reasonCode: string; text: string; workingDays: number | null } & {
        promisedOn: string | null;
        plan: readonly { by: string; step: string }[] | null;
        toldHow: string | null;
        toldCallId: number | null;
        dueBefore: Date | null;
      };
    }
  | { kind: 'ruling_settled'; rulingId: number; outcome: Exclude<Ruling['outcome'], 'pending'>; text: string | null; dueAfter: Date | null }
  | {
      kind: 'order_given';
      order: OrderKind;
      unitCode: string | null;
      recipient: string | null;
      dueAt: Date | null;
      text: string;
      reasonCode: string | null;
    }
  | { kind: 'order_answered'; orderId: number; text: string | null }
  | { kind: 'orders_answered'; order: OrderKind; text: string | null }
  /** Orders to a unit that no longer has the case. */
  | { kind: 'orders_lapsed' }
  | ({ kind: 'callback_recorded'; round: number; mode: CallbackResult['mode']; outcome: NonNullable<CaseLife['callbackOutcome']> } & {
      contacted: boolean | null;
      solved: 'yes' | 'partly' | 'no' | null;
      score: number | null;
      reasonCode: string | null;
      text: string | null;
      callId: number | null;
    });

/** Columns of the case that a decision changes. */
export interface CaseChange {
  state: CaseState;
  side: CaseSide | null;
  submitted: boolean;
  round: number;
  urgent: boolean;
  keyCase: boolean;
  important: boolean;
  confidential: boolean;
  registeredAt: Date;
  submissions: number;
  policyVersion: number;
  leadUnit: string | null;
  dispatchDueAt: Date | null;
  dispatchedAt: Date | null;
  dueAt: Date | null;
  yellowAt: Date | null;
  redAt: Date | null;
  signAlarmAt: Date | null;
  watchAt: Date | null;
  extendedDays: number;
  ledgerUntil: string | null;
  card: Card;
  provisional: boolean;
  masterId: CaseId | null;
  replied: boolean;
  callbackOutcome: CaseLife['callbackOutcome'];
  closing: string | null;
  closedAt: Date | null;
}

export type CaseEvent =
  | { name: 'case.registered'; urgent: boolean; important: boolean; submissions: number }
  | { name: 'case.dispatched'; leadUnit: string; round: number }
  | { name: 'case.feedback_given'; round: number; leadUnit: string }
  | { name: 'case.dissatisfied'; round: number }
  | { name: 'case.closed'; state: CaseState }
  | { name: 'case.ordered'; order: OrderKind; unitCode: string | null }
  | { name: 'case.carded'; card: Card };

export interface Decision {
  change: Partial<CaseChange>;
  steps: readonly Step[];
  effects: readonly Effect[];
  events: readonly CaseEvent[];
}

/** What somebody will be late with first: the dispatcher before dispatch, the unit after; null when no clock runs. */
export const breaksAtOf = (at: Pick<CaseLife, 'state' | 'dispatchDueAt' | 'dueAt'>): Date | null => {
  if (at.state === 'registered' || at.state === 'reviewing') return at.dispatchDueAt;
  const withUnit: readonly CaseState[] = WITH_UNIT_STATES;
  return withUnit.includes(at.state) ? at.dueAt : null;
};

/** What a decision may look at besides the case. */
export interface Circumstances {
  at: Date;
  mover: Mover;
  policy: PolicyVersion;
  calendar: WorkCalendar;
  /** Earlier submissions of the same matter by the same line, counted by the service for `register`. */
  earlierSubmissions: number;
  /** The case into which this one is to be merged. */
  master: { caseId: CaseId; state: CaseState; masterId: CaseId | null } | null;
  /** Which unit codes exist, of those that the command names. */
  knownUnits: ReadonlySet<string>;
}
