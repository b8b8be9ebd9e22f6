import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { type BrowserSeat, openBrowserSeat } from './browser-seat.ts';
import { hear } from './hearing.ts';
import { inRounds, openRoom, type PhoneSeat, type Room, rounds, tellRecord, type Visit } from './room.ts';

/** From the first music to the voice of the same agent, who answers at once. */
const BACK_WITHIN_MS = 4_000;
/**
 * A page that does not come back is found by its silence after 5 s; a telephone that rings again in vain rings for 20 s. Then it is
 * another agent's turn, who here answers as soon as it rings.
 */
const OTHER_AFTER_SILENCE_MS = 10_000;
const OTHER_AFTER_RING_MS = 30_000;
const SPEAK_MS = 400;

interface Cast {
  room: Room;
  agent: BrowserSeat;
  other: PhoneSeat;
}

const onPages = async (report: Report, run: (cast: Cast) => Promise<void>): Promise<void> => {
  const room = await openRoom();
  let seat: BrowserSeat | null = null;
  try {
    const agent = await openBrowserSeat(room, 1, 'first');
    seat = agent;
    const other = await room.phoneSeat(2, 'second');
    await room.want(agent, 'ready');
    await room.want(other, 'paused');
    await run({ room, agent, other });
    await tellRecord(report, room);
    await other.close();
  } finally {
    await seat?.close();
    await room.close();
  }
};

const ears = ({ agent, other }: Cast, visit: Visit) => [visit.ear, agent.ear, other.ear];

/** In talk with the browser's agent, while another is ready too. */
const talkBeside = async (cast: Cast): Promise<Visit> => {
  const { room, agent, other } = cast;
  await room.want(other, 'paused');
  const visit = await room.talk(agent);
  await hear('in talk', ears(cast, visit), { citizen: ['first'], first: ['citizen'] });
  await room.want(other, 'ready');
  await delay(SPEAK_MS);
  return visit;
};

const letGo = async (cast: Cast, visit: Visit, seat: BrowserSeat | PhoneSeat): Promise<void> => {
  // Whoever else is ready is not to be rung by the next round's citizen.
  await cast.room.want(cast.other, 'paused');
  visit.tale.end('talk', seat.extension, await seat.hangUp());
  await eventually('the citizen to be let go', 12_000, () => visit.citizen.isOver());
};

/** The page loads anew; its agent answers as soon as it rings. */
const loadAnew = async (cast: Cast, fromMusic: number[], fromReload: number[], toSignIn: number[]): Promise<void> => {
  const { agent } = cast;
  const visit = await talkBeside(cast);
  const at = Date.now();
  // The page's own part, which a busy machine makes long: past the switch's five seconds of patience another agent is rung.
  const asks = (request: { url(): string }): void => {
    if (request.url().endsWith('/api/desk/sign-in')) toSignIn.push(Date.now() - at);
  };
  agent.page().on('request', asks);
  const music = hear('music', ears(cast, visit), { citizen: 'music' }, 6_000);
  await agent.page().reload();
  const musicAt = await music.finally(() => agent.page().off('request', asks));
  visit.tale.end('talk', agent.extension, musicAt);
  visit.tale.begin('return', agent.extension, musicAt);
  visit.tale.begin('ring', agent.extension, await agent.rings(12_000));
  const answered = await agent.answer();
  visit.tale.end('ring', agent.extension, answered);
  visit.tale.end('return', agent.extension, answered);
  visit.tale.begin('talk', agent.extension, answered);
  const back = await hear('back with the same agent', ears(cast, visit), { citizen: ['first'], first: ['citizen'] });
  fromMusic.push(back - musicAt);
  fromReload.push(back - at);
  await letGo(cast, visit, agent);
};

