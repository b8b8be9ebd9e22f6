import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { desc, eq } from 'drizzle-orm';
import t from 'tap';
import { startHouse } from '../helpers/house.ts';
import { until } from '../helpers/switch.ts';

t.setTimeout(100_000);
const house = await startHouse(t);
const { carrier, store } = house;
const desk = await house.desk('8901');
await desk.ready();
const { calls, recordings } = store.schema;
const newest = async () => (await store.read((db) => db.select().from(calls).orderBy(desc(calls.id)).limit(1)))[0];
const quiet = () => until('no call is left', async () => (await house.switch.channels()) === 0);

t.test('the disk is full while a call is recorded: the desks are told, the call goes on, the row says so', async (t) => {
  const directory = join(house.switch.process.directories.spool, 'recording');
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=1777', 'none', directory]);
  if (mounted.status !== 0) return t.fail(`no small disk could be made: ${mounted.stderr}`);
  let there = true;
  const unmount = (): void => {
    if (there) spawnSync('umount', ['-l', directory]);
    there = false;
  };
  t.teardown(unmount);
  const alarmed = (kind: string) => desk.events.findLast((event) => event.type === 'alarm.raised' && event.alarm.kind === kind);
  const citizen = carrier.call('12345', { from: '13812340003' });
  const ring = await desk.phone.incoming();
  ring.answer();
  await until('they talk', () => citizen.hears(1000) && ring.hears(440));
  await until('the desks know of the disk', () => alarmed('disk_full') !== undefined, 15_000);
  await until('and of the recording', () => alarmed('recording_failed') !== undefined, 25_000);
  t.ok(citizen.hears(1000) && ring.hears(440), 'the call goes on');
  const row = await newest();
  const recordingOf = async () =>
    (
      await store.read((db) =>
        db
          .select()
          .from(recordings)
          .where(eq(recordings.callId, row?.id ?? 0)),
      )
    )[0];
  t.match((await recordingOf())?.note, /stopped at \d+ bytes/);
  citizen.hangUp();
  await until('the recording is closed', async () => (await recordingOf())?.state === 'failed', 15_000);
  t.match(await recordingOf(), { note: /shorter than the call by \d+ ms/, sha256: /^[0-9a-f]{64}$/ });
  t.match(await newest(), { disposition: 'answered' });
  unmount();
  await quiet();
  await desk.ready();
  const next = carrier.call('12345', { from: '13812340004' });
  const again = await desk.phone.incoming();
  again.answer();
  const cleared = () => desk.events.some((event) => event.type === 'alarm.cleared' && event.id.startsWith('recording_failed.'));
  await until('a recording that grows ends the alarm', cleared, 20_000);
  next.hangUp();
  await quiet();
});
