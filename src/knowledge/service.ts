import { type Clock, shanghaiDay } from '../core/clock.ts';
import type { Article, ArticlePage, LikelyArticle } from '../directory/schemas.ts';
import { type ArticleRecord, piecesOf, rank, reviewOverdueDays } from './article.ts';
import { likelyToday } from './likely.ts';
import type { KnowledgeRepository } from './repository.ts';

export interface Knowledge {
  /** Articles for a question as typed, best first, at most twenty; none for a question without a word in it. */
  search(question: string): Promise<Article[]>;
  /** Every article by its code. @param query.after `next` of the page before @param query.subject front of a subject's code */
  page(query: { after: string | null; limit: number; subject: string | null }): Promise<ArticlePage>;
  /** What may be asked for today, with the reason, at most six. */
  likely(): Promise<LikelyArticle[]>;
}

const MOST_ARTICLES = 20;
/** Ranking happens in memory; more candidates than this means the question is too general to rank anyway. */
const MOST_CANDIDATES = 500;
const MOST_LIKELY = 6;
/** Long enough for a week's rhythm to show twice, short enough that last month's matter is gone. */
const LATELY_MS = 14 * 86_400_000;
/** Every desk that opens asks; the counts of a fortnight do not change within minutes. */
const LIKELY_KEPT_MS = 5 * 60_000;

export const createKnowledge = (deps: { repository: KnowledgeRepository; clock: Clock }): Knowledge => {
  const { repository, clock } = deps;
  const shown = (article: ArticleRecord, today: string): Article => ({
    code: article.code,
    title: article.title,
    answer: article.answer,
    categoryCode: article.categoryCode,
    ownerName: article.ownerName,
    sourceName: article.sourceName,
    version: article.articleVersion,
    validTo: article.validTo,
    reviewOverdueDays: reviewOverdueDays(article.reviewOn, today),
  });
  let kept: { until: number; answer: Promise<LikelyArticle[]> } | null = null;

  const likelyNow = async (): Promise<LikelyArticle[]> => {
    const now = clock.now();
    const today = shanghaiDay(now);
    const [articles, asked] = await Promise.all([
      repository.page({ after: null, limit: MOST_CANDIDATES, subject: null }),
      repository.askedSince(new Date(now.getTime() - LATELY_MS)),
    ]);
    return likelyToday(articles, { today, asked, limit: MOST_LIKELY }).map(({ article, why }) => ({
      article: shown(article, today),
      why,
    }));
  };

  return {
    async search(question) {
      const pieces = piecesOf(question);
      if (!pieces.length) return [];
      const today = shanghaiDay(clock.now());
      const candidates = await repository.holdingAny(pieces, MOST_CANDIDATES);
      return rank(candidates, pieces, today, MOST_ARTICLES).map((article) => shown(article, today));
    },
    async page({ after, limit, subject }) {
      const today = shanghaiDay(clock.now());
      const found = await repository.page({ after, limit: limit + 1, subject });
      const rows = found.slice(0, limit).map((article) => shown(article, today));
      return { rows, next: found.length > limit ? (rows.at(-1)?.code ?? null) : null };
    },
    likely() {
      const now = clock.now().getTime();
      if (kept && kept.until > now) return kept.answer;
      const answer = likelyNow();
      kept = { until: now + LIKELY_KEPT_MS, answer };
      answer.catch(() => {
        kept = null;
      });
      return answer;
    },
  };
};
