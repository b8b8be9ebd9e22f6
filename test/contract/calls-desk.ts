import pino from 'pino';
import type { Test } from 'tap';
import { type DialRules, FIRST_DIAL_RULES } from '../../src/calls/dialling.ts';
import { createCallActs, createCalls } from '../../src/calls/index.ts';
import { agentTimes } from '../../src/calls/segments.ts';
import { createHistory } from '../../src/history/index.ts';
import { createOutbox } from '../../src/storage/outbox.ts';
import { createCallsRepository } from '../../src/storage/repositories/calls.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { createScriptedTelephony } from '../../src/telephony/scripted/index.ts';
import { createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';

/** A citizen in talk with the agent on 8001 ten seconds after calling; 8002 is a colleague; the clock moves by `pass` alone. */
const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const time = { now: TUESDAY };
  const clock = { now: () => time.now };
  const logger = pino({ level: 'silent' });
  const repository = createCallsRepository(store);
  const history = createHistory({ repository: createHistoryRepository(store), clock });
  const outbox = createOutbox({ store, clock, logger });
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
  const rules: { now: DialRules } = { now: FIRST_DIAL_RULES };
  const states = new Map<number, string>();
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
    dialRules: async () => rules.now,
    queues: () => ['main'],
    stateOfAgent: async (staffId) => states.get(staffId) ?? 'ready',
    unitPhone: async (code) => ({ heat: '05335550009', abroad: '0044123456789' })[code] ?? null,
    randomId: () => `${++ids}`,
  });
  const given = createGiven(store);
  const agent = await given.staff({ extension: '8001' });
  const colleague = await given.staff({ extension: '8002' });
  let told: Promise<void> = Promise.resolve();
  await telephony.start((event) => {
    told = calls.apply(event);
  });
  const { script } = telephony;
  for (const extension of ['8001', '8002']) script.register(extension);
  const pass = async (seconds: number): Promise<void> => {
    await told;
    time.now = new Date(time.now.getTime() + seconds * 1000);
  };
  const channelId = script.arrive({ number: '13812340000' });
  script.enqueue(channelId, 'main');
  await pass(6);
  const legId = script.offer(channelId, '8001');
  await pass(4);
  script.answer(legId);
  await told;
  const row = async () => {
    await told;
    const found = await store.write((db) => repository.byChannel(db, channelId));
    if (!found) throw new Error('the call is gone');
    return found;
  };
  const callId = (await row()).id;
  const segments = async () => {
    await told;
    const second = (each: Date | null) => (each === null ? null : (each.getTime() - TUESDAY.getTime()) / 1000);
    return (await repository.segmentsOf(callId)).map((each) => [
      each.kind,
      each.staffId,
      second(each.startedAt),
      second(each.endedAt),
      each.outcome,
    ]);
  };
  const times = async (staffId: number) => {
    await told;
    return agentTimes(await repository.segmentsOf(callId), time.now).get(staffId);
  };
  const openLeg = async (kind: string) => {
    await told;
    return (await repository.segmentsOf(callId)).find((each) => each.kind === kind && each.endedAt === null)?.legId ?? '';
  };
  const view = async (staffId = agent.staffId) => {
    await told;
    return acts.view(callId, staffId);
  };
  return {
    day: (staffId: number) => repository.dayOf(staffId, new Date(0)),
    store,
    history,
    outbox,
    telephony,
    script,
    acts,
    rules,
    agent,
    colleague,
    states,
    pass,
    row,
    callId,
    channelId,
    legId,
    segments,
    times,
    openLeg,
    view,
  };
};

const POLICE = { kind: 'number', number: '110' } as const;
const COLLEAGUE = { kind: 'agent', extension: '8002' } as const;

