import { shanghaiStamp } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CallId, CaseId, CitizenId, StaffId } from '../core/ids.ts';
import { permissionsOf, type Role } from '../core/roles.ts';
import { emptyForm, FORM_FIELDS } from './empty-form.ts';
import type { CaseForm } from './schemas.ts';
import type { CaseSource, CaseState } from './states.ts';

export { emptyForm };

/** A case as lists and forms show it; what its life adds is in life.ts. */
export interface CaseRecord {
  caseId: CaseId;
  number: string;
  state: CaseState;
  source: CaseSource;
  callId: CallId | null;
  citizenId: CitizenId | null;
  /** Normal form; taken from the call, never typed. */
  contactNumber: string | null;
  form: CaseForm;
  createdBy: { staffId: StaffId; name: string } | null;
  createdAt: Date;
  updatedAt: Date;
  version: number;
}

/** Who asks. Rights follow from the roles. */
export interface Viewer {
  staffId: StaffId;
  name: string;
  roles: readonly Role[];
}

/** Values the machine proposes for a form; a person confirms each. */
export type Proposals = Partial<Omit<CaseForm, 'proposed'>>;

/**
 * 18 digits: yyMMddHHmmss in Shanghai and six of a running sequence, because people say the last six (尾号) and two cases
 * of one season must not share them.
 */
export const caseNumber = (at: Date, sequence: number): string =>
  shanghaiStamp(at) + String(at.getUTCSeconds()).padStart(2, '0') + String(sequence % 1_000_000).padStart(6, '0');

const isEmpty = (value: unknown): boolean => value === null || value === '';

/** Fills what is still empty and marks it as proposed; what a person wrote is never replaced. */
export const withProposals = (form: CaseForm, proposals: Proposals): CaseForm => {
  const filled = FORM_FIELDS.filter((field) => isEmpty(form[field]) && proposals[field] !== undefined && !isEmpty(proposals[field]));
  const values = Object.fromEntries(filled.map((field) => [field, proposals[field]]));
  return { ...form, ...values, proposed: [...new Set([...form.proposed, ...filled])] };
};

/**
 * What stays proposed after a save: a field is confirmed by changing it, by emptying it, or by taking its name off the
 * list. A client cannot mark a person's words as the machine's.
 */
export const stillProposed = (stored: CaseForm, incoming: CaseForm): string[] =>
  FORM_FIELDS.filter(
    (field) =>
      stored.proposed.includes(field) &&
      incoming.proposed.includes(field) &&
      stored[field] === incoming[field] &&
      !isEmpty(incoming[field]),
  );

export const changedFields = (before: CaseForm, after: CaseForm): string[] => FORM_FIELDS.filter((field) => before[field] !== after[field]);

export type Element = 'who' | 'phone' | 'where' | 'what' | 'why';

/** 五要素 still empty, in the order of the form. */
export const missingElements = (record: Pick<CaseRecord, 'form' | 'contactNumber'>): Element[] => {
  const { form, contactNumber } = record;
  const has: Record<Element, boolean> = {
    who: form.contactName.trim() !== '',
    phone: contactNumber !== null,
    where: form.placeText.trim() !== '' || form.placeCode !== null,
    what: form.course.trim() !== '',
    why: form.purpose.trim() !== '',
  };
  return (Object.keys(has) as Element[]).filter((element) => !has[element]);
};

const TITLE_CHARACTERS = 28;

/** First sentence of what is asked for, or of what happened, or the subject's name; empty when there is none of these. */
export const titleOf = (form: Pick<CaseForm, 'course' | 'purpose'>, categoryName: string | null): string => {
  const text = form.course.trim() || form.purpose.trim();
  const [sentence = ''] = text.split(/[。！？!?\n]/);
  // By code points: a rare character of a village name must not be cut in half.
  const characters = [...(sentence || text)];
  if (!characters.length) return categoryName ?? '';
  return characters.length > TITLE_CHARACTERS ? `${characters.slice(0, TITLE_CHARACTERS - 1).join('')}…` : characters.join('');
};

/**
 * Texts are kept as typed, except for characters that no keyboard means: control characters (PostgreSQL refuses one of
 * them, terminals and exports obey others). Half a character cannot be stored as UTF-8 and is refused.
 * @throws HotlineError request.invalid
 */
export const cleanText = (text: string, field: string): string => {
  if (!text.isWellFormed()) throw new HotlineError('request.invalid', '文字里有不完整的字符 The text holds half a character', { field });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: naming them is the point
  return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
};

export const cleanForm = (form: CaseForm): CaseForm => {
  const cleaned = Object.entries(form).map(([field, value]) => [field, typeof value === 'string' ? cleanText(value, field) : value]);
  return Object.fromEntries(cleaned) as CaseForm;
};

const may = (viewer: Viewer, permission: Parameters<ReturnType<typeof permissionsOf>['has']>[0]): boolean =>
  permissionsOf(viewer.roles).has(permission);

/** `own` is what the reader wrote or took the call of. */
export const mayRead = (viewer: Viewer, own: boolean): boolean => may(viewer, 'cases.read_all') || (own && may(viewer, 'cases.read_own'));

export const mayWrite = (viewer: Viewer, own: boolean): boolean => may(viewer, 'cases.write') && mayRead(viewer, own);

/** Whoever asked not to be named is named only to the one who took the words down and to the dispatcher who must route them. */
export const maySeeContact = (record: Pick<CaseRecord, 'form' | 'createdBy'>, viewer: Viewer): boolean =>
  !record.form.confidential || record.createdBy?.staffId === viewer.staffId || viewer.roles.includes('dispatcher');

/** The record as this viewer may see it. */
export const shownTo = (record: CaseRecord, viewer: Viewer): CaseRecord =>
  maySeeContact(record, viewer) ? record : { ...record, citizenId: null, contactNumber: null, form: { ...record.form, contactName: '' } };

/**
 * The form to keep when `viewer` saves `incoming` over `record`.
 * @throws HotlineError access.denied when someone who may not see a confidential contact would lay it open
 */
export const formToKeep = (record: CaseRecord, incoming: CaseForm, viewer: Viewer): CaseForm => {
  const cleaned = cleanForm(incoming);
  const form = maySeeContact(record, viewer) ? cleaned : { ...cleaned, contactName: record.form.contactName };
  if (record.form.confidential && !form.confidential && !maySeeContact(record, viewer))
    throw new HotlineError('access.denied', '保密标记由登记人或派单员取消 Only the author or a dispatcher may lift confidentiality', {
      caseId: record.caseId,
    });
  return { ...form, proposed: stillProposed(record.form, form) };
};
