import { readFileSync } from 'node:fs';
import { openStore } from '../../../src/storage/open-store.ts';
import type { PacingRules } from '../../../src/surveys/pacing.ts';
import { STANDARD_RULES } from '../../../src/surveys/settings.ts';
import { createAsteriskTelephony } from '../../../src/telephony/asterisk/index.ts';
import { createSurveyHouse } from '../../helpers/survey-house.ts';

/** Where and how a process makes survey calls. */
export interface DiallerPlan {
  databaseUrl: string | null;
  file: string;
  switch: { name: string; host: string; amiPort: number; httpPort: number; user: string; secret: string; ariSecret: string };
  app?: string;
  recordings: string;
  /** Holds the milliseconds that the driven clock is ahead of the machine's. */
  clockFile: string;
  worker: string;
  ringMs: number;
  pacing: PacingRules;
}

const LOOK_MS = 200;
const BEAT_MS = 1_000;
const CLOCK_KEPT_MS = 20;

/** The machine's clock, moved by what the file says. */
export const drivenClock = (file: string): (() => Date) => {
  let read = 0;
  let ahead = 0;
  return () => {
    const now = Date.now();
    if (now - read > CLOCK_KEPT_MS) {
      read = now;
      ahead = Number(readFileSync(file, 'utf8')) || ahead;
    }
    return new Date(now + ahead);
  };
};

const realTimer = (ms: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

/** The survey's part of the service as the composition root joins it: database, switch, the looks of every second. */
export const startDialler = async (plan: DiallerPlan) => {
  const store = await openStore({ databaseUrl: plan.databaseUrl, sqliteFile: plan.file });
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const telephony = createAsteriskTelephony({ nodes: [{ ...plan.switch, logDirectory: null }], logger: silent });
  await telephony.start(() => {});
  const house = createSurveyHouse(store, telephony.surveyCalls, {
    setTimer: realTimer,
    worker: plan.worker,
    place: () => ({ node: plan.switch.name, directory: plan.recordings }),
    ringMs: plan.ringMs,
    rules: async () => ({ ...STANDARD_RULES, pacing: plan.pacing }),
    // Who cannot be reached is to end as that, and not to wait for a link.
    texts: null,
    hasSound: (id) => !id.startsWith('subject.'),
  });
  const now = drivenClock(plan.clockFile);
  Object.defineProperty(house.time, 'now', { get: now, set: () => {} });
  const { calling } = house.surveys;
  let stopped = false;
  const every = (ms: number, work: () => Promise<unknown>): NodeJS.Timeout => {
    let busy = false;
    return setInterval(() => {
      if (busy || stopped) return;
      busy = true;
      void work()
        .catch((err: unknown) => process.stderr.write(`${err instanceof Error ? err.stack : String(err)}\n`))
        .finally(() => {
          busy = false;
        });
    }, ms);
  };
  const timers = [
    every(BEAT_MS, () => calling.heartbeat()),
    every(BEAT_MS, () => calling.takeUpAbandoned()),
    every(LOOK_MS, () => calling.tick()),
  ];
  return {
    house,
    telephony,
    stop: async (): Promise<void> => {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      await telephony.stop();
      await calling.settled();
      await store.close();
    },
  };
};
