import type { Card } from '../../calls/schemas.ts';
import { emptyForm, FORM_FIELDS, type FormField } from '../../cases/empty-form.ts';
import type { CaseForm, CaseView, StaleCase } from '../../cases/schemas.ts';

/**
 * A form being written, as the browser keeps it. The person's words come first: whatever the service answers, a field somebody
 * touched here is never replaced, and when two people wrote, both versions are kept until one of them chooses.
 */
export interface Draft {
  key: string;
  channelId: string | null;
  callId: number | null;
  caseId: number | null;
  number: string | null;
  version: number | null;
  contactNumber: string | null;
  form: CaseForm;
  /** Fields a person changed or confirmed since the last version the service has. */
  touched: string[];
  dirty: boolean;
  startedAt: number;
  savedHereAt: number | null;
  savedThereAt: number | null;
  conflict: { theirs: CaseView; changedBy: string | null } | null;
}

export type Field = FormField;
export const FIELDS = FORM_FIELDS;

export const formFromPrefill = (prefill: Card['prefill']): CaseForm => {
  const given = FIELDS.filter((field) => prefill[field] !== undefined && prefill[field] !== null && prefill[field] !== '');
  const values = Object.fromEntries(given.map((field) => [field, prefill[field]]));
  return { ...emptyForm(), ...values, proposed: given };
};

export const draftForCall = (card: Card, now: number): Draft => ({
  key: `call:${card.channelId}`,
  channelId: card.channelId,
  callId: card.callId || null,
  caseId: null,
  number: null,
  version: null,
  contactNumber: card.caller.number?.masked ?? null,
  form: formFromPrefill(card.prefill),
  touched: [],
  dirty: false,
  startedAt: now,
  savedHereAt: null,
  savedThereAt: null,
  conflict: null,
});

export const draftForCase = (view: CaseView, now: number): Draft => ({
  key: `case:${view.caseId}`,
  channelId: null,
  callId: view.callId,
  caseId: view.caseId,
  number: view.number,
  version: view.version,
  contactNumber: view.contactNumber?.masked ?? null,
  form: view.form,
  touched: [],
  dirty: false,
  startedAt: now,
  savedHereAt: null,
  savedThereAt: Date.parse(view.updatedAt),
  conflict: null,
});

/** Changing a value confirms it: it is a person's from now on. */
export const editDraft = <K extends Field>(draft: Draft, field: K, value: CaseForm[K]): Draft => {
  if (draft.form[field] === value && !draft.form.proposed.includes(field)) return draft;
  return {
    ...draft,
    form: { ...draft.form, [field]: value, proposed: draft.form.proposed.filter((name) => name !== field) },
    touched: [...new Set([...draft.touched, field])],
    dirty: true,
  };
};

export const confirmField = (draft: Draft, field: Field): Draft => editDraft(draft, field, draft.form[field]);

const mine = (draft: Draft): Partial<CaseForm> =>
  Object.fromEntries(FIELDS.filter((field) => draft.touched.includes(field)).map((field) => [field, draft.form[field]]));

/** The service's version with this page's own words laid over it. */
export const withServerView = (draft: Draft, view: CaseView): Draft => ({
  ...draft,
  caseId: view.caseId,
  callId: view.callId,
  number: view.number,
  version: view.version,
  contactNumber: view.contactNumber?.masked ?? draft.contactNumber,
  form: { ...view.form, ...mine(draft), proposed: view.form.proposed.filter((name) => !draft.touched.includes(name)) },
});

/** @param sent the form that was sent; what was typed since stays unsaved */
export const savedDraft = (draft: Draft, sent: CaseForm, view: CaseView, now: number): Draft => {
  const stillTouched = FIELDS.filter((field) => draft.form[field] !== sent[field]);
  const merged = withServerView({ ...draft, touched: stillTouched }, view);
  return { ...merged, dirty: stillTouched.length > 0, savedThereAt: now, conflict: null };
};

export const withConflict = (draft: Draft, details: StaleCase['details']): Draft => ({
  ...draft,
  conflict: { theirs: details.theirs, changedBy: details.changedBy },
});

export type Side = 'mine' | 'theirs';
export type Choices = Partial<Record<Field, Side>>;

/** Whose words stand at first: mine where I wrote something, theirs where only they did. A person may choose otherwise. */
export const firstChoices = (draft: Draft): Choices =>
  Object.fromEntries(differingFields(draft).map((field) => [field, draft.touched.includes(field) ? 'mine' : 'theirs']));

/** @param choice one side for all of it, or a side for each field that differs; fields left out keep mine */
export const resolveConflict = (draft: Draft, choice: Side | Choices): Draft => {
  if (!draft.conflict) return draft;
  const { theirs } = draft.conflict;
  const sideOf = (field: Field): Side => (typeof choice === 'string' ? choice : (choice[field] ?? 'mine'));
  const kept = differingFields(draft).filter((field) => sideOf(field) === 'mine');
  const form = { ...theirs.form, ...Object.fromEntries(kept.map((field) => [field, draft.form[field]])) };
  const proposed = theirs.form.proposed.filter((name) => !kept.includes(name as Field));
  const base = { ...withServerView({ ...draft, touched: [] }, theirs), form: { ...form, proposed }, conflict: null };
  return { ...base, touched: kept, dirty: kept.length > 0 };
};

export const differingFields = (draft: Draft): Field[] =>
  draft.conflict ? FIELDS.filter((field) => draft.conflict?.theirs.form[field] !== draft.form[field]) : [];

export type Element = 'who' | 'phone' | 'where' | 'what' | 'why';

/** 五要素 in the order of the form, with whether each is there. Counted here too, so that the ticks do not wait for the service. */
export const elements = (draft: Pick<Draft, 'form' | 'contactNumber'>): { element: Element; present: boolean }[] => [
  { element: 'who', present: draft.form.contactName.trim() !== '' },
  { element: 'phone', present: draft.contactNumber !== null },
  { element: 'where', present: draft.form.placeText.trim() !== '' || draft.form.placeCode !== null },
  { element: 'what', present: draft.form.course.trim() !== '' },
  { element: 'why', present: draft.form.purpose.trim() !== '' },
];

/** Which call a draft written without the service belongs to; null when it can't be told, and then the words still become a case. */
export const callOfLoneDraft = (
  draft: Pick<Draft, 'channelId' | 'startedAt'>,
  known: {
    cards: readonly Pick<Card, 'channelId' | 'callId'>[];
    recent: readonly { callId: number; answeredAt: string | null; caseId: number | null }[];
  },
  clockOffsetMs: number,
): number | null => {
  const card = known.cards.find((candidate) => candidate.channelId === draft.channelId && candidate.callId > 0);
  if (card) return card.callId;
  const near = known.recent.find(
    (row) =>
      row.caseId === null && row.answeredAt !== null && Math.abs(Date.parse(row.answeredAt) - clockOffsetMs - draft.startedAt) <= 10_000,
  );
  return near?.callId ?? null;
};
