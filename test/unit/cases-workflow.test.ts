import t from 'tap';
import { Value } from 'typebox/value';
import type { Command } from '../../src/cases/commands.ts';
import { commandSchema } from '../../src/cases/commands.ts';
import { decide, movesFor } from '../../src/cases/decide.ts';
import type { CaseLife, Mover, Ruling } from '../../src/cases/life.ts';
import { CASE_SIDES, CASE_STATES, type CaseSide, type CaseState, type RulingKind } from '../../src/cases/states.ts';
import { COMMANDS, type CommandName } from '../../src/cases/workflow.ts';
import { isHotlineError } from '../../src/core/errors.ts';
import { ROLES, type Role } from '../../src/core/roles.ts';
import {
  AGENT,
  about,
  aLife,
  DISPATCHER,
  EXAMPLES,
  LIAISON,
  mover,
  NOW,
  OTHER_UNIT,
  PRINCIPAL,
  SUPERVISOR,
  SYSTEM,
  shanghai,
} from '../helpers/case-life.ts';

/** The rule book, said again from the states' side: what may happen to a case in each state. Everything else is forbidden. */
const centre = 'urge order_supervision give_guidance submit_original record_instruction mark report_important confirm_report';
const MAY: Readonly<Record<CaseState, string>> = {
  draft: 'register',
  registered: 'review ask_registrar answer_directly refuse dispatch merge hand_over report_important confirm_report mark',
  reviewing:
    'ask_registrar answer_directly refuse dispatch merge hand_over report_important confirm_report submit_original record_instruction mark',
  direct_closed: 'archive',
  not_accepted: 'archive',
  dispatched: `sign merge hand_over add_unit request_return rule_return request_termination rule_termination withdraw_request answer_order raise_card recompute_due ${centre}`,
  signed: `begin hand_over record_work add_unit request_return rule_return request_extension rule_extension request_termination rule_termination withdraw_request answer_order raise_card recompute_due ${centre}`,
  handling: `hand_over record_work give_feedback add_unit request_extension rule_extension request_ledger rule_ledger request_termination rule_termination withdraw_request answer_order raise_card recompute_due ${centre}`,
  ledger: `record_work give_feedback add_unit leave_ledger request_termination rule_termination withdraw_request answer_order raise_card recompute_due ${centre}`,
  feedback: `sign_off open_callback return_feedback answer_order ${centre}`,
  callback_pending:
    'return_feedback record_reply record_callback confirm_otherwise answer_order report_important confirm_report record_instruction mark',
  callback_failed: 'record_reply retry_callback confirm_otherwise escalate archive confirm_report',
  rework:
    'dispatch explain_and_close escalate order_supervision answer_order submit_original record_instruction mark report_important confirm_report',
  supervising:
    'dispatch hand_over explain_and_close order_supervision answer_order submit_original record_instruction mark report_important confirm_report',
  closed: 'archive confirm_report record_instruction',
  terminated: 'archive',
  merged: 'unmerge record_reply record_callback archive',
  archived: 'confirm_report',
};

