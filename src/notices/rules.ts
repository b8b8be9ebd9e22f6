import type { CaseEvent, CaseLife, Decision, Effect } from '../cases/life.ts';
import type { RulingKind, UnitPost } from '../cases/states.ts';
import type { Permission } from '../core/roles.ts';

/** What people are told of, the weightiest first: of one move a person hears the first that is theirs, and not three. */
// biome-ignore format: a list to read across
export const NOTICE_RULES = [
  'important_reported', 'report_confirmed', 'instructed', 'red_card', 'supervision_ordered', 'principal_contact', 'dissatisfied',
  'return_ruled', 'extension_ruled', 'ledger_ruled', 'termination_ruled', 'sent_back', 'sign_off_due', 'unsigned', 'yellow_card',
  'dispatched_urgent', 'dispatched', 'assists', 'urged', 'guided', 'return_requested', 'extension_requested', 'ledger_requested',
  'termination_requested', 'asked_back', 'registered_urgent', 'order_answered',
] as const;
export type NoticeRule = (typeof NOTICE_RULES)[number];

/** Why it came to this person; with the case and the rule it is said on every notice. */
export const BECAUSE = ['lead_unit', 'assist_unit', 'dispatcher', 'supervisor', 'named_leader', 'leader', 'registrar', 'giver'] as const;
export type Because = (typeof BECAUSE)[number];

/** Nothing that anybody typed: words of a case may hold who called, and a notice leaves the house. */
export interface NoticeFacts {
  unitCode?: string;
  dueAt?: string;
  agreed?: boolean;
  round?: number;
  urgent?: boolean;
}

export type Audience =
  /** Those posts of the unit; everybody there, when none of them is held. */
  | { who: 'unit'; which: 'lead' | 'assist'; posts: readonly UnitPost[] | 'all' }
  | { who: 'holders'; permission: Permission; because: 'dispatcher' | 'supervisor' }
  /** Whom the report names; every leader, when it names nobody who has an account. */
  | { who: 'leader' }
  | { who: 'registrar' }
  /** Who gave the order that was answered. */
  | { who: 'giver' };

const lead = (...posts: UnitPost[]): Audience => ({ who: 'unit', which: 'lead', posts });
const LEAD_HANDS = lead('liaison', 'backup');
const LEAD_DESK = lead('deputy', 'liaison', 'backup');
const LEAD_HEADS = lead('principal', 'deputy', 'liaison');
const DISPATCHERS: Audience = { who: 'holders', permission: 'cases.dispatch', because: 'dispatcher' };
const SUPERVISORS: Audience = { who: 'holders', permission: 'cases.supervise', because: 'supervisor' };

/** The table: what happened → who is told. Why is the audience itself. */
// biome-ignore format: a table to read across
export const TOLD: Readonly<Record<NoticeRule, readonly Audience[]>> = {
  important_reported: [{ who: 'leader' }],
  report_confirmed: [{ who: 'giver' }],
  instructed: [lead('principal', 'deputy', 'liaison'), SUPERVISORS],
  red_card: [LEAD_HEADS, SUPERVISORS],
  supervision_ordered: [LEAD_HEADS],
  principal_contact: [lead('principal')],
  dissatisfied: [LEAD_HEADS, DISPATCHERS, SUPERVISORS],
  return_ruled: [LEAD_DESK],
  extension_ruled: [LEAD_DESK],
  ledger_ruled: [LEAD_DESK],
  termination_ruled: [LEAD_DESK],
  sent_back: [LEAD_DESK],
  sign_off_due: [lead('principal')],
  unsigned: [LEAD_DESK, DISPATCHERS],
  yellow_card: [LEAD_DESK],
  dispatched_urgent: [{ who: 'unit', which: 'lead', posts: 'all' }],
  dispatched: [LEAD_HANDS],
  assists: [{ who: 'unit', which: 'assist', posts: ['liaison', 'backup'] }],
  urged: [LEAD_DESK],
  guided: [LEAD_DESK],
  return_requested: [DISPATCHERS],
  extension_requested: [DISPATCHERS],
  ledger_requested: [DISPATCHERS],
  termination_requested: [DISPATCHERS],
  asked_back: [{ who: 'registrar' }],
  registered_urgent: [DISPATCHERS],
  order_answered: [{ who: 'giver' }],
};

/** Something of one move that somebody is told of. */
export interface Occasion {
  rule: NoticeRule;
  facts: NoticeFacts;
  /** The unit that is meant by `lead`: of a case that was returned, the one that had it. */
  leadUnit: string | null;
  assistUnits: readonly string[];
  /** Whom a report names. */
  recipient: string | null;
  /** The order that was answered. */
  orderId: number | null;
}

export interface MovedCase {
  before: CaseLife;
  after: CaseLife;
  decision: Decision;
}

