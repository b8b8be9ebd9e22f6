import type { Test } from 'tap';
import { EXAMPLES, shanghai } from '../helpers/case-life.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createHouse, createPeople } from './cases-life.ts';

const PATIENCE_MS = 120_000;

/** What the boards and the case page ask of the service besides lists. */
export const casesBoardsContract = (t: Test, engine: Engine): void => {
  t.setTimeout(PATIENCE_MS);
  t.test('nodes, dwell, moves with what they carry, and where the like went', async (t) => {
    const house = createHouse(await openTestStore(t, engine));
    const { agent, dispatcher, liaison } = await createPeople(house);
    const { time, draft, move, lives } = house;
    const first = shanghai('2026-11-24 09:00');
    time.now = first;
    const ids: number[] = [];
    for (let n = 0; n < 3; n++) {
      const { caseId } = await draft(agent, { course: `路灯不亮${n}`, keyCase: n === 0 }, `1990000001${n}`);
      await move(caseId, EXAMPLES.register, agent);
      ids.push(caseId);
    }
    const [key = 0, second = 0, third = 0] = ids;
    t.equal((await lives.page(third, dispatcher)).usualLead, null, 'nothing alike has gone anywhere yet');
    time.now = shanghai('2026-11-24 10:00');
    await move(key, EXAMPLES.dispatch, dispatcher);
    await move(second, EXAMPLES.dispatch, dispatcher);
    t.match((await lives.page(third, dispatcher)).usualLead, { unitCode: 'D01', unitName: 'D01局', count: 2, of: 2, by: 'category' });
    t.equal((await lives.page(third, agent)).usualLead, null, 'only told to who may dispatch');
    t.same(
      (await lives.nodes()).sort((a, b) => a.state.localeCompare(b.state)),
      [
        { state: 'dispatched', count: 2, yellow: 0, red: 0, longestSince: time.now.toISOString() },
        { state: 'registered', count: 1, yellow: 0, red: 0, longestSince: first.toISOString() },
      ],
    );
    const rows = (await lives.search({ staff: dispatcher, dwell: true })).rows;
    t.equal(rows.find((row) => row.caseId === third)?.since, first.toISOString());
    t.equal((await lives.search({ staff: dispatcher })).rows[0]?.since, null, 'not counted unless asked for');
    const tail = String(third).padStart(6, '0');
    t.same(
      (await lives.search({ staff: dispatcher, number: tail })).rows.map((row) => row.caseId),
      [third],
      'found by its tail',
    );
    await move(second, EXAMPLES.request_return, liaison);
    t.same(
      (await lives.search({ staff: dispatcher, asked: true })).rows.map((row) => row.caseId),
      [second],
      'what waits for a ruling',
    );
    await move(key, EXAMPLES.sign, liaison);
    await move(key, EXAMPLES.begin, liaison);
    const { forms } = await lives.page(key, liaison);
    const form = (command: string) => forms.find((each) => each.command === command);
    t.match(
      form('give_feedback'),
      { fields: ['feedback'], text: 'optional', reasons: [], lacks: ['site_visit'] },
      'R17 is told beforehand',
    );
    t.match(form('request_extension'), { fields: ['workingDays'], text: 'required', lacks: [] });
    t.ok(form('request_extension')?.reasons.includes('complex'));
    t.notOk(form('dispatch'), 'nothing that is another’s to do');
    await move(key, { do: 'record_work', work: { kind: 'site_visit', happenedAt: first.toISOString(), text: '到场' } }, liaison);
    t.same((await lives.page(key, liaison)).forms.find((each) => each.command === 'give_feedback')?.lacks, []);
  });
};
