import type { ErrorCode } from '../core/errors.ts';
import type { Role } from '../core/roles.ts';

/** What a number costs and where it leads. */
export const NUMBER_CLASSES = ['emergency', 'service', 'local', 'mobile', 'national', 'premium', 'international'] as const;
export type ListedClass = (typeof NUMBER_CLASSES)[number];
/** own: leads back to the hotline; unlisted: a number that nobody dials (carrier prefixes, satellite telephones); malformed: none. */
export type NumberClass = ListedClass | 'own' | 'unlisted' | 'malformed';

/** How a call that an agent dialled stands: the agent's telephone is rung, the number is, or why nobody was reached. */
export const DIAL_RESULTS = ['begun', 'calling', 'busy', 'no_answer', 'cancelled', 'absent', 'refused', 'failed'] as const;
export type DialResult = (typeof DIAL_RESULTS)[number];

/** The classes that are somebody's to open; an emergency number is always open to who has a desk. */
export const OPENED_CLASSES = ['service', 'local', 'mobile', 'national', 'premium', 'international'] as const;
export type OpenedClass = (typeof OPENED_CLASSES)[number];
export const DIALLING_ROLES = ['agent', 'team_leader'] as const satisfies readonly Role[];

export interface DialRules {
  classes: Readonly<Record<OpenedClass, { roles: readonly Role[]; confirm: boolean }>>;
  /** Within any sixty minutes. */
  agentPerHour: number;
  allPerHour: number;
  /** The number of ours that whoever is called is shown; null: the hotline's first. */
  shownNumber: string | null;
}

const EVERYBODY: readonly Role[] = DIALLING_ROLES;
/**
 * Until an administrator sets others. Whoever steals a session must not be able to turn it into money: what costs more than a word
 * is nobody's, and the switch refuses the same numbers once more by itself (dialplans/desk.conf).
 */
export const FIRST_DIAL_RULES: DialRules = {
  classes: {
    service: { roles: EVERYBODY, confirm: false },
    local: { roles: EVERYBODY, confirm: false },
    mobile: { roles: EVERYBODY, confirm: false },
    national: { roles: ['team_leader'], confirm: false },
    premium: { roles: [], confirm: true },
    international: { roles: [], confirm: true },
  },
  agentPerHour: 60,
  allPerHour: 600,
  shownNumber: null,
};

/** What the switch is to dial for a desk: the classes that are open to anybody at all. */
export const openClasses = (rules: DialRules): OpenedClass[] => OPENED_CLASSES.filter((each) => rules.classes[each].roles.length > 0);

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

/** Why these roles may not have this kind of number dialled, or must say once more that they mean it; null: they may. */
export const dialRefusal = (
  rules: DialRules,
  asked: { roles: readonly Role[]; numberClass: NumberClass; confirmed: boolean },
): ErrorCode | null => {
  const { roles, numberClass, confirmed } = asked;
  if (numberClass === 'own') return 'call.loops';
  if (numberClass === 'malformed') return 'call.destination_unknown';
  if (numberClass === 'unlisted') return 'call.number_forbidden';
  if (numberClass === 'emergency') return roles.some((role) => EVERYBODY.includes(role)) ? null : 'call.number_forbidden';
  const { roles: allowed, confirm } = rules.classes[numberClass];
  if (!roles.some((role) => allowed.includes(role))) return 'call.number_forbidden';
  return confirm && !confirmed ? 'dial.confirm_needed' : null;
};

/** A telephone that nobody in the house pays for twice: what a duty phone, or a call that the hotline makes by itself, may be. */
export const isPlainNumber = (numberClass: NumberClass): boolean => ['service', 'local', 'mobile', 'national'].includes(numberClass);

/** Everything that is known when an agent wants to dial. */
export interface DialAsked {
  roles: readonly Role[];
  numberClass: NumberClass;
  confirmed: boolean;
  /** The number is one's own extension, or a colleague's. */
  extension: 'own' | 'colleague' | null;
  /** As everybody is shown it. */
  agentState: string;
  /** Calls dialled within the last hour, by this agent and by everybody. */
  lastHour: { agent: number; all: number };
}

const WITHOUT_TELEPHONE = ['signed_out', 'device_lost'];
const FREE = ['ready', 'paused', 'wrap_up'];

/** The one decision whether a call is made; the reason is what the agent is told. */
export const mayDial = (rules: DialRules, asked: DialAsked): { code: ErrorCode; details: Record<string, unknown> } | null => {
  const { numberClass, extension, agentState, lastHour } = asked;
  const no = (code: ErrorCode, details: Record<string, unknown> = {}) => ({ code, details });
  const isEmergency = numberClass === 'emergency';
  if (extension === 'own') return no('call.to_oneself');
  // A colleague is asked, or told something; a call between two desks is nobody's contact with a citizen.
  if (extension === 'colleague' && !isEmergency) return no('dial.colleague');
  const refused = dialRefusal(rules, asked);
  if (refused !== null && refused !== 'dial.confirm_needed') return no(refused, { numberClass });
  if (WITHOUT_TELEPHONE.includes(agentState)) return no('dial.no_telephone');
  if (!FREE.includes(agentState)) return no('dial.not_free', { state: agentState });
  // Help is not counted.
  if (!isEmergency && lastHour.agent >= rules.agentPerHour) return no('dial.rate_limited', { of: 'agent', perHour: rules.agentPerHour });
  if (!isEmergency && lastHour.all >= rules.allPerHour) return no('dial.rate_limited', { of: 'all', perHour: rules.allPerHour });
  return refused === null ? null : no(refused, { numberClass });
};