const RULED: Readonly<Record<RulingKind, NoticeRule>> = {
  return: 'return_ruled',
  extension: 'extension_ruled',
  ledger: 'ledger_ruled',
  termination: 'termination_ruled',
};
const REQUESTED: Readonly<Record<RulingKind, NoticeRule>> = {
  return: 'return_requested',
  extension: 'extension_requested',
  ledger: 'ledger_requested',
  termination: 'termination_requested',
};

type Found = { rule: NoticeRule } & Partial<Occasion>;

const ofEffect = (effect: Effect, { before, after }: MovedCase): Found[] => {
  switch (effect.kind) {
    case 'unit_assigned':
      if (effect.duty === 'assist') return [{ rule: 'assists', assistUnits: [effect.unitCode], facts: { unitCode: effect.unitCode } }];
      return [{ rule: after.form.urgent ? 'dispatched_urgent' : 'dispatched', facts: { round: effect.round } }];
    case 'order_given': {
      const facts: NoticeFacts = effect.dueAt ? { dueAt: effect.dueAt.toISOString() } : {};
      if (effect.order === 'important_report') return [{ rule: 'important_reported', recipient: effect.recipient, facts }];
      if (effect.order === 'supervision') return [{ rule: 'supervision_ordered', facts }];
      if (effect.order === 'principal_contact') return [{ rule: 'principal_contact', facts }];
      return [{ rule: effect.order === 'urge' ? 'urged' : 'guided', facts }];
    }
    case 'order_answered': {
      const order = before.orders.find((each) => each.orderId === effect.orderId);
      return [{ rule: order?.kind === 'important_report' ? 'report_confirmed' : 'order_answered', orderId: effect.orderId }];
    }
    case 'ruling_requested':
      return [{ rule: REQUESTED[effect.ruling.kind], facts: { unitCode: effect.ruling.unitCode } }];
    case 'ruling_settled': {
      const ruling = before.rulings.find((each) => each.rulingId === effect.rulingId);
      // What the unit took back itself, or its own answer made void, is no news to it.
      if (!ruling || (effect.outcome !== 'agreed' && effect.outcome !== 'refused')) return [];
      const due = effect.dueAfter ? { dueAt: effect.dueAfter.toISOString() } : {};
      return [{ rule: RULED[ruling.kind], leadUnit: ruling.unitCode, facts: { agreed: effect.outcome === 'agreed', ...due } }];
    }
    default:
      return [];
  }
};

const ofEvent = (event: CaseEvent): Found[] => {
  if (event.name === 'case.dissatisfied') return [{ rule: 'dissatisfied', facts: { round: event.round } }];
  if (event.name === 'case.registered' && event.urgent) return [{ rule: 'registered_urgent' }];
  if (event.name === 'case.carded' && event.card !== 'none') return [{ rule: event.card === 'red' ? 'red_card' : 'yellow_card' }];
  return [];
};

const ofCommand = ({ after, decision }: MovedCase): Found[] => {
  const command = decision.steps[0]?.command;
  if (command === 'record_instruction') return [{ rule: 'instructed' }];
  if (command === 'return_feedback') return [{ rule: 'sent_back' }];
  if (command === 'ask_registrar') return [{ rule: 'asked_back' }];
  // The answer waits at the unit itself: its principal has to sign it (R39).
  if (command === 'give_feedback' && after.state === 'feedback') return [{ rule: 'sign_off_due' }];
  return [];
};

/** Everything of one move that somebody is told of. Pure. */
export const occasionsOf = (moved: MovedCase): Occasion[] => {
  const { before, after, decision } = moved;
  const found = [
    ...decision.effects.flatMap((effect) => ofEffect(effect, moved)),
    ...decision.events.flatMap(ofEvent),
    ...ofCommand(moved),
  ];
  const due = after.dueAt ? { dueAt: after.dueAt.toISOString() } : {};
  return found
    .map(({ rule, facts, ...rest }) => ({
      leadUnit: after.leadUnit ?? before.leadUnit,
      assistUnits: [],
      recipient: null,
      orderId: null,
      ...rest,
      rule,
      facts: { ...due, ...facts },
    }))
    .sort((a, b) => NOTICE_RULES.indexOf(a.rule) - NOTICE_RULES.indexOf(b.rule));
};

/** Nobody signed in time: not a move, but the clock. */
export const unsignedOccasion = (life: Pick<CaseLife, 'leadUnit' | 'dueAt'>): Occasion => ({
  rule: 'unsigned',
  facts: { ...(life.leadUnit === null ? {} : { unitCode: life.leadUnit }), ...(life.dueAt ? { dueAt: life.dueAt.toISOString() } : {}) },
  leadUnit: life.leadUnit,
  assistUnits: [],
  recipient: null,
  orderId: null,
});
