import pino from 'pino';
import type { Test } from 'tap';
import { type CasesDeps, casesReactions, createCaseLookup, createCases, type Viewer } from '../../src/cases/index.ts';
import type { CaseView } from '../../src/cases/schemas.ts';
import { createDirectory } from '../../src/directory/index.ts';
import { createHistory } from '../../src/history/index.ts';
import { createJobs } from '../../src/jobs/runner.ts';
import { createOutbox } from '../../src/storage/outbox.ts';
import { createCasesRepository } from '../../src/storage/repositories/cases.ts';
import { createDirectoryRepository } from '../../src/storage/repositories/directory.ts';
import { createHistoryRepository } from '../../src/storage/repositories/history.ts';
import { AREA_CODE, createGiven, TUESDAY } from '../helpers/given.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { until } from '../helpers/switch.ts';

const LINE = '19900000001';
const ago = (days: number): Date => new Date(TUESDAY.getTime() - days * 86_400_000);

const start = async (t: Test, engine: Engine, replace: Partial<CasesDeps> = {}) => {
  const store = await openTestStore(t, engine);
  const time = { now: TUESDAY };
  const clock = { now: () => time.now };
  const outbox = createOutbox({ store, clock, logger: pino({ level: 'silent' }) });
  const history = createHistory({ repository: createHistoryRepository(store), clock });
  const directory = createDirectory({ repository: createDirectoryRepository(store), clock, areaCode: AREA_CODE });
  const cases = createCases({ store, repository: createCasesRepository(store), directory, outbox, history, clock, ...replace });
  const given = createGiven(store);
  /** A call of the line at a time, with its draft filled in. */
  const submitted = async (staff: Viewer, at: Date, form: Partial<CaseView['form']>, from = LINE): Promise<CaseView> => {
    time.now = at;
    const opened = await cases.openDraft({ callId: await given.call({ from, at, answeredBy: staff.staffId }), staff });
    const saved = await cases.saveDraft({ caseId: opened.caseId, version: 1, form: { ...opened.form, ...form }, staff });
    time.now = TUESDAY;
    return saved;
  };
  return { store, outbox, history, cases, given, time, submitted };
};

