import t from 'tap';
import { ROLES } from '../../src/core/roles.ts';
import { accountsToPrint } from '../../src/demonstration/accounts.ts';
import { readContent } from '../../src/demonstration/content.ts';
import { DEMONSTRATION_LINE, planPast } from '../../src/demonstration/past.ts';

const content = readContent();

t.test('the content holds together', async (t) => {
  const categories = new Set(content.categories.map((each) => each.code));
  const places = new Set(content.places.map((each) => each.code));
  const units = new Set(content.units.map((each) => each.code));
  t.ok(content.categories.every((each) => each.parentCode === null || categories.has(each.parentCode)));
  t.ok(content.articles.every((each) => categories.has(each.categoryCode)));
  t.ok(content.calls.every(({ draft }) => !draft || (categories.has(draft.categoryCode ?? '') && places.has(draft.placeCode ?? ''))));
  t.ok(content.staff.every((each) => each.unitCode === null || units.has(each.unitCode)));
  t.equal(new Set(content.staff.map((each) => each.account)).size, content.staff.length);
  const extensions = content.staff.flatMap((each) => each.extension ?? []);
  t.equal(new Set(extensions).size, extensions.length);
  for (const each of content.staff)
    t.equal(
      each.extension !== null,
      each.roles.some((role) => role === 'agent' || role === 'team_leader'),
      `${each.account}: a phone for who takes calls`,
    );
  const numbers = [...content.citizens.flatMap((each) => each.numbers), ...content.calls.map((each) => each.number)];
  t.same(
    numbers.filter((number) => number !== 'anonymous' && !/^(1990000\d{4}|0533555\d{4})$/.test(number)),
    [],
    'nobody real can be rung',
  );
});

for (const now of ['2026-11-24T01:30:00Z', '2027-02-28T16:00:01Z', '2028-02-29T15:59:59Z'])
  t.test(`the past seen from ${now}`, async (t) => {
    const at = new Date(now);
    const planned = planPast(content.calls, at, 20);
    t.ok(
      planned.every((call) => call.endedAt < at),
      'is over',
    );
    t.ok(
      planned.every(
        (call) =>
          call.arrivedAt < call.queuedAt && (!call.answeredAt || (call.queuedAt < call.answeredAt && call.answeredAt < call.endedAt)),
      ),
    );
    t.same(
      planned,
      planned.toSorted((a, b) => a.arrivedAt.getTime() - b.arrivedAt.getTime()),
    );
    t.ok(
      planned.every((call) => call.missedBy === null || call.missedBy !== call.agent),
      'nobody misses the call they take',
    );
    const line = planned.filter((call) => call.number === DEMONSTRATION_LINE);
    t.equal(line.length, 3);
    t.ok(line.every((call) => call.agent === 0 && call.form?.categoryCode === '020101'));
    t.ok(planned.every((call) => call.form?.happenedText !== undefined || call.form === null));
  });

t.test('one account of each role is printed, and two agents', async (t) => {
  const printed = accountsToPrint(content.staff, 'secret');
  t.equal(printed.length, ROLES.length + 1);
  t.ok(printed.every((each) => each.password === 'secret' && each.roleName));
});
