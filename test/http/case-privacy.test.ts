import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import type { Command } from '../../src/cases/commands.ts';
import type { CaseForm } from '../../src/cases/schemas.ts';
import type { Role } from '../../src/core/roles.ts';
import { PUSH_PROTOCOL } from '../../src/push/index.ts';
import { EXAMPLES, filledForm } from '../helpers/case-life.ts';
import { createGiven } from '../helpers/given.ts';
import { openSession } from '../helpers/session.ts';
import { wholeApp } from '../helpers/whole-app.ts';

/** 济南条例 第32条, R33: of a report or a confidential case the unit never learns who called, by whatever door it asks. */

const NAME = '郁蕊仙';
const NUMBER = '19912345678';
const BYTES = 'application/octet-stream';
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('a photo')]);
/** The identity in each shape in which it could come out: written plainly, parted, masked, in an address or escaped. */
const IDENTITY = new RegExp(
  [
    NAME,
    NUMBER,
    '199[ -]?1234[ -]?5678',
    '199\\*+5678',
    encodeURIComponent(NAME),
    '\\\\u90c1\\\\u854a',
    'planted-channel',
    'planted-recording',
  ].join('|'),
  'i',
);

type Answer = { statusCode: number; body: string };
type Ask = (method: string, url: string, payload?: unknown) => Promise<Answer>;

const openWorld = async (t: Test) => {
  const { app, store } = await wholeApp(t, {
    dataDirectory: t.testdir(),
    environment: { HOTLINE_MODE: 'production', HOTLINE_PUBLIC_URL: 'https://hotline.example.cn', HOTLINE_SWITCH: 'managed' },
  });
  await app.http.ready();
  t.teardown(() => app.http.close());
  const given = createGiven(store);
  const s = store.schema;
  for (const code of ['D01', 'D02', 'D09'])
    await store.write((db) =>
      db
        .insert(s.units)
        .values({ code, name: `${code}局`, kind: 'x' })
        .returning(),
    );
  const person = async (role: Role, unitCode: string | null = null, post: 'principal' | 'liaison' = 'liaison') => {
    const staff = await given.staff({ roles: [role], name: role, unitCode });
    if (unitCode !== null) await store.write((db) => db.insert(s.unitPosts).values({ staffId: staff.staffId, post }).returning());
    const token = await openSession(store, staff.staffId);
    const ask: Ask = async (method, url, payload) => {
      const raw = Buffer.isBuffer(payload);
      const answer = await app.http.inject({
        method: method as 'GET',
        url,
        headers: { 'x-hotline': '1', ...(payload === undefined ? {} : { 'content-type': raw ? BYTES : 'application/json' }) },
        cookies: { hotline_session: token },
        ...(payload === undefined ? {} : { payload: raw ? payload : JSON.stringify(payload) }),
      });
      // What stands beside the body tells as much as the body.
      return { statusCode: answer.statusCode, body: `${JSON.stringify(answer.headers)}\n${answer.body}` };
    };
    return { ...staff, token, ask };
  };
  const people = {
    agent: await person('agent'),
    dispatcher: await person('dispatcher'),
    supervisor: await person('supervisor'),
    lead: await person('unit_staff', 'D01'),
    principal: await person('unit_staff', 'D01', 'principal'),
    assisting: await person('unit_staff', 'D02'),
  };
  return { app, store, given, people };
};
type World = Awaited<ReturnType<typeof openWorld>>;

const bodyOf = <T>(answer: Answer): T => JSON.parse(answer.body.slice(answer.body.indexOf('\n') + 1)) as T;

