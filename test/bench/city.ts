import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createCityHouse, goodRow } from '../contract/city.ts';
import type { Report } from '../helpers/report.ts';
import { type Engine, openStoreFor } from '../helpers/store.ts';

/**
 * npm run bench -- city                  a spreadsheet of 50,000 rows, one in a hundred bad, on both engines
 * npm run bench -- city sqlite --json
 */
export const place = 'machine';

const ROWS = 50_000;
const BAD_EVERY = 100;
const MOST_SECONDS = 60;
/** What the import itself may hold on top of the file and one piece of rows, whatever the file's length. */
const MOST_GROWTH_MB = 150;
const LOOK_MS = 250;

const lines = function* (): Generator<string> {
  yield '市平台编号,诉求类型,诉求类别,诉求内容,联系电话,联系人\n';
  for (let index = 1; index <= ROWS; index++)
    yield `${index % BAD_EVERY === 0 ? goodRow(index).replace('020101', '没有的类别') : goodRow(index)}\n`;
};

const importing =
  (engine: Engine) =>
  async (report: Report): Promise<void> => {
    const { store, close } = await openStoreFor(engine);
    const place = await mkdtemp(join(tmpdir(), 'hotline-imports-'));
    try {
      const house = await createCityHouse(store, place);
      house.time.now = new Date();
      const { staffId } = await house.withRole('dispatcher');
      const from = performance.now();
      const { importId, preview } = await house.imports.upload({ name: 'a.csv', stream: Readable.from(lines()).map(Buffer.from), staffId });
      const previewSeconds = Math.round((performance.now() - from) / 100) / 10;
      await house.imports.confirm(importId, staffId);
      const memory: number[] = [];
      const look = setInterval(() => memory.push(process.memoryUsage().rss / 2 ** 20), LOOK_MS);
      const began = performance.now();
      await house.runJobs().finally(() => clearInterval(look));
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      const { created, present, refused, state } = await house.imports.get(importId);
      const bad = ROWS / BAD_EVERY;
      const cases = await store.read((db) => db.$count(store.schema.cases));
      const kept = await store.read((db) => db.$count(store.schema.cityRefusedRows));
      report.claim('the preview counts what the import then does', preview?.created === created && preview.refused === refused, {
        previewSeconds,
      });
      report.claim(
        'no good row is lost and no bad row is in',
        state === 'done' && cases === ROWS - bad && created === cases && kept === bad,
        {
          engine,
          rows: ROWS,
          cases,
          present,
          refused: kept,
        },
      );
      report.claim(`${ROWS} rows within ${MOST_SECONDS} s`, seconds <= MOST_SECONDS, {
        engine,
        seconds,
        perSecond: Math.round(ROWS / seconds),
      });
      // The first half warms up; what grows with the rows would grow on in the second.
      const half = memory.slice(Math.floor(memory.length / 2));
      const growthMb = Math.round(Math.max(...half) - (half[0] ?? 0));
      report.claim('memory is flat', growthMb <= MOST_GROWTH_MB, { engine, growthMb, mostMb: Math.round(Math.max(...memory)) });
      await house.outbox.settled();
    } finally {
      await close();
      rmSync(place, { recursive: true, force: true });
    }
  };

export const parts: Record<string, (report: Report) => Promise<void>> = { sqlite: importing('sqlite'), postgres: importing('postgres') };
