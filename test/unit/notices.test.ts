import t from 'tap';
import type { Command } from '../../src/cases/commands.ts';
import { decide } from '../../src/cases/decide.ts';
import type { CaseLife, Mover } from '../../src/cases/life.ts';
import type { Role } from '../../src/core/roles.ts';
import { type Person, recipientsOf } from '../../src/notices/recipients.ts';
import { BECAUSE, NOTICE_RULES, occasionsOf, TOLD, unsignedOccasion } from '../../src/notices/rules.ts';
import { messageText } from '../../src/notices/words.ts';
import { about, aLife, DISPATCHER, EXAMPLES, LIAISON, mover, NOW, PRINCIPAL, SUPERVISOR, SYSTEM, shanghai } from '../helpers/case-life.ts';

const somebody = (staffId: number, name: string, role: Role, unitCode: string | null = null, post: Person['post'] = null): Person => ({
  staffId,
  name,
  roles: [role],
  unitCode,
  post,
});
const PEOPLE = [
  somebody(11, '派单员', 'dispatcher'),
  somebody(12, '督导', 'supervisor'),
  somebody(13, '晏区长', 'leader'),
  somebody(14, '另一位领导', 'leader'),
  somebody(15, '话务员', 'agent'),
  somebody(21, '局长', 'unit_staff', 'D01', 'principal'),
  somebody(22, '副局长', 'unit_staff', 'D01', 'deputy'),
  somebody(23, '联络员', 'unit_staff', 'D01', 'liaison'),
  somebody(24, '科员', 'unit_staff', 'D01'),
  somebody(31, '协办人', 'unit_staff', 'D02'),
  somebody(41, '别的单位', 'unit_staff', 'D09', 'principal'),
];
const LEADER = mover('leader', { staffId: 13 });

/** Names of who is told, and of what, by one move. */
const told = (life: CaseLife, command: Command, by: Mover = DISPATCHER, registrar = 15): Record<string, string> => {
  const decision = decide(life, command, about({ mover: by }));
  const after: CaseLife = { ...life, ...(decision.change as Partial<CaseLife>), version: life.version + decision.steps.length };
  const found = recipientsOf(occasionsOf({ before: life, after, decision }), {
    people: PEOPLE,
    registrar,
    givers: new Map([
      [31, 12],
      [32, 15],
    ]),
    mover: by.kind === 'staff' ? by.staffId : null,
  });
  return Object.fromEntries(
    found.map(({ staffId, rule, because }) => [PEOPLE.find((each) => each.staffId === staffId)?.name ?? '', `${rule} ${because}`]),
  );
};

const by = (command: Command['do'], change: object = {}): Command => ({ ...EXAMPLES[command], ...change }) as Command;
const ruling = (kind: 'return' | 'extension' | 'ledger' | 'termination') => ({
  rulingId: 1,
  kind,
  round: 1,
  unitCode: 'D01',
  outcome: 'pending' as const,
  workingDays: kind === 'extension' ? 5 : null,
  promisedOn: kind === 'ledger' ? '2026-12-18' : null,
  requestedAt: NOW,
});
const orders = [
  { orderId: 31, kind: 'supervision' as const, unitCode: 'D01' },
  { orderId: 32, kind: 'important_report' as const, unitCode: null },
];

