import pino from 'pino';
import type { Test } from 'tap';
import type { Command } from '../../src/cases/commands.ts';
import { createCaseLives, createCases, createTerms, type Viewer } from '../../src/cases/index.ts';
import type { CaseLivesDeps } from '../../src/cases/life-service.ts';
import type { CaseForm } from '../../src/cases/schemas.ts';
import { parseCallerNumber } from '../../src/core/phone-number.ts';
import type { Role } from '../../src/core/roles.ts';
import { createDirectory } from '../../src/directory/index.ts';
import { createHistory } from '../../src/history/index.ts';
import { createOutbox } from '../../src/storage/outbox.ts';
import { createCaseLivesRepository } from '../../src/storage/repositories/case-lives.ts';
import { createCasesRepository } from '../../src/storage/repositories/cases.ts';
import { createDirectoryRepository } from '../../src/storage/repositories/directory.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import type { Store } from '../../src/storage/store.ts';
import { EXAMPLES, filledForm, inShanghai, shanghai } from '../helpers/case-life.ts';
import { AREA_CODE, createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';

export const LINE = '19900000001';
/** Each test makes a database of its own; a busy machine takes its time over that. */
const PATIENCE_MS = 120_000;

/** Cases as the service has them, on a driven clock; `given` makes people, `life` makes moves. */
export const createHouse = (store: Store, more: Pick<CaseLivesDeps, 'onMoved' | 'onUnsigned' | 'ruledLead'> = {}) => {
  const time = { now: TUESDAY };
  const clock = { now: () => time.now };
  const outbox = createOutbox({ store, clock, logger: pino({ level: 'silent' }) });
  const history = createHistory({ repository: createHistoryRepository(store), clock });
  const directory = createDirectory({ repository: createDirectoryRepository(store), clock, areaCode: AREA_CODE });
  const repository = createCasesRepository(store);
  const cases = createCases({ store, repository, directory, outbox, history, clock });
  const livesRepository = createCaseLivesRepository(store);
  const terms = createTerms({ store, repository: livesRepository, history, clock });
  const normalNumber = (typed: string): string | null => {
    const number = parseCallerNumber(typed, AREA_CODE);
    return number.kind === 'number' ? number.normal : null;
  };
  const lives = createCaseLives({ store, lives: livesRepository, cases: repository, terms, outbox, history, clock, normalNumber, ...more });
  const given = createGiven(store);
  const s = store.schema;

  const unit = async (code: string): Promise<void> => {
    await store.write((db) =>
      db
        .insert(s.units)
        .values({ code, name: `${code}局`, kind: 'x' })
        .onConflictDoNothing()
        .returning(),
    );
  };
  const member = async (unitCode: string, post: 'principal' | 'liaison'): Promise<Viewer> => {
    await unit(unitCode);
    const person = await given.staff({ roles: ['unit_staff'], unitCode });
    await store.write((db) => db.insert(s.unitPosts).values({ staffId: person.staffId, post }).returning());
    return person;
  };
  const withRole = (role: Role): Promise<Viewer> => given.staff({ roles: [role], name: role });

  /** A draft of a call of the line, filled in. */
  const draft = async (staff: Viewer, form: Partial<CaseForm> = {}, from = LINE): Promise<{ caseId: number; version: number }> => {
    const callId = await given.call({ from, at: time.now, answeredBy: staff.staffId });
    const opened = await cases.openDraft({ callId, staff });
    return cases.saveDraft({ caseId: opened.caseId, version: opened.version, form: filledForm(form), staff });
  };
  /** One move on the newest version. */
  const move = async (caseId: number, command: Command, staff: Viewer) => {
    const life = await livesRepository.load(caseId);
    return lives.move({ caseId, version: life?.version ?? 0, command, staff });
  };
  return { store, time, outbox, history, cases, lives, livesRepository, terms, given, unit, member, withRole, draft, move };
};

/** Everybody a case meets. */
export const createPeople = async (house: ReturnType<typeof createHouse>) => ({
  agent: await house.withRole('agent'),
  dispatcher: await house.withRole('dispatcher'),
  supervisor: await house.withRole('supervisor'),
  leader: await house.withRole('leader'),
  liaison: await house.member('D01', 'liaison'),
  principal: await house.member('D01', 'principal'),
  assisting: await house.member('D02', 'liaison'),
  stranger: await house.member('D09', 'principal'),
});

const start = async (t: Test, engine: Engine) => {
  const house = createHouse(await openTestStore(t, engine));
  return { ...house, ...(await createPeople(house)) };
};

const living = (t: Test, engine: Engine): void => {
  t.test('call → register → dispatch → sign → extension → feedback → callback → archive, through a holiday', async (t) => {
    const house = await start(t, engine);
    const { time, draft, move, agent, dispatcher, liaison, lives, store } = house;
    time.now = shanghai('2026-09-29 16:00');
    const { caseId } = await draft(agent);
    const at = (text: string) => {
      time.now = shanghai(text);
    };
    t.match(await move(caseId, EXAMPLES.register, agent), {
      state: 'registered',
      dispatchDueAt: shanghai('2026-09-29 16:30').toISOString(),
    });
    at('2026-09-29 16:10');
    const dispatched = await move(caseId, EXAMPLES.dispatch, dispatcher);
    t.equal(inShanghai(new Date(dispatched.dueAt ?? 0)), '2026-10-09 23:59:59', 'three working days over National Day');
    t.match(dispatched, { state: 'dispatched', round: 1, leadUnit: 'D01', card: 'none' });
    at('2026-09-30 09:00');
    t.equal((await move(caseId, EXAMPLES.sign, liaison)).state, 'signed');
    await move(caseId, EXAMPLES.begin, liaison);
    at('2026-10-08 00:00');
    t.equal(await lives.sweep(), 1, 'yellow on the last working day before');
    t.equal((await lives.page(caseId, dispatcher)).card, 'yellow');
    t.equal(await lives.sweep(), 0, 'and once');
    await move(caseId, EXAMPLES.request_extension, liaison);
    const extended = await move(caseId, EXAMPLES.rule_extension, dispatcher);
    t.match(
      [extended.card, inShanghai(new Date(extended.dueAt ?? 0)), extended.side],
      ['none', '2026-10-15 23:59:59', null],
      'the worked Saturday counts',
    );
    at('2026-10-16 00:00');
    await lives.sweep();
    t.equal((await lives.page(caseId, dispatcher)).card, 'red');
    await move(
      caseId,
      { ...EXAMPLES.record_work, work: { kind: 'contact', happenedAt: shanghai('2026-10-15 10:00').toISOString(), text: '已联系' } },
      liaison,
    );
    t.match(await move(caseId, EXAMPLES.give_feedback, liaison), { state: 'callback_pending' });
    await move(caseId, EXAMPLES.record_callback, agent);
    t.match(await move(caseId, EXAMPLES.archive, dispatcher), { state: 'archived', moves: [] });
    const page = await lives.page(caseId, dispatcher);
    const moves = page.timeline.filter((each) => each.kind === 'move').map((each) => each.facts.command);
    t.same(moves, [
      ...['register', 'dispatch', 'sign', 'begin', 'raise_card', 'request_extension', 'rule_extension', 'raise_card', 'record_work'],
      ...['give_feedback', 'open_callback', 'record_callback', 'archive'],
    ]);
    t.equal(page.version, 2 + moves.length, 'each move is a version');
    const [round] = await store.read((db) => db.select().from(store.schema.caseRounds));
    t.match(round, {
      round: 1,
      dueAt: shanghai('2026-10-15 23:59:59'),
      feedbackAt: shanghai('2026-10-16 00:00'),
      endedAt: shanghai('2026-10-16 00:00'),
    });
  });

  t.test('dissatisfied → rework → second round → supervised', async (t) => {
    const house = await start(t, engine);
    const { draft, move, agent, dispatcher, liaison, principal, lives, outbox } = house;
    const heard: string[] = [];
    for (const name of [
      'case.registered',
      'case.dispatched',
      'case.feedback_given',
      'case.dissatisfied',
      'case.ordered',
      'case.closed',
    ] as const)
      outbox.on(name, () => void heard.push(name));
    const { caseId } = await draft(agent);
    const handle = async () => {
      await move(caseId, EXAMPLES.dispatch, dispatcher);
      for (const command of [EXAMPLES.sign, EXAMPLES.begin, EXAMPLES.give_feedback]) await move(caseId, command, liaison);
    };
    const bad: Command = {
      do: 'record_callback',
      reasonCode: 'unsolved',
      result: { mode: 'human', outcome: 'reached', score: 1, solved: 'no' },
    };
    await move(caseId, EXAMPLES.register, agent);
    await handle();
    t.equal((await move(caseId, bad, agent)).state, 'rework');
    await handle();
    t.match(
      await lives.page(caseId, principal),
      { state: 'feedback', round: 2, moves: ['sign_off', 'answer_order'] },
      'R39: the second answer waits for the principal',
    );
    await t.rejects(move(caseId, EXAMPLES.sign_off, liaison), { code: 'access.denied' });
    await move(caseId, EXAMPLES.sign_off, principal);
    t.equal((await move(caseId, bad, agent)).state, 'supervising');
    await outbox.settled();
    t.same(
      heard.filter((name) => name !== 'case.ordered'),
      [
        'case.registered',
        'case.dispatched',
        'case.feedback_given',
        'case.dissatisfied',
        'case.dispatched',
        'case.feedback_given',
        'case.dissatisfied',
      ],
    );
    t.equal(heard.filter((name) => name === 'case.ordered').length, 2, 'R11: a supervision order each time');
  });

  t.test('the second submission of one matter is known at registration and goes out with its orders', async (t) => {
    const { draft, move, agent, dispatcher, liaison, principal, lives } = await start(t, engine);
    const first = await draft(agent);
    t.equal((await move(first.caseId, EXAMPLES.register, agent)).state, 'registered');
    const second = await draft(agent);
    await move(second.caseId, EXAMPLES.register, agent);
    t.equal((await lives.page(second.caseId, dispatcher)).submissions, 2);
    await move(second.caseId, EXAMPLES.dispatch, dispatcher);
    await move(second.caseId, EXAMPLES.sign, liaison);
    await move(second.caseId, EXAMPLES.begin, liaison);
    await t.rejects(move(second.caseId, EXAMPLES.give_feedback, liaison), {
      code: 'case.requirement_missing',
      details: { requirement: 'principal_contact' },
    });
    const work = { kind: 'contact', happenedAt: TUESDAY.toISOString(), text: '主任已电话联系' } as const;
    await move(second.caseId, { do: 'record_work', work }, principal);
    await move(second.caseId, EXAMPLES.give_feedback, liaison);
    t.equal((await lives.page(second.caseId, dispatcher)).state, 'feedback');
    const orders = (await lives.page(second.caseId, dispatcher)).timeline.filter((each) => each.kind === 'order');
    t.match(
      orders.map((each) => [each.facts.order, each.facts.answeredAt !== null]),
      [
        ['supervision', false],
        ['principal_contact', true],
      ],
    );
  });

  t.test('a return that is agreed takes the case from the unit, a refused one locks it', async (t) => {
    const { draft, move, agent, dispatcher, liaison, lives } = await start(t, engine);
    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    await move(caseId, EXAMPLES.dispatch, dispatcher);
    await move(caseId, EXAMPLES.request_return, liaison);
    await t.rejects(move(caseId, EXAMPLES.sign, liaison), { code: 'case.transition_not_allowed' });
    await move(caseId, { ...EXAMPLES.rule_return, agree: false }, dispatcher);
    await t.rejects(move(caseId, EXAMPLES.request_return, liaison), { code: 'case.limit_reached' });
    const other = await draft(agent, { categoryCode: '040501', placeText: '别处' });
    await move(other.caseId, EXAMPLES.register, agent);
    await move(other.caseId, EXAMPLES.dispatch, dispatcher);
    await move(other.caseId, EXAMPLES.request_return, liaison);
    t.match(await move(other.caseId, EXAMPLES.rule_return, dispatcher), { state: 'reviewing', leadUnit: null, dueAt: null, round: 1 });
    await t.rejects(lives.page(other.caseId, liaison), { code: 'thing.not_found' }, 'the unit no longer sees it');
    t.match(
      await move(other.caseId, { do: 'dispatch', lead: 'D09', assist: [] }, dispatcher),
      { state: 'dispatched', round: 1 },
      'the same round',
    );
  });

  t.test('a merged case is filed with its master, and its citizen is answered too', async (t) => {
    const { draft, move, agent, dispatcher, lives } = await start(t, engine);
    const [master, child] = [await draft(agent), await draft(agent, { placeText: '别处', categoryCode: '040501' })];
    for (const each of [master, child]) await move(each.caseId, EXAMPLES.register, agent);
    await move(child.caseId, { do: 'merge', masterId: master.caseId }, dispatcher);
    await t.rejects(move(master.caseId, { do: 'merge', masterId: child.caseId }, dispatcher), {
      code: 'case.requirement_missing',
      details: { requirement: 'master_open' },
    });
    t.equal((await lives.page(master.caseId, dispatcher)).children, 1);
    await move(child.caseId, EXAMPLES.record_reply, dispatcher);
    await move(child.caseId, EXAMPLES.record_callback, dispatcher);
    await t.rejects(move(child.caseId, EXAMPLES.archive, dispatcher), {
      code: 'case.requirement_missing',
      details: { requirement: 'master_archived' },
    });
    await move(master.caseId, EXAMPLES.answer_directly, dispatcher);
    await move(master.caseId, EXAMPLES.archive, dispatcher);
    t.equal((await move(child.caseId, EXAMPLES.archive, dispatcher)).state, 'archived');
  });
};

const holding = (t: Test, engine: Engine): void => {
  t.test('of ten who move at once one does; the others are told what was first', async (t) => {
    const { draft, move, agent, dispatcher, lives, store } = await start(t, engine);
    const { caseId } = await draft(agent);
    const { version } = await move(caseId, EXAMPLES.register, agent);
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, () => lives.move({ caseId, version, command: EXAMPLES.dispatch, staff: dispatcher })),
    );
    t.equal(all.filter((each) => each.status === 'fulfilled').length, 1);
    for (const each of all)
      if (each.status === 'rejected')
        t.match(each.reason, {
          code: 'case.version_stale',
          details: {
            yours: { version, command: { do: 'dispatch' } },
            theirs: { state: 'dispatched', version: version + 1 },
            changedBy: 'dispatcher',
          },
        });
    t.equal(await store.read((db) => db.$count(store.schema.caseUnits)), 2, 'units were assigned once');
  });

  t.test('a refused move leaves nothing: no row, no record, no event', async (t) => {
    const { draft, move, agent, dispatcher, store, history } = await start(t, engine);
    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    const counts = async () => {
      const { caseTransitions, outbox, caseUnits } = store.schema;
      return [
        await store.read((db) => db.$count(caseTransitions)),
        await store.read((db) => db.$count(outbox)),
        await store.read((db) => db.$count(caseUnits)),
        (await history.of({ kind: 'case', id: caseId })).length,
      ];
    };
    const before = await counts();
    await t.rejects(move(caseId, { do: 'dispatch', lead: 'D77', assist: [] }, dispatcher), { code: 'request.invalid' });
    await t.rejects(move(caseId, EXAMPLES.archive, dispatcher), { code: 'case.transition_not_allowed' });
    t.same(await counts(), before);
  });

  t.test('what happened cannot be changed, even by the service', async (t) => {
    const { draft, move, agent, store } = await start(t, engine);
    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    await move(caseId, EXAMPLES.answer_directly, agent);
    const { caseTransitions, caseCallbacks } = store.schema;
    await t.rejects(store.write(async (db) => db.update(caseTransitions).set({ text: 'x' }).returning()));
    await t.rejects(store.write(async (db) => db.delete(caseTransitions).returning()));
    await t.rejects(
      store.write(async (db) => db.update(caseCallbacks).set({ score: 5 }).returning()),
      'R04: an answer is superseded, not edited',
    );
  });

  t.test('a registered case is no longer saved as a draft', async (t) => {
    const { draft, move, agent, dispatcher, cases } = await start(t, engine);
    const { caseId } = await draft(agent);
    const { version } = await move(caseId, EXAMPLES.register, agent);
    await t.rejects(cases.saveDraft({ caseId, version, form: filledForm({ course: '改写' }), staff: agent }), { code: 'case.not_a_draft' });
    await move(caseId, EXAMPLES.ask_registrar, dispatcher);
    t.equal(
      (await cases.saveDraft({ caseId, version: version + 1, form: filledForm({ course: '补充' }), staff: agent })).form.course,
      '补充',
    );
  });

  t.test('nobody signs in time: told once', async (t) => {
    const { draft, move, agent, dispatcher, lives, outbox, time } = await start(t, engine);
    const heard: unknown[] = [];
    outbox.on('case.unsigned', (payload) => void heard.push(payload));
    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    await move(caseId, EXAMPLES.dispatch, dispatcher);
    time.now = shanghai('2026-11-24 11:30');
    await lives.sweep();
    await lives.sweep();
    await outbox.settled();
    t.same(heard, [{ caseId, leadUnit: 'D01' }]);
  });

  t.test('terms are versions: a running case keeps its own; a published year moves provisional deadlines', async (t) => {
    const { draft, move, agent, dispatcher, supervisor, lives, terms, time } = await start(t, engine);
    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    const [shipped] = await terms.policies();
    const policy = { ...shipped?.policy, terms: { ...shipped?.policy.terms, complaint: 1 } };
    await t.rejects(
      terms.addPolicy({ policy, effectiveFrom: shanghai('2026-11-24 09:00'), staff: supervisor }),
      { code: 'request.invalid' },
      'not backwards',
    );
    await t.rejects(terms.addPolicy({ policy, effectiveFrom: shanghai('2026-11-25 00:00'), staff: dispatcher }), { code: 'access.denied' });
    const added = await terms.addPolicy({ policy, effectiveFrom: shanghai('2026-11-25 00:00'), staff: supervisor });
    time.now = shanghai('2026-12-30 10:00');
    const old = await move(caseId, EXAMPLES.dispatch, dispatcher);
    t.match([inShanghai(new Date(old.dueAt ?? 0)), old.provisional], ['2027-01-05 23:59:59', true], 'born under three days');
    const later = await draft(agent, { categoryCode: '040501', placeText: '别处' });
    await move(later.caseId, EXAMPLES.register, agent);
    t.equal((await lives.page(later.caseId, dispatcher)).policyVersion, added.version);
    t.equal(inShanghai(new Date((await move(later.caseId, EXAMPLES.dispatch, dispatcher)).dueAt ?? 0)), '2026-12-31 23:59:59', 'one day');
    const year = { year: 2027, daysOff: ['2027-01-01', '2027-01-04'], makeUpDays: [], source: '演示' };
    await t.rejects(terms.saveYear({ year, version: 0, staff: dispatcher }), { code: 'access.denied' });
    await terms.saveYear({ year, version: 0, staff: supervisor });
    await t.rejects(terms.saveYear({ year, version: 0, staff: supervisor }), { code: 'calendar.version_stale' });
    t.equal(await lives.recomputeProvisional(), 2);
    const festivals = [
      '元旦 2028-01-01',
      '春节 2028-01-26',
      '清明节 2028-04-04',
      '劳动节 2028-05-01',
      '劳动节 2028-05-02',
      '端午节 2028-05-28',
    ];
    const fixed = ['中秋节 2028-10-03', '国庆节 2028-10-01', '国庆节 2028-10-02'];
    const table = (lines: readonly string[]): Buffer =>
      Buffer.from(`名称,日期,类型\n${lines.map((line) => `${line.replace(' ', ',')},放假`).join('\n')}\n`);
    const whole = table([...festivals, ...fixed]);
    t.match(await terms.previewYear(whole), { year: 2028, version: 0, faults: [] });
    t.equal((await terms.calendarYears()).find((each) => each.year === 2028)?.provisional, true, 'looking puts nothing in force');
    const bring = (bytes: Buffer, version: number, staff = supervisor) => terms.importYear({ bytes, source: '通知', version, staff });
    await t.rejects(bring(table(festivals), 0), { code: 'calendar.import_refused' }, 'gaps are refused');
    await t.rejects(bring(whole, 0, dispatcher), { code: 'access.denied' });
    t.equal(await bring(whole, 0), 2028);
    await t.rejects(bring(whole, 0), { code: 'calendar.version_stale' });
    t.match(
      (await terms.calendarYears()).find((each) => each.year === 2028),
      { source: '通知', version: 1 },
    );
    const page = await lives.page(caseId, dispatcher);
    t.match([inShanghai(new Date(page.dueAt ?? 0)), page.provisional], ['2027-01-06 23:59:59', false]);
  });
};

