import t from 'tap';
import { type ArticleRecord, piecesOf, rank, reviewOverdueDays, scoreOf } from '../../src/knowledge/article.ts';

const article = (about: Partial<ArticleRecord>): ArticleRecord => ({
  code: 'K1',
  title: '',
  answer: '',
  askAs: '',
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
