import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { CALENDAR_FAULTS } from './calendar-import.ts';
import { PERSONS_COMMANDS } from './commands.ts';
import { CasePolicy } from './policy.ts';
import { CaseForm, RequestType } from './schemas.ts';
import { CARDS, CASE_SIDES, CASE_SOURCES, CASE_STATES } from './states.ts';
import { COMMANDS, REQUIREMENTS } from './workflow.ts';

const State = oneOf(...CASE_STATES);
const Side = nullable(oneOf(...CASE_SIDES));
const Card = oneOf(...CARDS);
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

/**
 * A command and the version it was given on. The door checks the outline; the command's own shape is checked next, so that
 * a refusal names the field and not forty alternatives.
 */
export const MoveRequest = Type.Object(
  {
    version: Type.Integer({ minimum: 1 }),
    command: Type.Object({ do: oneOf(...PERSONS_COMMANDS.map((each) => each.properties.do.const)) }, { additionalProperties: true }),
  },
  { additionalProperties: false },
);

const moved = {
  caseId: Type.Integer(),
  version: Type.Integer(),
  state: State,
  side: Side,
  submitted: Type.Boolean(),
  round: Type.Integer(),
  leadUnit: nullable(Type.String()),
  dispatchDueAt: nullable(instant),
  dueAt: nullable(instant),
  card: Card,
  /** The due time rests on a year whose holidays are not published yet. */
  provisional: Type.Boolean(),
  /** What this person could do now. */
  moves: Type.Array(oneOf(...COMMANDS)),
};
export const Moved = Type.Object(moved);
export type Moved = Static<typeof Moved>;

/** Body of a 409 `case.version_stale`: what was asked and what is, so that nothing typed is lost. */
export const StaleMove = Type.Object({
  code: Type.String(),
  message: Type.String(),
  details: Type.Unknown(),
});

/** One move that this person may make now, with what it must carry (move-forms.ts). */
export const MoveForm = Type.Object({
  command: oneOf(...COMMANDS),
  fields: Type.Array(Type.String()),
  text: oneOf('required', 'optional'),
  reasons: Type.Array(Type.String()),
  lacks: Type.Array(oneOf(...REQUIREMENTS)),
});
export type MoveForm = Static<typeof MoveForm>;

/** The unit that most of the last cases alike went to: `count` out of `of`. */
export const UsualLead = Type.Object({
  unitCode: Type.String(),
  unitName: nullable(Type.String()),
  count: Type.Integer(),
  of: Type.Integer(),
  by: oneOf('place', 'category'),
});

/** The unit that the house's own rules name, with the rule. */
export const RuledLead = Type.Object({
  unitCode: Type.String(),
  unitName: nullable(Type.String()),
  assist: Type.Array(Type.String()),
  /** Empty: the rule holds for every subject, or everywhere. */
  categoryCode: Type.String(),
  placeCode: Type.String(),
  reason: Type.String(),
});
export type RuledLead = Static<typeof RuledLead>;

export const NodeCounts = Type.Array(
  Type.Object({
    state: State,
    count: Type.Integer(),
    yellow: Type.Integer(),
    red: Type.Integer(),
    longestSince: nullable(instant),
  }),
);
export type NodeCounts = Static<typeof NodeCounts>;

