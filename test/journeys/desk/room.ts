import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentView } from '../../../src/agents/schemas.ts';
import type { DeskView, WantedDestination } from '../../../src/calls/schemas.ts';
import type { Snapshot } from '../../../src/push/frames.ts';
import { chooseBase, chooseRunAs } from '../../../src/telephony/managed/directories.ts';
import { readIdentity } from '../../../src/telephony/managed/instance.ts';
import { type ManagerLine, openManagerLine } from '../../../src/telephony/managed/manager-line.ts';
import { carrierTrunk, eventually, type Product, startProduct } from '../../helpers/product.ts';
import type { Report } from '../../helpers/report.ts';
import { createSipPeer, type IncomingCall, type SipCall, type SipPeer } from '../../helpers/sip.ts';
import { boardFaults } from './board-figures.ts';
import type { Ear } from './hearing.ts';
import { createTale, lastActs, openPieces, type Tale, taleFaults } from './tale.ts';

/** Every party's own tone; none is a multiple of another, and none is mostly what the music is made of. */
export const TONES = { citizen: 440, neighbour: 550, first: 1_000, second: 1_300, outside: 700 } as const;

/** Somebody at a desk, on a telephone of the test's own or in a browser. */
export interface Seat {
  name: string;
  account: string;
  extension: string;
  cookie: string;
  hz: number;
  ear: Ear;
  picture(): Promise<Snapshot>;
  /** Asks the service for one of the acts on the call that this desk has. @throws Error with the refusal */
  act(path: string, body?: Record<string, unknown>): Promise<DeskView>;
  /** Waits for the next ring. @returns epoch milliseconds of it */
  rings(limitMs?: number): Promise<number>;
  /** @returns epoch milliseconds of the answer */
  answer(): Promise<number>;
  hangUp(): Promise<number>;
  close(): Promise<void>;
}

export interface PhoneSeat extends Seat {
  phone: SipPeer;
  /** The ring or talk on this telephone. */
  line(): IncomingCall;
}

/** One citizen's visit. */
export interface Visit {
  citizen: SipCall;
  ear: Ear;
  number: string;
  tale: Tale;
  dialledAt: number;
  /** Ends the call from the citizen's side. */
  hangUp(): void;
}

export interface Room {
  product: Product;
  carrier: SipPeer;
  /** A team leader's session. */
  leader: string;
  line: ManagerLine;
  visits: Visit[];
  phoneSeat(place: number, name: 'first' | 'second'): Promise<PhoneSeat>;
  /** The desk takes calls, or takes none (a colleague who pauses can still be handed a call). */
  want(seat: Seat, intent: 'ready' | 'paused'): Promise<void>;
  /** @param name a second citizen has a voice of their own */
  dial(name?: 'citizen' | 'neighbour'): Visit;
  /** How this visit ended depends on which of two came first: the record must be in order, whichever it was. */
  forgetTale(visit: Visit): void;
  /** Dials, and has this seat, the only one that takes calls, answer; both are heard. */
  talk(seat: Seat): Promise<Visit>;
  /** Nobody is in a call any more, no wrap-up is left, and each desk stands as it is wanted. */
  rest(seats: readonly Seat[]): Promise<void>;
  /** A person at a number outside, rung by the switch. */
  outside(limitMs?: number): Promise<IncomingCall>;
  servicePid(): number | null;
  close(): Promise<void>;
}

const CARRIER_PORT = 15_999;
const FIRST_EXTENSION = 8_001;
const REGISTER_EVERY_MS = 120_000;

export const earOf = (name: string, hz: number, call: () => SipCall | null): Ear => ({
  name,
  hz,
  async listen(tones) {
    const now = call();
    if (!now || now.isOver()) return { shares: tones.map(() => 0), loud: false };
    return { shares: tones.map((tone) => now.share(tone)), loud: now.silentFor() < 400 };
  },
});

/** What every seat can ask of the service, whatever its telephone is. */
export const serviceOf = (product: Product, cookie: string) => {
  const picture = (): Promise<Snapshot> => product.api<Snapshot>('/api/desk', cookie);
  return {
    picture,
    act: async (path: string, body: Record<string, unknown> = {}): Promise<DeskView> => {
      const { agent } = await picture();
      return product.api<DeskView>(`/api/calls/${agent.callId}/${path}`, cookie, body);
    },
  };
};

export const toAgent = (seat: Seat): { to: WantedDestination } => ({ to: { kind: 'agent', extension: seat.extension } });
export const UNIT_NUMBER = '05335550009';
export const toUnit: { to: WantedDestination } = { to: { kind: 'number', number: UNIT_NUMBER } };

