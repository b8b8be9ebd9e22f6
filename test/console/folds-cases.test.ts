import t from 'tap';
import type { CasePageView, MoveForm } from '../../src/cases/life-schemas.ts';
import { REASONS } from '../../src/cases/states.ts';
import { FIRST_COLUMNS, kindOf } from '../../src/cases/views.ts';
import { COMMANDS, REQUIREMENTS } from '../../src/cases/workflow.ts';
import { breakGroup, dueWords, grouped, lasted, timeLine } from '../../src/console/cases/due-view.ts';
import { byDay, lifeEntries, movesInOrder, openOrders, stages } from '../../src/console/cases/life-view.ts';
import {
  asksNothing,
  commandOf,
  emptyValues,
  fromLocalInput,
  localInput,
  openFields,
  reasonsFor,
} from '../../src/console/cases/move-values.ts';
import { addressOf, addressOfList, filtersOf, listedOf, NO_FILTERS, requestOf } from '../../src/console/cases/search-view.ts';
import { PARTS, partOf } from '../../src/console/cases/work-view.ts';
import { PHRASES } from '../../src/console/i18n/phrases.ts';
import { CALENDAR, filledForm, shanghai } from '../helpers/case-life.ts';

const at = (text: string): number => shanghai(text).getTime();
const iso = (text: string): string => shanghai(text).toISOString();
const plain = { card: 'none', urgent: false } as const;

t.test('deadlines are told in working days', async (t) => {
  const said = (now: string, due: string, more = {}) => dueWords({ ...plain, dueAt: iso(due), ...more }, at(now), CALENDAR);
  t.match(said('2026-11-26 09:00', '2026-12-01 23:59:59'), { key: 'due.left', values: { n: 3 }, tone: 'plain' }, 'over a weekend');
  t.match(said('2026-11-30 09:00', '2026-12-01 23:59:59', { card: 'yellow' }), { key: 'due.tomorrow', tone: 'amber' });
  t.match(said('2026-12-01 09:00', '2026-12-01 23:59:59'), { key: 'due.today', tone: 'amber' });
  t.match(
    said('2026-11-30 09:00', '2026-11-27 23:59:59'),
    { key: 'due.over', values: { n: 1 }, tone: 'red' },
    'a weekend is not a day over',
  );
  t.match(said('2026-11-28 09:00', '2026-11-27 23:59:59'), { key: 'due.over_now', tone: 'red' }, 'on the Saturday after');
  t.match(said('2026-11-24 09:00', '2026-11-24 10:33'), { key: 'due.time_left', values: { h: 1, m: 33 }, tone: 'amber' });
  t.match(said('2026-11-24 09:00', '2026-11-24 09:05', { urgent: true }), { key: 'due.minutes_left', values: { m: 5 } });
  t.equal(dueWords({ ...plain, dueAt: null }, 0, CALENDAR), null);
  t.match(
    dueWords({ ...plain, dueAt: iso('2026-11-27 23:59:59') }, at('2026-11-24 09:00'), null),
    { key: 'due.left' },
    'without a calendar too',
  );
});

t.test('a working day is a cell', async (t) => {
  const line = (now: string, more = {}) =>
    timeLine({ ...plain, startAt: iso('2026-11-26 10:00'), dueAt: iso('2026-12-01 23:59:59'), ...more }, at(now), CALENDAR);
  t.same(line('2026-11-30 09:00'), [
    { kind: 'used', gap: false },
    { kind: 'now', gap: true },
    { kind: 'left', gap: false },
  ]);
  t.same(
    line('2026-12-09 09:00').map((cell) => cell.kind),
    ['used', 'used', 'used', 'over', 'over', 'over'],
    'at most three cells over',
  );
  t.same(
    line('2026-11-30 09:00', { extendedDays: 2 }).map((cell) => cell.kind),
    ['used', 'extended'],
  );
  t.equal(line('2026-11-30 09:00', { urgent: true }).length, 1);
  t.same(line('2026-11-30 09:00', { startAt: null }), []);
  t.equal(line('2026-11-26 19:00', { startAt: iso('2026-11-25 18:20') }).length, 3, 'after hours counts as received the next day');
});

t.test('what breaks first is grouped as it is read', async (t) => {
  const now = at('2026-11-27 15:00');
  const group = (due: string | null) => breakGroup(due && iso(due), now, CALENDAR);
  t.same(['2026-11-27 14:59', '2026-11-27 16:59', '2026-11-27 23:59:59', '2026-11-30 23:59:59', '2026-12-01 23:59:59', null].map(group), [
    'over',
    'hours',
    'today',
    'next',
    'later',
    'none',
  ]);
  const rows = ['2026-11-27 14:00', '2026-11-27 14:30', '2026-12-03 10:00'].map((due) => ({ breaksAt: iso(due) }));
  t.same(
    grouped(rows, now, CALENDAR).map((each) => [each.group, each.rows.length]),
    [
      ['over', 2],
      ['later', 1],
    ],
  );
  t.same(lasted(59 * 60_000), { key: 'stage.minutes', n: 59 });
  t.same(lasted(47 * 3_600_000), { key: 'stage.hours', n: 47 });
  t.same(lasted(48 * 3_600_000), { key: 'stage.days', n: 2 });
});

