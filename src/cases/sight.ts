import { type Permission, permissionsOf } from '../core/roles.ts';
import { type CaseRecord, shownTo, type Viewer } from './case.ts';

/** Who may see what of a case. */

export const holds = (viewer: Viewer, permission: Permission): boolean => permissionsOf(viewer.roles).has(permission);

/** Sees cases only because their unit has them. */
export const seesAsUnit = (viewer: Viewer): boolean => holds(viewer, 'cases.read_unit') && !holds(viewer, 'cases.read_all');

/**
 * Who reports a wrong, or asked for confidence, is never laid open to the unit: it may be the one complained of
 * (济南条例 第32条, R33).
 */
export const isProtected = (form: Pick<CaseRecord['form'], 'confidential' | 'requestType'>): boolean =>
  form.confidential || form.requestType === 'report';

const HIDDEN = '×××';
/** Telephone numbers as people write them into a text, with blanks and dashes between. */
const NUMBERS = /(?<!\d)(?:\+?86[\s-]?)?(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8})(?!\d)/g;

/** A text with the citizen's name and every telephone number taken out: agents write both where they should not. */
export const withoutIdentity = (text: string, contactName: string): string => {
  const name = contactName.trim();
  const unnamed = name.length > 1 ? text.replaceAll(name, HIDDEN) : text;
  return unnamed.replace(NUMBERS, HIDDEN);
};

/** The record as somebody of the handling unit may see it. */
export const shownToUnit = (record: CaseRecord): CaseRecord => {
  if (!isProtected(record.form)) return record;
  const { form } = record;
  const clean = (text: string): string => withoutIdentity(text, form.contactName);
  return {
    ...record,
    callId: null, // the recording tells who speaks
    citizenId: null,
    contactNumber: null,
    createdBy: null,
    form: {
      ...form,
      contactName: '',
      course: clean(form.course),
      purpose: clean(form.purpose),
      placeText: clean(form.placeText),
      happenedText: clean(form.happenedText),
    },
  };
};

export const shownAs = (record: CaseRecord, viewer: Viewer): CaseRecord => {
  if (seesAsUnit(viewer)) return shownToUnit(record);
  return shownTo(record, viewer);
};
