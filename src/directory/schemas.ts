import { type Static, Type } from 'typebox';
import { nullable } from '../core/shapes.ts';

export const Category = Type.Object({
  code: Type.String(),
  name: Type.String(),
  path: Type.String(),
  level: Type.Integer(),
  parentCode: nullable(Type.String()),
  pinyin: Type.String({ description: 'initials, for typing hj to find 环境' }),
});
export const Place = Type.Object({ code: Type.String(), name: Type.String(), townName: Type.String() });
export const Article = Type.Object({
  code: Type.String(),
  title: Type.String(),
  answer: Type.String(),
  ownerName: Type.String(),
  sourceName: Type.String(),
  version: Type.Integer(),
  validTo: nullable(Type.String()),
  reviewOverdueDays: Type.Integer({ description: '0 when the article has been reviewed in time' }),
});

export type Category = Static<typeof Category>;
export type Place = Static<typeof Place>;
export type Article = Static<typeof Article>;
