import t from 'tap';
import { type DutyPerson, onDuty } from '../../src/directory/duty.ts';
import { follow, type Handover, type HandoverNews, tryOf } from '../../src/handover/handover.ts';

const AT = new Date('2026-11-24T01:30:00.000Z');
const person = (name: string, number: string, hours: DutyPerson['hours'] = 'always'): DutyPerson => ({ name, number, hours });
const LIST = [person('甲', '5550001'), person('乙', '5550002'), person('单位', '5550009')];
const begun = (): Handover => ({ state: 'ringing', tries: [tryOf(LIST[0] as DutyPerson, AT)] });

/** The news one after the other. @returns whom it rang, what became of each, and how it stands; `null` for news of nothing */
const through = (list: readonly DutyPerson[], ...news: HandoverNews['what'][]) => {
  let handover = begun();
  const rung: (string | null)[] = [];
  for (const what of news) {
    const next = follow(handover, { what }, list, AT);
    rung.push(next ? (next.ring?.name ?? '-') : null);
    if (next) handover = next.handover;
  }
  return [rung.join(' '), handover.tries.map(({ name, outcome }) => `${name} ${outcome}`).join(', '), handover.state];
};

t.test('the next one is rung when nobody answers, when it was a machine, when it cannot be rung', async (t) => {
  const table: [HandoverNews['what'][], string, string, string][] = [
    [['answered', 'taken'], '- -', '甲 taken', 'taken'],
    [['not_taken', 'answered', 'taken'], '乙 - -', '甲 no_answer, 乙 taken', 'taken'],
    [['answered', 'next', 'answered', 'taken'], '- 乙 - -', '甲 unconfirmed, 乙 taken', 'taken'],
    [['failed', 'not_taken', 'answered', 'taken'], '乙 单位 - -', '甲 failed, 乙 no_answer, 单位 taken', 'taken'],
    [['next', 'next', 'next'], '乙 单位 -', '甲 unconfirmed, 乙 unconfirmed, 单位 unconfirmed', 'refused'],
    [['not_taken', 'not_taken', 'not_taken'], '乙 单位 -', '甲 no_answer, 乙 no_answer, 单位 no_answer', 'refused'],
    [['stopped'], '-', '甲 stopped', 'stopped'],
    [['answered', 'stopped'], '- -', '甲 stopped', 'stopped'],
  ];
  for (const [news, rung, tries, state] of table) t.same(through(LIST, ...news), [rung, tries, state], news.join(' → '));
});

t.test('news of nothing that goes on changes nothing', async (t) => {
  t.equal(follow(begun(), { what: 'taken' }, LIST, AT), null, 'nobody has answered: nobody has taken it');
  const answered = follow(begun(), { what: 'answered' }, LIST, AT)?.handover ?? begun();
  t.equal(follow(answered, { what: 'answered' }, LIST, AT), null);
  t.equal(follow(answered, { what: 'not_taken' }, LIST, AT), null, 'who answered and hung up may have taken it: the agent says so');
  const taken = follow(answered, { what: 'taken' }, LIST, AT)?.handover ?? begun();
  for (const what of ['answered', 'taken', 'next', 'not_taken', 'failed', 'stopped'] as const)
    t.equal(follow(taken, { what }, LIST, AT), null, what);
});

t.test('nobody is rung twice, also when the list was changed meanwhile', async (t) => {
  t.same(through([LIST[1] as DutyPerson, LIST[0] as DutyPerson], 'not_taken', 'not_taken')[1], '甲 no_answer, 乙 no_answer');
});

t.test('who is on duty', async (t) => {
  const list = [person('白班', '1', 'working'), person('夜班', '2', 'off'), person('总值班', '3')];
  const unit = { name: '供热公司', phone: '9' };
  const names = (working: boolean, of = list, phone: string | null = '9') =>
    onDuty(of, { ...unit, phone }, working).map(({ name }) => name);
  t.same(names(true), ['白班', '总值班', '供热公司']);
  t.same(names(false), ['夜班', '总值班', '供热公司']);
  t.same(
    names(false, [person('白班', '1', 'working')]),
    ['白班', '供热公司'],
    'a list that leaves the hour empty is not followed into silence',
  );
  t.same(names(true, []), ['供热公司']);
  t.same(names(true, [], null), []);
  t.same(names(true, [person('值班', '9')]), ['值班'], 'the unit’s own telephone is not rung twice');
});
