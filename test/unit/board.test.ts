import t from 'tap';
import { boardNotices } from '../../src/board/index.ts';
import type { Board } from '../../src/board/schemas.ts';

const picture = (waiting: number): Board => ({ queues: [{ queue: 'main', waiting, longestSince: null, ready: 0 }] }) as unknown as Board;

const notices = (watchers = { count: 1 }) => {
  const state = { waiting: 0, reads: 0 };
  const pushed: { waiting: number; at: number }[] = [];
  const fold = async (): Promise<Board> => {
    state.reads++;
    return picture(state.waiting);
  };
  const news = boardNotices({
    outbox: { on: () => undefined },
    board: { view: fold, watch: fold },
    watchers: () => watchers.count,
    push: ({ queues: [queue] }) => void pushed.push({ waiting: queue?.waiting ?? -1, at: performance.now() }),
    logger: { warn: () => undefined },
  });
  return { state, pushed, news };
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const seen = async (pushed: readonly { waiting: number }[], waiting: number): Promise<void> => {
  while (pushed.at(-1)?.waiting !== waiting) await pause(5);
};

t.test('however often it changes, at most four pictures go out in a second, and the last one is the truth', async (t) => {
  const { state, pushed, news } = notices();
  const began = performance.now();
  while (performance.now() - began < 900) {
    state.waiting++;
    news.changed();
    await pause(5);
  }
  await seen(pushed, state.waiting);
  const gaps = pushed.slice(1).map(({ at }, index) => at - (pushed[index]?.at ?? 0));
  t.ok(
    gaps.every((gap) => gap >= 245),
    `gaps of ${gaps.map(Math.round).join(', ')} ms`,
  );
  t.ok(pushed.length >= 2 && pushed.length <= 6, `${pushed.length} pictures`);
  news.stop();
});

t.test('nothing is pushed when nothing changed, and nothing is read when nobody watches', async (t) => {
  const watchers = { count: 1 };
  const { state, pushed, news } = notices(watchers);
  news.changed();
  await seen(pushed, 0);
  news.changed();
  state.waiting = 1;
  news.changed();
  await seen(pushed, 1);
  t.same(
    pushed.map(({ waiting }) => waiting),
    [0, 1],
  );
  watchers.count = 0;
  const { reads } = state;
  news.changed();
  t.equal(state.reads, reads);
  // Somebody comes while it is 2, and then it is 1 again as at the last push.
  state.waiting = 2;
  watchers.count = 1;
  t.same(await news.first(), picture(2));
  state.waiting = 1;
  news.changed();
  while (pushed.length < 3) await pause(5);
  t.equal(pushed.at(-1)?.waiting, 1, 'who came in between is told the way back');
  news.stop();
});
