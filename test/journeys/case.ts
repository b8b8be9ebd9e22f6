import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/storage/open-store.ts';
import { createHouse, createPeople } from '../contract/cases-life.ts';
import { brokenInvariants, dice, type Tally } from '../helpers/case-model.ts';
import type { Report } from '../helpers/report.ts';
import { environment } from '../helpers/runner.ts';
import { type Engine, newDatabase } from '../helpers/store.ts';
import { lives } from './case/life.ts';
import type { Plan } from './case/worker.ts';

/**
 * `npm run journey -- case`: one case through its whole life and a holiday on a driven clock, and wild commands by processes
 * that are killed, until a hundred thousand were given; each on both engines.
 */
export const place = 'machine';

const COMMANDS = 100_000;
/** SQLite belongs to one process; on PostgreSQL several instances share the cases. */
const PROCESSES: Readonly<Record<Engine, number>> = { sqlite: 1, postgres: 2 };
const WORKER = join(import.meta.dirname, 'case/worker.ts');

type Told = Tally & { now: string };

/** Runs one worker for a while and kills it in the middle of whatever it does. @returns the last it told */
const killedAfter = (planFile: string, ms: number): Promise<Told | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [WORKER, planFile], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    let last: Told | null = null;
    let rest = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) last = JSON.parse(line) as Told;
      // From its first word on, or a slow start would be killed before it did anything.
      timer ??= setTimeout(() => child.kill('SIGKILL'), ms);
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve(last);
    });
  });

const model =
  (engine: Engine, least: number) =>
  async (report: Report): Promise<void> => {
    const directory = mkdtempSync(join(tmpdir(), 'hotline-case-'));
    const where = { databaseUrl: engine === 'postgres' ? await newDatabase() : null, sqliteFile: join(directory, 'hotline.db') };
    const seed = Date.now() % 1_000_000;
    const roll = dice(seed);
    const totals = { asked: 0, done: 0, kills: 0 };
    const refused: Record<string, number> = {};
    const faults: string[] = [];
    try {
      const store = await openStore(where);
      await store.migrate();
      const people = await createPeople(createHouse(store));
      await store.close();
      let now = '2026-03-02T01:00:00.000Z';
      while (totals.asked < least && !faults.length) {
        const plans = Array.from({ length: PROCESSES[engine] }, (_, index): string => {
          const plan: Plan = { databaseUrl: where.databaseUrl, file: where.sqliteFile, seed: roll(1_000_000), now, people };
          const file = join(directory, `plan-${index}.json`);
          writeFileSync(file, JSON.stringify(plan));
          return file;
        });
        const told = await Promise.all(plans.map((file) => killedAfter(file, 3_000 + roll(12_000))));
        for (const each of told) {
          if (each === null) faults.push('a worker ended before it told anything');
          totals.kills++;
          totals.asked += each?.asked ?? 0;
          totals.done += each?.done ?? 0;
          faults.push(...(each?.faults ?? []));
          for (const [code, count] of Object.entries(each?.refused ?? {})) refused[code] = (refused[code] ?? 0) + count;
          if (each && each.now > now) now = each.now;
        }
        const after = await openStore(where);
        faults.push(...(await brokenInvariants(after)));
        await after.close();
        // The published calendar ends with the year; a run that reaches it begins the year anew on new cases.
        if (now > '2026-12-01') now = '2026-03-02T01:00:00.000Z';
      }
      report.claim('no invariant broken', !faults.length, { engine, seed, ...totals, refused, faults: faults.slice(0, 5) });
      report.claim('commands given', totals.asked >= least, { asked: totals.asked, least });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };

export const parts: Record<string, (report: Report) => Promise<void>> = {
  'life-sqlite': lives('sqlite'),
  'life-postgres': lives('postgres'),
  'model-sqlite': model('sqlite', COMMANDS),
  'model-postgres': model('postgres', COMMANDS),
  'model-short': async (report) => {
    await model('sqlite', 300)(report);
    await model('postgres', 300)(report);
  },
};
