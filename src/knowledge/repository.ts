import type { ArticleRecord } from './article.ts';

export interface KnowledgeRepository {
  /** Articles that hold at least one of the pieces in title, keywords, question or answer, at most `limit`. */
  holdingAny(pieces: readonly string[], limit: number): Promise<ArticleRecord[]>;
}