const entry = (
  kind: CasePageView['timeline'][number]['kind'],
  when: string,
  facts: Record<string, unknown>,
): CasePageView['timeline'][number] => ({
  kind,
  at: iso(when),
  staffName: '甲',
  unitCode: null,
  callId: null,
  facts,
});
const move = (when: string, command: string, fromState: string, toState: string, round = 1) =>
  entry('move', when, { command, fromState, toState, round });

t.test('the life of a case', async (t) => {
  const timeline = [
    move('2026-11-23 09:00', 'register', 'draft', 'registered', 0),
    move('2026-11-23 09:20', 'dispatch', 'registered', 'dispatched'),
    entry('order', '2026-11-24 09:00', {
      orderId: 5,
      order: 'supervision',
      dueAt: iso('2026-11-26 23:59:59'),
      text: '限期',
      answeredAt: null,
    }),
    move('2026-11-24 09:00', 'order_supervision', 'dispatched', 'dispatched'),
    move('2026-11-24 10:00', 'give_feedback', 'handling', 'feedback'),
    entry('feedback', '2026-11-24 10:00', { truth: 'true', contacted: true, solved: 'no', course: '到场', publicText: '已修' }),
    move('2026-11-24 10:00', 'open_callback', 'feedback', 'callback_pending'),
  ];
  const entries = lifeEntries(timeline);
  t.same(
    entries.map((each) => each.title),
    ['move.open_callback', 'life.feedback', 'order.supervision', 'move.dispatch', 'move.register'],
    'newest first, one act told once',
  );
  t.same(entries[1]?.texts, ['到场', '已修']);
  t.same(entries[1]?.parts, [{ key: 'truth.true' }, { key: 'carry.contacted' }, { key: 'solved.no' }]);
  t.same(
    byDay(entries).map((day) => day.entries.length),
    [3, 2],
  );
  t.same(
    stages({ timeline, state: 'callback_pending', createdAt: iso('2026-11-23 08:55') }).map((stage) => [stage.state, stage.to]),
    [
      ['registered', iso('2026-11-23 09:20')],
      ['dispatched', iso('2026-11-24 10:00')],
      ['callback_pending', null],
    ],
    'what was passed through at once is not a node where anybody waited',
  );
  t.match(openOrders(timeline), [{ orderId: 5, kind: 'supervision' }]);
  t.same(openOrders([entry('order', '2026-11-24 09:00', { orderId: 5, order: 'urge', answeredAt: iso('2026-11-24 10:00') })]), []);
});

const form = (command: MoveForm['command'], change: Partial<MoveForm> = {}): MoveForm => ({
  command,
  fields: [],
  text: 'optional',
  reasons: [],
  lacks: [],
  ...change,
});

t.test('the next step comes first', async (t) => {
  const names = (forms: MoveForm[]) => {
    const { primary, near, aside } = movesInOrder(forms);
    return [primary?.command, near.map((each) => each.command), aside.map((each) => each.command)];
  };
  t.same(names([form('merge'), form('request_return'), form('sign')]), ['sign', ['request_return'], ['merge']]);
  t.same(
    names([form('record_work'), form('give_feedback', { lacks: ['site_visit'] })])[0],
    'record_work',
    'what feedback lacks is recorded first',
  );
  t.same(names([form('record_work'), form('give_feedback')])[0], 'give_feedback');
  t.same(names([]), [undefined, [], []]);
});

t.test('what is filled in becomes the command, and what is open is named', async (t) => {
  const marks = { urgent: false, keyCase: true, important: false, confidential: false };
  const values = emptyValues(at('2026-11-24 09:30'), { ...filledForm(), ...marks });
  t.equal(values.course, '', 'the words of the citizen are not those of the unit');
  t.equal(localInput(at('2026-11-24 09:30')), '2026-11-24T09:30');
  t.equal(fromLocalInput('2026-11-24T09:30'), iso('2026-11-24 09:30'));
  t.equal(fromLocalInput(''), null);
  const dispatch = form('dispatch', { fields: ['lead', 'assist'] });
  t.same(openFields(dispatch, values), ['carry.lead']);
  t.same(commandOf(dispatch, { ...values, lead: 'D01' }), { do: 'dispatch', lead: 'D01', assist: [] });
  const feedback = form('give_feedback', { fields: ['feedback'] });
  t.same(openFields(feedback, values), ['carry.truth', 'carry.solved', 'carry.closing', 'carry.course', 'carry.public_text']);
  const ruling = form('rule_termination', { fields: ['agree', 'reply'], text: 'required' });
  t.same(openFields(ruling, { ...values, agree: 'no', text: '不' }), [], 'a refusal carries no reply');
  t.same(commandOf(ruling, { ...values, agree: 'no', text: '不' }), { do: 'rule_termination', agree: false, text: '不' });
  t.same(openFields(ruling, { ...values, agree: 'yes' }), ['carry.public_text', 'carry.text_needed']);
  const callback = form('record_callback', { fields: ['result'] });
  t.same(reasonsFor(callback, { ...values, outcome: 'reached', score: '2' }), REASONS.dissatisfied);
  t.same(reasonsFor(callback, { ...values, outcome: 'reached', score: '4' }), []);
  t.same(commandOf(callback, { ...values, outcome: 'not_asked', reasonCode: 'no_number' }), {
    do: 'record_callback',
    result: { mode: 'none', outcome: 'not_asked' },
    reasonCode: 'no_number',
  });
  const mark = form('mark', { fields: ['urgent', 'keyCase', 'important', 'confidential'], text: 'required' });
  t.match(commandOf(mark, { ...values, text: '群体' }), marks, 'marks begin as they are');
  t.ok(asksNothing(form('sign')));
  t.notOk(asksNothing(dispatch));
});

