import type { SearchRequest } from '../../cases/life-schemas.ts';
import { CASE_STATES, ENDED_STATES, OPEN_STATES } from '../../cases/states.ts';

/**
 * The filters of the case list as its address has them, so that a colleague who is sent it sees the same list. A phone number or a
 * name is never written into the address: it would stay in the browser's history and in logs of whoever passes it on.
 */
export interface Filters {
  q: string;
  /** One state, `open`, `ended`, or empty. */
  state: string;
  unit: string;
  card: '' | 'yellow' | 'red';
  urgent: boolean;
  from: string;
  to: string;
  order: 'newest' | 'breaking';
}

export const NO_FILTERS: Filters = { q: '', state: '', unit: '', card: '', urgent: false, from: '', to: '', order: 'newest' };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** Whatever stands in an address: what is not a filter is as if it were not there. */
export const filtersOf = (search: Readonly<Record<string, unknown>>): Filters => {
  const [state, card, from, to] = [text(search.state), text(search.card), text(search.from), text(search.to)];
  const known: readonly string[] = [...CASE_STATES, 'open', 'ended'];
  return {
    q: text(search.q).slice(0, 100),
    state: known.includes(state) ? state : '',
    unit: text(search.unit).slice(0, 12),
    card: card === 'yellow' || card === 'red' ? card : '',
    urgent: search.urgent === true || search.urgent === 1 || search.urgent === '1',
    from: DAY.test(from) ? from : '',
    to: DAY.test(to) ? to : '',
    order: search.order === 'breaking' ? 'breaking' : 'newest',
  };
};

/** Only what differs from no filter at all; phone numbers stay out. */
export const addressOf = (filters: Filters): Record<string, string | number> => ({
  ...(filters.q !== '' && kindOf(filters.q) !== 'phone' ? { q: filters.q } : {}),
  ...(filters.state === '' ? {} : { state: filters.state }),
  ...(filters.unit === '' ? {} : { unit: filters.unit }),
  ...(filters.card === '' ? {} : { card: filters.card }),
  ...(filters.urgent ? { urgent: 1 } : {}),
  ...(filters.from === '' ? {} : { from: filters.from }),
  ...(filters.to === '' ? {} : { to: filters.to }),
  ...(filters.order === 'newest' ? {} : { order: filters.order }),
});

/** Six digits are a tail, eighteen a number, other long runs of digits a telephone; everything else is words. */
export const kindOf = (typed: string): 'number' | 'phone' | 'text' => {
  const bare = typed.replace(/[\s-]/g, '');
  if (/^(\d{6}|\d{18})$/.test(bare)) return 'number';
  return /^\+?\d{7,15}$/.test(bare) ? 'phone' : 'text';
};

const startOf = (day: string, add = 0): string => new Date(Date.parse(`${day}T00:00:00+08:00`) + add * 86_400_000).toISOString();

export const requestOf = (filters: Filters, name: string): SearchRequest => {
  const { q, state, unit, card, urgent, from, to, order } = filters;
  const typed = q.trim();
  const states = state === 'open' ? [...OPEN_STATES] : state === 'ended' ? [...ENDED_STATES] : CASE_STATES.filter((each) => each === state);
  return {
    ...(typed === '' ? {} : { [kindOf(typed)]: kindOf(typed) === 'text' ? typed : typed.replace(/[\s-]/g, '') }),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(states.length === 0 ? {} : { states }),
    ...(unit === '' ? {} : { leadUnit: unit }),
    ...(card === '' ? {} : { card }),
    ...(urgent ? { urgent: true } : {}),
    ...(from === '' ? {} : { createdFrom: startOf(from) }),
    ...(to === '' ? {} : { createdTo: startOf(to, 1) }),
    ...(order === 'newest' ? {} : { order }),
  };
};

export const isFiltered = (filters: Filters, name: string): boolean =>
  Object.keys(addressOf({ ...filters, order: 'newest' })).length > 0 || filters.q !== '' || name !== '';
