import t from 'tap';
import { passwordFault } from '../../src/access/password-rules.ts';
import type { StaffItem } from '../../src/access/schemas.ts';
import { emptyForm } from '../../src/cases/empty-form.ts';
import type { CaseView } from '../../src/cases/schemas.ts';
import { keyAct } from '../../src/console/app/keys.ts';
import { placesOf } from '../../src/console/app/places.ts';
import { entryDetail } from '../../src/console/calls/timeline-view.ts';
import { type Draft, draftForCase, editDraft, firstChoices, resolveConflict, withConflict } from '../../src/console/cases/draft.ts';
import { codeAfterTyping, suggestPlaces, textAfterChoice } from '../../src/console/cases/place-suggest.ts';
import { askedByCard } from '../../src/console/desk/help-view.ts';
import { actWord, detailWords, readFilters } from '../../src/console/history/history-view.ts';
import { PHRASES, type PhraseKey } from '../../src/console/i18n/phrases.ts';
import { formOfHours, readSpans, saveOf, spansText } from '../../src/console/settings/hours-view.ts';
import { foundStaff, newStaffOf, readablePassword, saveStaffOf, toggled } from '../../src/console/staff/staff-view.ts';
import {
  brakeOf,
  EMPTY_CALL,
  isUnhappySaid,
  nextOf,
  openOf,
  recordOf,
  saidWords,
  unitsInOrder,
  whyOf,
} from '../../src/console/surveys/surveys-view.ts';
import { bytes, upFor } from '../../src/console/system/system-view.ts';
import { permissionsOf, ROLES, type Role } from '../../src/core/roles.ts';

const zh = (key: PhraseKey, values: Record<string, string | number> = {}): string =>
  Object.entries(values).reduce<string>((text, [name, value]) => text.replace(`{${name}}`, String(value)), PHRASES[key][0]);

const view = (change: Partial<CaseView['form']>, version = 1): CaseView => ({
  caseId: 7,
  number: '261124093000000417',
  state: 'draft',
  source: 'call',
  callId: 3,
  contactNumber: null,
  form: { ...emptyForm(), ...change },
  missing: [],
  createdBy: null,
  createdAt: '2026-11-24T01:30:00.000Z',
  updatedAt: '2026-11-24T01:30:00.000Z',
  version,
});

t.test('two wrote: each field keeps the words its writer chose', async (t) => {
  const mine = editDraft(draftForCase(view({ course: '原文', purpose: '原要求' }), 0), 'course', '我的经过');
  const theirs = view({ course: '对方的经过', purpose: '对方的要求', contactName: '王木香' }, 4);
  const both: Draft = withConflict(mine, { yours: { version: 1, form: mine.form }, theirs, changedBy: '林立春' });
  t.same(
    firstChoices(both),
    { contactName: 'theirs', course: 'mine', purpose: 'theirs' },
    'mine where I wrote, theirs where only they did',
  );
  const merged = resolveConflict(both, firstChoices(both));
  t.match(merged, { version: 4, dirty: true, conflict: null, touched: ['course'] });
  t.match(merged.form, { course: '我的经过', purpose: '对方的要求', contactName: '王木香' });
  t.match(resolveConflict(both, { course: 'theirs' }).form, { course: '对方的经过', purpose: '原要求' }, 'left out is mine');
  t.match(resolveConflict(both, 'theirs'), { dirty: false, form: { course: '对方的经过' } });
  t.match(resolveConflict(both, 'mine').form, { course: '我的经过', purpose: '原要求', contactName: '' });
});

const places = [
  ['T0101', '临波社区', 'lbsq', 'T01', '澄波街道', 'cbjd'],
  ['T0102', '枕澜社区', 'zlsq', 'T01', '澄波街道', 'cbjd'],
  ['T0201', '竹影庄村', 'zyzc', 'T02', '竹林镇', 'zlz'],
].map(([code = '', name = '', pinyin = '', townCode = '', townName = '', townPinyin = '']) => ({
  code,
  name,
  pinyin,
  townCode,
  townName,
  townPinyin,
}));

