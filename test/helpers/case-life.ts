import type { Command } from '../../src/cases/commands.ts';
import { emptyForm } from '../../src/cases/empty-form.ts';
import type { CaseLife, Circumstances, Mover } from '../../src/cases/life.ts';
import { SHIPPED_POLICY } from '../../src/cases/policy.ts';
import type { CaseForm } from '../../src/cases/schemas.ts';
import type { UnitPost } from '../../src/cases/states.ts';
import type { CommandName } from '../../src/cases/workflow.ts';
import { permissionsOf, type Role } from '../../src/core/roles.ts';
import { buildCalendar, CALENDAR_2026, provisionalYear } from '../../src/core/working-time.ts';

/** Shanghai wall clock, "2026-11-24 09:30". */
export const shanghai = (text: string): Date => new Date(`${text.replace(' ', 'T')}+08:00`);
export const inShanghai = (at: Date | null | undefined): string | null =>
  at ? new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ') : null;

export const CALENDAR = buildCalendar([CALENDAR_2026, provisionalYear(2027), provisionalYear(2028)]);
export const NOW = shanghai('2026-11-24 09:30');

export const SYSTEM: Mover = { kind: 'system' };
export const mover = (role: Role, about: { unitCode?: string; post?: UnitPost; staffId?: number } = {}): Mover => ({
  kind: 'staff',
  staffId: about.staffId ?? 1,
  name: role,
  permissions: permissionsOf([role]),
  unitCode: about.unitCode ?? null,
  post: about.post ?? null,
});
export const DISPATCHER = mover('dispatcher');
export const SUPERVISOR = mover('supervisor');
export const AGENT = mover('agent');
export const LIAISON = mover('unit_staff', { unitCode: 'D01', post: 'liaison' });
export const PRINCIPAL = mover('unit_staff', { unitCode: 'D01', post: 'principal' });
export const OTHER_UNIT = mover('unit_staff', { unitCode: 'D09', post: 'principal' });

export const filledForm = (change: Partial<CaseForm> = {}): CaseForm => ({
  ...emptyForm(),
  requestType: 'complaint',
  categoryCode: '020101',
  contactName: '郁女士',
  placeText: '枕澜苑3号楼',
  course: '家里暖气不热，只有14度',
  purpose: '希望尽快处理',
  ...change,
});

/** A case in the middle of its life: everything a move could ask for is there unless said otherwise. */
export const aLife = (change: Partial<Omit<CaseLife, 'form'>> & { form?: Partial<CaseForm> } = {}): CaseLife => {
  const { form, ...rest } = change;
  return {
    caseId: 1,
    version: 5,
    state: 'handling',
    side: null,
    submitted: false,
    round: 1,
    contactNumber: '19900000001',
    createdAt: shanghai('2026-11-23 09:00'),
    updatedAt: shanghai('2026-11-24 09:00'),
    registeredAt: shanghai('2026-11-23 09:05'),
    submissions: 1,
    policyVersion: 0,
    leadUnit: 'D01',
    assistUnits: ['D02'],
    dispatchDueAt: null,
    dispatchedAt: shanghai('2026-11-24 09:00'),
    dueAt: shanghai('2026-11-27 23:59:59'),
    yellowAt: shanghai('2026-11-26 00:00'),
    redAt: shanghai('2026-11-30 00:00'),
    extendedDays: 0,
    ledgerUntil: null,
    card: 'none',
    provisional: false,
    masterId: null,
    masterState: null,
    children: 0,
    rulings: [],
    orders: [],
    works: { siteVisits: 1, explanations: 1, principalContacts: 1 },
    replied: true,
    callbackOutcome: 'reached',
    unanswered: 3,
    confirmed: true,
    ...rest,
    form: filledForm(form),
  };
};

export const about = (change: Partial<Circumstances> = {}): Circumstances => ({
  at: NOW,
  mover: DISPATCHER,
  policy: SHIPPED_POLICY,
  calendar: CALENDAR,
  earlierSubmissions: 0,
  master: { caseId: 2, state: 'handling', masterId: null },
  knownUnits: new Set(['D01', 'D02', 'D09']),
  ...change,
});