/** A case of a citizen who left a name, a number and both in every text, as far as this; everybody who may write wrote them down. */
const plant = async (
  { given, people, store }: World,
  form: Partial<CaseForm>,
  commands: (at: Date, callId: number) => [Command, keyof World['people']][],
) => {
  const citizenId = await given.citizen({ name: NAME, numbers: [], address: `${NAME}家` });
  const callId = await given.call({
    from: NUMBER,
    at: new Date(),
    answeredBy: people.agent.staffId,
    channelId: `planted-channel-${randomBytes(3).toString('hex')}`,
  });
  const file = `planted-recording-${callId}.wav`;
  await store.write((db) =>
    db.insert(store.schema.recordings).values({ callId, kind: 'call', file, state: 'whole', startedAt: new Date() }).returning(),
  );
  const { agent } = people;
  const opened = bodyOf<{ caseId: number; version: number }>(await agent.ask('POST', '/api/cases', { callId }));
  const texts = {
    contactName: NAME,
    course: `${NAME}反映，回电 199-1234-5678`,
    purpose: `请回复${NAME} ${NUMBER}`,
    placeText: `${NAME}家楼下`,
    happenedText: `${NAME}称昨晚`,
  };
  const { caseId } = opened;
  const saved = await agent.ask('PUT', `/api/cases/${caseId}`, { version: opened.version, form: filledForm({ ...texts, ...form }) });
  let { version } = bodyOf<{ version: number }>(saved);
  for (const [command, who] of commands(new Date(), callId)) {
    const moved = await people[who].ask('POST', `/api/cases/${caseId}/moves`, { version, command });
    if (moved.statusCode !== 200) throw new Error(`${command.do} by ${who}: ${moved.body}`);
    version = bodyOf<{ version: number }>(moved).version;
  }
  await people.dispatcher.ask('POST', `/api/cases/${caseId}/files?name=${encodeURIComponent(`${NAME}${NUMBER}.jpg`)}`, JPEG);
  return { caseId, callId, citizenId };
};

const TOLD = `来电人${NAME}，电话${NUMBER}`;
const inHand = (at: Date, callId: number): [Command, keyof World['people']][] => [
  [EXAMPLES.register, 'agent'],
  [{ ...EXAMPLES.dispatch, text: TOLD }, 'dispatcher'],
  [{ ...EXAMPLES.hand_over, callId: undefined, text: TOLD } as never, 'dispatcher'],
  [EXAMPLES.sign, 'lead'],
  [EXAMPLES.begin, 'lead'],
  [{ do: 'give_guidance', text: TOLD }, 'supervisor'],
  [
    { ...EXAMPLES.request_ledger, promisedOn: day(at, 30), plan: [{ by: day(at, 20), step: TOLD }], text: TOLD, toldHow: TOLD, callId },
    'lead',
  ],
  [{ ...EXAMPLES.rule_ledger, text: TOLD }, 'dispatcher'],
  [{ do: 'record_work', work: { kind: 'contact', happenedAt: at.toISOString(), people: TOLD, place: TOLD, text: TOLD } }, 'lead'],
];
const answered = (at: Date, callId: number): [Command, keyof World['people']][] => {
  const reply = { publicText: TOLD, privateText: TOLD };
  return [
    ...inHand(at, callId),
    [{ ...EXAMPLES.give_feedback, feedback: { ...EXAMPLES.give_feedback.feedback, course: TOLD, rootCause: TOLD, reply } }, 'lead'],
    [
      {
        do: 'record_callback',
        callId,
        reasonCode: 'unsolved',
        text: TOLD,
        result: { mode: 'human', outcome: 'reached', score: 1, solved: 'no' },
      },
      'agent',
    ],
    [{ ...EXAMPLES.dispatch, text: TOLD }, 'dispatcher'],
  ];
};
const day = (at: Date, days: number): string => new Date(at.getTime() + days * 86_400_000).toISOString().slice(0, 10);

const SEARCHES = [
  {},
  { phone: NUMBER },
  { name: NAME },
  { text: NAME },
  { text: NUMBER },
  { text: '19912345678 反映' },
  { order: 'breaking' },
  { dwell: true },
];

