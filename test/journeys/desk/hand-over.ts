import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import type { Report } from '../../helpers/report.ts';
import type { IncomingCall } from '../../helpers/sip.ts';
import { hear } from './hearing.ts';
import { earOf, inRounds, openRoom, type PhoneSeat, type Room, rounds, TONES, tellRecord, toAgent, toUnit, type Visit } from './room.ts';

/** A colleague answers a ring of the desk's making after this long. */
const PICK_UP_MS = 150;
const SPEAK_MS = 400;

export interface Cast {
  room: Room;
  first: PhoneSeat;
  second: PhoneSeat;
}

/** One desk that takes calls and a colleague who can be reached; both on telephones of the test's own. */
export const onPhones = async (report: Report, run: (cast: Cast) => Promise<void>): Promise<void> => {
  const room = await openRoom();
  try {
    const [first, second] = [await room.phoneSeat(1, 'first'), await room.phoneSeat(2, 'second')];
    await room.want(first, 'ready');
    await room.want(second, 'paused');
    await run({ room, first, second });
    await tellRecord(report, room);
    await first.close();
    await second.close();
  } finally {
    await room.close();
  }
};

const earsOf = (cast: Cast, visit: Visit, unit: IncomingCall | null = null) => [
  visit.ear,
  cast.first.ear,
  cast.second.ear,
  earOf('outside', TONES.outside, () => unit),
];

const together = (cast: Cast, visit: Visit, what: string): Promise<number> =>
  hear(what, earsOf(cast, visit), { citizen: ['first'], first: ['citizen'] });

/** The one who has the citizen hangs up: they are done, and the citizen is let go with a word of thanks. */
const done = async (visit: Visit, seat: PhoneSeat): Promise<void> => {
  visit.tale.end('talk', seat.extension, await seat.hangUp());
  await eventually('the citizen to be let go', 12_000, () => visit.citizen.isOver());
};

/** The colleague is rung and takes it. */
const taken = async (visit: Visit, seat: PhoneSeat): Promise<void> => {
  visit.tale.begin('ring', seat.extension, await seat.rings());
  await delay(PICK_UP_MS);
  const at = await seat.answer();
  visit.tale.end('ring', seat.extension, at);
  visit.tale.begin('talk', seat.extension, at);
};

/** Back at the desk that handed it on, as a return of its own. */
const returned = async (cast: Cast, visit: Visit): Promise<void> => {
  const { first } = cast;
  const at = await first.rings(30_000);
  visit.tale.end('transfer', first.extension, at);
  visit.tale.begin('return', first.extension, at);
  visit.tale.begin('ring', first.extension, at);
  await delay(PICK_UP_MS);
  const answered = await first.answer();
  visit.tale.end('ring', first.extension, answered);
  visit.tale.end('return', first.extension, answered);
  visit.tale.begin('talk', first.extension, answered);
  await together(cast, visit, 'back at the desk');
  await done(visit, first);
};

const begin = async (cast: Cast, to: Parameters<PhoneSeat['act']>[1]): Promise<Visit> => {
  const { room, first } = cast;
  const visit = await room.talk(first);
  await together(cast, visit, 'before it is handed on');
  await delay(SPEAK_MS);
  const at = Date.now();
  visit.tale.begin('transfer', first.extension, at);
  visit.tale.end('talk', first.extension, at);
  await first.act('transfer', to);
  return visit;
};

