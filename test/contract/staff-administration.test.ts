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
    let made = 0;
    const administration = createStaffAdministration({
      store,
      repository: createAccessRepository(store),
      access,
      secondFactors: { owes: async () => false },
      history,
      passwords: createPasswords(),
      clock,
      units: async () => [{ code: 'D01', name: '城管局' }],
      newPassword: () => `${STRONG}-${++made}`,
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

    await t.test('a table of staff: every row’s fate is told, nothing is written before it is confirmed', async (t) => {
      const table = Buffer.from(
        [
          '临湖区12345人员表',
          '账号,姓名,角色,分机,单位,备注',
          'lin,林晓,话务员、班长,8200,,新',
          'du,杜,承办单位,,城管局,',
          'lin,又一个林,话务员,8201,,',
          'he,何,话务员,8200,,',
          'ji,纪,客服,8202,,',
          'ke,柯,承办单位,,没有的局,',
          'x y,谢,话务员,8203,,',
          'shen,申,审计员、话务员,,,',
          'ma,马,agent,82a,,',
          'ning,宁,话务员,8100,,',
          'agent1,甲,话务员,9999,,',
          'bo,薄,话务员,8100,,',
        ].join('\n'),
      );
      const before = (await administration.list()).length;
      const shown = await administration.previewImport(table);
      t.same(
        shown.rows.map(({ row, fate, problems }) => `${row} ${fate} ${problems.map(({ column }) => column).join(' ')}`.trim()),
        [
          '3 add',
          '4 add',
          '5 refused account',
          '6 refused extension',
          '7 refused roles',
          '8 refused unit',
          '9 refused account',
          '10 refused roles',
          '11 refused extension',
          '12 refused account',
          '13 refused roles extension',
          '14 refused extension',
        ],
      );
      t.same(shown.unknownColumns, ['备注']);
      t.match(shown.rows[2], { problems: [{ text: /第 3 行/ }] });
      t.equal((await administration.list()).length, before, 'looked at, nothing is written');
      await t.rejects(administration.confirmImport(table, 'f'.repeat(64), admin), {
        code: 'staff.import_stale',
        details: { theirs: { digest: shown.digest } },
      });
      t.equal((await administration.list()).length, before);

      const { added } = await administration.confirmImport(table, shown.digest, admin);
      t.same(
        added.map(({ account }) => account),
        ['lin', 'du'],
      );
      t.match(
        (await administration.list()).filter(({ account }) => account === 'du'),
        [{ roles: ['unit_staff'], unitCode: 'D01', active: true }],
      );
      t.ok(await access.logIn({ account: 'lin', password: added[0]?.password ?? '', address: '-' }), 'with the password that was told');
      t.same(await acts(), ['session.opened', 'staff.added', 'staff.added']);

      await t.rejects(administration.confirmImport(table, shown.digest, admin), { code: 'staff.import_stale' }, 'clicked twice');
      const again = await administration.previewImport(table);
      t.same(
        again.rows.slice(0, 2).map(({ fate }) => fate),
        ['same', 'same'],
      );
      t.same((await administration.confirmImport(table, again.digest, admin)).added, [], 'done again it adds nobody');
    });
  });