const reply = { publicText: '已测温并更换阀门', privateText: null };
const feedback = { truth: 'true', contacted: true, solved: 'yes', closing: 'solved', course: '当日上门', reply } as const;
const work = { kind: 'contact', happenedAt: shanghai('2026-11-24 09:20').toISOString(), text: '已电话联系' } as const;

/** A well-formed example of each command. */
export const EXAMPLES: Readonly<{ [D in CommandName]: Extract<Command, { do: D }> }> = {
  register: { do: 'register' },
  review: { do: 'review' },
  ask_registrar: { do: 'ask_registrar', text: '地址不清' },
  answer_directly: { do: 'answer_directly', reply },
  refuse: { do: 'refuse', reasonCode: 'court', reply },
  dispatch: { do: 'dispatch', lead: 'D01', assist: ['D02'] },
  hand_over: { do: 'hand_over', unitCode: 'D01', person: '汤香樟', answered: true, callId: 7 },
  sign: { do: 'sign' },
  begin: { do: 'begin' },
  record_work: { do: 'record_work', work },
  give_feedback: { do: 'give_feedback', feedback },
  sign_off: { do: 'sign_off', text: '同意' },
  open_callback: { do: 'open_callback' },
  return_feedback: { do: 'return_feedback', reasonCode: 'incomplete', text: '未写明处理结果' },
  record_reply: { do: 'record_reply', reply },
  record_callback: { do: 'record_callback', result: { mode: 'human', outcome: 'reached', solved: 'yes', score: 5 } },
  retry_callback: { do: 'retry_callback' },
  confirm_otherwise: { do: 'confirm_otherwise', text: '社区现场确认' },
  explain_and_close: { do: 'explain_and_close', reasonCode: 'law_or_policy', text: '政策已当面解释' },
  escalate: { do: 'escalate', reasonCode: 'unsolved', text: '限期解决' },
  archive: { do: 'archive' },
  request_return: { do: 'request_return', reasonCode: 'not_our_duty', text: '属住建职责' },
  rule_return: { do: 'rule_return', agree: true, text: '同意' },
  request_extension: { do: 'request_extension', workingDays: 5, reasonCode: 'complex', text: '需鉴定' },
  rule_extension: { do: 'rule_extension', agree: true, text: '同意' },
  request_ledger: {
    do: 'request_ledger',
    reasonCode: 'funds',
    text: '管网改造列入计划',
    promisedOn: '2026-12-18',
    plan: [{ by: '2026-12-10', step: '完成设计' }],
    toldHow: '电话告知',
  },
  rule_ledger: { do: 'rule_ledger', agree: true, text: '同意' },
  leave_ledger: { do: 'leave_ledger', text: '资金到位' },
  request_termination: { do: 'request_termination', reasonCode: 'same_facts_again', text: '已依法答复' },
  rule_termination: { do: 'rule_termination', agree: true, text: '同意', reply },
  withdraw_request: { do: 'withdraw_request' },
  merge: { do: 'merge', masterId: 2 },
  unmerge: { do: 'unmerge', text: '并错了' },
  add_unit: { do: 'add_unit', unitCode: 'D09' },
  urge: { do: 'urge', text: '请抓紧' },
  order_supervision: { do: 'order_supervision', reasonCode: 'overdue', text: '限期办结' },
  give_guidance: { do: 'give_guidance', text: '先联系群众' },
  answer_order: { do: 'answer_order', orderId: 31, text: '收到' },
  report_important: { do: 'report_important', recipient: '区政府分管领导', text: '重要投诉' },
  confirm_report: { do: 'confirm_report', orderId: 32 },
  submit_original: { do: 'submit_original', text: '职责交叉' },
  record_instruction: { do: 'record_instruction', text: '请住建牵头' },
  mark: { do: 'mark', keyCase: true, text: '群体诉求' },
  raise_card: { do: 'raise_card' },
  recompute_due: { do: 'recompute_due' },
};
