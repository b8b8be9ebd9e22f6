import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildCalendar, CALENDAR_2026, provisionalYear } from '../../src/core/working-time.ts';
import { type AttemptHistory, mustPause, nextStep, type Outcome, outcomeOf, STANDARD_ATTEMPTS } from '../../src/surveys/attempts.ts';
import { type Asked, bundle, eligibilityOf } from '../../src/surveys/eligibility.ts';
import { type Act, advance, beginSurvey, type Heard, type SurveyCall } from '../../src/surveys/interpreter.ts';
import { answersOf, digitsOf, faultsOfForm, standingOf } from '../../src/surveys/link.ts';
import { allowance, STANDARD_PACING } from '../../src/surveys/pacing.ts';
import { afterPersonCall, isInVain } from '../../src/surveys/person-calls.ts';
import type { PersonOutcome } from '../../src/surveys/states.ts';
import { type Digit, faultsOf, isUnhappy, STANDARD_SCRIPT, type Step, type SurveyScript } from '../../src/surveys/survey.ts';
import { halfDayOf, isOpen, nextHalfDay, nextSlot, STANDARD_WINDOWS } from '../../src/surveys/windows.ts';

const calendar = buildCalendar([CALENDAR_2026, provisionalYear(2027)]);
const at = (text: string): Date => new Date(`${text}:00+08:00`);
const shown = (date: Date): string => new Date(date.getTime() + 8 * 3_600_000).toISOString().slice(0, 16);

// ── a citizen at the telephone, without a switch ──

/** Plays one call: `ear` presses when a sentence with this prompt is said. */
const play = (
  presses: Record<string, Digit | 'silence' | 'hang up' | { early: Digit } | { twice: [Digit, Digit] }>,
  options: { cases?: number; script?: SurveyScript } = {},
) => {
  const script = options.script ?? STANDARD_SCRIPT;
  let call: SurveyCall = beginSurvey(script, options.cases ?? 1);
  const acts: Act[] = [];
  const said: string[] = [];
  let now = 1_000_000;
  const queue: Act[] = [];
  const hear = (heard: Heard): void => {
    const turn = advance(script, call, heard, now);
    call = turn.call;
    acts.push(...turn.acts);
    queue.push(...turn.acts);
  };
  hear({ type: 'started' });
  for (let act = queue.shift(), steps = 0; act && steps < 300; act = queue.shift(), steps += 1) {
    if (act.type === 'speak') {
      const prompts = act.lines.map((line) => line.prompt);
      said.push(...prompts);
      const press = presses[prompts.at(-1) ?? ''];
      now += 100;
      if (typeof press === 'object' && 'early' in press) hear({ type: 'key', digit: press.early });
      now += 2_000;
      if (press === 'hang up') hear({ type: 'hung_up' });
      else if (typeof press === 'object' && 'twice' in press)
        for (const digit of press.twice) {
          hear({ type: 'key', digit });
          now += 400;
        }
      else if (typeof press === 'string' && press !== 'silence') hear({ type: 'key', digit: press });
      else hear({ type: 'spoken', turn: act.turn });
    }
    if (act.type === 'wait') {
      now += act.ms;
      hear({ type: 'timer', turn: act.turn });
    }
    if (act.type === 'record') hear({ type: 'recorded', turn: act.turn });
  }
  return { call, acts, said, values: call.answers.map(({ measure, value, caseIndex }) => `${caseIndex} ${measure} ${value}`) };
};

const HAPPY = { 'survey.anykey': '5', 'survey.greeting': '1', 'survey.q1': '1', 'survey.q2': '1', 'survey.q3': '2' } as const;

t.test('a happy citizen answers three questions', async (t) => {
  const { call, values, acts } = play(HAPPY);
  t.same(values, ['0 contacted 1', '0 settled 1', '0 satisfied 4']);
  t.equal(call.ending, 'completed');
  t.equal(acts.at(-1)?.type, 'hang_up');
});

t.test('an unhappy one says why, and is told that a person will call', async (t) => {
  const { values, said } = play({ ...HAPPY, 'survey.q2': '3', 'survey.q3': '5', 'survey.ask_comment': '1' });
  t.same(values, ['0 contacted 1', '0 settled 3', '0 satisfied 1']);
  t.ok(said.includes('survey.comment') && said.includes('survey.comment_saved'));
  t.ok(isUnhappy('satisfied', 1) && isUnhappy('satisfied', 2) && isUnhappy('settled', 3));
  t.notOk(isUnhappy('satisfied', 3) || isUnhappy('settled', 2) || isUnhappy('contacted', 2) || isUnhappy('satisfied', -1));
});

