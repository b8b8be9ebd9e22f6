import type { ErrorCode } from '../core/errors.ts';
import type { Role } from '../core/roles.ts';

/** What a number costs and where it leads. */
export const NUMBER_CLASSES = ['emergency', 'service', 'local', 'mobile', 'national', 'premium', 'international'] as const;
export type ListedClass = (typeof NUMBER_CLASSES)[number];
/** own: leads back to the hotline; unlisted: a number that nobody dials (carrier prefixes, satellite telephones); malformed: none. */
export type NumberClass = ListedClass | 'own' | 'unlisted' | 'malformed';

/**
 * Whoever steals a session must not be able to turn it into money: what costs more than a word is nobody's by default, and
 * the switch refuses the same numbers once more by itself (dialplans/desk.conf).
 */
const RIGHTS: Partial<Record<Role, readonly NumberClass[]>> = {
  agent: ['emergency', 'service', 'local', 'mobile'],
  team_leader: ['emergency', 'service', 'local', 'mobile', 'national'],
};

/** As the trunk is to be given it, or null when it is not plainly a number: 3 to 20 digits, blanks, dashes and one leading +. */
export const dialledForm = (typed: string): string | null => {
  const digits = typed.replace(/[\s\-()]/g, '');
  if (!/^\+?\d{3,20}$/.test(digits)) return null;
  return digits.replace(/^(?:\+86|0086)(?=\d)/, '');
};

const LOCAL = /^[2-8]\d{6,7}$/;
/**
 * What is not here is not dialled: nobody can list every prefix that costs some. The switch keeps the same list for itself
 * (dialplans/desk.conf); test/asterisk/dial-guard tries them against each other. 160 and 168 are paid lines, with any area code
 * before them; 1349 and 174 satellite telephones; 400 is paid by the one who is called; 95 and 96 cost a local call.
 */
const SHAPES: readonly (readonly [ListedClass, RegExp])[] = [
  // Police, fire, ambulance, traffic accidents.
  ['emergency', /^(?:110|119|120|122)$/],
  ['international', /^(?:\+|00)[1-9]\d{5,14}$/],
  ['premium', /^(?:0\d{2,3})?16[08]\d{2,8}$/],
  ['mobile', /^0?1(?:3(?:[0-35-9]\d|4[0-8])\d{7}|(?:4[5-9]|5[0-35-9]|6[2567]|7[0-35-8]|8\d|9[0-35-9])\d{8})$/],
  ['service', /^(?:1[12]\d|100\d\d|12\d{3}|95\d{3,6}|96\d{3,4}|[48]00\d{7})$/],
  ['local', LOCAL],
  ['national', /^0(?:10|2[0-57-9]|[3-9]\d\d)(?:[2-8]\d{6,7}|12\d{3})$/],
];

/** @param about.areaCode the hotline's own, with its 0 */
export const numberClassOf = (typed: string, about: { areaCode: string; ownNumbers: readonly string[] }): NumberClass => {
  const number = dialledForm(typed);
  if (number === null) return 'malformed';
  const bare = number.startsWith(about.areaCode) ? number.slice(about.areaCode.length) : number;
  // With the area code or the country's in front it is still our own line: a call that asks itself for help.
  if ([number, bare, number.replace(/^86/, '')].some((form) => about.ownNumbers.includes(form))) return 'own';
  if (LOCAL.test(bare)) return 'local';
  return SHAPES.find(([, shape]) => shape.test(number))?.[0] ?? 'unlisted';
};

/** @returns why these roles may not dial this class, or null */
export const dialRefusal = (roles: readonly Role[], numberClass: NumberClass): ErrorCode | null => {
  if (numberClass === 'own') return 'call.loops';
  if (numberClass === 'malformed') return 'call.destination_unknown';
  if (numberClass === 'unlisted') return 'call.number_forbidden';
  return roles.some((role) => RIGHTS[role]?.includes(numberClass)) ? null : 'call.number_forbidden';
};
