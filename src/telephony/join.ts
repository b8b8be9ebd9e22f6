import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config, Trunk } from '../config/index.ts';
import type { AsteriskNode } from './asterisk/index.ts';
import { obtainAsterisk } from './managed/fetch.ts';
import { type ManagedSwitch, startManagedSwitch } from './managed/run.ts';
import type { TrunkSettings } from './managed/settings.ts';

export interface JoinedSwitch {
  nodes: AsteriskNode[];
  /** Where each node's recordings lie on this machine. */
  recordings: Map<string, string>;
  /** Stops watching; the switch itself goes on, with its calls. */
  release(): void;
}

const trunkOf = (trunk: Trunk): TrunkSettings => ({
  name: trunk.name,
  host: trunk.host,
  port: trunk.port,
  match: trunk.addresses,
  register: trunk.register,
  ...(trunk.user !== null && trunk.secret !== null ? { auth: { username: trunk.user, password: trunk.secret } } : {}),
});

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
      release: () => {},
    };
  }
  const managed = config.switch;
  const installation = await obtainAsterisk({
    cacheDirectory: config.cacheDirectory,
    binary: managed.binary ?? undefined,
    mirror: managed.mirror ?? undefined,
    onProgress: deps.say,
  });
  const start = (): Promise<ManagedSwitch> =>
    startManagedSwitch(installation, {
      directory: join(config.dataDirectory, 'switch'),
      dialplansDirectory: deps.dialplans,
      soundsOverlay: config.promptsDirectory,
      ports: { http: managed.httpPort, ami: managed.amiPort, sip: managed.sipPort },
      rtp: { start: managed.rtpFirstPort, end: managed.rtpLastPort },
      rtpAddress: managed.rtpHost ?? undefined,
      sipAddress: managed.sipHost,
      numbers: [config.hotline.number, ...config.hotline.aliases],
      areaCode: config.hotline.areaCode,
      trunks: config.trunks.map(trunkOf),
      fallbackNumber: config.hotline.dutyPhone ?? undefined,
    });
  const running = await start();
  for (const warning of running.warnings) deps.say(`  ! ${warning}`);
  deps.say(`  交换机 switch: Asterisk ${running.version}${running.adopted ? '（沿用运行中的 adopted）' : ''}`);

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
    release: () => release(),
  };
};