const blindRounds: Record<string, (cast: Cast) => Promise<void>> = {
  async 'taken by a colleague'(cast) {
    const visit = await begin(cast, toAgent(cast.second));
    await taken(visit, cast.second);
    visit.tale.end('transfer', cast.first.extension);
    await hear('with the colleague', earsOf(cast, visit), { citizen: ['second'], second: ['citizen'], first: 'nothing' });
    await done(visit, cast.second);
  },
  async 'refused by a colleague'(cast) {
    const visit = await begin(cast, toAgent(cast.second));
    visit.tale.begin('ring', cast.second.extension, await cast.second.rings());
    cast.second.line().reject('486 Busy Here');
    visit.tale.end('ring', cast.second.extension);
    await returned(cast, visit);
  },
  async 'taken outside'(cast) {
    const visit = await begin(cast, toUnit);
    const unit = await cast.room.outside();
    await delay(PICK_UP_MS);
    unit.answer(TONES.outside);
    visit.tale.end('transfer', cast.first.extension);
    visit.tale.begin('outside', cast.first.extension);
    await hear('with the unit', earsOf(cast, visit, unit), { citizen: ['outside'], outside: ['citizen'], first: 'nothing' });
    unit.hangUp();
    visit.tale.end('outside', cast.first.extension);
    await eventually('the citizen to be let go', 12_000, () => visit.citizen.isOver());
  },
  async 'busy outside'(cast) {
    const visit = await begin(cast, toUnit);
    (await cast.room.outside()).reject('486 Busy Here');
    await returned(cast, visit);
  },
  async 'handed to the queue, where the colleague takes it'(cast) {
    const { room, first, second } = cast;
    await room.want(second, 'ready');
    try {
      const visit = await begin(cast, { to: { kind: 'queue', queue: 'main' } });
      visit.tale.end('transfer', first.extension);
      await taken(visit, second);
      await hear('with the colleague', earsOf(cast, visit), { citizen: ['second'], second: ['citizen'], first: 'nothing' });
      await done(visit, second);
    } finally {
      await room.want(second, 'paused');
    }
  },
  async 'not answered by a colleague'(cast) {
    const visit = await begin(cast, toAgent(cast.second));
    visit.tale.begin('ring', cast.second.extension, await cast.second.rings());
    await cast.second.line().ended;
    visit.tale.end('ring', cast.second.extension);
    await returned(cast, visit);
  },
};

/** The last one of a list takes long; it comes once in two turns of the others. */
const inTurn = <T>(ways: readonly T[], index: number): T => {
  const quick = ways.slice(0, -1);
  const turn = quick.length * 2 + 1;
  return (index % turn === turn - 1 ? ways.at(-1) : quick[(index % turn) % quick.length]) as T;
};

const tellWays = async (report: Report, cast: Cast, ways: Record<string, (cast: Cast) => Promise<void>>, what: string): Promise<void> => {
  const names = Object.keys(ways);
  await inRounds(report, cast.room, [cast.first, cast.second], what, rounds(), async (index) => {
    const name = inTurn(names, index);
    try {
      await ways[name]?.(cast);
    } catch (err) {
      throw new Error(`${name}: ${err instanceof Error ? err.message : String(err)}`, { cause: err });
    }
  });
};

/** The call handed on without asking: to a colleague, an outside number, the queue; and back when nobody takes it. */
export const blind = (report: Report): Promise<void> =>
  onPhones(report, (cast) => tellWays(report, cast, blindRounds, 'handed on without asking, everybody heard by whom they should be'));

/** The citizen on music, the agent asking. @returns the visit, and when the service was asked */
const ask = async (cast: Cast, to: Parameters<PhoneSeat['act']>[1]): Promise<Visit> => {
  const { room, first } = cast;
  const visit = await room.talk(first);
  await together(cast, visit, 'before anybody is asked');
  await delay(SPEAK_MS);
  const at = Date.now();
  visit.tale.begin('invite', first.extension, at);
  visit.tale.begin('consult', first.extension, at);
  await first.act('third', { how: 'consult', ...to });
  return visit;
};

/** The one who is asked is a colleague: their telephone has a ring and a talk of its own in the record. */
const colleagueAnswers = async (cast: Cast, visit: Visit): Promise<void> => {
  const { first, second } = cast;
  visit.tale.begin('ring', second.extension, await second.rings());
  await delay(PICK_UP_MS);
  const at = await second.answer();
  visit.tale.end('ring', second.extension, at);
  visit.tale.begin('talk', second.extension, at);
  visit.tale.end('invite', first.extension, at);
  visit.tale.begin('third', first.extension, at);
  await hear('agent and colleague alone', earsOf(cast, visit), { citizen: 'music', first: ['second'], second: ['first'] });
  await eventually('the desk to know that the colleague is there', 3_000, async () => (await first.picture()).desk?.thirdIsThere);
};

