import type { Test } from 'tap';
import { createKeptValues } from '../../src/storage/kept-values.ts';
import { createSettingsRepository } from '../../src/storage/repositories/settings.ts';
import { createScripts } from '../../src/surveys/scripts.ts';
import { createSurveySettings, STANDARD_RULES } from '../../src/surveys/settings.ts';
import { type FaultOfPrompt, STANDARD_SCRIPT, type Step, type SurveyScript } from '../../src/surveys/survey.ts';
import { createTrials } from '../../src/surveys/trial.ts';
import { createScriptedSurveys } from '../../src/telephony/scripted/survey-calls.ts';
import { shanghai } from '../helpers/case-life.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createSurveyHouse } from '../helpers/survey-house.ts';
import { until } from '../helpers/switch.ts';
import { createPeople } from './cases-life.ts';

const CITIZEN = '19900000011';
const OWN = '13800000099';

const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const { calls, scripting } = createScriptedSurveys({ now: () => house.time.now });
  const clock = { now: () => house.time.now };
  const repository = createSettingsRepository(store);
  const late: { rules?: () => Promise<typeof STANDARD_RULES> } = {};
  const house = createSurveyHouse(store, calls, { rules: async () => (late.rules ? late.rules() : STANDARD_RULES) });
  house.time.now = shanghai('2026-11-24 09:30');
  const people = await createPeople(house);
  const by = people.supervisor.staffId;
  await house.surveys.supervision.setPause({ paused: false }, by);
  const saving = { store, repository, history: house.history, clock };
  const settings = createSurveySettings({ ...saving, leastBudget: async () => 3 });
  late.rules = () => settings.rules() as Promise<typeof STANDARD_RULES>;
  const onTheLine = new Set<string>();
  const trials = createTrials({
    store,
    kept: createKeptValues({ store, clock }),
    calling: house.surveys.calling,
    isOnTheLine: async (number) => onTheLine.has(number),
    normalNumber: (typed) => (/^1\d{10}$/.test(typed) || typed === '12345' ? typed : null),
    isPlain: (number) => !number.startsWith('+'),
    ownNumbers: ['12345'],
    history: house.history,
    clock,
  });
  const damaged = new Set<string>();
  const faultOfPrompt: FaultOfPrompt = (id) => (damaged.has(id) ? 'prompt_damaged' : id.startsWith('survey.') ? null : 'no_prompt');
  const scripts = createScripts({ ...saving, surveys: house.repository, faultOfPrompt, trials });

  const only = () => {
    const [call] = scripting.calls();
    if (!call) throw new Error('nobody is being called');
    return call;
  };
  /** The citizen presses in the sentence; the settle window passes. */
  const press = async (key: string): Promise<void> => {
    await until('a sentence is said', () => only().playing !== null);
    const { channelId, playing } = only();
    house.time.now = new Date(house.time.now.getTime() + 1_000);
    scripting.press(channelId, key);
    house.timers.next();
    await until('the next sentence is said', () => !scripting.calls().some((call) => call.playing?.play === playing?.play));
  };
  return { ...house, store, people, by, scripting, settings, scripts, trials, damaged, onTheLine, only, press };
};

const changed = (steps: Record<string, Step>): SurveyScript => ({ ...STANDARD_SCRIPT, steps: { ...STANDARD_SCRIPT.steps, ...steps } });
/** Satisfaction alone is asked, and asked first. */
const SHORT: SurveyScript = (() => {
  const { satisfied, goodbye, person } = STANDARD_SCRIPT.steps;
  if (satisfied?.kind !== 'ask' || !goodbye || !person) throw new Error('the script that ships has changed');
  const choices = satisfied.choices.map((choice) => ({ ...choice, next: 'goodbye' }));
  return { ...STANDARD_SCRIPT, first: 'satisfied', steps: { satisfied: { ...satisfied, choices, giveUp: 'goodbye' }, goodbye, person } };
})();