const ruling = (kind: RulingKind, change: Partial<Ruling> = {}): Ruling => ({
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
const KIND_OF: Readonly<Record<CaseSide, RulingKind>> = {
  return_requested: 'return',
  extension_requested: 'extension',
  ledger_requested: 'ledger',
  terminate_requested: 'termination',
};

/** The request under which a ruling is given; null for what needs none. */
const sideFor = (command: CommandName): CaseSide | null =>
  (
    ({
      rule_return: 'return_requested',
      rule_extension: 'extension_requested',
      rule_ledger: 'ledger_requested',
      rule_termination: 'terminate_requested',
      withdraw_request: 'terminate_requested',
    }) as const
  )[command as 'rule_return'] ?? null;

const orders = [
  { orderId: 31, kind: 'urge', unitCode: 'D01' },
  { orderId: 32, kind: 'important_report', unitCode: null },
] as const;
const lifeFor = (state: CaseState, command: CommandName, side: CaseSide | null = sideFor(command)): CaseLife =>
  aLife({
    state,
    side,
    orders,
    rulings: side ? [ruling(KIND_OF[side])] : [],
    provisional: command === 'recompute_due',
    masterId: state === 'merged' ? 2 : null,
    masterState: state === 'merged' ? 'archived' : null,
  });

const outcomeOf = (life: CaseLife, command: Command, by: Mover, at = NOW): string => {
  try {
    decide(life, command, about({ mover: by, at }));
    return 'allowed';
  } catch (err) {
    if (isHotlineError(err)) return err.code;
    throw err;
  }
};

/** Who gives the command in the rule book. */
const WHO: Readonly<Record<CommandName, { by: readonly Role[]; or?: 'system' }>> = (() => {
  const desk: Role[] = ['agent', 'team_leader', 'dispatcher'];
  const table: Partial<Record<CommandName, { by: readonly Role[]; or?: 'system' }>> = {};
  const say = (by: readonly Role[], names: string, or?: 'system') => {
    for (const name of names.split(' ')) table[name as CommandName] = { by, ...(or ? { or } : {}) };
  };
  // The system registers what the city platform hands over.
  say(desk, 'register', 'system');
  say(desk, 'answer_directly');
  say(
    ['dispatcher'],
    'review ask_registrar refuse dispatch merge unmerge add_unit rule_return rule_extension rule_ledger rule_termination',
  );
  say([...desk, 'supervisor'], 'hand_over report_important retry_callback');
  say(
    ['unit_staff'],
    'sign begin record_work give_feedback request_return request_extension request_ledger request_termination withdraw_request answer_order',
  );
  say(['unit_staff', 'dispatcher'], 'leave_ledger');
  say(['unit_staff', 'supervisor'], 'sign_off');
  say([], 'open_callback raise_card recompute_due', 'system');
  say(['dispatcher', 'supervisor'], 'return_feedback explain_and_close escalate urge mark');
  say([...desk], 'record_reply');
  say([...desk, 'supervisor'], 'record_reply');
  say([...desk, 'supervisor'], 'record_callback', 'system');
  say(['supervisor'], 'confirm_otherwise order_supervision give_guidance submit_original');
  say(['leader'], 'confirm_report');
  say(['supervisor', 'leader'], 'record_instruction');
  say(['dispatcher'], 'archive', 'system');
  return table as Record<CommandName, { by: readonly Role[]; or?: 'system' }>;
})();

const rightMover = (command: CommandName): Mover => {
  const { by } = WHO[command];
  if (by.includes('unit_staff')) return PRINCIPAL;
  const [role] = by;
  return role ? mover(role) : SYSTEM;
};
const momentFor = (command: CommandName): Date => (command === 'raise_card' ? shanghai('2026-11-26 00:00') : NOW);

t.test('every pair of state and command is allowed or forbidden as the rule book says', async (t) => {
  let allowed = 0;
  let forbidden = 0;
  for (const state of CASE_STATES) {
    const may = new Set(MAY[state].split(' '));
    for (const command of COMMANDS) {
      const outcome = outcomeOf(lifeFor(state, command), EXAMPLES[command], rightMover(command), momentFor(command));
      const expected = may.has(command) ? 'allowed' : 'case.transition_not_allowed';
      if (expected === 'allowed') allowed++;
      else forbidden++;
      if (outcome !== expected) t.fail(`${state} + ${command}: ${outcome}, should be ${expected}`);
    }
    for (const word of may) if (!COMMANDS.includes(word as CommandName)) t.fail(`the rule book names ${word}, which is no command`);
  }
  t.comment(`${allowed} allowed, ${forbidden} forbidden`);
  t.equal(allowed + forbidden, CASE_STATES.length * COMMANDS.length);
});

t.test('every command is given by those the rule book names, and by nobody else', async (t) => {
  for (const command of COMMANDS) {
    const state = CASE_STATES.find((each) => MAY[each].split(' ').includes(command));
    if (!state) return t.fail(`${command} is possible nowhere`);
    const life = lifeFor(state, command);
    for (const role of ROLES) {
      const by = role === 'unit_staff' ? PRINCIPAL : mover(role);
      const expected = WHO[command].by.includes(role) ? 'allowed' : 'access.denied';
      t.equal(outcomeOf(life, EXAMPLES[command], by, momentFor(command)), expected, `${command} by ${role}`);
    }
    t.equal(
      outcomeOf(life, EXAMPLES[command], SYSTEM, momentFor(command)),
      WHO[command].or ? 'allowed' : 'access.denied',
      `${command} by the system`,
    );
  }
});

t.test('a pending request lets through what it should', async (t) => {
  const stopped: Readonly<Record<CaseSide, string>> = {
    return_requested: 'sign begin record_work give_feedback request_return request_extension request_termination add_unit merge',
    extension_requested: 'request_return request_extension request_ledger request_termination',
    ledger_requested: 'request_extension request_ledger request_termination',
    terminate_requested: 'request_return request_extension request_ledger request_termination leave_ledger merge',
  };
  const states: Readonly<Record<CaseSide, readonly CaseState[]>> = {
    return_requested: ['dispatched', 'signed'],
    extension_requested: ['signed', 'handling'],
    ledger_requested: ['handling'],
    terminate_requested: ['dispatched', 'signed', 'handling', 'ledger'],
  };
  const rules = ['rule_return', 'rule_extension', 'rule_ledger', 'rule_termination'];
  for (const side of CASE_SIDES) {
    const off = new Set(stopped[side].split(' '));
    for (const state of states[side])
      for (const command of MAY[state].split(' ') as CommandName[]) {
        const wrongRuling = rules.includes(command) && command !== `rule_${KIND_OF[side]}`;
        const expected = off.has(command) || wrongRuling ? 'case.transition_not_allowed' : 'allowed';
        t.equal(
          outcomeOf(lifeFor(state, command, side), EXAMPLES[command], rightMover(command), momentFor(command)),
          expected,
          `${state}, ${side}: ${command}`,
        );
      }
  }
  for (const command of [...rules, 'withdraw_request'] as CommandName[])
    t.equal(
      outcomeOf(lifeFor('handling', command, null), EXAMPLES[command], rightMover(command)),
      'case.transition_not_allowed',
      `${command} with nothing asked`,
    );
});

t.test('the unit acts on its own case only', async (t) => {
  for (const command of COMMANDS.filter((each) => WHO[each].by.includes('unit_staff'))) {
    const state = CASE_STATES.find((each) => MAY[each].split(' ').includes(command)) ?? 'handling';
    const life = lifeFor(state, command);
    t.equal(outcomeOf(life, EXAMPLES[command], OTHER_UNIT), 'access.denied', `${command} by another unit`);
    t.equal(outcomeOf(life, EXAMPLES[command], mover('unit_staff')), 'access.denied', `${command} by somebody without a unit`);
    const assisting = mover('unit_staff', { unitCode: 'D02' });
    const expected = ['record_work'].includes(command) ? 'allowed' : command === 'answer_order' ? 'request.invalid' : 'access.denied';
    t.equal(outcomeOf(life, EXAMPLES[command], assisting), expected, `${command} by the assisting unit`);
  }
  t.equal(
    outcomeOf(lifeFor('feedback', 'sign_off'), EXAMPLES.sign_off, LIAISON),
    'access.denied',
    'R39: the liaison cannot sign for the principal',
  );
});

t.test('what a move must carry', async (t) => {
  const needs = (life: Partial<CaseLife> | object, command: Command, by: Mover, requirement: string, master: object = {}) => {
    const given = aLife(life);
    t.throws(
      () => decide(given, command, about({ mover: by, ...master })),
      { code: 'case.requirement_missing', details: { requirement } },
      `${command.do}: ${requirement}`,
    );
  };
  const none = { siteVisits: 0, explanations: 0, principalContacts: 0 };
  needs({ state: 'draft', form: { requestType: null } }, EXAMPLES.register, AGENT, 'form');
  needs({ state: 'draft', form: { categoryCode: null } }, EXAMPLES.register, AGENT, 'form');
  needs({ state: 'draft', form: { course: ' ' } }, EXAMPLES.register, AGENT, 'form');
  needs({ state: 'reviewing' }, { ...EXAMPLES.answer_directly, reply: { publicText: ' ', privateText: null } }, DISPATCHER, 'reply');
  needs({ works: none, form: { keyCase: true } }, EXAMPLES.give_feedback, LIAISON, 'site_visit');
  needs({ works: none, submissions: 2 }, EXAMPLES.give_feedback, LIAISON, 'principal_contact');
  const byLaw = { ...EXAMPLES.give_feedback, feedback: { ...EXAMPLES.give_feedback.feedback, closing: 'explained_by_law' as const } };
  needs({ works: none }, byLaw, LIAISON, 'explanation');
  needs({ state: 'dispatched' }, { ...EXAMPLES.urge, text: '  ' }, SUPERVISOR, 'text');
  needs({ state: 'closed', replied: false }, EXAMPLES.archive, DISPATCHER, 'reply_on_record');
  needs({ state: 'closed', callbackOutcome: null }, EXAMPLES.archive, DISPATCHER, 'callback_on_record');
  needs({ state: 'callback_failed', confirmed: false, form: { urgent: true } }, EXAMPLES.archive, DISPATCHER, 'urgent_confirmed');
  needs({ state: 'rework', confirmed: false, form: { urgent: true } }, EXAMPLES.explain_and_close, DISPATCHER, 'urgent_confirmed');
  const asked = { do: 'record_callback', reasonCode: 'opted_out', result: { mode: 'none', outcome: 'not_asked' } } as const;
  needs({ state: 'callback_pending', form: { urgent: true } }, asked, AGENT, 'urgent_confirmed');
  needs({ state: 'merged', masterId: 2, masterState: 'closed' }, EXAMPLES.archive, DISPATCHER, 'master_archived');
  needs({ state: 'reviewing', children: 1 }, EXAMPLES.merge, DISPATCHER, 'no_children');
  for (const master of [
    null,
    { caseId: 1, state: 'handling', masterId: null },
    { caseId: 2, state: 'merged', masterId: 3 },
    { caseId: 2, state: 'archived', masterId: null },
    { caseId: 2, state: 'draft', masterId: null },
  ])
    needs({ state: 'reviewing' }, EXAMPLES.merge, DISPATCHER, 'master_open', { master });
  needs(
    { side: 'terminate_requested', rulings: [ruling('termination')] },
    { do: 'rule_termination', agree: true, text: '同意' },
    DISPATCHER,
    'reply',
  );
  t.equal(
    outcomeOf(aLife({ works: none, form: { keyCase: false } }), EXAMPLES.give_feedback, LIAISON),
    'allowed',
    'an ordinary case needs no visit',
  );
  t.equal(
    outcomeOf(aLife({ works: none }), { ...EXAMPLES.request_return, reasonCode: 'nonsense' }, LIAISON),
    'case.transition_not_allowed',
  );
  t.equal(
    outcomeOf(aLife({ state: 'signed' }), { ...EXAMPLES.request_return, reasonCode: 'nonsense' }, LIAISON),
    'request.invalid',
    'a reason is one of the list',
  );
});

t.test('the buttons of a case page', async (t) => {
  t.same(movesFor(aLife({ state: 'dispatched' }), LIAISON), ['sign', 'request_return', 'request_termination', 'answer_order']);
  t.same(movesFor(aLife({ state: 'archived' }), DISPATCHER), []);
  t.same(movesFor(aLife({ state: 'handling' }), OTHER_UNIT), []);
});

t.test('every example is what the door lets in, and the door knows no command of the system', async (t) => {
  for (const command of COMMANDS) {
    const schema = commandSchema(command);
    const systems = ['open_callback', 'raise_card', 'recompute_due'].includes(command);
    t.equal(schema !== undefined && Value.Check(schema, EXAMPLES[command]), !systems, command);
  }
});
