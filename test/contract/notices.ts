import type { AddressInfo } from 'node:net';
import pino from 'pino';
import type { Test } from 'tap';
import { createReceiver, type Taken } from '../../docker/text-receiver.ts';
import type { Viewer } from '../../src/cases/index.ts';
import { createJobs } from '../../src/jobs/runner.ts';
import { createNotices } from '../../src/notices/index.ts';
import { createAddressRule } from '../../src/outgoing/addresses.ts';
import { createNoticesRepository } from '../../src/storage/repositories/notices.ts';
import { createWebhooksRepository } from '../../src/storage/repositories/webhooks.ts';
import { createWebhooks } from '../../src/webhooks/index.ts';
import { RETRY_MS } from '../../src/webhooks/webhook.ts';
import { EXAMPLES } from '../helpers/case-life.ts';
import { type Engine, openTestStore } from '../helpers/store.ts';
import { createHouse, createPeople, LINE } from './cases-life.ts';

const PATIENCE_MS = 120_000;
const KEY = Buffer.alloc(32, 7);

const start = async (t: Test, engine: Engine) => {
  const store = await openTestStore(t, engine);
  const late: { notices?: ReturnType<typeof createNotices> } = {};
  const house = createHouse(store, {
    onMoved: async (db, before, after, made) => late.notices?.caseMoved(db, before, after, made),
    onUnsigned: async (db, life) => late.notices?.caseUnsigned(db, life),
  });
  const { outbox, history, time } = house;
  const clock = { now: () => time.now };
  const alarm = { now: '' };
  const logger = pino({ level: 'silent' });
  const jobs = createJobs({ store, clock, logger, worker: 'w', pace: { firstBackoffMs: 1, pollMs: 5 } });
  const webhooks = createWebhooks({
    store,
    repository: createWebhooksRepository(store),
    jobs,
    history,
    clock,
    key: KEY,
    allowed: createAddressRule([]),
    publicUrl: 'https://hotline.example.cn',
    alarms: {
      raise(_id, _kind, detail) {
        alarm.now = detail;
      },
      clear() {
        alarm.now = '';
      },
    },
  });
  const notices = createNotices({
    store,
    repository: createNoticesRepository(store),
    history,
    outbox,
    clock,
    sendOut: webhooks.sendOut,
    mobileOf: (typed) => (/^1[3-9]\d{9}$/.test(typed) ? typed : null),
  });
  late.notices = notices;
  const rung: number[][] = [];
  outbox.on('notices.changed', ({ staffIds }) => void rung.push([...staffIds]));
  const people = await createPeople(house);
  const administrator = await house.withRole('administrator');
  const of = async (person: Viewer) => (await notices.page(person.staffId, { unreadOnly: false, before: null })).rows;
  const rulesOf = async (person: Viewer) => (await of(person)).map(({ rule, because }) => `${rule} ${because}`);
  const until = async (what: string, check: () => Promise<boolean>): Promise<void> => {
    const limit = Date.now() + PATIENCE_MS / 2;
    while (!(await check())) {
      if (Date.now() > limit) throw new Error(`never: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const dispatched = async (form: object = {}): Promise<number> => {
    const { caseId } = await house.draft(people.agent, form);
    await house.move(caseId, EXAMPLES.register, people.agent);
    await house.move(caseId, EXAMPLES.dispatch, people.dispatcher);
    return caseId;
  };
  return { ...house, ...people, administrator, notices, webhooks, jobs, alarm, rung, of, rulesOf, until, dispatched };
};
type House = Awaited<ReturnType<typeof start>>;

/** The reference receiver, on this machine; `moment` is its clock. */
const receiver = async (t: Test, house: House, secret: () => string) => {
  const answers = { broken: false };
  const taken: Taken[] = [];
  const requests: { headers: Record<string, string>; body: string }[] = [];
  const made: { current?: ReturnType<typeof createReceiver> } = {};
  const server = () => {
    made.current ??= createReceiver({
      secret: secret(),
      now: () => house.time.now,
      take(message) {
        if (answers.broken) throw new Error('the operator is away');
        taken.push(message);
      },
    });
    return made.current;
  };
  const { createServer } = await import('node:http');
  // In front of it, so that its secret may be known only after its address.
  const front = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(parts).toString() });
      const inner = Object.assign(
        (async function* () {
          yield* parts;
        })(),
        { method: request.method, headers: request.headers },
      );
      server().server.emit('request', inner, response);
    });
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    front.closeAllConnections();
    front.close();
  });
  return { url: `http://127.0.0.1:${(front.address() as AddressInfo).port}/sms`, taken, answers, requests };
};

const inbox = (t: Test, engine: Engine): void => {
  t.test('a move tells the people it concerns, in its own transaction, and nobody else', async (t) => {
    const house = await start(t, engine);
    const { liaison, principal, assisting, stranger, dispatcher, agent, notices, rulesOf, of, outbox, rung } = house;
    const caseId = await house.dispatched();
    t.same(await rulesOf(liaison), ['dispatched lead_unit']);
    t.same(await rulesOf(assisting), ['assists assist_unit']);
    t.same(await Promise.all([principal, stranger, agent, dispatcher].map(rulesOf)), [[], [], [], []]);
    const [notice] = await of(liaison);
    t.match(notice, { caseId, post: 'liaison', unitName: 'D01局', readAt: null, facts: { round: 1 } });
    t.match(notice?.caseNumber, /^\d{18}$/);
    await outbox.settled();
    t.same(rung.at(-1)?.toSorted(), [liaison.staffId, assisting.staffId].toSorted(), 'their bells ring after the commit');
    const life = await house.livesRepository.load(caseId);
    await t.rejects(house.lives.move({ caseId, version: (life?.version ?? 0) - 1, command: EXAMPLES.urge, staff: house.supervisor }));
    t.equal(await notices.unreadOf(liaison.staffId), 1, 'a refused move tells nobody');
    await t.rejects(
      house.store.write(async () => {
        await house.lives.move({ caseId, version: life?.version ?? 0, command: EXAMPLES.urge, staff: house.supervisor });
        throw new Error('something else failed');
      }),
      /something else failed/,
    );
    t.equal(await notices.unreadOf(liaison.staffId), 1, 'and neither does one that was rolled back');
  });

  t.test('read once, by whoever it is for; pages; who was told and who has read', async (t) => {
    const house = await start(t, engine);
    const { liaison, assisting, notices, of, supervisor } = house;
    const caseId = await house.dispatched();
    for (let nth = 0; nth < 60; nth++) await house.move(caseId, EXAMPLES.urge, supervisor);
    const first = await notices.page(liaison.staffId, { unreadOnly: false, before: null });
    t.match(first, { unread: 61 });
    t.equal(first.rows.length, 50);
    const second = await notices.page(liaison.staffId, { unreadOnly: false, before: first.next });
    t.match(second, { next: null });
    t.equal(second.rows.length, 11);
    const ids = first.rows.slice(0, 2).map(({ noticeId }) => noticeId);
    t.equal(await notices.markRead(assisting.staffId, { ids }), 1, 'another’s are not touched');
    t.equal(await notices.markRead(liaison.staffId, { ids }), 59);
    const before = (await of(liaison))[0]?.readAt;
    house.time.now = new Date(house.time.now.getTime() + 60_000);
    t.equal(await notices.markRead(liaison.staffId, { ids }), 59, 'again changes nothing');
    t.equal((await of(liaison))[0]?.readAt, before, 'the receipt is of the first time');
    t.equal((await notices.page(liaison.staffId, { unreadOnly: true, before: null })).unread, 59);
    t.equal(await notices.markRead(liaison.staffId, { upTo: first.rows[0]?.noticeId ?? 0 }), 0);
    await house.move(caseId, { ...EXAMPLES.report_important, recipient: 'leader' } as never, supervisor);
    const [report] = await of(house.leader);
    t.match(report, { rule: 'important_reported', because: 'named_leader' });
    const receipt = async () => (await notices.receiptsOf(caseId)).find(({ rule }) => rule === 'important_reported');
    t.match(await receipt(), { name: 'leader', readAt: null });
    await notices.markRead(house.leader.staffId, { ids: [report?.noticeId ?? 0] });
    t.equal((await receipt())?.readAt, house.time.now.toISOString());
  });

  t.test('the clock tells too: nobody has signed, cards; once each', async (t) => {
    const house = await start(t, engine);
    const { liaison, principal, dispatcher, supervisor, rulesOf, lives, time } = house;
    await house.dispatched();
    time.now = new Date(time.now.getTime() + 26 * 3_600_000);
    await lives.sweep();
    await lives.sweep();
    t.same(await rulesOf(dispatcher), ['unsigned dispatcher']);
    t.same(await rulesOf(liaison), ['unsigned lead_unit', 'dispatched lead_unit']);
    time.now = new Date(time.now.getTime() + 10 * 24 * 3_600_000);
    await lives.sweep();
    t.same(await rulesOf(principal), ['red_card lead_unit']);
    t.same(await rulesOf(supervisor), ['red_card supervisor']);
  });

  t.test('a protected case is named by its number alone', async (t) => {
    const house = await start(t, engine);
    await house.store.write((db) =>
      db
        .insert(house.store.schema.categories)
        .values({ code: '020101', name: '供热', level: 3, path: '供热', keywords: [] })
        .onConflictDoNothing()
        .returning(),
    );
    await house.dispatched({ requestType: 'report' });
    t.equal((await house.of(house.liaison))[0]?.categoryName, null);
    await house.dispatched();
    t.equal((await house.of(house.liaison))[0]?.categoryName, '供热');
  });

  t.test('a mobile for short messages is one’s own wish', async (t) => {
    const { notices, liaison, store } = await start(t, engine);
    await t.rejects(notices.savePhone(liaison.staffId, '0533-1'), { code: 'request.invalid', details: { field: 'mobile' } });
    t.same(await notices.savePhone(liaison.staffId, '13900001111'), { mobile: '13900001111' });
    t.same(await notices.savePhone(liaison.staffId, '13900002222'), { mobile: '13900002222' });
    t.same(await notices.phone(liaison.staffId), { mobile: '13900002222' });
    t.same(await notices.savePhone(liaison.staffId, ''), { mobile: null });
    const { history } = store.schema;
    t.notMatch(JSON.stringify(await store.read((db) => db.select().from(history))), /1390000/, 'the record holds no number');
  });

  t.test('old notices go', async (t) => {
    const house = await start(t, engine);
    await house.dispatched();
    await house.notices.sweep();
    t.equal((await house.of(house.liaison)).length, 1);
    house.time.now = new Date(house.time.now.getTime() + 401 * 24 * 3_600_000);
    await house.notices.sweep();
    t.equal((await house.of(house.liaison)).length, 0);
  });
};

const out = (t: Test, engine: Engine): void => {
  t.test('a notice reaches the reference receiver, signed, once, and holds nobody who called', async (t) => {
    const house = await start(t, engine);
    const { webhooks, jobs, administrator, liaison, notices, until, time } = house;
    const told = { secret: '' };
    const { url, taken, requests } = await receiver(t, house, () => told.secret);
    const made = await webhooks.add({ name: ' 短信 ', url, events: ['dispatched'] }, administrator.staffId);
    told.secret = made.secret;
    await notices.savePhone(liaison.staffId, '13900001111');
    const caseId = await house.dispatched({ requestType: 'report', contactName: '柳絮', course: '柳絮举报，电话19900000001' });
    jobs.start();
    t.teardown(() => jobs.stop());
    await until('it was taken', async () => taken.length > 0 && (await webhooks.list())[0]?.delivered === 1);
    t.equal(taken.length, 1, 'the assisting unit’s rule is not among the events');
    t.match(taken[0], { event: 'dispatched', to: { mobile: '13900001111', unit: 'D01局' } });
    t.match(taken[0]?.text, /^【12345热线】\d{18} 收到新工单，请签收（您的单位主办，您是联络员）$/);
    const [sent] = requests;
    t.notMatch(sent?.body, new RegExp(`柳絮|${LINE}|举报`), 'nothing of who called');
    t.match(JSON.parse(sent?.body ?? '{}'), { case: { url: `https://hotline.example.cn/cases/${caseId}` } });

    const again = (change: { headers?: Record<string, string>; body?: string }) =>
      fetch(url, { method: 'POST', headers: { ...sent?.headers, ...change.headers }, body: change.body ?? sent?.body ?? '' });
    const said = async (response: Promise<Response>) => [(await response).status, await (await response).text()];
    t.same(await said(again({})), [200, 'already_taken'], 'sent again it is sent to nobody');
    t.same(await said(again({ body: sent?.body.replace('收到', '没有') ?? '' })), [401, 'signature_wrong']);
    t.same(await said(again({ headers: { 'x-hotline-signature': 'sha256=00' } })), [401, 'signature_wrong']);
    t.same(await said(fetch(url, { method: 'POST', body: sent?.body ?? '' })), [401, 'signature_missing']);
    time.now = new Date(time.now.getTime() + 301_000);
    t.same(await said(again({})), [401, 'timestamp_old']);
    t.equal(taken.length, 1);
    t.match(await (await fetch(url)).text(), /收到新工单/, 'its page shows the text');
    const rows = await house.store.read((db) => db.select().from(house.store.schema.webhooks));
    t.notMatch(JSON.stringify(rows), made.secret.slice(6), 'the secret is not in the database as it is');
    t.notMatch(JSON.stringify(await webhooks.list()), made.secret.slice(6));
    t.same(
      (await webhooks.list()).map(({ name, hint }) => [name, hint]),
      [['短信', made.secret.slice(-4)]],
    );
  });

  t.test('a gateway that is away gets it later; one that stays away leaves it dead, to be sent again under its id', async (t) => {
    const house = await start(t, engine);
    const { webhooks, jobs, administrator, until, time } = house;
    const told = { secret: '' };
    const { url, taken, answers, requests } = await receiver(t, house, () => told.secret);
    const { webhookId, secret } = await webhooks.add({ name: '短信', url, events: ['dispatched'] }, administrator.staffId);
    told.secret = secret;
    answers.broken = true;
    await house.dispatched();
    jobs.start();
    t.teardown(() => jobs.stop());
    const delivery = async () => (await webhooks.deliveries({ webhookId })).rows[0];
    for (const [index, ms] of RETRY_MS.entries()) {
      await until(`try ${index + 1}`, async () => (await delivery())?.attempts === index + 1);
      t.equal((await delivery())?.nextAt, new Date(time.now.getTime() + ms).toISOString(), `then after ${ms} ms`);
      time.now = new Date(time.now.getTime() + ms);
    }
    await until('given up', async () => (await delivery())?.state === 'dead');
    const dead = await delivery();
    const attempts = await webhooks.attempts(dead?.deliveryId ?? 0);
    t.same(
      attempts.map(({ status }) => status),
      Array(RETRY_MS.length + 1).fill(503),
      'each try is on record',
    );
    await until('the alarm', async () => house.alarm.now === 'webhook × 1');
    t.same(await jobs.dead(), [], 'one alarm, its own');
    answers.broken = false;
    t.equal(await webhooks.replayAll(webhookId, administrator.staffId), 1);
    t.equal(house.alarm.now, '');
    t.equal(await webhooks.replayAll(webhookId, administrator.staffId), 0, 'once');
    await until('it was taken', async () => (await delivery())?.state === 'delivered');
    t.equal(taken.length, 1);
    t.equal(new Set(requests.map(({ body }) => JSON.parse(body).id)).size, 1, 'one id through all tries');
    t.equal(taken[0]?.id, dead?.eventId);
    await t.rejects(webhooks.replay(dead?.deliveryId ?? 0, administrator.staffId), { code: 'thing.not_found' });
    t.equal((await webhooks.attempts(dead?.deliveryId ?? 0)).length, RETRY_MS.length + 2);
    house.time.now = new Date(time.now.getTime() + 31 * 24 * 3_600_000);
    await webhooks.sweep();
    t.same(await webhooks.deliveries({}), { rows: [], next: null }, 'what was delivered is forgotten after a month');
  });

  t.test('what is refused for good, a removed address, a renewed secret', async (t) => {
    const house = await start(t, engine);
    const { webhooks, jobs, administrator, until } = house;
    const told = { secret: 'another secret' };
    const { url, taken } = await receiver(t, house, () => told.secret);
    const { webhookId } = await webhooks.add({ name: '短信', url, events: ['dispatched', 'assists'] }, administrator.staffId);
    await house.dispatched();
    jobs.start();
    t.teardown(() => jobs.stop());
    const count = async (state: 'dead' | 'delivered') => (await webhooks.deliveries({ webhookId, state })).rows.length;
    await until('refused', async () => (await count('dead')) === 2);
    t.match((await webhooks.attempts((await webhooks.deliveries({ webhookId })).rows[0]?.deliveryId ?? 0))[0], { status: 401 });
    await t.rejects(webhooks.renewSecret(webhookId, 9, administrator.staffId), { code: 'settings.version_stale' });
    await webhooks.change(webhookId, { version: 1, name: '短信', url, events: ['assists'], active: true }, administrator.staffId);
    await webhooks.test(webhookId, administrator.staffId);
    await until('refused too', async () => (await count('dead')) === 3);
    await webhooks.remove(webhookId, 2, administrator.staffId);
    await t.rejects(webhooks.test(webhookId, administrator.staffId), { code: 'thing.not_found' });
    await house.dispatched();
    t.equal((await webhooks.deliveries({})).rows.length, 3, 'nothing is made for a removed address');
    t.equal(taken.length, 0);
  });

  t.test('addresses and names that are refused', async (t) => {
    const { webhooks, administrator } = await start(t, engine);
    const add = (url: string, name = 'x') => webhooks.add({ name, url, events: [] }, administrator.staffId);
    await t.rejects(add('http://sms.example.cn/'), { code: 'request.invalid', details: { field: 'url', fault: 'not_https' } });
    await t.rejects(add('https://10.0.0.1/'), { code: 'request.invalid', details: { field: 'url', fault: 'address_private' } });
    await t.rejects(add('https://sms.example.cn/', '  '), { code: 'request.invalid', details: { field: 'name' } });
    t.same(await webhooks.list(), []);
  });
};

/** Notices and what of them leaves the house, on either engine. */
export const noticesSuite = (t: Test, engine: Engine): void => {
  t.setTimeout(PATIENCE_MS * 10);
  inbox(t, engine);
  out(t, engine);
};