const opening = (t: Test, engine: Engine): void => {
  t.test('a call has one draft, however many open it at once', async (t) => {
    const { cases, given, store, history } = await start(t, engine);
    const staff = await given.staff();
    const callId = await given.call({ from: LINE, answeredBy: staff.staffId });
    const opened = await Promise.all(Array.from({ length: 8 }, () => cases.openDraft({ callId, staff })));
    t.equal(new Set(opened.map((each) => each.caseId)).size, 1);
    t.equal(await store.read((db) => db.$count(store.schema.cases)), 1);
    const [first] = opened;
    t.match(first?.number, /^261124093000\d{6}$/);
    const acts = await history.of({ kind: 'case', id: first?.caseId ?? 0 });
    t.same(
      acts.map((act) => [act.act, act.actorId]),
      [['case.opened', staff.staffId]],
      'and one entry in the record',
    );
    t.equal(await store.read((db) => db.$count(store.schema.outbox)), 1, 'and one event');
  });

  t.test('the form starts with what the one matching record says, marked as proposed', async (t) => {
    const { cases, given } = await start(t, engine);
    const staff = await given.staff();
    await given.citizen({ name: '欧阳慧兰', numbers: [LINE], address: '枕澜苑3号楼' });
    const view = await cases.openDraft({ callId: await given.call({ from: `+86${LINE}`, answeredBy: staff.staffId }), staff });
    t.match(view.form, { contactName: '欧阳慧兰', placeText: '枕澜苑3号楼' });
    t.same(view.form.proposed.toSorted(), ['contactName', 'placeText']);
    t.same(view.contactNumber, { masked: '199 **** 0001', full: null });
    t.same(view.missing, ['what', 'why']);
    await given.citizen({ name: '欧阳某', numbers: [LINE] });
    const maybe = await cases.openDraft({ callId: await given.call({ from: LINE, answeredBy: staff.staffId }), staff });
    t.equal(maybe.form.contactName, '', 'two people on one line: nobody is proposed');
    const withheld = await cases.openDraft({ callId: await given.call({ from: 'anonymous', answeredBy: staff.staffId }), staff });
    t.equal(withheld.contactNumber, null);
    t.ok(withheld.missing.includes('phone'));
  });

  t.test("another agent's call is refused, a ringing one is not, a strange one does not exist", async (t) => {
    const { cases, given } = await start(t, engine);
    const [taker, other] = [await given.staff(), await given.staff()];
    const callId = await given.call({ answeredBy: taker.staffId });
    await t.rejects(cases.openDraft({ callId, staff: other }), { code: 'access.denied' });
    await given.offer(callId, other.staffId, 'missed');
    await t.rejects(cases.openDraft({ callId, staff: other }), { code: 'access.denied' }, 'having missed it is not having it');
    const ringing = await given.call({});
    await given.offer(ringing, other.staffId);
    t.ok(await cases.openDraft({ callId: ringing, staff: other }));
    await t.rejects(cases.openDraft({ callId: 999_999, staff: taker }), { code: 'thing.not_found' });
    const dispatcher = await given.staff({ roles: ['dispatcher'] });
    t.ok(await cases.openDraft({ callId, staff: dispatcher }), 'a dispatcher may open any');
  });

  t.test('a voice message becomes one draft without an author', async (t) => {
    const { cases, given, history } = await start(t, engine);
    const callId = await given.call({ from: LINE, diversion: 'voicemail' });
    const ids = await Promise.all([cases.draftFromCall(callId, 'voicemail'), cases.draftFromCall(callId, 'voicemail')]);
    t.equal(ids[0], ids[1]);
    const dispatcher = await given.staff({ roles: ['dispatcher'] });
    t.match(await cases.get(ids[0] ?? 0, dispatcher), { source: 'voicemail', createdBy: null, callId });
    t.match(await history.of({ kind: 'case', id: ids[0] ?? 0 }), [{ act: 'case.opened', actorKind: 'system' }]);
  });

  t.test('the draft of a message is a job that is tried until it is done, and then done once', async (t) => {
    const { cases, given, store } = await start(t, engine);
    const jobs = createJobs({
      store,
      clock: { now: () => new Date() },
      logger: pino({ level: 'silent' }),
      worker: 'test',
      pace: { firstBackoffMs: 1, pollMs: 5 },
    });
    let refusals = 3;
    casesReactions(jobs, {
      async draftFromCall(id, source) {
        if (refusals-- > 0) throw new Error('the database is busy');
        return cases.draftFromCall(id, source);
      },
    });
    const callId = await given.call({ from: LINE, diversion: 'voicemail' });
    const job = { kind: 'voicemail.draft', key: String(callId), payload: { callId }, runAt: new Date() };
    await store.write((db) => jobs.schedule(db, job));
    await store.write((db) => jobs.schedule(db, job));
    jobs.start();
    await until('it is drafted', async () => (await store.read((db) => db.$count(store.schema.cases))) > 0);
    await jobs.stop();
    t.equal(await store.read((db) => db.$count(store.schema.cases)), 1);
    t.same(await jobs.dead(), []);
  });
};

const saving = (t: Test, engine: Engine): void => {
  t.test('an old version changes nothing and is told both texts and who was first', async (t) => {
    const { cases, given, history } = await start(t, engine);
    const [author, dispatcher] = [await given.staff({ name: '林立春' }), await given.staff({ name: '蒋冬至', roles: ['dispatcher'] })];
    const view = await cases.openDraft({ callId: await given.call({ answeredBy: author.staffId }), staff: author });
    await cases.saveDraft({ caseId: view.caseId, version: 1, form: { ...view.form, course: '先到的话' }, staff: dispatcher });
    const late = { caseId: view.caseId, version: 1, form: { ...view.form, course: '后到的话' }, staff: author };
    await t.rejects(cases.saveDraft(late), {
      code: 'case.version_stale',
      details: {
        changedBy: '蒋冬至',
        yours: { version: 1, form: { course: '后到的话' } },
        theirs: { version: 2, form: { course: '先到的话' } },
      },
    });
    t.match(await cases.get(view.caseId, author), { version: 2, form: { course: '先到的话' } });
    const acts = (await history.of({ kind: 'case', id: view.caseId })).map((act) => [act.act, act.details]);
    t.same(acts.at(-1), ['case.saved', { version: 2, fields: ['course'] }], 'the record names fields, not words');
    t.equal(acts.length, 2, 'a refused save leaves no entry');
  });

  t.test('of ten who save at once, one does', async (t) => {
    const { cases, given } = await start(t, engine);
    const staff = await given.staff();
    const view = await cases.openDraft({ callId: await given.call({ answeredBy: staff.staffId }), staff });
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        cases.saveDraft({ caseId: view.caseId, version: 1, form: { ...view.form, course: `第${index}个` }, staff }),
      ),
    );
    t.equal(all.filter((each) => each.status === 'fulfilled').length, 1);
    t.ok(all.every((each) => each.status === 'fulfilled' || each.reason.code === 'case.version_stale'));
    t.equal((await cases.get(view.caseId, staff)).version, 2);
  });

  t.test('text stays text', async (t) => {
    const { cases, given } = await start(t, engine);
    const staff = await given.staff();
    const view = await cases.openDraft({ callId: await given.call({ answeredBy: staff.staffId }), staff });
    const course = `<script>alert('12345')</script> "'; drop table cases; -- \\ %_ 𠮷🔥\t第一行\n第二行`;
    const form = { ...view.form, course, contactName: '𠮷田\u0000\u001b[2J' };
    const saved = await cases.saveDraft({ caseId: view.caseId, version: 1, form, staff });
    t.equal(saved.form.course, course);
    t.equal(saved.form.contactName, '𠮷田[2J', 'control characters go');
    t.equal((await cases.get(view.caseId, staff)).form.course, course);
    const broken = { ...form, purpose: '\ud83d' };
    await t.rejects(cases.saveDraft({ caseId: view.caseId, version: 2, form: broken, staff }), { code: 'request.invalid' });
  });

  t.test('row, record and event are kept or lost together', async (t) => {
    const broken = { append: () => Promise.reject(new Error('no room')) };
    const { cases, given, store } = await start(t, engine, { outbox: broken });
    const staff = await given.staff();
    await t.rejects(cases.openDraft({ callId: await given.call({ answeredBy: staff.staffId }), staff }), { message: 'no room' });
    t.equal(await store.read((db) => db.$count(store.schema.cases)), 0);
    t.equal(await store.read((db) => db.$count(store.schema.history)), 0);
  });

  t.test('every opening and saving is told to the house', async (t) => {
    const { cases, given, outbox } = await start(t, engine);
    const heard: unknown[] = [];
    outbox.on('case.drafted', (payload) => void heard.push(payload));
    const staff = await given.staff();
    const callId = await given.call({ answeredBy: staff.staffId });
    const { caseId, form } = await cases.openDraft({ callId, staff });
    await cases.saveDraft({ caseId, version: 1, form, staff });
    await outbox.settled();
    t.same(heard, [
      { caseId, callId },
      { caseId, callId },
    ]);
  });
};