t.test('filters stand in the address, telephones do not', async (t) => {
  t.same(filtersOf({ state: 'nonsense', card: 'blue', from: 'x', q: 5 }), { ...NO_FILTERS, q: '5' });
  const filters = { ...NO_FILTERS, q: '路灯', state: 'open' as const, urgent: true, from: '2026-11-01' };
  t.same(filtersOf(addressOf(filters)), filters, 'there and back');
  t.same(addressOf({ ...NO_FILTERS, q: '138 0000 2046' }), {});
  t.same(['004178', '261116235122004178', '13800002046', '0533-5550105', '路灯', '12'].map(kindOf), [
    'number',
    'number',
    'phone',
    'phone',
    'text',
    'text',
  ]);
  t.match(requestOf({ ...NO_FILTERS, q: '0533-5550105' }, '郁女士'), { phone: '05335550105', name: '郁女士' });
  t.match(requestOf({ ...NO_FILTERS, from: '2026-11-01', to: '2026-11-01' }, ''), {
    createdFrom: iso('2026-11-01 00:00'),
    createdTo: iso('2026-11-02 00:00'),
  });
  t.equal(partOf('dispatch', 'none').id, 'new');
  for (const parts of Object.values(PARTS)) t.equal(new Set(parts.map((part) => part.id)).size, parts.length);
});

t.test('every move, reason and requirement has its word', async (t) => {
  const keys = new Set(Object.keys(PHRASES));
  t.same(
    [
      ...COMMANDS.map((each) => `move.${each}`),
      ...REQUIREMENTS.map((each) => `lack.${each}`),
      ...Object.values(REASONS).flatMap((codes) => codes.map((each) => `reason.${each}`)),
    ].filter((key) => !keys.has(key)),
    [],
  );
});

t.test('a list by its address: a saved view, what was changed of it, and with what it opens', async (t) => {
  const view = {
    viewId: 7,
    name: '红牌',
    shared: true,
    filters: { q: '', state: 'open' as const, unit: '', card: 'red' as const, urgent: false, from: '', to: '' },
    order: 'breaking' as const,
    columns: ['number' as const, 'due' as const],
    version: 1,
    own: true,
    ownerName: '王岩',
    updatedAt: '2026-11-24T01:30:00.000Z',
  };
  const known = { views: [view], defaultId: null, mayShare: false };
  const saved = { viewId: 7, filters: { ...view.filters, order: view.order }, columns: view.columns };
  const all = { viewId: null, filters: NO_FILTERS, columns: FIRST_COLUMNS };
  t.match(listedOf({ view: 7 }, known), { ...saved, isGone: false });
  t.match(listedOf({ view: '7' }, known), saved, 'as a browser writes it');
  t.match(listedOf({ view: 8 }, known), { ...all, isGone: true }, 'one that is gone');
  t.match(listedOf({}, known), all);
  t.match(listedOf({}, { ...known, defaultId: 7 }), saved, 'opens with the default');
  t.match(listedOf({ view: 'all' }, { ...known, defaultId: 7 }), { ...all, isGone: false });
  t.match(
    listedOf({ q: '路灯' }, { ...known, defaultId: 7 }),
    { viewId: null, filters: { q: '路灯', card: '' } },
    'a link to a search stays one',
  );
  const changed = { ...saved, filters: { ...saved.filters, card: '' as const } };
  for (const listed of [saved, all, changed, { ...all, columns: ['number' as const, 'round' as const] }])
    t.match(listedOf(addressOfList(listed, known), known), listed, 'there and back');
  t.same(addressOfList(saved, known), { view: 7 });
  t.same(addressOfList(all, { ...known, defaultId: 7 }), { view: 'all' });
  const searched = addressOfList({ ...changed, filters: { ...changed.filters, q: '13800002046' } }, known);
  t.same(searched, { view: 7, changed: 1, state: 'open', order: 'breaking', columns: 'number.due' }, 'no telephone number stands in it');
});
