import t from 'tap';
import { callerRuleActions, precedenceActions, settingsActions } from '../../src/telephony/asterisk/caller-rules.ts';
import { membershipActions, ownQueueActions } from '../../src/telephony/asterisk/membership.ts';
import type { LiveMember } from '../../src/telephony/port.ts';

const wanted = { extension: '8001', displayName: '李', queues: ['main', 'agent-8001'], paused: true, reason: '午休' };
const there = (queue: string, pauseReason: string | null, extension = '8001'): LiveMember => ({
  node: 'one',
  queue,
  extension,
  paused: pauseReason !== null,
  pauseReason: pauseReason ?? '',
  device: 'idle',
});
const said = (current: LiveMember[]) =>
  membershipActions(wanted, current).map((step) => `${step.Action} ${step.Queue} ${step.Paused ?? ''} ${step.Reason ?? ''}`.trim());

t.test('only the difference is asked for', async (t) => {
  t.same(said([]), ['QueueAdd main true 午休', 'QueueAdd agent-8001 true 午休']);
  t.same(said([there('main', '午休'), there('agent-8001', '午休')]), []);
  t.same(
    said([there('main', null), there('agent-8001', 'wrapup')]),
    ['QueuePause main true 午休', 'QueuePause agent-8001 true 午休'],
    'who stays is never taken out and put back',
  );
  t.same(
    said([there('main', '午休'), there('agent-8001', '午休'), there('second', null), there('second', null, '8002')]),
    ['QueueRemove second'],
    'another agent is left alone',
  );
});

t.test('an own queue is made in the included file, and all queues are read again', async (t) => {
  const [make, reload] = ownQueueActions('8001');
  t.match(make, {
    Action: 'UpdateConfig',
    SrcFilename: 'hotline-queues.conf',
    'Cat-000000': 'agent-8001',
    'Action-000000': 'NewCat',
    'Action-000001': 'Append',
  });
  t.match(reload, { Action: 'QueueReload', Members: 'no' });
  t.notOk(reload?.Queue, 'one queue alone would read a file that counts as read already');
});

t.test('what a rule does not say is taken away', async (t) => {
  const until = new Date('2026-12-01T00:00:00Z');
  const says = (rule: Parameters<typeof callerRuleActions>[0]) =>
    callerRuleActions(rule).map((step) => `${step.Action} ${step.Family}/${step.Key} ${step.Val ?? ''}`.trim());
  t.same(says({ number: '139', language: 'en', restriction: { kind: 'message_only', until }, keptApart: ['8001', '8002'] }), [
    'DBPut hotline-lang/139 en',
    `DBPut hotline-restrict/139 ${until.getTime() / 1000}|message_only`,
    'DBPut hotline-apart/139 &8001&8002&',
  ]);
  t.same(says({ number: '139' }), ['DBDel hotline-lang/139', 'DBDel hotline-restrict/139', 'DBDel hotline-apart/139']);
  const precedes = (aheadMinutes: number, knowingExtension: string | null) =>
    precedenceActions({ number: '139', aheadMinutes, knowingExtension }).map((step) =>
      `${step.Action} ${step.Family} ${step.Val ?? ''}`.trim(),
    );
  t.same(precedes(15, '8001'), ['DBPut hotline-prio 15', 'DBPut hotline-agent 8001']);
  t.same(precedes(0, null), ['DBDel hotline-prio', 'DBDel hotline-agent']);
  t.same(
    settingsActions({ fallbackNumber: '138', openHours: null, maxWaiting: 0 }).map((step) => `${step.Action} ${step.Key}`),
    ['DBPut fallback', 'DBDel hours', 'DBPut max_waiting', 'DBDel overflow', 'DBDel hours_off', 'DBDel hours_makeup'],
  );
});
