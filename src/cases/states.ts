/** States of a case (domain §3b). Kept apart from the table, because storage and schemas need the words alone. */
export const CASE_STATES = [
  'draft', // 草稿
  'registered', // 已登记
  'reviewing', // 待审核
  'direct_closed', // 直办办结
  'not_accepted', // 不予受理
  'dispatched', // 已转办
  'signed', // 已签收
  'handling', // 办理中
  'ledger', // 挂账
  'feedback', // 已反馈
  'callback_pending', // 待回访
  'callback_failed', // 无法回访
  'rework', // 重办
  'supervising', // 督办中
  'closed', // 办结
  'terminated', // 终止办理
  'merged', // 并单
  'archived', // 归档
] as const;
export type CaseState = (typeof CASE_STATES)[number];

/** Where a case came from; `city`: the city platform handed it over (交办). */
export const CASE_SOURCES = ['call', 'voicemail', 'callback', 'desk', 'city'] as const;
export type CaseSource = (typeof CASE_SOURCES)[number];

/** A request of the unit that waits for the centre's ruling. One at a time; the case goes on meanwhile, save for a return. */
export const CASE_SIDES = ['return_requested', 'extension_requested', 'ledger_requested', 'terminate_requested'] as const;
export type CaseSide = (typeof CASE_SIDES)[number];

/** Nothing more is expected of anybody but to file it. */
export const ENDED_STATES = ['direct_closed', 'not_accepted', 'closed', 'terminated', 'merged', 'archived'] as const satisfies CaseState[];
const ended: ReadonlySet<CaseState> = new Set(ENDED_STATES);
export const OPEN_STATES: readonly CaseState[] = CASE_STATES.filter((state) => !ended.has(state));

/** A unit has the case in hand and its clock runs. */
export const WITH_UNIT_STATES = ['dispatched', 'signed', 'handling', 'ledger'] as const satisfies CaseState[];

export const UNIT_POSTS = ['principal', 'deputy', 'liaison', 'backup'] as const;
/** 主要负责人 · 分管负责人 · 联络员 · 备用联络员 (R38). */
export type UnitPost = (typeof UNIT_POSTS)[number];

export const CARDS = ['none', 'yellow', 'red'] as const;
export type Card = (typeof CARDS)[number];

export const RULING_KINDS = ['return', 'extension', 'ledger', 'termination'] as const;
export type RulingKind = (typeof RULING_KINDS)[number];
export const SIDE_OF: Readonly<Record<RulingKind, CaseSide>> = {
  return: 'return_requested',
  extension: 'extension_requested',
  ledger: 'ledger_requested',
  termination: 'terminate_requested',
};

export const WORK_KINDS = ['contact', 'site_visit', 'explanation', 'coordination', 'handover'] as const;
/** 联系群众 · 现场办理 · 当面解释 · 协调 · 电话交办. */
export type WorkKind = (typeof WORK_KINDS)[number];

export const ORDER_KINDS = ['urge', 'supervision', 'guidance', 'principal_contact', 'important_report'] as const;
/** 催办 · 督办 · 指导 · 主要负责人联系 · 重要事项报告. */
export type OrderKind = (typeof ORDER_KINDS)[number];

/** Reason codes, by what asks for one. The words stand in the console's dictionary. */
export const REASONS = {
  /** 不予受理: matters that other lawful ways deal with, and what cannot be dealt with at all (domain §2). */
  refuse: [
    'court',
    'arbitration',
    'discipline',
    'administrative_review',
    'petition',
    'state_secret',
    'settled',
    'emergency_line',
    'unclear',
    'other',
  ],
  return: ['not_our_duty', 'other_area', 'higher_level', 'several_units', 'other'],
  extension: ['complex', 'several_units', 'expert_opinion', 'weather', 'other'],
  /** 挂账 (R19): reasonable, but cannot be done yet. */
  ledger: ['funds', 'season', 'construction', 'planning', 'other'],
  termination: ['same_facts_again', 'other_lawful_way', 'withdrawn_by_citizen', 'cannot_be_verified', 'other'],
  feedback_sent_back: ['undone', 'incomplete', 'answer_beside_the_point', 'not_contacted'],
  /** Why a dissatisfied citizen's case ends all the same (domain §3i). */
  explain: ['law_or_policy', 'unreasonable_demand', 'answer_disputed', 'other'],
  supervision: ['overdue', 'refused_duty', 'unsolved', 'repeated', 'dissatisfied', 'urgent', 'other'],
  /** Why nobody was asked; each is counted apart in the bulletins and none counts as satisfied (domain §2a). */
  not_asked: ['no_number', 'no_reply_wanted', 'direct_answer', 'not_accepted', 'terminated', 'opted_out', 'wrong_number'],
  /** What the dissatisfied say (domain §3i). */
  dissatisfied: ['not_contacted', 'unsolved', 'untrue_answer', 'attitude', 'policy', 'unreasonable', 'other'],
} as const;
export type ReasonSet = keyof typeof REASONS;
