import { dayNumber, dayOf } from '../core/working-time.ts';
import type { CommandOf } from './commands.ts';
import { clocksOf, dispatchDueAt, returnUntil } from './deadlines.ts';
import type { CaseLife, Circumstances, Effect, Ruling } from './life.ts';
import { basisOf, clockColumns, NO_UNIT, type Outcome } from './outcome.ts';
import { invalid, notAllowed, overLimit } from './refusals.ts';
import { type RulingKind, SIDE_OF } from './states.ts';

/** 退单 延期 挂账 终止: what a unit asks for and how the centre rules. Asked and ruled on record, one at a time. */

export const settled = (
  ruling: Ruling,
  outcome: Exclude<Ruling['outcome'], 'pending'>,
  text: string | null,
  dueAfter: Date | null,
): Effect => ({
  kind: 'ruling_settled',
  rulingId: ruling.rulingId,
  outcome,
  text,
  dueAfter,
});

export const pendingOf = (life: CaseLife, kind: RulingKind): Ruling => {
  const found = life.rulings.find((each) => each.kind === kind && each.outcome === 'pending');
  if (!found) throw notAllowed(life, `rule_${kind}`);
  return found;
};

const requested = (
  life: CaseLife,
  kind: RulingKind,
  command: { reasonCode?: string; text?: string },
  more: Partial<Extract<Effect, { kind: 'ruling_requested' }>['ruling']> = {},
): Outcome => ({
  side: SIDE_OF[kind],
  effects: [
    {
      kind: 'ruling_requested',
      ruling: {
        kind,
        round: life.round,
        unitCode: life.leadUnit ?? '',
        reasonCode: command.reasonCode ?? '',
        text: command.text ?? '',
        workingDays: null,
        promisedOn: null,
        plan: null,
        toldHow: null,
        toldCallId: null,
        dueBefore: life.dueAt,
        ...more,
      },
    },
  ],
});

/** Within the term, and once: a unit whose return was refused may not return the case again (北京12, 潍坊22). */
export const requestReturn = (life: CaseLife, command: CommandOf<'request_return'>, about: Circumstances): Outcome => {
  if (life.rulings.some((each) => each.kind === 'return' && each.unitCode === life.leadUnit && each.outcome !== 'withdrawn'))
    throw overLimit('return_once');
  const until = life.dispatchedAt === null ? null : returnUntil(about.policy.policy, about.calendar, life.dispatchedAt);
  if (until === null || about.at > until) throw overLimit('return_term', { until: until?.toISOString() ?? null });
  return requested(life, 'return', command);
};

export const ruleReturn = (life: CaseLife, command: CommandOf<'rule_return'>, about: Circumstances): Outcome => {
  const pending = pendingOf(life, 'return');
  const { at, policy, calendar } = about;
  if (!command.agree) return { to: 'dispatched', side: null, effects: [settled(pending, 'refused', command.text ?? null, life.dueAt)] };
  return {
    to: 'reviewing',
    side: null,
    change: { ...NO_UNIT, dispatchDueAt: dispatchDueAt(policy.policy, calendar, at, life.form.urgent) },
    effects: [
      settled(pending, 'agreed', command.text ?? null, null),
      { kind: 'orders_lapsed' },
      { kind: 'units_released', reason: 'returned' },
      { kind: 'round_changed', round: life.round, set: { endedAt: at } },
    ],
  };
};

/** Once a round, at most so many working days, asked before the due time (山东省办法, domain A12). */
export const requestExtension = (life: CaseLife, command: CommandOf<'request_extension'>, about: Circumstances): Outcome => {
  const most = about.policy.policy.extension.mostWorkingDays;
  if (command.workingDays > most) throw overLimit('extension_days', { most });
  if (life.rulings.some((each) => each.kind === 'extension' && each.round === life.round && each.outcome === 'agreed'))
    throw overLimit('extension_once');
  if (life.dueAt === null || about.at > life.dueAt) throw overLimit('extension_after_due');
  return requested(life, 'extension', command, { workingDays: command.workingDays });
};

export const ruleExtension = (life: CaseLife, command: CommandOf<'rule_extension'>, about: Circumstances): Outcome => {
  const pending = pendingOf(life, 'extension');
  if (!command.agree) return { side: null, effects: [settled(pending, 'refused', command.text ?? null, life.dueAt)] };
  const extendedDays = pending.workingDays ?? 0;
  const clocks = clocksOf(about.policy.policy, about.calendar, basisOf(life, { extendedDays }));
  return {
    side: null,
    change: { ...clockColumns(clocks, about.at), extendedDays },
    effects: [
      settled(pending, 'agreed', command.text ?? null, clocks.dueAt),
      { kind: 'round_changed', round: life.round, set: { dueAt: clocks.dueAt } },
    ],
  };
};

/** R19: a staged plan and a promised day, and the citizen has been told. */
export const requestLedger = (life: CaseLife, command: CommandOf<'request_ledger'>, { at }: Circumstances): Outcome => {
  const { promisedOn, plan, toldHow } = command;
  const promised = dayNumber(promisedOn);
  if (promised <= dayOf(at)) throw invalid('promisedOn', '承诺日期须在今天之后 The promised day must be after today');
  if (plan.some((step) => dayNumber(step.by) > promised)) throw invalid('plan', '计划不能晚于承诺日期 A step lies after the promised day');
  return requested(life, 'ledger', command, { promisedOn, plan, toldHow, toldCallId: command.callId ?? null });
};

export const ruleLedger = (life: CaseLife, command: CommandOf<'rule_ledger'>, about: Circumstances): Outcome => {
  const pending = pendingOf(life, 'ledger');
  if (!command.agree) return { side: null, effects: [settled(pending, 'refused', command.text ?? null, life.dueAt)] };
  const ledgerUntil = pending.promisedOn;
  if (ledgerUntil === null || dayNumber(ledgerUntil) <= dayOf(about.at)) throw overLimit('ledger_passed', { promisedOn: ledgerUntil });
  const clocks = clocksOf(about.policy.policy, about.calendar, basisOf(life, { ledgerUntil, extendedDays: 0 }));
  return {
    to: 'ledger',
    side: null,
    change: { ...clockColumns(clocks, about.at), ledgerUntil, extendedDays: 0 },
    effects: [
      settled(pending, 'agreed', command.text ?? null, clocks.dueAt),
      { kind: 'round_changed', round: life.round, set: { dueAt: clocks.dueAt } },
    ],
  };
};

export const requestTermination = (life: CaseLife, command: CommandOf<'request_termination'>): Outcome =>
  requested(life, 'termination', command);
