import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Test } from 'tap';
import { accountCommand } from '../../src/access/command.ts';
import { createAccess, createPasswords } from '../../src/access/index.ts';
import { systemClock } from '../../src/core/clock.ts';
import { isHotlineError } from '../../src/core/errors.ts';
import { createHistory } from '../../src/history/index.ts';
import { createAccessRepository } from '../../src/storage/repositories/access.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { type Engine, openStoreFor } from '../helpers/store.ts';

const root = join(import.meta.dirname, '../..');
const GOOD = 'Kestrel-9-river';

/** `npm run account` as an operator runs it, beside a service that has the same database open. */
export const accountCommandContract = (t: Test, engine: Engine): void => {
  t.test(`accounts from the terminal, ${engine}`, async (t) => {
    const { store, databaseUrl, file, close } = await openStoreFor(engine);
    t.teardown(close);
    const repository = createAccessRepository(store);
    const history = createHistory({ repository: createHistoryRepository(store), clock: systemClock });
    const settings = { sessionHours: 1, idleMinutes: 30 };
    const access = createAccess({ store, repository, history, passwords: createPasswords(), clock: systemClock, settings });
    const environment = {
      PATH: process.env.PATH,
      HOTLINE_DATA_DIR: join(file, '..'),
      HOTLINE_LOG_LEVEL: 'silent',
      ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
    };
    const command = (args: string[], input = ''): Promise<{ code: number | null; out: string; err: string }> =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, ['src/first-account.ts', ...args], { cwd: root, env: environment });
        const said = { out: '', err: '' };
        child.stdout.on('data', (chunk) => {
          said.out += chunk;
        });
        child.stderr.on('data', (chunk) => {
          said.err += chunk;
        });
        child.on('close', (code) => resolve({ code, ...said }));
        child.stdin.end(input);
      });
    const create = ['create', '--account', 'admin', '--name', '钱管理', '--role', 'administrator,auditor'];
    const logsIn = (account: string, password: string) => access.logIn({ account, password, address: '127.0.0.1' });
    const acts = async () => (await history.list({ after: null, limit: 50 })).rows.map((row) => row.act);
    /** The same command inside this process: a new process costs a second. */
    const inside = async (args: string[], password = ''): Promise<string> => {
      const said: string[] = [];
      const deps = { access, repository, askPassword: async () => password, say: (text: string) => void said.push(text) };
      await accountCommand(args, deps).catch((err: Error) => said.push(`refused ${err.message}`));
      return said.join('\n');
    };

    await t.test('a weak password, an unknown role and a missing name change nothing', async (t) => {
      for (const weak of ['short-1A', 'alllowercase', 'Admin-12345', 'aA1aA1aA1aA1', 'Password123456', '']) {
        const refused = await inside(create, weak);
        t.match(refused, /^refused .*[\u4e00-\u9fff].*[a-z]/s, weak);
        if (weak) t.notOk(refused.includes(weak), 'the password is not shown');
      }
      t.match(await inside(['create', '--account', 'x1', '--name', '乙', '--role', 'king'], GOOD), /refused .*king/);
      t.match(await inside(['create', '--account', 'x1', '--role', 'agent'], GOOD), /refused --name/);
      t.match(await inside(['create', '--acount', 'x1'], GOOD), /refused .*--acount/);
      t.match(await inside([]), /refused .*usage/s);
      t.same(await access.staff(), []);
      t.same(await acts(), []);
    });

    await t.test('the first account is made beside a running service, is recorded and logs in; a double is refused', async (t) => {
      t.match(await command(create, 'short\n'), { code: 1, err: /nothing changed/ });
      t.match(await command(create, `${GOOD}\n`), { code: 0, out: /admin/ });
      const { session } = await logsIn('admin', GOOD);
      t.same([...session.staff.roles].sort(), ['administrator', 'auditor']);
      t.ok((await acts()).includes('staff.added'));
      t.match(await inside(create, GOOD), /refused .*exists/);
      t.match(await inside(['list']), /admin .*administrator,auditor.*钱管理/);
    });

    await t.test('a generated password is shown once and works; a reset ends log-ins', async (t) => {
      const made = await inside(['create', '--account', 'agent1', '--name', '甲', '--role', 'agent', '--extension', '8001', '--generate']);
      const first = /password: (\S+)/.exec(made)?.[1] ?? '';
      const { token } = await logsIn('agent1', first);
      const second = /password: (\S+)/.exec(await inside(['password', '--account', 'agent1', '--generate']))?.[1] ?? '';
      t.not(second, first);
      t.equal(await access.who(token), null, 'the old log-in is over');
      await t.rejects(logsIn('agent1', first), { code: 'session.credentials_wrong' });
      t.ok(await logsIn('agent1', second));
      t.ok((await acts()).includes('staff.password_set'));
      t.match(await inside(['password', '--account', 'nobody', '--generate']), /refused .*no such account/);
      const double = ['create', '--account', 'agent2', '--name', '乙', '--role', 'agent', '--extension', '8001', '--generate'];
      t.match(await inside(double), /refused .*taken/);
    });

    if (engine === 'sqlite')
      await t.test('on a terminal the password is asked twice and not echoed', async (t) => {
        t.equal(spawnSync('script', ['--version']).status, 0, 'script(1) of util-linux is there');
        const line = `${process.execPath} src/first-account.ts create --account typed --name 丙 --role auditor`;
        const child = spawn('script', ['-qec', line, '/dev/null'], { cwd: root, env: environment });
        let shown = '';
        child.stdout.on('data', (chunk) => {
          shown += chunk;
          if (/new password: $/.test(shown)) child.stdin.write(`${GOOD}X\u007f\r`);
          if (/once more: $/.test(shown)) child.stdin.write(`${GOOD}\r`);
        });
        const code = await new Promise((resolve) => child.on('close', resolve));
        t.equal(code, 0, shown);
        t.notMatch(shown, GOOD);
        t.ok(await logsIn('typed', GOOD));
      });

    if (engine === 'sqlite')
      await t.test('a second service is still refused: only a command may stand beside', async (t) => {
        const { openStore } = await import('../../src/storage/open-store.ts');
        const refusal = await openStore({ databaseUrl: null, sqliteFile: file }).catch((err: unknown) => err);
        t.ok(isHotlineError(refusal, 'storage.locked'));
      });
  });
};
