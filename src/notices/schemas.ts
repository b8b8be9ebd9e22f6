import { type Static, Type } from 'typebox';
import { UNIT_POSTS } from '../cases/states.ts';
import { instant, nullable, oneOf } from '../core/shapes.ts';
import { BECAUSE, NOTICE_RULES } from './rules.ts';

const facts = Type.Object({
  unitCode: Type.Optional(Type.String()),
  dueAt: Type.Optional(instant),
  agreed: Type.Optional(Type.Boolean()),
  round: Type.Optional(Type.Integer()),
  urgent: Type.Optional(Type.Boolean()),
});

export const NoticeView = Type.Object({
  noticeId: Type.Integer(),
  rule: oneOf(...NOTICE_RULES),
  because: oneOf(...BECAUSE),
  post: nullable(oneOf(...UNIT_POSTS)),
  unitName: nullable(Type.String()),
  facts,
  at: instant,
  readAt: nullable(instant),
  caseId: Type.Integer(),
  caseNumber: Type.String(),
  categoryName: nullable(Type.String()),
});
export type NoticeView = Static<typeof NoticeView>;

export const NoticePage = Type.Object({
  rows: Type.Array(NoticeView),
  next: nullable(Type.Integer()),
  unread: Type.Integer({ description: '最多数到 100 counted no further than 100' }),
});
export type NoticePage = Static<typeof NoticePage>;

export const NoticeQuery = Type.Object({
  unreadOnly: Type.Optional(Type.Boolean()),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
});

const noticeId = Type.Integer({ minimum: 1 });
export const MarkRead = Type.Union([
  Type.Object({ ids: Type.Array(noticeId, { minItems: 1, maxItems: 100 }) }, { additionalProperties: false }),
  Type.Object({ upTo: noticeId }, { additionalProperties: false }),
]);
export type MarkRead = Static<typeof MarkRead>;

export const Unread = Type.Object({ unread: Type.Integer() });

export const Receipt = Type.Object({
  noticeId: Type.Integer(),
  rule: oneOf(...NOTICE_RULES),
  because: oneOf(...BECAUSE),
  name: Type.String(),
  unitName: nullable(Type.String()),
  at: instant,
  readAt: nullable(instant),
});
export type Receipt = Static<typeof Receipt>;

export const NoticePhone = Type.Object({ mobile: nullable(Type.String({ maxLength: 20 })) }, { additionalProperties: false });