export const callsDeskContract = (t: Test, engine: Engine): void => {
  t.test('three in talk with 110: every leg is a segment, the times are exact, the agent goes and nobody waits', async (t) => {
    const house = await start(t, engine);
    const { acts, agent, callId, script, pass } = house;
    await pass(20);
    script.hold(house.legId, true);
    await pass(5);
    script.hold(house.legId, false);
    const asked = await acts.callThird(callId, agent, POLICE, 'conference');
    t.match(asked, { state: 'three', party: '110', thirdIsThere: false });
    await t.rejects(acts.leave(callId, agent), { code: 'call.act_not_allowed' }, 'nobody is left with a ringing telephone');
    await pass(3);
    script.thirdAnswers(await house.openLeg('invite'));
    t.match(await house.view(), { state: 'three', thirdIsThere: true });
    await pass(30);
    await acts.leave(callId, agent);
    t.equal((await house.view()).state, 'none');
    t.equal((await house.row()).agentLeftAt, null, 'the citizen has somebody');
    await pass(15);
    script.citizenHangsUp(house.channelId);
    const one = agent.staffId;
    t.same(await house.segments(), [
      ['ring', one, 6, 10, 'answered'],
      ['talk', one, 10, 68, 'left'],
      ['hold', one, 30, 35, 'resumed'],
      ['invite', one, 35, 38, 'answered'],
      ['third', one, 38, 83, 'gone'],
    ]);
    t.same(await house.times(one), { ring: 4_000, talk: 53_000, hold: 5_000, consult: 0 });
    const acted = (await house.history.of({ kind: 'call', id: callId })).map(({ act }) => act).filter((act) => /^desk/.test(act));
    t.same(acted.toSorted(), ['desk.conference', 'desk.leave']);
  });

  t.test('a colleague is asked first and then has the citizen', async (t) => {
    const house = await start(t, engine);
    const { acts, agent, colleague, callId, script, pass } = house;
    await pass(10);
    t.match(await acts.callThird(callId, agent, COLLEAGUE, 'consult'), { party: '8002' });
    t.same((await house.view()).acts, ['transfer', 'dismiss']);
    await pass(2);
    script.thirdAnswers(await house.openLeg('invite'));
    t.match(await house.view(), { state: 'asking', acts: ['transfer', 'join', 'dismiss', 'leave'] });
    t.equal((await house.row()).answeredBy, agent.staffId, 'a colleague who is asked does not take the call over');
    t.equal((await house.view(colleague.staffId)).state, 'none');
    await pass(8);
    await acts.joinThird(callId, agent);
    t.match(await house.view(), { state: 'three' });
    await t.rejects(acts.joinThird(callId, agent), { code: 'call.act_not_allowed' });
    await pass(5);
    await acts.leave(callId, agent);
    t.equal((await house.row()).answeredBy, colleague.staffId);
    const taken = await house.view(colleague.staffId);
    t.equal(taken.state, 'talking', 'and may do with it what whoever took it first may');
    t.ok(taken.acts.includes('transfer'));
    t.same(await house.times(agent.staffId), { ring: 4_000, talk: 15_000, hold: 0, consult: 10_000 });
    t.same(await house.times(colleague.staffId), { ring: 2_000, talk: 13_000, hold: 0, consult: 0 });
  });

  t.test('a transfer: refused twice at once, taken, and the second agent is the one who has it', async (t) => {
    const house = await start(t, engine);
    const { acts, agent, colleague, callId, script, pass } = house;
    await pass(10);
    const both = await Promise.allSettled([acts.transfer(callId, agent, COLLEAGUE), acts.transfer(callId, agent, COLLEAGUE)]);
    t.same(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'], 'clicked twice, handed on once');
    t.equal(house.telephony.script.requests().filter(({ method }) => method === 'transfer').length, 1);
    await house.row();
    const [snapshot] = await house.telephony.snapshot();
    const ringing = snapshot?.calls[0]?.legs[0]?.legId ?? '';
    t.equal((await house.row()).agentLeftAt, null, 'on the way, not waiting in the queue');
    await pass(3);
    script.answer(ringing);
    t.equal((await house.row()).answeredBy, colleague.staffId);
    t.same((await house.segments()).slice(2), [
      ['transfer', agent.staffId, 20, 23, 'taken'],
      ['ring', colleague.staffId, 20, 23, 'answered'],
      ['talk', colleague.staffId, 23, null, ''],
    ]);
    await t.rejects(acts.transfer(callId, agent, COLLEAGUE), { code: 'thing.not_found' });
  });

  t.test('a transfer nobody takes comes back to the agent, then waits at the head of the queue', async (t) => {
    const house = await start(t, engine);
    const { acts, agent, callId, script, pass, channelId } = house;
    await acts.transfer(callId, agent, { kind: 'unit', unitCode: 'heat' });
    await pass(30);
    const back = script.transferReturns(channelId, '8001');
    await pass(20);
    script.endOffer(back);
    script.enqueue(channelId, 'main');
    const { agentLeftAt } = await house.row();
    t.equal(agentLeftAt?.getTime(), TUESDAY.getTime() + 60_000, 'from here on the citizen waits');
    t.same((await house.segments()).slice(2), [
      ['transfer', agent.staffId, 10, 40, 'returned'],
      ['return', agent.staffId, 40, 60, 'queued'],
      ['ring', agent.staffId, 40, 60, 'missed'],
    ]);
  });

  t.test('the page is loaded anew in a talk: the citizen comes back to it, and the talk before is no hang-up', async (t) => {
    const house = await start(t, engine);
    const { acts, agent, script, pass, callId } = house;
    const left: boolean[] = [];
    house.outbox.on('call.agent_left', ({ telephoneLost }) => void left.push(telephoneLost));
    await pass(20);
    t.equal(await acts.bringBack(house.colleague.staffId), null, 'who has no talk has nobody to bring back');
    const twice = await Promise.all([acts.bringBack(agent.staffId), acts.bringBack(agent.staffId)]);
    t.same(
      twice.filter((each) => each !== null),
      [callId],
      'asked twice at once, done once',
    );
    await house.outbox.settled();
    t.same(left, [true], 'the agent has not hung up: there is nothing to write up yet');
    await pass(2);
    const back = script.transferReturns(house.channelId, '8001');
    await pass(3);
    script.answer(back);
    t.match(await house.row(), { answeredBy: agent.staffId, agentLeftAt: null });
    await pass(10);
    script.agentHangsUp(back);
    const one = agent.staffId;
    t.same(await house.segments(), [
      ['ring', one, 6, 10, 'answered'],
      ['talk', one, 10, 30, 'lost'],
      ['return', one, 30, 35, 'taken'],
      ['ring', one, 32, 35, 'answered'],
      ['talk', one, 35, 45, 'left'],
    ]);
    await house.outbox.settled();
    t.same(left, [true, false]);
    t.match(await house.day(one), { answered: 1 }, 'one call of the day, however often it rang here');
  });

  t.test('a page loaded anew while three talk leaves the three to the switch', async (t) => {
    const house = await start(t, engine);
    await house.acts.callThird(house.callId, house.agent, POLICE, 'conference');
    t.equal(await house.acts.bringBack(house.agent.staffId), null);
    t.equal(house.telephony.script.requests().at(-1)?.method, 'callThird');
  });

  t.test('taken by a unit outside: nobody waits while they talk', async (t) => {
    const house = await start(t, engine);
    await house.acts.transfer(house.callId, house.agent, { kind: 'unit', unitCode: 'heat' });
    await house.pass(8);
    house.script.outsideAnswers(house.channelId, '05335550009');
    await house.pass(60);
    t.equal((await house.row()).agentLeftAt, null);
    house.script.outsideHangsUp(house.channelId, '05335550009');
    await house.pass(3);
    house.script.citizenHangsUp(house.channelId);
    t.same((await house.segments()).slice(2), [
      ['transfer', house.agent.staffId, 10, 18, 'taken'],
      // The word of thanks that the citizen is then told is nobody's talk.
      ['outside', house.agent.staffId, 18, 78, 'left'],
    ]);
  });

  t.test('a colleague who was asked and goes: the agent is told and has the citizen', async (t) => {
    const house = await start(t, engine);
    const { acts, agent, callId, script, pass, colleague } = house;
    const changed: number[] = [];
    house.outbox.on('call.desk_changed', ({ staffId }) => void changed.push(staffId));
    await acts.callThird(callId, agent, COLLEAGUE, 'consult');
    const first = await house.openLeg('invite');
    await pass(9);
    script.thirdGone(first);
    const missed = (await house.segments()).find(([kind, staffId]) => kind === 'ring' && staffId === colleague.staffId);
    t.equal(missed?.at(-1), 'missed', 'nobody else took what the colleague was asked');
    await acts.callThird(callId, agent, COLLEAGUE, 'conference');
    const second = await house.openLeg('invite');
    script.thirdAnswers(second);
    t.match(await house.view(), { state: 'three' });
    await house.outbox.settled();
    changed.length = 0;
    script.thirdGone(second);
    t.match(await house.view(), { state: 'talking', party: '' });
    t.equal((await house.row()).agentLeftAt, null);
    await house.outbox.settled();
    t.ok(changed.includes(agent.staffId));
  });

  t.test('the third party does not come, and the citizen who is gone rings nobody', async (t) => {
    const house = await start(t, engine);
    const { acts, agent, callId, script, pass } = house;
    await acts.callThird(callId, agent, POLICE, 'consult');
    await pass(5);
    script.thirdGone(await house.openLeg('invite'));
    t.match(await house.view(), { state: 'talking', party: '' });
    t.same(
      (await house.segments()).slice(2).map(([kind, , from, to]) => [kind, from, to]),
      [
        ['invite', 10, 15],
        ['consult', 10, 15],
      ],
    );
    await acts.callThird(callId, agent, POLICE, 'conference');
    const ringing = await house.openLeg('invite');
    script.citizenHangsUp(house.channelId);
    await house.row();
    await house.outbox.settled();
    t.match(house.telephony.script.requests().at(-1), { method: 'hangUp', argument: { channelId: ringing } });
  });

  t.test('what the switch refuses is taken back', async (t) => {
    const house = await start(t, engine);
    const { HotlineError } = await import('../../src/core/errors.ts');
    house.script.failNext('transfer', new HotlineError('telephony.timeout', 'late'));
    await t.rejects(house.acts.transfer(house.callId, house.agent, COLLEAGUE), { code: 'telephony.timeout' });
    t.match(await house.view(), { state: 'talking' });
    house.script.failNext('callThird', new HotlineError('telephony.refused', 'no'));
    await t.rejects(house.acts.callThird(house.callId, house.agent, POLICE, 'consult'), { code: 'telephony.refused' });
    t.match(await house.view(), { state: 'talking' });
  });

  t.test('where a call may not go', async (t) => {
    const house = await start(t, engine);
    const { acts, agent, colleague, callId } = house;
    const refused: [Parameters<typeof acts.transfer>[2], string][] = [
      [{ kind: 'agent', extension: '8001' }, 'call.to_oneself'],
      [{ kind: 'number', number: '8001' }, 'call.to_oneself'],
      [{ kind: 'agent', extension: '8999' }, 'call.destination_unknown'],
      [{ kind: 'queue', queue: 'other' }, 'call.destination_unknown'],
      [{ kind: 'unit', unitCode: 'none' }, 'call.destination_unknown'],
      [{ kind: 'unit', unitCode: 'abroad' }, 'call.number_forbidden'],
      [{ kind: 'number', number: '12345' }, 'call.loops'],
      [{ kind: 'number', number: '053312345' }, 'call.loops'],
      [{ kind: 'number', number: '+86 138 1234 0000' }, 'call.loops'],
      [{ kind: 'number', number: '01062345678' }, 'call.number_forbidden'],
      [{ kind: 'number', number: '16812345678' }, 'call.number_forbidden'],
      [{ kind: 'number', number: '0044123456789' }, 'call.number_forbidden'],
      [{ kind: 'number', number: '110&PJSIP/8002' }, 'call.destination_unknown'],
    ];
    for (const [to, code] of refused) {
      await t.rejects(acts.transfer(callId, agent, to), { code }, JSON.stringify(to));
      await t.rejects(acts.callThird(callId, agent, to, 'conference'), { code }, JSON.stringify(to));
    }
    house.states.set(colleague.staffId, 'talking');
    await t.rejects(acts.transfer(callId, agent, { kind: 'number', number: '8002' }), { code: 'call.destination_busy' });
    await t.rejects(acts.transfer(callId, agent, COLLEAGUE), { code: 'call.destination_busy' });
    await t.rejects(acts.callThird(callId, agent, { kind: 'queue', queue: 'main' }, 'consult'), { code: 'call.destination_unknown' });
    await t.rejects(acts.transfer(callId, colleague, COLLEAGUE), { code: 'thing.not_found' }, "somebody else's call");
    const desk = /^(transfer|callThird|joinThird|dismissThird|leaveToThird)$/;
    t.same(
      house.telephony.script.requests().filter(({ method }) => desk.test(method)),
      [],
      'the switch was never asked',
    );
    t.match(await house.view(), { state: 'talking' });
  });
};
