import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { chooseBase, chooseRunAs, layOut } from '../../../src/telephony/managed/directories.ts';
import { readIdentity } from '../../../src/telephony/managed/instance.ts';
import { type ManagerLine, openManagerLine } from '../../../src/telephony/managed/manager-line.ts';
import { SERVICE_USER, type SwitchDirectories } from '../../../src/telephony/managed/settings.ts';
import { createPlainSipPhone, type PlainSipPhone } from '../../helpers/plain-sip-phone.ts';
import { carrierTrunk, eventually, PORTS, type Product, startProduct } from '../../helpers/product.ts';

/** How much of the full measure is run: 1 unless BENCH_SCALE says less. Full figures come from 1. */
export const SCALE = Math.min(1, Math.max(0.05, Number(process.env.BENCH_SCALE) || 1));

/** Clock ticks of a process and of the children it has waited for (an AGI script is one), in milliseconds. */
export const processorMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) * 10;
};

/**
 * The whole product, a carrier, agents at desk phones that answer at once, and a way to take the service away and bring it
 * back while the switch goes on.
 */
export interface Rig {
  directories: SwitchDirectories;
  /** Where the bench keeps its own files; gone with the rig. */
  scratch: string;
  product(): Product;
  /** `service` is 0 while there is none. */
  pids(): { switch: number; service: number };
  cookies: string[];
  /** Calls that the agents' phones have answered so far. */
  answered(): number;
  withService(wanted: boolean): Promise<void>;
  line(): Promise<ManagerLine>;
  ask(action: string, headers?: Record<string, string>): Promise<Record<string, string>>;
  /** Waits until no call is up, every recording is sealed and every event delivered. */
  quiet(limitMs?: number): Promise<void>;
  /** Takes the recordings of calls that are over away: a full measure would leave gigabytes. */
  forgetRecordings(): void;
  stop(): Promise<void>;
}

/**
 * Seats a desk phone of an agent: signed in over the API, registered, ready. It never hangs up.
 * @param onRing called before it answers at once; null for a phone that only rings
 */
const seat = async (product: Product, account: string, onRing: (() => void) | null): Promise<{ cookie: string; phone: PlainSipPhone }> => {
  const cookie = await product.logIn(account);
  const signedIn = await product.api<{ phone: { extension: string; secret: string } }>('/api/desk/sign-in', cookie, { device: 'desk' });
  const { extension: user, secret } = signedIn.phone;
  const phone = await createPlainSipPhone({ user, secret, server: { host: '127.0.0.1', port: PORTS.sip } });
  await phone.register(3600);
  await product.api('/api/desk/intent', cookie, { intent: 'ready' });
  const answerAll = async (): Promise<void> => {
    for (;;) {
      const ring = await phone.ring();
      if (!onRing) continue;
      onRing();
      ring.answer();
    }
  };
  void answerAll();
  return { cookie, phone };
};

export const startRig = async (options: { agents?: number; answering?: boolean; env?: Record<string, string> } = {}): Promise<Rig> => {
  const data = mkdtempSync(join(tmpdir(), 'hotline-bench-'));
  const scratch = mkdtempSync(join(tmpdir(), 'hotline-bench-own-'));
  chmodSync(scratch, 0o755);
  const env = { ...carrierTrunk, HOTLINE_WRAP_UP_SECONDS: '2', ...options.env };
  const start = (): Promise<Product> => startProduct({ env, dataDirectory: data });
  let product = await start();
  const switchPid = product.pids().switch;
  let hasService = true;
  let answered = 0;
  const base = await chooseBase(join(data, 'switch'), chooseRunAs());
  const directories = layOut(base);
  const secret = readIdentity(base)?.amiSecret ?? '';
  const line = (): Promise<ManagerLine> => openManagerLine({ host: '127.0.0.1', port: PORTS.ami, username: SERVICE_USER, secret });
  const ask = async (action: string, headers: Record<string, string> = {}): Promise<Record<string, string>> => {
    const own = await line();
    try {
      return await own.ask(action, headers);
    } finally {
      own.close();
    }
  };
  const seats: { cookie: string; phone: PlainSipPhone }[] = [];
  for (let index = 1; index <= (options.agents ?? 0); index++)
    seats.push(
      await seat(
        product,
        `agent${index}`,
        options.answering === false
          ? null
          : () => {
              answered += 1;
            },
      ),
    );

  const pids = (): { switch: number; service: number } => ({ switch: switchPid, service: hasService ? product.pids().service : 0 });
  const unsealed = (): number => {
    if (options.env?.DATABASE_URL) return 0;
    const db = new Database(join(data, 'hotline.db'), { readonly: true });
    try {
      const sql =
        "select (select count(*) from recordings where state = 'writing') + (select count(*) from outbox where delivered_at is null)";
      return Number(db.prepare(sql).pluck().get());
    } finally {
      db.close();
    }
  };
  /** A service that was away first takes in what happened meanwhile: that work belongs to the calls of other arms. */
  const idle = async (): Promise<void> => {
    let before = Number.NaN;
    await eventually('the service to have caught up', 300_000, async () => {
      const now = processorMs(product.pids().service);
      const isIdle = now - before < 50;
      before = now;
      await delay(1000);
      return isIdle;
    });
  };
  const withService = async (wanted: boolean): Promise<void> => {
    if (wanted === hasService) return;
    if (wanted) {
      product = await start();
      await idle();
    } else {
      const { starter, service } = product.pids();
      process.kill(starter, 'SIGTERM');
      await eventually('the service to end', 60_000, () => statSync(`/proc/${service}`, { throwIfNoEntry: false }) === undefined);
    }
    hasService = wanted;
  };
  const quiet = async (limitMs = 300_000): Promise<void> => {
    await eventually('the calls to end', limitMs, async () => {
      await delay(200);
      return Number((await ask('CoreStatus')).corecurrentcalls) === 0;
    }).catch(async (err) => {
      const own = await line();
      const left = await own.list('CoreShowChannels', {}, 'CoreShowChannelsComplete');
      own.close();
      const told = left.slice(0, 12).map((each) => [each.channel, each.channelstatedesc, each.application, each.duration].join(' '));
      throw new Error(`${err}; ${left.length} channels are left: ${told.join(' | ')}`);
    });
    if (hasService) await eventually('the recordings to be sealed', limitMs, () => unsealed() === 0);
    await delay(1000);
  };
  return {
    directories,
    scratch,
    product: () => product,
    pids,
    cookies: seats.map(({ cookie }) => cookie),
    answered: () => answered,
    withService,
    line,
    ask,
    quiet,
    forgetRecordings: () => {
      const folder = join(directories.spool, 'recording/hotline');
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    },
    stop: async () => {
      for (const { phone } of seats) phone.close();
      await product.stop();
      for (const each of [data, scratch, base]) rmSync(each, { recursive: true, force: true });
    },
  };
};