const badInput = (t: Test, engine: Engine): void => {
  t.test('a clock set backwards neither reorders moves nor takes a card away', async (t) => {
    const { draft, move, agent, dispatcher, liaison, lives, time } = await start(t, engine);
    time.now = shanghai('2026-09-29 16:00');
    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    await move(caseId, EXAMPLES.dispatch, dispatcher);
    time.now = shanghai('2026-10-08 09:00');
    await lives.sweep();
    const before = await lives.page(caseId, dispatcher);
    t.equal(before.card, 'yellow');
    time.now = shanghai('2026-09-29 08:00');
    await lives.sweep();
    await move(caseId, EXAMPLES.sign, liaison);
    const after = await lives.page(caseId, dispatcher);
    t.match(after, { card: 'yellow', dueAt: before.dueAt, redAt: before.redAt, state: 'signed' });
    const signed = after.timeline.find((each) => each.facts.command === 'sign');
    t.equal(signed?.at, shanghai('2026-10-08 09:00').toISOString(), 'no move lies before the one it follows');
  });

  t.test('a forged unit is refused by every command that names one, and nothing is changed', async (t) => {
    const { draft, move, agent, dispatcher, lives, store } = await start(t, engine);
    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    const forged = [`D77`, `D01' or '1'='1`, '../D01', 'd01'];
    const commands = (unitCode: string): Command[] => [
      { do: 'dispatch', lead: unitCode, assist: [] },
      { do: 'dispatch', lead: 'D01', assist: [unitCode] },
      { ...EXAMPLES.hand_over, unitCode },
    ];
    const refuses = async (command: Command) => {
      const { version } = await lives.page(caseId, dispatcher);
      await t.rejects(move(caseId, command, dispatcher), { code: 'request.invalid' }, JSON.stringify(command));
      t.equal((await lives.page(caseId, dispatcher)).version, version);
    };
    for (const unitCode of forged) for (const command of commands(unitCode)) await refuses(command);
    t.equal(await store.read((db) => db.$count(store.schema.caseUnits)), 0);
    await move(caseId, { do: 'dispatch', lead: 'D01', assist: [] }, dispatcher);
    for (const unitCode of forged) await refuses({ do: 'add_unit', unitCode });
    t.equal(await store.read((db) => db.$count(store.schema.caseUnits)), 1);
  });

  t.test('markup in every text of a case is kept as typed', async (t) => {
    const { draft, move, agent, dispatcher, supervisor, liaison, lives } = await start(t, engine);
    const markup = '<img src=x onerror="alert(12345)"><script>1</script>';
    const { caseId } = await draft(agent, {
      course: markup,
      purpose: markup,
      placeText: markup,
      happenedText: markup,
      contactName: markup,
    });
    const work = { kind: 'contact' as const, happenedAt: TUESDAY.toISOString(), place: markup, people: markup, text: markup };
    const reply = { publicText: markup, privateText: markup };
    const feedback = { ...EXAMPLES.give_feedback.feedback, course: markup, rootCause: markup, reply };
    for (const [command, who] of [
      [{ do: 'register', text: markup }, agent],
      [{ ...EXAMPLES.dispatch, text: markup }, dispatcher],
      [{ do: 'give_guidance', text: markup }, supervisor],
      [EXAMPLES.sign, liaison],
      [EXAMPLES.begin, liaison],
      [{ do: 'record_work', work }, liaison],
      [{ do: 'give_feedback', feedback }, liaison],
    ] as [Command, Viewer][])
      await move(caseId, command, who);
    const page = await lives.page(caseId, dispatcher);
    t.match(page.form, { course: markup, purpose: markup, placeText: markup, happenedText: markup, contactName: markup });
    const texts = page.timeline
      .flatMap((each) => Object.values(each.facts))
      .filter((each) => typeof each === 'string' && /<|&lt;/.test(each));
    t.ok(texts.length >= 9, `${texts.length} texts`);
    t.same([...new Set(texts)], [markup], 'neither escaped nor stripped: whoever shows it shows text');
    const [row] = (await lives.search({ staff: dispatcher, text: 'onerror' })).rows;
    t.equal(row?.caseId, caseId, 'and found by its words');
  });
};