t.test('keys are taken as they were meant', async (t) => {
  t.same(play({ ...HAPPY, 'survey.q2': { twice: ['1', '3'] } }).values[1], '0 settled 3', 'the last one within the settle window counts');
  t.same(
    play({ ...HAPPY, 'survey.q2': { early: '3' } }).values[1],
    '0 settled -1',
    'a key right at the beginning was meant for the question before',
  );
  const wrong = play({ ...HAPPY, 'survey.q3': '8' });
  t.same(wrong.values[2], '0 satisfied -2', 'only wrong keys');
  t.equal(wrong.call.ending, 'incomplete');
  t.equal(wrong.said.filter((prompt) => prompt === 'survey.q3').length, 3, 'asked three times');
  const silent = play({ ...HAPPY, 'survey.q1': 'silence' });
  t.same(silent.values, ['0 contacted -1']);
  t.equal(silent.call.ending, 'incomplete');
});

t.test('star repeats without costing a try, but not for ever; zero reaches a person from every question', async (t) => {
  const stuck = play({ ...HAPPY, 'survey.q1': '*' });
  t.equal(stuck.said.filter((prompt) => prompt === 'survey.q1').length, 6);
  t.same(stuck.values, ['0 contacted -1']);
  for (const question of ['survey.greeting', 'survey.q1', 'survey.q2', 'survey.q3', 'survey.ask_comment']) {
    const asked = play({ ...HAPPY, 'survey.q3': '5', [question]: '0' });
    t.equal(asked.call.ending, 'person', question);
    t.equal(asked.acts.at(-1)?.type, 'connect_person');
  }
});

t.test('endings that are no ratings', async (t) => {
  t.equal(play({}).call.ending, 'no_human');
  t.equal(play({ 'survey.anykey': '1', 'survey.greeting': '2' }).call.ending, 'not_now');
  t.equal(play({ 'survey.anykey': '1', 'survey.greeting': '3' }).call.ending, 'wrong_person');
  t.equal(play({ ...HAPPY, 'survey.q2': 'hang up' }).call.ending, 'hung_up');
  t.equal(play({ ...HAPPY, 'survey.optout_offer': '9' }).call.ending, 'opted_out');
  t.same(play({}).values, []);
});

t.test('a key that was pressed and not settled when the citizen hung up counts', async (t) => {
  let call = beginSurvey(STANDARD_SCRIPT, 1);
  call = { ...call, step: 'satisfied', phase: 'listening', turn: 9 };
  call = advance(STANDARD_SCRIPT, call, { type: 'key', digit: '5' }, 5_000).call;
  const { call: over, acts } = advance(STANDARD_SCRIPT, call, { type: 'hung_up' }, 5_200);
  t.match(over, { ending: 'hung_up', answers: [{ measure: 'satisfied', value: 1, key: '5' }] });
  t.equal(acts.length, 1);
  t.same(advance(STANDARD_SCRIPT, over, { type: 'key', digit: '1' }, 5_300), { call: over, acts: [] }, 'after the end nothing happens');
});

t.test('news of a sentence that was cut off, or of an old timer, changes nothing', async (t) => {
  let { call, acts } = advance(STANDARD_SCRIPT, beginSurvey(STANDARD_SCRIPT, 1), { type: 'started' }, 0);
  const [first] = acts;
  call = advance(STANDARD_SCRIPT, call, { type: 'key', digit: '1' }, 1_000).call;
  const settling = call;
  t.equal(first?.type, 'speak');
  t.same(advance(STANDARD_SCRIPT, call, { type: 'spoken', turn: 1 }, 1_100), { call: settling, acts: [] });
  ({ call, acts } = advance(STANDARD_SCRIPT, call, { type: 'timer', turn: settling.turn }, 1_700));
  t.equal(call.step, 'greeting');
  t.same(advance(STANDARD_SCRIPT, call, { type: 'timer', turn: settling.turn }, 1_800).acts, []);
});

