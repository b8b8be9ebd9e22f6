import { setTimeout as delay } from 'node:timers/promises';
import type { ShownState } from '../../../src/agents/schemas.ts';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import type { IncomingCall } from '../../helpers/sip.ts';
import { seeded } from '../inbound/common.ts';
import { type Cast, onPhones } from './hand-over.ts';
import { rounds, TONES, toAgent, toUnit, type Visit } from './room.ts';

/** Each act is met by so many deaths of the service. */
const KILLS = 10;
const RIGHT_WITHIN_MS = 10_000;
/** The blow falls within this time before and after the act. */
const SPREAD_MS = 900;
const WITHOUT_ANYBODY_MS = 12_000;

/** What is set up before, and what is asked for in the moment of the blow; what it answers does not count. */
interface Act {
  before?(cast: Cast, visit: Visit): Promise<void>;
  act(cast: Cast, visit: Visit): Promise<unknown>;
}

/** Colleague and unit pick up whatever rings them, for as long as a round lasts. */
const pickUp = (cast: Cast): { units: IncomingCall[]; stop(): Promise<void> } => {
  const units: IncomingCall[] = [];
  let picking = true;
  const at = async (ring: () => Promise<() => unknown>): Promise<void> => {
    while (picking) {
      const answer = await ring().catch(() => null);
      if (!answer) continue;
      await delay(150);
      answer();
    }
  };
  const work = Promise.all([
    at(async () => {
      await cast.second.rings(400);
      return () => cast.second.answer();
    }),
    at(async () => {
      await cast.first.rings(400);
      return () => cast.first.answer();
    }),
    at(async () => {
      const unit = await cast.room.outside(400);
      units.push(unit);
      return () => unit.answer(TONES.outside);
    }),
  ]);
  return {
    units,
    async stop() {
      picking = false;
      await work;
    },
  };
};

const asking = async ({ first }: Cast, to: Record<string, unknown>, how: 'consult' | 'conference'): Promise<void> => {
  await first.act('third', { how, ...to });
  await eventually('the third to be there', 8_000, async () => (await first.picture()).desk?.thirdIsThere);
};

const acts: Record<string, Act> = {
  hold: { act: ({ first }) => first.line().reinvite('sendonly') },
  resume: {
    before: async ({ first }) => void (await first.line().reinvite('sendonly')),
    act: ({ first }) => first.line().reinvite('sendrecv'),
  },
  'transfer to a colleague': { act: ({ first, second }) => first.act('transfer', toAgent(second)) },
  'transfer outside': { act: ({ first }) => first.act('transfer', toUnit) },
  consult: { act: ({ first, second }) => first.act('third', { how: 'consult', ...toAgent(second) }) },
  join: {
    before: (cast) => asking(cast, toAgent(cast.second), 'consult'),
    act: ({ first }) => first.act('third/join'),
  },
  'hand over from asking': {
    before: (cast) => asking(cast, toAgent(cast.second), 'consult'),
    act: ({ first }) => first.act('third/leave'),
  },
  'three-way': { act: ({ first }) => first.act('third', { how: 'conference', ...toUnit }) },
  'three-way with 110': { act: ({ first }) => first.act('third', { how: 'conference', to: { kind: 'number', number: '110' } }) },
  'the third asked to leave': {
    before: (cast) => asking(cast, toUnit, 'conference'),
    act: ({ first }) => first.act('third/dismiss'),
  },
  'the agent leaves the three': {
    before: (cast) => asking(cast, toUnit, 'conference'),
    act: ({ first }) => first.act('third/leave'),
  },
};

/** The people with the citizen, by the ears; on hold or asked about, music counts as somebody only for a while. */
const somebody = (visit: Visit): boolean => [TONES.first, TONES.second, TONES.outside].some((hz) => visit.citizen.share(hz) > 0.15);

const isDropped = (visit: Visit): boolean => visit.citizen.isOver();

/** What the switch holds of a desk's telephone is what the desk must show. */
const truthOf = async (cast: Cast, extension: string): Promise<'talking' | 'idle'> => {
  const channels = await cast.room.line.list('CoreShowChannels', {}, 'CoreShowChannelsComplete');
  const up = channels.some(({ channel, channelstatedesc }) => channel?.startsWith(`PJSIP/${extension}-`) && channelstatedesc === 'Up');
  return up ? 'talking' : 'idle';
};

