import { recordCallback } from './callback.ts';
import type { CommandOf, Reply } from './commands.ts';
import { cardAt, clocksOf, dispatchDueAt, nextWatch, orderDueAt } from './deadlines.ts';
import type { CaseChange, CaseLife, Circumstances, Effect } from './life.ts';
import { basisOf, clockColumns, NO_UNIT, notAsked, type Outcome, order } from './outcome.ts';
import { isRepeat } from './policy.ts';
import { invalid, lacking, notAllowed } from './refusals.ts';
import { hasReply } from './requirements.ts';
import * as rulings from './rulings.ts';
import type { CaseState, OrderKind } from './states.ts';
import type { CommandName } from './workflow.ts';

type Handler<D extends CommandName> = (life: CaseLife, command: CommandOf<D>, about: Circumstances) => Outcome;

const endedWithoutUnit = (life: CaseLife, to: CaseState, reply: Reply, reason: string, about: Circumstances): Outcome => ({
  to,
  change: { replied: true, callbackOutcome: 'not_asked', closing: reason, closedAt: about.at, dispatchDueAt: null },
  effects: [{ kind: 'reply_recorded', round: life.round, reply }, notAsked(life.round, reason)],
  events: [{ name: 'case.closed', state: to }],
});

const register: Handler<'register'> = (life, _command, { at, policy, calendar, earlierSubmissions }) => {
  const submissions = earlierSubmissions + 1;
  return {
    to: 'registered',
    change: {
      registeredAt: life.registeredAt ?? at,
      submissions,
      policyVersion: policy.version,
      dispatchDueAt: dispatchDueAt(policy.policy, calendar, at, life.form.urgent),
    },
    events: [{ name: 'case.registered', urgent: life.form.urgent, important: life.form.important, submissions }],
  };
};

/** R18, R30: a repeat goes out with a supervision order and the principal's contact task. */
const repeatOrders = (life: CaseLife, lead: string, { at, policy, calendar }: Circumstances): Effect[] => {
  if (!isRepeat(policy.policy, life.submissions)) return [];
  const open = new Set(life.orders.map((each) => each.kind));
  const { supervisionWorkingDays, principalContactWorkingDays } = policy.policy;
  const text = `同一诉求第 ${life.submissions} 次提出`;
  const due = (days: number): Date => orderDueAt(calendar, at, days);
  return [
    ...(open.has('supervision')
      ? []
      : [order('supervision', { unitCode: lead, dueAt: due(supervisionWorkingDays), text, reasonCode: 'repeated' })]),
    order('principal_contact', { unitCode: lead, dueAt: due(principalContactWorkingDays), text, reasonCode: 'repeated' }),
  ];
};

const dispatch: Handler<'dispatch'> = (life, command, about) => {
  const { lead, assist } = command;
  const unknown = [lead, ...assist].find((code) => !about.knownUnits.has(code));
  if (unknown !== undefined) throw invalid('lead', `没有这个单位 There is no such unit: ${unknown}`);
  if (assist.includes(lead)) throw invalid('assist', '主办单位不能同时协办 The lead unit cannot also assist');
  // A case that came back unsuitably is dispatched again within its round; only an answer that did not hold opens another.
  const again = life.state === 'rework' || life.state === 'supervising';
  const round = again ? life.round + 1 : Math.max(life.round, 1);
  const basis = basisOf(life, { dispatchedAt: about.at, round, extendedDays: 0, ledgerUntil: null });
  const clocks = clocksOf(about.policy.policy, about.calendar, basis);
  const released: Effect[] = again ? [{ kind: 'orders_lapsed' }, { kind: 'units_released', reason: 'redispatched' }] : [];
  const effects: Effect[] = [
    ...released,
    { kind: 'round_opened', round, leadUnit: lead, dueAt: clocks.dueAt },
    { kind: 'unit_assigned', unitCode: lead, duty: 'lead', round },
    ...assist.map((unitCode): Effect => ({ kind: 'unit_assigned', unitCode, duty: 'assist', round })),
    ...repeatOrders(again ? { ...life, orders: [] } : life, lead, about),
  ];
  return {
    to: 'dispatched',
    change: {
      ...clockColumns(clocks, about.at),
      round,
      leadUnit: lead,
      dispatchedAt: about.at,
      dispatchDueAt: null,
      signAlarmAt: clocks.signAlarmAt,
      extendedDays: 0,
      ledgerUntil: null,
      replied: false,
      callbackOutcome: null,
      closing: null,
    },
    effects,
    events: [{ name: 'case.dispatched', leadUnit: lead, round }],
  };
};

