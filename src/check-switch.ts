import { join } from 'node:path';
import { loadConfig } from './config/index.ts';
import { type CheckedSwitch, checkSwitch } from './telephony/managed/check.ts';
import { chooseBase, chooseRunAs } from './telephony/managed/directories.ts';
import { readIdentity } from './telephony/managed/instance.ts';
import { SERVICE_USER } from './telephony/managed/settings.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const configured = async (): Promise<{ name: string; settings: CheckedSwitch }[]> => {
  const config = loadConfig();
  const numbers = [config.hotline.number, ...config.hotline.aliases];
  if (config.switch.kind === 'nodes')
    return config.switch.nodes.map((node) => ({
      name: node.name,
      settings: { ...node, numbers, registered: [], ariUrl: `${node.ariTls ? 'https' : 'http'}://${node.host}:${node.ariPort}/ari` },
    }));
  const directory = await chooseBase(join(config.dataDirectory, 'switch'), chooseRunAs());
  const identity = readIdentity(directory);
  if (!identity) return [];
  const settings: CheckedSwitch = {
    host: '127.0.0.1',
    amiPort: identity.ports.ami,
    amiUser: SERVICE_USER,
    amiSecret: identity.amiSecret,
    ariUrl: `http://127.0.0.1:${identity.ports.http}/ari`,
    ariUser: SERVICE_USER,
    ariSecret: identity.ariSecret,
    logDirectory: join(directory, 'log'),
    recordingDirectory: join(directory, 'spool/recording'),
    numbers,
    registered: config.trunks.filter((trunk) => trunk.register).map((trunk) => trunk.name),
  };
  return [{ name: identity.node, settings }];
};

const nodes = await configured();
if (nodes.length === 0) say('没有可检查的交换机：先运行一次 npm start，或填写 HOTLINE_SWITCH_NODES (no switch to check yet)');
let missing = nodes.length === 0;
for (const { name, settings } of nodes) {
  say(`\n${name}  ${settings.host}`);
  for (const finding of await checkSwitch(settings)) {
    say(`  ${finding.ok ? '✓' : '✗'} ${finding.part.padEnd(22)} ${finding.detail}`);
    missing ||= !finding.ok;
  }
}
process.exit(missing ? 1 : 0);
