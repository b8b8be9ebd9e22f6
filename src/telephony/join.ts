import { chownSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config, ManagedSwitch as ManagedConfig, Trunk } from '../config/index.ts';
import { HotlineError } from '../core/errors.ts';
import type { AsteriskNode } from './asterisk/index.ts';
import { chooseBase, chooseRunAs, layOut } from './managed/directories.ts';
import { obtainAsterisk } from './managed/fetch.ts';
import { readIdentity } from './managed/instance.ts';
import { type ManagedSwitch, startManagedSwitch } from './managed/run.ts';
import { SERVICE_USER, type TrunkSettings } from './managed/settings.ts';
import { installPrompts, type PromptReport } from './prompts.ts';

export interface JoinedSwitch {
  nodes: AsteriskNode[];
  /** Where each node's recordings lie on this machine. */
  recordings: Map<string, string>;
  /** The switch's data directory on this machine, where its sounds lie; null: out of reach. */
  dataDirectory: string | null;
  /** Lays the sounds anew, after a studio recording has changed; null: out of reach. */
  installPrompts: (() => PromptReport) | null;
  /** Stops watching; the switch itself goes on, with its calls. */
  release(): void;
}

const trunkOf = (trunk: Trunk): TrunkSettings => ({
  name: trunk.name,
  host: trunk.host,
  port: trunk.port,
  match: trunk.addresses,
  register: trunk.register,
  transport: trunk.transport,
  ...(trunk.user !== null && trunk.secret !== null ? { auth: { username: trunk.user, password: trunk.secret } } : {}),
});

/** The default folder need not exist; one that somebody named must, or they would hear the wrong voice without knowing why. */
const studioRecordings = ({ promptsDirectory, dataDirectory }: Config): string | undefined =>
  promptsDirectory === join(dataDirectory, 'prompts') && !existsSync(promptsDirectory) ? undefined : promptsDirectory;

/**
 * Finds or fetches Asterisk. @returns what starts (or adopts) the switch this configuration describes, and says what an
 * operator should know
 */
export const prepareOwnSwitch = async (
  config: Config,
  managed: ManagedConfig,
  deps: { dialplans: string; say: (text: string) => void },
): Promise<() => Promise<ManagedSwitch>> => {
  const installation = await obtainAsterisk({
    cacheDirectory: config.cacheDirectory,
    binary: managed.binary ?? undefined,
    mirror: managed.mirror ?? undefined,
    onProgress: deps.say,
  });
  return async () => {
    const running = await startManagedSwitch(installation, {
      directory: join(config.dataDirectory, 'switch'),
      dialplansDirectory: deps.dialplans,
      soundsOverlay: studioRecordings(config),
      ports: { http: managed.httpPort, ami: managed.amiPort, sip: managed.sipPort },
      rtp: { start: managed.rtpFirstPort, end: managed.rtpLastPort },
      rtpAddress: managed.rtpHost ?? undefined,
      sipAddress: managed.sipHost,
      numbers: [config.hotline.number, ...config.hotline.aliases],
      areaCode: config.hotline.areaCode,
      trunks: config.trunks.map(trunkOf),
      fallbackNumber: config.hotline.dutyPhone ?? undefined,
    });
    for (const warning of running.warnings) deps.say(`  ! ${warning}`);
    deps.say(`  交换机 switch: Asterisk ${running.version}${running.adopted ? '（沿用运行中的 adopted）' : ''}`);
    return running;
  };
};

/** The same as at the switch's start, for a recording that has changed since. */
const laysSounds = (config: Config, dialplans: string, dataDirectory: string) => (): PromptReport => {
  const { drop } = chooseRunAs();
  const give = (path: string): void => {
    if (drop) chownSync(path, drop.userId, drop.groupId);
  };
  return installPrompts({ from: join(dialplans, 'sounds'), overlay: studioRecordings(config), to: dataDirectory, give });
};

const BESIDE_LIMIT_MS = 60_000;

/** The switch that src/switch.ts runs: known by what it keeps in the shared data directory, once it has been started. */
const joinBeside = async (config: Config, deps: { dialplans: string; say: (text: string) => void }): Promise<JoinedSwitch> => {
  const { say } = deps;
  const directory = await chooseBase(join(config.dataDirectory, 'switch'), chooseRunAs());
  let identity = readIdentity(directory);
  if (!identity) say('  等待交换机首次启动 waiting for the switch to be started (node src/switch.ts)');
  for (const deadline = Date.now() + BESIDE_LIMIT_MS; !identity && Date.now() < deadline; identity = readIdentity(directory))
    await delay(250);
  if (!identity)
    throw new HotlineError('telephony.unavailable', `${directory} 里没有交换机，请运行 node src/switch.ts (no switch was started there)`);
  const { log, spool, data } = layOut(directory);
  return {
    nodes: [
      {
        name: identity.node,
        host: '127.0.0.1',
        amiPort: identity.ports.ami,
        httpPort: identity.ports.http,
        user: SERVICE_USER,
        secret: identity.amiSecret,
        ariSecret: identity.ariSecret,
        logDirectory: log,
      },
    ],
    recordings: new Map([[identity.node, join(spool, 'recording')]]),
    dataDirectory: data,
    installPrompts: laysSounds(config, deps.dialplans, data),
    release: () => {},
  };
};

/** A switch that dies again and again must not be started in a tight loop. */
const RESTART_AFTER_MS = 500;

/**
 * The switch the service works with: its own, found or fetched and started (or adopted, when an earlier life's is still
 * running), or the configured ones.
 */
export const joinSwitch = async (
  config: Config,
  deps: { dialplans: string; say: (text: string) => void; logger: Logger },
): Promise<JoinedSwitch> => {
  if (config.switch.kind === 'nodes') {
    const nodes = config.switch.nodes;
    return {
      nodes: nodes.map((node) => ({
        name: node.name,
        host: node.host,
        amiPort: node.amiPort,
        httpPort: node.ariPort,
        user: node.amiUser,
        secret: node.amiSecret,
        ariUser: node.ariUser,
        ariSecret: node.ariSecret,
        logDirectory: node.logDirectory,
      })),
      recordings: new Map(nodes.flatMap((node) => (node.recordingDirectory ? [[node.name, node.recordingDirectory] as const] : []))),
      dataDirectory: null,
      installPrompts: null,
      release: () => {},
    };
  }
  if (!config.switch.startedHere) return joinBeside(config, deps);
  const start = await prepareOwnSwitch(config, config.switch, deps);
  const running = await start();

  let release = (): void => {};
  const watch = (living: ManagedSwitch): void => {
    release = living.watch(() => {
      deps.logger.error({}, 'the managed switch is gone and is started again');
      setTimeout(
        () => void start().then(watch, (err) => deps.logger.error({ err }, 'the managed switch could not be started')),
        RESTART_AFTER_MS,
      );
    });
  };
  watch(running);
  return {
    nodes: [
      {
        name: running.node,
        host: '127.0.0.1',
        amiPort: running.ports.ami,
        httpPort: running.ports.http,
        user: running.credentials.username,
        secret: running.credentials.amiSecret,
        ariSecret: running.credentials.ariSecret,
        logDirectory: running.directories.log,
      },
    ],
    recordings: new Map([[running.node, join(running.directories.spool, 'recording')]]),
    dataDirectory: running.directories.data,
    installPrompts: laysSounds(config, deps.dialplans, running.directories.data),
    release: () => release(),
  };
};
