import t from 'tap';
import { csvHead, csvLine, notesOf, reasonsInWords } from '../../src/city/columns.ts';
import { createHandoverReader, differencesOf, type HandoverBody, type HandoverField, momentOf } from '../../src/city/handover.ts';
import { parseCallerNumber } from '../../src/core/phone-number.ts';

const read = createHandoverReader({
  categories: [
    { code: '02', name: '供热供暖', path: '供热供暖', parentCode: null },
    { code: '0201', name: '居民供热', path: '供热供暖/居民供热', parentCode: '02' },
    { code: '020101', name: '温度不达标', path: '供热供暖/居民供热/温度不达标', parentCode: '0201' },
    { code: '020102', name: '收费', path: '供热供暖/居民供热/收费', parentCode: '0201' },
    { code: '030101', name: '收费', path: '物业/管理/收费', parentCode: '0301' },
  ],
  places: [
    { code: 'T01C01', name: '湖东社区', townName: '临湖街道' },
    { code: 'T02C01', name: '湖东社区', townName: '云门镇' },
  ],
  normalNumber(written) {
    const number = parseCallerNumber(written, '0533');
    return number.kind === 'number' ? number.normal : null;
  },
});
const whole = { cityNumber: 'YZ2026-0001', requestType: '投诉', category: '020101', course: '家里暖气不热' };
const bodyOf = (raw: Parameters<typeof read>[0]): HandoverBody => {
  const result = read(raw);
  if ('refused' in result) throw new Error(JSON.stringify(result.refused));
  return result.handover.body;
};
const refusedOf = (change: Partial<Record<HandoverField, string>>): string[] => {
  const result = read({ ...whole, ...change });
  return 'refused' in result ? result.refused.map(({ field, code }) => `${field} ${code}`) : [];
};

t.test('what the city writes becomes the house’s words', async (t) => {
  t.match(bodyOf(whole), { requestType: 'complaint', categoryCode: '020101', contactNumber: null, wantsReply: true, urgent: false });
  t.match(bodyOf({ ...whole, requestType: 'praise', category: ' 供热供暖 / 居民供热 / 收费 ' }), {
    requestType: 'praise',
    categoryCode: '020102',
  });
  t.match(bodyOf({ ...whole, category: '温度不达标', place: '云门镇/湖东社区' }), { categoryCode: '020101', placeCode: 'T02C01' });
  t.match(bodyOf({ ...whole, contactNumber: '+86 199-0000-0001', urgent: '是', wantsReply: '否', dueAt: '2026-12-01' }), {
    contactNumber: '19900000001',
    urgent: true,
    wantsReply: false,
    dueAt: '2026-12-01T15:59:59.000Z',
  });
  t.equal(bodyOf({ ...whole, course: "'=HYPERLINK(1)" }).course, '=HYPERLINK(1)', 'the mark of our own downloads is taken off again');
  t.equal(bodyOf({ ...whole, course: "'引号开头" }).course, "'引号开头");
});

t.test('every field that cannot be taken is named with its reason, all at once', async (t) => {
  t.same(refusedOf({}), []);
  t.same(refusedOf({ cityNumber: '', requestType: '', category: '', course: ' ' }), [
    'cityNumber missing',
    'requestType missing',
    'category missing',
    'course missing',
  ]);
  t.same(refusedOf({ cityNumber: '../1' }), ['cityNumber malformed']);
  t.same(refusedOf({ requestType: '闲聊' }), ['requestType unknown']);
  t.same(refusedOf({ category: '没有的类别' }), ['category unknown']);
  t.same(refusedOf({ category: '0201' }), ['category unknown'], 'a branch is too wide to route by');
  t.same(refusedOf({ category: '收费' }), ['category ambiguous']);
  t.same(refusedOf({ place: '湖东社区' }), ['place ambiguous']);
  t.same(refusedOf({ place: '别处' }), ['place unknown']);
  t.same(refusedOf({ contactNumber: '见备注' }), ['contactNumber malformed']);
  t.same(refusedOf({ urgent: '也许' }), ['urgent malformed']);
  t.same(refusedOf({ dueAt: '尽快' }), ['dueAt malformed']);
  t.same(refusedOf({ course: '长'.repeat(2001) }), ['course too_long'], 'never cut');
  t.same(refusedOf({ course: '\ud800' }), ['course malformed', 'course missing']);
});

t.test('moments as people and platforms write them', async (t) => {
  const iso = (written: string) => momentOf(written)?.toISOString() ?? null;
  t.equal(iso('2026-11-24'), '2026-11-24T15:59:59.000Z', 'a day ends at its end in Shanghai');
  t.equal(iso('2026/11/4 9:05'), '2026-11-04T01:05:00.000Z');
  t.equal(iso('2026年11月24日'), '2026-11-24T15:59:59.000Z');
  t.equal(iso('2026-11-24 17:59:30'), '2026-11-24T09:59:30.000Z');
  t.equal(iso('2026-11-24T17:59:30+08:00'), '2026-11-24T09:59:30.000Z');
  for (const wrong of ['2026-04-31', '2026-13-01', '24', '2026-11-24T25:00:00Z', '']) t.equal(iso(wrong), null, wrong);
});

t.test('a later body is held against the first, field by field', async (t) => {
  const first = bodyOf(whole);
  t.same(differencesOf(first, bodyOf({ ...whole, requestType: 'complaint', category: '温度不达标' })), [], 'other spelling, same content');
  t.same(differencesOf(first, bodyOf({ ...whole, category: '030101', course: '另一件事' })).sort(), ['category', 'course']);
});

t.test('cells that must not be believed unseen are refused, blanks of a title’s merge are not', async (t) => {
  const values = Object.fromEntries(['cityNumber', 'course', 'purpose'].map((key) => [key, ''])) as Record<HandoverField, string>;
  const notes = (['formula', 'merged', 'error', 'digits_lost'] as const).map((kind) => ({ key: 'course' as const, kind }));
  t.same(
    notesOf({ notes, values }).map(({ code }) => code),
    ['formula', 'merged', 'error', 'digits_lost'],
  );
  t.same(notesOf({ notes: [{ key: 'purpose', kind: 'merged' }], values }), []);
  t.same(notesOf({ notes: [{ key: 'purpose', kind: 'merged' }], values: { ...values, purpose: '尽快' } }), [
    { field: 'purpose', code: 'merged' },
  ]);
});

t.test('refused rows go out with their reasons, and nothing in them runs', async (t) => {
  const line = csvLine({
    row: 7,
    values: { cityNumber: '=cmd|1', course: '说"急"\n两行', contactNumber: '+86199' },
    reasons: [{ field: 'cityNumber', code: 'malformed' }],
  });
  t.ok(csvHead().startsWith('\ufeff"市平台编号","诉求类型"'));
  t.ok(line.startsWith(`"'=cmd|1",`));
  t.match(line, '"说""急""\n两行"');
  t.match(line, `"'+86199"`);
  t.ok(line.endsWith('"7","市平台编号：写法不对"\r\n'));
  t.equal(
    reasonsInWords([
      { field: 'category', code: 'unknown' },
      { field: 'course', code: 'missing' },
    ]),
    '类别：本区没有；诉求内容：未填写'.replace('类别', '诉求类别'),
  );
});
