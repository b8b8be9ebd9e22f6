import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseBase, chooseRunAs, layOut } from '../../src/telephony/managed/directories.ts';
import { ROOT } from './runner.ts';

/** The whole product as a newcomer starts it: `src/start.ts`, a managed Asterisk, the relay, the demonstration's people. */
export interface Product {
  url: string;
  dataDirectory: string;
  ports: typeof PORTS;
  /** Everything it has printed. */
  output(): string;
  /** The password of all printed accounts. */
  password: string;
  /** Milliseconds from the start of the process to the line "ready". */
  readyMs: number;
  /** Process ids as they are now; the starter, the service it keeps, the relay, the switch. */
  pids(): { starter: number; service: number; relay: number; switch: number };
  /** A cookie of an account, for the API. */
  logIn(account: string): Promise<string>;
  api<T = unknown>(path: string, cookie: string, body?: unknown): Promise<T>;
  /** Ends service, relay and switch and removes the data. */
  stop(): Promise<void>;
}

/** 500 people at 120 a minute come in five. */
const LOGIN_TURNS = 10;

export const PORTS = { http: 18_345, relay: 18_346, asteriskHttp: 18_347, ami: 18_348, sip: 18_349 };

/** The environment of a product whose data lie in this directory and that listens on PORTS; the rest as it comes. */
export const onTestPorts = (dataDirectory: string): NodeJS.ProcessEnv => ({
  ...process.env,
  HOTLINE_DATA_DIR: dataDirectory,
  HOTLINE_HTTP_PORT: String(PORTS.http),
  HOTLINE_RELAY_PORT: String(PORTS.relay),
  HOTLINE_ASTERISK_HTTP_PORT: String(PORTS.asteriskHttp),
  HOTLINE_ASTERISK_AMI_PORT: String(PORTS.ami),
  HOTLINE_SIP_PORT: String(PORTS.sip),
});

/** A carrier that our own SIP peers on loopback play: HOTLINE_TRUNKS for `startProduct({ env: carrierTrunk })`. */
export const carrierTrunk = {
  HOTLINE_TRUNKS: JSON.stringify([{ name: 'carrier', host: '127.0.0.1', port: 15_999, addresses: ['127.0.0.1'] }]),
};

/** Waits until `ask` answers with something true; what it throws meanwhile counts as no. */
export const eventually = async <T>(what: string, limitMs: number, ask: () => Promise<T | null | false> | T | null | false): Promise<T> => {
  for (const end = Date.now() + limitMs; Date.now() < end; await delay(50)) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => null);
    if (answer) return answer;
  }
  throw new Error(`waited ${limitMs} ms for ${what}`);
};

const commandLine = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

const environmentOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
};

const everyPid = (): number[] => readdirSync('/proc').map(Number).filter(Boolean);

/** Resident memory of a process in MB. */
export const residentMb = (pid: number): number =>
  Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 102.4) / 10;

/** Seconds of processor time a process has used since it began. */
export const processorSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const run = (script: string, env: NodeJS.ProcessEnv): Promise<void> =>
  new Promise((resolve) => {
    spawn(process.execPath, [script], { cwd: ROOT, env, stdio: 'ignore' }).on('exit', () => resolve());
  });

/**
 * Must run inside the namespace that test/run.ts and test/journey.ts make; 10.99.0.1 is its voice address.
 *
 * @param options.env settings beside ports and data directory
 */
export const startProduct = async (options: { env?: Record<string, string>; dataDirectory?: string } = {}): Promise<Product> => {
  const data = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'hotline-product-'));
  mkdirSync(data, { recursive: true });
  const env = { ...onTestPorts(data), HOTLINE_RTP_HOST: '10.99.0.1', ...options.env };
  const url = `http://127.0.0.1:${PORTS.http}`;
  let output = '';
  const began = Date.now();
  const starter: ChildProcess = spawn(process.execPath, ['src/start.ts'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const take = (chunk: Buffer): void => {
    output += chunk;
  };
  starter.stdout?.on('data', take);
  starter.stderr?.on('data', take);
  const over = (): boolean => starter.exitCode !== null || starter.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (!over()) starter.kill('SIGTERM');
    await eventually('the service to end', 15_000, over).catch(() => starter.kill('SIGKILL'));
    await run('src/stop.ts', env);
    if (!options.dataDirectory) rmSync(data, { recursive: true, force: true });
  };
  const isReady = (): boolean => / ready$/m.test(output);
  await eventually('the line "ready"', 90_000, () => isReady() || over()).catch(() => undefined);
  if (!isReady()) {
    await stop();
    throw new Error(`the product did not start:\n${output.slice(-4_000)}`);
  }
  const readyMs = Date.now() - began;
  // The accounts are printed after that line, and may come in another piece.
  await eventually('the last line', 10_000, () => output.includes('npm run stop'));
  const password = /^\s+agent1\s+(\S+)\s/m.exec(output)?.[1] ?? '';
  const { etc } = layOut(await chooseBase(join(data, 'switch'), chooseRunAs()));
  const find = (what: string, is: (pid: number) => boolean): number => {
    const pid = everyPid().find(is);
    if (pid === undefined) throw new Error(`no process of the ${what}`);
    return pid;
  };
  // Ports are alike in every namespace, and process ids are seen across them: only the data directory is this product's own.
  const ours = (script: string) => (pid: number) =>
    commandLine(pid).includes(script) && environmentOf(pid).includes(`HOTLINE_DATA_DIR=${data}\0`);
  const api = async <T>(path: string, cookie: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      headers: { cookie, ...(body === undefined ? {} : { 'content-type': 'application/json', origin: url }) },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    url,
    dataDirectory: data,
    ports: PORTS,
    output: () => output,
    password,
    readyMs,
    pids: () => ({
      starter: starter.pid ?? 0,
      service: find('service', ours('src/main.ts')),
      relay: find('relay', ours('src/relay.ts')),
      switch: find('switch', (pid) => commandLine(pid).includes('asterisk') && commandLine(pid).includes(`${etc}/`)),
    }),
    async logIn(account) {
      const knock = () =>
        fetch(`${url}/api/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: url },
          body: JSON.stringify({ account, password }),
        });
      let response = await knock();
      // One address may log in so often a minute; whoever sends a crowd waits as told.
      for (let turn = 0; response.status === 429 && turn < LOGIN_TURNS; turn++) {
        await delay(1000 * (Number(response.headers.get('retry-after')) || 1));
        response = await knock();
      }
      if (!response.ok) throw new Error(`log-in of ${account}: ${response.status} ${await response.text()}`);
      return response.headers
        .getSetCookie()
        .map((each) => each.split(';')[0])
        .join('; ');
    },
    api,
    stop,
  };
};
