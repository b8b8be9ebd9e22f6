import { type AnyColumn, and, asc, count, gt, gte, isNotNull, like, or, sql } from 'drizzle-orm';
import type { KnowledgeRepository } from '../../knowledge/repository.ts';
import type { Store } from '../store.ts';

/** A typed % or _ means itself. */
const containing = (piece: string): string => `%${piece.replace(/[\\%_]/g, '\\$&')}%`;

export const createKnowledgeRepository = (store: Store): KnowledgeRepository => {
  const { articles, cases } = store.schema;
  const columns = {
    code: articles.code,
    title: articles.title,
    answer: articles.answer,
    askAs: articles.askAs,
    categoryCode: articles.categoryCode,
    keywords: articles.keywords,
    ownerName: articles.ownerName,
    sourceName: articles.sourceName,
    articleVersion: articles.articleVersion,
    validTo: articles.validTo,
    reviewOn: articles.reviewOn,
  };
  // Cast, because keywords are jsonb on one engine and text on the other; lower(), because only one engine's LIKE ignores case.
  const holds = (column: AnyColumn, piece: string) => sql`lower(cast(${column} as text)) like ${containing(piece)} escape '\\'`;
  return {
    holdingAny: (pieces, limit) =>
      store.read((db) =>
        db
          .select(columns)
          .from(articles)
          .where(
            or(
              ...pieces.flatMap((piece) =>
                [articles.title, articles.keywords, articles.askAs, articles.answer].map((column) => holds(column, piece)),
              ),
            ),
          )
          .orderBy(asc(articles.code))
          .limit(limit),
      ),
    page: ({ after, limit, subject }) =>
      store.read((db) =>
        db
          .select(columns)
          .from(articles)
          .where(
            and(
              after === null ? undefined : gt(articles.code, after),
              subject === null ? undefined : like(articles.categoryCode, `${subject}%`),
            ),
          )
          .orderBy(asc(articles.code))
          .limit(limit),
      ),
    askedSince: async (since) => {
      const rows = await store.read((db) =>
        db
          .select({ code: cases.categoryCode, times: count() })
          .from(cases)
          .where(and(gte(cases.createdAt, since), isNotNull(cases.categoryCode)))
          .groupBy(cases.categoryCode),
      );
      return new Map(rows.flatMap(({ code, times }) => (code === null ? [] : [[code, Number(times)] as const])));
    },
  };
};
