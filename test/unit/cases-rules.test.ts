import t from 'tap';
import { clocksOf, type DueBasis, dispatchDueAt, returnUntil } from '../../src/cases/deadlines.ts';
import { decide } from '../../src/cases/decide.ts';
import type { CaseLife, Effect, Ruling } from '../../src/cases/life.ts';
import { checkPolicy, DEFAULT_POLICY, isRepeat, policyAt, SHIPPED_POLICY } from '../../src/cases/policy.ts';
import { buildCalendar, CALENDAR_2026 } from '../../src/core/working-time.ts';
import {
  AGENT,
  about,
  aLife,
  CALENDAR,
  DISPATCHER,
  EXAMPLES,
  inShanghai,
  LIAISON,
  NOW,
  PRINCIPAL,
  SUPERVISOR,
  SYSTEM,
  shanghai,
} from '../helpers/case-life.ts';

const basis = (change: Partial<DueBasis> & { at: string }): DueBasis => ({
  dispatchedAt: shanghai(change.at),
  round: 1,
  requestType: 'complaint',
  urgent: false,
  keyCase: false,
  extendedDays: 0,
  ledgerUntil: null,
  ...change,
});
const kinds = (effects: readonly Effect[]): string[] =>
  effects.map((effect) => (effect.kind === 'order_given' ? `order ${effect.order}` : effect.kind));
const asked = (kind: Ruling['kind'], change: Partial<Ruling> = {}): Ruling => ({
  rulingId: 9,
  kind,
  round: 1,
  unitCode: 'D01',
  outcome: 'pending',
  workingDays: 5,
  promisedOn: '2026-12-18',
  requestedAt: NOW,
  ...change,
});

t.test('deadline, yellow card and red card, as the rule book reads', async (t) => {
  for (const [what, due, yellow, red, why] of [
    [
      basis({ at: '2026-11-24 09:00' }),
      '2026-11-27 23:59:59',
      '2026-11-26 00:00:00',
      '2026-11-30 00:00:00',
      'R14: three working days; red on the first working day after',
    ],
    [
      basis({ at: '2026-09-30 10:00' }),
      '2026-10-10 23:59:59',
      '2026-10-09 00:00:00',
      '2026-10-12 00:00:00',
      'over National Day, due on the worked Saturday',
    ],
    [basis({ at: '2026-02-13 10:00' }), '2026-02-25 23:59:59', '2026-02-24 00:00:00', '2026-02-26 00:00:00', 'over Spring Festival'],
    [
      basis({ at: '2026-11-24 09:00', extendedDays: 10 }),
      '2026-12-11 23:59:59',
      '2026-12-10 00:00:00',
      '2026-12-14 00:00:00',
      'extension: ten working days on top of the three',
    ],
    [
      basis({ at: '2026-11-24 09:00', ledgerUntil: '2026-12-20' }),
      '2026-12-20 23:59:59',
      '2026-12-18 00:00:00',
      '2026-12-21 00:00:00',
      'R19: the promised day, a Sunday, stands',
    ],
    [
      basis({ at: '2026-11-28 23:00', urgent: true }),
      '2026-11-29 23:00:00',
      '2026-11-29 21:00:00',
      '2026-11-29 23:00:01',
      'R12, R15: urgent runs at night and on Sunday',
    ],
    [
      basis({ at: '2026-11-24 09:00', round: 2 }),
      '2026-11-27 23:59:59',
      '2026-11-26 00:00:00',
      '2026-11-30 00:00:00',
      'a second round has its own term',
    ],
  ] as const) {
    const clocks = clocksOf(DEFAULT_POLICY, CALENDAR, what);
    t.same([inShanghai(clocks.dueAt), inShanghai(clocks.yellowAt), inShanghai(clocks.redAt)], [due, yellow, red], why);
    t.equal(clocks.provisional, false);
  }
  const policy = { ...DEFAULT_POLICY, terms: { ...DEFAULT_POLICY.terms, consultation: 1 }, keyCaseWorkingDays: 5 };
  t.equal(
    inShanghai(clocksOf(policy, CALENDAR, basis({ at: '2026-11-24 09:00', requestType: 'consultation' })).dueAt),
    '2026-11-25 23:59:59',
  );
  t.equal(inShanghai(clocksOf(policy, CALENDAR, basis({ at: '2026-11-24 09:00', keyCase: true })).dueAt), '2026-12-01 23:59:59');
  t.equal(
    inShanghai(clocksOf(DEFAULT_POLICY, CALENDAR, basis({ at: '2026-11-24 17:00' })).signAlarmAt),
    '2026-11-25 10:00:00',
    'R13: two office hours',
  );
});

