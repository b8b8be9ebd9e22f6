import t from 'tap';
import {
  type CaseRecord,
  caseNumber,
  changedFields,
  cleanForm,
  cleanText,
  emptyForm,
  formToKeep,
  mayRead,
  maySeeContact,
  mayWrite,
  missingElements,
  shownTo,
  stillProposed,
  titleOf,
  type Viewer,
  withProposals,
} from '../../src/cases/case.ts';
import { findRepeats, type Submission, twelveMonthsBefore } from '../../src/cases/repeats.ts';
import type { CaseForm } from '../../src/cases/schemas.ts';
import type { Role } from '../../src/core/roles.ts';

const form = (about: Partial<CaseForm> = {}): CaseForm => ({ ...emptyForm(), ...about });
const viewer = (staffId: number, ...roles: Role[]): Viewer => ({ staffId, name: `人${staffId}`, roles });
const record = (about: Partial<CaseForm> = {}): CaseRecord => ({
  caseId: 7,
  number: '261124093000000007',
  state: 'draft',
  source: 'call',
  callId: 3,
  citizenId: 5,
  contactNumber: '19900000001',
  form: form(about),
  createdBy: { staffId: 1, name: '林立春' },
  createdAt: new Date('2026-11-24T01:30:00Z'),
  updatedAt: new Date('2026-11-24T01:30:00Z'),
  version: 1,
});

t.test('a case number is the Shanghai second and the running six', async (t) => {
  t.equal(caseNumber(new Date('2026-11-16T15:51:22.900Z'), 4178), '261116235122004178');
  t.equal(caseNumber(new Date('2026-12-31T16:00:05Z'), 12_345_678), '270101000005345678', 'New Year in Shanghai, tail of the sequence');
});

t.test('五要素: what is missing', async (t) => {
  t.same(missingElements({ form: form(), contactNumber: null }), ['who', 'phone', 'where', 'what', 'why']);
  t.same(
    missingElements({ form: form({ contactName: ' ', course: '\n' }), contactNumber: '1' }),
    ['who', 'where', 'what', 'why'],
    'blanks are empty',
  );
  t.same(missingElements({ form: form({ placeCode: 'T0101' }), contactNumber: '1' }), ['who', 'what', 'why'], 'a community is a place');
  const full = form({ contactName: '王', placeText: '枕澜苑', course: '室温十六度', purpose: '要求测温' });
  t.same(missingElements({ form: full, contactNumber: '1' }), []);
});

t.test('the machine fills what is empty and says so', async (t) => {
  const filled = withProposals(form({ contactName: '王女士' }), { contactName: '王某', placeText: '枕澜苑', course: '' });
  t.equal(filled.contactName, '王女士', "a person's words stay");
  t.equal(filled.placeText, '枕澜苑');
  t.same(filled.proposed, ['placeText']);
});

t.test('a proposed value is confirmed by touching it', async (t) => {
  const stored = form({ contactName: '王某', placeText: '枕澜苑', proposed: ['contactName', 'placeText'] });
  t.same(stillProposed(stored, stored), ['contactName', 'placeText'], 'saving something else confirms nothing');
  t.same(stillProposed(stored, { ...stored, contactName: '王女士' }), ['placeText'], 'changed');
  t.same(stillProposed(stored, { ...stored, contactName: '' }), ['placeText'], 'emptied');
  t.same(stillProposed(stored, { ...stored, proposed: ['contactName'] }), ['contactName'], 'taken off the list');
  t.same(
    stillProposed(form({ course: '我的话' }), form({ course: '我的话', proposed: ['course'] })),
    [],
    "a client cannot make a person's words the machine's",
  );
  t.same(stillProposed(stored, { ...stored, proposed: ['contactName', '__proto__', 'nonsense'] }), ['contactName']);
});

