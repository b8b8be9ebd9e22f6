import { type AnyColumn, asc, or, sql } from 'drizzle-orm';
import type { KnowledgeRepository } from '../../knowledge/repository.ts';
import type { Store } from '../store.ts';

/** A typed % or _ means itself. */
const containing = (piece: string): string => `%${piece.replace(/[\\%_]/g, '\\$&')}%`;

export const createKnowledgeRepository = (store: Store): KnowledgeRepository => {
  const { articles } = store.schema;
  // Cast, because keywords are jsonb on one engine and text on the other; lower(), because only one engine's LIKE ignores case.
  const holds = (column: AnyColumn, piece: string) => sql`lower(cast(${column} as text)) like ${containing(piece)} escape '\\'`;
  return {
    holdingAny: (pieces, limit) =>
      store.read((db) =>
        db
          .select({
            code: articles.code,
            title: articles.title,
            answer: articles.answer,
            askAs: articles.askAs,
            keywords: articles.keywords,
            ownerName: articles.ownerName,
            sourceName: articles.sourceName,
            articleVersion: articles.articleVersion,
            validTo: articles.validTo,
            reviewOn: articles.reviewOn,
          })
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
  };
};