const fits = (truth: 'talking' | 'idle', state: ShownState): boolean =>
  truth === 'talking' ? state === 'talking' : ['ready', 'paused', 'wrap_up'].includes(state);

interface Blow {
  /** From the first answer of the new service until both desks show what is so; null: never in time. */
  rightMs: number | null;
  fault: string | null;
}

const blow = async (cast: Cast, name: string, { before, act }: Act, chance: () => number): Promise<Blow> => {
  const { room, first, second } = cast;
  await room.rest([first, second]);
  const visit = await room.talk(first);
  room.forgetTale(visit);
  const people = pickUp(cast);
  try {
    await before?.(cast, visit);
    await delay(300);
    const pid = room.servicePid();
    const lag = chance() * SPREAD_MS * 2 - SPREAD_MS;
    const acted = delay(Math.max(0, -lag)).then(() => act(cast, visit).catch(() => null));
    await delay(Math.max(0, lag));
    if (pid) process.kill(pid, 'SIGKILL');
    await acted;
    const upAt = await eventually('the service to be back', 60_000, async () => {
      const next = room.servicePid();
      if (next === null || next === pid) return false;
      return (await fetch(`${room.product.url}/healthz`, { signal: AbortSignal.timeout(500) })).status < 500 && Date.now();
    });
    const right = await eventually('both desks to be right', RIGHT_WITHIN_MS * 2, async () => {
      for (const seat of [first, second]) if (!fits(await truthOf(cast, seat.extension), (await seat.picture()).agent.state)) return false;
      return Date.now();
    }).catch(() => null);
    if (isDropped(visit)) return { rightMs: null, fault: `${name}: the citizen was dropped (blow ${Math.round(lag)} ms from the act)` };
    // Whoever was held is taken back; whoever was asked about comes back by the agent's own act.
    if (name === 'hold' || name === 'resume') await first.line().reinvite('sendrecv');
    else if ((await first.picture()).desk?.state === 'asking') await first.act('third/join').catch(() => null);
    const heard = await eventually('the citizen to hear somebody', WITHOUT_ANYBODY_MS, () => somebody(visit)).catch(() => false);
    if (!heard) return { rightMs: null, fault: `${name}: the citizen hears nobody` };
    if (right === null) {
      const states = await Promise.all(
        [first, second].map(
          async (seat) => `${seat.name} ${(await seat.picture()).agent.state}, is ${await truthOf(cast, seat.extension)}`,
        ),
      );
      return { rightMs: null, fault: `${name}: ${states.join('; ')}` };
    }
    return { rightMs: right - upAt, fault: null };
  } finally {
    await people.stop();
    visit.citizen.hangUp();
    for (const seat of [first, second]) await seat.hangUp().catch(() => undefined);
    for (const unit of people.units) unit.hangUp();
  }
};

/** The service dies at a random moment of each act; the switch goes on, and the next service finds everything as it is. */
export const killed = (report: Report): Promise<void> =>
  onPhones(report, async (cast) => {
    const chance = seeded(2_024);
    const count = rounds(KILLS);
    const all: number[] = [];
    for (const [name, act] of Object.entries(acts)) {
      const blows: Blow[] = [];
      for (let index = 0; index < count; index += 1)
        blows.push(await blow(cast, name, act, chance).catch((err: Error) => ({ rightMs: null, fault: `${name}: ${err.message}` })));
      const faults = blows.flatMap(({ fault }) => fault ?? []);
      const times = blows.flatMap(({ rightMs }) => rightMs ?? []);
      all.push(...times);
      const inTime = times.length === count && Math.max(...times) <= RIGHT_WITHIN_MS;
      report.claim(`service killed around: ${name}`, faults.length === 0 && inTime, {
        blows: count,
        rightMs: summary(times),
        ...(faults.length ? { faults: faults.slice(0, 5) } : {}),
      });
    }
    report.figure('service back → both desks right', { unit: 'ms', ...summary(all) });
  });
