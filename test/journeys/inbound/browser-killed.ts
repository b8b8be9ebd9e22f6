import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import { type Report, summary } from '../../helpers/report.ts';
import { type Agent, type Office, openOffice } from './agents.ts';
import { desksReady, MOST_WAIT_MS, onStage, over, rounds, talks, tellDropped, tellRecord } from './common.ts';
import { type Harm, killHeld } from './harm.ts';
import type { Stage } from './stage.ts';

/** Rounds with the service alive, and as many with it dead. */
const ROUNDS = 10;
const HZ = [1_000, 1_300] as const;
const TALK_FIRST_MS = 1_500;

interface Seat {
  place: number;
  office: Office;
  agent: Agent;
}

const sit = async (stage: Stage, place: number, hz: number): Promise<Seat> => {
  const office = await openOffice(hz);
  return { place, office, agent: await stage.seat(office, place) };
};

/** One talks, their browser is killed, and the citizen is heard out until another agent's voice is there. */
const round = async (stage: Stage, seats: Seat[], harm: Harm | null): Promise<{ backMs: number | null }> => {
  await desksReady(stage);
  const visit = await stage.dial({ talkMs: 600_000 });
  await eventually('somebody to talk', 45_000, () => talks(visit) && visit.talks[0]?.heardAfterMs !== null);
  await delay(TALK_FIRST_MS);
  const victim = seats.find(({ agent }) => agent.extension === visit.talks[0]?.extension);
  const rescuer = seats.find((seat) => seat !== victim);
  if (!victim || !rescuer) throw new Error('somebody unknown answered');
  harm?.begin(stage);
  if (harm) await delay(300);
  const at = Date.now();
  process.kill(victim.office.pid, 'SIGKILL');
  const back = await eventually('the citizen to be with an agent again', 25_000, () => visit.citizen.hears(rescuer.agent.hz, 200)).then(
    () => Date.now() - at,
    () => null,
  );
  await delay(1_000);
  visit.talkMs = 0;
  await eventually('the call to be over', 20_000, () => over(visit)).catch(() => visit.citizen.hangUp());
  await harm?.end(stage);
  await victim.office.close();
  seats.splice(seats.indexOf(victim), 1, await sit(stage, victim.place, victim.office.hz));
  return { backMs: back };
};

export const browser = async (report: Report): Promise<void> => {
  const wanted = rounds(ROUNDS);
  const since = Date.now();
  const seats: Seat[] = [];
  try {
    await onStage(report, {}, async (stage) => {
      await stage.notice('none');
      for (const [index, hz] of HZ.entries()) seats.push(await sit(stage, index + 1, hz));
      for (const isDead of [false, true]) {
        const backs: (number | null)[] = [];
        for (let index = 0; index < wanted; index += 1) backs.push((await round(stage, seats, isDead ? killHeld() : null)).backMs);
        const never = backs.filter((each) => each === null).length;
        const came = backs.flatMap((each) => each ?? []);
        const held = came.length >= wanted && Math.max(...came) <= MOST_WAIT_MS;
        const when = isDead ? 'service dead' : 'service alive';
        report.claim(`browser killed in a call, ${when}: with an agent again within 10 s`, held, { never, ...summary(came) });
      }
      const more = stage.visits.filter(({ talks: had }) => had.length !== 2).map(({ tail, talks: had }) => `${tail}: ${had.length} talks`);
      report.claim('the one who took over hung up once, and the citizen was let go', more.length === 0, {
        calls: stage.visits.length,
        more,
      });
      tellDropped(report, stage.visits);
      await tellRecord(report, stage, since);
    });
  } finally {
    for (const { office } of seats) await office.close();
  }
};
