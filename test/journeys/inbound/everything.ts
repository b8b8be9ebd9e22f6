import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../helpers/product.ts';
import type { Report } from '../../helpers/report.ts';
import { type Office, openOffice } from './agents.ts';
import { celFaults, readCel } from './cel.ts';
import { few, onStage, over, seeded, settledRows } from './common.ts';
import { recordingFaults } from './record.ts';
import type { Stage, Visit } from './stage.ts';

/** Seconds of one call a second; JOURNEY_SECONDS=40 for a short run. */
const SECONDS = Number(process.env.JOURNEY_SECONDS ?? 180);
const HZ = [1_000, 1_150, 1_300, 1_450] as const;
const SEATS_EACH = 2;
/** Of all citizens, those who give up while they wait. */
const IMPATIENT = 0.12;
const DRAIN_MS = 180_000;

type Blow = 'service' | 'relay' | 'browser';

interface Hall {
  offices: Map<number, Office>;
  /** Browsers on their way back. */
  returning: Promise<void>[];
}

const sitDown = async (stage: Stage, hall: Hall, index: number): Promise<void> => {
  const office = await openOffice(HZ[index] ?? 1_000);
  hall.offices.set(index, office);
  for (let seat = 1; seat <= SEATS_EACH; seat += 1) await stage.seat(office, index * SEATS_EACH + seat);
};

const blowOn: Record<Blow, (stage: Stage, hall: Hall, chance: () => number) => void> = {
  service: (stage) => {
    const pid = stage.servicePid();
    if (pid !== null) process.kill(pid, 'SIGKILL');
  },
  relay: (stage) => process.kill(stage.product.pids().relay, 'SIGKILL'),
  browser: (stage, hall, chance) => {
    const index = Math.floor(chance() * HZ.length);
    const office = hall.offices.get(index);
    if (!office) return; // that one is still on its way back
    hall.offices.delete(index);
    process.kill(office.pid, 'SIGKILL');
    const back = async (): Promise<void> => {
      await office.close();
      // The service may itself be coming back: whoever logs in has to try until it is there.
      await eventually('somebody to sit down again', 90_000, () => sitDown(stage, hall, index).then(() => true));
    };
    hall.returning.push(back().catch(() => undefined));
  },
};

const giveUpAfter = (visit: Visit, ms: number): void => {
  setTimeout(() => {
    if (visit.talks.length === 0 && visit.citizen.endedAt === null) void visit.citizen.hangUp();
  }, ms).unref();
};

/** A call a second, and something killed every ten to eighteen seconds. @returns how often each was */
const busyHour = async (stage: Stage, hall: Hall): Promise<Record<Blow, number>> => {
  const chance = seeded(20_26);
  const done: Record<Blow, number> = { service: 0, relay: 0, browser: 0 };
  const began = Date.now();
  let nextBlow = 6;
  for (let second = 0; second < SECONDS; second += 1) {
    await delay(Math.max(0, began + second * 1_000 - Date.now()));
    const visit = await stage.dial({ talkMs: 1_500 + chance() * 2_500, endsBy: chance() < 0.5 ? 'agent' : 'citizen' });
    if (chance() < IMPATIENT) giveUpAfter(visit, 3_000 + chance() * 12_000);
    if (second < nextBlow) continue;
    nextBlow = second + 10 + Math.floor(chance() * 8);
    const kind = (['service', 'relay', 'browser'] as const)[Math.floor(chance() * 3)] ?? 'service';
    await delay(chance() * 900);
    try {
      blowOn[kind](stage, hall, chance);
      done[kind] += 1;
    } catch {
      // What was meant to be killed was not up yet after the last time.
    }
  }
  return done;
};

/** Over although neither side had ended it, or never answered by the switch at all. */
const wasLost = ({ citizen, agentHungUpAt }: Visit): boolean =>
  citizen.status !== 200 || (citizen.hungUpAt === null && agentHungUpAt === null);

export const everything = async (report: Report): Promise<void> => {
  const since = Date.now();
  const hall: Hall = { offices: new Map(), returning: [] };
  try {
    await onStage(report, {}, async (stage) => {
      await stage.notice('inbound.notice_short');
      for (const index of HZ.keys()) await sitDown(stage, hall, index);
      const blows = await busyHour(stage, hall);
      await Promise.all(hall.returning);
      await stage.serviceBack();
      await eventually('all calls to be over', DRAIN_MS, () => stage.visits.every(over)).catch(() => undefined);
      const lost = stage.visits.filter(wasLost);
      const talked = stage.visits.filter((visit) => visit.talks.length > 0).length;
      report.claim('no call lost', lost.length === 0 && Object.values(blows).every((each) => each > 0 || SECONDS < 120), {
        calls: stage.visits.length,
        talked,
        gaveUp: stage.visits.length - talked,
        blows,
        lost: lost.map(({ tail }) => tail),
      });
      const rows = await settledRows(report, stage, since);
      const { faults, worstMs } = celFaults(readCel(stage), rows);
      report.claim('the record equals what the switch wrote', faults.length === 0, {
        calls: rows.calls.length,
        offers: rows.offers.length,
        worstMs,
        ...few(faults),
      });
      const sound = stage.visits.filter(({ talks }) => talks.length > 0).flatMap((visit) => recordingFaults(stage, rows, visit));
      report.claim('every recording whole', sound.length === 0, { recordings: rows.recordings.length, ...few(sound) });
    });
  } finally {
    for (const office of hall.offices.values()) await office.close();
  }
};