t.test('places while typing', async (t) => {
  const names = (typed: string): string[] => suggestPlaces(places, typed).map((each) => each.name);
  t.same(names(''), []);
  t.same(names('枕澜'), ['枕澜社区']);
  t.same(names('zls'), ['枕澜社区'], 'initials of the community');
  t.same(names('zl'), ['竹林镇', '枕澜社区', '竹影庄村'], 'a town as a whole, then communities, those of the town last');
  t.same(names('cbjdzl'), ['枕澜社区'], 'town and community in one run');
  t.same(names('澄波 枕'), ['枕澜社区'], 'every word must fit');
  t.same(names('枕澜社区3号楼2单元'), ['枕澜社区'], 'a text that holds the name already');
  t.same(names('火星'), []);
  const [town, chosen] = suggestPlaces(places, 'zl');
  t.equal(chosen && textAfterChoice('zl', chosen), '澄波街道枕澜社区');
  t.equal(chosen && textAfterChoice('枕澜社区3号楼', chosen), '枕澜社区3号楼', 'the citizen’s own words stay');
  t.match(town, { code: null, town: '竹林镇' });
  t.equal(codeAfterTyping(places, '枕澜社区3号楼', 'T0102'), 'T0102');
  t.equal(codeAfterTyping(places, '竹影庄', 'T0102'), null, 'another text is another place');
});

t.test('what is looked up for a caller before anybody types', async (t) => {
  const open = { caseId: 1, number: '', state: 'draft', title: '暖气不热', unitName: null, createdAt: '' };
  t.equal(askedByCard(null), '');
  t.equal(askedByCard({ brief: [], openCases: [] }), '');
  t.equal(askedByCard({ brief: [], openCases: [{ ...open, title: '' }, open] }), '暖气不热');
  t.equal(askedByCard({ brief: [{ kind: 'repeat', values: { times: 3, subject: '夜间施工' } }], openCases: [open] }), '夜间施工');
});

t.test('a call’s entries speak words, not the switch’s names', async (t) => {
  t.equal(entryDetail(zh, { what: 'ended', detail: 'abandoned' }), '放弃');
  t.equal(entryDetail(zh, { what: 'offered', detail: '8001' }), '分机 8001');
  t.equal(entryDetail(zh, { what: 'queued', detail: 'agent-8001' }), '分机 8001 的队列');
  t.equal(entryDetail(zh, { what: 'unmasked', detail: '回拨市民' }), '回拨市民');
  t.equal(entryDetail(zh, { what: 'notice', detail: '' }), '');
});

t.test('the record in words', async (t) => {
  t.equal(actWord(zh, 'number.unmasked'), '查看全号');
  t.equal(actWord(zh, 'thing.never_seen'), 'thing.never_seen', 'a newer act keeps its name');
  t.equal(detailWords(zh, { reason: '回拨市民', callId: 3, lost: false }), '理由 回拨市民');
  t.equal(detailWords(zh, { fields: ['course', 'purpose'], roles: ['agent'] }), '栏目 经过、诉求 · 角色 话务员');
  t.equal(detailWords(zh, { disposition: 'abandoned', cause: 16 }), '结果 放弃 · 原因码 16');
  t.same(readFilters({ who: '7', act: 'case', from: '2026-11-01', to: 'x' }), { who: 7, act: 'case', from: '2026-11-01' });
  t.same(readFilters({ who: '-1', act: "'; drop", from: '' }), {});
});

