import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { accountCommand } from './access/command.ts';
import { createAccess, createPasswords } from './access/index.ts';
import { loadConfig } from './config/index.ts';
import { systemClock } from './core/clock.ts';
import { HotlineError, isHotlineError } from './core/errors.ts';
import { createHistory } from './history/index.ts';
import { openStoreBeside } from './storage/open-store.ts';
import { createAccessRepository } from './storage/repositories/access.ts';
import { createHistoryRepository } from './storage/repositories/history.ts';

/** Reads one line without showing it. Ctrl-C ends the program as it does everywhere.
 *  The terminal stops echoing before the question is on the screen, so that whoever types at once is not shown. */
const askHidden = (question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { stdin, stderr } = process;
    stdin.setRawMode(true).setEncoding('utf8');
    stderr.write(question);
    let typed = '';
    const end = (then: () => void): void => {
      stdin.off('data', take).setRawMode(false).pause();
      stderr.write('\n');
      then();
    };
    const take = (chunk: string): void => {
      for (const key of chunk) {
        const ends = key === '\r' || key === '\n';
        if (ends || key === '\u0003' || key === '\u0004') {
          end(() => (ends ? resolve(typed) : reject(new HotlineError('request.invalid', '已取消 (cancelled)'))));
          return;
        }
        if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('');
        else if (key >= ' ') typed += key;
      }
    };
    stdin.on('data', take).resume();
  });

const readLine = async (): Promise<string> => {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
};

const askPassword = async (): Promise<string> => {
  if (!process.stdin.isTTY) return readLine();
  const first = await askHidden('新密码 new password: ');
  if ((await askHidden('再输一次 once more: ')) !== first) throw new HotlineError('request.invalid', '两次输入不一致 (the two differ)');
  return first;
};

const run = async (): Promise<void> => {
  const config = loadConfig();
  const store = await openStoreBeside({ databaseUrl: config.databaseUrl, sqliteFile: join(config.dataDirectory, 'hotline.db') });
  try {
    const repository = createAccessRepository(store);
    const history = createHistory({ repository: createHistoryRepository(store), clock: systemClock });
    const settings = { sessionHours: config.session.hours, idleMinutes: config.session.idleMinutes };
    const access = createAccess({ store, repository, history, passwords: createPasswords(), clock: systemClock, settings });
    const say = (text: string): void => void process.stdout.write(`${text}\n`);
    await accountCommand(process.argv.slice(2), { access, repository, askPassword, say });
  } finally {
    await store.close();
  }
};

await run().catch((err: unknown) => {
  process.stderr.write(`${isHotlineError(err) ? err.message : err instanceof Error ? err.stack : String(err)}\n`);
  process.exitCode = 1;
});
