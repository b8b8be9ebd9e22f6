import type { CaseForm } from './schemas.ts';

/** A form with nothing in it. Imports nothing that runs, so that service and console start from the very same one. */
export const emptyForm = (): CaseForm => ({
  requestType: null,
  categoryCode: null,
  contactName: '',
  placeText: '',
  placeCode: null,
  happenedText: '',
  course: '',
  purpose: '',
  urgent: false,
  keyCase: false,
  important: false,
  confidential: false,
  wantsReply: true,
  proposed: [],
});

export type FormField = Exclude<keyof CaseForm, 'proposed'>;

/** Every field a person fills, in the order of the form. */
export const FORM_FIELDS = Object.keys(emptyForm()).filter((name) => name !== 'proposed') as FormField[];