const reading = (t: Test, engine: Engine): void => {
  t.test('pages follow one another without a hole or a repeat', async (t) => {
    const { cases, given } = await start(t, engine);
    const staff = await given.staff();
    for (let count = 0; count < 7; count++) await cases.openDraft({ callId: null, staff });
    const seen: number[] = [];
    let after: string | undefined;
    const sizes: number[] = [];
    do {
      const page = await cases.list({ staff, after, limit: 3 });
      sizes.push(page.rows.length);
      seen.push(...page.rows.map((row) => row.caseId));
      if (sizes.length === 1) await cases.openDraft({ callId: null, staff }); // what comes in meanwhile moves nothing
      after = page.next ?? undefined;
    } while (after !== undefined);
    t.same(sizes, [3, 3, 1]);
    t.same(
      seen,
      seen.toSorted((a, b) => b - a),
    );
    t.equal(new Set(seen).size, 7);
    await t.rejects(cases.list({ staff, after: "1' or 1=1" }), { code: 'request.invalid' });
  });

  t.test('an agent sees what they wrote and what they took over, nothing else', async (t) => {
    const { cases, given } = await start(t, engine);
    const [first, second, third] = [await given.staff(), await given.staff(), await given.staff()];
    const callId = await given.call({ answeredBy: first.staffId });
    const { caseId } = await cases.openDraft({ callId, staff: first });
    await cases.openDraft({ callId: null, staff: third });
    await t.rejects(cases.get(caseId, second), { code: 'thing.not_found' });
    await t.rejects(cases.saveDraft({ caseId, version: 1, form: (await cases.get(caseId, first)).form, staff: second }), {
      code: 'thing.not_found',
    });
    t.equal((await cases.list({ staff: second })).rows.length, 0);
    await given.transferred(callId, second.staffId);
    t.equal((await cases.get(caseId, second)).caseId, caseId, 'a transferred call brings its case');
    t.same(
      (await cases.list({ staff: second })).rows.map((row) => row.caseId),
      [caseId],
    );
    t.equal((await cases.list({ staff: await given.staff({ roles: ['leader'] }) })).rows.length, 2);
    await t.rejects(cases.list({ staff: await given.staff({ roles: ['auditor'] }) }), { code: 'access.denied' });
  });

  t.test('保密: name and number for author and dispatcher only, wherever they would show', async (t) => {
    const { cases, given, submitted } = await start(t, engine);
    const [author, other] = [await given.staff(), await given.staff()];
    const { caseId } = await submitted(author, ago(3), { confidential: true, contactName: '秦女士', course: '举报邻居违建' });
    const leader = await given.staff({ roles: ['leader'] });
    const dispatcher = await given.staff({ roles: ['dispatcher'] });
    t.match(await cases.get(caseId, leader), { contactNumber: null, form: { contactName: '' } });
    t.match((await cases.list({ staff: leader })).rows[0], { contactNumber: null, form: { contactName: '' } });
    t.match(await cases.get(caseId, dispatcher), { contactNumber: { masked: '199 **** 0001' }, form: { contactName: '秦女士' } });
    t.match(await cases.get(caseId, author), { form: { contactName: '秦女士' } });
    t.match(await cases.openCasesOf(LINE, other), [{ title: '保密事项' }], 'nor on the card of whoever takes the next call of the line');
    t.match(await cases.openCasesOf(LINE, author), [{ title: '举报邻居违建' }]);
  });
};

