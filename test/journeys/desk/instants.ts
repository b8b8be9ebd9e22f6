import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import type { Report } from '../../helpers/report.ts';
import { type Cast, onPhones } from './hand-over.ts';
import { hear } from './hearing.ts';
import { inRounds, type PhoneSeat, rounds, type Visit } from './room.ts';

const written = (visit: Visit, seat: PhoneSeat, rang: number, answered: number): void => {
  visit.tale.begin('ring', seat.extension, rang);
  visit.tale.end('ring', seat.extension, answered);
  visit.tale.begin('talk', seat.extension, answered);
};

/** Whether a desk stands as it should once everything has settled: nothing rings, nobody is spoken with. */
const settles = (seat: PhoneSeat, states: readonly string[]): Promise<boolean> =>
  eventually(`${seat.name} to be ${states.join(' or ')}`, 10_000, async () => {
    const { agent, cards } = await seat.picture();
    return states.includes(agent.state) && cards.length === 0;
  });

const ways: Record<string, (cast: Cast) => Promise<void>> = {
  async 'two agents answer two citizens in the same instant'({ room, first, second }) {
    await room.want(second, 'ready');
    try {
      const both: [Visit, Visit] = [room.dial('citizen'), room.dial('neighbour')];
      const [rangFirst, rangSecond] = await Promise.all([first.rings(), second.rings()]);
      const [answeredFirst, answeredSecond] = await Promise.all([first.answer(), second.answer()]);
      const firstHas = first.line().header('from').includes(both[0].number) ? 0 : 1;
      written(both[firstHas], first, rangFirst, answeredFirst);
      written(both[1 - firstHas] as Visit, second, rangSecond, answeredSecond);
      const [a, b] = firstHas === 0 ? ['citizen', 'neighbour'] : ['neighbour', 'citizen'];
      await hear('each pair by itself', [both[0].ear, both[1].ear, first.ear, second.ear], {
        [a as string]: ['first'],
        first: [a as string],
        [b as string]: ['second'],
        second: [b as string],
      });
      for (const [index, seat] of [first, second].entries()) {
        const visit = both[index === 0 ? firstHas : 1 - firstHas] as Visit;
        visit.tale.end('talk', seat.extension, await seat.hangUp());
      }
      await eventually('both to be let go', 12_000, () => both.every(({ citizen }) => citizen.isOver()));
      await settles(second, ['wrap_up']);
    } finally {
      await room.want(second, 'paused');
    }
  },
  async 'citizen and agent hang up in the same instant'({ room, first }) {
    const visit = await room.talk(first);
    await hear('in talk', [visit.ear, first.ear], { citizen: ['first'], first: ['citizen'] });
    const line = first.line();
    line.hangUp();
    visit.hangUp();
    await settles(first, ['wrap_up']);
  },
  async 'the citizen hangs up in the instant of the answer'({ room, first }) {
    const visit = room.dial();
    await first.rings();
    await delay(200);
    visit.citizen.hangUp();
    await first.answer();
    room.forgetTale(visit);
    await eventually('the telephone to be let go', 8_000, () => first.line().isOver());
    await settles(first, ['ready', 'wrap_up']);
  },
  async 'pausing while it rings, and answering all the same'({ room, first }) {
    const visit = room.dial();
    const rang = await first.rings();
    await room.want(first, 'paused');
    try {
      const answered = await first.answer();
      written(visit, first, rang, answered);
      await hear('in talk', [visit.ear, first.ear], { citizen: ['first'], first: ['citizen'] });
      visit.tale.end('talk', first.extension, await first.hangUp());
      await eventually('the citizen to be let go', 12_000, () => visit.citizen.isOver());
      await settles(first, ['wrap_up']);
      await room.rest([first]);
      await settles(first, ['paused']);
    } finally {
      await room.want(first, 'ready');
    }
  },
  async 'pausing and answering in the same instant'({ room, first }) {
    const visit = room.dial();
    const rang = await first.rings();
    try {
      const [, answered] = await Promise.all([room.want(first, 'paused'), first.answer()]);
      written(visit, first, rang, answered);
      await hear('in talk', [visit.ear, first.ear], { citizen: ['first'], first: ['citizen'] });
      visit.hangUp();
      await settles(first, ['wrap_up']);
      await room.rest([first]);
      await settles(first, ['paused']);
    } finally {
      await room.want(first, 'ready');
    }
  },
  async 'pausing while it rings, and letting it ring: the next agent has it'({ room, first, second }) {
    const visit = room.dial();
    const rang = await first.rings();
    await room.want(first, 'paused');
    await room.want(second, 'ready');
    try {
      first.line().reject('486 Busy Here');
      visit.tale.begin('ring', first.extension, rang);
      visit.tale.end('ring', first.extension);
      const next = await second.rings(15_000);
      const answered = await second.answer();
      written(visit, second, next, answered);
      await hear('with the next agent', [visit.ear, first.ear, second.ear], { citizen: ['second'], second: ['citizen'] });
      await settles(first, ['paused']);
      visit.tale.end('talk', second.extension, await second.hangUp());
      await eventually('the citizen to be let go', 12_000, () => visit.citizen.isOver());
    } finally {
      await room.want(second, 'paused');
      await room.want(first, 'ready');
    }
  },
};

/** Two things in one instant, whichever comes first: nobody is stuck, nobody hears whom they should not. */
export const instants = (report: Report): Promise<void> =>
  onPhones(report, async (cast) => {
    const names = Object.keys(ways);
    await inRounds(report, cast.room, [cast.first, cast.second], 'two things in one instant', rounds(), async (index) => {
      const name = names[index % names.length] ?? '';
      await ways[name]?.(cast).catch((err: Error) => {
        throw new Error(`${name}: ${err.message}`, { cause: err });
      });
    });
  });