t.test('what happened → who is told → why', async (t) => {
  const registered = aLife({ state: 'registered', leadUnit: null, assistUnits: [], round: 0 });
  const callback = aLife({ state: 'callback_pending' });
  const overdue = { yellowAt: shanghai('2026-11-20 00:00'), redAt: shanghai('2026-11-23 00:00') };
  const table: [string, Record<string, string>, Record<string, string>][] = [
    [
      'dispatched: the liaison of the lead unit and whoever is at the assisting one',
      told(registered, by('dispatch')),
      { 联络员: 'dispatched lead_unit', 协办人: 'assists assist_unit' },
    ],
    [
      'an urgent one: the whole unit',
      told({ ...registered, form: { ...registered.form, urgent: true } }, by('dispatch', { assist: [] })),
      {
        局长: 'dispatched_urgent lead_unit',
        副局长: 'dispatched_urgent lead_unit',
        联络员: 'dispatched_urgent lead_unit',
        科员: 'dispatched_urgent lead_unit',
      },
    ],
    [
      'a repeat: its principal hears of the contact task, and once',
      told({ ...registered, submissions: 2 }, by('dispatch', { assist: [] })),
      { 局长: 'supervision_ordered lead_unit', 副局长: 'supervision_ordered lead_unit', 联络员: 'supervision_ordered lead_unit' },
    ],
    ['another unit is added', told(aLife(), by('add_unit')), { 别的单位: 'assists assist_unit' }],
    [
      'yellow card',
      told(aLife({ ...overdue, redAt: shanghai('2026-11-30 00:00') }), by('raise_card'), SYSTEM),
      { 副局长: 'yellow_card lead_unit', 联络员: 'yellow_card lead_unit' },
    ],
    [
      'red card: up to the principal, and the supervisors',
      told(aLife(overdue), by('raise_card'), SYSTEM),
      { 局长: 'red_card lead_unit', 副局长: 'red_card lead_unit', 联络员: 'red_card lead_unit', 督导: 'red_card supervisor' },
    ],
    ['urged', told(aLife(), by('urge'), SUPERVISOR), { 副局长: 'urged lead_unit', 联络员: 'urged lead_unit' }],
    ['guidance', told(aLife(), by('give_guidance'), SUPERVISOR), { 副局长: 'guided lead_unit', 联络员: 'guided lead_unit' }],
    [
      '督办',
      told(aLife(), by('order_supervision'), SUPERVISOR),
      { 局长: 'supervision_ordered lead_unit', 副局长: 'supervision_ordered lead_unit', 联络员: 'supervision_ordered lead_unit' },
    ],
    ['督办 answered: whoever gave it', told(aLife({ orders }), by('answer_order'), LIAISON), { 督导: 'order_answered giver' }],
    [
      'a return is asked for',
      told(aLife({ state: 'dispatched' }), by('request_return'), LIAISON),
      { 派单员: 'return_requested dispatcher' },
    ],
    ['an extension is asked for', told(aLife(), by('request_extension'), LIAISON), { 派单员: 'extension_requested dispatcher' }],
    ['a ledger entry is asked for', told(aLife(), by('request_ledger'), LIAISON), { 派单员: 'ledger_requested dispatcher' }],
    ['a termination is asked for', told(aLife(), by('request_termination'), LIAISON), { 派单员: 'termination_requested dispatcher' }],
    [
      'a return that was agreed to: the unit that no longer has it',
      told(aLife({ state: 'dispatched', side: 'return_requested', rulings: [ruling('return')] }), by('rule_return')),
      { 副局长: 'return_ruled lead_unit', 联络员: 'return_ruled lead_unit' },
    ],
    [
      'an extension that was refused',
      told(aLife({ side: 'extension_requested', rulings: [ruling('extension')] }), by('rule_extension', { agree: false })),
      { 副局长: 'extension_ruled lead_unit', 联络员: 'extension_ruled lead_unit' },
    ],
    [
      'what the unit took back itself is no news',
      told(aLife({ side: 'extension_requested', rulings: [ruling('extension')] }), by('withdraw_request'), LIAISON),
      {},
    ],
    [
      'the answer is sent back',
      told(aLife({ state: 'feedback' }), by('return_feedback')),
      { 副局长: 'sent_back lead_unit', 联络员: 'sent_back lead_unit' },
    ],
    [
      'an answer of a repeat waits for the principal',
      told(aLife({ submissions: 2 }), by('give_feedback'), LIAISON),
      { 局长: 'sign_off_due lead_unit' },
    ],
    ['an ordinary answer is nobody else’s news', told(aLife(), by('give_feedback'), LIAISON), {}],
    [
      'not satisfied',
      told(
        callback,
        by('record_callback', { reasonCode: 'unsolved', result: { mode: 'human', outcome: 'reached', solved: 'no', score: 1 } }),
      ),
      {
        局长: 'supervision_ordered lead_unit',
        副局长: 'supervision_ordered lead_unit',
        联络员: 'supervision_ordered lead_unit',
        派单员: 'dissatisfied dispatcher',
        督导: 'dissatisfied supervisor',
      },
    ],
    [
      'the form goes back to who wrote it',
      told(aLife({ state: 'reviewing', leadUnit: null }), by('ask_registrar')),
      { 话务员: 'asked_back registrar' },
    ],
    [
      'reported to the leader it names',
      told(aLife(), by('report_important', { recipient: '晏区长' }), SUPERVISOR),
      { 晏区长: 'important_reported named_leader' },
    ],
    [
      'reported to nobody who has an account: to every leader',
      told(aLife(), by('report_important', { recipient: '市领导' }), SUPERVISOR),
      { 晏区长: 'important_reported leader', 另一位领导: 'important_reported leader' },
    ],
    [
      'the leader’s receipt: whoever reported it',
      told(aLife({ orders }), by('confirm_report'), LEADER),
      { 话务员: 'report_confirmed giver' },
    ],
    [
      '批示',
      told(aLife(), by('record_instruction'), LEADER),
      { 局长: 'instructed lead_unit', 副局长: 'instructed lead_unit', 联络员: 'instructed lead_unit', 督导: 'instructed supervisor' },
    ],
  ];
  for (const [what, found, wanted] of table) t.same(found, wanted, what);
});

