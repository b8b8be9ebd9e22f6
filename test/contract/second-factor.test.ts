import { Secret, TOTP } from 'otpauth';
import t, { type Test } from 'tap';
import { createAccess, createSecondFactors, createStaffAdministration, type Passwords } from '../../src/access/index.ts';
import { seal, stepOf, unseal } from '../../src/access/second-factor.ts';
import type { Session } from '../../src/access/session.ts';
import { deriveKey } from '../../src/config/index.ts';
import type { Role } from '../../src/core/roles.ts';
import { createHistory } from '../../src/history/index.ts';
import { createAccessRepository } from '../../src/storage/repositories/access.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { createSettingsRepository } from '../../src/storage/repositories/settings.ts';
import { openTestStore } from '../helpers/store.ts';
import { handClock } from './access.ts';

// The start of a PostgreSQL alone takes long where the machine has other work.
t.setTimeout(120_000);

const PASSWORD = 'Lake-8127-heron';
const HOUR = 3_600_000;

/** Every password is right, and costs nothing: this is about what comes after it. */
const createRightPasswords = (): Passwords['inTurn'] => (attempt) => attempt(async (stored) => stored !== null);

t.test('codes are those of RFC 6238, appendix B, and of no other moment', async (t) => {
  const secret = Buffer.from('12345678901234567890');
  for (const [at, code] of [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ] as const) {
    t.equal(stepOf(secret, code, new Date(at * 1000)), Math.floor(at / 30));
    t.equal(stepOf(secret, `${code.slice(0, 3)} ${code.slice(3)}`, new Date((at + 30) * 1000)), Math.floor(at / 30), 'half a minute late');
    t.equal(stepOf(secret, code, new Date((at + 61) * 1000)), null, 'two steps late');
  }
});

t.test('a sealed secret opens with its key, for its person, whole', async (t) => {
  const [key, other] = [deriveKey('x'.repeat(40), 'a'), deriveKey('y'.repeat(40), 'a')];
  const sealed = seal(key, 7, Buffer.from('12345678901234567890'));
  t.equal(unseal(key, 7, sealed)?.toString(), '12345678901234567890');
  t.equal(unseal(other, 7, sealed), null);
  t.equal(unseal(key, 8, sealed), null);
  t.equal(unseal(key, 7, `${sealed.slice(0, -2)}AA`), null);
  t.equal(unseal(key, 7, 'v1.nonsense'), null);
});