t.test('a deadline beyond the published years is marked, and refused when nobody offers a stand-in', async (t) => {
  const late = basis({ at: '2026-12-30 10:00' });
  const clocks = clocksOf(DEFAULT_POLICY, CALENDAR, late);
  t.match([inShanghai(clocks.dueAt), clocks.provisional], ['2027-01-05 23:59:59', true]);
  t.equal(
    clocksOf(DEFAULT_POLICY, CALENDAR, basis({ at: '2026-12-28 10:00' })).provisional,
    true,
    'due on 31 December, but red only in the unknown year',
  );
  t.throws(() => clocksOf(DEFAULT_POLICY, buildCalendar([CALENDAR_2026]), late), { code: 'calendar.year_missing' });
  const published = buildCalendar([
    CALENDAR_2026,
    { year: 2027, daysOff: ['2027-01-01', '2027-01-04'], makeUpDays: [], source: 'x' },
    { year: 2028, daysOff: [], makeUpDays: [], source: 'x' },
  ]);
  const decision = decide(
    aLife({ provisional: true, dispatchedAt: late.dispatchedAt }),
    EXAMPLES.recompute_due,
    about({ mover: SYSTEM, calendar: published, at: late.dispatchedAt }),
  );
  t.equal(inShanghai(decision.change.dueAt), '2027-01-06 23:59:59', 'the imported year moves it');
  t.equal(decision.change.provisional, false);
});

t.test('the dispatcher and the returning unit have clocks too', async (t) => {
  t.equal(
    inShanghai(dispatchDueAt(DEFAULT_POLICY, CALENDAR, shanghai('2026-11-24 11:50'), false)),
    '2026-11-24 13:50:00',
    'R10: thirty office minutes',
  );
  t.equal(
    inShanghai(dispatchDueAt(DEFAULT_POLICY, CALENDAR, shanghai('2026-11-24 11:50'), true)),
    '2026-11-24 12:20:00',
    'R12: an urgent case does not wait for lunch',
  );
  t.equal(inShanghai(returnUntil(DEFAULT_POLICY, CALENDAR, shanghai('2026-11-24 09:00'))), '2026-11-26 23:59:59');
});

t.test('a policy is data with a date; a running case keeps its own', async (t) => {
  const later = { version: 1, effectiveFrom: shanghai('2026-12-01 00:00'), policy: { ...DEFAULT_POLICY, returnWorkingDays: 1 } };
  const corrected = { ...later, version: 2 };
  t.equal(policyAt([later], shanghai('2026-11-30 23:59')).version, 0);
  t.equal(policyAt([corrected, later], shanghai('2026-12-01 00:00')).version, 2, 'of two for one day the later made');
  t.same(checkPolicy(DEFAULT_POLICY), DEFAULT_POLICY);
  t.throws(() => checkPolicy({ ...DEFAULT_POLICY, returnWorkingDays: 0 }), {
    code: 'request.invalid',
    details: { field: '/returnWorkingDays' },
  });
  t.throws(() => checkPolicy({ ...DEFAULT_POLICY, more: 1 }), { code: 'request.invalid' });
  const registered = decide(aLife({ state: 'draft', registeredAt: null }), EXAMPLES.register, about({ mover: AGENT, policy: later }));
  t.equal(registered.change.policyVersion, 1);
  t.equal(SHIPPED_POLICY.policy.urgent.placeholder, true, 'R15: the urgent figures are marked as a placeholder');
});

