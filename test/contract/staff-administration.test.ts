import t from 'tap';
import { createPasswords, createStaffAdministration } from '../../src/access/index.ts';
import { createAccessRepository } from '../../src/storage/repositories/access.ts';
import { openTestStore } from '../helpers/store.ts';
import { accessWorld } from './access.ts';

const STRONG = 'Lake-8127-heron';

for (const engine of ['sqlite', 'postgres'] as const)
  t.test(engine, async (t) => {
    const store = await openTestStore(t, engine);
    const world = await accessWorld(store);
    const { access, history, clock, staffId: agent } = world;
    const signedOut: number[] = [];
    const desks = new Set<number>();
    const administration = createStaffAdministration({
      store,
      repository: createAccessRepository(store),
      access,
      secondFactors: { owes: async () => false },
      history,
      passwords: createPasswords(),
      clock,
      unitCodes: async () => ['D01'],
      atDesk: async (staffId) => desks.has(staffId),
      signOutOfDesk: async (staffId) => void signedOut.push(staffId),
    });
    const admin = await access.addStaff({ account: 'admin', name: '管', password: STRONG, roles: ['administrator'] });
    const row = async (staffId: number) => {
      const found = (await administration.list()).find((each) => each.staffId === staffId);
      if (!found) throw new Error('no such row');
      return found;
    };
    const change = async (staffId: number, by: number, about: object) => {
      const { version, account: _, staffId: __, ...rest } = await row(staffId);
      return administration.change(staffId, version, { ...rest, ...about }, by);
    };
    const acts = async (): Promise<string[]> => (await history.list({ after: null, limit: 3 })).rows.map((each) => each.act);

    await t.test('a person is added by the rules, and on record by whoever did it', async (t) => {
      const person = { account: 'ning', name: ' 宁 ', password: STRONG, roles: ['agent' as const], extension: '8100', unitCode: null };
      t.match(await administration.add(person, admin), { name: '宁', extension: '8100', active: true, version: 1 });
      t.match((await history.list({ after: null, limit: 1 })).rows, [{ act: 'staff.added', actorId: admin }]);
      for (const [about, code] of [
        [{}, 'staff.taken'],
        [{ account: 'other' }, 'staff.taken'],
        [{ account: 'x y', extension: '8101' }, 'request.invalid'],
        [{ account: 'other', extension: '8101', password: 'password' }, 'staff.password_weak'],
        [{ account: 'other', extension: '8101', roles: [] }, 'request.invalid'],
        [{ account: 'other', extension: '8101', roles: ['auditor', 'agent'] }, 'staff.roles_conflict'],
        [{ account: 'other', extension: '81' }, 'request.invalid'],
        [{ account: 'other', extension: null, roles: ['unit_staff'] }, 'request.invalid'],
        [{ account: 'other', extension: null, roles: ['unit_staff'], unitCode: 'D99' }, 'request.invalid'],
      ] as const)
        await t.rejects(administration.add({ ...person, ...about, roles: [...((about as { roles?: [] }).roles ?? person.roles)] }, admin), {
          code,
        });
      t.equal((await administration.list()).length, 3);
    });

    await t.test('two who write at once: the second is told', async (t) => {
      const { version, account: _, staffId, ...rest } = await row(agent);
      await administration.change(staffId, version, { ...rest, name: '甲' }, admin);
      await t.rejects(administration.change(staffId, version, { ...rest, name: '乙' }, admin), {
        code: 'staff.version_stale',
        details: { theirs: { name: '甲' } },
      });
      t.equal((await row(agent)).name, '甲');
      t.same(await acts(), ['staff.changed', 'staff.added', 'staff.added']);
    });

    await t.test('the last administrator stays, and nobody changes their own standing', async (t) => {
      await t.rejects(change(admin, admin, { active: false }), { code: 'staff.own_account' });
      await t.rejects(change(admin, admin, { roles: ['administrator', 'agent'] }), { code: 'staff.own_account' });
      await t.rejects(change(admin, agent, { roles: ['agent'] }), { code: 'staff.last_administrator' });
      await t.rejects(change(admin, agent, { active: false }), { code: 'staff.last_administrator' });
      await change(agent, admin, { roles: ['agent', 'administrator'] });
      t.match(await change(admin, agent, { active: false }), { active: false });
      t.match(await change(admin, agent, { active: true }), { active: true });
    });

    await t.test('whoever is deactivated is out at once, at the desk too', async (t) => {
      const { token } = await access.logIn({ account: 'ning', password: STRONG, address: '-' });
      const ning = (await access.who(token))?.staff.staffId ?? 0;
      desks.add(ning);
      await t.rejects(change(ning, admin, { extension: '8102' }), { code: 'staff.at_desk' });
      await change(ning, admin, { active: false });
      t.equal(await access.who(token), null);
      t.same(signedOut.slice(-1), [ning]);
      await t.rejects(access.logIn({ account: 'ning', password: STRONG, address: '-' }), { code: 'session.credentials_wrong' });
      await t.rejects(change(ning, admin, { extension: '8001' }), { code: 'staff.taken' });
    });

    await t.test('a new password ends the sessions of the old one', async (t) => {
      const { token } = await access.logIn({ account: 'agent1', password: 'right-password', address: '-' });
      await t.rejects(administration.resetPassword(agent, 'short', admin), { code: 'staff.password_weak' });
      t.ok(await access.who(token));
      await administration.resetPassword(agent, STRONG, admin);
      t.equal(await access.who(token), null);
      t.ok(await access.logIn({ account: 'agent1', password: STRONG, address: '-' }));
      await t.rejects(administration.resetPassword(999, STRONG, admin), { code: 'thing.not_found' });
    });
  });