/** The page loads anew, but its agent does not answer; or it never comes back. */
const otherTakes = async (cast: Cast, comesBack: boolean): Promise<number> => {
  const { agent, other } = cast;
  const visit = await talkBeside(cast);
  const at = Date.now();
  if (comesBack) {
    await Promise.all([hear('music', ears(cast, visit), { citizen: 'music' }, 6_000), agent.page().reload()]);
    visit.tale.end('talk', agent.extension);
    visit.tale.begin('return', agent.extension);
    visit.tale.begin('ring', agent.extension, await agent.rings(12_000));
  } else await agent.page().goto('about:blank');
  visit.tale.begin('ring', other.extension, await other.rings(OTHER_AFTER_RING_MS + 5_000));
  const took = Date.now() - at;
  if (comesBack) {
    visit.tale.end('ring', agent.extension);
    visit.tale.end('return', agent.extension);
  } else visit.tale.end('talk', agent.extension);
  const answered = await other.answer();
  visit.tale.end('ring', other.extension, answered);
  visit.tale.begin('talk', other.extension, answered);
  await hear('with the other agent', ears(cast, visit), { citizen: ['second'], second: ['citizen'] });
  await letGo(cast, visit, other);
  if (!comesBack) {
    await agent.page().goto(cast.room.product.url);
    await agent.shows('ready', 20_000);
  }
  return took;
};

/** Every sixth round somebody else has to take over, in turn because the page never came back and because nobody answered at it. */
export const reload = (report: Report): Promise<void> =>
  onPages(report, async (cast) => {
    const [fromMusic, fromReload, silence, ring, toSignIn]: [number[], number[], number[], number[], number[]] = [[], [], [], [], []];
    const count = rounds();
    await inRounds(
      report,
      cast.room,
      [cast.agent, cast.other],
      'a page loaded anew: with the same agent again, or another',
      count,
      (index) => {
        if (index % 6 !== 5) return loadAnew(cast, fromMusic, fromReload, toSignIn);
        const comesBack = index % 12 === 11;
        return otherTakes(cast, comesBack).then((ms) => void (comesBack ? ring : silence).push(ms));
      },
    );
    const times = summary(fromMusic);
    const wanted = count - Math.floor(count / 6);
    report.claim('music → same agent p95 ≤ 4 s', times.n >= wanted && times.p95 <= BACK_WITHIN_MS, { unit: 'ms', ...times });
    report.figure('page loaded anew → it asks for its telephone', { unit: 'ms', ...summary(toSignIn) });
    report.figure('page loaded anew → same agent', { unit: 'ms', ...summary(fromReload) });
    if (silence.length) {
      const after = summary(silence);
      report.claim('a page that never comes back: another agent rings within 10 s', after.max <= OTHER_AFTER_SILENCE_MS, {
        unit: 'ms',
        ...after,
      });
    }
    if (ring.length) {
      const after = summary(ring);
      report.claim('a page whose agent does not answer: another rings within 30 s', after.max <= OTHER_AFTER_RING_MS, {
        unit: 'ms',
        ...after,
      });
    }
  });

/** A second tab cannot take the telephone out of a talk, acts on it like the first, and inherits it when the first one goes. */
export const tabs = (report: Report): Promise<void> =>
  onPages(report, async (cast) => {
    const { room, agent } = cast;
    await inRounds(report, room, [agent, cast.other], 'a second tab beside a talk', rounds(), async (index) => {
      const first = agent.page();
      const second = await agent.openTab();
      try {
        await second.waitForSelector('.call-bar[data-mode=ready]', { timeout: 20_000 });
        const visit = await talkBeside(cast);
        await second.waitForSelector('.call-bar[data-mode=talking]', { timeout: 5_000 });
        await second.click('[data-act=take-phone]', { timeout: 2_000 }).catch(() => undefined);
        await delay(300);
        await hear('still at the first tab', ears(cast, visit), { citizen: ['first'], first: ['citizen'] });
        if (index % 2 === 0) {
          // What is pressed in the second tab is done by the telephone of the first.
          agent.use(second);
          visit.tale.end('talk', agent.extension, await agent.hangUp());
          agent.use(first);
          await room.want(cast.other, 'paused');
          await eventually('the citizen to be let go', 12_000, () => visit.citizen.isOver());
          return;
        }
        const music = hear('music', [visit.ear, cast.other.ear], { citizen: 'music' }, 8_000);
        await first.close();
        agent.use(second);
        const at = await music;
        visit.tale.end('talk', agent.extension, at);
        visit.tale.begin('return', agent.extension, at);
        visit.tale.begin('ring', agent.extension, await agent.rings(12_000));
        const answered = await agent.answer();
        visit.tale.end('ring', agent.extension, answered);
        visit.tale.end('return', agent.extension, answered);
        visit.tale.begin('talk', agent.extension, answered);
        await hear('at the second tab', ears(cast, visit), { citizen: ['first'], first: ['citizen'] });
        await letGo(cast, visit, agent);
      } finally {
        if (!second.isClosed() && agent.page() !== second) await second.close();
      }
    });
  });

