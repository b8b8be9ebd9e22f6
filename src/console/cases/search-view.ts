import type { SearchRequest } from '../../cases/life-schemas.ts';
import { CASE_STATES, ENDED_STATES, OPEN_STATES } from '../../cases/states.ts';
import {
  FIRST_COLUMNS,
  kindOf,
  LIST_COLUMNS,
  type ListColumn,
  type ListFilters,
  type ListOrder,
  type ViewItem,
  type ViewsList,
} from '../../cases/views.ts';

/**
 * The filters of the case list as its address has them, so that a colleague who is sent it sees the same list. A phone number or a
 * name is never written into the address: it would stay in the browser's history and in logs of whoever passes it on.
 */
export type Filters = ListFilters & { order: ListOrder };

export const NO_FILTERS: Filters = { q: '', state: '', unit: '', card: '', urgent: false, from: '', to: '', order: 'newest' };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** Whatever stands in an address: what is not a filter is as if it were not there. */
export const filtersOf = (search: Readonly<Record<string, unknown>>): Filters => {
  const [state, card, from, to] = [text(search.state), text(search.card), text(search.from), text(search.to)];
  const known: readonly string[] = [...CASE_STATES, 'open', 'ended'];
  return {
    q: text(search.q).slice(0, 100),
    state: known.includes(state) ? (state as Filters['state']) : '',
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

/** The list as it stands: what it was opened with, how it is filtered and laid out. */
export interface Listed {
  /** The saved view it goes back to; null: all cases. */
  viewId: number | null;
  filters: Filters;
  columns: readonly ListColumn[];
}

export const filtersOfView = ({ filters, order }: ViewItem): Filters => ({ ...filters, order });

const columnsOf = (written: unknown): readonly ListColumn[] => {
  const found = text(written)
    .split('.')
    .filter((each): each is ListColumn => (LIST_COLUMNS as readonly string[]).includes(each));
  return found.length > 0 ? [...new Set(found)] : FIRST_COLUMNS;
};

const isBare = (search: Readonly<Record<string, unknown>>): boolean =>
  search.view === undefined && search.columns === undefined && Object.keys(addressOf(filtersOf(search))).length === 0;

/** What an address asks for. A bare one opens with the person's own default; one of a view that is gone shows all and says so. */
export const listedOf = (search: Readonly<Record<string, unknown>>, known: ViewsList | undefined): Listed & { isGone: boolean } => {
  const asked = isBare(search) ? (known?.defaultId ?? null) : Number(search.view);
  const view = known?.views.find(({ viewId }) => viewId === asked);
  const isGone = known !== undefined && asked !== null && Number.isInteger(asked) && !view;
  if (view && search.changed === undefined) return { viewId: view.viewId, filters: filtersOfView(view), columns: view.columns, isGone };
  return { viewId: view?.viewId ?? null, filters: filtersOf(search), columns: columnsOf(search.columns), isGone };
};

export const isAsSaved = ({ filters, columns }: Listed, view: ViewItem): boolean =>
  JSON.stringify([addressOf(filters), columns]) === JSON.stringify([addressOf(filtersOfView(view)), view.columns]);

/** The address of a list: a view by its number, and what has been changed of it. */
export const addressOfList = (listed: Listed, known: ViewsList | undefined): Record<string, string | number> => {
  const view = known?.views.find(({ viewId }) => viewId === listed.viewId);
  if (view && isAsSaved(listed, view)) return { view: view.viewId };
  const layout: Record<string, string> = listed.columns.join('.') === FIRST_COLUMNS.join('.') ? {} : { columns: listed.columns.join('.') };
  const own = { ...addressOf(listed.filters), ...layout };
  if (view) return { view: view.viewId, changed: 1, ...own };
  // Bare would be the person's default.
  return Object.keys(own).length === 0 && known?.defaultId ? { view: 'all' } : own;
};