t.test('staff: what is sent, who is found, a password that passes the rules', async (t) => {
  const form = {
    account: ' ning ',
    name: ' 宁 ',
    roles: ['agent' as const],
    extension: ' 8100 ',
    unitCode: 'D01',
    active: true,
    password: 'p',
  };
  t.same(newStaffOf(form), { account: 'ning', password: 'p', name: '宁', roles: ['agent'], extension: '8100', unitCode: null });
  t.match(saveStaffOf({ ...form, roles: ['unit_staff'], extension: '' }, 3), { version: 3, extension: null, unitCode: 'D01' });
  t.same(toggled(['agent'], 'leader'), ['agent', 'leader']);
  t.same(toggled(['agent', 'leader'], 'agent'), ['leader']);
  const row = (staffId: number, name: string, active = true): StaffItem => ({
    staffId,
    name,
    account: `a${staffId}`,
    roles: ['agent'],
    extension: `80${staffId}`,
    unitCode: null,
    active,
    secondFactor: false,
    version: 1,
  });
  const rows = [row(1, '甲', false), row(2, '乙'), row(3, '丙')];
  const ids = (filters: object): number[] => foundStaff(rows, { words: '', role: '', left: false, ...filters }).map((each) => each.staffId);
  t.same(ids({}), [2, 3]);
  t.same(ids({ left: true }), [2, 3, 1], 'who left comes last');
  t.same(ids({ words: '803' }), [3]);
  t.same(ids({ words: 'A2' }), [2]);
  t.same(ids({ role: 'leader' }), []);
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let count = 0; count < 50; count++) {
    const made = readablePassword(random);
    t.match(made, /^.{4}-.{4}-.{4}-.{4}$/);
    t.equal(passwordFault(made, 'ning'), null, made);
  }
});

t.test('hours as people type them', async (t) => {
  t.same(readSpans('8:30-12:00，13:30～17:30'), [
    { from: '08:30', to: '12:00' },
    { from: '13:30', to: '17:30' },
  ]);
  t.same(readSpans('830 - 1200'), [{ from: '08:30', to: '12:00' }]);
  t.same(readSpans('0:00至24:00'), [{ from: '00:00', to: '24:00' }]);
  t.same(readSpans('  '), []);
  for (const wrong of ['8', '8-9-10', '25:00-26:00', '08:61-09:00', '24:01-24:02', 'morning']) t.equal(readSpans(wrong), null, wrong);
  const settings = { hours: null, dutyNumbers: ['8001'], maxWaiting: null, overflow: 'message' as const };
  const form = formOfHours({ settings });
  t.equal(form.always, true);
  t.same(saveOf(form, 2), { body: { version: 2, settings } });
  const timed = { ...form, always: false, dutyNumbers: '8001、8002', maxWaiting: '30' };
  t.match(saveOf(timed, 2), { body: { settings: { maxWaiting: 30, dutyNumbers: ['8001', '8002'], hours: { weekly: { sat: [] } } } } });
  t.same(saveOf({ ...timed, spans: { ...timed.spans, wed: 'x' } }, 2), { wrong: 'wed' });
  t.same(saveOf({ ...timed, maxWaiting: '0' }, 2), { wrong: 'maxWaiting' });
  t.equal(spansText(readSpans('830-12 00'.replace(' ', '')) ?? []), '08:30-12:00');
});

t.test('figures of the system page', async (t) => {
  t.equal(bytes(0), '0 B');
  t.equal(bytes(118 * 1024 ** 2), '118 MB');
  t.equal(bytes(41.24 * 1024 ** 3), '41.2 GB');
  t.equal(upFor(30_000, 'zh-CN'), '0 分');
  t.equal(upFor(3_720_000, 'zh-CN'), '1 小时 2 分');
  t.equal(upFor(2 * 86_400_000 + 60_000, 'en'), '2 d');
});

t.test('keys of the pages', async (t) => {
  const key = { code: '', ctrl: false, shift: false, alt: false, composing: false, inField: false };
  t.equal(keyAct({ ...key, code: 'KeyN', alt: true }), 'new_case');
  t.equal(keyAct({ ...key, code: 'KeyN', alt: true, inField: true }), 'new_case');
  t.equal(keyAct({ ...key, code: 'KeyJ' }), 'next_row');
  t.equal(keyAct({ ...key, code: 'KeyJ', inField: true }), null, 'a letter in a field is a letter');
  t.equal(keyAct({ ...key, code: 'KeyK', composing: true }), null);
});

const said = (contacted: number | null, settled: number | null, satisfied: number | null) => ({ contacted, settled, satisfied });