t.test('what counts as a repeat (A3)', async (t) => {
  t.same(
    [1, 2, 3].map((count) => isRepeat(DEFAULT_POLICY, count)),
    [false, true, true],
  );
  const strict = { ...DEFAULT_POLICY, repeats: { mode: 'repeats' as const, least: 2 } };
  t.same(
    [1, 2, 3].map((count) => isRepeat(strict, count)),
    [false, false, true],
  );
});

t.test('the second submission goes out under supervision with a task for the principal (R18, R30, R39)', async (t) => {
  const out = decide(aLife({ state: 'reviewing', submissions: 2 }), EXAMPLES.dispatch, about());
  t.same(kinds(out.effects), ['round_opened', 'unit_assigned', 'unit_assigned', 'order supervision', 'order principal_contact']);
  const contact = out.effects.find((each) => each.kind === 'order_given' && each.order === 'principal_contact');
  t.match(contact, { unitCode: 'D01', dueAt: shanghai('2026-11-25 23:59:59') });
  t.same(kinds(decide(aLife({ state: 'reviewing', submissions: 1 }), EXAMPLES.dispatch, about()).effects), [
    'round_opened',
    'unit_assigned',
    'unit_assigned',
  ]);
  const byPrincipal = decide(aLife(), EXAMPLES.record_work, about({ mover: PRINCIPAL }));
  t.same(kinds(byPrincipal.effects), ['work_recorded', 'orders_answered']);
  t.same(
    kinds(decide(aLife(), EXAMPLES.record_work, about({ mover: LIAISON })).effects),
    ['work_recorded'],
    "the liaison's contact does not stand for it",
  );
  t.equal(
    decide(aLife({ submissions: 2 }), EXAMPLES.give_feedback, about({ mover: LIAISON })).change.state,
    'feedback',
    'waits for the principal',
  );
  t.equal(
    decide(aLife({ round: 2 }), EXAMPLES.give_feedback, about({ mover: LIAISON })).change.state,
    'feedback',
    'so does a second round',
  );
  t.throws(
    () =>
      decide(
        aLife({ orders: [{ orderId: 31, kind: 'principal_contact', unitCode: 'D01' }] }),
        EXAMPLES.answer_order,
        about({ mover: PRINCIPAL }),
      ),
    { code: 'case.requirement_missing' },
  );
});

t.test('feedback opens the callback in the same decision (R11)', async (t) => {
  const out = decide(aLife(), EXAMPLES.give_feedback, about({ mover: LIAISON }));
  t.same(
    out.steps.map((step) => [step.command, step.from, step.to, step.by]),
    [
      ['give_feedback', 'handling', 'feedback', 'mover'],
      ['open_callback', 'feedback', 'callback_pending', 'system'],
    ],
  );
  t.same(
    out.events.map((event) => event.name),
    ['case.feedback_given'],
  );
  t.match(out.change, { state: 'callback_pending', watchAt: null, replied: true });
  const anonymous = decide(aLife({ contactNumber: null }), EXAMPLES.give_feedback, about({ mover: LIAISON }));
  t.match(anonymous.change, { state: 'closed', callbackOutcome: 'not_asked' });
  t.match(
    anonymous.effects.find((each) => each.kind === 'callback_recorded'),
    { outcome: 'not_asked', reasonCode: 'no_number', score: null },
  );
  const quiet = decide(aLife({ form: { wantsReply: false } }), EXAMPLES.give_feedback, about({ mover: LIAISON }));
  t.match(
    quiet.effects.find((each) => each.kind === 'callback_recorded'),
    { reasonCode: 'no_reply_wanted' },
  );
  const urgent = decide(aLife({ contactNumber: null, form: { urgent: true } }), EXAMPLES.give_feedback, about({ mover: LIAISON }));
  t.equal(urgent.change.state, 'callback_pending', 'R12: an urgent case waits for a person even without a number');
  const lapsing = decide(
    aLife({ side: 'extension_requested', rulings: [asked('extension')] }),
    EXAMPLES.give_feedback,
    about({ mover: LIAISON }),
  );
  t.match(lapsing.effects[0], { kind: 'ruling_settled', outcome: 'lapsed' });
  t.equal(lapsing.change.side, null);
});