/** @param more of the product's environment */
export const openRoom = async (more: Record<string, string> = {}): Promise<Room> => {
  const product = await startProduct({ env: { ...carrierTrunk, HOTLINE_WRAP_UP_SECONDS: '60', HOTLINE_LOG_LEVEL: 'warn', ...more } });
  const identity = readIdentity(await chooseBase(join(product.dataDirectory, 'switch'), chooseRunAs()));
  if (!identity) throw new Error('the switch has no identity');
  const line = await openManagerLine({ host: '127.0.0.1', port: identity.ports.ami, username: 'hotline', secret: identity.amiSecret });
  await line.ask('DBPut', { Family: 'hotline', Key: 'notice', Val: 'none' });
  const sip = { host: '127.0.0.1', port: product.ports.sip };
  const carrier = await createSipPeer(sip, CARRIER_PORT);
  const leader = await product.logIn('team1');
  const intents = new Map<string, 'ready' | 'paused'>();
  let number = 0;
  const room: Room = {
    product,
    carrier,
    leader,
    line,
    visits: [],
    async phoneSeat(place, name) {
      const account = `agent${place}`;
      const cookie = await product.logIn(account);
      const extension = String(FIRST_EXTENSION - 1 + place);
      const phone = await createSipPeer(sip);
      const signedIn = await product.api<{ phone: { secret: string } }>('/api/desk/sign-in', cookie, { device: 'desk' });
      const register = (): Promise<void> => phone.register(extension, signedIn.phone.secret);
      await register();
      // A registration is good for five minutes, a part takes longer.
      const renewal = setInterval(() => void register().catch(() => undefined), REGISTER_EVERY_MS);
      const hz = TONES[name];
      let call: IncomingCall | null = null;
      const held = (): IncomingCall => {
        if (!call) throw new Error(`${name} has no call`);
        return call;
      };
      return {
        name,
        account,
        extension,
        cookie,
        hz,
        phone,
        line: held,
        ear: earOf(name, hz, () => call),
        ...serviceOf(product, cookie),
        async rings(limitMs = 10_000) {
          call = await phone.incoming(limitMs);
          return Date.now();
        },
        async answer() {
          held().answer(hz);
          return Date.now();
        },
        async hangUp() {
          held().hangUp();
          return Date.now();
        },
        async close() {
          clearInterval(renewal);
          phone.close();
        },
      };
    },
    async want(seat, intent) {
      intents.set(seat.account, intent);
      await product.api('/api/desk/intent', seat.cookie, intent === 'ready' ? { intent } : { intent, reason: 'break' });
    },
    forgetTale: (visit) => void room.visits.splice(room.visits.indexOf(visit), 1),
    dial(name = 'citizen') {
      const own = `1381${String(1_000_000 + ++number)}`;
      const citizen = carrier.call('12345', { from: own, toneHz: TONES[name] });
      const visit: Visit = {
        citizen,
        ear: earOf(name, TONES[name], () => citizen),
        number: own,
        tale: createTale(own),
        dialledAt: Date.now(),
        hangUp() {
          citizen.hangUp();
          visit.tale.over();
        },
      };
      void citizen.ended.then(() => visit.tale.over());
      room.visits.push(visit);
      return visit;
    },
    async talk(seat) {
      const visit = room.dial();
      visit.tale.begin('ring', seat.extension, await seat.rings(15_000));
      await delay(120);
      const at = await seat.answer();
      visit.tale.end('ring', seat.extension, at);
      visit.tale.begin('talk', seat.extension, at);
      await eventually('the service to know of the talk', 5_000, async () => (await seat.picture()).desk?.state === 'talking');
      return visit;
    },
    async rest(seats) {
      await eventually('the switch to be empty', 10_000, async () => Number((await line.ask('CoreStatus')).corecurrentcalls ?? 1) === 0);
      for (const seat of seats) {
        const wanted = intents.get(seat.account) ?? 'paused';
        await eventually(`${seat.name} to be ${wanted} again`, 10_000, async () => {
          const { agent } = await seat.picture();
          if (agent.state === 'wrap_up') await product.api<AgentView>('/api/desk/wrap-up/end', seat.cookie, {});
          return agent.state === wanted;
        });
      }
    },
    outside: (limitMs = 10_000) => carrier.incoming(limitMs),
    servicePid() {
      try {
        return product.pids().service;
      } catch {
        return null;
      }
    },
    async close() {
      line.close();
      carrier.close();
      await product.stop();
    },
  };
  return room;
};

/** A short run to try a part: JOURNEY_ROUNDS=3. */
export const rounds = (otherwise = 30): number => Number(process.env.JOURNEY_ROUNDS ?? otherwise);

/** Rounds that throw are told and counted; the next one begins from rest all the same. */
export const inRounds = async (
  report: Report,
  room: Room,
  seats: readonly Seat[],
  what: string,
  count: number,
  round: (index: number) => Promise<void>,
): Promise<void> => {
  const faults: string[] = [];
  let good = 0;
  for (let index = 0; index < count; index += 1) {
    try {
      await room.rest(seats);
      await round(index);
      good += 1;
    } catch (err) {
      faults.push(`${index}: ${err instanceof Error ? err.message : String(err)}`);
      report.figure('what the record held then', {
        acts: lastActs(room.product.dataDirectory),
        output: room.product.output().slice(-400),
      });
      for (const { citizen } of room.visits) citizen.hangUp();
      for (const seat of seats) await seat.hangUp().catch(() => undefined);
      await delay(1_000);
    }
  }
  report.claim(what, good === count, { rounds: count, good, ...(faults.length ? { faults: faults.slice(0, 10) } : {}) });
};

/** At the end of every part: the pieces of every call as they were lived, and the board exactly as the record has it. */
export const tellRecord = async (report: Report, room: Room): Promise<void> => {
  const tales = room.visits.map(({ tale }) => tale);
  const wrong = await taleFaults(room.product.dataDirectory, tales);
  const pieces = tales.reduce((sum, tale) => sum + tale.pieces().length, 0);
  if (tales.length > 0)
    report.claim('segments and times as lived, ± 1 s', wrong.length === 0 && pieces > 0, {
      calls: tales.length,
      pieces,
      faults: wrong.length,
      ...(wrong.length ? { first: wrong.slice(0, 12) } : {}),
    });
  const open = openPieces(room.product.dataDirectory);
  report.claim('nothing in the record goes on that is over', open.length === 0, { open });
  const figures = await boardFaults(room.product, room.leader);
  report.claim('the board exactly as recomputed from the call record', figures.length === 0, { faults: figures });
};
