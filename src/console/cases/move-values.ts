import type { Command } from '../../cases/commands.ts';
import type { MoveForm } from '../../cases/life-schemas.ts';
import { REASONS } from '../../cases/states.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

/**
 * What a person fills in for one move, flat as the fields of the form are; and the command made of it. Which fields there are, the
 * service says (MoveForm); what they are called and how they lie in the command is here.
 */
export interface Values {
  text: string;
  reasonCode: string;
  lead: string;
  assist: string[];
  unitCode: string;
  person: string;
  answered: boolean;
  publicText: string;
  privateText: string;
  workKind: 'contact' | 'site_visit' | 'explanation' | 'coordination';
  happenedAt: string;
  place: string;
  people: string;
  done: string;
  fileIds: number[];
  truth: 'true' | 'partly' | 'untrue' | 'not_applicable' | '';
  contacted: boolean;
  solved: 'yes' | 'partly' | 'no' | '';
  closing: 'solved' | 'partly_solved' | 'explained_by_law' | 'unfounded' | 'other' | '';
  course: string;
  rootCause: string;
  agree: 'yes' | 'no' | '';
  workingDays: string;
  promisedOn: string;
  plan: { by: string; step: string }[];
  toldHow: string;
  masterId: number | null;
  orderId: number | null;
  recipient: string;
  mode: 'human' | 'ivr' | 'sms' | 'web' | 'none';
  outcome: 'reached' | 'no_answer' | 'unreachable' | 'refused' | 'not_asked' | '';
  wasContacted: 'yes' | 'no' | '';
  score: string;
  urgent: boolean;
  keyCase: boolean;
  important: boolean;
  confidential: boolean;
}

export type Marks = Pick<Values, 'urgent' | 'keyCase' | 'important' | 'confidential'>;

/** `at` as a field for local time writes it, on the hotline's clock: 2026-11-24T09:30. */
export const localInput = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 16);
export const fromLocalInput = (typed: string): string | null => {
  const at = Date.parse(`${typed}:00+08:00`);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
};

export const emptyValues = (now: number, marks: Marks): Values => ({
  text: '',
  reasonCode: '',
  lead: '',
  assist: [],
  unitCode: '',
  person: '',
  answered: true,
  publicText: '',
  privateText: '',
  workKind: 'contact',
  happenedAt: localInput(now),
  place: '',
  people: '',
  done: '',
  fileIds: [],
  truth: '',
  contacted: false,
  solved: '',
  closing: '',
  course: '',
  rootCause: '',
  agree: '',
  workingDays: '',
  promisedOn: '',
  plan: [{ by: '', step: '' }],
  toldHow: '',
  masterId: null,
  orderId: null,
  recipient: '',
  mode: 'human',
  outcome: '',
  wasContacted: '',
  score: '',
  urgent: marks.urgent,
  keyCase: marks.keyCase,
  important: marks.important,
  confidential: marks.confidential,
});

const nullIfEmpty = (words: string): string | null => (words.trim() === '' ? null : words.trim());
const reply = (values: Values) => ({ publicText: nullIfEmpty(values.publicText), privateText: nullIfEmpty(values.privateText) });
const hasReply = (values: Values): boolean => reply(values).publicText !== null || reply(values).privateText !== null;
const isDissatisfied = (values: Values): boolean =>
  values.outcome === 'reached' && (values.solved === 'no' || values.score === '1' || values.score === '2');

/** Reasons to choose from: the table's; of a callback, those that go with its outcome. */
export const reasonsFor = (form: MoveForm, values: Values): readonly string[] => {
  if (form.command !== 'record_callback') return form.reasons;
  if (values.outcome === 'not_asked') return REASONS.not_asked;
  return isDissatisfied(values) ? REASONS.dissatisfied : [];
};

const feedback = (values: Values) => ({
  truth: values.truth,
  contacted: values.contacted,
  solved: values.solved,
  closing: values.closing,
  course: values.course.trim(),
  ...(values.rootCause.trim() === '' ? {} : { rootCause: values.rootCause.trim() }),
  reply: reply(values),
});

const work = (values: Values) => ({
  kind: values.workKind,
  happenedAt: fromLocalInput(values.happenedAt) ?? '',
  ...(values.place.trim() === '' ? {} : { place: values.place.trim() }),
  ...(values.people.trim() === '' ? {} : { people: values.people.trim() }),
  text: values.done.trim(),
  ...(values.workKind === 'site_visit' && values.fileIds.length > 0 ? { fileIds: values.fileIds } : {}),
});

