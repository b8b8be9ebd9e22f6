import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCaseExports } from '../../../src/cases/index.ts';
import { LIST_COLUMNS } from '../../../src/cases/views.ts';
import { createSettingsRepository } from '../../../src/storage/repositories/settings.ts';
import { createHouse } from '../../contract/cases-life.ts';
import type { Report } from '../../helpers/report.ts';
import type { Engine } from '../../helpers/store.ts';
import { START } from './generate.ts';
import { openKept } from './kept.ts';

const ROWS = 50_000;
/** More than this would say that rows are gathered: as texts in memory they have some 60 MB. */
const MOST_GROWTH_MB = 30;
const PAUSE_LIMIT_MS = 100;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heapMb = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

/** Fifty thousand cases as a file: how long, how large, and whether memory and the thread that serves the desks stay as they are. */
export const exporting = async (report: Report, engine: Engine): Promise<void> => {
  const { store, close } = await openKept(engine, ROWS);
  try {
    const house = createHouse(store);
    house.time.now = new Date(START.getTime() + 365 * 86_400_000);
    const clock = { now: () => house.time.now };
    const settings = createSettingsRepository(store);
    const failures: unknown[] = [];
    const { lives, history } = house;
    const exports = createCaseExports({ store, lives, settings, history, clock, onError: (err) => failures.push(err) });
    const dispatcher = await house.withRole('dispatcher');
    const request = { columns: [...LIST_COLUMNS], texts: true, language: 'zh-CN' as const };
    let longest = 0;
    let before = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - before - 5);
      before = performance.now();
    }, 5);
    const began = performance.now();
    let bytes = 0;
    let pieces = 0;
    const heaps: number[] = [];
    for await (const piece of await exports.write(request, dispatcher)) {
      bytes += (piece as Buffer).length;
      if (pieces++ % 50 === 0) heaps.push(heapMb());
    }
    const seconds = (performance.now() - began) / 1000;
    clearInterval(beat);
    const third = Math.ceil(heaps.length / 3);
    const growthMb = Math.max(...heaps.slice(-third)) - Math.max(...heaps.slice(0, third));
    const about = { engine, rows: ROWS, seconds: Number(seconds.toFixed(1)), fileMb: Number((bytes / 1e6).toFixed(1)) };
    report.figure('an export', { ...about, longestPauseMs: Math.round(longest), pauseMs: PAUSE_LIMIT_MS });
    report.claim('memory stays as it is from the first third to the last', growthMb <= MOST_GROWTH_MB && failures.length === 0, {
      ...about,
      growthMb: Math.round(growthMb),
      atMostMb: MOST_GROWTH_MB,
    });
  } finally {
    await close();
  }
};
