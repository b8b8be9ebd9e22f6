import type { ErrorCode } from '../core/errors.ts';
import type { Role } from '../core/roles.ts';

/** 110 police, 119 fire, 120 ambulance, 122 traffic accidents. */
export const EMERGENCY_NUMBERS = ['110', '119', '120', '122'] as const;

export type NumberClass = 'emergency' | 'service' | 'local' | 'national' | 'mobile' | 'premium' | 'international' | 'own' | 'malformed';

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

/** @param about.areaCode the hotline's own, with its 0 */
export const numberClassOf = (typed: string, about: { areaCode: string; ownNumbers: readonly string[] }): NumberClass => {
  const number = dialledForm(typed);
  if (number === null || number.length < 3) return 'malformed';
  const bare = number.startsWith(about.areaCode) ? number.slice(about.areaCode.length) : number;
  // With the area code or the country's in front it is still our own line: a call that asks itself for help.
  if ([number, bare, number.replace(/^86/, '')].some((form) => about.ownNumbers.includes(form))) return 'own';
  if ((EMERGENCY_NUMBERS as readonly string[]).includes(number)) return 'emergency';
  if (number.startsWith('+') || number.startsWith('00')) return 'international';
  // Paid information lines, with any area code before them; 400 is paid by the one who is called, 95 and 96 cost a local call.
  if (/^(?:0\d{2,3})?16[08]\d+$/.test(number)) return 'premium';
  if (/^0?1[3-9]\d{9}$/.test(number)) return 'mobile';
  if (/^(?:1\d{2,4}|9[56]\d{3,6}|400\d{7}|800\d{7})$/.test(number)) return 'service';
  if (/^[2-8]\d{6,7}$/.test(bare)) return 'local';
  return /^0\d{9,11}$/.test(number) ? 'national' : 'malformed';
};

/** @returns why these roles may not dial this class, or null */
export const dialRefusal = (roles: readonly Role[], numberClass: NumberClass): ErrorCode | null => {
  if (numberClass === 'own') return 'call.loops';
  if (numberClass === 'malformed') return 'call.destination_unknown';
  return roles.some((role) => RIGHTS[role]?.includes(numberClass)) ? null : 'call.number_forbidden';
};
