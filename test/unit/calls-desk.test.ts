import t from 'tap';
import { dialDisposition } from '../../src/calls/call.ts';
import { DESK_ACTS, DESK_STATES, DESK_WORKFLOW, deskStateOf } from '../../src/calls/desk-workflow.ts';
import {
  type DialAsked,
  type DialResult,
  type DialRules,
  dialledForm,
  dialRefusal,
  FIRST_DIAL_RULES,
  mayDial,
  type NumberClass,
  numberClassOf,
  openClasses,
} from '../../src/calls/dialling.ts';
import { agentTimes, type Segment } from '../../src/calls/segments.ts';
import type { Role } from '../../src/core/roles.ts';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 24) + seconds * 1000);
const segment = (kind: Segment['kind'], staffId: number | null, from: number, to: number | null, more: Partial<Segment> = {}): Segment => ({
  kind,
  staffId,
  legId: `leg-${staffId}`,
  party: '',
  startedAt: at(from),
  endedAt: to === null ? null : at(to),
  ...more,
});

t.test('each second of an agent is counted once, whatever overlaps', async (t) => {
  const times = agentTimes(
    [
      segment('ring', 1, 0, 4),
      segment('talk', 1, 4, 100),
      segment('hold', 1, 10, 30),
      // Held twice by an event told again, and held while asking: on music either way.
      segment('hold', 1, 20, 35),
      segment('hold', 1, 55, 70),
      segment('consult', 1, 50, 60),
      segment('transfer', 1, 100, 104),
      segment('ring', 2, 100, 104),
      segment('talk', 2, 104, null),
      segment('outside', null, 104, 110),
    ],
    at(124.5),
  );
  t.same(times.get(1), { ring: 4_000, talk: 51_000, hold: 35_000, consult: 10_000 });
  t.same(times.get(2), { ring: 4_000, talk: 20_500, hold: 0, consult: 0 });
  t.equal(times.size, 2, 'what is nobody of ours is nobody’s time');
  const [one] = times.values();
  t.equal((one?.talk ?? 0) + (one?.hold ?? 0) + (one?.consult ?? 0), 96_000, 'together they are the talk');
});

t.test('a hold that outlives its talk, two talks of one agent, and a clock that ran back', async (t) => {
  const times = agentTimes(
    [
      segment('talk', 1, 0, 10, { legId: 'a' }),
      segment('hold', 1, 8, 40, { legId: 'a' }),
      segment('talk', 1, 30, 50, { legId: 'b' }),
      segment('ring', 1, 30, 29),
    ],
    at(60),
  );
  t.same(times.get(1), { ring: 0, talk: 18_000, hold: 12_000, consult: 0 });
});

t.test('the workflow allows these and nothing else', async (t) => {
  const allowed = DESK_STATES.map((state) => `${state}: ${DESK_ACTS.filter((act) => DESK_WORKFLOW.find(state, act)).join(' ')}`);
  t.same(allowed, [
    'none: ',
    'talking: transfer consult conference',
    'asking: transfer join dismiss leave',
    'three: transfer dismiss leave',
    'handing: ',
  ]);
});

t.test('how a call stands is read off its open segments', async (t) => {
  const talk = segment('talk', 1, 0, null);
  const invite = segment('invite', 1, 5, null, { legId: 'third', party: '110' });
  const third = segment('third', 1, 7, null, { legId: 'third', party: '110' });
  const consult = segment('consult', 1, 5, null, { legId: '' });
  const stands = (...segments: Segment[]) => {
    const { state, party, acts } = deskStateOf(segments, 'leg-1');
    return [state, party, acts.join(' ')];
  };
  t.same(stands(), ['none', '', '']);
  t.same(stands({ ...talk, endedAt: at(3) }), ['none', '', '']);
  t.same(stands(talk), ['talking', '', 'transfer consult conference']);
  t.same(stands(talk, { ...invite, endedAt: at(6) }), ['talking', '', 'transfer consult conference']);
  t.same(stands(talk, invite, consult), ['asking', '110', 'transfer dismiss'], 'nobody may go before the third is there');
  t.same(stands(talk, third, consult), ['asking', '110', 'transfer join dismiss leave']);
  t.same(stands(talk, third), ['three', '110', 'transfer dismiss leave']);
  t.same(stands(talk, segment('transfer', 1, 9, null)), ['handing', '', '']);
  const colleague = segment('talk', 2, 7, null, { legId: 'third' });
  t.equal(deskStateOf([talk, third, colleague], 'third').state, 'none', 'who was asked does not run the call');
  t.equal(
    deskStateOf([{ ...talk, endedAt: at(9) }, { ...third, endedAt: at(9) }, colleague], 'third').state,
    'talking',
    'until it is theirs',
  );
});

t.test('what a number is, however it is written', async (t) => {
  const about = { areaCode: '0533', ownNumbers: ['12345', '053312345'] };
  const cases: [string, NumberClass][] = [
    ['110', 'emergency'],
    ['1 2 0', 'emergency'],
    ['12345', 'own'],
    ['+8612345', 'own'],
    ['8612345', 'own'],
    ['0533-12345', 'own'],
    ['96888', 'service'],
    ['12369', 'service'],
    ['4008001234', 'service'],
    ['5550009', 'local'],
    ['05335550009', 'local'],
    ['01062345678', 'national'],
    ['13812340000', 'mobile'],
    ['+86 138 1234 0000', 'mobile'],
    ['008613812340000', 'mobile'],
    ['16812345678', 'premium'],
    ['0533 168 12345', 'premium'],
    ['16012345', 'premium'],
    ['00441234567890', 'international'],
    ['+1 (800) 555-0100', 'international'],
    ['17909013812345678', 'unlisted'],
    ['17909123456', 'unlisted'],
    ['19300441234567', 'unlisted'],
    ['10193008529876', 'unlisted'],
    ['11808138123456', 'unlisted'],
    ['16600123', 'unlisted'],
    ['16651234567', 'mobile'],
    ['13491234567', 'unlisted'],
    ['17401234567', 'unlisted'],
    ['01012345', 'national'],
    ['12', 'malformed'],
    ['1380013800a', 'malformed'],
    ['110&PJSIP/8001', 'malformed'],
    ['++110', 'malformed'],
    ['１１０', 'malformed'],
    ['', 'malformed'],
  ];
  for (const [number, expected] of cases) t.equal(numberClassOf(number, about), expected, number);
  t.equal(dialledForm('+86 138-1234-0000'), '13812340000');
  t.equal(dialledForm('138\r\nAction: x'), null);
});