const seeing = (t: Test, engine: Engine): void => {
  t.test('a unit sees what lies with it and nothing else, whatever it asks', async (t) => {
    const { draft, move, agent, dispatcher, liaison, assisting, stranger, lives, given } = await start(t, engine);
    const { caseId } = await draft(agent);
    await move(caseId, EXAMPLES.register, agent);
    await t.rejects(lives.page(caseId, liaison), { code: 'thing.not_found' }, 'not before dispatch');
    await move(caseId, EXAMPLES.dispatch, dispatcher);
    for (const staff of [liaison, assisting]) {
      t.equal((await lives.page(caseId, staff)).caseId, caseId);
      for (const query of [{}, { text: '暖气' }, { phone: LINE }, { order: 'breaking' as const }, { leadUnit: 'D01' }])
        t.same(
          (await lives.search({ ...query, staff })).rows.map((row) => row.caseId),
          [caseId],
          JSON.stringify(query),
        );
    }
    const unplaced = await given.staff({ roles: ['unit_staff'] });
    for (const staff of [stranger, unplaced]) {
      await t.rejects(lives.page(caseId, staff), { code: 'thing.not_found' });
      await t.rejects(move(caseId, EXAMPLES.sign, staff), { code: 'thing.not_found' });
      for (const query of [
        {},
        { text: '暖气' },
        { phone: LINE },
        { name: '郁女士' },
        { leadUnit: 'D01' },
        { order: 'breaking' as const },
      ]) {
        t.same((await lives.search({ ...query, staff })).rows, [], JSON.stringify(query));
        t.same(await lives.count({ ...query, staff }), { count: 0, more: false });
      }
    }
    await t.rejects(lives.search({ staff: await given.staff({ roles: ['auditor'] }) }), { code: 'access.denied' });
  });

  t.test('举报 and 保密: the unit never learns who called, and cannot find out by searching', async (t) => {
    const { draft, move, agent, dispatcher, liaison, lives } = await start(t, engine);
    const secret = { course: '郁女士反映楼下烧烤，电话 199-0000-0001', purpose: '请郁女士门前取缔', placeText: '枕澜苑郁女士家楼下' };
    for (const form of [
      { requestType: 'report' as const, ...secret },
      { confidential: true, categoryCode: '040501', ...secret },
    ]) {
      const { caseId } = await draft(agent, form);
      await move(caseId, EXAMPLES.register, agent);
      await move(caseId, { ...EXAMPLES.dispatch, text: '来电人郁女士 19900000001' }, dispatcher);
      const page = await lives.page(caseId, liaison);
      t.notMatch(JSON.stringify(page), /郁女士|0000-0001|19900000001|"callId":\d/, 'on the page');
      t.match(page, { contactNumber: null, callId: null, form: { contactName: '' } });
      const rows = (await lives.search({ staff: liaison })).rows.filter((row) => row.caseId === caseId);
      t.equal(rows.length, 1);
      t.notMatch(JSON.stringify(rows), /郁女士|0000-0001/, 'in the list');
      for (const query of [{ phone: LINE }, { name: '郁女士' }, { text: '郁女' }, { text: '19900000001' }])
        t.same(
          (await lives.search({ ...query, staff: liaison })).rows.map((row) => row.caseId),
          [],
          JSON.stringify(query),
        );
      t.match(
        (await lives.search({ phone: LINE, staff: dispatcher })).rows.some((row) => row.caseId === caseId),
        true,
        'the dispatcher finds it',
      );
      const sent = await move(caseId, EXAMPLES.sign, liaison);
      t.notMatch(JSON.stringify(sent), /郁女士/);
    }
  });
};

