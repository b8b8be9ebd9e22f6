import t from 'tap';
import { parseClientFrame } from '../../src/push/client-frame.ts';
import { addTo, createFeed, KEPT_FRAMES, KEPT_MS, missedSince, REPLAY_BYTES } from '../../src/push/feed.ts';

t.test('a console gets exactly what it missed', (t) => {
  const feed = createFeed(0);
  t.same(missedSince(feed, 0, 0), []);
  for (let i = 1; i <= 5; i++) t.equal(addTo(feed, { atMs: i, json: `"${i}"` }), i);
  t.same(missedSince(feed, 3, 5), [
    { seq: 4, json: '"4"' },
    { seq: 5, json: '"5"' },
  ]);
  t.same(missedSince(feed, 5, 5), []);
  t.equal(missedSince(feed, 6, 5), null, 'a number from another life');
  t.end();
});

t.test('what is too long, too old or too big ago needs a snapshot', (t) => {
  const many = createFeed(0);
  for (let i = 1; i <= KEPT_FRAMES + 10; i++) addTo(many, { atMs: 0, json: '1' });
  t.equal(many.records.length, KEPT_FRAMES);
  t.equal(missedSince(many, 9, 0), null);
  t.equal(missedSince(many, 10, 0)?.length, KEPT_FRAMES);
  t.equal(missedSince(many, 10, KEPT_MS + 1), null, 'ten minutes later');
  t.same(missedSince(many, KEPT_FRAMES + 10, KEPT_MS + 1), [], 'but who missed nothing needs nothing');
  const big = createFeed(0);
  for (let i = 0; i < 10; i++) addTo(big, { atMs: 0, json: 'x'.repeat(REPLAY_BYTES / 9) });
  t.equal(missedSince(big, 0, 0), null);
  t.equal(missedSince(big, 2, 0)?.length, 8);
  const later = createFeed(50);
  addTo(later, { atMs: 0, json: '1' });
  t.equal(missedSince(later, 37, 0), null, 'a place in a forgotten feed is not a place in its successor');
  t.equal(later.seq, 51);
  t.end();
});

t.test('only what a console says is heard', (t) => {
  t.same(parseClientFrame('{"v":1,"t":"ping"}'), { v: 1, t: 'ping' });
  t.same(parseClientFrame('{"v":1,"t":"resume","epoch":null,"seq":0,"x":1}'), { v: 1, t: 'resume', epoch: null, seq: 0 });
  for (const bad of [
    '',
    'null',
    '[]',
    '{',
    '{"v":2,"t":"ping"}',
    '{"v":1,"t":"subscribe"}',
    '{"v":1,"t":"resume"}',
    '{"v":1,"t":"resume","epoch":"e","seq":-1}',
    '{"v":1,"t":"resume","epoch":"e","seq":1.5}',
    '{"v":1,"t":"resume","epoch":7,"seq":1}',
    `{"v":1,"t":"resume","epoch":"${'e'.repeat(65)}","seq":1}`,
  ])
    t.equal(parseClientFrame(bad), null, bad.slice(0, 60));
  t.end();
});
