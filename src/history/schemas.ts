import { type Static, Type } from 'typebox';
import { instant, nullable, oneOf } from '../core/shapes.ts';

export const HistoryItem = Type.Object({
  id: Type.Integer(),
  at: instant,
  actorKind: oneOf('staff', 'system', 'switch'),
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

export const HistoryQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,14}$' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  { additionalProperties: false },
);

export type HistoryItem = Static<typeof HistoryItem>;
export type HistoryPage = Static<typeof HistoryPage>;