t.test('changed fields are named, the list of proposals is not one of them', async (t) => {
  t.same(changedFields(form(), form({ urgent: true, course: '水管爆裂', proposed: ['course'] })), ['course', 'urgent']);
});

const titles: [what: string, form: Partial<CaseForm>, category: string | null, expected: string][] = [
  ['first sentence of the course', { course: '路灯三天不亮。老人摔了一跤。', purpose: '尽快修' }, '路灯不亮', '路灯三天不亮'],
  ['the purpose when there is no course', { purpose: '尽快修好路灯' }, null, '尽快修好路灯'],
  ['the subject when nothing is written', {}, '路灯不亮', '路灯不亮'],
  ['nothing', {}, null, ''],
  ['only marks', { course: '。。。' }, null, '。。。'],
  ['long', { course: '一'.repeat(60) }, null, `${'一'.repeat(27)}…`],
  ['rare characters are not cut in half', { course: '𠮷'.repeat(60) }, null, `${'𠮷'.repeat(27)}…`],
  ['markup is text', { course: '<img src=x onerror=alert(1)>' }, null, '<img src=x onerror=alert(1)>'],
];
for (const [what, about, category, expected] of titles)
  t.test(`title: ${what}`, async (t) => t.equal(titleOf(form(about), category), expected));

const texts: [what: string, typed: string, kept: string][] = [
  ['as typed', ' 王女士说：“十六度”\t<b>冷</b> 𠮷🔥', ' 王女士说：“十六度”\t<b>冷</b> 𠮷🔥'],
  ['line breaks become one kind', '一\r\n二\r三\n四', '一\n二\n三\n四'],
  ['control characters go', 'a\u0000b\u0007c\u001b[31md\u007fe\u0085f', 'abc[31mdef'],
];
for (const [what, typed, kept] of texts) t.test(`text: ${what}`, async (t) => t.equal(cleanText(typed, 'course'), kept));

t.test('half a character is refused with the name of its field', async (t) => {
  t.throws(() => cleanForm(form({ purpose: 'a\ud83d' })), { code: 'request.invalid', details: { field: 'purpose' } });
  t.throws(() => cleanText('\udd25b', 'course'), { code: 'request.invalid' });
});

t.test('who may read and write', async (t) => {
  t.ok(mayRead(viewer(1, 'agent'), true));
  t.notOk(mayRead(viewer(1, 'agent'), false), 'an agent reads only their own');
  t.ok(mayRead(viewer(1, 'leader'), false));
  t.notOk(mayWrite(viewer(1, 'leader'), true), 'a leader reads only');
  t.ok(mayWrite(viewer(1, 'dispatcher'), false));
  for (const role of ['auditor', 'administrator', 'publisher', 'unit_staff', 'security_officer'] as const)
    t.notOk(mayRead(viewer(1, role), true), `${role} reads no case`);
});

t.test('保密 hides who called from all but the author and dispatchers', async (t) => {
  const secret = record({ confidential: true, contactName: '秦女士' });
  t.ok(maySeeContact(secret, viewer(1, 'agent')));
  t.ok(maySeeContact(secret, viewer(9, 'dispatcher')));
  for (const other of [viewer(2, 'agent'), viewer(3, 'team_leader'), viewer(4, 'leader')]) {
    const shown = shownTo(secret, other);
    t.equal(shown.form.contactName, '');
    t.equal(shown.contactNumber, null);
    t.equal(shown.citizenId, null);
  }
  t.equal(shownTo(record({ contactName: '秦女士' }), viewer(4, 'leader')).form.contactName, '秦女士', 'without 保密 nothing is hidden');
});

t.test('who cannot see a confidential name can neither erase nor uncover it', async (t) => {
  const secret = record({ confidential: true, contactName: '秦女士', proposed: ['contactName'] });
  const leader = viewer(3, 'team_leader');
  const kept = formToKeep(secret, { ...shownTo(secret, leader).form, course: '补充一句' }, leader);
  t.equal(kept.contactName, '秦女士');
  t.equal(kept.course, '补充一句');
  t.throws(() => formToKeep(secret, form({ confidential: false }), leader), { code: 'access.denied' });
  t.equal(formToKeep(secret, form({ confidential: false }), viewer(1, 'agent')).confidential, false, 'the author may lift it');
});

