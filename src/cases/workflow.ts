import type { Permission } from '../core/roles.ts';
import { type TransitionRow, transitionTable } from '../core/transitions.ts';
import type { CaseSide, CaseState, ReasonSet } from './states.ts';

/**
 * The life of a case as data (domain §3b): from where to where, who may, under which pending request, and what the move must
 * carry. decide.ts reads it; nothing else says what is allowed.
 */
// biome-ignore format: a list to read across
export const COMMANDS = [
  'register', 'review', 'ask_registrar', 'answer_directly', 'refuse', 'dispatch', 'hand_over', 'sign', 'begin', 'record_work',
  'give_feedback', 'sign_off', 'open_callback', 'return_feedback', 'record_reply', 'record_callback', 'retry_callback', 'confirm_otherwise',
  'explain_and_close', 'escalate', 'archive', 'request_return', 'rule_return', 'request_extension', 'rule_extension', 'request_ledger',
  'rule_ledger', 'leave_ledger', 'request_termination', 'rule_termination', 'withdraw_request', 'merge', 'unmerge', 'add_unit', 'urge',
  'order_supervision', 'give_guidance', 'answer_order', 'report_important', 'confirm_report', 'submit_original', 'record_instruction',
  'mark', 'raise_card', 'recompute_due',
] as const;
export type CommandName = (typeof COMMANDS)[number];

/** What a move must find or bring. The checks are in requirements.ts, the sentences in errors.ts. */
export const REQUIREMENTS = [
  'form', // request type, subject and what happened
  'reply', // what the citizen is told
  'text', // a reason in words
  'site_visit', // R17: a key case's feedback without having been there is refused
  'explanation', // R20: closing by law or policy needs the face-to-face explanation on record
  'principal_contact', // R30: on repeats the principal has contacted the citizen
  'reply_on_record', // R01
  'callback_on_record', // R01: an outcome, "unreachable after N" included
  'urgent_confirmed', // R12: an urgent case ends only with a confirmed callback
  'master_open',
  'master_archived', // a merged case is filed with its master, not before
  'no_children', // a master does not vanish under its merged cases
] as const;
export type Requirement = (typeof REQUIREMENTS)[number];

export type By = Permission | 'system';

export interface CaseMove extends TransitionRow<CaseState, CommandName> {
  by: readonly By[];
  /** For those who may by `cases.handle` alone: whose case it must be. */
  unit?: 'lead' | 'assigned' | 'principal';
  /** Pending requests under which the move is possible; left out: none may be pending. `any`: whatever is pending. */
  sides?: readonly CaseSide[] | 'any';
  needs?: readonly Requirement[];
  /** The move carries one of these codes. */
  reasons?: ReasonSet;
}

/** Requests under which the unit goes on working: only a return stops it, for then the case may not be its own at all. */
const WORKING: readonly CaseSide[] = ['extension_requested', 'ledger_requested', 'terminate_requested'];

