import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { MESSAGE_KINDS } from './message-kinds.ts';

/** A reason by its code; which ones there are is a setting (pause-reasons.ts). */
export const PauseReason = Type.String({ pattern: '^[a-z][a-z0-9_]{0,29}$' });
const reason = {
  zh: Type.String({ maxLength: 8, description: 'shown in Chinese' }),
  en: Type.String({ maxLength: 16, description: 'shown in English' }),
  active: Type.Boolean({ description: 'false: no longer to choose, kept for the record' }),
};
export const PauseReasonItem = Type.Object({ code: PauseReason, ...reason });
export const PauseReasonsView = Type.Object({
  version: Type.Integer({ description: '0: nothing has been set' }),
  reasons: Type.Array(PauseReasonItem),
});
const MOST_REASONS = 20;
export const SavePauseReasons = Type.Object(
  {
    version: Type.Integer({ minimum: 0 }),
    reasons: Type.Array(Type.Object({ code: nullable(PauseReason), ...reason }, { additionalProperties: false }), {
      maxItems: MOST_REASONS,
      description: 'in the order of the menu; a new one has the code null',
    }),
  },
  { additionalProperties: false },
);

/** What everyone is shown of an agent: intent, device and call put together (agents/agent.ts decides). */
export const SHOWN_STATES = ['signed_out', 'ready', 'ringing', 'calling_out', 'talking', 'wrap_up', 'paused', 'device_lost'] as const;
export const ShownState = oneOf(...SHOWN_STATES);

export const AgentView = Type.Object({
  staffId: Type.Integer(),
  name: Type.String(),
  extension: nullable(Type.String()),
  state: ShownState,
  reason: Type.String(),
  /** When the shown state began. */
  since: instant,
  device: nullable(oneOf('browser', 'desk')),
  wrapUpUntil: nullable(instant),
  queues: Type.Array(Type.String()),
  callId: nullable(Type.Integer()),
  /** Asks the team leader for help; null again once somebody comes. */
  helpSince: nullable(instant),
});

/** What a browser needs to be a telephone. The secret is new for every sign-in and lives in the page's memory alone. */
export const Phone = Type.Object({
  extension: Type.String(),
  sipUri: Type.String(),
  secret: Type.String(),
  /** ws(s):// address of the relay, without the ticket. */
  relayUrl: Type.String(),
  ticket: Type.String(),
  ticketExpiresAt: instant,
});

export const SignIn = Type.Object({ device: oneOf('browser', 'desk') }, { additionalProperties: false });
export const SignedIn = Type.Object({ agent: AgentView, phone: nullable(Phone) });
export const Ticket = Type.Object({ ticket: Type.String(), ticketExpiresAt: instant });

export const SetIntent = Type.Union([
  Type.Object({ intent: Type.Literal('ready') }, { additionalProperties: false }),
  Type.Object({ intent: Type.Literal('paused'), reason: PauseReason }, { additionalProperties: false }),
]);

export const AskHelp = Type.Object({ asks: Type.Boolean() }, { additionalProperties: false });

/** What a team leader has told this agent, until the agent has seen it. */
export const DeskMessage = Type.Object({
  messageId: Type.Integer(),
  kind: oneOf(...MESSAGE_KINDS),
  /** Empty but for kind `text`. */
  text: Type.String(),
  from: Type.String(),
  sentAt: instant,
});

export const LONGEST_MESSAGE = 200;
export const SendMessage = Type.Object(
  {
    to: nullable(Type.Integer({ minimum: 1, description: 'null: everybody who is signed in' })),
    text: Type.String({ minLength: 1, maxLength: LONGEST_MESSAGE, pattern: '\\S' }),
    key: Type.String({ minLength: 8, maxLength: 64, description: 'made by the client: sent twice, it is one message' }),
  },
  { additionalProperties: false },
);
export const MessageSent = Type.Object({ sent: Type.Integer({ description: 'how many people are told' }) });

export const QueueSummary = Type.Object({
  queue: Type.String(),
  waiting: Type.Integer(),
  longestSince: nullable(instant),
  ready: Type.Integer(),
  signedIn: Type.Integer(),
});

export const DayFigures = Type.Object({
  answered: Type.Integer(),
  dialled: Type.Integer({ description: 'calls made, reached or not' }),
  drafted: Type.Integer(),
  missed: Type.Integer(),
  pausedSeconds: Type.Integer(),
  /** For what, the longest first; together they are pausedSeconds. */
  pauses: Type.Array(Type.Object({ reason: Type.String(), seconds: Type.Integer() })),
  talkSeconds: Type.Integer(),
  /** Ratings after calls 一次一评: how many, and their sum on the scale of 5 best … 1 worst. */
  rated: Type.Integer(),
  ratedSum: Type.Integer(),
});

export type AgentView = Static<typeof AgentView>;
export type ShownState = Static<typeof ShownState>;
export type DeskMessage = Static<typeof DeskMessage>;
export type SendMessage = Static<typeof SendMessage>;
export type MessageSent = Static<typeof MessageSent>;
export type PauseReasonItem = Static<typeof PauseReasonItem>;
export type PauseReasonsView = Static<typeof PauseReasonsView>;
export type SavePauseReasons = Static<typeof SavePauseReasons>;
export type Phone = Static<typeof Phone>;
export type SignIn = Static<typeof SignIn>;
export type SignedIn = Static<typeof SignedIn>;
export type Ticket = Static<typeof Ticket>;
export type SetIntent = Static<typeof SetIntent>;
export type QueueSummary = Static<typeof QueueSummary>;
export type DayFigures = Static<typeof DayFigures>;
