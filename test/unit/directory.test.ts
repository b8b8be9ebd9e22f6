import t from 'tap';
import { parseCallerNumber } from '../../src/core/phone-number.ts';
import { initialsOf } from '../../src/directory/initials.ts';
import { type DirectoryPerson, MOST_PEOPLE_SHOWN, matchCaller, shownCaller } from '../../src/directory/matching.ts';

const person = (citizenId: number, name = `人${citizenId}`): DirectoryPerson => ({
  citizenId,
  name,
  gender: 'unknown',
  language: 'zh',
  address: null,
  callbackPreference: null,
});

const matching: [what: string, received: string, people: DirectoryPerson[], identity: string, normal: string | null, shown: number][] = [
  ['one record', '19900000001', [person(1)], 'known', '19900000001', 1],
  ['two records', '19900000001', [person(1), person(2)], 'maybe', '19900000001', 2],
  ['one person twice is one person', '19900000001', [person(1), person(1)], 'known', '19900000001', 1],
  ['no record', '19900000001', [], 'unknown', '19900000001', 0],
  ['international spelling', '+8619900000001', [person(1)], 'known', '19900000001', 1],
  ['a 0 before a mobile', '019900000001', [person(1)], 'known', '19900000001', 1],
  ['a bare landline gets our area code', '5550001', [person(1)], 'known', '05335550001', 1],
  ['an area code without its 0', '5335550001', [], 'unknown', '05335550001', 0],
  ['withheld', 'Anonymous', [person(1)], 'withheld', null, 0],
  ['empty', '', [], 'withheld', null, 0],
  ['a word', 'sip:bob', [], 'malformed', null, 0],
  ['an injection', "1' or '1'='1", [person(1)], 'malformed', null, 0],
  ['a line break', '19900000001\r\nAction: Originate', [person(1)], 'malformed', null, 0],
  ['4 kB', '1'.repeat(4096), [person(1)], 'malformed', null, 0],
  ['a firm of forty', '05335550001', Array.from({ length: 40 }, (_, index) => person(index)), 'maybe', '05335550001', MOST_PEOPLE_SHOWN],
];

for (const [what, received, people, identity, normal, shown] of matching)
  t.test(`matching: ${what}`, async (t) => {
    const match = matchCaller(parseCallerNumber(received, '0533'), people);
    t.equal(match.identity, identity);
    t.equal(match.normal, normal);
    t.equal(match.people.length, shown);
    t.ok(match.received.length <= 64, 'what is kept of the received text is short');
  });

t.test('a shown caller carries no full number', async (t) => {
  const match = matchCaller(parseCallerNumber('19912345678', '0533'), [person(1)]);
  t.same(shownCaller(match).number, { masked: '199 **** 5678', full: null });
  t.equal(shownCaller(matchCaller(parseCallerNumber('', '0533'), [])).number, null);
});

const initials: [text: string, expected: string][] = [
  ['环境', 'hj'],
  ['噪声', 'zs'],
  ['路灯不亮', 'ldbl'],
  ['入学与学区', 'rxyxq'],
  ['单位不缴社保', 'dwbjsb'],
  ['参保缴费', 'cbjf'],
  ['线路站点调整', 'xlzdtz'],
  ['广场舞（夜间）', 'gcwyj'],
  ['12345热线', '12345rx'],
  ['ETC 办理', 'etcbl'],
  ['𠮷镇', 'z'],
  ['', ''],
];
for (const [text, expected] of initials) t.test(`initials of ${text}`, async (t) => t.equal(initialsOf(text), expected));