t.test('several matters of one citizen in one call', async (t) => {
  const { values, call } = play({ ...HAPPY, 'survey.next_case': '1' }, { cases: 3 });
  t.equal(values.length, 9);
  t.same(values.slice(6), ['2 contacted 1', '2 settled 1', '2 satisfied 4']);
  t.equal(call.ending, 'completed');
  t.equal(play(HAPPY, { cases: 3 }).values.length, 3, 'who presses nothing is not asked about the next');
});

// ── scripts as data ──

t.test('the standard script has no fault, and every prompt of it was rendered in both languages', async (t) => {
  const sounds = join(import.meta.dirname, '../../dialplans/sounds');
  const hasPrompt = (id: string): boolean => ['zh', 'en'].every((language) => existsSync(join(sounds, language, 'hotline', `${id}.ulaw`)));
  t.same(
    faultsOf(STANDARD_SCRIPT, (id) => (hasPrompt(id) || id === 'survey.subject' ? null : 'no_prompt')),
    [],
  );
});

t.test('a script with a fault is refused, and the fault is named', async (t) => {
  const changed = (steps: Record<string, Step>): SurveyScript => ({ ...STANDARD_SCRIPT, steps: { ...STANDARD_SCRIPT.steps, ...steps } });
  const codes = (script: SurveyScript, has: (id: string) => boolean = () => true): string[] =>
    faultsOf(script, (id) => (has(id) ? null : 'no_prompt')).map(
      (fault) => `${fault.code} ${fault.step}${fault.detail ? ` ${fault.detail}` : ''}`,
    );
  const { contacted } = STANDARD_SCRIPT.steps;
  if (contacted?.kind !== 'ask') throw new Error('the first question is a question');
  t.same(codes(changed({ thanks: { kind: 'say', say: [], next: 'nowhere' } })), ['no_such_step thanks nowhere']);
  t.same(codes(changed({ island: { kind: 'end', say: [], ending: 'completed' } })), ['dead_branch island']);
  t.same(codes(changed({ give_up: { kind: 'say', say: [], next: 'contacted' } })), ['loop give_up contacted']);
  t.same(codes(changed({ contacted: { ...contacted, choices: [...contacted.choices, { key: '1', value: 1, next: 'settled' }] } })), [
    'key_twice contacted 1',
  ]);
  t.same(codes(changed({ contacted: { ...contacted, choices: [...contacted.choices, { key: '0', value: 1, next: 'settled' }] } })), [
    'key_reserved contacted 0',
  ]);
  t.same(codes(changed({ contacted: { ...contacted, choices: [{ key: '1', value: 7, next: 'settled' }] } })), [
    'value_range contacted 1=7',
  ]);
  t.ok(codes(changed({ contacted: { ...contacted, choices: [] } })).includes('no_choice contacted'));
  t.ok(codes(STANDARD_SCRIPT, (id) => id !== 'survey.q2').includes('no_prompt settled survey.q2'));
  const unasked = changed({ settled: { ...contacted, measure: 'settled', choices: [{ key: '1', value: 1, next: 'thanks' }] } });
  t.ok(codes(unasked).includes('not_asked any_key satisfied'));
});

// ── when ──