t.test('what the citizen said', async (t) => {
  const say = (result: object, life: Parameters<typeof aLife>[0] = {}, reasonCode?: string) =>
    decide(
      aLife({ state: 'callback_pending', ...life }),
      { do: 'record_callback', ...(reasonCode ? { reasonCode } : {}), result: { mode: 'human', ...result } } as never,
      about({ mover: AGENT }),
    );
  t.match(say({ outcome: 'reached', score: 3 }).change, { state: 'closed', callbackOutcome: 'reached' }, '基本满意 is satisfied');
  t.equal(say({ outcome: 'reached', score: 2 }, {}, 'attitude').change.state, 'rework');
  t.equal(
    say({ outcome: 'reached', score: 5, solved: 'no' }, {}, 'unsolved').change.state,
    'rework',
    'a polite score does not solve the matter',
  );
  const second = say({ outcome: 'reached', score: 1 }, { round: 2 }, 'unsolved');
  t.equal(second.change.state, 'supervising', 'dissatisfied twice is supervised outright');
  t.same(
    second.events.map((event) => event.name),
    ['case.dissatisfied', 'case.ordered'],
  );
  t.same(kinds(second.effects), ['callback_recorded', 'round_changed', 'order supervision'], 'R11: the supervision order comes by itself');
  t.throws(() => say({ outcome: 'reached', score: 1 }), { code: 'request.invalid', details: { field: 'reasonCode' } });
  t.throws(() => say({ outcome: 'reached' }), { code: 'request.invalid' }, 'reached without an answer says nothing');
  t.equal(say({ outcome: 'no_answer' }).change.state, 'callback_pending', 'an attempt, no outcome');
  t.equal(say({ outcome: 'no_answer' }).change.callbackOutcome, undefined);
  t.throws(() => say({ outcome: 'unreachable' }, { unanswered: 2 }), {
    code: 'case.limit_reached',
    details: { limit: 'callback_attempts' },
  });
  t.match(
    say({ outcome: 'unreachable' }).change,
    { state: 'callback_failed', callbackOutcome: 'unreachable' },
    'never counted as satisfied',
  );
  t.equal(say({ outcome: 'refused' }).change.state, 'closed');
  t.equal(say({ outcome: 'refused' }, { form: { urgent: true } }).change.state, 'callback_failed', 'R12: refused is not confirmed');
  t.equal(say({ outcome: 'not_asked' }, {}, 'opted_out').change.state, 'closed');
  t.throws(() => say({ outcome: 'not_asked' }), { code: 'request.invalid' });
  t.match(
    say({ outcome: 'no_answer', score: 5, solved: 'yes' }).effects[0],
    { score: null, solved: null },
    'who was not reached said nothing',
  );
});

