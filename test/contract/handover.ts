import pino from 'pino';
import type { Test } from 'tap';
import { FIRST_DIAL_RULES } from '../../src/calls/dialling.ts';
import { createCallActs, createCalls } from '../../src/calls/index.ts';
import type { Viewer } from '../../src/cases/index.ts';
import { createDuty } from '../../src/directory/index.ts';
import { createHandovers } from '../../src/handover/index.ts';
import { createCallsRepository } from '../../src/storage/repositories/calls.ts';
import { createDutyRepository } from '../../src/storage/repositories/duty.ts';
import { createHandoversRepository } from '../../src/storage/repositories/handovers.ts';
import { createScriptedTelephony } from '../../src/telephony/scripted/index.ts';
import { EXAMPLES } from '../helpers/case-life.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createHouse } from './cases-life.ts';

const UNIT = { code: 'D01', name: '供热公司', league: null, kind: 'x', phone: '05335550009', active: true };

/** An agent in talk with a citizen about an urgent case; the unit has two on duty and a telephone of its own. */
const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const house = createHouse(store);
  const { time, outbox, history, lives } = house;
  const clock = { now: () => time.now };
  const logger = pino({ level: 'silent' });
  const repository = createCallsRepository(store);
  const telephony = createScriptedTelephony({ clock });
  const calls = createCalls({
    store,
    repository,
    directory: { callerOf: async () => ({ identity: 'unknown', people: [] }) as never },
    history,
    outbox,
    jobs: { schedule: async () => undefined } as never,
    clock,
    logger,
    areaCode: '0533',
  });
  let ids = 0;
  const acts = createCallActs({
    store,
    repository,
    telephony,
    history,
    outbox,
    clock,
    logger,
    areaCode: '0533',
    ownNumbers: ['12345'],
    dialRules: async () => FIRST_DIAL_RULES,
    queues: () => ['main'],
    stateOfAgent: async () => 'ready',
    unitPhone: async () => null,
    randomId: () => `${++ids}`,
  });
  const agent: Viewer & { extension: string | null } = await house.given.staff({ extension: '8001', roles: ['agent'], name: '话务员' });
  const administrator = await house.withRole('administrator');
  await house.unit('D01');
  const working = { now: true };
  const duty = createDuty({
    store,
    repository: createDutyRepository(store),
    units: async () => [UNIT],
    history,
    clock,
    isWorking: async () => working.now,
    dialled: (typed) => (/^\d{7,12}$/.test(typed) ? typed : null),
  });
  await duty.save(
    'D01',
    [
      { name: '汤值班', number: '13900000001', hours: 'always' },
      { name: '吕值班', number: '13900000002', hours: 'always' },
    ],
    administrator.staffId,
  );
  const handovers = createHandovers({
    store,
    repository: createHandoversRepository(store),
    acts,
    segmentsOf: (callId) => repository.segmentsOf(callId),
    lives,
    caseOfCall: async () => null,
    unit: async (code) => (code === UNIT.code ? UNIT : null),
    duty: (code) => duty.now(code),
    personOf: async () => agent,
    history,
    outbox,
    clock,
    logger,
  });
  let told: Promise<void> = Promise.resolve();
  await telephony.start((event) => {
    told = calls.apply(event);
  });
  const settle = async (): Promise<void> => {
    await told;
    await outbox.settled();
    await told;
    await outbox.settled();
  };
  const { script } = telephony;
  script.register('8001');
  const channelId = script.arrive({ number: '13812340000' });
  script.enqueue(channelId, 'main');
  await told;
  const legId = script.offer(channelId, '8001');
  await told;
  script.answer(legId);
  await settle();
  const call = await store.write((db) => repository.byChannel(db, channelId));
  const callId = call?.id ?? 0;
  const { caseId } = await house.draft(agent, { urgent: true });
  await house.move(caseId, EXAMPLES.register, agent);
  const view = async () => {
    await settle();
    return handovers.ofCall(callId, agent.staffId);
  };
  const tries = async () => (await view())?.tries.map(({ name, outcome }) => `${name} ${outcome}`);
  const ringing = async () => {
    await settle();
    const open = (await repository.segmentsOf(callId)).find(({ kind, endedAt }) => kind === 'invite' && endedAt === null);
    return open?.legId ?? '';
  };
  const thirdLeg = async () => {
    await settle();
    return (await repository.segmentsOf(callId)).find(({ kind, endedAt }) => kind === 'third' && endedAt === null)?.legId ?? '';
  };
  const handedOver = async () =>
    (await lives.page(caseId, agent)).timeline.filter(({ kind, facts }) => kind === 'work' && facts.kind === 'handover');
  const rung = () => telephony.script.requests().filter(({ method }) => method === 'callThird').length;
  const begin = () => handovers.start(callId, { caseId, unitCode: 'D01' }, agent);
  const act = (what: 'taken' | 'next' | 'stop') => handovers.act(callId, { act: what }, agent);
  const pass = (seconds: number) => {
    time.now = new Date(time.now.getTime() + seconds * 1000);
  };
  return {
    ...house,
    handovers,
    duty,
    working,
    agent,
    administrator,
    acts,
    script,
    channelId,
    callId,
    caseId,
    view,
    tries,
    ringing,
    thirdLeg,
    handedOver,
    rung,
    begin,
    act,
    pass,
    settle,
  };
};

