import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { createAlarms, createRecordingWatch } from '../../src/calls/index.ts';
import { jobAlarms } from '../../src/jobs/alarms.ts';
import type { DeadJob } from '../../src/jobs/runner.ts';
import type { PushEvent } from '../../src/push/index.ts';
import { createRelayWatch, relayAnswers } from '../../src/relay/index.ts';

const board = () => {
  const pushed: PushEvent[] = [];
  const alarms = createAlarms({ clock: { now: () => new Date('2026-11-24T01:30:00.000Z') }, push: (event) => void pushed.push(event) });
  return { pushed, alarms, ids: () => alarms.all().map(({ id }) => id), told: () => pushed.map(({ type }) => type) };
};

t.test('an alarm is told once, its change once more, and its end', async (t) => {
  const { alarms, told, ids } = board();
  alarms.raise('a', 'switch_down', 'one');
  alarms.raise('a', 'switch_down', 'one');
  t.same(told(), ['alarm.raised']);
  alarms.raise('a', 'switch_down', 'two');
  t.match(alarms.all(), [{ id: 'a', detail: 'two' }]);
  alarms.clear('a');
  alarms.clear('a');
  t.same(told(), ['alarm.raised', 'alarm.raised', 'alarm.cleared']);
  t.same(ids(), []);
});

t.test('the disk of one node does not speak for another', async (t) => {
  const { alarms, ids } = board();
  const directory = t.testdir();
  await alarms.checkDisk('full', join(directory, 'is/gone'));
  t.same(ids(), ['disk_full.full'], 'a directory that is gone is no place for recordings');
  await alarms.checkDisk('roomy', directory);
  t.ok(ids().includes('disk_full.full'), 'the other node’s room does not clear it');
  mkdirSync(join(directory, 'is/gone'), { recursive: true });
  const roomy = !ids().includes('disk_full.roomy');
  await alarms.checkDisk('full', join(directory, 'is/gone'));
  if (roomy) t.same(ids(), []);
  await alarms.checkDisk('away', null);
  t.notOk(ids().includes('disk_full.away'), 'a switch whose files are out of reach says nothing');
});

t.test('a recording that stands still while its call goes on is an alarm, and one that grows ends it', async (t) => {
  const { alarms, ids } = board();
  const directory = t.testdir({ 'a.raw': '', 'b.raw': '' });
  const notes = new Map<number, string>();
  let time = 0;
  let open = [{ id: 1, node: 'one', file: 'a.raw', note: null as string | null }];
  const look = createRecordingWatch({
    repository: { recordingsInProgress: async () => open, noteRecording: async (id, note) => void notes.set(id, note) },
    alarms,
    directoryOf: () => directory,
    elapsedMs: () => time,
  });
  const grow = (file: string, bytes: number): void => writeFileSync(join(directory, file), Buffer.alloc(bytes));
  const after = async (seconds: number): Promise<void> => {
    time += seconds * 1000;
    await look();
  };
  grow('a.raw', 32_000);
  await look();
  grow('a.raw', 64_000);
  await after(5);
  t.same(ids(), []);
  await after(5);
  t.same(ids(), [], 'the switch writes in pieces: five seconds are no proof');
  await after(5);
  t.same(ids(), ['recording_failed.one']);
  t.match(notes.get(1), /64000 bytes/);
  open = [];
  await after(5);
  t.same(ids(), ['recording_failed.one'], 'that nobody calls is no proof that writing works again');
  open = [{ id: 2, node: 'one', file: 'b.raw', note: null }];
  grow('b.raw', 32_000);
  await after(5);
  grow('b.raw', 64_000);
  await after(5);
  t.same(ids(), [], 'a recording that grows is');
  truncateSync(join(directory, 'b.raw'), 0);
  await after(5);
  await after(10);
  t.same(ids(), ['recording_failed.one'], 'a file that vanished does not grow either');
});

t.test('the relay: two misses in a row raise, an answer clears', async (t) => {
  const { alarms, ids } = board();
  const server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const look = createRelayWatch({ answers: () => relayAnswers({ host: '127.0.0.1', port, tls: false }), alarms, detail: 'relay' });
  await look();
  t.same(ids(), []);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await look();
  t.same(ids(), [], 'one that is started again within seconds is no news');
  await look();
  t.match(alarms.all(), [{ id: 'relay_down', kind: 'relay_down' }]);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  await look();
  t.same(ids(), []);
});

t.test('work that was given up is an alarm until it is done', async (t) => {
  const { alarms, ids } = board();
  let dead: DeadJob[] = [];
  let changed = (): void => undefined;
  const onDeadChanged = (listener: () => void): void => {
    changed = listener;
  };
  const { check } = jobAlarms({
    jobs: { dead: async () => dead, onDeadChanged },
    alarms,
    onError: t.threw,
  });
  await check();
  t.same(ids(), []);
  dead = [{ jobId: 1, kind: 'voicemail.draft', key: '1', attempts: 8, failure: 'x', diedAt: new Date(0) }];
  changed();
  await new Promise((resolve) => setImmediate(resolve));
  t.match(alarms.all(), [{ id: 'job_failed.voicemail.draft', kind: 'job_failed', detail: 'voicemail.draft × 1' }]);
  dead = [];
  await check();
  t.same(ids(), []);
});