t.test('returning a case: within two working days, once (退单)', async (t) => {
  const at = (text: string, life: Partial<CaseLife> = {}) =>
    decide(aLife({ state: 'signed', ...life }), EXAMPLES.request_return, about({ mover: LIAISON, at: shanghai(text) }));
  t.equal(at('2026-11-26 23:59:59').change.side, 'return_requested');
  t.throws(() => at('2026-11-27 00:00'), { code: 'case.limit_reached', details: { limit: 'return_term' } });
  for (const outcome of ['refused', 'agreed', 'pending'] as const)
    t.throws(
      () => at('2026-11-24 10:00', { rulings: [asked('return', { outcome })] }),
      { code: 'case.limit_reached', details: { limit: 'return_once' } },
      outcome,
    );
  t.ok(at('2026-11-24 10:00', { rulings: [asked('return', { outcome: 'withdrawn' })] }), 'taken back in time, it may be asked again');
  t.ok(at('2026-11-24 10:00', { rulings: [asked('return', { outcome: 'refused', unitCode: 'D09' })] }), 'another unit has its own once');
  const pending: Partial<CaseLife> = { state: 'signed', side: 'return_requested', rulings: [asked('return')] };
  const agreed = decide(aLife(pending), EXAMPLES.rule_return, about());
  t.match(agreed.change, { state: 'reviewing', side: null, leadUnit: null, dueAt: null, watchAt: null });
  t.ok(kinds(agreed.effects).includes('units_released'));
  t.match(decide(aLife(pending), { ...EXAMPLES.rule_return, agree: false }, about()).change, { state: 'dispatched', side: null });
});

t.test('an extension: once a round, at most ten working days, asked before due (延期)', async (t) => {
  const ask = (workingDays: number, at = NOW, life: Partial<CaseLife> = {}) =>
    decide(aLife(life), { ...EXAMPLES.request_extension, workingDays }, about({ mover: LIAISON, at }));
  t.equal(ask(10).change.side, 'extension_requested');
  t.throws(() => ask(11), { code: 'case.limit_reached', details: { limit: 'extension_days', most: 10 } });
  t.ok(ask(5, shanghai('2026-11-27 23:59:59')));
  t.throws(() => ask(5, shanghai('2026-11-28 00:00')), { code: 'case.limit_reached', details: { limit: 'extension_after_due' } });
  t.throws(() => ask(5, NOW, { rulings: [asked('extension', { outcome: 'agreed' })] }), {
    code: 'case.limit_reached',
    details: { limit: 'extension_once' },
  });
  t.ok(ask(5, NOW, { round: 2, rulings: [asked('extension', { outcome: 'agreed' })] }), 'a new round has its own');
  t.ok(ask(5, NOW, { rulings: [asked('extension', { outcome: 'refused' })] }));
  const pending = { side: 'extension_requested' as const, rulings: [asked('extension')], card: 'yellow' as const };
  const agreed = decide(aLife(pending), EXAMPLES.rule_extension, about({ at: shanghai('2026-11-26 10:00') }));
  t.equal(inShanghai(agreed.change.dueAt), '2026-12-04 23:59:59', 'five working days on top of the old due day');
  t.match(agreed.change, { card: 'none', extendedDays: 5, side: null });
  t.equal(inShanghai(agreed.change.watchAt), '2026-12-03 00:00:00');
  const refused = decide(aLife(pending), { ...EXAMPLES.rule_extension, agree: false }, about());
  t.equal(refused.change.dueAt, undefined);
});

t.test('the ledger: reason, staged plan, a promised day, and the citizen told (挂账, R19)', async (t) => {
  const ask = (change: object) => decide(aLife(), { ...EXAMPLES.request_ledger, ...change } as never, about({ mover: LIAISON }));
  t.match(ask({ callId: 77 }).effects[0], { ruling: { promisedOn: '2026-12-18', toldHow: '电话告知', toldCallId: 77 } });
  t.throws(() => ask({ promisedOn: '2026-11-24' }), { code: 'request.invalid', details: { field: 'promisedOn' } });
  t.throws(() => ask({ promisedOn: '2026-02-30' }), { code: 'request.invalid' });
  t.throws(() => ask({ plan: [{ by: '2026-12-19', step: '完工' }] }), { code: 'request.invalid', details: { field: 'plan' } });
  const pending = { side: 'ledger_requested' as const, rulings: [asked('ledger')] };
  const agreed = decide(aLife(pending), EXAMPLES.rule_ledger, about());
  t.match(
    [agreed.change.state, inShanghai(agreed.change.dueAt), agreed.change.ledgerUntil],
    ['ledger', '2026-12-18 23:59:59', '2026-12-18'],
  );
  t.throws(() => decide(aLife(pending), EXAMPLES.rule_ledger, about({ at: shanghai('2026-12-18 09:00') })), {
    code: 'case.limit_reached',
    details: { limit: 'ledger_passed' },
  });
});

