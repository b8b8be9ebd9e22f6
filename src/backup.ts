import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { megabytes, takeBackup } from './backup/index.ts';
import { loadConfig, masterSecret } from './config/index.ts';
import { systemClock } from './core/clock.ts';
import { isHotlineError } from './core/errors.ts';
import { bySystem, createHistory } from './history/index.ts';
import { openStoreBeside } from './storage/open-store.ts';
import { createHistoryRepository } from './storage/repositories/history.ts';
import { openSnapshots } from './storage/snapshot.ts';

const USAGE = `用法 usage: npm run backup -- 目录 DIRECTORY [--without-recordings]
  备份数据库、录音和其他文件；服务不必停止 (database, recordings and other files; the service may run)
`;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const run = async (directory: string, withoutRecordings: boolean): Promise<void> => {
  const began = Date.now();
  const config = loadConfig();
  const place = { databaseUrl: config.databaseUrl, sqliteFile: join(config.dataDirectory, 'hotline.db') };
  const deps = { config, secret: masterSecret(config), snapshots: await openSnapshots(place), clock: systemClock, version, say };
  const { path, files, bytes } = await takeBackup(directory, { withoutRecordings }, deps);
  // Who copies the database copies every citizen's data: that goes on record.
  const store = await openStoreBeside(place);
  const history = createHistory({ repository: createHistoryRepository(store), clock: systemClock });
  await store.write((db) =>
    history.append(db, {
      actor: bySystem,
      act: 'backup.taken',
      thing: { kind: 'system', id: null },
      details: { files, bytes, withoutRecordings },
    }),
  );
  await store.close();
  say(`备份完成 done: ${path}  ${files} 个文件 files, ${megabytes(bytes)}, ${((Date.now() - began) / 1000).toFixed(1)} s`);
  say('主密钥不在备份里，请另行保管 (the master secret is not in it: keep it elsewhere)');
};

try {
  const { values, positionals } = parseArgs({ options: { 'without-recordings': { type: 'boolean' } }, allowPositionals: true });
  const [directory] = positionals;
  if (directory === undefined || positionals.length > 1) throw new Error(USAGE);
  await run(directory, values['without-recordings'] === true);
} catch (err) {
  process.stderr.write(
    `${isHotlineError(err) || (err instanceof Error && /usage|Unknown option/.test(err.message)) ? err.message : err instanceof Error ? err.stack : String(err)}\n`,
  );
  process.exitCode = 1;
}