const asked = (roles: readonly Role[], numberClass: NumberClass, confirmed = false) => ({ roles, numberClass, confirmed });

t.test('who may have what dialled', async (t) => {
  const first = (roles: readonly Role[], numberClass: NumberClass) => dialRefusal(FIRST_DIAL_RULES, asked(roles, numberClass));
  t.equal(first(['agent'], 'emergency'), null);
  t.equal(first(['agent'], 'national'), 'call.number_forbidden');
  t.equal(first(['agent', 'team_leader'], 'national'), null);
  for (const roles of [['agent'], ['team_leader'], ['administrator'], []] as const)
    for (const numberClass of ['premium', 'international'] as const) t.equal(first(roles, numberClass), 'call.number_forbidden');
  t.equal(first(['team_leader'], 'own'), 'call.loops');
  t.equal(first(['team_leader'], 'malformed'), 'call.destination_unknown');
  t.equal(first(['team_leader'], 'unlisted'), 'call.number_forbidden');
  t.equal(first(['auditor'], 'emergency'), 'call.number_forbidden');
});

t.test('whether a call is made: every reason against it, the first that holds', async (t) => {
  const costly: DialRules = {
    ...FIRST_DIAL_RULES,
    classes: { ...FIRST_DIAL_RULES.classes, international: { roles: ['team_leader'], confirm: true } },
    agentPerHour: 5,
    allPerHour: 20,
  };
  const free: DialAsked = {
    ...asked(['agent'], 'mobile'),
    extension: null,
    agentState: 'ready',
    lastHour: { agent: 0, all: 0 },
  };
  const abroad = { roles: ['team_leader'] as const, numberClass: 'international' as const };
  const cases: readonly (readonly [string, Partial<DialAsked>, string | null])[] = [
    ['a mobile telephone', {}, null],
    ['in a pause', { agentState: 'paused' }, null],
    ['while writing up', { agentState: 'wrap_up' }, null],
    ['the last one within the hour', { lastHour: { agent: 4, all: 19 } }, null],
    ['one more', { lastHour: { agent: 5, all: 5 } }, 'dial.rate_limited'],
    ['one more of all', { lastHour: { agent: 0, all: 20 } }, 'dial.rate_limited'],
    ['110 is not counted', { numberClass: 'emergency', lastHour: { agent: 99, all: 99 } }, null],
    ['110, which is somebody’s extension too', { numberClass: 'emergency', extension: 'colleague' }, null],
    ['oneself', { numberClass: 'unlisted', extension: 'own' }, 'call.to_oneself'],
    ['a colleague', { numberClass: 'unlisted', extension: 'colleague' }, 'dial.colleague'],
    ['the hotline', { numberClass: 'own' }, 'call.loops'],
    ['no number', { numberClass: 'malformed' }, 'call.destination_unknown'],
    ['a carrier’s prefix', { numberClass: 'unlisted' }, 'call.number_forbidden'],
    ['a paid line', { numberClass: 'premium', confirmed: true }, 'call.number_forbidden'],
    ['abroad, an agent', { ...abroad, roles: ['agent'], confirmed: true }, 'call.number_forbidden'],
    ['abroad, not yet meant', abroad, 'dial.confirm_needed'],
    ['abroad, meant', { ...abroad, confirmed: true }, null],
    ['abroad, meant, too often', { ...abroad, confirmed: true, lastHour: { agent: 5, all: 5 } }, 'dial.rate_limited'],
    ['signed out', { agentState: 'signed_out' }, 'dial.no_telephone'],
    ['the telephone is gone', { agentState: 'device_lost' }, 'dial.no_telephone'],
    ['rung for', { agentState: 'ringing' }, 'dial.not_free'],
    ['in a call', { agentState: 'talking' }, 'dial.not_free'],
    ['calling out already', { agentState: 'calling_out' }, 'dial.not_free'],
    ['forbidden outweighs busy', { agentState: 'talking', numberClass: 'premium' }, 'call.number_forbidden'],
    ['who has no desk', { roles: ['administrator'] }, 'call.number_forbidden'],
  ];
  for (const [what, change, expected] of cases) t.equal(mayDial(costly, { ...free, ...change })?.code ?? null, expected, what);
  t.same(openClasses(costly), ['service', 'local', 'mobile', 'national', 'international']);
});

t.test('what became of a call that was dialled', async (t) => {
  const of = (dialResult: DialResult | null, answeredAt: Date | null = null) => dialDisposition({ dialResult, answeredAt });
  t.same([of('busy'), of('no_answer'), of('cancelled')], ['busy', 'no_answer', 'cancelled']);
  for (const result of ['begun', 'calling', 'absent', 'refused', 'failed', null] as const) t.equal(of(result), 'unreached');
  t.equal(of('calling', new Date()), 'answered');
});