t.test('callbacks: what was said, why nothing is dialled, what comes next', async (t) => {
  t.same(
    saidWords(said(2, 3, 1)).map((key) => zh(key)),
    ['非常不满意', '没联系', '未解决'],
  );
  t.same(saidWords(said(null, null, null)), []);
  t.same(
    [said(1, 3, 5), said(1, 1, 2), said(2, 2, 3)].map(isUnhappySaid),
    [true, true, false],
    'not settled is unhappy whatever the score',
  );
  const pause = (all: boolean, reason: 'person' | 'not_begun' | null) => ({ all, reason, units: [] });
  t.equal(brakeOf({ pause: pause(true, 'not_begun'), brake: 'inbound_waits' }), 'not_begun');
  t.equal(brakeOf({ pause: pause(false, null), brake: 'inbound_waits' }), 'inbound_waits');
  t.equal(brakeOf({ pause: pause(false, null), brake: 'rate' }), 'none', 'the rate is no standstill');
  const dueAt = '2026-11-24T06:30:00.000Z';
  t.same(nextOf({ state: 'waiting', dueAt }), { key: 'surveys.next.again', at: dueAt });
  t.same(nextOf({ state: 'unreachable', dueAt: null }), { key: 'surveys.next.unreachable', at: null });
  t.equal(whyOf('wanted'), 'callbacks.why.wanted');
  t.equal(whyOf('something new'), 'callbacks.why.other');
});

t.test('units: best rate first, too few ratings last and without a rate', async (t) => {
  const unit = (unitCode: string, satisfied: number, rated: number) => ({
    ...{ unitCode, satisfied, rated, tasks: rated, over: rated, done: rated, unreachable: 0 },
  });
  const order = unitsInOrder([unit('A', 3, 3), unit('B', 9, 10), unit('C', 96, 100), unit('D', 0, 0)]);
  t.same(
    order.map(({ unitCode }) => unitCode),
    ['C', 'B', 'A'],
  );
});

t.test('a person’s call: what must be said, and nothing that was not asked', async (t) => {
  t.same(openOf(EMPTY_CALL, 'questions'), ['callbacks.q3']);
  t.same(openOf({ ...EMPTY_CALL, settled: 3 }, 'questions'), ['callbacks.reason']);
  t.same(openOf(EMPTY_CALL, 'reason'), ['callbacks.reason']);
  t.same(openOf({ ...EMPTY_CALL, outcome: 'busy' }, 'reason'), []);
  const filled = { ...EMPTY_CALL, formId: 'f', contacted: 1, settled: 1, satisfied: 5, reasonCode: 'attitude', text: ' 好 ', againAt: 'x' };
  t.same(recordOf(filled, 'questions', dueAtOf), { formId: 'f', outcome: 'reached', contacted: 1, settled: 1, satisfied: 5, text: '好' });
  t.same(recordOf({ ...filled, outcome: 'not_now', optOut: true }, 'questions', dueAtOf), {
    ...{ formId: 'f', outcome: 'not_now', text: '好', againAt: dueAtOf, optOut: true },
  });
  t.same(
    recordOf(filled, 'reason', null),
    { formId: 'f', outcome: 'reached', reasonCode: 'attitude', text: '好' },
    'the machine’s answers stay',
  );
});
const dueAtOf = '2026-11-24T06:30:00.000Z';

t.test('the rail: who watches callbacks finds the list there, who only calls has it alone', async (t) => {
  const rail = (role: Role): string[] => placesOf({ permissions: [...permissionsOf([role])] }).map(({ to }) => to);
  t.ok(rail('agent').includes('/callbacks') && !rail('agent').includes('/surveys'));
  t.ok(rail('supervisor').includes('/surveys') && !rail('supervisor').includes('/callbacks'));
  t.notOk(rail('unit_staff').some((to) => to === '/surveys' || to === '/callbacks'));
  for (const role of ROLES) t.ok(rail(role).length <= 7, `${role} has at most seven places`);
});
