import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';

const day = Type.String({ pattern: '^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$', description: 'day in Shanghai, YYYY-MM-DD' });

export const HistoryItem = Type.Object({
  id: Type.Integer(),
  at: instant,
  actorKind: oneOf('staff', 'system', 'switch', 'machine'),
  actorId: nullable(Type.Integer()),
  actorName: nullable(Type.String()),
  act: Type.String(),
  thingKind: Type.String(),
  thingId: nullable(Type.Integer()),
  details: Type.Record(Type.String(), Type.Unknown()),
});

export const HistoryPage = Type.Object({
  rows: Type.Array(HistoryItem),
  next: nullable(Type.String({ description: 'pass as `after` for the next page' })),
});

export const HistoryPerson = Type.Object({ staffId: Type.Integer(), name: Type.String() });

export const HistoryQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,14}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    actorId: Type.Optional(Type.Integer({ minimum: 1 })),
    act: Type.Optional(
      Type.String({ maxLength: 60, pattern: '^[a-z_]+([.][a-z_]+)?$', description: 'an act, or a noun for all its acts' }),
    ),
    thingKind: Type.Optional(Type.String({ maxLength: 30, pattern: '^[a-z_]+$' })),
    thingId: Type.Optional(Type.Integer({ minimum: 1 })),
    from: Type.Optional(day),
    to: Type.Optional(day),
  },
  { additionalProperties: false },
);

export type HistoryItem = Static<typeof HistoryItem>;
export type HistoryPerson = Static<typeof HistoryPerson>;
export type HistoryQuery = Static<typeof HistoryQuery>;
export type HistoryPage = Static<typeof HistoryPage>;