t.test('calls lie in the windows of the kind of day, and never in the quiet hours', async (t) => {
  const cases: [from: string, to: string, why: string][] = [
    ['2026-11-24T10:00', '2026-11-24T10:00', 'inside a window: at once'],
    ['2026-11-24T12:00', '2026-11-24T14:30', 'the end of a window is outside'],
    ['2026-11-24T18:59', '2026-11-24T18:59', 'feedback at 17:59 or 18:59 still has today'],
    ['2026-11-24T19:00', '2026-11-25T09:00', 'after the last window: tomorrow'],
    ['2026-11-28T09:00', '2026-11-28T10:00', 'a Saturday begins later'],
    ['2026-10-10T09:10', '2026-10-10T09:10', 'a Saturday that is worked is a working day'],
    ['2026-10-01T09:10', '2026-10-01T10:00', 'a holiday in the week is a day off'],
    ['2026-02-14T09:10', '2026-02-14T09:10', 'make-up day before Spring Festival'],
    ['2026-12-31T20:00', '2027-01-01T10:00', 'over the year’s end'],
  ];
  for (const [from, to, why] of cases) t.equal(shown(nextSlot(STANDARD_WINDOWS, calendar, at(from))), to, why);
  const all = [{ from: '06:00', to: '23:00' }];
  const weekly = { mon: all, tue: all, wed: all, thu: all, fri: all, sat: all, sun: all };
  const wide = { weekly, dayOff: all, makeUp: all };
  t.equal(shown(nextSlot(wide, calendar, at('2026-11-24T07:00'))), '2026-11-24T08:30', 'quiet hours end at 08:30 whatever a window says');
  t.equal(shown(nextSlot(wide, calendar, at('2026-11-24T21:00'))), '2026-11-25T08:30', 'and begin at 21:00');
  t.equal(
    shown(nextSlot(STANDARD_WINDOWS, calendar, at('2026-11-24T10:00'), { hours: { from: '19:00', to: '22:00' } })),
    '2026-11-24T19:00',
    'the citizen’s wish goes before the windows',
  );
  t.equal(
    shown(nextSlot(STANDARD_WINDOWS, calendar, at('2026-11-24T20:59'), { hours: { from: '19:00', to: '22:00' } })),
    '2026-11-24T20:59',
  );
  t.equal(
    shown(nextSlot(STANDARD_WINDOWS, calendar, at('2026-11-24T21:00'), { hours: { from: '19:00', to: '22:00' } })),
    '2026-11-25T19:00',
    'never before the quiet hours',
  );
  t.throws(() => nextSlot(STANDARD_WINDOWS, calendar, at('2026-11-24T10:00'), { hours: { from: '22:00', to: '23:00' } }), {
    code: 'survey.no_window',
  });
  t.throws(() => nextSlot(STANDARD_WINDOWS, calendar, at('2028-01-01T10:00')), { code: 'calendar.year_missing' });
  t.ok(isOpen(STANDARD_WINDOWS, calendar, at('2026-11-24T09:00')));
  t.notOk(isOpen(STANDARD_WINDOWS, calendar, at('2026-11-24T08:59')));
});

t.test('no slot of a whole year lies outside the rules', async (t) => {
  let broken = 0;
  for (let hour = 0; hour < 365 * 24; hour += 1) {
    const slot = nextSlot(STANDARD_WINDOWS, calendar, new Date(at('2026-01-01T00:17').getTime() + hour * 3_600_000));
    const minutes = Number(shown(slot).slice(11, 13)) * 60 + Number(shown(slot).slice(14));
    if (minutes < 9 * 60 || minutes >= 19 * 60) broken += 1;
  }
  t.equal(broken, 0);
});

t.test('half-days', async (t) => {
  t.equal(halfDayOf(at('2026-11-24T11:59')), halfDayOf(at('2026-11-24T00:00')));
  t.equal(halfDayOf(at('2026-11-24T12:00')), halfDayOf(at('2026-11-24T11:59')) + 1);
  t.equal(shown(nextHalfDay(at('2026-11-24T10:00'))), '2026-11-24T12:00');
  t.equal(shown(nextHalfDay(at('2026-11-24T15:00'))), '2026-11-25T00:00');
});

// ── what became of a call, and what follows ──

t.test('outcomes are told by cause, SIP answer and ringing', async (t) => {
  const table: [cause: number, sip: number | null, rang: boolean, outcome: Outcome][] = [
    [17, 486, true, 'busy'],
    [17, 600, false, 'busy'],
    [21, 603, true, 'declined'],
    [19, 480, true, 'no_answer'],
    [19, 480, false, 'unreachable'],
    [18, 408, false, 'unreachable'],
    [20, null, false, 'unreachable'],
    [1, 404, false, 'wrong_number'],
    [22, 410, false, 'wrong_number'],
    [28, 484, false, 'wrong_number'],
    [34, 503, false, 'line_fault'],
    [38, 500, false, 'line_fault'],
    [21, 403, false, 'line_fault'],
    [19, null, true, 'no_answer'],
    [19, null, false, 'unreachable'],
    [0, null, false, 'unknown'],
    [127, null, false, 'unknown'],
  ];
  for (const [cause, sip, rang, outcome] of table) t.equal(outcomeOf({ cause, sip, rang }), outcome, `${cause} ${sip} ${rang}`);
});

const history = (outcomes: [Outcome, string][], more: Partial<AttemptHistory> = {}): AttemptHistory => ({
  made: outcomes.map(([outcome, endedAt]) => ({ outcome, endedAt: at(endedAt) })),
  needsPerson: false,
  canText: true,
  textSent: false,
  ...more,
});
const following = (past: AttemptHistory, now = '2026-11-24T10:05') => {
  const next = nextStep(STANDARD_ATTEMPTS, STANDARD_WINDOWS, calendar, past, at(now));
  return next.step === 'call' ? `call ${shown(next.at)}` : 'reason' in next ? `${next.step} ${next.reason}` : next.step;
};

