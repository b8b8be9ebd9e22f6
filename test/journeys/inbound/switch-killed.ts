import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { openOffice } from './agents.ts';
import { all, desksReady, few, onStage, over, rounds, settledRows, talks } from './common.ts';
import type { Rows } from './record.ts';
import type { Stage, Visit } from './stage.ts';

const ROUNDS = 10;
const DESKS = 3;
const REGISTERED_WITHIN_MS = 5_000;

type Ending = 'killed' | 'stopped' | 'restarted' | 'restarted when idle';

/** The console of the running switch, by the words it was started with. */
const console = (pid: number, command: string): void => {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  const [program = '', ...args] = words.map((word) => (word === '-f' ? '-rx' : word));
  spawnSync(program, [...args, command], { stdio: 'ignore', timeout: 10_000 });
};

const endings: Record<Ending, (pid: number) => void> = {
  killed: (pid) => process.kill(pid, 'SIGKILL'),
  stopped: (pid) => process.kill(pid, 'SIGTERM'),
  restarted: (pid) => console(pid, 'core restart now'),
  'restarted when idle': (pid) => console(pid, 'core restart gracefully'),
};

interface Back {
  /** From the end of the old switch to the new one's "fully booted". */
  bootMs: number;
  /** From "fully booted" until every console is registered again, and until every desk is ready. */
  registeredMs: number;
  readyMs: number;
  visits: Visit[];
  faults: string[];
}

const registered = async (stage: Stage): Promise<number> => {
  const contacts = await (await stage.line()).list('PJSIPShowContacts', {}, 'ContactListComplete');
  return new Set(contacts.filter(({ event }) => event === 'ContactList').map(({ endpoint }) => endpoint)).size;
};

/** One call that talks, one that rings, one in the queue or on the notice. */
const fill = async (stage: Stage): Promise<Visit[]> => {
  await stage.notice('none');
  const talking = [await stage.dial({ talkMs: 600_000 }), await stage.dial({ talkMs: 600_000 })];
  await eventually('two to talk', 45_000, all(talking, talks));
  const ringing = await stage.dial({ mayAnswer: false });
  await eventually('one to ring', 45_000, () => ringing.rung.length > 0);
  const waiting = await stage.dial();
  await eventually('one to wait', 45_000, () => waiting.citizen.status === 200);
  return [...talking, ringing, waiting];
};

/** No member of any queue may be missing, or on a pause that its agent did not ask for. */
const memberFaults = async (stage: Stage): Promise<string[]> => {
  const items = await (await stage.line()).list('QueueStatus', { Queue: 'main' }, 'QueueStatusComplete');
  const members = items.filter(({ event }) => event === 'QueueMember');
  return [
    ...(members.length === DESKS ? [] : [`${members.length} members for ${DESKS} desks`]),
    ...members.filter(({ paused }) => paused === '1').map(({ name }) => `${name} is paused`),
    ...members.filter(({ incall }) => incall === '1').map(({ name }) => `${name} is in a call`),
  ];
};

const round = async (stage: Stage, ending: Ending): Promise<Back> => {
  await desksReady(stage);
  const visits = ending === 'restarted when idle' ? [] : await fill(stage);
  const pid = stage.product.pids().switch;
  endings[ending](pid);
  const at = Date.now();
  // A switch that ends of itself says goodbye; one that was killed leaves its citizens to find out.
  if (ending === 'killed') for (const { citizen } of visits) await citizen.hangUp();
  const bootedAt = await eventually('the switch to be fully booted', 60_000, async () => {
    await (await stage.freshLine()).event('FullyBooted', 5_000);
    return Date.now();
  });
  const registeredAt = await eventually(
    'every console to be registered',
    60_000,
    async () => (await registered(stage)) >= DESKS && Date.now(),
  );
  await desksReady(stage);
  const readyAt = Date.now();
  await eventually('those called to know that it is over', 10_000, all(visits, over));
  const faults = await memberFaults(stage);
  // Everybody is reachable again and hears somebody.
  const after = await Promise.all(stage.agents.map(() => stage.dial({ talkMs: 1_000 })));
  await eventually('the calls after it to be over', 60_000, all(after, over)).catch(() => undefined);
  for (const { tail, talks: had } of after)
    if (!had.some((talk) => talk.heardAfterMs !== null)) faults.push(`${tail}: not talked after the restart`);
  await delay(100);
  return { bootMs: bootedAt - at, registeredMs: registeredAt - bootedAt, readyMs: readyAt - bootedAt, visits, faults };
};

/** A call that the switch took with it: over, called lost in the history, with no cause and no ring or talk left open. */
const lostFaults = (rows: Rows, { citizen, tail }: Visit): string[] => {
  const row = rows.calls.find((each) => each.caller_normal === citizen.number);
  if (!row) return [`${tail}: no row`];
  return [
    ...(row.ended_at === null ? [`${tail}: never ended`] : []),
    ...(rows.lost.has(row.id) ? [] : [`${tail}: not called lost`]),
    ...(row.disposition === (row.answered_at === null ? 'lost' : 'answered') ? [] : [`${tail}: ${row.disposition}`]),
    ...rows.offers
      .filter((offer) => offer.call_id === row.id && offer.ended_at === null)
      .map((offer) => `${tail}: ${offer.extension} left open`),
  ];
};

export const switchKilled = async (report: Report): Promise<void> => {
  const wanted = rounds(ROUNDS);
  const since = Date.now();
  const office = await openOffice(1_000);
  try {
    await onStage(report, {}, async (stage) => {
      for (let place = 1; place <= DESKS; place += 1) await stage.seat(office, place);
      const plan: Ending[] = [...Array.from({ length: wanted }, (): Ending => 'killed'), 'stopped', 'restarted', 'restarted when idle'];
      const done: { ending: Ending; back: Back }[] = [];
      for (const ending of plan) done.push({ ending, back: await round(stage, ending) });
      const of = (pick: (back: Back) => number): Record<string, number> => summary(done.map(({ back }) => pick(back)));
      report.figure(
        'end of the old switch to "fully booted" of the new, ms',
        of(({ bootMs }) => bootMs),
      );
      const registeredMs = of((back) => back.registeredMs);
      const inTime = done.length === plan.length && (registeredMs.max ?? 0) < REGISTERED_WITHIN_MS;
      report.claim('consoles registered again within 5 s of "fully booted", ms', inTime, registeredMs);
      report.figure(
        '"fully booted" to every desk ready, ms',
        of(({ readyMs }) => readyMs),
      );
      const faults = done.flatMap(({ ending, back }) => back.faults.map((fault) => `${ending}: ${fault}`));
      report.claim('no agent in a false state, everybody talks again', faults.length === 0, few(faults));
      const rows = await settledRows(report, stage, since);
      const killed = done.filter(({ ending }) => ending === 'killed').flatMap(({ back }) => back.visits);
      const wrong = killed.flatMap((visit) => lostFaults(rows, visit));
      report.claim('every call of a killed switch ended as lost', wrong.length === 0, { calls: killed.length, ...few(wrong) });
      const open = rows.calls.filter((row) => row.ended_at === null).length + rows.offers.filter((row) => row.ended_at === null).length;
      const intents = rows.shifts.filter(({ intent }) => intent !== 'ready').map(({ extension, intent }) => `${extension} ${intent}`);
      report.claim('no call or shift in a false state', open === 0 && intents.length === 0, { open, intents });
    });
  } finally {
    await office.close();
  }
};
