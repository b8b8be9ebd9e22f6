import { type Static, Type } from 'typebox';
import { nullable } from '../core/shapes.ts';

export const Category = Type.Object({
  code: Type.String(),
  name: Type.String(),
  path: Type.String(),
  level: Type.Integer(),
  parentCode: nullable(Type.String()),
  pinyin: Type.String({ description: 'initials, for typing hj to find 环境' }),
  /** False: no longer offered. */
  active: Type.Boolean(),
});
export const Place = Type.Object({
  code: Type.String(),
  name: Type.String(),
  townCode: Type.String(),
  townName: Type.String(),
  pinyin: Type.String({ description: 'initials of the name' }),
  townPinyin: Type.String({ description: 'initials of the town' }),
});
export const Unit = Type.Object({ code: Type.String(), name: Type.String(), pinyin: Type.String(), active: Type.Boolean() });
export const Article = Type.Object({
  code: Type.String(),
  title: Type.String(),
  answer: Type.String(),
  categoryCode: nullable(Type.String()),
  ownerName: Type.String(),
  sourceName: Type.String(),
  version: Type.Integer(),
  validTo: nullable(Type.String()),
  reviewOverdueDays: Type.Integer({ description: '0 when the article has been reviewed in time' }),
});

/** asked: its subject was registered `count` times in the last fortnight; season: it is the time of year for it. */
export const LikelyArticle = Type.Object({
  article: Article,
  why: Type.Union([Type.Object({ kind: Type.Literal('asked'), count: Type.Integer() }), Type.Object({ kind: Type.Literal('season') })]),
});
export const ArticlePage = Type.Object({
  rows: Type.Array(Article),
  next: nullable(Type.String({ description: 'pass as `after` for the next page' })),
});

export type Category = Static<typeof Category>;
export type Place = Static<typeof Place>;
export type Unit = Static<typeof Unit>;
export type Article = Static<typeof Article>;
export type ArticlePage = Static<typeof ArticlePage>;
export type LikelyArticle = Static<typeof LikelyArticle>;