t.test('each outcome has its own way on', async (t) => {
  const ten = '2026-11-24T10:00';
  t.equal(following(history([])), 'call 2026-11-24T10:05');
  t.equal(following(history([['busy', ten]])), 'call 2026-11-24T10:30');
  t.equal(following(history([['no_answer', ten]])), 'call 2026-11-24T14:30', 'another half-day, four hours away');
  t.equal(following(history([['no_answer', '2026-11-24T11:50']])), 'call 2026-11-24T15:50');
  t.equal(following(history([['declined', '2026-11-24T16:00']]), '2026-11-24T16:01'), 'call 2026-11-25T09:00');
  t.equal(following(history([['line_fault', ten]])), 'call 2026-11-24T10:10');
  t.equal(following(history([['unknown', ten]])), 'settle', 'never dialled again by itself');
  t.equal(following(history([['answered', ten]])), 'done');
  t.equal(following(history([['wrong_number', ten]])), 'unreachable');
  t.equal(following(history([['wrong_person', ten]], { needsPerson: true })), 'person wrong_number');
  t.equal(following(history([['not_now', ten]], { wish: { notBefore: at('2026-11-26T18:00') } })), 'call 2026-11-26T18:00');
});

t.test('three attempts, then the link, then a person for those who need one, else unreachable; never satisfied', async (t) => {
  const spent: [Outcome, string][] = [
    ['no_answer', '2026-11-23T10:00'],
    ['busy', '2026-11-23T15:00'],
    ['no_answer', '2026-11-24T10:00'],
  ];
  t.equal(following(history(spent)), 'text');
  t.equal(following(history(spent, { textSent: true })), 'unreachable');
  t.equal(following(history(spent, { textSent: true, needsPerson: true })), 'person machine_failed');
  t.equal(following(history(spent, { canText: false })), 'unreachable');
  const faults = history([...spent.slice(0, 2), ['line_fault', '2026-11-24T10:00']]);
  t.equal(following(faults), 'call 2026-11-24T10:10', 'our own fault costs the citizen nothing');
  t.notOk(mustPause(STANDARD_ATTEMPTS, Array<Outcome>(4).fill('line_fault')));
  t.ok(mustPause(STANDARD_ATTEMPTS, ['answered', ...Array<Outcome>(5).fill('line_fault')]));
  t.notOk(mustPause(STANDARD_ATTEMPTS, [...Array<Outcome>(5).fill('line_fault'), 'busy']));
});

// ── whom ──

t.test('who is asked, by whom, and why not', async (t) => {
  const matter: Asked = {
    handledDirect: false,
    wantsReply: true,
    confidential: false,
    requestType: 'help',
    number: '13812340001',
    numberIsShared: false,
    optedOut: false,
    costly: false,
    leadsBackToUs: false,
    ending: null,
  };
  const table: [Partial<Asked>, string][] = [
    [{}, 'machine ordinary'],
    [{ handledDirect: true }, 'handled_direct'],
    [{ wantsReply: false }, 'no_reply_wanted'],
    [{ number: null }, 'no_number'],
    [{ optedOut: true }, 'opted_out'],
    [{ leadsBackToUs: true }, 'loop'],
    [{ costly: true }, 'person costly'],
    [{ ending: 'merged', handledDirect: true }, 'merged'],
    [{ ending: 'terminated' }, 'terminated'],
    [{ ending: 'not_accepted' }, 'not_accepted'],
    [{ ending: 'nuisance' }, 'nuisance'],
    [{ confidential: true }, 'machine ordinary'],
    [{ confidential: true, numberIsShared: true }, 'person confidential_shared'],
    [{ requestType: 'report', numberIsShared: true }, 'person confidential_shared'],
  ];
  for (const [about, expected] of table) {
    const answer = eligibilityOf({ ...matter, ...about });
    t.equal(answer.ask ? `${answer.by} ${answer.reason}` : answer.reason, expected, JSON.stringify(about));
  }
});

t.test('one call a citizen, three matters at most, nobody who is on the line', async (t) => {
  const due = ['a', 'b', 'a', 'a', 'c', 'a'].map((number, id) => ({ number, id }));
  t.same(
    bundle(due, new Set(['c'])).map((call) => call.map(({ id }) => id)),
    [[0, 2, 3], [1]],
  );
});