const recordWork: Handler<'record_work'> = (life, { work }, { at, mover }) => {
  const [unitCode, post] = mover.kind === 'staff' ? [mover.unitCode, mover.post] : [null, null];
  if (new Date(work.happenedAt) > at) throw invalid('work.happenedAt', '发生时间不能晚于现在 It cannot have happened later than now');
  const answers = work.kind === 'contact' && post === 'principal' && unitCode === life.leadUnit;
  const recorded: Effect = { kind: 'work_recorded', round: life.round, unitCode, post, work };
  return { effects: answers ? [recorded, { kind: 'orders_answered', order: 'principal_contact', text: work.text }] : [recorded] };
};

const handOver: Handler<'hand_over'> = (life, command, { at, knownUnits }) => {
  const { unitCode, person, answered, text, callId } = command;
  if (!knownUnits.has(unitCode)) throw invalid('unitCode', '没有这个单位 There is no such unit');
  const work = {
    kind: 'handover' as const,
    happenedAt: at.toISOString(),
    people: person,
    text: text ?? '',
    answered,
    ...(callId === undefined ? {} : { callId }),
  };
  return { effects: [{ kind: 'work_recorded', round: life.round, unitCode, post: null, work }] };
};

/** R39: repeats and what comes back a second time go out under the principal's hand. */
export const needsSignOff = (life: Pick<CaseLife, 'round' | 'submissions'>, about: Pick<Circumstances, 'policy'>): boolean =>
  life.round > 1 || isRepeat(about.policy.policy, life.submissions);

const giveFeedback: Handler<'give_feedback'> = (life, { feedback }, about) => {
  const { leadUnit, round } = life;
  if (leadUnit === null) throw notAllowed(life, 'give_feedback');
  const pending = life.rulings.find((each) => each.outcome === 'pending');
  const lapsed: Effect[] = pending ? [rulings.settled(pending, 'lapsed', null, null)] : [];
  return {
    to: 'feedback',
    side: null,
    change: { replied: true, closing: feedback.closing, watchAt: null, signAlarmAt: null },
    effects: [
      ...lapsed,
      { kind: 'feedback_given', round, unitCode: leadUnit, feedback },
      { kind: 'reply_recorded', round, reply: feedback.reply },
      { kind: 'round_changed', round, set: { feedbackAt: about.at } },
    ],
    events: [{ name: 'case.feedback_given', round, leadUnit }],
    opensCallback: !needsSignOff(life, about),
  };
};

/** R11. Whoever left no number or wants no reply is not asked, and that is put on record; an urgent case waits for a person. */
export const openCallback = (life: CaseLife, { at }: Pick<Circumstances, 'at'>): Outcome => {
  const reason = life.contactNumber === null ? 'no_number' : life.form.wantsReply ? null : 'no_reply_wanted';
  if (reason === null || life.form.urgent) return { to: 'callback_pending' };
  return {
    to: 'closed',
    change: { callbackOutcome: 'not_asked', closedAt: at },
    effects: [notAsked(life.round, reason), { kind: 'round_changed', round: life.round, set: { endedAt: at } }],
    events: [{ name: 'case.closed', state: 'closed' }],
  };
};

const returnFeedback: Handler<'return_feedback'> = (life) => ({
  to: 'handling',
  change: {
    replied: false,
    closing: null,
    watchAt: life.yellowAt && life.redAt ? nextWatch({ yellowAt: life.yellowAt, redAt: life.redAt }, life.card) : null,
  },
  effects: [{ kind: 'round_changed', round: life.round, set: { feedbackAt: null } }],
});

const merge: Handler<'merge'> = (_life, command) => ({
  to: 'merged',
  change: { ...NO_UNIT, masterId: command.masterId, dispatchDueAt: null },
  effects: [{ kind: 'orders_lapsed' }, { kind: 'units_released', reason: 'merged' }],
  events: [{ name: 'case.closed', state: 'merged' }],
});

const answerOrder: Handler<'answer_order'> = (life, command, { mover }) => {
  const unitCode = mover.kind === 'staff' ? mover.unitCode : null;
  const found = life.orders.find((each) => each.orderId === command.orderId && each.unitCode === unitCode);
  if (!found) throw invalid('orderId', '没有这份待答复的通知 There is no such open order to this unit');
  // The contact itself answers this one; words about it do not.
  if (found.kind === 'principal_contact') throw lacking('principal_contact');
  return { effects: [{ kind: 'order_answered', orderId: found.orderId, text: command.text ?? null }] };
};