/** Every route of the application, asked by this person with the ids of what was planted. @returns each answer */
const walk = async (world: World, ask: Ask, planted: { caseId: number; callId: number }[]): Promise<Map<string, Answer>> => {
  const answers = new Map<string, Answer>();
  const asked = new Set<string>();
  const note = async (method: string, url: string, payload?: unknown) =>
    answers.set(
      `${method} ${url} ${payload === undefined || Buffer.isBuffer(payload) ? '' : JSON.stringify(payload)}`,
      await ask(method, url, payload),
    );
  for (const { caseId, callId } of planted) {
    const ids: Record<string, number | string> = { caseId, callId, staffId: world.people.agent.staffId, year: 2026 };
    for (const { method, url } of world.app.http.routeTable) {
      if (method === 'HEAD' || url.startsWith('/api/docs') || url === '/api/push' || (url === '/api/session' && method !== 'GET')) continue;
      for (const other of [1, 2, 3]) {
        const address = url.replace(/:(\w+)/g, (_, name: string) => String(ids[name] ?? other)).replace('*', 'nowhere');
        if (asked.has(`${method} ${address}`)) continue;
        asked.add(`${method} ${address}`);
        await note(method, address, method === 'GET' ? undefined : {});
      }
    }
    for (const search of SEARCHES) {
      await note('POST', '/api/cases/search', search);
      await note('POST', '/api/cases/search/count', search);
    }
    // Whatever the unit asks of the case: what is refused is told no more than what is done. Done last, because it goes on.
    const { version } = bodyOf<{ version: number }>(await ask('GET', `/api/cases/${caseId}/life`));
    for (const command of Object.values(EXAMPLES)) {
      await note('POST', `/api/cases/${caseId}/moves`, { version: 1, command });
      await note('POST', `/api/cases/${caseId}/moves`, { version, command });
    }
    await note('GET', `/api/cases/${caseId}/life`);
  }
  return answers;
};

/** Frames that a console of this person gets: its picture at first and what follows while `work` goes on. */
const framesOf = async (world: World, token: string, work: () => Promise<unknown>): Promise<string> => {
  const { port } = world.app.http.server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/push`, PUSH_PROTOCOL, {
    headers: { cookie: `hotline_session=${token}`, 'x-hotline': '1' },
  });
  const frames: string[] = [];
  socket.on('message', (data) => frames.push(String(data)));
  await once(socket, 'open');
  socket.send('{"v":1,"t":"resume","epoch":null,"seq":0}');
  for (const what of ['board', 'surveys']) socket.send(JSON.stringify({ v: 1, t: 'watch', what }));
  while (!frames.length) await delay(10);
  await work();
  await delay(300);
  socket.terminate();
  return frames.join('\n');
};

const leaks = (answers: Map<string, Answer>): string[] =>
  [...answers].flatMap(([asked, { body }]) => {
    const found = IDENTITY.exec(body);
    return found ? [`${asked}: …${body.slice(Math.max(0, found.index - 80), found.index + 40)}…`] : [];
  });

t.test('举报 and 保密: no route, search, file, recording or push tells the unit who called', { timeout: 120_000 }, async (t) => {
  const world = await openWorld(t);
  await world.app.http.listen({ host: '127.0.0.1', port: 0 });
  const planted = [
    await plant(world, { requestType: 'report' }, inHand),
    await plant(world, { confidential: true, categoryCode: '040501', placeText: `${NAME}家对面` }, answered),
  ];
  const { lead, assisting, dispatcher } = world.people;

  const told = leaks(await walk(world, dispatcher.ask, planted));
  t.ok(told.length > 10, `the walk finds what the dispatcher may know: ${told.length} answers`);

  let asked = 0;
  for (const { ask } of [lead, assisting]) {
    const answers = await walk(world, ask, planted);
    t.same(leaks(answers), []);
    const pages = planted.map(({ caseId }) => answers.get(`GET /api/cases/${caseId}/life `));
    t.same(
      pages.map((page) => page?.statusCode),
      [200, 200],
      'the unit does see its cases',
    );
    for (const search of SEARCHES.filter((each) => 'phone' in each || 'name' in each || 'text' in each))
      t.match(bodyOf(answers.get(`POST /api/cases/search ${JSON.stringify(search)}`) as Answer), { rows: [] }, JSON.stringify(search));
    t.notMatch(pages.map((page) => page?.body).join(''), /"(told)?callId":\d/i, 'no way to the recording');
    asked += answers.size;
  }
  t.comment(`${asked} answers`);
  const work = async () => {
    await plant(world, { requestType: 'report', placeText: '别处', categoryCode: '050101' }, answered);
  };
  const {
    app: { http },
  } = world;
  t.notMatch(await framesOf(world, lead.token, work), IDENTITY, 'no frame either');
  t.ok(http.routeTable.length > 60, 'the whole application was walked');
});
