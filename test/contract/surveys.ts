import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { createScriptedSurveys } from '../../src/telephony/scripted/survey-calls.ts';
import { EXAMPLES, inShanghai, shanghai } from '../helpers/case-life.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createSurveyHouse } from '../helpers/survey-house.ts';
import { until } from '../helpers/switch.ts';
import { createPeople } from './cases-life.ts';

const CITIZEN = '19900000011';
/** A form as it is opened anew. */
const form = () => ({ formId: randomUUID() });

const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const time = { now: shanghai('2026-11-24 09:30') };
  const { calls, scripting } = createScriptedSurveys({ now: () => time.now });
  const house = createSurveyHouse(store, calls);
  // The switch's clock and the house's are one.
  Object.defineProperty(time, 'now', { get: () => house.time.now });
  const people = await createPeople(house);
  await house.surveys.supervision.setPause({ paused: false }, people.supervisor.staffId);
  const { surveys } = house;

  const only = () => {
    const [call, second] = scripting.calls();
    if (!call || second) throw new Error(`${scripting.calls().length} calls instead of one`);
    return call;
  };
  /** The citizen hears the sentence begin and presses; the settle window passes. */
  const press = async (key: string): Promise<void> => {
    await until('a sentence is said', () => only().playing !== null);
    const { channelId, playing } = only();
    house.time.now = new Date(house.time.now.getTime() + 1_000);
    scripting.press(channelId, key);
    house.timers.next();
    await until('the next sentence is said', () => !scripting.calls().some((call) => call.playing?.play === playing?.play));
  };
  const lift = async () => {
    const { channelId } = only();
    scripting.ring(channelId);
    scripting.answer(channelId);
  };
  const over = () => until('the call is over', async () => (await house.repository.counts(house.time.now)).open === 0);
  return { ...house, people, scripting, surveys, only, press, lift, over };
};
type House = Awaited<ReturnType<typeof start>>;

/** Any key, yes that is me; the sentence on the subject is passed over by its end. */
const greet = async (house: House): Promise<void> => {
  await house.lift();
  await house.press('5');
  await house.press('1');
  house.scripting.finishPlaying(house.only().channelId);
  await until('the first question is said', () => house.only().playing !== null);
};

