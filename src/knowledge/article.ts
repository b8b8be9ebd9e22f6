export interface ArticleRecord {
  code: string;
  title: string;
  answer: string;
  askAs: string;
  categoryCode: string | null;
  keywords: readonly string[];
  ownerName: string;
  sourceName: string;
  articleVersion: number;
  /** Shanghai days, YYYY-MM-DD. */
  validTo: string | null;
  reviewOn: string | null;
}

/** Longer questions are a story; what they are about is in the first words. */
const MOST_PIECES = 16;

/**
 * A question in pieces that an article can be looked up by: Chinese has no blanks between words, so each run of Chinese
 * gives its two-character pieces (供暖时间 → 供暖 暖时 时间); letters and digits stay whole words.
 */
export const piecesOf = (question: string): string[] => {
  const pieces: string[] = [];
  for (const [run] of question.toLowerCase().matchAll(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu)) {
    const characters = [...run];
    if (!/^\p{Script=Han}/u.test(run) || characters.length < 2) pieces.push(run);
    else for (let index = 0; index + 1 < characters.length; index++) pieces.push(`${characters[index]}${characters[index + 1]}`);
  }
  return [...new Set(pieces)].slice(0, MOST_PIECES);
};

/** How well an article answers: where each piece stands decides what it is worth. 0 when too little of the question is in it. */
export const scoreOf = (article: ArticleRecord, pieces: readonly string[]): number => {
  const fields: readonly (readonly [text: string, worth: number])[] = [
    [article.title, 4],
    [article.keywords.join(' '), 3],
    [article.askAs, 2],
    [article.answer, 1],
  ];
  const lower = fields.map(([text, worth]) => [text.toLowerCase(), worth] as const);
  const worths = pieces.map((piece) => Math.max(0, ...lower.map(([text, worth]) => (text.includes(piece) ? worth : 0))));
  const found = worths.filter((worth) => worth > 0).length;
  // 几号开始供暖 holds pieces across word borders (号开, 始供) that stand in no article: half is enough, all goes first.
  if (found * 2 < pieces.length) return 0;
  return worths.reduce((sum, worth) => sum + worth, 0) + (found === pieces.length ? 100 : 0);
};

/** Best first; articles out of force after all that are in force, since an agent may still need to say what used to hold. */
export const rank = (articles: readonly ArticleRecord[], pieces: readonly string[], today: string, limit: number): ArticleRecord[] => {
  const expired = (article: ArticleRecord): number => (article.validTo !== null && article.validTo < today ? 1 : 0);
  return articles
    .map((article) => ({ article, score: scoreOf(article, pieces) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => expired(a.article) - expired(b.article) || b.score - a.score || a.article.code.localeCompare(b.article.code))
    .slice(0, limit)
    .map(({ article }) => article);
};

const DAY_MS = 86_400_000;

/** Whole days since the review was due; 0 when it is not. */
export const reviewOverdueDays = (reviewOn: string | null, today: string): number =>
  reviewOn === null ? 0 : Math.max(0, Math.round((Date.parse(today) - Date.parse(reviewOn)) / DAY_MS));