export const surveySettingsContract = (t: Test, engine: Engine): void => {
  t.test('windows, retries and lines: in force at once, refused by name, not overwritten unseen', async (t) => {
    const house = await start(t, engine);
    const { settings, by } = house;
    const first = await settings.view();
    t.match(first, { version: 0, leastBudget: 3 });
    t.same(first.rules, STANDARD_RULES);
    const weekly = { ...STANDARD_RULES.windows.weekly, tue: [{ from: '13:00', to: '14:00' }] };
    const rules = { ...STANDARD_RULES, windows: { ...STANDARD_RULES.windows, weekly } };
    t.match(await settings.save({ version: 0, rules }, by), { version: 1 });
    const caseId = await house.answeredCase(house.people, CITIZEN);
    t.equal((await house.taskOf(caseId)).dueAt?.toISOString(), shanghai('2026-11-24 13:00').toISOString(), 'Tuesday has its own window');
    await t.rejects(settings.save({ version: 0, rules: STANDARD_RULES }, by), {
      code: 'settings.version_stale',
      details: { theirs: { version: 1 } },
    });
    const at = async (windows: Partial<typeof rules.windows>) =>
      settings.save({ version: 1, rules: { ...rules, windows: { ...rules.windows, ...windows } } }, by);
    for (const [span, why] of [
      [{ from: '08:00', to: '12:00' }, 'begins too early'],
      [{ from: '19:00', to: '21:30' }, 'ends too late'],
      [{ from: '19:00', to: '24:00' }, 'to midnight'],
    ] as const)
      await t.rejects(at({ dayOff: [span] }), { code: 'survey.quiet_hours', details: { field: 'windows.dayOff' } }, why);
    const none = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
    await t.rejects(at({ weekly: none }), { code: 'survey.no_window' });
    await t.rejects(at({ makeUp: [{ from: '10:00', to: '09:00' }] }), { code: 'request.invalid', details: { field: 'windows.makeUp' } });
    const pacing = { ...rules.pacing, lines: 50, keptFree: 20, trunkLines: 60 };
    await t.rejects(settings.save({ version: 1, rules: { ...rules, pacing } }, by), {
      code: 'request.invalid',
      details: { field: 'pacing.lines' },
    });
    const attempts = { ...rules.attempts, budget: 1 };
    await settings.save({ version: 1, rules: { ...rules, attempts, pacing: { ...rules.pacing, lines: 1 } } }, by);
    t.equal((await settings.rules()).attempts.budget, 3, 'never fewer than the case’s own terms ask for');
    house.time.now = shanghai('2026-11-24 13:00');
    await house.answeredCase(house.people, '19900000012');
    t.equal(await house.surveys.calling.tick(), 1, 'one line');
    t.equal(await house.surveys.calling.tick(), 0);
    const acts = await house.store.read((db) => db.select().from(house.store.schema.history));
    t.equal(
      acts.filter(({ act, thingKind }) => act === 'settings.changed' && thingKind === 'survey_rules').length,
      2,
      'who changed it is on record',
    );
  });

  t.test('retries by outcome are obeyed', async (t) => {
    const house = await start(t, engine);
    const { settings, scripting, by } = house;
    const retry = { ...STANDARD_RULES.attempts.retry, busy: { afterMinutes: 7, otherHalfDay: false } };
    await settings.save({ version: 0, rules: { ...STANDARD_RULES, attempts: { ...STANDARD_RULES.attempts, retry } } }, by);
    const caseId = await house.answeredCase(house.people, CITIZEN);
    await house.surveys.calling.tick();
    scripting.end(house.only().channelId, { cause: 17, sip: 486 });
    await until('the end is kept', async () => (await house.taskOf(caseId)).state === 'waiting');
    t.equal((await house.taskOf(caseId)).dueAt?.toISOString(), shanghai('2026-11-24 09:37').toISOString());
  });

  t.test('a draft with faults is refused, each named by its step; a damaged recording too, when saved and when put in force', async (t) => {
    const { scripts, damaged, by, trials } = await start(t, engine);
    const { satisfied, give_up } = STANDARD_SCRIPT.steps;
    if (satisfied?.kind !== 'ask' || !give_up) throw new Error('the script that ships has changed');
    const refused = async (script: SurveyScript, faults: unknown[], why: string): Promise<void> => {
      await t.rejects(scripts.save({ version: 0, script, note: '' }, by), { code: 'survey.script_refused', details: { faults } }, why);
    };
    await refused(
      changed({ give_up: { kind: 'say', say: [], next: 'contacted' } }),
      [{ code: 'loop', step: 'give_up', detail: 'contacted' }],
      'a loop',
    );
    const back = { key: '6' as const, value: 1, next: 'contacted' };
    await refused(
      changed({ satisfied: { ...satisfied, choices: [...satisfied.choices, back] } }),
      [{ code: 'loop', step: 'satisfied', detail: 'contacted' }],
      'a loop by key',
    );
    await refused(
      changed({ thanks: { kind: 'say', say: [], next: 'nowhere' } }),
      [{ code: 'no_such_step', step: 'thanks', detail: 'nowhere' }],
      'a dead branch',
    );
    await refused(changed({ island: { ...satisfied } }), [{ code: 'dead_branch', step: 'island' }], 'a question nothing leads to');
    await refused(
      changed({ give_up: { kind: 'end', say: [{ prompt: 'mine.own' }], ending: 'incomplete' } }),
      [{ code: 'no_prompt', step: 'give_up', detail: 'mine.own' }],
      'no such prompt',
    );
    damaged.add('survey.q2');
    await refused(STANDARD_SCRIPT, [{ code: 'prompt_damaged', step: 'settled', detail: 'survey.q2' }], 'a damaged recording');
    t.equal((await scripts.view()).version, 0, 'nothing of it was kept');
    damaged.clear();
    await scripts.save({ version: 0, script: SHORT, note: '' }, by);
    damaged.add('survey.q3');
    await t.rejects(scripts.activate(1, by), { code: 'survey.script_refused' });
    t.match((await scripts.view()).faults, [{ code: 'prompt_damaged', step: 'satisfied' }], 'shown on the page');
    t.equal(await trials.wasHeard(1), false);
  });

  t.test('draft, tried on one’s own telephone without a result, in force; answers keep their version', async (t) => {
    const house = await start(t, engine);
    const { scripts, scripting, by, store } = house;
    const before = await house.answeredCase(house.people, CITIZEN);
    const saved = await scripts.save({ version: 0, script: SHORT, note: '只问满意度' }, by);
    t.match(saved, { version: 1, note: '只问满意度', live: { version: 0 }, draft: { first: 'satisfied' }, trial: null, faults: [] });
    await t.rejects(scripts.save({ version: 0, script: SHORT, note: '' }, by), {
      code: 'settings.version_stale',
      details: { theirs: { version: 1 } },
    });
    await t.rejects(scripts.activate(1, by), { code: 'survey.not_tried' });
    await t.rejects(scripts.tryOut({ version: 1, number: 'abc' }, by), { code: 'request.invalid' });
    await t.rejects(scripts.tryOut({ version: 1, number: '12345' }, by), { code: 'survey.trial_refused' });
    house.onTheLine.add(OWN);
    await t.rejects(scripts.tryOut({ version: 1, number: OWN }, by), { code: 'survey.trial_refused' });
    house.onTheLine.clear();

    // At night and while everything is paused: it is the administrator's own telephone.
    await house.surveys.supervision.setPause({ paused: true }, by);
    house.time.now = shanghai('2026-11-24 22:30');
    t.match(await scripts.tryOut({ version: 1, number: OWN }, by), { state: 'dialling', number: '138 **** 0099' });
    await t.rejects(scripts.tryOut({ version: 1, number: OWN }, by), { code: 'survey.trial_refused' }, 'one at a time');
    t.match(house.only(), { number: OWN, callerNumber: '12345' });
    scripting.ring(house.only().channelId);
    await until('it is seen ringing', async () => (await scripts.view()).trial?.state === 'ringing');
    scripting.answer(house.only().channelId);
    await until('a sentence is said', () => house.only().playing !== null);
    t.same(house.only().playing?.sounds, ['hotline/survey.q3'], 'the draft is heard, not what is in force');
    await house.surveys.calling.heartbeat();
    t.equal(house.only().renewals, 1, 'a trial lives on the lease as every call');
    await house.press('5');
    scripting.finishPlaying(house.only().channelId);
    await until('it is over', async () => (await scripts.view()).trial?.state === 'over');
    t.match((await scripts.view()).trial, {
      ending: 'completed',
      heard: ['survey.q3', 'survey.goodbye'],
      pressed: [{ measure: 'satisfied', value: 1, key: '5' }],
    });
    const s = store.schema;
    const counts = await store.read(async (db) => [
      (await db.select().from(s.surveyAnswers)).length,
      (await db.select().from(s.surveyAttempts)).length,
    ]);
    t.same(counts, [0, 0], 'no answer, no attempt: nobody was asked');

    const live = await scripts.activate(1, by);
    t.match(live, {
      draft: null,
      version: 2,
      live: { version: 1, script: { first: 'satisfied' } },
      versions: [{ version: 1, note: '只问满意度' }],
    });
    await t.rejects(scripts.activate(1, by), { code: 'settings.version_stale' }, 'pressed twice');
    t.same((await scripts.version(0)).first, 'any_key', 'the one that ships can be looked at and brought back');
    await t.rejects(scripts.version(77), { code: 'thing.not_found' });

    await house.surveys.supervision.setPause({ paused: false }, by);
    house.time.now = shanghai('2026-11-25 09:30');
    await house.surveys.calling.tick();
    scripting.answer(house.only().channelId);
    await house.press('1');
    scripting.finishPlaying(house.only().channelId);
    await until('answered', async () => (await house.taskOf(before)).state === 'done');
    const { answers } = await house.surveys.supervision.result((await house.taskOf(before)).taskId);
    t.match(answers, [{ measure: 'satisfied', value: 5, version: 1 }]);
    await scripts.save({ version: 2, script: STANDARD_SCRIPT, note: '' }, by);
    t.equal((await scripts.view()).trial, null, 'a new draft has to be tried anew');
    await t.rejects(scripts.activate(3, by), { code: 'survey.not_tried' });
    t.match((await house.surveys.supervision.result((await house.taskOf(before)).taskId)).answers, [{ version: 1 }]);
  });

  t.test('a trial that asks for a person disturbs no agent; one that nobody answers counts as not heard', async (t) => {
    const { scripts, scripting, by, only, press, trials } = await start(t, engine);
    await scripts.save({ version: 0, script: SHORT, note: '' }, by);
    await scripts.tryOut({ version: 1, number: OWN }, by);
    scripting.end(only().channelId, { cause: 17, sip: 486 });
    await until('it is over', async () => (await scripts.view()).trial?.state === 'over');
    t.match((await scripts.view()).trial, { ending: 'busy', heard: [] });
    t.equal(await trials.wasHeard(1), false);
    await scripts.tryOut({ version: 1, number: OWN }, by);
    scripting.answer(only().channelId);
    await press('0');
    const { channelId } = only();
    scripting.finishPlaying(channelId);
    await until('it is over', async () => (await scripts.view()).trial?.state === 'over');
    t.match((await scripts.view()).trial, { ending: 'person' });
    t.equal(scripting.calls().length, 0, 'hung up, and in no queue');
  });
};
