import { cleanText } from '../cases/case.ts';
import { emptyForm } from '../cases/empty-form.ts';
import { type CaseForm, REQUEST_TYPES, type RequestType } from '../cases/schemas.ts';

/** Fields of a case that the city platform hands over, by the names of the API; a spreadsheet has them as columns. */
export const HANDOVER_FIELDS = [
  'cityNumber',
  'requestType',
  'category',
  'contactName',
  'contactNumber',
  'placeText',
  'place',
  'happenedText',
  'course',
  'purpose',
  'urgent',
  'keyCase',
  'important',
  'confidential',
  'wantsReply',
  'dueAt',
] as const;
export type HandoverField = (typeof HANDOVER_FIELDS)[number];

/** Why a field is not taken; stable, a machine may branch on it. */
export const REASONS = [
  'missing',
  'too_long',
  'malformed', // neither a number of the city, a telephone number, a moment, nor yes or no
  'unknown', // no such type, subject or place here
  'ambiguous', // several subjects or places have this name: send the code
  'formula', // the value is what a spreadsheet program once worked out
  'merged', // part of a merged range: only its first cell has the value
  'error', // the cell shows an error
  'digits_lost', // a number of more than 15 digits, already rounded by the spreadsheet program
  'twice', // the same number of the city with another content, further up in the file
  'differs', // the number is a case here already, and its content was another
] as const;
export type Reason = (typeof REASONS)[number];
export interface Refused {
  field: HandoverField;
  code: Reason;
}

/** What was sent, read into the house's words; kept beside the case so that a later one can be held against it. */
export type HandoverBody = Omit<CaseForm, 'proposed'> & {
  contactNumber: string | null;
  /** UTC instant, ISO 8601, or null. */
  dueAt: string | null;
};

export interface Handover {
  cityNumber: string;
  body: HandoverBody;
}

/** The house's own lists, and how it reads a telephone number. */
export interface Lists {
  categories: readonly { code: string; name: string; path: string; parentCode: string | null }[];
  places: readonly { code: string; name: string; townName: string }[];
  /** Normal form, or null when it is not a number. */
  normalNumber: (written: string) => string | null;
}

const TYPE_WORDS: Readonly<Record<RequestType, string>> = {
  consultation: '咨询',
  help: '求助',
  complaint: '投诉',
  report: '举报',
  suggestion: '建议',
  praise: '表扬',
  other: '其他',
};
const LONGEST: Readonly<Partial<Record<HandoverField, number>>> = {
  contactName: 60,
  placeText: 200,
  happenedText: 100,
  course: 2000,
  purpose: 500,
};
const CITY_NUMBER = /^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$/;
const YES = new Set(['是', '1', 'true', 'yes', 'y', '√']);
const NO = new Set(['否', '0', 'false', 'no', 'n', '']);
const SHANGHAI_MOMENT = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** A moment of the day's end in Shanghai when only the day stands there; null when it is none. */
export const momentOf = (written: string): Date | null => {
  if (INSTANT.test(written)) return Number.isNaN(Date.parse(written)) ? null : new Date(written);
  const [, year, month, day, hour = '23', minute = '59', second] = SHANGHAI_MOMENT.exec(written) ?? [];
  if (!year || !month || !day) return null;
  const pad = (part: string): string => part.padStart(2, '0');
  const seconds = second ?? (written.includes(':') ? '00' : '59');
  const at = new Date(`${year}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:${pad(seconds)}+08:00`);
  // 31 April would become 1 May in silence.
  return Number.isNaN(at.getTime()) || new Date(at.getTime() + 28_800_000).getUTCDate() !== Number(day) ? null : at;
};

/** Finds things by code, by name, or by the whole path of names. */
const finder = <T extends { code: string }>(things: readonly T[], namesOf: (thing: T) => string[]) => {
  const byCode = new Map(things.map((thing) => [thing.code, thing]));
  const byName = Map.groupBy(
    things.flatMap((thing) => namesOf(thing).map((name) => ({ name, thing }))),
    ({ name }) => name,
  );
  return (written: string): T | 'unknown' | 'ambiguous' => {
    const found = byCode.get(written);
    if (found) return found;
    const named = byName.get(written.replaceAll(/\s*[/＞>／\-－—]\s*/g, '/')) ?? [];
    if (named.length > 1) return 'ambiguous';
    return named[0]?.thing ?? 'unknown';
  };
};

