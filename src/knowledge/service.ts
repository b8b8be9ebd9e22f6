import { type Clock, shanghaiDay } from '../core/clock.ts';
import type { Article } from '../directory/schemas.ts';
import { piecesOf, rank, reviewOverdueDays } from './article.ts';
import type { KnowledgeRepository } from './repository.ts';

export interface Knowledge {
  /** Articles for a question as typed, best first, at most twenty; none for a question without a word in it. */
  search(question: string): Promise<Article[]>;
}

const MOST_ARTICLES = 20;
/** Ranking happens in memory; more candidates than this means the question is too general to rank anyway. */
const MOST_CANDIDATES = 500;

export const createKnowledge = (deps: { repository: KnowledgeRepository; clock: Clock }): Knowledge => ({
  async search(question) {
    const pieces = piecesOf(question);
    if (!pieces.length) return [];
    const today = shanghaiDay(deps.clock.now());
    const candidates = await deps.repository.holdingAny(pieces, MOST_CANDIDATES);
    return rank(candidates, pieces, today, MOST_ARTICLES).map((article) => ({
      code: article.code,
      title: article.title,
      answer: article.answer,
      ownerName: article.ownerName,
      sourceName: article.sourceName,
      version: article.articleVersion,
      validTo: article.validTo,
      reviewOverdueDays: reviewOverdueDays(article.reviewOn, today),
    }));
  },
});
