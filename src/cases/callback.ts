import type { CommandOf } from './commands.ts';
import { orderDueAt } from './deadlines.ts';
import type { CaseLife, Circumstances, Effect } from './life.ts';
import { type Outcome, order } from './outcome.ts';
import { invalid, lacking, overLimit } from './refusals.ts';
import { REASONS } from './states.ts';

type RecordCallback = CommandOf<'record_callback'>;

/** 不满意件: a low score, or a matter that the citizen says is not solved whatever the score. */
export const isDissatisfied = (result: RecordCallback['result']): boolean =>
  (result.score !== undefined && result.score !== null && result.score <= 2) || result.solved === 'no';

const recorded = (life: CaseLife, command: RecordCallback): Effect => {
  const { mode, outcome, contacted = null, solved = null, score = null } = command.result;
  const reached = outcome === 'reached';
  return {
    kind: 'callback_recorded',
    round: life.round,
    mode,
    outcome,
    contacted: reached ? contacted : null,
    solved: reached ? solved : null,
    score: reached ? score : null,
    reasonCode: command.reasonCode ?? null,
    text: command.text ?? null,
    callId: command.callId ?? null,
  };
};

const checkReason = (command: RecordCallback, codes: readonly string[]): void => {
  if (command.reasonCode === undefined || !codes.includes(command.reasonCode))
    throw invalid('reasonCode', '请选择理由 Choose one of the reasons');
};

/** R11, R18: dissatisfaction opens a supervision order by itself; the second time the case is supervised outright. */
const dissatisfied = (life: CaseLife, command: RecordCallback, about: Circumstances): Outcome => ({
  to: life.round > 1 ? 'supervising' : 'rework',
  change: { callbackOutcome: 'reached' },
  effects: [
    recorded(life, command),
    { kind: 'round_changed', round: life.round, set: { endedAt: about.at } },
    order('supervision', {
      unitCode: life.leadUnit,
      dueAt: orderDueAt(about.calendar, about.at, about.policy.policy.supervisionWorkingDays),
      text: command.text ?? '',
      reasonCode: 'dissatisfied',
    }),
  ],
  events: [
    { name: 'case.dissatisfied', round: life.round },
    { name: 'case.ordered', order: 'supervision', unitCode: life.leadUnit },
  ],
});

const closing = (life: CaseLife, command: RecordCallback, at: Date): Outcome => ({
  to: 'closed',
  change: { callbackOutcome: command.result.outcome, closedAt: at },
  effects: [recorded(life, command), { kind: 'round_changed', round: life.round, set: { endedAt: at } }],
  events: [{ name: 'case.closed', state: 'closed' }],
});

/** A merged case's citizen is asked like any other; the matter itself is judged on the master. */
const ofMerged = (life: CaseLife, command: RecordCallback): Outcome => ({
  change: command.result.outcome === 'no_answer' ? {} : { callbackOutcome: command.result.outcome },
  effects: [recorded(life, command)],
  ...(isDissatisfied(command.result) ? { events: [{ name: 'case.dissatisfied' as const, round: life.round }] } : {}),
});

/** What the citizen said, or that nobody could be asked. "No answer" never counts as satisfied (domain §2a). */
export const recordCallback = (life: CaseLife, command: RecordCallback, about: Circumstances): Outcome => {
  const { result } = command;
  if (result.outcome === 'reached' && (result.solved ?? null) === null && (result.score ?? null) === null)
    throw invalid('result', '请登记是否解决或满意程度 Say whether it is solved or how satisfied');
  if (result.outcome === 'not_asked') checkReason(command, REASONS.not_asked);
  if (result.outcome === 'unreachable' && life.unanswered < about.policy.policy.callbackAttempts)
    throw overLimit('callback_attempts', { attempts: life.unanswered, needed: about.policy.policy.callbackAttempts });
  if (life.state === 'merged') return ofMerged(life, command);
  if (result.outcome === 'no_answer') return { effects: [recorded(life, command)] };
  if (result.outcome === 'reached') {
    if (!isDissatisfied(result)) return closing(life, command, about.at);
    checkReason(command, REASONS.dissatisfied);
    return dissatisfied(life, command, about);
  }
  if (result.outcome === 'unreachable' || life.form.urgent) {
    // R12: an urgent case does not end because nobody was asked.
    if (result.outcome === 'not_asked') throw lacking('urgent_confirmed');
    return { to: 'callback_failed', change: { callbackOutcome: result.outcome }, effects: [recorded(life, command)] };
  }
  return closing(life, command, about.at);
};
