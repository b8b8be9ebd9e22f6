/** Which unit leads a matter, by the house's own rules. Pure. */

/** The unit in whose area the place is. */
export const TOWN = '@town';

export interface RoutingRule {
  ruleId: number;
  /** Empty: every subject. */
  categoryCode: string;
  /** A community or a town; empty: everywhere. */
  placeCode: string;
  lead: string;
  assist: string[];
  reason: string;
  version: number;
}

export interface RoutingLists {
  rules: readonly RoutingRule[];
  categories: readonly { code: string; parentCode: string | null; active: boolean; name: string }[];
  places: readonly { code: string; name: string; townCode: string; townName: string }[];
  units: readonly { code: string; active: boolean }[];
}

/** A subject and those above it, the nearest first. A circle, which nobody should be able to make, ends it. */
const upwards = (code: string, categories: RoutingLists['categories']): string[] => {
  const chain: string[] = [];
  for (let at: string | null = code; at !== null && !chain.includes(at); ) {
    chain.push(at);
    at = categories.find((each) => each.code === at)?.parentCode ?? null;
  }
  return chain;
};

export type NoRoute = 'no_rule' | 'place_needed' | 'unit_inactive';
export interface Route {
  /** Null with why there is none. */
  lead: string | null;
  assist: string[];
  rule: RoutingRule | null;
  why: NoRoute | null;
  /** Rules that hold here as well and had to stand back, the nearest first. */
  passed: RoutingRule[];
}

/**
 * The rule of the nearest subject counts; of one subject the rule of the nearest place. A rule that names a place thus never stands
 * before one that names the matter more exactly.
 */
export const routeOf = (lists: RoutingLists, matter: { categoryCode: string | null; placeCode: string | null }): Route => {
  const { rules, categories, places, units } = lists;
  const subjects = [...(matter.categoryCode === null ? [] : upwards(matter.categoryCode, categories)), ''];
  const place = places.find(({ code }) => code === matter.placeCode);
  const town = place?.townCode ?? (places.some(({ townCode }) => townCode === matter.placeCode) ? matter.placeCode : null);
  const where = [...(place ? [place.code] : []), ...(town === null ? [] : [town]), ''];
  const rank = (rule: RoutingRule): number => subjects.indexOf(rule.categoryCode) * where.length + where.indexOf(rule.placeCode);
  const holding = rules
    .filter((rule) => subjects.includes(rule.categoryCode) && where.includes(rule.placeCode))
    .sort((a, b) => rank(a) - rank(b));
  const [rule = null, ...passed] = holding;
  if (!rule) return { lead: null, assist: [], rule: null, why: 'no_rule', passed };
  const works = (code: string): boolean => units.some((unit) => unit.code === code && unit.active);
  const lead = rule.lead === TOWN ? town : rule.lead;
  const assist = rule.assist.filter((code) => works(code) && code !== lead);
  if (lead === null) return { lead: null, assist, rule, why: 'place_needed', passed };
  return works(lead) ? { lead, assist, rule, why: null, passed } : { lead: null, assist, rule, why: 'unit_inactive', passed };
};

export type ConflictKind = 'unit_inactive' | 'assist_inactive' | 'category_gone' | 'place_gone' | 'never_alone';
export interface Conflict {
  ruleId: number;
  kind: ConflictKind;
  /** The other rule, where two want different units for one matter. */
  other: number | null;
}

/** What is wrong with rules as the lists stand now, and where two of them want different units and only their order decides. */
export const conflictsOf = ({ rules, categories, places, units }: RoutingLists): Conflict[] => {
  const active = new Set(units.filter((unit) => unit.active).map(({ code }) => code));
  const known = new Set(places.flatMap(({ code, townCode }) => [code, townCode]));
  const townOf = new Map(places.map(({ code, townCode }) => [code, townCode]));
  const found: Conflict[] = [];
  const isBelow = (a: string, b: string): boolean => b === '' || upwards(a, categories).includes(b);
  const isWithin = (a: string, b: string): boolean => b === '' || a === b || townOf.get(a) === b;
  for (const rule of rules) {
    const say = (kind: ConflictKind, other: number | null = null): void => void found.push({ ruleId: rule.ruleId, kind, other });
    if (rule.lead !== TOWN && !active.has(rule.lead)) say('unit_inactive');
    if (rule.assist.some((code) => !active.has(code))) say('assist_inactive');
    if (rule.categoryCode !== '' && !categories.some(({ code, active: offered }) => code === rule.categoryCode && offered))
      say('category_gone');
    if (rule.placeCode !== '' && !known.has(rule.placeCode)) say('place_gone');
    // The one is nearer in subject, the other in place: the subject wins, and whoever wrote the other should know.
    for (const other of rules) {
      const crosses =
        other.placeCode !== rule.placeCode &&
        other.categoryCode !== rule.categoryCode &&
        isBelow(other.categoryCode, rule.categoryCode) &&
        isWithin(rule.placeCode, other.placeCode);
      if (crosses && other.lead !== rule.lead) say('never_alone', other.ruleId);
    }
  }
  return found;
};