const submission = (caseId: number, categoryCode: string | null, placeText = '', placeCode: string | null = null): Submission => ({
  caseId,
  createdAt: new Date(Date.UTC(2026, 9, caseId)),
  categoryCode,
  placeCode,
  placeText,
  categoryName: categoryCode && `类别${categoryCode}`,
  confidential: false,
});

const repeats: [what: string, earlier: Submission[], count: number, reason: string | null, ids: number[]][] = [
  ['none', [], 0, null, []],
  ['one is not a repeat while nobody knows the matter', [submission(1, '020101')], 0, null, []],
  ['two of one subject', [submission(1, '020101'), submission(2, '020101'), submission(3, '040501')], 2, 'subject', [1, 2]],
  ['two at one place', [submission(1, '020101', '枕澜苑3号楼'), submission(2, '040501', '枕澜苑 3号楼。')], 2, 'place', [1, 2]],
  ['a community stands for a missing address', [submission(1, null, '', 'T0102'), submission(2, null, '', 'T0102')], 2, 'place', [1, 2]],
  ['subject and place', [submission(1, '020101', '甲'), submission(2, '020101', '甲')], 2, 'subject_and_place', [1, 2]],
  [
    'the larger group',
    [submission(1, 'a', '甲'), submission(2, 'a', '乙'), submission(3, 'b', '丙'), submission(4, 'c', '丙'), submission(5, 'd', '丙')],
    3,
    'place',
    [3, 4, 5],
  ],
  [
    'same size: the subject',
    [submission(1, 'b', '丙'), submission(2, 'c', '丙'), submission(3, 'a', '甲'), submission(4, 'a', '乙')],
    2,
    'subject',
    [3, 4],
  ],
  ['drafts without subject and place share nothing', [submission(1, null), submission(2, null)], 0, null, []],
];
for (const [what, earlier, count, reason, ids] of repeats)
  t.test(`repeats: ${what}`, async (t) => {
    const found = findRepeats(earlier);
    t.equal(found.count, count);
    t.equal(found.reason, reason);
    t.same(found.caseIds, ids);
    t.equal(found.submissions, earlier.length);
  });

t.test('repeats of a known matter count from the first earlier one', async (t) => {
  const earlier = [submission(1, '020101', '甲'), submission(2, '040501', '乙')];
  const found = findRepeats(earlier, { categoryCode: '020101', placeCode: null, placeText: '丁' });
  t.match(found, { count: 1, reason: 'subject', caseIds: [1], lastAt: new Date(Date.UTC(2026, 9, 1)) });
  t.equal(findRepeats(earlier, { categoryCode: '999999', placeCode: null, placeText: '' }).count, 0);
});

t.test('what repeats is named, unless it was said in confidence', async (t) => {
  const pair = [submission(1, 'a', '枕澜苑'), submission(2, 'a', '别处')];
  t.equal(findRepeats(pair).subject, '类别a');
  t.equal(findRepeats([submission(1, 'a', '枕澜苑'), submission(2, 'b', '枕澜苑')]).subject, '枕澜苑');
  const secret = findRepeats(pair.map((each) => ({ ...each, confidential: each.caseId === 2 })));
  t.match(secret, { count: 2, subject: '' }, 'counted, not named');
});

t.test('twelve months', async (t) => {
  t.equal(twelveMonthsBefore(new Date('2026-11-24T01:30:00Z')).toISOString(), '2025-11-24T01:30:00.000Z');
  t.equal(twelveMonthsBefore(new Date('2028-02-29T10:00:00Z')).toISOString(), '2027-02-28T10:00:00.000Z');
});