t.test('nobody is told of what they did themselves', async (t) => {
  const registered = aLife({ state: 'draft', leadUnit: null, form: { urgent: true }, round: 0 });
  t.same(told(registered, by('register'), mover('agent', { staffId: 15 })), { 派单员: 'registered_urgent dispatcher' });
  t.same(told(registered, by('register'), mover('agent', { staffId: 11 })), {});
});

t.test('nobody has signed: the unit and the dispatchers, with the unit', async (t) => {
  const found = recipientsOf([unsignedOccasion(aLife())], { people: PEOPLE, registrar: null, givers: new Map(), mover: null });
  t.same(
    found.map(({ staffId, because }) => [staffId, because]),
    [
      [22, 'lead_unit'],
      [23, 'lead_unit'],
      [11, 'dispatcher'],
    ],
  );
  t.equal(found[0]?.facts.unitCode, 'D01');
});

t.test('every rule can come about, has somebody to tell, and no notice holds a word of the case', async (t) => {
  const secret = '举报人柳絮 19912345678';
  const life = aLife({ form: { confidential: true, contactName: secret, course: secret, purpose: secret, placeText: secret } });
  const all = new Set<string>(['unsigned']);
  const states = ['draft', 'registered', 'reviewing', 'dispatched', 'handling', 'feedback', 'callback_pending'] as const;
  for (const command of Object.values(EXAMPLES))
    for (const state of states)
      for (const change of [
        {},
        { form: { ...life.form, urgent: true } },
        { submissions: 2, orders },
        { side: 'return_requested' as const, rulings: [ruling('return')] },
        { side: 'extension_requested' as const, rulings: [ruling('extension')] },
        { side: 'ledger_requested' as const, rulings: [ruling('ledger')] },
        { side: 'terminate_requested' as const, rulings: [ruling('termination')] },
        { yellowAt: NOW, redAt: shanghai('2027-01-01 00:00') },
        { yellowAt: NOW, redAt: NOW },
      ])
        for (const who of [DISPATCHER, SUPERVISOR, LIAISON, PRINCIPAL, LEADER, SYSTEM, mover('agent')]) {
          const before = { ...life, state, ...change };
          const spoken =
            command.do === 'record_callback'
              ? { ...command, text: secret, reasonCode: 'unsolved', result: { ...command.result, solved: 'no' } }
              : { ...command, text: secret };
          let decision: ReturnType<typeof decide>;
          try {
            decision = decide(before, spoken as Command, about({ mover: who }));
          } catch {
            continue;
          }
          const after = { ...before, ...(decision.change as Partial<CaseLife>) };
          for (const occasion of occasionsOf({ before, after, decision })) {
            all.add(occasion.rule);
            const { recipient: _toWhom, ...kept } = occasion;
            t.notMatch(JSON.stringify(kept), /柳絮|1991234/, occasion.rule);
          }
        }
  t.same([...all].sort(), [...NOTICE_RULES].sort(), 'every rule comes about');
  for (const rule of NOTICE_RULES) {
    t.ok(TOLD[rule].length > 0, rule);
    for (const because of BECAUSE)
      t.match(
        messageText({ rule, because, post: null, facts: {} }, '2611240001'),
        /^【12345热线】2611240001 .+（.+）$/,
        `${rule} ${because}`,
      );
  }
});
