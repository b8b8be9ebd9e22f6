import t from 'tap';
import { checkedReasons, FIRST_REASONS, pausesOf } from '../../src/agents/pause-reasons.ts';

const [rest, meal] = FIRST_REASONS;
const before = [rest, meal].filter((each) => each !== undefined);
const added = { code: null, zh: '督查', en: 'Audit', active: true };

t.test('a list of reasons that could not be worked with is refused with its row', async (t) => {
  t.same(checkedReasons(before, [...before, added]).at(-1), { ...added, code: 'reason_3' });
  const taken = [...before, { code: 'reason_4', zh: '甲', en: 'A', active: true }];
  t.equal(checkedReasons(taken, [...taken, added]).at(-1)?.code, 'reason_5', 'a code that was never is made');
  const wrong: [what: string, wanted: Parameters<typeof checkedReasons>[1], row?: number][] = [
    ['a code of nobody', [...before, { ...added, code: 'mine' }], 2],
    ['no name', [...before, { ...added, zh: ' ' }], 2],
    ['one name twice', [...before, { ...added, en: ' meal ' }], 2],
    ['one reason twice', [...before, { ...before[0], zh: '甲', en: 'A', code: 'break', active: true }], 2],
    ['one is left out', before.slice(1)],
    ['none in use', before.map((reason) => ({ ...reason, active: false }))],
  ];
  for (const [what, wanted, row] of wrong)
    t.throws(() => checkedReasons(before, wanted), { code: 'request.invalid', details: row === undefined ? {} : { row } }, what);
});

t.test('what goes on counts until now; ready, wrap-up and signed out do not count', async (t) => {
  const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 24, 1, minute));
  t.same(pausesOf([], at(5)), []);
  const changes = [
    { at: at(0), intent: 'paused' as const, reason: 'meal' },
    { at: at(10), intent: 'ready' as const, reason: '' },
    { at: at(20), intent: 'paused' as const, reason: 'break' },
  ];
  t.same(pausesOf(changes, at(45)), [
    { reason: 'break', seconds: 1500 },
    { reason: 'meal', seconds: 600 },
  ]);
});