const happyEnd = async (house: House): Promise<void> => {
  for (let step = 0; step < 30 && house.scripting.calls().length; step += 1) {
    const playing = house.scripting.calls()[0]?.playing;
    if (playing) house.scripting.finishPlaying(house.only().channelId);
    else if (!house.timers.next()) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await house.over();
};

const records = (t: Test, engine: Engine): void => {
  t.test('what was answered stands against every program', async (t) => {
    const house = await start(t, engine);
    const { store, repository, people } = house;
    const task = await house.taskOf(await house.answeredCase(people, CITIZEN));
    const s = store.schema;
    const answer = { taskId: task.taskId, attemptId: null, mode: 'human' as const, version: 0, key: null, staffId: null };
    const at = house.time.now;
    const first = await store.write((db) => repository.addAnswer(db, { ...answer, measure: 'satisfied', value: 2, at }));
    await t.rejects(
      store.write((db) => db.update(s.surveyAnswers).set({ value: 5 }).returning()),
      'an answer is not changed',
    );
    await t.rejects(
      store.write((db) => db.delete(s.surveyAnswers).returning()),
      'nor removed',
    );
    const correction = { answerId: first, value: 4, reason: '市民来电更正' };
    const corrected = await house.surveys.supervision.correct(task.taskId, correction, people.supervisor.staffId);
    t.match(corrected.answers, [{ value: 4, supersedes: first, reason: '市民来电更正' }]);
    await t.rejects(house.surveys.supervision.correct(task.taskId, correction, people.supervisor.staffId), { code: 'thing.not_found' });
    t.equal((await store.read((db) => db.select().from(s.surveyAnswers))).length, 2, 'both are kept');
  });

  t.test('one callback for a case and round, made with the feedback or not at all', async (t) => {
    const house = await start(t, engine);
    const { people, store } = house;
    const caseId = await house.answeredCase(people, CITIZEN);
    const task = await house.taskOf(caseId);
    t.match(task, { state: 'waiting', round: 1, unitCode: 'D01', number: CITIZEN });
    t.equal(inShanghai(task.dueAt), '2026-11-24 09:30:00');
    const again = { caseId, round: 1, unitCode: null, number: null, state: 'waiting', needsPerson: false } as const;
    const values = { ...again, reportedAt: house.time.now, createdAt: house.time.now, updatedAt: house.time.now };
    await t.rejects(
      store.write((db) => db.insert(store.schema.surveyTasks).values(values).returning()),
      'the database has one a round',
    );
    await house.move(caseId, EXAMPLES.return_feedback, people.supervisor);
    t.equal((await house.taskOf(caseId)).state, 'withdrawn', 'sent back: nobody is called');
    house.time.now = shanghai('2026-11-24 17:59');
    await house.move(caseId, EXAMPLES.give_feedback, people.liaison);
    t.match(await house.taskOf(caseId), { state: 'waiting', taskId: task.taskId }, 'taken up again');
    house.time.now = shanghai('2026-11-24 21:05');
    const late = await house.taskOf(await house.answeredCase(people, '19900000012'));
    t.equal(inShanghai(late.dueAt), '2026-11-25 09:00:00', 'nobody is called at night');
  });

  t.test('who may not be called by a machine is left to a person, with the reason', async (t) => {
    const house = await start(t, engine);
    const { people, store } = house;
    await store.write((db) =>
      house.repository.addOptOut(db, { number: CITIZEN, optedOut: true, attemptId: null, staffId: null, at: house.time.now }),
    );
    t.match(await house.taskOf(await house.answeredCase(people, CITIZEN)), { state: 'person', reason: 'opted_out' });
    const shared = await house.answeredCase(people, '05335550011', { confidential: true });
    t.match(await house.taskOf(shared), { state: 'person', reason: 'confidential_shared', subjectCode: null });
    t.equal(await house.surveys.calling.tick(), 0);
  });
};

const calling = (t: Test, engine: Engine): void => {
  t.test('asked, answered, closed; the answers are what was pressed', async (t) => {
    const house = await start(t, engine);
    const caseId = await house.answeredCase(house.people, CITIZEN);
    t.equal(await house.surveys.calling.tick(), 1);
    t.equal(await house.surveys.calling.tick(), 0, 'once');
    t.match(house.only(), { number: CITIZEN, callerNumber: '12345' });
    await greet(house);
    for (const key of ['1', '2', '2']) await house.press(key);
    await happyEnd(house);
    const { taskId, state } = await house.taskOf(caseId);
    t.equal(state, 'done');
    const { answers, calls } = await house.surveys.supervision.result(taskId);
    const said = answers.map(({ measure, value }) => [measure, value]);
    t.same(said, [
      ['contacted', 1],
      ['settled', 2],
      ['satisfied', 4],
    ]);
    t.match(calls, [{ outcome: 'answered' }]);
    t.match(await house.livesRepository.load(caseId), { state: 'closed', callbackOutcome: 'reached' });
    const [unit] = await house.surveys.supervision.results(shanghai('2026-11-24 00:00'), shanghai('2026-11-25 00:00'));
    t.match(unit, { unitCode: 'D01', tasks: 1, over: 1, rated: 1, satisfied: 1 });
  });

  t.test('an unhappy citizen: supervised and told in one transaction, a person within a working day', async (t) => {
    const house = await start(t, engine);
    const caseId = await house.answeredCase(house.people, CITIZEN);
    const heard: number[] = [];
    house.outbox.on('case.dissatisfied', (payload) => void heard.push(payload.caseId));
    await house.surveys.calling.tick();
    await greet(house);
    for (const key of ['2', '3', '5']) await house.press(key);
    await happyEnd(house);
    await house.outbox.settled();
    t.same(heard, [caseId]);
    const task = await house.taskOf(caseId);
    t.match(task, { state: 'person', reason: 'dissatisfied' });
    t.equal(inShanghai(task.dueAt), '2026-11-25 23:59:59');
    t.match(await house.livesRepository.load(caseId), { state: 'rework' });
    await house.move(caseId, EXAMPLES.explain_and_close, house.people.supervisor);
    t.equal((await house.taskOf(caseId)).state, 'done', 'the ruling ends it');
  });

  const inVain = async (house: House, caseId: number): Promise<(string | null)[]> => {
    const dialled: (string | null)[] = [];
    for (let day = 0; day < 20 && (await house.taskOf(caseId)).state === 'waiting'; day += 1) {
      house.time.now = (await house.taskOf(caseId)).dueAt ?? house.time.now;
      if (!(await house.surveys.calling.tick())) throw new Error('a callback that is due was not made');
      dialled.push(inShanghai(house.time.now));
      house.scripting.ring(house.only().channelId);
      house.scripting.end(house.only().channelId, { cause: 19, sip: 480 });
      await house.over();
    }
    return dialled;
  };
  const HALF_DAYS = ['2026-11-24 09:30:00', '2026-11-24 14:30:00', '2026-11-25 09:00:00'];

  t.test(
    'three half-days in vain: the link goes by itself, once; unanswered for two days it is unreachable, never satisfied by silence',
    async (t) => {
      const house = await start(t, engine);
      const caseId = await house.answeredCase(house.people, CITIZEN);
      t.same(await inVain(house, caseId), HALF_DAYS);
      t.match(await house.taskOf(caseId), { state: 'text' });
      t.equal(inShanghai((await house.taskOf(caseId)).dueAt), '2026-11-27 09:00:00');
      t.same(
        house.texts.map(({ number }) => number),
        [CITIZEN],
      );
      t.match(house.texts[0]?.text, /reply\/[\w-]{24} /);
      t.equal(await house.surveys.afterTexts(), 0, 'it has its two days');
      house.time.now = shanghai('2026-11-27 08:59');
      t.equal(await house.surveys.afterTexts(), 0);
      house.time.now = shanghai('2026-11-27 09:00');
      t.equal(await house.surveys.afterTexts(), 1);
      t.equal(await house.surveys.afterTexts(), 0, 'once');
      t.equal(house.texts.length, 1, 'and no second message');
      t.match(await house.taskOf(caseId), { state: 'unreachable' });
      t.match(await house.livesRepository.load(caseId), { state: 'callback_failed', callbackOutcome: 'unreachable', unanswered: 3 });
      const [unit] = await house.surveys.supervision.results(shanghai('2026-11-24 00:00'), shanghai('2026-11-26 00:00'));
      t.match(unit, { over: 1, unreachable: 1, rated: 0, satisfied: 0 });
    },
  );

  t.test('after the link a complaint and an urgent matter get a person; a landline gets no link; an answer in time ends it', async (t) => {
    const house = await start(t, engine);
    const { people, surveys } = house;
    const complaint = await house.answeredCase(people, CITIZEN, { requestType: 'complaint' });
    await inVain(house, complaint);
    t.match(await house.taskOf(complaint), { state: 'text' });
    house.time.now = shanghai('2026-11-27 09:00');
    await surveys.afterTexts();
    t.match(await house.taskOf(complaint), { state: 'person', reason: 'machine_failed' });

    const landline = await house.answeredCase(people, '05335550011');
    await inVain(house, landline);
    t.match(await house.taskOf(landline), { state: 'unreachable' });
    t.equal(house.texts.length, 1, 'no message to a landline');

    const answered = await house.answeredCase(people, '19900000012');
    await inVain(house, answered);
    const token = /reply\/([\w-]{24}) /.exec(house.texts.at(-1)?.text ?? '')?.[1] ?? '';
    t.match(await surveys.web.answer(token, { digits: '0012', settled: '1', satisfied: '5' }), { standing: 'thanks' });
    t.match(await house.taskOf(answered), { state: 'done' });
    house.time.now = new Date(house.time.now.getTime() + 8 * 86_400_000);
    t.equal(await surveys.afterTexts(), 0);
    t.match(await house.taskOf(answered), { state: 'done' });
  });

  t.test('whoever reads the whole database finds no link that opens', async (t) => {
    const house = await start(t, engine);
    const { taskId } = await house.taskOf(await house.answeredCase(house.people, CITIZEN));
    const secret = await house.linkOf(taskId, house.people.agent.staffId);
    t.match(await house.surveys.web.page(secret), { standing: 'open' });
    const { store } = house;
    const everything = await store.read(async (db) =>
      JSON.stringify([
        await db.select().from(store.schema.surveyLinks),
        await db.select().from(store.schema.jobs),
        await db.select().from(store.schema.outbox),
        await db.select().from(store.schema.history),
      ]),
    );
    t.notMatch(everything, secret);
    for (const word of everything.match(/[A-Za-z0-9_-]{24}/g) ?? []) t.match(await house.surveys.web.page(word), { standing: 'unknown' });
  });

  t.test('two instances see the same citizen due: one dials', async (t) => {
    const house = await start(t, engine);
    for (let each = 0; each < 6; each += 1) {
      // Of one citizen but about different things, or it would be a repeat.
      const form = { categoryCode: `0${each + 1}0101`, placeText: `${each + 1}号院` };
      await house.answeredCase(house.people, `1990000002${each % 3}`, form);
    }
    const other = createScriptedSurveys({ now: () => house.time.now });
    const second = house.instance('second', other.calls);
    const begun = await Promise.all([house.surveys.calling.tick(), second.calling.tick()]);
    house.time.now = new Date(house.time.now.getTime() + 2_000);
    begun.push(...(await Promise.all([second.calling.tick(), house.surveys.calling.tick()])));
    house.time.now = new Date(house.time.now.getTime() + 2_000);
    begun.push(await house.surveys.calling.tick());
    const numbers = [...house.scripting.dialled(), ...other.scripting.dialled()].map(({ number }) => number).sort();
    t.same(numbers, ['19900000020', '19900000021', '19900000022'], 'each once, two matters in one call');
    t.equal(
      begun.reduce((sum, each) => sum + each, 0),
      3,
    );
  });

  t.test('a process dies: what was never dialled goes back, what may have rung waits for a person', async (t) => {
    const house = await start(t, engine);
    const rung = await house.answeredCase(house.people, CITIZEN);
    await house.surveys.calling.tick();
    const never = await house.answeredCase(house.people, '19900000012');
    const { repository, store } = house;
    const at = house.time.now;
    const task = await house.taskOf(never);
    const claim = { channelId: 'survey-x', number: '19900000012', version: 0, worker: 'dead', at, until: at, taskIds: [task.taskId] };
    t.ok(await store.write((db) => repository.claim(db, claim)));
    house.time.now = new Date(at.getTime() + 31_000);
    const heir = house.instance('heir', createScriptedSurveys({ now: () => house.time.now }).calls);
    t.equal(await heir.calling.takeUpAbandoned(), 2);
    t.match(await house.taskOf(rung), { state: 'settle', reason: 'unknown' });
    t.match(await house.taskOf(never), { state: 'waiting' });
    t.equal(await heir.calling.takeUpAbandoned(), 0);
    const settled = await house.surveys.supervision.settle((await house.taskOf(rung)).taskId, true, house.people.supervisor.staffId);
    t.equal(settled.state, 'waiting', 'only a person has it dialled again');
  });

  t.test('stopped by a person, for a unit, by waiting callers, by faults of the trunk', async (t) => {
    const house = await start(t, engine);
    const { supervision, calling: dialler } = house.surveys;
    const { staffId } = house.people.supervisor;
    for (let each = 0; each < 7; each += 1) await house.answeredCase(house.people, `1990000003${each}`);
    await supervision.setPause({ paused: true }, staffId);
    t.equal(await dialler.tick(), 0);
    t.equal((await supervision.view()).brake, 'paused');
    await supervision.setPause({ paused: false }, staffId);
    await supervision.setPause({ paused: true, unitCode: 'D01' }, staffId);
    t.equal(await dialler.tick(), 0, 'not about this unit');
    await supervision.setPause({ paused: false, unitCode: 'D01' }, staffId);
    house.lines.now = { otherCalls: 3, waiting: 1, numbers: new Set() };
    t.equal(await dialler.tick(), 0);
    t.equal((await supervision.view()).brake, 'inbound_waits');
    house.lines.now = { otherCalls: 3, waiting: 0, numbers: new Set(['19900000030']) };
    house.time.now = new Date(house.time.now.getTime() + 60_000);
    for (let each = 0; each < 5; each += 1) {
      house.time.now = new Date(house.time.now.getTime() + 2_000);
      await dialler.tick();
      for (const { channelId } of house.scripting.calls()) house.scripting.end(channelId, { cause: 34, sip: 503 });
      await house.over();
    }
    t.match((await supervision.view()).pause, { all: true, reason: 'line_faults' });
    t.notOk(
      house.scripting.dialled().some(({ number }) => number === '19900000030'),
      'who is on the line with us is not called',
    );
  });
};

/** A citizen who is called in vain by the machine until a person takes over. */
const people = (t: Test, engine: Engine): void => {
  t.test('a person asks the same questions: stored alike, the case closed', async (t) => {
    const house = await start(t, engine);
    const { work } = house.surveys;
    const { agent } = house.people;
    const caseId = await house.answeredCase(house.people, '05335550012', { confidential: true });
    const { taskId } = await house.taskOf(caseId);
    t.match(await work.list(), [{ taskId, asks: 'questions', reason: 'confidential_shared', number: '0533 **** 012', title: '' }]);
    t.equal((await work.list())[0]?.title, '', 'what a confidential matter is about is not laid open');
    await t.rejects(work.record(taskId, { ...form(), outcome: 'reached' }, agent.staffId), {
      code: 'request.invalid',
      details: { field: 'satisfied' },
    });
    await t.rejects(work.record(taskId, { ...form(), outcome: 'reached', satisfied: 2 }, agent.staffId), {
      code: 'request.invalid',
      details: { field: 'reasonCode' },
    });
    await work.record(taskId, { ...form(), outcome: 'reached', contacted: 1, settled: 1, satisfied: 4, optOut: true }, agent.staffId);
    const { answers, state } = await house.surveys.supervision.result(taskId);
    t.equal(state, 'done');
    t.same(
      answers.map(({ measure, value, mode }) => [measure, value, mode]),
      [
        ['contacted', 1, 'human'],
        ['settled', 1, 'human'],
        ['satisfied', 4, 'human'],
      ],
    );
    t.match(await house.livesRepository.load(caseId), { state: 'closed', callbackOutcome: 'reached' });
    t.ok(await house.repository.hasOptedOut('05335550012'));
    await t.rejects(
      work.record(taskId, { ...form(), outcome: 'reached', satisfied: 4 }, agent.staffId),
      { code: 'thing.not_found' },
      'once',
    );
    const s = house.store.schema;
    await t.rejects(house.store.write((db) => db.update(s.surveyPersonCalls).set({ text: 'x' }).returning()));
    await t.rejects(
      house.store.write((db) => db.delete(s.surveyPersonCalls).returning()),
      'nor removed',
    );
  });

  t.test('two clicks, and a form sent again: kept once', async (t) => {
    const house = await start(t, engine);
    const { work } = house.surveys;
    const { staffId } = house.people.agent;
    const caseId = await house.answeredCase(house.people, '05335550012', { confidential: true });
    const { taskId } = await house.taskOf(caseId);
    const said = { ...form(), outcome: 'no_answer' } as const;
    await Promise.all([work.record(taskId, said, staffId), work.record(taskId, said, staffId)]);
    await work.record(taskId, said, staffId);
    t.match(await work.list(), [{ attempts: 1 }]);
    t.match(await house.livesRepository.load(caseId), { unanswered: 1 });
    await t.rejects(
      work.record(taskId, { ...said, outcome: 'refused' }, staffId),
      { code: 'survey.form_used' },
      'another call, another form',
    );
    const last = { ...form(), outcome: 'reached', satisfied: 4 } as const;
    await Promise.all([work.record(taskId, last, staffId), work.record(taskId, last, staffId)]);
    t.equal((await house.surveys.supervision.result(taskId)).answers.length, 1);
    t.equal((await house.taskOf(caseId)).state, 'done');
  });

  t.test('the number is shown to who says why, and that is on record', async (t) => {
    const house = await start(t, engine);
    const { agent } = house.people;
    const { taskId } = await house.taskOf(await house.answeredCase(house.people, '05335550012', { confidential: true }));
    t.match(await house.surveys.work.unmask(taskId, '回拨', agent.staffId), { masked: '0533 **** 012', full: '0533 5550 012' });
    t.match(await house.history.of({ kind: 'survey', id: taskId }), [{ act: 'number.unmasked', details: { reason: '回拨' } }]);
    const waiting = await house.taskOf(await house.answeredCase(house.people, CITIZEN));
    await t.rejects(house.surveys.work.unmask(waiting.taskId, '回拨', agent.staffId), { code: 'thing.not_found' }, 'not a person’s');
  });

  t.test('a spoken reason is heard by who has the callback, or reads all results', async (t) => {
    const house = await start(t, engine);
    const { agent } = house.people;
    const { taskId } = await house.taskOf(await house.answeredCase(house.people, CITIZEN));
    const at = house.time.now;
    const voiceId = await house.store.write(async (db) => {
      const { surveyAttempts, surveyVoices } = house.store.schema;
      const made = { channelId: 'survey-1', number: CITIZEN, version: 0, claimedBy: '-', claimedAt: at, claimedUntil: at };
      const [attempt] = await db.insert(surveyAttempts).values(made).returning({ id: surveyAttempts.id });
      const file = { node: 'nowhere', file: 'a.wav', bytes: 1, milliseconds: 1_000, sha256: '0'.repeat(64), at };
      await house.repository.addVoice(db, { taskId, attemptId: attempt?.id ?? 0, ...file });
      return (await db.select({ id: surveyVoices.id }).from(surveyVoices))[0]?.id ?? 0;
    });
    await t.rejects(house.surveys.work.voice(voiceId, agent.staffId, false), { message: /没有这项人工回访/ }, 'it waits for the machine');
    await t.rejects(
      house.surveys.work.voice(voiceId, agent.staffId, true),
      { message: /没有这段留言|留言文件不在/ },
      'looked for, only its file is not there',
    );
  });

  t.test('people and the machine share one budget; then unreachable', async (t) => {
    const house = await start(t, engine);
    const { work } = house.surveys;
    const caseId = await house.answeredCase(house.people, '05335550012', { confidential: true });
    const { taskId } = await house.taskOf(caseId);
    const at: (string | null)[] = [];
    for (const outcome of ['no_answer', 'busy', 'no_answer'] as const) {
      const task = await house.taskOf(caseId);
      if (task.dueAt && task.dueAt > house.time.now) house.time.now = task.dueAt;
      await work.record(taskId, { ...form(), outcome }, house.people.agent.staffId);
      at.push(inShanghai((await house.taskOf(caseId)).dueAt));
    }
    t.same(at, ['2026-11-24 14:30:00', '2026-11-24 15:00:00', null]);
    t.match(await house.taskOf(caseId), { state: 'unreachable' });
    t.match(await house.livesRepository.load(caseId), { state: 'callback_failed', unanswered: 3 });
  });

  t.test('unhappy: a person learns why, the reviewer rules, the first result stands; on screen all along', async (t) => {
    const house = await start(t, engine);
    const { work, supervision } = house.surveys;
    const caseId = await house.answeredCase(house.people, CITIZEN);
    await house.surveys.calling.tick();
    await greet(house);
    for (const key of ['2', '3', '5']) await house.press(key);
    await happyEnd(house);
    const { taskId } = await house.taskOf(caseId);
    t.match(await supervision.view(), {
      today: { due: 1, dialled: 1, reached: 1, rated: 1, satisfied: 0, unhappy: 1, outcomes: { answered: 1 } },
      ended: [{ taskId, outcome: 'answered', said: { contacted: 2, settled: 3, satisfied: 1 } }],
      unhappy: [{ taskId, asks: 'reason', caseState: 'rework' }],
    });
    await t.rejects(work.record(taskId, { ...form(), outcome: 'reached' }, house.people.agent.staffId), {
      code: 'request.invalid',
      details: { field: 'reasonCode' },
    });
    await work.record(
      taskId,
      { ...form(), outcome: 'reached', reasonCode: 'untrue_answer', text: '说修了，没修' },
      house.people.agent.staffId,
    );
    const [row] = (await supervision.view()).unhappy;
    t.match(row, { asks: 'ruling', lastCall: { reasonCode: 'untrue_answer' }, said: { satisfied: 1 } });
    t.equal(inShanghai((await house.taskOf(caseId)).dueAt), '2026-11-27 23:59:59', 'three working days to rule');
    await t.rejects(work.record(taskId, { ...form(), outcome: 'reached', satisfied: 5 }, house.people.agent.staffId), {
      code: 'thing.not_found',
    });
    await house.move(caseId, EXAMPLES.explain_and_close, house.people.supervisor);
    t.same((await supervision.view()).unhappy, [], 'the ruling ends it');
    t.match((await supervision.result(taskId)).answers, [{ value: 2 }, { value: 3 }, { value: 1 }], 'the first result stands');
  });

  t.test('a person meets an unhappy citizen: a reason is asked for, and the case goes the same way', async (t) => {
    const house = await start(t, engine);
    const caseId = await house.answeredCase(house.people, '05335550012', { confidential: true });
    const { taskId } = await house.taskOf(caseId);
    const said = { ...form(), outcome: 'reached', settled: 3, reasonCode: 'unsolved' } as const;
    await house.surveys.work.record(taskId, said, house.people.agent.staffId);
    t.match(await house.taskOf(caseId), { state: 'person', reason: 'ruling' });
    t.match(await house.livesRepository.load(caseId), { state: 'rework' });
  });
};

const web = (t: Test, engine: Engine): void => {
  const token = (house: House, taskId: number) => house.linkOf(taskId, house.people.agent.staffId);
  const good = { digits: '0011', contacted: '1', settled: '1', satisfied: '4' };

  t.test('answered on the page: stored alike, once, and the machine does not call any more', async (t) => {
    const house = await start(t, engine);
    const caseId = await house.answeredCase(house.people, CITIZEN);
    const { taskId } = await house.taskOf(caseId);
    const link = await token(house, taskId);
    const both = await Promise.all([house.surveys.web.answer(link, good), house.surveys.web.answer(link, { ...good, satisfied: '1' })]);
    t.same(both.map(({ standing }) => standing).sort(), ['thanks', 'used'], 'of two forms at once one counts');
    const { answers, state } = await house.surveys.supervision.result(taskId);
    t.same(
      answers.map(({ measure, mode }) => `${measure} ${mode}`),
      ['contacted web', 'settled web', 'satisfied web'],
    );
    t.ok(state === 'done' || (await house.taskOf(caseId)).reason === 'dissatisfied');
    t.equal(await house.surveys.calling.tick(), 0);
    await t.rejects(house.surveys.web.sendLink(taskId, house.people.agent.staffId), { code: 'thing.not_found' });
  });

  t.test('the link is told to the citizen’s telephone alone; one counts, the machine’s turn comes first, three at most', async (t) => {
    const house = await start(t, engine);
    const { web } = house.surveys;
    const { staffId } = house.people.agent;
    const { taskId } = await house.taskOf(await house.answeredCase(house.people, CITIZEN));
    await t.rejects(web.sendLink(taskId, staffId), { code: 'thing.not_found' }, 'the machine still calls');
    const first = await token(house, taskId);
    const told = await web.sendLink(taskId, staffId);
    t.same(Object.keys(told), ['expiresAt'], 'staff learn no secret');
    t.same(
      house.texts.map(({ number }) => number),
      [CITIZEN, CITIZEN],
    );
    t.notMatch(house.texts[0]?.text, /D01|路灯|欧阳/, 'nothing about anybody');
    t.match(await web.answer(first, good), { standing: 'replaced' });
    const rows = await house.history.of({ kind: 'survey', id: taskId });
    for (const secret of house.texts.map(({ text }) => /reply\/([\w-]+)/.exec(text)?.[1] ?? 'x')) t.notMatch(JSON.stringify(rows), secret);
    const both = await Promise.allSettled([web.sendLink(taskId, staffId), web.sendLink(taskId, staffId)]);
    t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'three messages at most, of two at once one');
    t.match(
      both.find((each) => each.status === 'rejected'),
      { reason: { code: 'survey.no_text' } },
    );
    const landline = await house.taskOf(await house.answeredCase(house.people, '05335550012', { confidential: true }));
    await t.rejects(web.sendLink(landline.taskId, staffId), { code: 'survey.no_text' });
    t.match(await house.surveys.work.list(), [{ taskId: landline.taskId, canText: false }]);
    const without = createSurveyHouse(house.store, createScriptedSurveys({ now: () => house.time.now }).calls, { texts: null });
    await t.rejects(without.surveys.web.sendLink(taskId, staffId), { code: 'survey.no_text' }, 'no gateway, no link');
  });

  t.test('two answers to one callback by different ways at once: one counts', async (t) => {
    const house = await start(t, engine);
    const caseId = await house.answeredCase(house.people, CITIZEN);
    const { taskId } = await house.taskOf(caseId);
    const link = await token(house, taskId);
    await house.store.write((db) => house.repository.setTask(db, taskId, ['text'], { state: 'person' }, house.time.now));
    const said = { ...form(), outcome: 'reached', contacted: 1, settled: 1, satisfied: 4 } as const;
    const both = await Promise.allSettled([
      house.surveys.web.answer(link, good),
      house.surveys.work.record(taskId, said, house.people.agent.staffId),
    ]);
    const counted = both.filter((each) => each.status === 'fulfilled' && each.value?.standing !== 'used');
    t.equal(counted.length, 1);
    t.equal((await house.surveys.supervision.result(taskId)).answers.length, 3);
  });

  t.test('guesses, wrong digits, too late: told, and nothing is kept', async (t) => {
    const house = await start(t, engine);
    const { taskId } = await house.taskOf(await house.answeredCase(house.people, CITIZEN));
    const { web } = house.surveys;
    t.match(await web.answer('x'.repeat(24), good), { standing: 'unknown' });
    t.match(await web.answer("' or 1=1 --", good), { standing: 'unknown' });
    const link = await token(house, taskId);
    t.match(await web.answer(link, { digits: '0011' }), { standing: 'open', faults: [{ code: 'not_answered' }] });
    t.match(await web.answer(link, { ...good, digits: '12' }), { standing: 'open', faults: [{ code: 'digits_missing' }] });
    for (let guess = 1; guess <= 4; guess += 1)
      t.match(await web.answer(link, { ...good, digits: `900${guess}` }), { standing: 'open', faults: [{ code: 'digits_wrong' }] });
    t.match(await web.answer(link, { ...good, digits: '9005' }), { standing: 'locked', faults: [] });
    t.match(await web.answer(link, good), { standing: 'locked' }, 'not even with the right ones');
    const late = await token(house, taskId);
    house.time.now = new Date(house.time.now.getTime() + 7 * 86_400_000);
    t.match(await web.page(late), { standing: 'expired' });
    t.match(await web.answer(late, good), { standing: 'expired' });
    t.same((await house.surveys.supervision.result(taskId)).answers, []);
    t.equal((await house.taskOf((await house.repository.task(taskId))?.caseId ?? 0)).state, 'text');
  });

  t.test('unhappy on the page goes the same way; the wish not to be called is kept', async (t) => {
    const house = await start(t, engine);
    const caseId = await house.answeredCase(house.people, CITIZEN);
    const { taskId } = await house.taskOf(caseId);
    const said = { digits: '００11', settled: '3', satisfied: '2', text: '没修', opt_out: 'yes' };
    t.match(await house.surveys.web.answer(await token(house, taskId), said), { standing: 'thanks' });
    t.match(await house.taskOf(caseId), { state: 'person', reason: 'dissatisfied' });
    t.equal(inShanghai((await house.taskOf(caseId)).dueAt), '2026-11-25 23:59:59');
    t.match(await house.livesRepository.load(caseId), { state: 'rework' });
    t.ok(await house.repository.hasOptedOut(CITIZEN));
    const quiet = await house.answeredCase(house.people, '19900000044', { categoryCode: '020101', placeText: '2号院' });
    const link = await token(house, (await house.taskOf(quiet)).taskId);
    t.match(await house.surveys.web.answer(link, { digits: '0044', opt_out: 'yes' }), { standing: 'thanks' });
    t.match(await house.taskOf(quiet), { state: 'person', reason: 'opted_out' }, 'no answer is no rating');
    t.match(await house.surveys.web.answer(link, { ...good, digits: '0044' }), { standing: 'used' }, 'one link, one form');
  });

  t.test('while the machine has them on the line the page waits', async (t) => {
    const house = await start(t, engine);
    const { taskId } = await house.taskOf(await house.answeredCase(house.people, CITIZEN));
    const link = await token(house, taskId);
    const due = { state: 'waiting', dueAt: house.time.now } as const;
    await house.store.write((db) => house.repository.setTask(db, taskId, ['text'], due, house.time.now));
    await house.surveys.calling.tick();
    t.match(await house.surveys.web.answer(link, good), { standing: 'on_the_line' });
    await house.lift();
    await house.press('5');
  });
};

export const surveysContract = (t: Test, engine: Engine): void => {
  t.setTimeout(120_000);
  records(t, engine);
  calling(t, engine);
  people(t, engine);
  web(t, engine);
};