const confirmReport: Handler<'confirm_report'> = (life, command) => {
  const found = life.orders.find((each) => each.orderId === command.orderId && each.kind === 'important_report');
  if (!found) throw invalid('orderId', '没有这份待回执的报告 There is no such report');
  return { effects: [{ kind: 'order_answered', orderId: found.orderId, text: command.text ?? null }] };
};

const given =
  (kind: OrderKind, dueDays: (about: Circumstances) => number | null) =>
  (life: CaseLife, command: { text?: string; reasonCode?: string }, about: Circumstances): Outcome => {
    const days = dueDays(about);
    const dueAt = days === null ? null : orderDueAt(about.calendar, about.at, days);
    const fields = { unitCode: life.leadUnit, dueAt, text: command.text ?? '', reasonCode: command.reasonCode ?? null };
    return { effects: [order(kind, fields)], events: [{ name: 'case.ordered', order: kind, unitCode: life.leadUnit }] };
  };

const RUNNING: readonly CaseState[] = ['dispatched', 'signed', 'handling'];

/** Marking an unfinished case urgent shortens its term from now on; it never lengthens it. */
const markedClocks = (life: CaseLife, urgent: boolean, keyCase: boolean, about: Circumstances): Partial<CaseChange> => {
  if (!RUNNING.includes(life.state) || life.dueAt === null || urgent === life.form.urgent) return {};
  const basis = basisOf(life, urgent ? { urgent, keyCase, dispatchedAt: about.at, extendedDays: 0 } : { urgent, keyCase });
  const clocks = clocksOf(about.policy.policy, about.calendar, basis);
  return urgent && clocks.dueAt >= life.dueAt ? {} : clockColumns(clocks, about.at);
};

const mark: Handler<'mark'> = (life, command, about) => {
  const { form } = life;
  const flags = {
    urgent: command.urgent ?? form.urgent,
    keyCase: command.keyCase ?? form.keyCase,
    important: command.important ?? form.important,
    confidential: command.confidential ?? form.confidential,
  };
  const clocks = markedClocks(life, flags.urgent, flags.keyCase, about);
  const effects: Effect[] = clocks.dueAt ? [{ kind: 'round_changed', round: life.round, set: { dueAt: clocks.dueAt } }] : [];
  return { change: { ...flags, ...clocks }, effects };
};

const raiseCard: Handler<'raise_card'> = (life, _command, { at }) => {
  if (!life.yellowAt || !life.redAt) throw notAllowed(life, 'raise_card');
  const clocks = { yellowAt: life.yellowAt, redAt: life.redAt };
  const card = cardAt(clocks, at);
  const rank = { none: 0, yellow: 1, red: 2 };
  // A clock set backwards takes no card away.
  if (rank[card] <= rank[life.card]) throw notAllowed(life, 'raise_card');
  return { change: { card, watchAt: nextWatch(clocks, card) }, events: [{ name: 'case.carded', card }] };
};

const recomputeDue: Handler<'recompute_due'> = (life, _command, about) => {
  if (!life.provisional) throw notAllowed(life, 'recompute_due');
  const clocks = clocksOf(about.policy.policy, about.calendar, basisOf(life));
  return {
    change: clockColumns(clocks, about.at),
    effects: [{ kind: 'round_changed', round: life.round, set: { dueAt: clocks.dueAt } }],
  };
};

