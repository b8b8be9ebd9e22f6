import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { get as getTls } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { childEnvironment, type RelayConfig } from '../config/index.ts';
import { HotlineError } from '../core/errors.ts';
import { MARK_FILE, type RelayMark } from './mark.ts';
import { relaySettings } from './settings.ts';

const SCRIPT = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../relay.ts' : '../relay.js', import.meta.url));
const START_WITHIN_MS = 8_000;
const END_WITHIN_MS = 4_000;

interface Health {
  fingerprint: string;
  pid: number;
  clients: number;
}

/** @returns null when nobody answers there, or somebody else */
const askHealth = (config: RelayConfig): Promise<Health | null> =>
  new Promise((resolve) => {
    const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host === '::' ? '::1' : config.host;
    const options = { host, port: config.port, path: '/healthz', timeout: 1_000, agent: false, rejectUnauthorized: false } as const;
    const request = (config.tls ? getTls : get)(options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk.slice(0, 4096 - body.length);
      });
      response.on('end', () => {
        try {
          const health = JSON.parse(body) as Health;
          resolve(typeof health.fingerprint === 'string' ? health : null);
        } catch {
          resolve(null);
        }
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
  });

/** @returns the marked relay while it lives; a process that merely got its number is not it */
const livingRelay = (dataDirectory: string): RelayMark | null => {
  try {
    const mark = JSON.parse(readFileSync(join(dataDirectory, MARK_FILE), 'utf8')) as RelayMark;
    const words = readFileSync(`/proc/${mark.pid}/cmdline`, 'utf8').split('\0');
    return words.includes(mark.script) ? mark : null;
  } catch {
    return null;
  }
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // Gone between the look and the signal, which is what was wanted.
  }
};

/** Ends the relay of this data directory: every browser telephone loses its registration, calls in progress go on. */
export const stopRelay = async (dataDirectory: string): Promise<boolean> => {
  const mark = livingRelay(dataDirectory);
  if (mark === null) return false;
  signal(mark.pid, 'SIGTERM');
  for (const deadline = Date.now() + END_WITHIN_MS; Date.now() < deadline; await delay(25))
    if (livingRelay(dataDirectory) === null) return true;
  signal(mark.pid, 'SIGKILL');
  return true;
};

/**
 * Makes sure a relay with these settings runs: an earlier one is kept, with all its telephones, when it would behave the
 * same; else it is replaced. It is a session of its own and writes to a file, so that it outlives the service that started it.
 * @param environment settings the process must read beside those of this one's environment, so that it comes to the same config
 * @throws HotlineError telephony.unavailable when it does not come up, with the file to look into
 */
export const ensureRelay = async (
  config: RelayConfig,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ pid: number; adopted: boolean }> => {
  const { fingerprint } = relaySettings(config);
  const running = await askHealth(config);
  if (running?.fingerprint === fingerprint) return { pid: running.pid, adopted: true };
  await stopRelay(config.dataDirectory);
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  const logFile = join(config.dataDirectory, 'relay.log');
  const log = openSync(logFile, 'a', 0o600);
  // Measured: the heap stays below 30 MB with 500 telephones, so a leak is to end this process and not the machine.
  const child = spawn(process.execPath, ['--max-old-space-size=128', '--max-semi-space-size=2', SCRIPT], {
    detached: true,
    env: { ...childEnvironment(config.cacheDirectory), ...environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let exited = false;
  child.once('exit', () => {
    exited = true;
  });
  child.once('error', () => {
    exited = true;
  });
  child.unref();
  for (const deadline = Date.now() + START_WITHIN_MS; Date.now() < deadline && !exited; await delay(50)) {
    const health = await askHealth(config);
    if (health?.fingerprint === fingerprint) return { pid: health.pid, adopted: false };
  }
  throw new HotlineError('telephony.unavailable', `话机中继未能启动，见 ${logFile} (the SIP relay did not start, see that file)`);
};