/**
 * Reads what the city platform sent, field by field, and says of each field that cannot be taken why.
 * @returns a reader for texts by field; '' and a field left out mean the same
 */
export const createHandoverReader = (lists: Lists) => {
  // The leaves of the tree are what a case is filed under; a branch is too wide to route by.
  const branches = new Set(lists.categories.map(({ parentCode }) => parentCode));
  const category = finder(
    lists.categories.filter(({ code }) => !branches.has(code)),
    ({ name, path }) => [...new Set([name, path])],
  );
  const place = finder(lists.places, ({ name, townName }) => [name, `${townName}/${name}`]);

  return (raw: Readonly<Partial<Record<HandoverField, string>>>): { handover: Handover } | { refused: Refused[] } => {
    const refused: Refused[] = [];
    const refuse = (field: HandoverField, code: Reason): void => void refused.push({ field, code });
    const text = (field: HandoverField): string => {
      const written = raw[field] ?? '';
      if (!written.isWellFormed()) {
        refuse(field, 'malformed');
        return '';
      }
      // The mark by which our own downloads keep a spreadsheet program from working out a text.
      const clean = cleanText(written, field)
        .trim()
        .replace(/^'(?=[=+\-@])/, '');
      const longest = LONGEST[field];
      if (longest !== undefined && clean.length > longest) refuse(field, 'too_long');
      return clean;
    };
    const required = (field: HandoverField): string => {
      const written = text(field);
      if (written === '') refuse(field, 'missing');
      return written;
    };
    const yes = (field: HandoverField, otherwise: boolean): boolean => {
      const written = text(field).toLowerCase();
      if (written === '') return otherwise;
      if (!YES.has(written) && !NO.has(written)) refuse(field, 'malformed');
      return YES.has(written);
    };
    const codeOf = (field: HandoverField, written: string, find: typeof category | typeof place): string | null => {
      if (written === '') return null;
      const found = find(written);
      if (typeof found === 'object') return found.code;
      refuse(field, found);
      return null;
    };

    const cityNumber = required('cityNumber');
    if (cityNumber !== '' && !CITY_NUMBER.test(cityNumber)) refuse('cityNumber', 'malformed');
    const typeWord = required('requestType');
    const requestType = REQUEST_TYPES.find((type) => type === typeWord || TYPE_WORDS[type] === typeWord) ?? null;
    if (typeWord !== '' && requestType === null) refuse('requestType', 'unknown');
    const written = text('contactNumber');
    const contactNumber = written === '' ? null : lists.normalNumber(written);
    if (written !== '' && contactNumber === null) refuse('contactNumber', 'malformed');
    const due = text('dueAt');
    const dueAt = due === '' ? null : momentOf(due);
    if (due !== '' && dueAt === null) refuse('dueAt', 'malformed');
    const { proposed: _proposed, ...empty } = emptyForm();
    const body: HandoverBody = {
      ...empty,
      requestType,
      categoryCode: codeOf('category', required('category'), category),
      placeCode: codeOf('place', text('place'), place),
      contactName: text('contactName'),
      contactNumber,
      placeText: text('placeText'),
      happenedText: text('happenedText'),
      course: required('course'),
      purpose: text('purpose'),
      urgent: yes('urgent', false),
      keyCase: yes('keyCase', false),
      important: yes('important', false),
      confidential: yes('confidential', false),
      wantsReply: yes('wantsReply', true),
      dueAt: dueAt?.toISOString() ?? null,
    };
    return refused.length ? { refused } : { handover: { cityNumber, body } };
  };
};
export type HandoverReader = ReturnType<typeof createHandoverReader>;

const FIELD_OF: Readonly<Partial<Record<keyof HandoverBody, HandoverField>>> = { categoryCode: 'category', placeCode: 'place' };

/** Names of the fields in which a body differs from the one that came first. */
export const differencesOf = (first: HandoverBody, later: HandoverBody): HandoverField[] =>
  (Object.keys(later) as (keyof HandoverBody)[])
    .filter((key) => first[key] !== later[key])
    .map((key) => FIELD_OF[key] ?? (key as HandoverField));

export const formOf = ({ contactNumber: _number, dueAt: _due, ...form }: HandoverBody): CaseForm => ({ ...form, proposed: [] });
