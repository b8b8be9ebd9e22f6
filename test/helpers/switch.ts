import { randomInt } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultCacheDirectory, obtainAsterisk } from '../../src/telephony/managed/fetch.ts';
import { type ManagerLine, openManagerLine } from '../../src/telephony/managed/manager-line.ts';
import { type ManagedSwitch, startManagedSwitch } from '../../src/telephony/managed/run.ts';
import type { ManagedSwitchSettings } from '../../src/telephony/managed/settings.ts';

/** A real switch of its own for one test file: own directory, free ports, ended at teardown. */
export interface TestSwitch {
  process: ManagedSwitch;
  settings: ManagedSwitchSettings;
  ami: { host: string; port: number; username: string; secret: string };
  ari: { url: string; username: string; password: string };
  sip: { host: string; port: number };
  /** A manager line that stays open for the test. */
  line: ManagerLine;
  /** Writes a setting or a caller's rule where the dialplan reads it. */
  put(family: string, key: string, value: string): Promise<void>;
  remove(family: string, key: string): Promise<void>;
  /** Makes a telephone known to the switch, reachable at a port of this machine, as the service would over ARI. */
  addPhone(extension: string, port: number): Promise<void>;
  /** @param paused signed in, but not rung: callers may wait */
  addMember(queue: string, extension: string, paused?: boolean): Promise<void>;
  removeMember(queue: string, extension: string): Promise<void>;
  /** Channels alive now. */
  channels(): Promise<number>;
  stop(): Promise<void>;
}

interface Teardown {
  teardown(work: () => Promise<void> | void): void;
}

export const PROJECT_ROOT = resolve(import.meta.dirname, '../..');

/** Waits until something holds; says what it waited for when it does not. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> => {
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; await delay(25)) if (await holds()) return;
  throw new Error(`waited ${limitMs} ms in vain until ${what}`);
};

export const findAsterisk = () => obtainAsterisk({ cacheDirectory: defaultCacheDirectory(process.env, process.getuid?.() ?? 1000) });

/** A directory that is closed to nobody: the switch runs as another user when the tests run as root. */
export const temporaryDirectory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'hotline-switch-'));
  chmodSync(path, 0o755);
  return path;
};

/** Switches outlive their starter by design: a test that is cut short must still take its own along. */
const living = new Map<number, ManagedSwitch>();
const endAll = (): void => {
  for (const [pid, each] of living) if (each.isAlive()) process.kill(pid, 'SIGKILL');
  living.clear();
};
process.once('exit', endAll);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

/**
 * @param t a test whose teardown ends the switch; without it the caller calls stop()
 * @param more settings that differ; by default RTP on loopback, quick notices, no trunk
 */
export const startSwitch = async (t?: Teardown, more: Partial<ManagedSwitchSettings> = {}): Promise<TestSwitch> => {
  const directory = more.directory ?? temporaryDirectory();
  const rtpStart = randomInt(60, 240) * 100;
  const settings: ManagedSwitchSettings = {
    directory,
    dialplansDirectory: join(PROJECT_ROOT, 'dialplans'),
    rtp: { start: rtpStart, end: rtpStart + 1999 },
    areaCode: '0533',
    ...more,
  };
  const started = await startManagedSwitch(await findAsterisk(), settings);
  living.set(started.pid, started);
  const { ports, credentials } = started;
  const ami = { host: '127.0.0.1', port: ports.ami, username: credentials.username, secret: credentials.amiSecret };
  const ari = { url: `http://127.0.0.1:${ports.http}/ari`, username: credentials.username, password: credentials.ariSecret };
  const line = await openManagerLine(ami);
  const stop = async (): Promise<void> => {
    line.close();
    await started.stop();
    living.delete(started.pid);
    if (!more.directory) rmSync(directory, { recursive: true, force: true });
  };
  t?.teardown(stop);

  const configure = async (type: string, name: string, fields: Record<string, string>): Promise<void> => {
    const response = await fetch(`${ari.url}/asterisk/config/dynamic/res_pjsip/${type}/${name}`, {
      method: 'PUT',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${ari.username}:${ari.password}`).toString('base64')}`,
      },
      body: JSON.stringify({ fields: Object.entries(fields).map(([attribute, value]) => ({ attribute, value })) }),
    });
    if (!response.ok) throw new Error(`${type} ${name}: ${response.status} ${await response.text()}`);
  };

  return {
    process: started,
    settings,
    ami,
    ari,
    sip: { host: '127.0.0.1', port: ports.sip },
    line,
    put: async (family, key, value) => void (await line.ask('DBPut', { Family: family, Key: key, Val: value })),
    remove: async (family, key) => void (await line.ask('DBDel', { Family: family, Key: key }).catch(() => undefined)),
    addPhone: async (extension, port) => {
      await configure('aor', extension, { contact: `sip:${extension}@127.0.0.1:${port}`, max_contacts: '1' });
      await configure('endpoint', extension, {
        transport: 'transport-udp',
        context: 'hotline-agents',
        disallow: 'all',
        allow: 'ulaw',
        aors: extension,
        direct_media: 'no',
        rtp_timeout: '5',
        rtp_timeout_hold: '60',
        device_state_busy_at: '1',
      });
    },
    addMember: async (queue, extension, paused = false) =>
      void (await line.ask('QueueAdd', {
        Queue: queue,
        Interface: `PJSIP/${extension}`,
        MemberName: extension,
        StateInterface: `PJSIP/${extension}`,
        Paused: String(paused),
      })),
    removeMember: async (queue, extension) =>
      void (await line.ask('QueueRemove', { Queue: queue, Interface: `PJSIP/${extension}` }).catch(() => undefined)),
    channels: async () => Number((await line.ask('CoreStatus')).corecurrentcalls ?? 0),
    stop,
  };
};

/** The switch as the service is told of it. @param logDirectory where its record is read, null: out of reach */
export const nodeOf = (house: TestSwitch, logDirectory: string | null) => ({
  name: house.process.node,
  host: '127.0.0.1',
  amiPort: house.ami.port,
  httpPort: house.process.ports.http,
  user: house.ami.username,
  secret: house.ami.secret,
  ariSecret: house.ari.password,
  logDirectory,
});
