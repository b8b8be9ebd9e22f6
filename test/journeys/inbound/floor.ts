import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { chooseBase, chooseRunAs } from '../../../src/telephony/managed/directories.ts';
import { readIdentity } from '../../../src/telephony/managed/instance.ts';
import { type ManagerLine, type ManagerMessage, openManagerLine } from '../../../src/telephony/managed/manager-line.ts';
import { carrierTrunk, eventually, type Product, startProduct } from '../../helpers/product.ts';

/** How much of the whole claim a trial does, 0 to 1: HOTLINE_JOURNEY_SCALE does not reach a journey, JOURNEY_SCALE does. */
export const scaled = (whole: number, least = 2): number => Math.max(least, Math.round(whole * Number(process.env.JOURNEY_SCALE ?? 1)));

/** An AgentCalled as the switch said it, by its own stamp on the event; one clock for switch, browsers and this process. */
export interface Called {
  at: number;
  legId: string;
  callId: string;
  extension: string;
  number: string;
}

export interface Offer {
  offerId: number;
  legId: string;
  extension: string;
  outcome: string;
  endedAt: number | null;
}

export interface Floor {
  product(): Product;
  line: ManagerLine;
  called(): Called[];
  /** All rows of offers, as the service wrote them. */
  offers(): Offer[];
  put(key: string, value: string): Promise<void>;
  /** Ends the service as an operator does, or as a crash does, while switch and relay go on, and waits until it is back. */
  restart(how: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Other calls that go on all the while: citizens who talk with the duty phone. */
  crowd(count: number): Promise<{ up(): Promise<number>; end(): Promise<void> }>;
  close(): Promise<void>;
}

const DUTY_NUMBER = '05336000001';
const CARRIER_PORT = 15_999;

export const calledOf = (event: ManagerMessage): Called => ({
  at: Number(event.timestamp) * 1000,
  legId: event.destuniqueid ?? '',
  callId: event.uniqueid ?? '',
  extension: /^PJSIP\/(\w+)/.exec(event.interface ?? '')?.[1] ?? '',
  number: event.calleridnum ?? '',
});

const readOffers = (file: string): Offer[] => {
  const database = new Database(file, { readonly: true });
  try {
    return database
      .prepare('select id as offerId, leg_id as legId, extension, outcome, ended_at as endedAt from offers order by id')
      .all() as Offer[];
  } finally {
    database.close();
  }
};

export const openFloor = async (more: Record<string, string> = {}): Promise<Floor> => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'hotline-floor-'));
  mkdirSync(dataDirectory, { recursive: true });
  const env = { ...carrierTrunk, HOTLINE_WRAP_UP_SECONDS: '2', HOTLINE_LOG_LEVEL: 'warn', ...more };
  let product = await startProduct({ dataDirectory, env });
  const base = await chooseBase(join(dataDirectory, 'switch'), chooseRunAs());
  const identity = readIdentity(base);
  if (!identity) throw new Error('the switch has no identity');
  const line = await openManagerLine({ host: '127.0.0.1', port: identity.ports.ami, username: 'hotline', secret: identity.amiSecret });
  const put = async (key: string, value: string): Promise<void> =>
    void (await line.ask('DBPut', { Family: 'hotline', Key: key, Val: value }));
  await put('notice', 'none');
  const isUp = async (): Promise<boolean> => (await fetch(`${product.url}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
  return {
    product: () => product,
    line,
    called: () =>
      line
        .seen()
        .filter((event) => event.event === 'AgentCalled')
        .map(calledOf),
    offers: () => readOffers(join(dataDirectory, 'hotline.db')),
    put,
    async restart(how) {
      const { service, starter } = product.pids();
      const gone = (pid: number) => async (): Promise<boolean> => {
        try {
          process.kill(pid, 0);
          return false;
        } catch {
          return true;
        }
      };
      if (how === 'SIGKILL') {
        process.kill(service, 'SIGKILL');
        await eventually('the service to be gone', 5_000, gone(service));
        await eventually('the service to be back', 30_000, isUp);
        return;
      }
      process.kill(starter, 'SIGTERM');
      await eventually('the service to be gone', 15_000, gone(service));
      product = await startProduct({ dataDirectory, env });
    },
    async crowd(count) {
      await put('fallback', DUTY_NUMBER);
      const worker = new Worker(new URL('./crowd-worker.ts', import.meta.url), {
        workerData: { sipPort: product.ports.sip, dutyPort: CARRIER_PORT, count },
      });
      let broken: unknown = null;
      worker.on('error', (err) => {
        broken = err;
      });
      /** Bridges with two in them: citizens who have somebody to talk with. */
      const up = async (): Promise<number> => {
        if (broken) throw broken;
        const bridges = await line.list('BridgeList', {}, 'BridgeListComplete');
        return bridges.filter((bridge) => Number(bridge.bridgenumchannels) >= 2).length;
      };
      await eventually(`${count} calls to be up`, 60_000, async () => (await up()) >= count);
      return {
        up,
        async end() {
          worker.postMessage('end');
          await eventually('the calls to end', 10_000, async () => (await up()) === 0);
          await worker.terminate();
        },
      };
    },
    async close() {
      line.close();
      await product.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
};
