import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** better-sqlite3 kills an older Node without a word, so the check comes before anything of ours is loaded. */
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write('需要 Node 24，请用 npm start 启动 (Node 24 is needed: start with npm start, which brings its own)\n');
  process.exit(78);
}

const newest = (directory: string): number =>
  readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('dist'))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);

const runOnce = (command: string, args: string[]): Promise<number> =>
  new Promise((resolve) => {
    spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
      .on('exit', (code) => resolve(code ?? 1))
      .on('error', () => resolve(1));
  });

const buildConsole = async (): Promise<void> => {
  const page = join(root, 'src/console/dist/index.html');
  if (existsSync(page) && statSync(page).mtimeMs >= newest(join(root, 'src/console'))) return;
  say('  构建控制台，约 10 秒 building the console, about 10 s');
  const code = await runOnce(process.execPath, [
    join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    '--config',
    'src/console/vite.config.ts',
    '--logLevel',
    'warn',
  ]);
  if (code !== 0) say('  控制台没有构建成功，服务照常启动 (the console could not be built; the service starts all the same)');
};

const RELAY_LOOK_MS = 2_000;
const WRONG_SETTINGS = 78;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;
/** A service that ran this long was well; its next fall starts from the short pause again. */
const WELL_AFTER_MS = 30_000;
/** Measured: left to itself the youngest part of the heap grows to 30 MB while the code is read, and is never given back. */
const SERVICE_FLAGS = ['--max-semi-space-size=4'];

/** The service gives itself ten seconds to close; one that hangs does not close at all. */
const CLOSED_WITHIN_MS = 13_000;

/** Keeps the service running. Calls do not depend on it, but cards do: it is back within a second of a crash, and replaced when it hangs. */
const keepRunning = (environment: NodeJS.ProcessEnv, watch: (onHung: () => void) => () => void): void => {
  let pause = FIRST_PAUSE_MS;
  let closing = false;
  let child: ReturnType<typeof spawn> | null = null;
  const start = (): void => {
    const began = Date.now();
    const mine = spawn(process.execPath, [...SERVICE_FLAGS, join(root, 'src/main.ts')], { cwd: root, stdio: 'inherit', env: environment });
    child = mine;
    const unwatch = watch(() => {
      if (closing) return;
      say('  服务没有应答，将其终止并重启 (the service does not answer any more: it is ended and started again)');
      // It would not hear anything gentler, and the database stands a kill.
      mine.kill('SIGKILL');
    });
    mine.on('exit', (code, signal) => {
      unwatch();
      if (closing || code === WRONG_SETTINGS || (code === 0 && !signal)) process.exit(code ?? 0);
      if (Date.now() - began > WELL_AFTER_MS) pause = FIRST_PAUSE_MS;
      say(`  服务意外结束，${pause} 毫秒后重启；通话不受影响 (the service ended unexpectedly and is started again; calls go on)`);
      setTimeout(start, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      closing = true;
      child?.kill('SIGTERM');
      setTimeout(() => child?.kill('SIGKILL'), CLOSED_WITHIN_MS).unref();
    });
  start();
};

await buildConsole();
const { loadConfig, loadRelayConfig, childEnvironment, masterSecret } = await import('./config/index.ts');
const { ensureRelay } = await import('./relay/index.ts');
const { answersAt, watchService } = await import('./service-watch.ts');
const { isHotlineError } = await import('./core/errors.ts');
try {
  const config = loadConfig();
  masterSecret(config); // made before the relay asks for it, so that both read the same one
  if (config.mode === 'demonstration') {
    say('\n  ████  演示模式 DEMONSTRATION  ████  虚构的临湖区，仅本机可访问，不得用于真实来电');
    say('  A made-up district, this machine only, not for real calls. Production: see README.\n');
  }
  const relay = await ensureRelay(loadRelayConfig());
  say(`  电话中继 relay: ${config.relay.publicUrl}${relay.adopted ? '（沿用运行中的 adopted）' : ''}`);
  // A relay that died would leave every browser without a telephone; one that lives is found healthy and left alone.
  const keepRelay = (): void => {
    setTimeout(() => {
      void ensureRelay(loadRelayConfig())
        .catch((err) => say(`  电话中继没有起来 the relay did not come up: ${err instanceof Error ? err.message : String(err)}`))
        .finally(keepRelay);
    }, RELAY_LOOK_MS).unref();
  };
  keepRelay();
  const answers = answersAt({ ...config.http, isTls: config.http.tls !== null });
  keepRunning(childEnvironment(config.cacheDirectory), (onHung) => watchService({ answers, onHung }));
} catch (err) {
  process.stderr.write(`${isHotlineError(err) ? `${err.code}: ${err.message}` : err instanceof Error ? err.stack : String(err)}\n`);
  process.exit(isHotlineError(err, 'config.invalid') ? WRONG_SETTINGS : 1);
}
