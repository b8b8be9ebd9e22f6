import { existsSync, readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import closeWithGrace from 'close-with-grace';
import pino from 'pino';
import { type Config, loadConfig, masterSecret } from './config/index.ts';
import { systemClock } from './core/clock.ts';
import { isHotlineError } from './core/errors.ts';
import type { Part } from './http/index.ts';
import { redaction } from './log.ts';
import { comeFirst } from './priority.ts';
import { createAsteriskTelephony } from './telephony/asterisk/index.ts';
import { type JoinedSwitch, joinSwitch } from './telephony/join.ts';
import { createTrunkWatch } from './telephony/managed/trunks.ts';
import './quick-imports.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const version = (JSON.parse(readFileSync(here('../package.json'), 'utf8')) as { version: string }).version;

/** Lines for the person at the terminal; the log is for machines. */
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** A carrier that does not take our registration sends no calls, and nothing else would show it. */
const trunkParts = (config: Config, joined: JoinedSwitch): Part[] => {
  const [node] = joined.nodes;
  if (config.switch.kind !== 'managed' || !node) return [];
  const faultOf = createTrunkWatch({ host: node.host, port: node.amiPort, username: node.user, secret: node.secret });
  const registered = config.trunks.filter((trunk) => trunk.register);
  return registered.map(({ name }) => ({ name: `trunk.${name}`, needed: false, check: () => faultOf(name) }));
};

const run = async (config: Config): Promise<void> => {
  comeFirst();
  const logger = pino({ level: config.logLevel, ...redaction }, pino.destination({ dest: 2, sync: false }));
  const secret = masterSecret(config);
  // The largest part of the code is read while the switch boots, and what imports drizzle-orm after quick-imports.ts.
  const parts = Promise.all([import('./app.ts'), import('./storage/open-store.ts'), import('./storage/repositories/access.ts')]);
  parts.catch(() => undefined);
  const joined = await joinSwitch(config, { dialplans: here('../dialplans'), say, logger });
  const [{ createApp }, { openStore }, { createAccessRepository }] = await parts;
  const store = await openStore({ databaseUrl: config.databaseUrl, sqliteFile: join(config.dataDirectory, 'hotline.db') });
  await store.migrate();
  const telephony = createAsteriskTelephony({ nodes: joined.nodes, logger });
  const consoleDirectory = here('./console/dist');
  const app = await createApp({
    config,
    secret,
    store,
    telephony: telephony as typeof telephony & { missedEvents(node: string, cursor: unknown): ReturnType<typeof telephony.missedEvents> },
    clock: systemClock,
    logger,
    recordingsOf: (node) => joined.recordings.get(node) ?? null,
    switchData: joined.dataDirectory,
    installPrompts: joined.installPrompts,
    consoleDirectory,
    version,
    moreParts: trunkParts(config, joined),
  });
  closeWithGrace({ delay: 10_000 }, async ({ err, signal }) => {
    if (err) logger.fatal({ err }, 'the service ends because of an error nobody handled');
    else logger.info({ signal }, 'the service is closing; calls stay with the switch');
    joined.release();
    await app.stop();
  });
  await app.http.listen({ host: config.http.host, port: config.http.port });
  await app.start();
  if (config.mode === 'production' && (await createAccessRepository(store).staff()).length === 0)
    say(
      '\n  ! 还没有任何账号，请在本机运行 no account yet, run on this machine:\n    npm run account -- create --account admin --name 姓名 --role administrator --generate',
    );
  announce(config, app.demonstration?.accounts ?? [], existsSync(consoleDirectory));
  // Kept now: a service that is killed would leave its next start to read all the TypeScript again, half a second and 20 MB.
  flushCompileCache();
};

const announce = (
  config: Config,
  accounts: readonly { role: string; account: string; password: string; extension?: string | null }[],
  built: boolean,
): void => {
  const url = config.http.publicUrl;
  say(`\n${config.hotline.name} · 已就绪 ready`);
  say(`  控制台 console            ${url}/`);
  if (!built) say('  控制台还没有构建，请运行 npm run build (the console is not built yet)');
  if (config.mode === 'demonstration') {
    say(`  市民电话 citizen's phone  ${url}/demo/citizen`);
    if (accounts.length) say('\n  账号 accounts (演示数据，全部虚构 made up)');
    for (const each of accounts)
      say(`    ${each.account.padEnd(12)} ${each.password}   ${each.role}${each.extension ? ` · 分机 ${each.extension}` : ''}`);
  }
  say(`\n  接口文档 API  ${url}/api/docs/    停止交换机和中继 stop switch and relay: npm run stop\n`);
};

/** A wrong setting or a missing switch is the operator's to mend: a sentence, not a stack. */
const fail = (err: unknown): void => {
  if (isHotlineError(err)) process.stderr.write(`${err.code}: ${err.message}\n`);
  else process.stderr.write(`${err instanceof Error ? (err.stack ?? err.message) : String(err)}\n`);
  // 78 (EX_CONFIG) tells the starter not to try again.
  process.exit(isHotlineError(err, 'config.invalid') || isHotlineError(err, 'storage.locked') ? 78 : 1);
};

await Promise.resolve()
  .then(() => run(loadConfig()))
  .catch(fail);