// biome-ignore format: one row a line, to be read as the table it is
const MOVES: readonly CaseMove[] = [
  // ── before a unit ──
  // The system registers what the city platform hands over: its form was checked at the door.
  { command: 'register', from: ['draft'], to: ['registered'], by: ['cases.write', 'system'], needs: ['form'] },
  { command: 'review', from: ['registered'], to: ['reviewing'], by: ['cases.dispatch'] },
  { command: 'ask_registrar', from: ['registered', 'reviewing'], to: ['draft'], by: ['cases.dispatch'], needs: ['text'] },
  { command: 'answer_directly', from: ['registered', 'reviewing'], to: ['direct_closed'], by: ['cases.write', 'cases.dispatch'], needs: ['reply'] },
  { command: 'refuse', from: ['registered', 'reviewing'], to: ['not_accepted'], by: ['cases.dispatch'], needs: ['reply'], reasons: 'refuse' },
  // 随接随派 (R12): an urgent case need not wait for a review, so registered cases may be dispatched at once.
  { command: 'dispatch', from: ['registered', 'reviewing', 'rework', 'supervising'], to: ['dispatched'], by: ['cases.dispatch'] },
  { command: 'merge', from: ['registered', 'reviewing', 'dispatched'], to: ['merged'], by: ['cases.dispatch'], needs: ['master_open', 'no_children'] },
  { command: 'unmerge', from: ['merged'], to: ['reviewing'], by: ['cases.dispatch'], needs: ['text'] },
  { command: 'hand_over', from: ['registered', 'reviewing', 'dispatched', 'signed', 'handling', 'supervising'], to: ['same'], by: ['cases.write', 'cases.dispatch', 'cases.supervise'], sides: 'any' },
  // ── with the unit ──
  { command: 'sign', from: ['dispatched'], to: ['signed'], by: ['cases.handle'], unit: 'lead', sides: ['terminate_requested'] },
  { command: 'begin', from: ['signed'], to: ['handling'], by: ['cases.handle'], unit: 'lead', sides: WORKING },
  { command: 'record_work', from: ['signed', 'handling', 'ledger'], to: ['same'], by: ['cases.handle'], unit: 'assigned', sides: WORKING },
  // A request that nobody has ruled on lapses with the feedback: the answer is there.
  { command: 'give_feedback', from: ['handling', 'ledger'], to: ['feedback'], by: ['cases.handle'], unit: 'lead', sides: WORKING, needs: ['reply', 'site_visit', 'explanation', 'principal_contact'] },
  // R39: repeats and second rounds need the principal's own hand; the centre may note one given on paper.
  { command: 'sign_off', from: ['feedback'], to: ['callback_pending', 'closed'], by: ['cases.handle', 'cases.supervise'], unit: 'principal', needs: ['text'] },
  // R11: feedback opens the callback in the same transaction; where nobody can be asked, that is put on record and ends it.
  { command: 'open_callback', from: ['feedback'], to: ['callback_pending', 'closed'], by: ['system'] },
  { command: 'return_feedback', from: ['feedback', 'callback_pending'], to: ['handling'], by: ['cases.dispatch', 'cases.supervise'], needs: ['text'], reasons: 'feedback_sent_back' },
  { command: 'add_unit', from: ['dispatched', 'signed', 'handling', 'ledger'], to: ['same'], by: ['cases.dispatch'], sides: WORKING },
  // ── requests and rulings ──
  { command: 'request_return', from: ['dispatched', 'signed'], to: ['same'], by: ['cases.handle'], unit: 'lead', needs: ['text'], reasons: 'return' },
  { command: 'rule_return', from: ['dispatched', 'signed'], to: ['reviewing', 'dispatched'], by: ['cases.dispatch'], sides: ['return_requested'], needs: ['text'] },
  { command: 'request_extension', from: ['signed', 'handling'], to: ['same'], by: ['cases.handle'], unit: 'lead', needs: ['text'], reasons: 'extension' },
  { command: 'rule_extension', from: ['signed', 'handling'], to: ['same'], by: ['cases.dispatch'], sides: ['extension_requested'], needs: ['text'] },
  { command: 'request_ledger', from: ['handling'], to: ['same'], by: ['cases.handle'], unit: 'lead', needs: ['text'], reasons: 'ledger' },
  { command: 'rule_ledger', from: ['handling'], to: ['ledger', 'same'], by: ['cases.dispatch'], sides: ['ledger_requested'], needs: ['text'] },
  { command: 'leave_ledger', from: ['ledger'], to: ['handling'], by: ['cases.handle', 'cases.dispatch'], unit: 'lead', needs: ['text'] },
  { command: 'request_termination', from: ['dispatched', 'signed', 'handling', 'ledger'], to: ['same'], by: ['cases.handle'], unit: 'lead', needs: ['text'], reasons: 'termination' },
  { command: 'rule_termination', from: ['dispatched', 'signed', 'handling', 'ledger'], to: ['terminated', 'same'], by: ['cases.dispatch'], sides: ['terminate_requested'], needs: ['text'] },
  { command: 'withdraw_request', from: ['dispatched', 'signed', 'handling', 'ledger'], to: ['same'], by: ['cases.handle'], unit: 'lead', sides: ['return_requested', ...WORKING] },
  // ── the callback and after ──
  { command: 'record_reply', from: ['callback_pending', 'callback_failed', 'merged'], to: ['same'], by: ['cases.dispatch', 'cases.callback'], needs: ['reply'] },
  { command: 'record_callback', from: ['callback_pending', 'merged'], to: ['closed', 'rework', 'supervising', 'callback_failed', 'same'], by: ['cases.callback', 'system'] },
  { command: 'retry_callback', from: ['callback_failed'], to: ['callback_pending'], by: ['cases.callback', 'cases.dispatch', 'cases.supervise'] },
  // An anonymous urgent caller cannot be rung: the supervisor says how the end of the danger was confirmed.
  { command: 'confirm_otherwise', from: ['callback_pending', 'callback_failed'], to: ['closed'], by: ['cases.supervise'], needs: ['text'] },
  { command: 'explain_and_close', from: ['rework', 'supervising'], to: ['closed'], by: ['cases.dispatch', 'cases.supervise'], needs: ['text', 'urgent_confirmed'], reasons: 'explain' },
  { command: 'escalate', from: ['rework', 'callback_failed'], to: ['supervising'], by: ['cases.dispatch', 'cases.supervise'], needs: ['text'], reasons: 'supervision' },
  { command: 'archive', from: ['closed', 'direct_closed', 'not_accepted', 'callback_failed', 'terminated', 'merged'], to: ['archived'], by: ['cases.dispatch', 'system'], needs: ['reply_on_record', 'callback_on_record', 'urgent_confirmed', 'master_archived'] },
  // ── the centre's hand, at any time ──
  { command: 'urge', from: ['dispatched', 'signed', 'handling', 'ledger', 'feedback'], to: ['same'], by: ['cases.dispatch', 'cases.supervise'], sides: 'any', needs: ['text'] },
  { command: 'order_supervision', from: ['dispatched', 'signed', 'handling', 'ledger', 'feedback', 'rework', 'supervising'], to: ['same'], by: ['cases.supervise'], sides: 'any', needs: ['text'], reasons: 'supervision' },
  { command: 'give_guidance', from: ['dispatched', 'signed', 'handling', 'ledger', 'feedback'], to: ['same'], by: ['cases.supervise'], sides: 'any', needs: ['text'] },
  { command: 'answer_order', from: ['dispatched', 'signed', 'handling', 'ledger', 'feedback', 'callback_pending', 'rework', 'supervising'], to: ['same'], by: ['cases.handle'], unit: 'assigned', sides: 'any', needs: ['text'] },
  { command: 'report_important', from: ['registered', 'reviewing', 'dispatched', 'signed', 'handling', 'ledger', 'feedback', 'callback_pending', 'rework', 'supervising'], to: ['same'], by: ['cases.write', 'cases.dispatch', 'cases.supervise'], sides: 'any', needs: ['text'] },
  { command: 'confirm_report', from: ['registered', 'reviewing', 'dispatched', 'signed', 'handling', 'ledger', 'feedback', 'callback_pending', 'callback_failed', 'rework', 'supervising', 'closed', 'archived'], to: ['same'], by: ['cases.instruct'], sides: 'any' },
  { command: 'submit_original', from: ['reviewing', 'dispatched', 'signed', 'handling', 'ledger', 'feedback', 'rework', 'supervising'], to: ['same'], by: ['cases.supervise'], sides: 'any', needs: ['text'] },
  { command: 'record_instruction', from: ['reviewing', 'dispatched', 'signed', 'handling', 'ledger', 'feedback', 'callback_pending', 'rework', 'supervising', 'closed'], to: ['same'], by: ['cases.supervise', 'cases.instruct'], sides: 'any', needs: ['text'] },
  { command: 'mark', from: ['registered', 'reviewing', 'dispatched', 'signed', 'handling', 'ledger', 'feedback', 'callback_pending', 'rework', 'supervising'], to: ['same'], by: ['cases.dispatch', 'cases.supervise'], sides: 'any', needs: ['text'] },
  // ── the clock's hand ──
  { command: 'raise_card', from: ['dispatched', 'signed', 'handling', 'ledger'], to: ['same'], by: ['system'], sides: 'any' },
  { command: 'recompute_due', from: ['dispatched', 'signed', 'handling', 'ledger'], to: ['same'], by: ['system'], sides: 'any' },
];

export const WORKFLOW = transitionTable<CaseState, CommandName, CaseMove>(MOVES);

/** Does the pending request, or its absence, let this move through? */
export const sideAllows = (move: CaseMove, side: CaseSide | null): boolean => {
  if (move.sides === 'any') return true;
  const ruling = move.command.startsWith('rule_') || move.command === 'withdraw_request';
  if (side === null) return !ruling;
  return move.sides?.includes(side) === true;
};