t.test('surveys leave room for those who call', async (t) => {
  const quiet = { surveyCalls: 0, otherCalls: 0, waiting: 0, begunLastSecond: 0, paused: false };
  const table: [Partial<typeof quiet>, number, string][] = [
    [{}, 2, 'rate'],
    [{ begunLastSecond: 2 }, 0, 'rate'],
    [{ surveyCalls: 9 }, 1, 'lines_in_use'],
    [{ surveyCalls: 10 }, 0, 'lines_in_use'],
    [{ otherCalls: 39 }, 1, 'kept_free'],
    [{ otherCalls: 60 }, 0, 'kept_free'],
    [{ waiting: 1 }, 0, 'inbound_waits'],
    [{ paused: true }, 0, 'paused'],
  ];
  for (const [now, calls, brake] of table) t.same(allowance(STANDARD_PACING, { ...quiet, ...now }), { calls, brake }, JSON.stringify(now));
});

t.test('what follows a person’s call: the machine’s slots, one budget', async (t) => {
  const now = at('2026-11-24T10:00');
  const after = (outcome: PersonOutcome, made: number, wish: Date | null = null) => {
    const next = afterPersonCall(STANDARD_ATTEMPTS, STANDARD_WINDOWS, calendar, { outcome, at: now, wish }, made);
    return next.step === 'again' ? shown(next.at) : next.step;
  };
  const table: [PersonOutcome, number, string, Date?][] = [
    ['reached', 3, 'said'],
    ['refused', 1, 'refused'],
    ['wrong_number', 1, 'wrong_number'],
    ['no_answer', 1, '2026-11-24T14:30'],
    ['busy', 2, '2026-11-24T10:30'],
    ['not_now', 1, '2026-11-24T14:30'],
    ['not_now', 1, '2026-11-26T09:00', at('2026-11-25T20:00')],
    ['not_now', 1, '2026-11-24T14:30', at('2026-11-23T09:00')],
    ['no_answer', 3, 'unreachable'],
    ['busy', 3, 'unreachable'],
    ['not_now', 3, 'unreachable'],
  ];
  for (const [outcome, made, expected, wish] of table) t.equal(after(outcome, made, wish), expected, `${outcome}, call ${made}`);
  t.same((['reached', 'refused', 'no_answer', 'busy', 'not_now', 'wrong_number'] as const).filter(isInVain), [
    'no_answer',
    'busy',
    'not_now',
  ]);
});

t.test('what a one-time link may still do', async (t) => {
  const now = at('2026-11-24T10:00');
  const link = { linkId: 1, taskId: 1, expiresAt: at('2026-11-25T10:00'), usedAt: null, failures: 0, replaced: false };
  const task = { state: 'waiting', answered: false };
  const table: [string, Parameters<typeof standingOf>[0], Parameters<typeof standingOf>[1], string][] = [
    ['fresh', link, task, 'open'],
    ['called in vain', link, { ...task, state: 'unreachable' }, 'open'],
    ['guessed', null, task, 'unknown'],
    ['used', { ...link, usedAt: now }, task, 'used'],
    ['answered by telephone', link, { ...task, state: 'person', answered: true }, 'used'],
    ['a newer one was sent', { ...link, replaced: true }, task, 'replaced'],
    ['four guesses', { ...link, failures: 4 }, task, 'open'],
    ['five guesses', { ...link, failures: 5 }, task, 'locked'],
    ['to the instant', { ...link, expiresAt: now }, task, 'expired'],
    ['on the line', link, { ...task, state: 'calling' }, 'on_the_line'],
    ['the case moved on', link, { ...task, state: 'withdrawn' }, 'over'],
  ];
  for (const [what, of, about, expected] of table) t.equal(standingOf(of, about, now), expected, what);
  const answers = answersOf({ contacted: '3', settled: '0', satisfied: '5x', text: ' a ', opt_out: 'no' });
  t.same(answers, { contacted: null, settled: null, satisfied: null, text: 'a', optOut: false }, 'no level that there is not');
  t.same(
    faultsOfForm('12a4', { ...answers, text: 'x'.repeat(501) }).map(({ code }) => code),
    ['digits_missing', 'not_answered', 'too_long'],
  );
  t.equal(digitsOf({ digits: ' １２ 34' }), '1234');
});
