import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readMissedEvents } from '../../src/telephony/asterisk/records.ts';

const recorded = (await readFile(new URL('../fixtures/telephony/two-calls.cel.ndjson', import.meta.url), 'utf8'))
  .split('\n')
  .filter(Boolean);
/** The first call's lines, and the second's: 26 and 10 of them. */
const first = recorded.slice(0, 26);
const second = recorded.slice(26);
const text = (lines: string[]) => lines.map((one) => `${one}\n`).join('');
const arrivals = (events: { type: string }[]) => events.filter((event) => event.type === 'call.arrived').length;
const ends = (events: { type: string }[]) => events.filter((event) => event.type === 'call.ended').length;

const given = async (test: { testdir(): string }) => {
  const logDirectory = test.testdir();
  await mkdir(join(logDirectory, 'cel-custom'), { recursive: true });
  const file = join(logDirectory, 'cel-custom', 'cel.ndjson');
  const read = (cursor: unknown) => readMissedEvents('one', logDirectory, cursor);
  return { file, read };
};

t.test('a switch whose files are out of reach says so', async (t) => {
  t.same(await readMissedEvents('one', null, null), { known: false, events: [], cursor: null });
  t.match(await readMissedEvents('one', join(t.testdir(), 'nowhere'), { inode: 1, offset: 0 }), {
    known: false,
    cursor: { inode: 1, offset: 0 },
  });
});

t.test('nothing from before us; then each thing once', async (t) => {
  const { file, read } = await given(t);
  await writeFile(file, text(first));
  const start = await read(null);
  t.same(start.events, []);
  await appendFile(file, text(second));
  const next = await read(start.cursor);
  t.equal(arrivals(next.events), 1);
  t.equal(ends(next.events), 1);
  t.same((await read(next.cursor)).events, []);
  t.same((await read('nonsense')).events, [], 'a cursor that is none counts as the first time');
});

t.test('a file that is not there yet is read from its beginning when it comes', async (t) => {
  const { file, read } = await given(t);
  const start = await read(null);
  await writeFile(file, text(first));
  t.equal(arrivals((await read(start.cursor)).events), 1);
});

t.test('half a last line waits for its other half', async (t) => {
  const { file, read } = await given(t);
  await writeFile(file, '');
  let { cursor } = await read(null);
  const whole = text(recorded);
  const told: string[] = [];
  for (let at = 0; at < whole.length; at += 997) {
    await appendFile(file, whole.slice(at, at + 997));
    const missed = await read(cursor);
    cursor = missed.cursor;
    told.push(
      ...missed.events.filter((event) => event.type === 'call.ended').map((event) => ('channelId' in event ? event.channelId : '')),
    );
  }
  t.same(
    [...new Set(told)],
    ['tel-1795494640.2', 'tel-1795494642.6'],
    'both ends, whatever the cuts; one again while its other leg still ran',
  );
  t.same((await read(cursor)).events, []);
});

t.test('a call still open is told whole the next time', async (t) => {
  const { file, read } = await given(t);
  await writeFile(file, '');
  const start = await read(null);
  await appendFile(file, text(first.slice(0, 10)));
  const middle = await read(start.cursor);
  t.equal(arrivals(middle.events), 1);
  await appendFile(file, text(first.slice(10)));
  const end = await read(middle.cursor);
  t.equal(arrivals(end.events), 1);
  t.ok(end.events.some((event) => event.type === 'call.answered' && event.extension === '8001'));
  t.equal(ends(end.events), 1);
});

t.test('the file may be renamed at any time, also more than once, also in the middle of a call', async (t) => {
  const { file, read } = await given(t);
  await writeFile(file, '');
  const start = await read(null);
  await appendFile(file, text(first.slice(0, 12)));
  const before = await read(start.cursor);
  await rename(file, `${file}.2`);
  await writeFile(file, text(first.slice(12)));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await rename(file, `${file}.1`);
  await writeFile(file, text(second));
  await writeFile(`${file}.0.gz`, 'packed');
  const after = await read(before.cursor);
  t.equal(arrivals(after.events), 2);
  t.equal(ends(after.events), 2);
  t.same((await read(after.cursor)).events, []);
});

t.test('broken lines, an endless one, and a truncated file cost nothing', async (t) => {
  const { file, read } = await given(t);
  await writeFile(file, text(first));
  const start = await read(null);
  await writeFile(file, `{"half":\n${'x'.repeat(300_000)}\n\u0000\n${text(second)}`);
  const grown = await read(start.cursor);
  t.ok(grown.known);
  await writeFile(file, text(second.slice(0, 12)));
  t.equal(arrivals((await read({ ...(grown.cursor as { inode: number }), offset: 10_000_000 })).events), 1);
});

t.test('a call that died with its switch does not hold the cursor for ever', async (t) => {
  const { file, read } = await given(t);
  await writeFile(file, '');
  const start = await read(null);
  const later = (one: string) => one.replace(/"eventtime":"(\d+)/, (_all, seconds: string) => `"eventtime":"${Number(seconds) + 8 * 3600}`);
  await appendFile(file, text([...first.slice(0, 8), ...second.map(later)]));
  const next = await read(start.cursor);
  t.equal(arrivals(next.events), 2);
  t.same((await read(next.cursor)).events, []);
});
