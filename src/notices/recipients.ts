import type { UnitPost } from '../cases/states.ts';
import type { StaffId } from '../core/ids.ts';
import { permissionsOf, type Role } from '../core/roles.ts';
import { type Audience, type Because, type NoticeFacts, type NoticeRule, type Occasion, TOLD } from './rules.ts';

/** Somebody of the house who may be told of something. */
export interface Person {
  staffId: StaffId;
  name: string;
  roles: readonly Role[];
  unitCode: string | null;
  post: UnitPost | null;
}

export interface Told {
  staffId: StaffId;
  rule: NoticeRule;
  because: Because;
  post: UnitPost | null;
  unitCode: string | null;
  facts: NoticeFacts;
}

/** Whom the occasions lead to besides posts and rights. */
export interface Named {
  people: readonly Person[];
  registrar: StaffId | null;
  /** Who gave which order. */
  givers: ReadonlyMap<number, StaffId>;
  /** Nobody is told of what they did themselves. */
  mover: StaffId | null;
}

type Reached = Pick<Person, 'staffId'> & { because: Because; post: UnitPost | null; unitCode: string | null };

const ofUnit = (audience: Extract<Audience, { who: 'unit' }>, occasion: Occasion, people: readonly Person[]): Reached[] => {
  const codes = audience.which === 'lead' ? (occasion.leadUnit === null ? [] : [occasion.leadUnit]) : occasion.assistUnits;
  return codes.flatMap((code) => {
    const there = people.filter((each) => each.unitCode === code && permissionsOf(each.roles).has('cases.handle'));
    const { posts } = audience;
    const meant = posts === 'all' ? there : there.filter(({ post }) => post !== null && posts.includes(post));
    // A unit that has not said who its liaison is must not miss a case for it.
    const reached = meant.length > 0 ? meant : there;
    const because: Because = audience.which === 'lead' ? 'lead_unit' : 'assist_unit';
    return reached.map(({ staffId, post }) => ({ staffId, because, post, unitCode: code }));
  });
};

const plain = (staffId: StaffId, because: Because): Reached => ({ staffId, because, post: null, unitCode: null });

const leadersFor = ({ recipient }: Occasion, people: readonly Person[]): Reached[] => {
  const leaders = people.filter(({ roles }) => permissionsOf(roles).has('cases.instruct'));
  const named = leaders.filter(({ name }) => name === recipient?.trim());
  return named.length > 0
    ? named.map(({ staffId }) => plain(staffId, 'named_leader'))
    : leaders.map(({ staffId }) => plain(staffId, 'leader'));
};

const reachedBy = (audience: Audience, occasion: Occasion, named: Named): Reached[] => {
  const { people } = named;
  switch (audience.who) {
    case 'unit':
      return ofUnit(audience, occasion, people);
    case 'holders':
      return people
        .filter(({ roles }) => permissionsOf(roles).has(audience.permission))
        .map(({ staffId }) => plain(staffId, audience.because));
    case 'leader':
      return leadersFor(occasion, people);
    case 'registrar':
      return named.registrar === null ? [] : [plain(named.registrar, 'registrar')];
    case 'giver': {
      const giver = occasion.orderId === null ? undefined : named.givers.get(occasion.orderId);
      return giver === undefined ? [] : [plain(giver, 'giver')];
    }
  }
};

/** Who is told what of one move; each person once, of the weightiest. @param occasions the weightiest first. Pure. */
export const recipientsOf = (occasions: readonly Occasion[], named: Named): Told[] => {
  const told = new Map<StaffId, Told>();
  const active = new Set(named.people.map(({ staffId }) => staffId));
  for (const occasion of occasions)
    for (const audience of TOLD[occasion.rule])
      for (const { staffId, ...why } of reachedBy(audience, occasion, named))
        if (staffId !== named.mover && active.has(staffId) && !told.has(staffId))
          told.set(staffId, { staffId, rule: occasion.rule, ...why, facts: occasion.facts });
  return [...told.values()];
};