export const CasePageView = Type.Object({
  ...moved,
  /** Only for whoever may dispatch it now. */
  usualLead: nullable(UsualLead),
  ruledLead: nullable(RuledLead),
  forms: Type.Array(MoveForm),
  yellowAt: nullable(instant),
  redAt: nullable(instant),
  extendedDays: Type.Integer(),
  createdBy: nullable(Type.String({ description: 'Name; hidden from the unit with the rest of who called' })),
  number: Type.String(),
  source: oneOf(...CASE_SOURCES),
  callId: nullable(Type.Integer()),
  contactNumber: nullable(Type.String({ description: 'Masked' })),
  form: CaseForm,
  missing: Type.Array(Type.String()),
  submissions: Type.Integer(),
  policyVersion: Type.Integer(),
  registeredAt: nullable(instant),
  dispatchedAt: nullable(instant),
  ledgerUntil: nullable(day),
  masterId: nullable(Type.Integer()),
  children: Type.Integer(),
  createdAt: instant,
  units: Type.Array(
    Type.Object({
      unitCode: Type.String(),
      unitName: nullable(Type.String()),
      duty: oneOf('lead', 'assist'),
      assignedAt: instant,
      releasedAt: nullable(instant),
    }),
  ),
  timeline: Type.Array(
    Type.Object({
      kind: oneOf('move', 'feedback', 'reply', 'work', 'ruling', 'order', 'callback', 'called'),
      at: instant,
      staffName: nullable(Type.String()),
      unitCode: nullable(Type.String()),
      callId: nullable(Type.Integer()),
      facts: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
});
export type CasePageView = Static<typeof CasePageView>;

export const SearchFilters = {
  text: Type.Optional(Type.String({ maxLength: 100 })),
  number: Type.Optional(Type.String({ maxLength: 30 })),
  phone: Type.Optional(Type.String({ maxLength: 30 })),
  name: Type.Optional(Type.String({ maxLength: 60 })),
  placeCode: Type.Optional(Type.String({ maxLength: 12 })),
  categoryCode: Type.Optional(Type.String({ maxLength: 12 })),
  states: Type.Optional(Type.Array(State, { maxItems: CASE_STATES.length })),
  leadUnit: Type.Optional(Type.String({ maxLength: 12 })),
  urgent: Type.Optional(Type.Boolean()),
  card: Type.Optional(Card),
  createdFrom: Type.Optional(instant),
  createdTo: Type.Optional(instant),
  breaksBefore: Type.Optional(instant),
  /** Only those whose unit waits for a ruling. */
  asked: Type.Optional(Type.Boolean()),
};
export const SearchRequest = Type.Object(
  {
    ...SearchFilters,
    order: Type.Optional(oneOf('newest', 'breaking')),
    /** Also say since when each has stood in its present state. */
    dwell: Type.Optional(Type.Boolean()),
    after: Type.Optional(Type.String({ maxLength: 40 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  { additionalProperties: false },
);
export type SearchRequest = Static<typeof SearchRequest>;

export const CaseRow = Type.Object({
  caseId: Type.Integer(),
  number: Type.String(),
  state: State,
  side: Side,
  title: Type.String(),
  requestType: nullable(RequestType),
  categoryName: nullable(Type.String()),
  contactName: Type.String(),
  contactNumber: nullable(Type.String()),
  placeText: Type.String(),
  leadUnit: nullable(Type.String()),
  leadUnitName: nullable(Type.String()),
  urgent: Type.Boolean(),
  keyCase: Type.Boolean(),
  important: Type.Boolean(),
  confidential: Type.Boolean(),
  round: Type.Integer(),
  card: Card,
  dueAt: nullable(instant),
  breaksAt: nullable(instant),
  createdAt: instant,
  dispatchedAt: nullable(instant),
  /** Since when it has stood in this state; only when `dwell` was asked for. */
  since: nullable(instant),
  version: Type.Integer(),
});
export type CaseRow = Static<typeof CaseRow>;
export const SearchResult = Type.Object({ rows: Type.Array(CaseRow), next: nullable(Type.String()) });
export type SearchResult = Static<typeof SearchResult>;
export const CountResult = Type.Object({ count: Type.Integer(), more: Type.Boolean() });
export type CountResult = Static<typeof CountResult>;

export const PolicyView = Type.Object({ version: Type.Integer(), effectiveFrom: instant, policy: CasePolicy });
export type PolicyView = Static<typeof PolicyView>;
export const AddPolicy = Type.Object({ effectiveFrom: instant, policy: CasePolicy }, { additionalProperties: false });

export const YearView = Type.Object({
  year: Type.Integer(),
  daysOff: Type.Array(Type.String()),
  makeUpDays: Type.Array(Type.String()),
  source: Type.String(),
  provisional: Type.Optional(Type.Boolean()),
  version: Type.Integer(),
});
export type YearView = Static<typeof YearView>;
export const CalendarPlanView = Type.Object({
  year: Type.Integer(),
  /** Of the year as it stands: sent back with the confirmation. */
  version: Type.Integer(),
  days: Type.Array(Type.Object({ row: Type.Integer(), day: Type.String(), kind: oneOf('off', 'work'), name: Type.String() })),
  faults: Type.Array(Type.Object({ row: nullable(Type.Integer()), fault: oneOf(...CALENDAR_FAULTS), what: Type.String() })),
  unknownColumns: Type.Array(Type.String()),
});
export type CalendarPlanView = Static<typeof CalendarPlanView>;
export const YearSaved = Type.Object({ year: Type.Integer(), recomputed: Type.Integer({ description: 'deadlines counted again' }) });
export type YearSaved = Static<typeof YearSaved>;
export const SaveYear = Type.Object(
  {
    version: Type.Integer({ minimum: 0 }),
    daysOff: Type.Array(day, { maxItems: 120, uniqueItems: true }),
    makeUpDays: Type.Array(day, { maxItems: 60, uniqueItems: true }),
    source: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);
