import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore, openStoreBeside } from '../../../src/storage/open-store.ts';
import type { Store } from '../../../src/storage/store.ts';
import type { PacingRules } from '../../../src/surveys/pacing.ts';
import type { SurveyScript } from '../../../src/surveys/survey.ts';
import { createScriptedSurveys } from '../../../src/telephony/scripted/survey-calls.ts';
import { createPeople } from '../../contract/cases-life.ts';
import { shanghai } from '../../helpers/case-life.ts';
import { freeUdpPort } from '../../helpers/ports.ts';
import { environment } from '../../helpers/runner.ts';
import { type Engine, newDatabase } from '../../helpers/store.ts';
import { createSurveyHouse } from '../../helpers/survey-house.ts';
import { nodeOf, startSwitch, type TestSwitch, temporaryDirectory } from '../../helpers/switch.ts';
import { type Behaviour, type Citizens, openCitizens } from './citizens.ts';
import type { DiallerPlan } from './dialler.ts';
import { writeTones } from './tones.ts';

/** `--citizens=200` on the command line. */
export const sizeOf = (name: string, standard: number): number => {
  const given = process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
  return given === undefined ? standard : Number(given);
};

export const FIRST_NUMBER = 19_900_010_000;
/** Tuesday morning: the first window of a working day. */
const MORNING = shanghai('2026-11-24 09:05');
const RING_MS = 1_500;
/** As the service itself starts: without it a process needs seconds to be back. */
const QUICK = ['--import', join(import.meta.dirname, '../../../src/quick-imports.ts')];

/** A switch with a carrier, citizens behind it, a database with people and a script, and the driven clock. */
export interface Stage {
  switch: TestSwitch;
  citizens: Citizens;
  /** The database as a second process sees it; open as long as the stage stands. */
  store: Store;
  house: ReturnType<typeof createSurveyHouse>;
  people: Awaited<ReturnType<typeof createPeople>>;
  recordings: string;
  /** The process that makes the calls from the beginning. */
  calling: ChildProcess;
  /** @param more of one process */
  plan(worker: string, more?: Partial<DiallerPlan>): DiallerPlan;
  /** Another process that makes the calls. */
  fork(plan: DiallerPlan): Promise<ChildProcess>;
  now(): Date;
  moveTo(at: Date): void;
  close(): Promise<void>;
}

export const openStage = async (options: {
  engine: Engine;
  script: SurveyScript;
  pacing: PacingRules;
  /** Matters whose units have answered, and what their citizens do at each call. */
  citizens: readonly (readonly Behaviour[])[];
  scale?: number;
}): Promise<Stage> => {
  const directory = temporaryDirectory();
  const studio = join(directory, 'studio');
  writeTones(studio, options.scale);
  const port = await freeUdpPort();
  const trunks = [{ name: 'carrier', host: '127.0.0.1', port, match: ['127.0.0.1'] }];
  const house = await startSwitch(undefined, { trunks, soundsOverlay: studio });
  const citizens = await openCitizens(house.sip, port);
  const data = join(directory, 'data');
  mkdirSync(data);
  const where = { databaseUrl: options.engine === 'postgres' ? await newDatabase() : null, sqliteFile: join(data, 'hotline.db') };
  const clockFile = join(data, 'clock');
  let ahead = 0;
  const moveTo = (at: Date): void => {
    ahead = at.getTime() - Date.now();
    writeFileSync(clockFile, String(ahead));
  };
  moveTo(MORNING);
  // The matters are made before anybody calls: SQLite belongs to one process at a time.
  const first = await openStore(where);
  await first.migrate();
  const fill = createSurveyHouse(first, createScriptedSurveys({ now: () => MORNING }).calls);
  fill.time.now = MORNING;
  const people = await createPeople(fill);
  await first.write((db) => fill.repository.addScript(db, options.script, 'for the journey', null, MORNING));
  await fill.surveys.supervision.setPause({ paused: false }, people.supervisor.staffId);
  for (const [index] of options.citizens.entries()) await fill.answeredCase(people, String(FIRST_NUMBER + index));
  await fill.outbox.settled();
  await citizens.plan(options.citizens.map((does, index) => [String(FIRST_NUMBER + index), [...does]]));
  await first.close();
  const children = new Set<ChildProcess>();
  const recordings = join(house.process.directories.spool, 'recording');
  const { logDirectory: _none, ...node } = nodeOf(house, null);
  const plan = (worker: string, more: Partial<DiallerPlan> = {}): DiallerPlan => ({
    ...{ databaseUrl: where.databaseUrl, file: where.sqliteFile, switch: node, recordings, clockFile, worker },
    ...{ ringMs: RING_MS, pacing: options.pacing, ...more },
  });
  const forkOne = (of: DiallerPlan): Promise<ChildProcess> =>
    new Promise((resolve, reject) => {
      const file = join(data, `${of.worker}.json`);
      writeFileSync(file, JSON.stringify(of));
      const child = fork(new URL('./dialler-process.ts', import.meta.url), [file], { env: environment(), execArgv: QUICK });
      children.add(child);
      child.once('error', reject);
      child.once('exit', () => {
        children.delete(child);
        reject(new Error('the calling process ended'));
      });
      child.once('message', () => resolve(child));
    });
  // Its holder, so that this process can only join.
  const calling = await forkOne(plan('first'));
  const store = await openStoreBeside(where);
  return {
    ...{ switch: house, citizens, people, recordings, store, calling: calling },
    house: createSurveyHouse(store, createScriptedSurveys({ now: () => new Date(Date.now() + ahead) }).calls),
    plan,
    fork: forkOne,
    now: () => new Date(Date.now() + ahead),
    moveTo,
    async close() {
      for (const each of children) each.kill('SIGKILL');
      citizens.close();
      await store.close();
      await house.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
