import { type Static, type TSchema, Type } from 'typebox';
import { nullable, oneOf } from '../core/shapes.ts';
import type { CommandName } from './workflow.ts';

/** What people ask of a case, as it comes through the door. Texts are kept as typed and shown as text. */
const text = Type.String({ maxLength: 2000 });
const optionalText = Type.Optional(text);
const reasonCode = Type.Optional(Type.String({ maxLength: 40 }));
const unitCode = Type.String({ minLength: 1, maxLength: 12 });
const id = Type.Integer({ minimum: 1 });
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Day in Asia/Shanghai' });

const command = <const D extends CommandName, P extends Record<string, TSchema>>(name: D, properties: P) =>
  Type.Object(
    { do: Type.Literal(name), text: optionalText, reasonCode, callId: Type.Optional(id), ...properties },
    { additionalProperties: false },
  );

/** What the citizen is told. A public answer names nobody; what is for the citizen alone stands apart. */
export const Reply = Type.Object(
  { publicText: nullable(Type.String({ maxLength: 2000 })), privateText: nullable(Type.String({ maxLength: 2000 })) },
  { additionalProperties: false },
);
export type Reply = Static<typeof Reply>;

/** The unit's answer: 属实? 已联系? 已解决? 公开答复 (domain §3a). */
export const Feedback = Type.Object(
  {
    truth: oneOf('true', 'partly', 'untrue', 'not_applicable'),
    contacted: Type.Boolean(),
    solved: oneOf('yes', 'partly', 'no'),
    closing: oneOf('solved', 'partly_solved', 'explained_by_law', 'unfounded', 'other'),
    course: Type.String({ minLength: 1, maxLength: 4000 }),
    rootCause: Type.Optional(Type.String({ maxLength: 1000 })),
    reply: Reply,
  },
  { additionalProperties: false },
);
export type Feedback = Static<typeof Feedback>;

/** One piece of work on record. A contact made through the platform carries its call, which is the proof. */
export const Work = Type.Object(
  {
    /** A hand-over by telephone is the centre's own and has its own command. */
    kind: oneOf('contact', 'site_visit', 'explanation', 'coordination'),
    happenedAt: Type.String({ format: 'date-time' }),
    place: Type.Optional(Type.String({ maxLength: 200 })),
    /** Who was there, in words. */
    people: Type.Optional(Type.String({ maxLength: 200 })),
    text: Type.String({ minLength: 1, maxLength: 2000 }),
    callId: Type.Optional(id),
    /** Photos of it, among the files of this case. */
    fileIds: Type.Optional(Type.Array(id, { maxItems: 30, uniqueItems: true })),
  },
  { additionalProperties: false },
);
export type Work = Static<typeof Work>;

export const CallbackResult = Type.Object(
  {
    mode: oneOf('ivr', 'human', 'sms', 'web', 'none'),
    outcome: oneOf('reached', 'no_answer', 'unreachable', 'refused', 'not_asked'),
    contacted: Type.Optional(nullable(Type.Boolean())),
    solved: Type.Optional(nullable(oneOf('yes', 'partly', 'no'))),
    /** 5 best … 1 worst (domain §3g). */
    score: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 5 }))),
  },
  { additionalProperties: false },
);
export type CallbackResult = Static<typeof CallbackResult>;

const ruling = { agree: Type.Boolean() };

/** Commands that a person gives; `open_callback`, `raise_card` and `recompute_due` are the system's own. */
export const PERSONS_COMMANDS = [
  command('register', {}),
  command('review', {}),
  command('ask_registrar', {}),
  command('answer_directly', { reply: Reply }),
  command('refuse', { reply: Reply }),
  command('dispatch', { lead: unitCode, assist: Type.Array(unitCode, { maxItems: 8, uniqueItems: true }) }),
  command('hand_over', { unitCode, person: Type.String({ minLength: 1, maxLength: 60 }), answered: Type.Boolean() }),
  command('sign', {}),
  command('begin', {}),
  command('record_work', { work: Work }),
  command('give_feedback', { feedback: Feedback }),
  command('sign_off', {}),
  command('return_feedback', {}),
  command('record_reply', { reply: Reply }),
  command('record_callback', { result: CallbackResult }),
  command('retry_callback', {}),
  command('confirm_otherwise', {}),
  command('explain_and_close', {}),
  command('escalate', {}),
  command('archive', {}),
  command('request_return', {}),
  command('rule_return', ruling),
  command('request_extension', { workingDays: Type.Integer({ minimum: 1, maximum: 60 }) }),
  command('rule_extension', ruling),
  command('request_ledger', {
    promisedOn: day,
    plan: Type.Array(Type.Object({ by: day, step: Type.String({ minLength: 1, maxLength: 300 }) }, { additionalProperties: false }), {
      minItems: 1,
      maxItems: 20,
    }),
    /** How the citizen was told of the promise; with a call, `callId` is the proof. */
    toldHow: Type.String({ minLength: 1, maxLength: 300 }),
  }),
  command('rule_ledger', ruling),
  command('leave_ledger', {}),
  command('request_termination', {}),
  command('rule_termination', { ...ruling, reply: Type.Optional(Reply) }),
  command('withdraw_request', {}),
  command('merge', { masterId: id }),
  command('unmerge', {}),
  command('add_unit', { unitCode }),
  command('urge', {}),
  command('order_supervision', {}),
  command('give_guidance', {}),
  command('answer_order', { orderId: id }),
  command('report_important', { recipient: Type.String({ minLength: 1, maxLength: 60 }) }),
  command('confirm_report', { orderId: id }),
  command('submit_original', {}),
  command('record_instruction', {}),
  command('mark', {
    urgent: Type.Optional(Type.Boolean()),
    keyCase: Type.Optional(Type.Boolean()),
    important: Type.Optional(Type.Boolean()),
    confidential: Type.Optional(Type.Boolean()),
  }),
] as const;

type PersonsCommand = Static<(typeof PERSONS_COMMANDS)[number]>;

interface SystemsCommand<D extends CommandName> {
  do: D;
  text?: string;
  reasonCode?: string;
  callId?: number;
}
export type Command = PersonsCommand | SystemsCommand<'open_callback'> | SystemsCommand<'raise_card'> | SystemsCommand<'recompute_due'>;
export type CommandOf<D extends CommandName> = Extract<Command, { do: D }>;

/** Fails to compile when a command of the workflow has no shape, or a shape no command. */
export const everyCommandHasAShape: [CommandName] extends [Command['do']] ? true : never = true;

const byName = new Map<string, TSchema>(PERSONS_COMMANDS.map((schema) => [schema.properties.do.const, schema]));
/** The shape of one command, so that a refusal names its field and not forty alternatives. */
export const commandSchema = (name: string): TSchema | undefined => byName.get(name);