const knowing = (t: Test, engine: Engine): void => {
  t.test('open cases of a line: twelve months, newest first, the present call left out', async (t) => {
    const { cases, given, submitted } = await start(t, engine);
    const staff = await given.staff();
    const category = await given.category({ name: '路灯不亮' });
    await submitted(staff, ago(366), { course: '一年零一天前' });
    await submitted(staff, ago(364), { course: '不到一年' });
    const latest = await submitted(staff, ago(2), { categoryCode: category });
    await submitted(staff, ago(1), { course: '别人的线' }, '19900000002');
    t.match(await cases.openCasesOf(LINE, staff), [{ title: '路灯不亮', number: latest.number, state: 'draft' }, { title: '不到一年' }]);
    t.equal((await cases.openCasesOf(LINE, staff)).length, 2);
    t.match(await cases.openCasesOf(LINE, staff, latest.callId ?? 0), [{ title: '不到一年' }]);
    for (let count = 0; count < 12; count++) await submitted(staff, ago(5), {});
    t.equal((await cases.openCasesOf(LINE, staff)).length, 10);
  });

  t.test('repeats of a line, explained', async (t) => {
    const { cases, given, submitted } = await start(t, engine);
    const staff = await given.staff();
    await given.category({ code: '020101', name: '室温不达标' });
    const cold = await submitted(staff, ago(9), { categoryCode: '020101', placeText: '枕澜苑3号楼' });
    t.match(await cases.repeatsOf(LINE), { submissions: 1, count: 0 }, 'one is not a repeat');
    const again = await submitted(staff, ago(5), { categoryCode: '020101', placeText: '枕澜苑 3号楼' });
    await submitted(staff, ago(4), { categoryCode: '040501' });
    await submitted(staff, ago(400), { categoryCode: '020101' });
    await submitted(staff, ago(1), { categoryCode: '020101' }, '19900000002');
    const found = await cases.repeatsOf(LINE);
    t.match(found, {
      submissions: 3,
      count: 2,
      reason: 'subject_and_place',
      categoryCode: '020101',
      lastAt: again.createdAt && new Date(again.createdAt),
    });
    t.same(found.caseIds.toSorted(), [cold.caseId, again.caseId].toSorted());
    t.equal((await cases.repeatsOf(LINE, { exceptCallId: again.callId ?? 0 })).count, 0, 'the present call is not its own repeat');
    const about = { categoryCode: '040501', placeCode: null, placeText: '' };
    t.match(await cases.repeatsOf(LINE, { about }), { count: 1, reason: 'subject' });
    t.equal((await cases.repeatsOf('19900009999')).submissions, 0);
    const lookup = createCaseLookup(cases);
    t.same(await lookup.repeatsOf(LINE, 0), { count: 2, subject: '室温不达标' });
    t.equal((await lookup.openCasesOf(LINE, { ...staff, roles: ['agent', 'nonsense'] }, 0)).length, 3);
  });

  t.test('the drafts of a list of calls, and how many a person wrote today', async (t) => {
    const { cases, given, submitted } = await start(t, engine);
    const staff = await given.staff();
    const view = await submitted(staff, ago(1), { course: '井盖缺失。很危险' });
    const without = await given.call({});
    const drafts = await cases.draftsOfCalls([view.callId ?? 0, without], staff);
    t.same([...drafts], [[view.callId, { caseId: view.caseId, number: view.number, subject: '井盖缺失' }]]);
    t.equal((await cases.draftsOfCalls([], staff)).size, 0);
    t.equal(await cases.countDrafted(staff.staffId, ago(2)), 1);
    t.equal(await cases.countDrafted(staff.staffId, ago(0.5)), 0);
  });
};

/** What cases promise, on either engine. */
export const casesContract = (t: Test, engine: Engine): void => {
  opening(t, engine);
  saving(t, engine);
  reading(t, engine);
  knowing(t, engine);
};
