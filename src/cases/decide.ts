import { HotlineError } from '../core/errors.ts';
import type { Command } from './commands.ts';
import type { CaseLife, Circumstances, Decision, Mover, Step } from './life.ts';
import { HANDLERS, openCallback } from './moves.ts';
import type { Outcome } from './outcome.ts';
import { invalid, lacking, notAllowed } from './refusals.ts';
import { MET } from './requirements.ts';
import { REASONS } from './states.ts';
import { type CaseMove, sideAllows, WORKFLOW } from './workflow.ts';

/** The unit's own commands are given by the unit that has the case; R39 asks for its principal's hand. */
const unitMay = (move: CaseMove, life: CaseLife, mover: Extract<Mover, { kind: 'staff' }>): boolean => {
  if (mover.unitCode === null) return false;
  const lead = mover.unitCode === life.leadUnit;
  if (move.unit === 'assigned') return lead || life.assistUnits.includes(mover.unitCode);
  if (move.unit === 'principal') return lead && mover.post === 'principal';
  return lead;
};

/** May this person make this move, on this case? */
export const mayMove = (move: CaseMove, life: CaseLife, mover: Mover): boolean => {
  if (mover.kind === 'system') return move.by.includes('system');
  return move.by.some(
    (right) => right !== 'system' && mover.permissions.has(right) && (right !== 'cases.handle' || unitMay(move, life, mover)),
  );
};

/** What the viewer could do now, as far as the table knows: the buttons of the case page. */
export const movesFor = (life: CaseLife, mover: Mover): Command['do'][] =>
  WORKFLOW.commandsFrom(life.state).filter((command) => {
    const move = WORKFLOW.find(life.state, command);
    return move !== null && sideAllows(move, life.side) && mayMove(move, life, mover);
  });

const checkReason = (move: CaseMove, command: Command): void => {
  if (!move.reasons) return;
  const codes: readonly string[] = REASONS[move.reasons];
  if (command.reasonCode === undefined || !codes.includes(command.reasonCode))
    throw new HotlineError('request.invalid', '请选择理由 Choose one of the reasons', { field: 'reasonCode', reasons: codes });
};

const stepOf = (life: CaseLife, command: Command, outcome: Outcome, by: Step['by']): Step => ({
  command: command.do,
  from: life.state,
  to: outcome.to ?? life.state,
  fromSide: life.side,
  toSide: outcome.side === undefined ? life.side : outcome.side,
  by,
  reasonCode: command.reasonCode ?? null,
  text: command.text ?? null,
  callId: command.callId ?? null,
});

const checkTarget = (move: CaseMove, step: Step): void => {
  if (!move.to.some((to) => (to === 'same' ? step.to === step.from : step.to === to)))
    throw new Error(`${move.command} led from ${step.from} to ${step.to}, which the table does not know`);
};

/** R11: what the feedback opens belongs to the same transaction, so that no case waits between two nodes. */
const followUp = (life: CaseLife, outcome: Outcome, about: Circumstances): { command: Command; outcome: Outcome } | null =>
  outcome.opensCallback ? { command: { do: 'open_callback' }, outcome: openCallback({ ...life, state: 'feedback' }, about) } : null;

const decisionOf = (steps: Step[], outcomes: readonly Outcome[]): Decision => {
  const last = steps.at(-1);
  const change = Object.assign({}, ...outcomes.map((outcome) => outcome.change ?? {})) as Decision['change'];
  return {
    change: { ...change, ...(last ? { state: last.to, side: last.toSide } : {}) },
    steps,
    effects: outcomes.flatMap((outcome) => outcome.effects ?? []),
    events: outcomes.flatMap((outcome) => outcome.events ?? []),
  };
};

/**
 * The whole workflow in one pure function: (case, command, circumstances) → what changes, or a refusal.
 * @throws HotlineError case.transition_not_allowed, access.denied, case.requirement_missing {requirement},
 * case.limit_reached {limit}, request.invalid {field}, calendar.year_missing
 */
export const decide = (life: CaseLife, command: Command, about: Circumstances): Decision => {
  const move = WORKFLOW.find(life.state, command.do);
  if (!move || !sideAllows(move, life.side)) throw notAllowed(life, command.do);
  if (!mayMove(move, life, about.mover))
    throw new HotlineError('access.denied', '这一步由别的岗位或单位办理 This step is for another post or unit', { command: command.do });
  checkReason(move, command);
  const missing = move.needs?.find((requirement) => !MET[requirement](life, command, about));
  if (missing) throw lacking(missing);
  const handler = HANDLERS[command.do] as (life: CaseLife, command: Command, about: Circumstances) => Outcome;
  const outcome = handler(life, command, about);
  const first = stepOf(life, command, outcome, about.mover.kind === 'system' ? 'system' : 'mover');
  checkTarget(move, first);
  const next = followUp(life, outcome, about);
  if (!next) return decisionOf([first], [outcome]);
  const after: CaseLife = { ...life, state: first.to, side: first.toSide };
  const opening = WORKFLOW.find(after.state, next.command.do);
  if (!opening) throw invalid('state', 'the callback cannot be opened from here');
  const second = stepOf(after, next.command, next.outcome, 'system');
  checkTarget(opening, second);
  return decisionOf([first, second], [outcome, next.outcome]);
};
