import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { CASE_STATES } from './states.ts';

/**
 * The case list as it is filtered, ordered and laid out: what its address holds, what a saved view keeps and what an export follows.
 * A phone number or a name is no part of it: an address stays in the browser's history, and a view may be shared.
 */

export const LIST_ORDERS = ['newest', 'breaking'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

const day = Type.String({ pattern: '^(\\d{4}-\\d{2}-\\d{2})?$' });
export const ListFilters = Type.Object(
  {
    q: Type.String({ maxLength: 100 }),
    /** One state, `open`, `ended`, or empty. */
    state: oneOf('', 'open', 'ended', ...CASE_STATES),
    unit: Type.String({ maxLength: 12 }),
    card: oneOf('', 'yellow', 'red'),
    urgent: Type.Boolean(),
    from: day,
    to: day,
  },
  { additionalProperties: false },
);
export type ListFilters = Static<typeof ListFilters>;

/** What a row can show, in the order in which it is offered. The number is always there. */
export const LIST_COLUMNS = [
  'number',
  'state',
  'due',
  'requestType',
  'contact',
  'title',
  'unit',
  'created',
  'category',
  'place',
  'dispatched',
  'round',
] as const;
export type ListColumn = (typeof LIST_COLUMNS)[number];
export const FIRST_COLUMNS: readonly ListColumn[] = ['number', 'state', 'due', 'requestType', 'contact', 'title', 'unit', 'created'];

/** Six digits are a tail, eighteen a number, other long runs of digits a telephone; everything else is words. */
export const kindOf = (typed: string): 'number' | 'phone' | 'text' => {
  const bare = typed.replace(/[\s-]/g, '');
  if (/^(\d{6}|\d{18})$/.test(bare)) return 'number';
  return /^\+?\d{7,15}$/.test(bare) ? 'phone' : 'text';
};

const columns = Type.Array(oneOf(...LIST_COLUMNS), { minItems: 1, maxItems: LIST_COLUMNS.length, uniqueItems: true });
const contents = {
  name: Type.String({ minLength: 1, maxLength: 40 }),
  shared: Type.Boolean(),
  filters: ListFilters,
  order: oneOf(...LIST_ORDERS),
  columns,
};

export const ViewItem = Type.Object({
  viewId: Type.Integer(),
  ...contents,
  version: Type.Integer(),
  /** Whether it is this person's to change. */
  own: Type.Boolean(),
  ownerName: Type.String(),
  updatedAt: instant,
});
export type ViewItem = Static<typeof ViewItem>;
/** Own ones first, then what others share; the one with which the list opens. */
export const ViewsList = Type.Object({ views: Type.Array(ViewItem), defaultId: nullable(Type.Integer()), mayShare: Type.Boolean() });
export type ViewsList = Static<typeof ViewsList>;
export const NewView = Type.Object(contents, { additionalProperties: false });
export type NewView = Static<typeof NewView>;
export const SaveView = Type.Object({ version: Type.Integer({ minimum: 1 }), ...contents }, { additionalProperties: false });
export type SaveView = Static<typeof SaveView>;
export const DefaultView = Type.Object({ viewId: nullable(Type.Integer({ minimum: 1 })) }, { additionalProperties: false });
