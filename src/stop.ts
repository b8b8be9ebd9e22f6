import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from './config/index.ts';
import { stopRelay } from './relay/index.ts';
import { obtainAsterisk } from './telephony/managed/fetch.ts';
import { stopManagedSwitch } from './telephony/managed/run.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const stopSwitch = async (): Promise<void> => {
  const config = loadConfig();
  if (config.switch.kind !== 'managed') return say('  交换机不由本服务管理 the switch is not ours to stop');
  if (!existsSync(config.cacheDirectory) && !config.switch.binary) return say('  没有运行中的交换机 no switch is running');
  const installation = await obtainAsterisk({ cacheDirectory: config.cacheDirectory, binary: config.switch.binary ?? undefined });
  const outcome = await stopManagedSwitch(installation, join(config.dataDirectory, 'switch'));
  if (outcome === null) say('  没有运行中的交换机 no switch is running');
  else
    say(
      outcome === 'ended'
        ? '  交换机已停止，通话已结束 the switch has stopped, its calls have ended'
        : '  交换机不应答，已强行终止 the switch did not answer and was killed',
    );
};

await stopSwitch();
say(
  (await stopRelay(loadConfig().dataDirectory)) ? '  话机中继已停止 the relay has stopped' : '  没有运行中的话机中继 no relay is running',
);