export const HANDLERS: Readonly<{ [D in CommandName]: Handler<D> }> = {
  register,
  review: () => ({ to: 'reviewing' }),
  ask_registrar: () => ({ to: 'draft', change: { dispatchDueAt: null } }),
  answer_directly: (life, command, about) => endedWithoutUnit(life, 'direct_closed', command.reply, 'direct_answer', about),
  refuse: (life, command, about) => endedWithoutUnit(life, 'not_accepted', command.reply, 'not_accepted', about),
  dispatch,
  hand_over: handOver,
  sign: (life, _command, { at }) => ({
    to: 'signed',
    change: { signAlarmAt: null },
    effects: [{ kind: 'round_changed', round: life.round, set: { signedAt: at } }],
  }),
  begin: (life, _command, { at }) => ({ to: 'handling', effects: [{ kind: 'round_changed', round: life.round, set: { begunAt: at } }] }),
  record_work: recordWork,
  give_feedback: giveFeedback,
  sign_off: (life, _command, about) => openCallback(life, about),
  open_callback: (life, _command, about) => openCallback(life, about),
  return_feedback: returnFeedback,
  record_reply: (life, { reply }) => ({ change: { replied: true }, effects: [{ kind: 'reply_recorded', round: life.round, reply }] }),
  record_callback: recordCallback,
  retry_callback: () => ({ to: 'callback_pending', change: { callbackOutcome: null } }),
  confirm_otherwise: (life, command, { at }) => ({
    to: 'closed',
    change: { callbackOutcome: 'confirmed_otherwise', closedAt: at },
    effects: [
      {
        ...notAsked(life.round, ''),
        outcome: 'confirmed_otherwise',
        reasonCode: null,
        text: command.text ?? null,
        callId: command.callId ?? null,
      },
      { kind: 'round_changed', round: life.round, set: { endedAt: at } },
    ],
    events: [{ name: 'case.closed', state: 'closed' }],
  }),
  explain_and_close: (_life, _command, { at }) => ({
    to: 'closed',
    change: { closing: 'explained', closedAt: at },
    events: [{ name: 'case.closed', state: 'closed' }],
  }),
  escalate: (life, command, about) => ({
    to: 'supervising',
    effects: [
      order('supervision', {
        unitCode: life.leadUnit,
        dueAt: orderDueAt(about.calendar, about.at, about.policy.policy.supervisionWorkingDays),
        text: command.text ?? '',
        reasonCode: command.reasonCode ?? null,
      }),
    ],
    events: [{ name: 'case.ordered', order: 'supervision', unitCode: life.leadUnit }],
  }),
  archive: () => ({ to: 'archived', events: [{ name: 'case.closed', state: 'archived' }] }),
  request_return: rulings.requestReturn,
  rule_return: rulings.ruleReturn,
  request_extension: rulings.requestExtension,
  rule_extension: rulings.ruleExtension,
  request_ledger: rulings.requestLedger,
  rule_ledger: rulings.ruleLedger,
  leave_ledger: () => ({ to: 'handling' }), // the promise to the citizen stays the deadline (R19)
  request_termination: rulings.requestTermination,
  rule_termination: (life, command, about) => {
    const pending = rulings.pendingOf(life, 'termination');
    if (!command.agree) return { side: null, effects: [rulings.settled(pending, 'refused', command.text ?? null, null)] };
    if (!command.reply || !hasReply(command.reply)) throw lacking('reply');
    const ended = endedWithoutUnit(life, 'terminated', command.reply, 'terminated', about);
    const { leadUnit: _lead, ...noClocks } = NO_UNIT;
    return {
      ...ended,
      side: null,
      change: { ...ended.change, ...noClocks, dispatchedAt: life.dispatchedAt },
      effects: [
        rulings.settled(pending, 'agreed', command.text ?? null, null),
        { kind: 'orders_lapsed' },
        { kind: 'round_changed', round: life.round, set: { endedAt: about.at } },
        ...(ended.effects ?? []),
      ],
    };
  },
  withdraw_request: (life, command) => {
    const pending = life.rulings.find((each) => each.outcome === 'pending');
    if (!pending) throw notAllowed(life, 'withdraw_request');
    return { side: null, effects: [rulings.settled(pending, 'withdrawn', command.text ?? null, null)] };
  },
  merge,
  unmerge: (life, _command, { at, policy, calendar }) => ({
    to: 'reviewing',
    change: { masterId: null, dispatchDueAt: dispatchDueAt(policy.policy, calendar, at, life.form.urgent) },
  }),
  add_unit: (life, { unitCode }, { knownUnits }) => {
    if (!knownUnits.has(unitCode)) throw invalid('unitCode', '没有这个单位 There is no such unit');
    if (unitCode === life.leadUnit || life.assistUnits.includes(unitCode))
      throw invalid('unitCode', '这个单位已在办理 The unit has it already');
    return { effects: [{ kind: 'unit_assigned', unitCode, duty: 'assist', round: life.round }] };
  },
  urge: given('urge', () => null),
  order_supervision: given('supervision', ({ policy }) => policy.policy.supervisionWorkingDays),
  give_guidance: given('guidance', () => null),
  answer_order: answerOrder,
  report_important: (_life, command) => ({
    change: { important: true },
    effects: [order('important_report', { recipient: command.recipient, text: command.text ?? '' })],
    events: [{ name: 'case.ordered', order: 'important_report', unitCode: null }],
  }),
  confirm_report: confirmReport,
  submit_original: () => ({ change: { submitted: true } }),
  record_instruction: () => ({ change: { submitted: false } }),
  mark,
  raise_card: raiseCard,
  recompute_due: recomputeDue,
};
