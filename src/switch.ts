import { fileURLToPath } from 'node:url';
import { loadConfig } from './config/index.ts';
import { isHotlineError } from './core/errors.ts';
import { prepareOwnSwitch } from './telephony/join.ts';

/**
 * The managed switch in a process of its own that stays in the foreground, for a container or a unit: ends when the switch
 * does, and takes it along when told to end. The service beside it is set to HOTLINE_SWITCH=beside.
 */
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const run = async (): Promise<void> => {
  const config = loadConfig();
  if (config.switch.kind !== 'managed') {
    say('HOTLINE_SWITCH=nodes：交换机不由本程序管理 (the switch is not ours to run)');
    process.exit(78);
  }
  const start = await prepareOwnSwitch(config, config.switch, { dialplans: fileURLToPath(new URL('../dialplans', import.meta.url)), say });
  const running = await start();
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      void running.stop().then(() => process.exit(0));
    });
  running.watch(() => {
    if (!ending) say('交换机意外结束 (the switch ended unexpectedly)');
    process.exit(ending ? 0 : 1);
  });
  // The look above does not hold the process.
  setInterval(() => {}, 3_600_000);
};

await run().catch((err: unknown) => {
  process.stderr.write(`${isHotlineError(err) ? `${err.code}: ${err.message}` : err instanceof Error ? err.stack : String(err)}\n`);
  process.exit(isHotlineError(err, 'config.invalid') ? 78 : 1);
});