const finding = (t: Test, engine: Engine): void => {
  t.test('found by Chinese words of two characters, by one, by several, by number, phone, name, place, state and unit', async (t) => {
    const { draft, move, agent, dispatcher, lives, given } = await start(t, engine);
    await given.place({ code: 'T0101', name: '云轨里社区' });
    const make = async (form: Partial<CaseForm>, from = LINE) => {
      const { caseId } = await draft(agent, form, from);
      await move(caseId, EXAMPLES.register, agent);
      return caseId;
    };
    const heat = await make({ course: '室温不达标，只有14度', placeText: '枕澜苑3号楼' });
    const lamp = await make(
      { course: '路灯不亮', placeText: '启锐大道', placeCode: 'T0101', categoryCode: '040501', contactName: '秦雨' },
      '19900000002',
    );
    await move(lamp, EXAMPLES.dispatch, dispatcher);
    const find = async (query: object) => (await lives.search({ ...query, staff: dispatcher })).rows.map((row) => row.caseId);
    t.same(await find({}), [lamp, heat], 'newest first');
    t.same(await find({ text: '室温' }), [heat]);
    t.same(await find({ text: '路' }), [lamp], 'one character, at the beginning of a word');
    t.same(await find({ text: '达标 枕澜' }), [heat], 'all of the words');
    t.same(await find({ text: '室温 路灯' }), []);
    t.same(await find({ text: '云轨里' }), [lamp], 'by the name of the place');
    t.same(await find({ text: '３号楼' }), [heat], 'full-width as half-width');
    t.same(await find({ text: '!!!' }), [], 'nothing to search for finds nothing');
    t.same(await find({ text: `'" OR 1=1 -- *` }), []);
    const [row] = (await lives.search({ text: '室温', staff: dispatcher })).rows;
    t.same(await find({ number: row?.number }), [heat]);
    t.same(await find({ phone: '+86 199 0000 0002' }), [lamp]);
    t.same(await find({ phone: 'nonsense' }), []);
    t.same(await find({ name: '秦雨' }), [lamp]);
    t.same(await find({ placeCode: 'T0101' }), [lamp]);
    t.same(await find({ states: ['registered'] }), [heat]);
    t.same(await find({ leadUnit: 'D01' }), [lamp]);
    t.same(
      await find({ order: 'breaking' }),
      [heat, lamp],
      'what breaks first stands first: the dispatcher’s half hour before the unit’s days',
    );
    t.same(await find({ text: '路灯', states: ['registered'] }), []);
    t.same(await lives.count({ text: '路灯', staff: dispatcher }), { count: 1, more: false });
    const agents = (await lives.search({ staff: await given.staff({ roles: ['agent'] }) })).rows;
    t.same(agents, [], 'an agent finds their own');
    t.equal((await lives.search({ staff: agent, text: '室温' })).rows.length, 1);
  });

  t.test('pages follow one another without a hole or a repeat, in either order', async (t) => {
    const { draft, move, agent, dispatcher, liaison, lives, time } = await start(t, engine);
    for (let index = 0; index < 7; index++) {
      time.now = new Date(TUESDAY.getTime() + Math.floor(index / 2) * 60_000);
      const { caseId } = await draft(agent, { categoryCode: `9${index}`, placeText: `第${index}处` });
      await move(caseId, EXAMPLES.register, agent);
      await move(caseId, EXAMPLES.dispatch, dispatcher);
    }
    for (const staff of [dispatcher, liaison])
      for (const query of [{}, { text: '暖气' }, { order: 'breaking' as const }]) {
        const seen: number[] = [];
        let after: string | undefined;
        do {
          const page = await lives.search({ ...query, staff, limit: 3, ...(after === undefined ? {} : { after }) });
          seen.push(...page.rows.map((row) => row.caseId));
          after = page.next ?? undefined;
        } while (after !== undefined);
        t.equal(seen.length, 7, JSON.stringify(query));
        t.equal(new Set(seen).size, 7);
      }
    await t.rejects(lives.search({ staff: dispatcher, after: '1 or 1=1' }), { code: 'request.invalid' });
  });
};

/** What the life of a case promises, on either engine. */
export const casesLifeContract = (t: Test, engine: Engine): void => {
  t.setTimeout(PATIENCE_MS);
  living(t, engine);
  holding(t, engine);
  badInput(t, engine);
};

/** Who sees and finds which cases, on either engine. */
export const casesSightContract = (t: Test, engine: Engine): void => {
  t.setTimeout(PATIENCE_MS);
  seeing(t, engine);
  finding(t, engine);
};
