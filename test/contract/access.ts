import assert from 'node:assert/strict';
import type { Test } from 'tap';
import { type Access, createAccess, createPasswords } from '../../src/access/index.ts';
import { isHotlineError } from '../../src/core/errors.ts';
import { createHistory, type History } from '../../src/history/index.ts';
import { createAccessRepository } from '../../src/storage/repositories/access.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import type { Store } from '../../src/storage/store.ts';

const MINUTE = 60_000;

/** A clock that stands still until told. */
export const handClock = (start: string) => {
  let at = new Date(start);
  return {
    now: () => at,
    forward: (ms: number) => {
      at = new Date(at.getTime() + ms);
    },
  };
};

export interface AccessWorld {
  access: Access;
  history: History;
  clock: ReturnType<typeof handClock>;
  staffId: number;
}

/** One agent, 8001, password "right-password". */
export const accessWorld = async (store: Store, clock = handClock('2026-11-24T00:00:00Z')): Promise<AccessWorld> => {
  const history = createHistory({ repository: createHistoryRepository(store), clock });
  const access = createAccess({
    store,
    repository: createAccessRepository(store),
    history,
    passwords: createPasswords(),
    clock,
    settings: { sessionHours: 12, idleMinutes: 60 },
  });
  const known = (await access.staff()).find((each) => each.account === 'agent1');
  const staffId =
    known?.staffId ??
    (await access.addStaff({ account: 'agent1', name: '张三', password: 'right-password', roles: ['agent'], extension: '8001' }));
  return { access, history, clock, staffId };
};

const attempt = (world: AccessWorld, password: string, account = 'agent1', address = '10.0.0.1') =>
  world.access.logIn({ account, password, address }).then(
    (opened) => opened.token,
    (err: unknown) => {
      assert.ok(isHotlineError(err), String(err));
      return err.code;
    },
  );

/** What access promises, whatever engine keeps it. */
export const accessSuite = (t: Test, open: (t: Test) => Promise<Store>): void => {
  t.test('log in, be known, log out', async (t) => {
    const world = await accessWorld(await open(t));
    const { access, clock } = world;
    const { token, session } = await access.logIn({ account: ' agent1 ', password: 'right-password', address: '10.0.0.1' });
    t.match(token, /^[\w-]{43}$/);
    t.equal(session.staff.extension, '8001');
    t.ok(session.permissions.has('desk.use'));
    t.notOk(session.permissions.has('history.read'));
    t.equal((await access.who(token))?.staff.name, '张三');
    t.equal(await access.who(token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))), null);
    t.equal(await access.who("' or 1=1 --"), null);
    const ended: number[] = [];
    access.onSessionEnded((id) => ended.push(id));
    await access.logOut(session);
    t.same(ended, [session.sessionId]);
    t.equal(await access.who(token), null);
    clock.forward(1);
    const acts = (await world.history.list({ after: null, limit: 10 })).rows.map((row) => row.act);
    t.same(acts, ['session.ended', 'session.opened', 'staff.added']);
  });

  t.test('a session ends when idle, at its absolute end, and when the password changes', async (t) => {
    const world = await accessWorld(await open(t));
    const { access, clock, staffId } = world;
    const idle = await attempt(world, 'right-password');
    clock.forward(61 * MINUTE);
    t.equal(await access.who(idle), null, 'idle');
    const busy = await attempt(world, 'right-password');
    for (let minutes = 0; minutes < 12 * 60; minutes += 40) {
      t.ok(await access.who(busy), `alive after ${minutes} minutes of work`);
      clock.forward(40 * MINUTE);
    }
    t.equal(await access.who(busy), null, 'twelve hours are the end');
    const looked = await attempt(world, 'right-password');
    clock.forward(40 * MINUTE);
    t.ok(await access.who(looked, { touch: false }));
    clock.forward(40 * MINUTE);
    t.equal(await access.who(looked), null, 'being looked at is not being active');
    const stolen = await attempt(world, 'right-password');
    await access.setPassword(staffId, 'another-password');
    t.equal(await access.who(stolen), null);
    t.equal(await attempt(world, 'right-password'), 'session.credentials_wrong');
  });

  t.test('guessing slows down, across a restart too, and a right password is forgiven', async (t) => {
    const store = await open(t);
    const world = await accessWorld(store);
    for (let i = 0; i < 5; i++) t.equal(await attempt(world, `guess-${i}`), 'session.credentials_wrong');
    t.equal(await attempt(world, 'right-password'), 'session.throttled', 'even the right one must wait');
    const again = await accessWorld(store, world.clock);
    t.equal(await attempt(again, 'right-password', 'AGENT1'), 'session.throttled', 'another life, another spelling');
    world.clock.forward(5_000);
    t.match(await attempt(again, 'right-password'), /^[\w-]{43}$/);
    t.equal(await attempt(again, 'guess'), 'session.credentials_wrong', 'and the count began anew');
  });

  t.test('a hundred guesses at once are a hundred guesses', async (t) => {
    const world = await accessWorld(await open(t));
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => attempt(world, `guess-${i}`)));
    t.equal(outcomes.filter((code) => code === 'session.credentials_wrong').length, 5);
    t.equal(outcomes.filter((code) => code === 'session.throttled').length, 35);
  });

  t.test('an unknown account is throttled alike, so that it does not tell itself apart', async (t) => {
    const world = await accessWorld(await open(t));
    const outcomes: string[] = [];
    for (let i = 0; i < 6; i++) outcomes.push(await attempt(world, 'x', 'nobody'));
    t.same(outcomes, [...Array.from({ length: 5 }, () => 'session.credentials_wrong'), 'session.throttled']);
    for (let i = 0; i < 45; i++) await attempt(world, 'x', `nobody-${i}`);
    t.equal(await attempt(world, 'right-password'), 'session.throttled', 'the address has spent its fifty');
    t.match(await attempt(world, 'right-password', 'agent1', '10.0.0.2'), /^[\w-]{43}$/, 'and another address has not');
  });

  t.test('accounts and extensions are one person each', async (t) => {
    const { access } = await accessWorld(await open(t));
    const add = (account: string, extension: string | null, password = 'long-enough') =>
      access.addStaff({ account, name: '李四', password, roles: ['agent'], extension });
    await t.rejects(add('agent1', null), { code: 'request.invalid' });
    await t.rejects(add('agent2', '8001'), { code: 'request.invalid' });
    await t.rejects(add('agent2', '8002', 'short'), { code: 'request.invalid' });
    t.equal((await access.staff()).length, 1);
    await add('agent2', '8002');
    await add('auditor', null);
    await add('publisher', null);
    t.equal((await access.staff()).length, 4, 'having no extension is not a clash');
  });
};
