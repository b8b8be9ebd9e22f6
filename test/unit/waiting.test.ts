import t from 'tap';
import Value from 'typebox/value';
import { formOfRules, LIMITS, rulesOf } from '../../src/console/settings/waiting-view.ts';
import { readKeptPlace, readKeptPlaces } from '../../src/telephony/asterisk/kept-places.ts';
import { newTranslatorState, translate } from '../../src/telephony/asterisk/translate.ts';
import { waitingRank } from '../../src/telephony/port.ts';
import { aheadMinutes } from '../../src/waiting/ahead.ts';
import { isNews, placeAfter } from '../../src/waiting/place.ts';
import { FIRST_RULES, settingsForSwitch } from '../../src/waiting/rules.ts';
import { WaitingRules } from '../../src/waiting/schemas.ts';

const at = (clock: string): Date => new Date(`2026-11-24T${clock}+08:00`);

t.test('who goes ahead: the greater of two reasons, and never so far as an emergency let through', async (t) => {
  const rule = { urgentMinutes: 15, repeatMinutes: 5, repeatCalls: 3 };
  const facts = { hasUrgentCase: false, hasRepeatCase: false, callsInVain: 0 };
  t.equal(aheadMinutes(facts, rule), 0);
  t.equal(aheadMinutes({ ...facts, callsInVain: 2 }, rule), 0);
  t.equal(aheadMinutes({ ...facts, callsInVain: 3 }, rule), 5);
  t.equal(aheadMinutes({ ...facts, hasRepeatCase: true }, rule), 5);
  t.equal(aheadMinutes({ hasUrgentCase: true, hasRepeatCase: true, callsInVain: 9 }, rule), 15);
});

t.test('the place is the second of joining, earlier by the minutes ahead', async (t) => {
  t.equal(waitingRank(at('09:00:00'), 5), waitingRank(at('08:55:00'), 0));
  t.ok(waitingRank(at('09:00:00'), 0) > waitingRank(at('09:00:01'), 0), 'greater is sooner');
  t.ok(waitingRank(at('09:00:00'), 99 + 500) < 2 ** 31, 'the switch keeps it in 32 bits');
});

t.test('a citizen who was not reached is dialled again by rule, then it is work for a person', async (t) => {
  const rule = { attempts: 3, restMinutes: 10 };
  const told = { stateAt: at('10:00:00'), askedAt: at('09:50:00'), attempts: 1 };
  t.same(placeAfter({ ...told, state: 'waiting' }, rule), { state: 'waiting', dueAt: null });
  t.same(placeAfter({ ...told, state: 'not_reached' }, rule), { state: 'resting', dueAt: at('10:10:00') });
  t.same(placeAfter({ ...told, state: 'not_reached', attempts: 3 }, rule), { state: 'failed', dueAt: null });
  t.same(
    placeAfter({ ...told, state: 'not_reached', stateAt: at('13:41:00') }, rule),
    { state: 'failed', dueAt: null },
    'four hours are over',
  );
  t.same(placeAfter({ ...told, state: 'expired' }, rule), { state: 'failed', dueAt: null });
  t.same(placeAfter({ ...told, state: 'reached' }, rule), { state: 'reached', dueAt: null });
  t.notOk(isNews({ state: 'reached', stateAt: at('10:00:00') }, { stateAt: at('11:00:00') }), 'what is over stays over');
  t.notOk(isNews({ state: 'resting', stateAt: at('10:00:05') }, { stateAt: at('10:00:00') }), 'an older word is none');
  t.ok(isNews({ state: 'waiting', stateAt: at('10:00:00') }, { stateAt: at('10:00:00') }));
});

const KEPT = '13900001111|main|1795480200|5|1795480260|12345';

t.test('what the switch keeps is read whole or not at all', async (t) => {
  const place = readKeptPlace('a-1.1', KEPT, 'not_reached|1795480300|a-1.7|2');
  t.match(place, {
    number: '13900001111',
    queue: 'main',
    aheadMinutes: 5,
    shown: '12345',
    state: 'not_reached',
    channelId: 'a-1.7',
    attempts: 2,
  });
  t.equal(place?.since.getTime(), 1_795_480_200_000);
  for (const [key, kept, state] of [
    ['', KEPT, 'waiting|1||0'],
    ['a-1.1', '', 'waiting|1||0'],
    ['a-1.1', KEPT, ''],
    ['a-1.1', KEPT.replace('13900001111', 'sip:x'), 'waiting|1||0'],
    ['a-1.1', KEPT, 'danced|1||0'],
  ] as const)
    t.equal(readKeptPlace(key, kept, state), null, `${key} ${kept} ${state}`);
  const items = [
    { key: '/hotline-place/a-1.1', val: KEPT },
    { key: '/hotline-place/a-1.2', val: KEPT },
    { key: '/hotline-place-state/a-1.1', val: 'waiting|1795480300|a-1.7|0' },
  ];
  t.same(
    readKeptPlaces(items).map((each) => each.place),
    ['a-1.1'],
  );
});

t.test('what keeps a place is no call until an agent is rung for it', async (t) => {
  const state = newTranslatorState('one');
  const half = {
    uniqueid: 'a-1.7',
    linkedid: 'a-1.6',
    channel: 'Local/s@hotline-place-00000001;2',
    context: 'hotline-place',
    calleridnum: '13900001111',
  };
  const told = (message: Record<string, string>) => translate(state, message, at('10:00:00'));
  t.match(
    told({ event: 'UserEvent', userevent: 'HotlinePlace', ...half, place: 'a-1.1', kept: KEPT, state: 'waiting|1795480300|a-1.7|0' }),
    [{ type: 'place.changed', place: 'a-1.1', channelId: 'a-1.7' }],
  );
  t.same(told({ event: 'QueueCallerJoin', ...half, queue: 'main', position: '1' }), []);
  t.match(told({ event: 'AgentCalled', ...half, destuniqueid: 'a-1.8', queue: 'main', interface: 'PJSIP/8001' }), [
    { type: 'call.arrived', origin: 'kept_place', callerNumber: '13900001111' },
    { type: 'call.offered', extension: '8001' },
  ]);
});

t.test('the form keeps the number of what is switched off; its limits are the service’s', async (t) => {
  t.same(rulesOf(formOfRules(FIRST_RULES)), FIRST_RULES);
  const off = formOfRules({ ...FIRST_RULES, placeEverySeconds: null, knowingAgentSeconds: null });
  t.match(rulesOf({ ...off, saysPlace: true, offersCallback: true }), {
    placeEverySeconds: 45,
    callback: { everySeconds: 60, attempts: 3, restMinutes: 10 },
    knowingAgentSeconds: null,
  });
  for (const [field, { min, max }] of Object.entries(LIMITS))
    for (const [value, fits] of [
      [min, true],
      [max, true],
      [min - 1, false],
      [max + 1, false],
    ] as const) {
      const form = { ...formOfRules(FIRST_RULES), offersCallback: true, [field]: value };
      t.equal(Value.Check(WaitingRules, rulesOf(form)), fits, `${field} ${value}`);
    }
  t.match(settingsForSwitch(FIRST_RULES), { callbackEverySeconds: null, knowingAgentSeconds: 15 });
});
