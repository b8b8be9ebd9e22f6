import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { restoreBackup } from './backup/index.ts';
import { loadConfig, masterSecret } from './config/index.ts';
import { systemClock } from './core/clock.ts';
import { isHotlineError } from './core/errors.ts';
import { bySystem, createHistory } from './history/index.ts';
import { openStore } from './storage/open-store.ts';
import { createHistoryRepository } from './storage/repositories/history.ts';
import { endAllLogIns, openSnapshots } from './storage/snapshot.ts';

const USAGE = `用法 usage: npm run restore -- 备份目录 BACKUP [--force]
  先停止服务 (stop the service first: npm run stop)；--force 替换已有数据，被替换的文件改名保留 (replaces what is here, old files are kept beside)
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const run = async (backup: string, force: boolean): Promise<void> => {
  const config = loadConfig();
  const place = { databaseUrl: config.databaseUrl, sqliteFile: join(config.dataDirectory, 'hotline.db') };
  const snapshots = await openSnapshots(place);
  const { manifest } = await restoreBackup(backup, { force }, { config, secret: masterSecret(config), snapshots, clock: systemClock, say });
  const store = await openStore(place);
  await store.migrate();
  const ended = await endAllLogIns(store, systemClock.now());
  const history = createHistory({ repository: createHistoryRepository(store), clock: systemClock });
  const details = { takenAt: manifest.takenAt, product: manifest.product, files: manifest.files.length, logInsEnded: ended };
  await store.write((db) => history.append(db, { actor: bySystem, act: 'backup.restored', thing: { kind: 'system', id: null }, details }));
  await store.close();
  say(`恢复完成 done: ${manifest.takenAt} 的备份；所有登录已结束 (restored; all log-ins have ended)。启动 start: npm start`);
};

try {
  const { values, positionals } = parseArgs({ options: { force: { type: 'boolean' } }, allowPositionals: true });
  const [backup] = positionals;
  if (backup === undefined || positionals.length > 1) throw new Error(USAGE);
  await run(backup, values.force === true);
} catch (err) {
  process.stderr.write(
    `${isHotlineError(err) || (err instanceof Error && /usage|Unknown option/.test(err.message)) ? err.message : err instanceof Error ? err.stack : String(err)}\n`,
  );
  process.exitCode = 1;
}
