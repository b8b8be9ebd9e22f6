import t from 'tap';
import { type ArticleRecord, piecesOf, rank, reviewOverdueDays, scoreOf } from '../../src/knowledge/article.ts';
import { likelyToday, seasonWords } from '../../src/knowledge/likely.ts';

const article = (about: Partial<ArticleRecord>): ArticleRecord => ({
  code: 'K1',
  title: '',
  answer: '',
  askAs: '',
  categoryCode: null,
  keywords: [],
  ownerName: '',
  sourceName: '',
  articleVersion: 1,
  validTo: null,
  reviewOn: null,
  ...about,
});

const pieces: [question: string, expected: string[]][] = [
  ['供暖时间', ['供暖', '暖时', '时间']],
  ['供暖，供暖', ['供暖']],
  ['ETC 办理', ['etc', '办理']],
  ['18度', ['18', '度']],
  ['水', ['水']],
  ['  %_!? ', []],
  [
    '一二三四五六七八九十甲乙丙丁戊己庚辛壬癸',
    ['一二', '二三', '三四', '四五', '五六', '六七', '七八', '八九', '九十', '十甲', '甲乙', '乙丙', '丙丁', '丁戊', '戊己', '己庚'],
  ],
];
for (const [question, expected] of pieces) t.test(`pieces of ${question}`, async (t) => t.same(piecesOf(question), expected));

t.test('a title is worth more than an answer, all pieces more than some', async (t) => {
  const all = ['供暖', '暖时', '时间'];
  t.ok(scoreOf(article({ title: '供暖时间' }), all) > scoreOf(article({ answer: '供暖时间' }), all));
  t.ok(scoreOf(article({ answer: '供暖时间' }), all) > scoreOf(article({ title: '供暖和供热时间' }), all), 'every piece goes first');
  t.ok(scoreOf(article({ title: '供暖费，时间' }), all) > 0, 'two of three pieces');
  t.equal(scoreOf(article({ title: '供暖' }), all), 0, 'one of three is not an answer');
});

t.test('articles out of force come last', async (t) => {
  const old = article({ code: 'K1', title: '供暖时间', validTo: '2026-03-15' });
  const present = article({ code: 'K2', answer: '供暖时间', validTo: '2026-11-24' });
  t.same(
    rank([old, present], piecesOf('供暖时间'), '2026-11-24', 20).map(({ code }) => code),
    ['K2', 'K1'],
  );
});

t.test('days since a review was due', async (t) => {
  t.equal(reviewOverdueDays('2026-11-20', '2026-11-24'), 4);
  t.equal(reviewOverdueDays('2026-11-24', '2026-11-24'), 0, 'due today is in time');
  t.equal(reviewOverdueDays('2027-01-01', '2026-11-24'), 0);
  t.equal(reviewOverdueDays(null, '2026-11-24'), 0);
});

t.test('what may be asked today: the subjects asked lately, then the season, nothing out of force', async (t) => {
  const articles = [
    article({ code: 'K1', title: '供暖期起止时间', categoryCode: '020101' }),
    article({ code: 'K2', title: '餐饮油烟扰民怎样认定', categoryCode: '040201' }),
    article({ code: 'K3', title: '净化器多久清洗', categoryCode: '040202' }),
    article({ code: 'K4', title: '烟道怎样改', categoryCode: '040203' }),
    article({ code: 'K5', title: '犬证怎样办', categoryCode: '130401' }),
    article({ code: 'K6', title: '去年的供暖通知', validTo: '2026-03-15' }),
    article({ code: 'K7', title: '居民医保怎样缴', keywords: ['集中缴费'] }),
  ];
  const asked = new Map([
    ['040201', 2],
    ['040203', 1],
    ['130401', 1],
  ]);
  const codes = (today: string, limit = 6) =>
    likelyToday(articles, { today, asked, limit }).map(
      ({ article: each, why }) => `${each.code} ${why.kind === 'asked' ? why.count : why.kind}`,
    );
  t.same(codes('2026-11-24'), ['K2 3', 'K3 3', 'K1 season', 'K7 season'], 'two of one matter at most, one case is not a wave');
  t.same(codes('2026-07-01'), ['K2 3', 'K3 3'], 'nobody asks for heating in July');
  t.same(codes('2026-11-24', 1), ['K2 3']);
  t.notOk(seasonWords('2026-07-01').includes('供暖'));
  t.ok(seasonWords('2026-01-02').includes('供暖'));
});