for (const engine of ['sqlite', 'postgres'] as const)
  t.test(engine, async (t) => {
    const world = async (t: Test, roles: Role[] = ['administrator']) => {
      const store = await openTestStore(t, engine);
      const clock = handClock('2026-11-24T01:00:00Z');
      const repository = createAccessRepository(store);
      const history = createHistory({ repository: createHistoryRepository(store), clock });
      const passwords = { hash: async () => '-', inTurn: createRightPasswords() };
      const common = { store, repository, history, clock };
      const secondFactors = createSecondFactors({
        ...common,
        settings: createSettingsRepository(store),
        key: deriveKey('x'.repeat(40), 'second factors'),
        requiredByDefault: ['administrator'],
        issuer: '临湖区 12345',
      });
      const access = createAccess({ ...common, passwords, secondFactors, settings: { sessionHours: 12, idleMinutes: 60 } });
      const administration = createStaffAdministration({
        ...common,
        passwords,
        access,
        secondFactors,
        units: async () => [],
        newPassword: () => '-',
        atDesk: async () => false,
        signOutOfDesk: async () => {},
      });
      const staffId = await access.addStaff({ account: 'guan', name: '管', password: PASSWORD, roles });
      const logIn = (code?: string) => access.logIn({ account: 'guan', password: PASSWORD, address: '10.0.0.1', code });
      const refusal = (code?: string): Promise<string> =>
        logIn(code).then(
          () => 'in',
          (err: { code: string }) => err.code,
        );
      const codeOf = (secret: string): string =>
        new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now().getTime() });
      const enrol = async (session: Session) => {
        const { secret, uri } = await secondFactors.begin(session);
        const recoveryCodes = await secondFactors.confirm(session, codeOf(secret));
        clock.forward(60_000);
        return { secret, uri, recoveryCodes };
      };
      const acts = async () => (await history.list({ after: null, limit: 20 })).rows.map((row) => row.act);
      return { store, clock, access, administration, secondFactors, staffId, logIn, refusal, codeOf, enrol, acts };
    };

    await t.test('who must have one does nothing else before it is enrolled', async (t) => {
      const { access, logIn, refusal, secondFactors, codeOf, acts, clock, staffId } = await world(t);
      const { token, session } = await logIn();
      t.equal(session.secondFactor, 'due');
      t.equal(session.permissions.size, 0);
      const { uri, secret } = await secondFactors.begin(session);
      t.match(uri, /^otpauth:\/\/totp\/.*guan\?issuer=.*secret=[A-Z2-7]{32}/);
      t.equal((await secondFactors.begin(session)).secret, secret, 'a page opened twice shows the same');
      t.equal(await refusal(), 'in', 'nothing is asked for before it is in force');
      await t.rejects(secondFactors.confirm(session, '000000'), { code: 'session.second_factor_wrong' });
      const codes = await secondFactors.confirm(session, codeOf(secret));
      t.equal(new Set(codes).size, 10);
      t.equal((await access.who(token))?.permissions.has('staff.manage'), true, 'and this session goes on');
      await t.rejects(secondFactors.begin(session), { code: 'session.second_factor_enrolled' });
      clock.forward(60_000);
      t.equal(await refusal(), 'session.second_factor_required');
      t.equal((await logIn(codeOf(secret))).session.secondFactor, 'passed');
      t.ok((await acts()).includes('second_factor.enrolled'));
      t.match(await secondFactors.mine({ ...session, staff: { ...session.staff, staffId } }), { enrolled: true, recoveryCodesLeft: 10 });
    });

    await t.test('a code opens once, and of twenty at one instant with one code one comes in', async (t) => {
      const { logIn, refusal, codeOf, enrol, clock } = await world(t);
      const { secret } = await enrol((await logIn()).session);
      const code = codeOf(secret);
      const answers = await Promise.all([refusal(code), refusal(code), refusal(code), refusal(code)]);
      t.equal(answers.filter((answer) => answer === 'in').length, 1, String(answers));
      clock.forward(2 * HOUR);
      t.equal(await refusal(codeOf(secret)), 'in');
      t.equal(await refusal(codeOf(secret)), 'session.second_factor_wrong');
    });

    await t.test('guessing codes slows down to one an hour, also for whoever knows the password', async (t) => {
      const { logIn, refusal, codeOf, enrol, clock, secondFactors, staffId } = await world(t);
      const { secret } = await enrol((await logIn()).session);
      let tried = 0;
      for (let half = 0; half < 24 * 2; half++) {
        // A right password alone must not forgive the codes before it.
        await t.rejects(secondFactors.gate(staffId, [], undefined), { code: 'session.second_factor_required' });
        const answer = await secondFactors.gate(staffId, [], 'abcde-fghjk').catch((err: { code: string }) => err.code);
        if (answer === 'session.second_factor_wrong') tried++;
        clock.forward(HOUR / 2);
      }
      t.ok(tried >= 20 && tried < 40, `${tried} codes were looked at in a day`);
      await secondFactors.gate(staffId, [], 'abcde-fghjk').catch(() => {});
      t.equal(await refusal(codeOf(secret)), 'session.throttled', 'even the right one must wait');
      clock.forward(2 * HOUR);
      t.equal(await refusal(codeOf(secret)), 'in');
    });

    await t.test('a recovery code opens once, in any writing; new ones end the old', async (t) => {
      const { store, logIn, refusal, codeOf, enrol, secondFactors, clock, acts } = await world(t);
      const { session } = await logIn();
      const { secret, recoveryCodes } = await enrol(session);
      const [first = '', second = ''] = recoveryCodes;
      const rows = await store.read((db) => db.select().from(store.schema.recoveryCodes));
      t.notOk(JSON.stringify(rows).includes(first) || JSON.stringify(rows).includes(first.replace('-', '')), 'only a hash is kept');
      t.equal(await refusal(` ${first.toUpperCase().replace('-', ' ')}`), 'in');
      t.equal(await refusal(first), 'session.second_factor_wrong');
      t.equal((await acts()).filter((act) => act === 'second_factor.recovery_code_used').length, 1);
      clock.forward(HOUR);
      const renewed = await secondFactors.renewCodes(session, codeOf(secret));
      t.equal(renewed.length, 10);
      t.equal(await refusal(second), 'session.second_factor_wrong');
      clock.forward(HOUR);
      t.equal(await refusal(renewed[0]), 'in');
    });

    await t.test('another administrator resets it, on record; the sessions end and it is enrolled anew', async (t) => {
      const { access, administration, logIn, enrol, staffId, acts, refusal } = await world(t);
      const { token, session } = await logIn();
      await enrol(session);
      const other = await access.addStaff({ account: 'other', name: '乙', password: PASSWORD, roles: ['administrator'] });
      await t.rejects(administration.resetSecondFactor(staffId, staffId), { code: 'staff.own_account' });
      t.match(await administration.list(), [{ account: 'guan', secondFactor: true }, { secondFactor: false }]);
      await administration.resetSecondFactor(staffId, other);
      t.equal(await access.who(token), null);
      t.ok((await acts()).includes('second_factor.reset'));
      t.equal((await logIn()).session.secondFactor, 'due');
      t.equal(await refusal(), 'in');
    });

    await t.test('who must have one is a setting with a version; a promotion in mid-session asks at once', async (t) => {
      const { access, administration, secondFactors, logIn, staffId, acts } = await world(t, ['agent']);
      const ended: number[] = [];
      access.onSessionEnded((id) => ended.push(id));
      const { token, session } = await logIn();
      t.equal(session.secondFactor, 'none');
      const by = await access.addStaff({ account: 'other', name: '乙', password: PASSWORD, roles: ['administrator'] });
      t.same(await secondFactors.settings(), { version: 0, roles: ['administrator'] });
      await secondFactors.saveSettings({ version: 0, roles: ['security_officer'] }, by);
      await t.rejects(secondFactors.saveSettings({ version: 0, roles: [] }, by), {
        code: 'settings.version_stale',
        details: { theirs: { version: 1, roles: ['security_officer'] } },
      });
      t.equal((await acts())[0], 'settings.changed');
      const promote = async (roles: Role[]) => {
        const row = (await administration.list()).find((each) => each.staffId === staffId);
        if (!row) throw new Error('no such row');
        const { name, extension, unitCode, active, version } = row;
        await administration.change(staffId, version, { name, extension, unitCode, active, roles }, by);
      };
      await promote(['agent', 'administrator']);
      t.equal((await access.who(token))?.secondFactor, 'none', 'administrators need none by this setting');
      await promote(['agent', 'security_officer']);
      t.equal((await access.who(token))?.secondFactor, 'due');
      t.equal((await access.who(token))?.permissions.size, 0);
      t.same(ended, [session.sessionId], 'open connections are closed');
    });
  });