t.test('cards are raised once each and never taken away by a clock set backwards', async (t) => {
  const raise = (at: string, life: Partial<CaseLife> = {}) =>
    decide(aLife(life), EXAMPLES.raise_card, about({ mover: SYSTEM, at: shanghai(at) }));
  t.match(raise('2026-11-26 00:00').change, { card: 'yellow', watchAt: shanghai('2026-11-30 00:00') });
  t.match(raise('2026-11-30 00:00', { card: 'yellow' }).change, { card: 'red', watchAt: null });
  t.match(raise('2026-12-01 00:00').change, { card: 'red' }, 'after a long sleep straight to red');
  t.throws(() => raise('2026-11-25 23:59:59'), { code: 'case.transition_not_allowed' });
  t.throws(() => raise('2026-11-26 10:00', { card: 'red' }), { code: 'case.transition_not_allowed' });
  t.throws(() => raise('2026-11-26 10:00', { card: 'yellow' }), { code: 'case.transition_not_allowed' });
});

t.test('marking a running case urgent shortens its term and never lengthens it', async (t) => {
  const urgent = { do: 'mark', urgent: true, text: '有坠落危险' } as const;
  t.equal(inShanghai(decide(aLife(), urgent, about()).change.dueAt), '2026-11-25 09:30:00');
  t.equal(decide(aLife({ dueAt: shanghai('2026-11-24 23:59:59') }), urgent, about()).change.dueAt, undefined);
  const lifted = decide(aLife({ form: { urgent: true }, dueAt: shanghai('2026-11-25 09:00') }), { ...urgent, urgent: false }, about());
  t.equal(inShanghai(lifted.change.dueAt), '2026-11-27 23:59:59');
  t.match(decide(aLife(), { do: 'mark', confidential: true, text: '怕报复' }, about({ mover: SUPERVISOR })).change, {
    confidential: true,
    urgent: false,
  });
});

t.test('a returned case keeps its round, a reworked one begins another', async (t) => {
  t.match(decide(aLife({ state: 'reviewing', round: 1 }), EXAMPLES.dispatch, about()).change, {
    round: 1,
    replied: false,
    callbackOutcome: null,
  });
  t.match(decide(aLife({ state: 'registered', round: 0 }), EXAMPLES.dispatch, about()).change, { round: 1 });
  const reworked = decide(aLife({ state: 'rework', round: 1 }), EXAMPLES.dispatch, about());
  t.match(reworked.change, { round: 2, replied: false, callbackOutcome: null, card: 'none' });
  t.same(kinds(reworked.effects).slice(0, 3), ['orders_lapsed', 'units_released', 'round_opened']);
  const refused = (change: object, field: string) =>
    t.throws(() => decide(aLife({ state: 'reviewing' }), { ...EXAMPLES.dispatch, ...change }, about()), {
      code: 'request.invalid',
      details: { field },
    });
  refused({ lead: 'D99' }, 'lead');
  refused({ assist: ['D99'] }, 'lead');
  refused({ lead: 'D02', assist: ['D02'] }, 'assist');
  t.throws(() => decide(aLife(), EXAMPLES.add_unit, about({ mover: DISPATCHER, knownUnits: new Set() })), { code: 'request.invalid' });
  t.throws(
    () => decide(aLife(), { ...EXAMPLES.add_unit, unitCode: 'D02' }, about()),
    { code: 'request.invalid' },
    'a unit that has it already',
  );
});
