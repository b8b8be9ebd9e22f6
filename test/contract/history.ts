import type { Test } from 'tap';
import { byStaff, bySwitch, bySystem, createHistory } from '../../src/history/index.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import type { Store } from '../../src/storage/store.ts';
import { accessWorld } from './access.ts';

export const historySuite = (t: Test, open: (t: Test) => Promise<Store>): void => {
  t.test('pages from the newest, without holes when more is written meanwhile', async (t) => {
    const store = await open(t);
    const { history, staffId } = await accessWorld(store);
    const add = (act: string) => store.write((db) => history.append(db, { actor: byStaff(staffId), act, thing: { kind: 'call', id: 1 } }));
    for (let i = 0; i < 6; i++) await add(`call.tried_${i}`);
    const first = await history.list({ after: null, limit: 3 });
    t.same(
      first.rows.map((row) => row.act),
      ['call.tried_5', 'call.tried_4', 'call.tried_3'],
    );
    t.equal(first.rows[0]?.actorName, '张三');
    await add('call.later');
    const second = await history.list({ after: first.next, limit: 3 });
    t.same(
      second.rows.map((row) => row.act),
      ['call.tried_2', 'call.tried_1', 'call.tried_0'],
    );
    const third = await history.list({ after: second.next, limit: 3 });
    t.same(
      third.rows.map((row) => row.act),
      ['staff.added'],
    );
    t.equal(third.next, null);
    t.same((await history.of({ kind: 'call', id: 1 })).length, 7);
  });

  t.test('filters: who, what, which thing, when', async (t) => {
    const store = await open(t);
    const { history, staffId, clock } = await accessWorld(store);
    const add = (act: string, actor = byStaff(staffId), id = 1) =>
      store.write((db) => history.append(db, { actor, act, thing: { kind: 'call', id }, details: {} }));
    await add('call.ended', bySwitch);
    clock.forward(86_400_000);
    const nextDay = clock.now();
    await add('recording.played');
    await add('recording_x.made', bySystem, 2);
    const acts = async (filter: object) => (await history.list({ after: null, limit: 10, ...filter })).rows.map((row) => row.act);
    t.same(await acts({ actorId: staffId }), ['recording.played']);
    t.same(await acts({ act: 'recording' }), ['recording.played'], 'a noun, and not every word that begins like it');
    t.same(await acts({ act: 'call.ended' }), ['call.ended']);
    t.same(await acts({ act: 'call.began' }), []);
    t.same(await acts({ thing: { kind: 'call', id: 2 } }), ['recording_x.made']);
    t.same(await acts({ from: nextDay }), ['recording_x.made', 'recording.played']);
    t.same(await acts({ to: nextDay }), ['call.ended', 'staff.added']);
    t.same(await acts({ from: nextDay, act: 'call' }), []);
    t.same(await history.people(), [{ staffId, name: '张三' }]);
  });

  t.test('an act that did not happen leaves no entry', async (t) => {
    const store = await open(t);
    const history = createHistory({ repository: createHistoryRepository(store), clock: { now: () => new Date() } });
    await t.rejects(
      store.write(async (db) => {
        await history.append(db, { actor: bySystem, act: 'thing.done', thing: { kind: 'thing', id: null } });
        throw new Error('undone');
      }),
      /undone/,
    );
    await store.write((db) =>
      history.append(db, { actor: bySwitch, act: 'thing.seen', thing: { kind: 'thing', id: 2 }, details: { 为何: ['a', null] } }),
    );
    const { rows } = await history.list({ after: null, limit: 10 });
    t.match(rows, [{ act: 'thing.seen', actorKind: 'switch', actorId: null, details: { 为何: ['a', null] } }]);
    t.equal(rows.length, 1);
  });

  t.test('the database itself refuses to change or remove an entry', async (t) => {
    const store = await open(t);
    const { history } = await accessWorld(store);
    const table = store.schema.history;
    await t.rejects(store.write((db) => db.update(table).set({ act: 'forged' }).returning({ id: table.id })));
    await t.rejects(store.write((db) => db.delete(table).returning({ id: table.id })));
    t.equal((await history.list({ after: null, limit: 5 })).rows[0]?.act, 'staff.added');
  });
};
