import { type Static, Type } from 'typebox';
import { DISPOSITIONS } from '../core/dispositions.ts';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { DESK_ACTS, DESK_STATES } from './desk-workflow.ts';
import { DIAL_RESULTS, DIALLING_ROLES, NUMBER_CLASSES } from './dialling.ts';

/** A number as a screen may show it: masked, unless the reader's right and a recorded reason un-masked it. */
export const ShownNumber = Type.Object({ masked: Type.String(), full: nullable(Type.String()) });

export const Person = Type.Object({
  citizenId: Type.Integer(),
  name: Type.String(),
  gender: oneOf('female', 'male', 'unknown'),
  address: nullable(Type.String()),
  callbackPreference: nullable(Type.String()),
  language: oneOf('zh', 'en'),
});

/** known: one record has the number; maybe: several, none chosen; unknown: none; withheld: no number shown; malformed: not a number. */
export const Caller = Type.Object({
  identity: oneOf('known', 'maybe', 'unknown', 'withheld', 'malformed'),
  number: nullable(ShownNumber),
  people: Type.Array(Person),
  callsInTwelveMonths: Type.Integer(),
});

export const CallRow = Type.Object({
  callId: Type.Integer(),
  arrivedAt: instant,
  answeredAt: nullable(instant),
  endedAt: nullable(instant),
  queue: nullable(Type.String()),
  disposition: nullable(oneOf(...DISPOSITIONS)),
  callerName: nullable(Type.String()),
  number: nullable(ShownNumber),
  identity: Caller.properties.identity,
  answeredBy: nullable(Type.Object({ staffId: Type.Integer(), name: Type.String() })),
  waitSeconds: Type.Integer(),
  talkSeconds: Type.Integer(),
  /** An agent dialled: the caller is who was called. */
  outbound: Type.Boolean(),
  /** The case draft of this call, or the case an outbound call is about. */
  caseId: nullable(Type.Integer()),
  caseNumber: nullable(Type.String()),
  subject: Type.String({ description: 'first words of the case, or empty' }),
  recording: nullable(oneOf('writing', 'whole', 'failed')),
});

export const OpenCase = Type.Object({
  caseId: Type.Integer(),
  number: Type.String({ description: '18 digits; shown 6-6-6, people say the last six' }),
  state: Type.String(),
  title: Type.String(),
  unitName: nullable(Type.String()),
  createdAt: instant,
});

/** One thing to know before answering, strongest first, at most three. */
export const BriefLine = Type.Object({
  kind: oneOf('called_back', 'repeat', 'open_case', 'last_spoke_with_you', 'voicemail', 'unknown', 'maybe', 'withheld'),
  /** Values for the sentence; the console has the words in both languages. */
  values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
});

/** Everything the agent sees while the phone rings. Pushed to exactly the offered agent, keyed by `offerId`. */
export const Card = Type.Object({
  callId: Type.Integer(),
  offerId: Type.Integer(),
  /** The citizen's channel; also in the INVITE as X-Hotline-Call, so that the ringing phone and the card find each other. */
  channelId: Type.String(),
  state: oneOf('ringing', 'talking'),
  queue: Type.String(),
  calledNumber: Type.String(),
  arrivedAt: instant,
  queuedAt: instant,
  offeredAt: instant,
  answeredAt: nullable(instant),
  ringSeconds: Type.Integer({ description: 'how long this phone rings before the call goes on' }),
  caller: Caller,
  /** Submissions of this line in twelve months that share a subject, the present one not counted. */
  repeats: Type.Integer(),
  brief: Type.Array(BriefLine),
  openCases: Type.Array(OpenCase),
  lastCalls: Type.Array(CallRow),
  /** An agent dials: how it stands until the number answers, and the case it is about. */
  outbound: nullable(Type.Object({ result: oneOf(...DIAL_RESULTS), caseId: nullable(Type.Integer()) })),
  /** What the form will be half filled with; every value is the machine's until confirmed. */
  prefill: Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean(), Type.Null()])),
});

export const TimelineEntry = Type.Object({
  at: instant,
  what: oneOf(
    'arrived',
    'dialled',
    'dial_failed',
    'notice',
    'queued',
    'offered',
    'missed',
    'withdrawn',
    'answered',
    'agent_left',
    'diverted',
    'ended',
    'played',
    'unmasked',
    'drafted',
    'sealed',
  ),
  who: nullable(Type.String()),
  detail: Type.String(),
});

export const CallDetail = Type.Object({
  call: CallRow,
  /** 一次一评: what the citizen pressed after the agent had hung up. */
  rating: nullable(Type.Object({ value: Type.Integer({ description: '5 best … 1 worst' }), name: nullable(Type.String()), at: instant })),
  caller: Caller,
  timeline: Type.Array(TimelineEntry),
  recording: nullable(
    Type.Object({
      recordingId: Type.Integer(),
      state: oneOf('writing', 'whole', 'failed'),
      seconds: nullable(Type.Number()),
      sha256: nullable(Type.String()),
      note: nullable(Type.String()),
    }),
  ),
});

