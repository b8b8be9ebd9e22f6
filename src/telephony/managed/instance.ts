import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { ProcessMark } from './processes.ts';
import type { InstanceIdentity, ManagedSwitchSettings, SwitchPorts } from './settings.ts';

/** What the next start must know to adopt the process instead of starting a second one. */
export interface RunningMark extends ProcessMark {
  version: string;
  startedAt: string;
}

const secret = (): string => randomBytes(24).toString('base64url');

const freeTcpPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });

const freeUdpPort = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', reject);
    socket.bind(0, host, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const choosePorts = async (settings: ManagedSwitchSettings, before: SwitchPorts | undefined): Promise<SwitchPorts> => {
  const choose = async (name: 'http' | 'ami'): Promise<number> => {
    const wanted = settings.ports?.[name];
    if (wanted) return wanted;
    const kept = before?.[name];
    return kept && (await isFree(kept)) ? kept : await freeTcpPort();
  };
  const sip = settings.ports?.sip || before?.sip || (await freeUdpPort(settings.sipAddress ?? '127.0.0.1'));
  return { http: await choose('http'), ami: await choose('ami'), sip };
};

const readJson = <T>(path: string): T | undefined => {
  try {
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
  } catch {
    // A half-written file of a machine that lost power: as good as none.
    return undefined;
  }
};

const writeJson = (path: string, value: unknown): void => {
  writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

export const readIdentity = (base: string): InstanceIdentity | undefined => readJson<InstanceIdentity>(join(base, 'instance.json'));
export const readRunning = (base: string): RunningMark | undefined => readJson<RunningMark>(join(base, 'running.json'));
export const writeRunning = (base: string, mark: RunningMark): void => writeJson(join(base, 'running.json'), mark);

/** The instance's secrets and ports: made once, kept; ports that somebody else has taken meanwhile are chosen anew. */
export const prepareIdentity = async (base: string, settings: ManagedSwitchSettings): Promise<InstanceIdentity> => {
  const before = readIdentity(base);
  const identity: InstanceIdentity = {
    node: settings.node ?? before?.node ?? `hotline-${randomBytes(3).toString('hex')}`,
    entityId: before?.entityId ?? `02:${[...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
    amiSecret: before?.amiSecret ?? secret(),
    ariSecret: before?.ariSecret ?? secret(),
    ports: await choosePorts(settings, before?.ports),
  };
  writeJson(join(base, 'instance.json'), identity);
  return identity;
};

const BRIDGES = /^(docker|br-|veth|virbr|cni|flannel)/;

/**
 * The machine's first address that a browser can send voice to.
 * @returns null when there is only 127.0.0.0/8, on which browsers and Asterisk gather no candidates
 */
export const firstVoiceAddress = (interfaces = networkInterfaces()): string | null => {
  const found = Object.entries(interfaces).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter((address) => address.family === 'IPv4' && !address.address.startsWith('127.') && !address.address.startsWith('169.254.'))
      .map((address) => ({ address: address.address, rank: (BRIDGES.test(name) ? 1 : 0) + (address.internal ? 2 : 0) })),
  );
  return found.toSorted((left, right) => left.rank - right.rank)[0]?.address ?? null;
};
