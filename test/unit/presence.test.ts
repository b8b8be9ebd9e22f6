import t from 'tap';
import { createPresences } from '../../src/agents/index.ts';

t.test('a telephone that came while the snapshot was read is not lost to it', async (t) => {
  const time = { now: new Date(1_000) };
  const presences = createPresences({ clock: { now: () => time.now } });
  const node = 'one';
  const takenAt = new Date(2_000);
  const empty = { node, takenAt, bootedAt: takenAt, calls: [], members: [], registered: [], queues: {}, keeping: [] };
  presences.take({ type: 'contact.changed', node, extension: '8001', registered: true, at: time.now });
  time.now = new Date(2_500);
  presences.take({ type: 'contact.changed', node, extension: '8002', registered: true, at: time.now });
  t.same(presences.replace(empty), ['8001'], 'what was told before is as the snapshot says');
  t.equal(presences.of('8001')?.registered, false);
  t.equal(presences.of('8002')?.registered, true);
});

t.test('what a queue tells while the snapshot is read takes no registration from it', async (t) => {
  const time = { now: new Date(2_500) };
  const presences = createPresences({ clock: { now: () => time.now } });
  const node = 'one';
  const takenAt = new Date(2_000);
  presences.take({
    type: 'member.changed',
    node,
    queue: 'main',
    extension: '8001',
    paused: false,
    pauseReason: '',
    device: 'idle',
    at: time.now,
  });
  const member = { node, queue: 'main', extension: '8001', paused: false, pauseReason: '', device: 'ringing' as const };
  t.same(
    presences.replace({ node, takenAt, bootedAt: takenAt, calls: [], members: [member], registered: ['8001'], queues: {}, keeping: [] }),
    ['8001'],
  );
  t.match(presences.of('8001'), { registered: true, device: 'idle' }, 'the queue’s own news is newer, the registration is the snapshot’s');
});