const VOICE = ['from', '10.99.0.1', 'to', '10.99.0.1', 'ipproto', 'udp'];
const PAGE = (port: number): string[] => ['to', '127.0.0.1', 'ipproto', 'tcp', 'dport', String(port)];

/** Neither voice nor page gets through between the browser and us; citizens and telephones are not touched. */
const cutNetwork = (room: Room): (() => void) => {
  const { http, relay } = room.product.ports;
  const rules = [VOICE, PAGE(http), PAGE(relay)];
  execFileSync('ip', ['rule', 'add', 'pref', '100', 'lookup', 'local']);
  for (const rule of rules) execFileSync('ip', ['rule', 'add', 'pref', '50', ...rule, 'blackhole']);
  execFileSync('ip', ['rule', 'del', 'pref', '0']);
  let isCut = true;
  return () => {
    if (!isCut) return;
    isCut = false;
    execFileSync('ip', ['rule', 'add', 'pref', '0', 'lookup', 'local']);
    for (const rule of rules) execFileSync('ip', ['rule', 'del', 'pref', '50', ...rule]);
    execFileSync('ip', ['rule', 'del', 'pref', '100']);
  };
};

const SHORT_CUT_MS = 2_500;

/** Away for 2.5 s: the same talk goes on. Away for longer: another agent has the citizen within 10 s, and the desk comes back by itself. */
export const network = (report: Report): Promise<void> =>
  onPages(report, async (cast) => {
    const { room, agent, other } = cast;
    const [voiceBack, otherAfter]: [number[], number[]] = [[], []];
    await inRounds(report, room, [agent, other], 'the network lost in a talk', rounds(), async (index) => {
      const visit = await talkBeside(cast);
      const mend = cutNetwork(room);
      const at = Date.now();
      try {
        if (index % 3 !== 2) {
          await delay(SHORT_CUT_MS);
          mend();
          voiceBack.push(
            (await hear('the same talk goes on', ears(cast, visit), { citizen: ['first'], first: ['citizen'] }, 6_000)) - at - SHORT_CUT_MS,
          );
          await agent.shows('talking');
          await letGo(cast, visit, agent);
          return;
        }
        visit.tale.begin('ring', other.extension, await other.rings(15_000));
        otherAfter.push(Date.now() - at);
        visit.tale.end('talk', agent.extension);
        const answered = await other.answer();
        visit.tale.end('ring', other.extension, answered);
        visit.tale.begin('talk', other.extension, answered);
        await hear('with the other agent', [visit.ear, other.ear], { citizen: ['second'], second: ['citizen'] });
        mend();
        await agent.shows('ready', 40_000);
        await letGo(cast, visit, other);
      } finally {
        mend();
      }
    });
    report.figure('network back → both heard', { unit: 'ms', ...summary(voiceBack) });
    if (otherAfter.length) {
      const after = summary(otherAfter);
      report.claim('network gone: another agent rings within 10 s', after.max <= OTHER_AFTER_SILENCE_MS, { unit: 'ms', ...after });
    }
  });