const result = (values: Values) => ({
  mode: values.outcome === 'not_asked' ? 'none' : values.mode,
  outcome: values.outcome,
  ...(values.outcome === 'reached'
    ? {
        contacted: values.wasContacted === '' ? null : values.wasContacted === 'yes',
        solved: values.solved === '' ? null : values.solved,
        score: values.score === '' ? null : Number(values.score),
      }
    : {}),
});

const MADE: Readonly<Record<string, (values: Values) => unknown>> = {
  reply,
  feedback,
  work,
  result,
  agree: (values) => values.agree === 'yes',
  workingDays: (values) => Number(values.workingDays),
  plan: (values) => values.plan.filter((step) => step.step.trim() !== ''),
};

/** The command to send. A ruling that refuses carries no reply. */
export const commandOf = (form: MoveForm, values: Values): Command => {
  const fields = form.fields
    .filter((field) => !(field === 'reply' && form.fields.includes('agree') && !hasReply(values)))
    .map((field) => [field, MADE[field] ? MADE[field](values) : values[field as keyof Values]]);
  return {
    do: form.command,
    ...Object.fromEntries(fields),
    ...(values.text.trim() === '' ? {} : { text: values.text.trim() }),
    ...(reasonsFor(form, values).length > 0 && values.reasonCode !== '' ? { reasonCode: values.reasonCode } : {}),
  } as Command;
};

const filled = (value: unknown): boolean => (typeof value === 'string' ? value.trim() !== '' : value !== null && value !== undefined);

/** Of each field of a command: what of it a person has still to say. */
const OPEN: Readonly<Record<string, (values: Values, form: MoveForm) => PhraseKey[]>> = {
  lead: (values) => (filled(values.lead) ? [] : ['carry.lead']),
  unitCode: (values) => (filled(values.unitCode) ? [] : ['carry.unit']),
  person: (values) => (filled(values.person) ? [] : ['carry.person']),
  reply: (values, form) => (hasReply(values) || (form.fields.includes('agree') && values.agree !== 'yes') ? [] : ['carry.public_text']),
  work: (values) => [
    ...(fromLocalInput(values.happenedAt) ? [] : (['carry.happened_at'] as const)),
    ...(filled(values.done) ? [] : (['carry.what_done'] as const)),
  ],
  feedback: (values) => [
    ...(values.truth ? [] : (['carry.truth'] as const)),
    ...(values.solved ? [] : (['carry.solved'] as const)),
    ...(values.closing ? [] : (['carry.closing'] as const)),
    ...(filled(values.course) ? [] : (['carry.course'] as const)),
    ...(hasReply(values) ? [] : (['carry.public_text'] as const)),
  ],
  result: (values) => {
    if (!values.outcome) return ['carry.outcome'];
    return values.outcome === 'reached' && !values.solved && !values.score ? ['carry.solved'] : [];
  },
  agree: (values) => (values.agree ? [] : ['carry.agree']),
  workingDays: (values) => (/^[1-9]\d?$/.test(values.workingDays) ? [] : ['carry.working_days']),
  promisedOn: (values) => (/^\d{4}-\d{2}-\d{2}$/.test(values.promisedOn) ? [] : ['carry.promised_on']),
  plan: (values) => (values.plan.some((step) => filled(step.step) && filled(step.by)) ? [] : ['carry.plan']),
  toldHow: (values) => (filled(values.toldHow) ? [] : ['carry.told_how']),
  masterId: (values) => (values.masterId === null ? ['carry.master'] : []),
  orderId: (values) => (values.orderId === null ? ['carry.order'] : []),
  recipient: (values) => (filled(values.recipient) ? [] : ['carry.recipient']),
};

/** What is still to be filled in before the move can be made, in the order of the form. */
export const openFields = (form: MoveForm, values: Values): PhraseKey[] => [
  ...form.fields.flatMap((field) => OPEN[field]?.(values, form) ?? []),
  ...(reasonsFor(form, values).length > 0 && values.reasonCode === '' ? (['carry.reason'] as const) : []),
  ...(form.text === 'required' && !filled(values.text) ? (['carry.text_needed'] as const) : []),
];

/** A move that asks nothing is made by its button alone. */
export const asksNothing = (form: MoveForm): boolean => form.fields.length === 0 && form.reasons.length === 0 && form.text === 'optional';
