import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import type { IncomingCall } from '../../helpers/sip.ts';
import { type BrowserSeat, openBrowserSeat } from './browser-seat.ts';
import { hear } from './hearing.ts';
import { earOf, inRounds, openRoom, type Room, rounds, TONES, tellRecord, UNIT_NUMBER, type Visit } from './room.ts';

const RINGS_WITHIN_MS = 500;
const MOST_GAP_MS = 200;
const SPEAK_MS = 400;

interface Times {
  clickToRing: number[];
  citizenGap: number[];
  agentGap: number[];
}

interface Three {
  visit: Visit;
  unit: IncomingCall;
}

type Click = (seat: BrowserSeat) => Promise<number>;

const earsOf = (seat: BrowserSeat, { visit, unit }: Three) => [visit.ear, seat.ear, earOf('outside', TONES.outside, () => unit)];

/** From two in talk to three who all hear each other. */
const bringIn = async (room: Room, seat: BrowserSeat, click: Click, times: Times): Promise<Three> => {
  const visit = await room.talk(seat);
  const two = [visit.ear, seat.ear];
  await hear('two in talk', two, { citizen: ['first'], first: ['citizen'] });
  await delay(SPEAK_MS);
  const before = Date.now();
  const clicked = await click(seat);
  visit.tale.begin('invite', seat.extension, clicked);
  const unit = await room.outside();
  times.clickToRing.push(Date.now() - clicked);
  await hear('the first two go on while it rings', two, { citizen: ['first'], first: ['citizen'] });
  times.citizenGap.push(visit.citizen.longestGap(before));
  times.agentGap.push(await seat.gap(before));
  await delay(SPEAK_MS);
  unit.answer(TONES.outside);
  const at = Date.now();
  visit.tale.end('invite', seat.extension, at);
  visit.tale.begin('third', seat.extension, at);
  const three = { visit, unit };
  await hear('all three', earsOf(seat, three), {
    citizen: ['first', 'outside'],
    first: ['citizen', 'outside'],
    outside: ['citizen', 'first'],
  });
  return three;
};

const ways: Record<string, (seat: BrowserSeat, three: Three) => Promise<void>> = {
  async 'the third leaves'(seat, three) {
    three.unit.hangUp();
    three.visit.tale.end('third', seat.extension);
    await hear('two again', earsOf(seat, three), { citizen: ['first'], first: ['citizen'] });
    three.visit.tale.end('talk', seat.extension, await seat.hangUp());
    await eventually('the citizen to be let go', 12_000, () => three.visit.citizen.isOver());
  },
  async 'the agent leaves the two alone'(seat, three) {
    three.visit.tale.end('talk', seat.extension, await seat.clickThird('leave'));
    await hear('citizen and unit', earsOf(seat, three), { citizen: ['outside'], outside: ['citizen'], first: 'nothing' });
    three.unit.hangUp();
    three.visit.tale.end('third', seat.extension);
    await eventually('the citizen to be let go', 12_000, () => three.visit.citizen.isOver());
  },
  async 'the agent asks the third to leave'(seat, three) {
    three.visit.tale.end('third', seat.extension, await seat.clickThird('dismiss'));
    await eventually('the third to be out', 5_000, () => three.unit.isOver());
    await hear('two again', earsOf(seat, three), { citizen: ['first'], first: ['citizen'] });
    three.visit.tale.end('talk', seat.extension, await seat.hangUp());
    await eventually('the citizen to be let go', 12_000, () => three.visit.citizen.isOver());
  },
  async 'the agent hangs up'(seat, three) {
    three.visit.tale.end('talk', seat.extension, await seat.hangUp());
    await hear('citizen and unit', earsOf(seat, three), { citizen: ['outside'], outside: ['citizen'], first: 'nothing' });
    three.visit.hangUp();
    await eventually('the unit to be let go', 8_000, () => three.unit.isOver());
  },
  async 'the citizen leaves'(seat, three) {
    three.visit.hangUp();
    await eventually('the unit to be let go', 8_000, () => three.unit.isOver());
    await seat.shows('wrap_up');
  },
};

const inThree =
  (what: string, click: Click) =>
  async (report: Report): Promise<void> => {
    const room = await openRoom();
    let seat: BrowserSeat | null = null;
    try {
      const agent = await openBrowserSeat(room, 1, 'first');
      seat = agent;
      await room.want(agent, 'ready');
      const times: Times = { clickToRing: [], citizenGap: [], agentGap: [] };
      const names = Object.keys(ways);
      const count = rounds();
      await inRounds(report, room, [agent], what, count, async (index) => {
        const name = names[index % names.length] ?? '';
        const three = await bringIn(room, agent, click, times);
        await ways[name]?.(agent, three).catch((err: Error) => {
          throw new Error(`${name}: ${err.message}`, { cause: err });
        });
      });
      const ring = summary(times.clickToRing);
      report.claim('click → third party ringing ≤ 500 ms', ring.n >= count && ring.max <= RINGS_WITHIN_MS, { unit: 'ms', ...ring });
      const [citizen, own] = [summary(times.citizenGap), summary(times.agentGap)];
      const held = citizen.n >= count && Math.max(citizen.max, own.max) <= MOST_GAP_MS;
      report.claim('gap of the first two ≤ 200 ms', held, { unit: 'ms', citizen, agent: own });
      await tellRecord(report, room);
    } finally {
      await seat?.close();
      await room.close();
    }
  };

/** A unit's duty person comes into the call, and each of the three leaves in their turn. */
export const threeWay = inThree('three in talk with a unit, in and out', (seat) => seat.clickThird('conference', UNIT_NUMBER));

/** The one key for the police. */
export const emergency = inThree('three in talk with 110 by its one key, in and out', (seat) => seat.clickThird('call-110'));