export const CallPage = Type.Object({
  rows: Type.Array(CallRow),
  next: nullable(Type.String({ description: 'pass as `after` for the next page' })),
});

/** Where a call can be handed, or who can be asked. `unit`: that unit's duty telephone, from the directory. */
export const WantedDestination = Type.Union([
  Type.Object(
    { kind: Type.Literal('agent'), extension: Type.String({ pattern: '^[0-9A-Za-z_]{1,32}$' }) },
    { additionalProperties: false },
  ),
  Type.Object({ kind: Type.Literal('queue'), queue: Type.String({ pattern: '^[\\w.-]{1,64}$' }) }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('unit'), unitCode: Type.String({ minLength: 1, maxLength: 32 }) }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('number'), number: Type.String({ minLength: 3, maxLength: 32 }) }, { additionalProperties: false }),
]);

/** Whom to dial. All but `number` are found by what they name: the page that asks need not know the number. */
export const DialTarget = Type.Union([
  Type.Object({ kind: Type.Literal('number'), number: Type.String({ minLength: 1, maxLength: 32 }) }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('case'), caseId: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('call'), callId: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  Type.Object({ kind: Type.Literal('survey'), taskId: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
  Type.Object(
    {
      kind: Type.Literal('unit'),
      unitCode: Type.String({ minLength: 1, maxLength: 32 }),
      caseId: Type.Optional(Type.Integer({ minimum: 1 })),
    },
    { additionalProperties: false },
  ),
]);

export const WantedDial = Type.Object(
  {
    to: DialTarget,
    key: Type.String({ minLength: 8, maxLength: 64, description: 'made by the client: sent twice, it is one call' }),
    confirm: Type.Optional(Type.Boolean({ description: 'said after dial.confirm_needed: a costly number is meant' })),
  },
  { additionalProperties: false },
);

export const DialView = Type.Object({
  callId: Type.Integer(),
  channelId: Type.String(),
  number: nullable(ShownNumber),
  numberClass: oneOf(...NUMBER_CLASSES, 'own', 'unlisted', 'malformed'),
  result: oneOf(...DIAL_RESULTS),
});

const ClassRule = Type.Object(
  { roles: Type.Array(oneOf(...DIALLING_ROLES), { uniqueItems: true }), confirm: Type.Boolean() },
  { additionalProperties: false },
);
export const DialRulesShape = Type.Object(
  {
    classes: Type.Object(
      {
        service: ClassRule,
        local: ClassRule,
        mobile: ClassRule,
        national: ClassRule,
        premium: ClassRule,
        international: ClassRule,
      },
      { additionalProperties: false },
    ),
    agentPerHour: Type.Integer({ minimum: 1, maximum: 1000 }),
    allPerHour: Type.Integer({ minimum: 1, maximum: 100_000 }),
    shownNumber: nullable(Type.String({ maxLength: 20, description: 'one of the hotline’s own numbers; null: the first' })),
  },
  { additionalProperties: false },
);
export const DialRulesView = Type.Object({
  version: Type.Integer({ description: '0: nothing has been set' }),
  rules: DialRulesShape,
  ownNumbers: Type.Array(Type.String()),
  onSwitch: Type.Boolean({ description: 'whether the switch has been told' }),
});
export const SaveDialRules = Type.Object({ version: Type.Integer({ minimum: 0 }), rules: DialRulesShape }, { additionalProperties: false });

/** How a call stands for the agent who has it, and what may be done with it now (desk-workflow.ts). */
export const DeskView = Type.Object({
  callId: Type.Integer(),
  state: oneOf(...DESK_STATES),
  /** Who else is in it or is rung for; a long number masked. */
  party: Type.String(),
  thirdIsThere: Type.Boolean(),
  acts: Type.Array(oneOf(...DESK_ACTS)),
});

export type DialTarget = Static<typeof DialTarget>;
export type WantedDial = Static<typeof WantedDial>;
export type DialView = Static<typeof DialView>;
export type DialRulesView = Static<typeof DialRulesView>;
export type SaveDialRules = Static<typeof SaveDialRules>;
export type WantedDestination = Static<typeof WantedDestination>;
export type DeskView = Static<typeof DeskView>;
export type ShownNumber = Static<typeof ShownNumber>;
export type Person = Static<typeof Person>;
export type Caller = Static<typeof Caller>;
export type CallRow = Static<typeof CallRow>;
export type OpenCase = Static<typeof OpenCase>;
export type BriefLine = Static<typeof BriefLine>;
export type Card = Static<typeof Card>;
export type TimelineEntry = Static<typeof TimelineEntry>;
export type CallDetail = Static<typeof CallDetail>;
export type CallPage = Static<typeof CallPage>;
