import type { ArticleRecord } from './article.ts';

export interface KnowledgeRepository {
  /** Articles that hold at least one of the pieces in title, keywords, question or answer, at most `limit`. */
  holdingAny(pieces: readonly string[], limit: number): Promise<ArticleRecord[]>;
  /** By code, codes after `after`. @param query.subject only subjects whose code begins with it */
  page(query: { after: string | null; limit: number; subject: string | null }): Promise<ArticleRecord[]>;
  /** How many cases of each subject were opened since, by the subject's full code. */
  askedSince(since: Date): Promise<Map<string, number>>;
}