/** 电话交办: the duty telephones of a unit, one after the other, into the call. */
export const handoverContract = (t: Test, engine: Engine): void => {
  t.setTimeout(300_000);

  t.test('the first does not answer, the second takes it: on record with who and when and by which call', async (t) => {
    const house = await start(t, engine);
    const { begin, act, script, tries, ringing, handedOver, pass, callId } = house;
    t.match(await begin(), {
      state: 'ringing',
      unitName: '供热公司',
      tries: [{ name: '汤值班', number: '139 **** 0001', outcome: 'ringing' }],
    });
    await t.rejects(act('taken'), { code: 'call.act_not_allowed' }, 'nobody has answered: nobody has taken it');
    await t.rejects(begin(), { code: 'call.act_not_allowed' }, 'clicked twice it rings once');
    pass(30);
    script.thirdGone(await ringing());
    t.same(await tries(), ['汤值班 no_answer', '吕值班 ringing'], 'the next is rung by itself');
    pass(5);
    script.thirdAnswers(await ringing());
    t.same(await tries(), ['汤值班 no_answer', '吕值班 answered']);
    t.equal((await handedOver()).length, 0, 'a line that answers is not a person who takes it');
    pass(10);
    t.match(await act('taken'), { state: 'taken' });
    t.match(await handedOver(), [
      { callId, staffName: '话务员', facts: { people: '吕值班', answered: true, text: '09:30 汤值班：无人接；09:30 吕值班：已接手' } },
    ]);
    t.match(await house.acts.view(callId, house.agent.staffId), { state: 'three', thirdIsThere: true }, 'the three go on talking');
    const kinds = (await house.history.of({ kind: 'case', id: house.caseId })).map(({ act: what }) => what);
    t.ok(kinds.includes('handover.begun') && kinds.includes('case.hand_over'));
    await t.rejects(act('next'), { code: 'thing.not_found' }, 'it is over');
  });

  t.test('while the form is still being written it is noted when that is registered, once', async (t) => {
    const house = await start(t, engine);
    const draft = await house.draft(house.agent, { urgent: true });
    await house.handovers.start(house.callId, { caseId: draft.caseId, unitCode: 'D01' }, house.agent);
    house.script.thirdAnswers(await house.ringing());
    await house.settle();
    t.match(await house.act('taken'), { state: 'taken' });
    const works = async () => (await house.lives.page(draft.caseId, house.agent)).timeline.filter(({ kind }) => kind === 'work').length;
    t.equal(await works(), 0);
    t.equal(
      (await house.livesRepository.load(draft.caseId))?.version,
      draft.version,
      'the form is not moved under the hand that writes it',
    );
    await house.move(draft.caseId, EXAMPLES.register, house.agent);
    await house.settle();
    t.equal(await works(), 1);
    await house.outbox.deliverLeftovers();
    t.equal(await works(), 1);
  });

  t.test('a machine answers: the agent says so and the next one is rung', async (t) => {
    const { begin, act, script, tries, ringing, rung } = await start(t, engine);
    await begin();
    script.thirdAnswers(await ringing());
    t.match(await act('next'), { state: 'ringing' });
    t.same(await tries(), ['汤值班 unconfirmed', '吕值班 ringing']);
    t.equal(rung(), 2);
    script.thirdAnswers(await ringing());
    t.same(await tries(), ['汤值班 unconfirmed', '吕值班 answered']);
  });

  t.test('somebody took it and hung up before the agent said so', async (t) => {
    const { begin, act, script, tries, ringing, thirdLeg, rung } = await start(t, engine);
    await begin();
    script.thirdAnswers(await ringing());
    script.thirdGone(await thirdLeg());
    t.same(await tries(), ['汤值班 answered']);
    t.equal(rung(), 1, 'nobody else is woken');
    t.match(await act('taken'), { state: 'taken' });
  });

  t.test('nobody takes it: the agent is told, it stays with them, and the case says whom was tried', async (t) => {
    const { begin, script, tries, ringing, handedOver, view, acts, callId, agent } = await start(t, engine);
    await begin();
    for (let nth = 0; nth < 3; nth++) script.thirdGone(await ringing());
    t.same(await tries(), ['汤值班 no_answer', '吕值班 no_answer', '供热公司 no_answer'], 'the unit’s own telephone is the last');
    t.match(await view(), { state: 'refused' });
    t.match(await handedOver(), [{ facts: { answered: false } }]);
    t.match(await acts.view(callId, agent.staffId), { state: 'talking' });
  });

  t.test('stopped by the agent, and by the end of the call', async (t) => {
    const house = await start(t, engine);
    const { begin, act, view, tries, script } = house;
    await begin();
    t.match(await act('stop'), { state: 'stopped' });
    t.same(await tries(), ['汤值班 stopped'], 'nobody else is rung');
    await begin();
    script.citizenHangsUp(house.channelId);
    t.match(await view(), { state: 'stopped' });
    t.equal((await house.handedOver()).length, 0);
  });

  t.test('what cannot be rung is passed over; no telephone at all is said', async (t) => {
    const house = await start(t, engine);
    const { duty, administrator, begin, tries, handovers, callId, caseId, agent } = house;
    await duty.save(
      'D01',
      [
        { name: '付费', number: '16888888888', hours: 'always' },
        { name: '吕值班', number: '13900000002', hours: 'off' },
      ],
      administrator.staffId,
    );
    await begin();
    t.same(await tries(), ['付费 failed', '供热公司 ringing'], 'in working hours; a number nobody may dial is not dialled');
    await house.act('stop');
    house.working.now = false;
    await duty.save('D01', [{ name: '吕值班', number: '13900000002', hours: 'off' }], administrator.staffId);
    await begin();
    t.same(await tries(), ['吕值班 ringing']);
    await house.act('stop');
    await t.rejects(handovers.start(callId, { caseId, unitCode: 'D77' }, agent), { code: 'thing.not_found' });
    await t.rejects(duty.save('D01', [{ name: '', number: '13900000002', hours: 'off' }], administrator.staffId), {
      code: 'request.invalid',
    });
    await t.rejects(duty.save('D01', [{ name: '甲', number: '12', hours: 'off' }], administrator.staffId), { code: 'request.invalid' });
    const twice = { name: '甲', number: '13900000002', hours: 'always' as const };
    await t.rejects(duty.save('D01', [twice, twice], administrator.staffId), { code: 'request.invalid' });
    t.equal((await duty.list('D01')).length, 1, 'refused lists change nothing');
  });

  t.test('another’s call, another’s case', async (t) => {
    const { handovers, callId, caseId, given, begin, agent } = await start(t, engine);
    const other = await given.staff({ extension: '8002', roles: ['agent'] });
    await t.rejects(handovers.start(callId, { caseId, unitCode: 'D01' }, other), { code: 'thing.not_found' });
    await t.rejects(
      handovers.start(callId, { caseId: null, unitCode: 'D01' }, agent),
      { code: 'request.invalid' },
      'the call has no case yet',
    );
    await t.rejects(handovers.start(callId, { caseId: caseId + 99, unitCode: 'D01' }, agent), { code: 'thing.not_found' });
    await begin();
    t.equal(await handovers.ofCall(callId, other.staffId), null);
    await t.rejects(handovers.act(callId, { act: 'stop' }, other), { code: 'thing.not_found' });
  });
};
