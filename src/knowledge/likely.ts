import type { ArticleRecord } from './article.ts';

/** Why an article may be asked for today: its subject was registered so often lately, or it is the time of year for it. */
export type Why = { kind: 'asked'; count: number } | { kind: 'season' };
export interface Likely {
  article: ArticleRecord;
  why: Why;
}

/**
 * What citizens of a northern district ask for by the month: heating from the weeks before it begins to its end, floods and heat in
 * summer, school places before the autumn term, the yearly insurance payment, wages before the new year.
 */
const SEASONS: readonly (readonly [words: readonly string[], months: readonly number[]])[] = [
  [
    ['供暖', '暖气', '供热', '热费'],
    [10, 11, 12, 1, 2, 3],
  ],
  [
    ['积雪', '结冰', '除雪'],
    [12, 1, 2],
  ],
  [
    ['欠薪', '拖欠工资'],
    [11, 12, 1, 2],
  ],
  [
    ['集中缴费', '居民医保'],
    [9, 10, 11, 12],
  ],
  [
    ['防汛', '内涝', '积水'],
    [6, 7, 8, 9],
  ],
  [
    ['高温', '空调'],
    [6, 7, 8],
  ],
  [
    ['入学', '学区', '划片'],
    [5, 6, 7, 8],
  ],
  [
    ['油烟', '烧烤', '广场舞'],
    [5, 6, 7, 8, 9],
  ],
  [
    ['烟花', '爆竹'],
    [1, 2],
  ],
];

/** @param today Shanghai day, YYYY-MM-DD */
export const seasonWords = (today: string): string[] => {
  const month = Number(today.slice(5, 7));
  return SEASONS.filter(([, months]) => months.includes(month)).flatMap(([words]) => [...words]);
};

/** One case of a subject is one citizen; from two on somebody else may ring about it. */
const LEAST_ASKED = 2;
/** One loud subject must not push the rest off the column. */
const MOST_OF_A_SUBJECT = 2;

/** Subjects are three levels of two digits. An article answers for its own kind of matter, which is the second level. */
export const matterOf = (categoryCode: string): string => categoryCode.slice(0, 4);

/**
 * What may be asked for today, most pressing first: subjects by how often they were registered lately, then the season's.
 * An article out of force is never among them: it is looked up when asked for and not prepared.
 * @param asked how many cases of each subject were registered lately, by the full code
 */
export const likelyToday = (
  articles: readonly ArticleRecord[],
  about: { today: string; asked: ReadonlyMap<string, number>; limit: number },
): Likely[] => {
  const matters = new Map<string, number>();
  for (const [code, count] of about.asked) matters.set(matterOf(code), (matters.get(matterOf(code)) ?? 0) + count);
  const words = seasonWords(about.today);
  const inSeason = (article: ArticleRecord): boolean =>
    words.some((word) => article.title.includes(word) || article.keywords.some((keyword) => keyword.includes(word)));
  const whyOf = (article: ArticleRecord): Why | null => {
    const count = article.categoryCode === null ? 0 : (matters.get(matterOf(article.categoryCode)) ?? 0);
    if (count >= LEAST_ASKED) return { kind: 'asked', count };
    return inSeason(article) ? { kind: 'season' } : null;
  };
  const taken = new Map<string, number>();
  return articles
    .filter((article) => article.validTo === null || article.validTo >= about.today)
    .flatMap((article) => {
      const why = whyOf(article);
      return why ? [{ article, why }] : [];
    })
    .sort((a, b) => weight(b.why) - weight(a.why) || a.article.code.localeCompare(b.article.code))
    .filter(({ article }) => {
      const matter = article.categoryCode === null ? article.code : matterOf(article.categoryCode);
      taken.set(matter, (taken.get(matter) ?? 0) + 1);
      return (taken.get(matter) ?? 0) <= MOST_OF_A_SUBJECT;
    })
    .slice(0, about.limit);
};

const weight = (why: Why): number => (why.kind === 'asked' ? why.count : 0);