const comesBack = async (cast: Cast, visit: Visit): Promise<void> => {
  visit.tale.end('consult', cast.first.extension, await together(cast, visit, 'the citizen back'));
  await done(visit, cast.first);
};

const attendedRounds: Record<string, (cast: Cast) => Promise<void>> = {
  async 'a colleague, then all three, then handed over'(cast) {
    const { first, second } = cast;
    const visit = await ask(cast, toAgent(second));
    await colleagueAnswers(cast, visit);
    await first.act('third/join');
    visit.tale.end('consult', first.extension);
    await hear('all three', earsOf(cast, visit), {
      citizen: ['first', 'second'],
      first: ['citizen', 'second'],
      second: ['citizen', 'first'],
    });
    await first.act('third/leave');
    visit.tale.end('talk', first.extension);
    visit.tale.end('third', first.extension);
    await hear('with the colleague', earsOf(cast, visit), { citizen: ['second'], second: ['citizen'], first: 'nothing' });
    await done(visit, second);
  },
  async 'a colleague, handed over from asking'(cast) {
    const { first, second } = cast;
    const visit = await ask(cast, toAgent(second));
    await colleagueAnswers(cast, visit);
    await first.act('third/leave');
    visit.tale.end('talk', first.extension);
    visit.tale.end('third', first.extension);
    visit.tale.end('consult', first.extension);
    await hear('with the colleague', earsOf(cast, visit), { citizen: ['second'], second: ['citizen'], first: 'nothing' });
    await done(visit, second);
  },
  async 'a colleague who refuses'(cast) {
    const visit = await ask(cast, toAgent(cast.second));
    visit.tale.begin('ring', cast.second.extension, await cast.second.rings());
    await hear('the citizen on music while it rings', earsOf(cast, visit), { citizen: 'music' });
    cast.second.line().reject('603 Decline');
    visit.tale.end('ring', cast.second.extension);
    visit.tale.end('invite', cast.first.extension);
    await comesBack(cast, visit);
  },
  async 'a unit that is busy'(cast) {
    const visit = await ask(cast, toUnit);
    const unit = await cast.room.outside();
    await hear('the citizen on music while it is called', earsOf(cast, visit), { citizen: 'music' });
    unit.reject('486 Busy Here');
    visit.tale.end('invite', cast.first.extension);
    await comesBack(cast, visit);
  },
  async 'a colleague who says that they cannot, and hangs up'(cast) {
    const visit = await ask(cast, toAgent(cast.second));
    await colleagueAnswers(cast, visit);
    visit.tale.end('talk', cast.second.extension, await cast.second.hangUp());
    visit.tale.end('third', cast.first.extension);
    await comesBack(cast, visit);
  },
  async 'a unit given up while it still rings'(cast) {
    const visit = await ask(cast, toUnit);
    const unit = await cast.room.outside();
    await hear('the citizen on music while it rings', earsOf(cast, visit), { citizen: 'music' });
    await cast.first.act('third/dismiss');
    visit.tale.end('invite', cast.first.extension);
    await eventually('the unit to ring no more', 5_000, () => unit.isOver());
    await comesBack(cast, visit);
  },
  async 'a unit that does not answer'(cast) {
    const visit = await ask(cast, toUnit);
    const unit = await cast.room.outside();
    await unit.ended;
    visit.tale.end('invite', cast.first.extension);
    await comesBack(cast, visit);
  },
};

/** Somebody asked first: taken over, refused, busy, not answered; the citizen comes back whenever nobody takes over. */
export const attended = (report: Report): Promise<void> =>
  onPhones(report, (cast) => tellWays(report, cast, attendedRounds, 'asked first, everybody heard by whom they should be'));
