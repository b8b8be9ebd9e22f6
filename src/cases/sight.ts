import { type Permission, permissionsOf } from '../core/roles.ts';
import { type CaseRecord, shownTo, type Viewer } from './case.ts';
import type { CaseTexts } from './repository.ts';
import { indexWords } from './words.ts';

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

/** Whose identity is to be kept: the name as the form has it and the number in normal form. */
export interface Identity {
  contactName: string;
  contactNumber: string | null;
}
export const identityOf = (record: Pick<CaseRecord, 'form' | 'contactNumber'>): Identity => ({
  contactName: record.form.contactName,
  contactNumber: record.contactNumber,
});

const HIDDEN = '×××';
/** What people write between the digits of a number. */
const BETWEEN = '[\\s.·,，\\-—－]{0,2}';
/** Telephone numbers as people write them into a text, in half or full width. */
const NUMBERS = new RegExp(
  `(?<!\\p{Nd})(?:[+＋]?[8８][6６]${BETWEEN})?(?:[1１][3-9３-９](?:${BETWEEN}\\p{Nd}){9}|[0０](?:${BETWEEN}\\p{Nd}){9,11})(?!\\p{Nd})`,
  'gu',
);
/** A local number is said without its area code. */
const LOCAL_DIGITS = 7;
const TITLES = '女士|先生|小姐|同志|阿姨|大爷|大妈|大姐|大哥|师傅|老师|某+';
const TWO_CHARACTER_SURNAMES = /^(?:欧阳|上官|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|东方)/u;

const spaced = (characters: readonly string[]): string =>
  characters.map((each) => each.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('\\s*');

/** The name however it is spaced, and the surname with a title. */
const namePattern = (name: string): RegExp | null => {
  const characters = [...name.replace(/\s/gu, '')];
  if (characters.length < 2) return null;
  const surname = TWO_CHARACTER_SURNAMES.exec(name)?.[0] ?? characters[0] ?? '';
  const titled = /^\p{Script=Han}/u.test(surname) ? `|${surname}\\s*(?:${TITLES})` : '';
  return new RegExp(`${spaced(characters)}${titled}`, 'giu');
};

const numberPattern = (number: string): RegExp | null => {
  const digits = number.replace(/\D/g, '');
  if (digits.length < LOCAL_DIGITS) return null;
  // Eight digits of a city with such numbers, seven elsewhere: the area code before them is itself three or four long.
  const parted = (tail: string): string =>
    [...tail].map((digit) => `[${digit}${String.fromCharCode(0xff10 + Number(digit))}]`).join(BETWEEN);
  const tails = digits.startsWith('0')
    ? [digits, digits.slice(3), digits.slice(4)].filter((tail) => tail.length >= LOCAL_DIGITS)
    : [digits];
  return new RegExp(`(?<!\\p{Nd})(?:${tails.map(parted).join('|')})(?!\\p{Nd})`, 'gu');
};

/** A text with the citizen's name and every telephone number taken out: agents write both where they should not. */
export const withoutIdentity = (text: string, { contactName, contactNumber }: Identity): string => {
  const own = contactNumber === null ? null : numberPattern(contactNumber);
  return [namePattern(contactName), NUMBERS, own].reduce((rest, pattern) => (pattern ? rest.replace(pattern, HIDDEN) : rest), text);
};

/** The same for whatever a text stands in: a list of steps holds texts as well as a field does. */
export const valueWithoutIdentity = (value: unknown, who: Identity): unknown => {
  if (typeof value === 'string') return withoutIdentity(value, who);
  if (Array.isArray(value)) return value.map((each) => valueWithoutIdentity(each, who));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([field, each]) => [field, valueWithoutIdentity(each, who)]));
};

/** The words under which a case is found: what is hidden from the unit must not be found by it either. */
export const wordsOf = (of: CaseTexts): string[] =>
  indexWords(isProtected(of) ? of.texts.map((text) => withoutIdentity(text, of)) : of.texts);

/** The record as somebody of the handling unit may see it. */
export const shownToUnit = (record: CaseRecord): CaseRecord => {
  if (!isProtected(record.form)) return record;
  const { form } = record;
  const who = identityOf(record);
  const clean = (text: string): string => withoutIdentity(text, who);
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
