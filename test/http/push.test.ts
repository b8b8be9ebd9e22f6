import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import type { Session } from '../../src/access/index.ts';
import type { AgentView } from '../../src/agents/schemas.ts';
import { readConfig } from '../../src/config/config.ts';
import { permissionsOf, type Role } from '../../src/core/roles.ts';
import { createHttp, createMetrics } from '../../src/http/index.ts';
import type { ServerFrame, Snapshot } from '../../src/push/frames.ts';
import { createPushHub, PUSH_PROTOCOL, pushRoutes } from '../../src/push/index.ts';
import type { SurveysView } from '../../src/surveys/schemas.ts';

const agent = (staffId: number, reason = ''): AgentView => ({
  staffId,
  name: `坐席${staffId}`,
  extension: String(8000 + staffId),
  state: 'ready',
  reason,
  since: '2026-11-24T00:00:00.000Z',
  device: 'browser',
  wrapUpUntil: null,
  queues: [],
  callId: null,
  helpSince: null,
});

/** Tokens are "<staffId>.<role>"; a revoked one is nobody's. */
const world = async (t: Test, options: { onSnapshot?: (staffId: number) => Promise<void> } = {}) => {
  const revoked = new Set<string>();
  const who = async (token: string): Promise<Session | null> => {
    const [id, role] = token.split('.');
    if (!id || !role || revoked.has(token)) return null;
    const roles = [role as Role];
    return {
      sessionId: Number(id),
      expiresAt: new Date('2030-01-01'),
      staff: { staffId: Number(id), account: `a${id}`, name: `坐席${id}`, roles, extension: null },
      permissions: permissionsOf(roles),
      secondFactor: 'none',
    };
  };
  const metrics = createMetrics();
  const logger = pino({ level: 'silent' });
  let moment = 0;
  const snapshotFor = async (staffId: number): Promise<Snapshot> => {
    await options.onSnapshot?.(staffId);
    return {
      agent: agent(staffId, `snapshot ${++moment}`),
      cards: [],
      desk: null,
      wrapUp: null,
      queues: [],
      today: { answered: 0, dialled: 0, drafted: 0, missed: 0, pausedSeconds: 0, pauses: [], talkSeconds: 0, rated: 0, ratedSum: 0 },
      recent: [],
      messages: [],
      unreadNotices: 0,
      switchUp: true,
      alarms: [{ id: 'number_floods.1', kind: 'number_floods', at: '2026-11-24T00:00:00.000Z', detail: '199****0001 ≥ 5' }],
    };
  };
  const clock = { now: () => new Date() };
  const counters = { clients: metrics.pushClients, frames: metrics.pushFrames, dropped: metrics.pushDropped };
  const hub = createPushHub({ snapshotFor, stillValid: who, clock, logger, counters });
  const { app, finish } = await createHttp({
    config: readConfig({ HOTLINE_HTTP_PORT: '0' }),
    who,
    logger,
    metrics,
    parts: () => [],
    consoleDirectory: '/nonexistent',
    version: '0',
  });
  await app.register(pushRoutes({ hub }));
  await finish();
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return { app, hub, port, revoked, metrics };
};

/** A console: collects frames and can wait for one. */
const connect = (port: number, token: string, options: { origin?: string; headers?: Record<string, string>; protocol?: string } = {}) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/push`, options.protocol ?? PUSH_PROTOCOL, {
    origin: options.origin ?? `http://127.0.0.1:${port}`,
    headers: { cookie: `hotline_session=${token}`, ...options.headers },
  });
  const frames: ServerFrame[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)));
    wake();
  });
  socket.on('error', () => {});
  const until = async (found: (frames: ServerFrame[]) => boolean): Promise<ServerFrame[]> => {
    const deadline = setTimeout(() => socket.emit('late'), 10_000);
    while (!found(frames)) {
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        once(socket, 'late').then(() => {
          throw new Error(`not within 10 s; frames so far: ${JSON.stringify(frames).slice(0, 500)}`);
        }),
      ]);
    }
    clearTimeout(deadline);
    return frames;
  };
  return {
    socket,
    frames,
    until,
    say: (frame: unknown) => socket.send(JSON.stringify(frame)),
    closed: once(socket, 'close').then(([code]) => code as number),
    refused: once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number),
    opened: once(socket, 'open'),
  };
};

const fresh = { v: 1, t: 'resume', epoch: null, seq: 0 };
const sequences = (frames: ServerFrame[]): number[] => frames.flatMap((frame) => (frame.t === 'event' ? [frame.seq] : []));

t.test('refused before the upgrade: nobody, a foreign page, a forged origin', async (t) => {
  const { port } = await world(t);
  t.equal(await connect(port, 'none').refused, 401);
  t.equal(await connect(port, '1.agent', { origin: 'http://evil.example' }).refused, 403);
  t.equal(await connect(port, '1.agent', { origin: `http://127.0.0.1:${port}.evil.example` }).refused, 403);
  t.equal(await connect(port, '1.agent', { origin: 'null' }).refused, 403);
  const good = connect(port, '1.agent');
  await good.opened;
  t.equal(good.socket.protocol, PUSH_PROTOCOL);
  const plain = await fetch(`http://127.0.0.1:${port}/api/push`, { headers: { cookie: 'hotline_session=1.agent' } });
  t.ok(plain.status >= 400, 'not a page either');
});

t.test('a snapshot first, then numbered events, to the right people alone', async (t) => {
  const { port, hub } = await world(t);
  const first = connect(port, '1.agent');
  const tab = connect(port, '1.agent');
  const other = connect(port, '2.agent');
  const auditor = connect(port, '3.auditor');
  for (const each of [first, tab, other, auditor]) {
    await each.opened;
    each.say(fresh);
    await each.until((frames) => frames.length > 0);
    t.match(each.frames[0], { v: 1, t: 'hello', epoch: hub.epoch, seq: 0, snapshot: { switchUp: true } });
  }
  hub.toStaff(1, { type: 'agent.changed', agent: agent(1, '单人') });
  hub.toPermission('desk.use', { type: 'switch.changed', up: false, reason: 'x' });
  hub.toStaff(3, { type: 'recording.sealed', callId: 1 });
  t.same(sequences(await first.until((frames) => frames.length === 3)), [1, 2]);
  t.same(sequences(await tab.until((frames) => frames.length === 3)), [1, 2]);
  t.match(await other.until((frames) => frames.length === 2), [{}, { t: 'event', seq: 1, event: { type: 'switch.changed' } }]);
  t.match(await auditor.until((frames) => frames.length === 2), [{}, { seq: 1, event: { type: 'recording.sealed' } }]);
  t.match(first.frames[1], { event: { agent: { reason: '单人' } } });
  t.equal(hub.clients(), 4);
  first.say({ v: 1, t: 'ping' });
  t.match((await first.until((frames) => frames.length === 4))[3], { t: 'resumed', seq: 2 });
});

t.test('which line calls again and again is told to the house, not to a handling unit', async (t) => {
  const { port } = await world(t);
  for (const [role, told] of [
    ['agent', 1],
    ['supervisor', 1],
    ['dispatcher', 1],
    ['unit_staff', 0],
  ] as const) {
    const console = connect(port, `7.${role}`);
    await console.opened;
    console.say(fresh);
    const [hello] = await console.until((frames) => frames.length > 0);
    t.equal(hello?.t === 'hello' ? hello.snapshot.alarms.length : -1, told, role);
    console.socket.close();
    await console.closed;
  }
});

t.test('a whole picture goes to who watches it and may', async (t) => {
  const { port, hub } = await world(t);
  const supervisor = connect(port, '1.supervisor');
  const agent = connect(port, '2.agent');
  const other = connect(port, '3.supervisor');
  for (const [each, what] of [
    [supervisor, 'surveys'],
    [agent, 'surveys'],
    [other, 'board'],
  ] as const) {
    await each.opened;
    each.say(fresh);
    await each.until((frames) => frames.length > 0);
    each.say({ v: 1, t: 'watch', what });
    each.say({ v: 1, t: 'ping' });
    await each.until((frames) => frames.some(({ t }) => t === 'resumed'));
  }
  t.equal(hub.watchers('surveys'), 1, 'who may not watch does not');
  hub.toWatchers('surveys', { version: 7 } as SurveysView);
  hub.toPermission('cases.callback', { type: 'switch.changed', up: true, reason: '' });
  const pictures = async (each: typeof agent) =>
    (await each.until((frames) => frames.some(({ t }) => t === 'event'))).flatMap((frame) => (frame.t === 'surveys' ? [frame] : []));
  t.match(await pictures(supervisor), [{ v: 1, surveys: { version: 7 } }]);
  t.same(await pictures(agent), []);
  t.same(await pictures(other), [], 'of another picture');
});

t.test('after a lost line exactly what was missed, after a new life a snapshot', async (t) => {
  const { port, hub } = await world(t);
  const before = connect(port, '1.agent');
  await before.opened;
  before.say(fresh);
  await before.until((frames) => frames.length === 1);
  hub.toStaff(1, { type: 'recording.sealed', callId: 1 });
  await before.until((frames) => frames.length === 2);
  before.socket.terminate();
  for (const callId of [2, 3]) hub.toStaff(1, { type: 'recording.sealed', callId });
  const back = connect(port, '1.agent');
  await back.opened;
  back.say({ v: 1, t: 'resume', epoch: hub.epoch, seq: 1 });
  t.match(await back.until((frames) => frames.length === 3), [
    { t: 'event', seq: 2, event: { callId: 2 } },
    { t: 'event', seq: 3, event: { callId: 3 } },
    { t: 'resumed', seq: 3 },
  ]);
  hub.toStaff(1, { type: 'recording.sealed', callId: 4 });
  t.match((await back.until((frames) => frames.length === 4))[3], { seq: 4 });
  const elsewhere = connect(port, '1.agent');
  await elsewhere.opened;
  elsewhere.say({ v: 1, t: 'resume', epoch: 'another', seq: 4 });
  t.match(await elsewhere.until((frames) => frames.length === 1), [{ t: 'hello', seq: 4 }]);
  const ahead = connect(port, '1.agent');
  await ahead.opened;
  ahead.say({ v: 1, t: 'resume', epoch: hub.epoch, seq: 99 });
  t.match(await ahead.until((frames) => frames.length === 1), [{ t: 'hello', seq: 4 }]);
  const silent = connect(port, '1.agent');
  t.match(await silent.until((frames) => frames.length === 1), [{ t: 'hello' }], 'one that says nothing is taken for new');
});

t.test('what happens while the snapshot is read follows it', async (t) => {
  let release = () => {};
  const { port, hub } = await world(t, {
    onSnapshot: () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  });
  const console = connect(port, '1.agent');
  await console.opened;
  console.say(fresh);
  await new Promise((resolve) => setTimeout(resolve, 50));
  hub.toStaff(1, { type: 'recording.sealed', callId: 7 });
  t.equal(console.frames.length, 0);
  release();
  t.match(await console.until((frames) => frames.length === 2), [
    { t: 'hello', seq: 0 },
    { t: 'event', seq: 1, event: { callId: 7 } },
  ]);
});

t.test('bad frames end the connection and nothing else', async (t) => {
  const { port, hub } = await world(t);
  const good = connect(port, '2.agent');
  await good.opened;
  good.say(fresh);
  await good.until((frames) => frames.length === 1);
  for (const bad of ['{', '{"v":1,"t":"subscribe"}', Buffer.from([1, 2, 3])]) {
    const client = connect(port, '1.agent');
    await client.opened;
    client.socket.send(bad);
    t.equal(await client.closed, 1008);
  }
  const large = connect(port, '1.agent');
  await large.opened;
  large.socket.send('x'.repeat(5_000));
  t.equal(await large.closed, 1009);
  const flood = connect(port, '1.agent');
  await flood.opened;
  for (let i = 0; i < 200; i++) flood.say({ v: 1, t: 'ping' });
  t.equal(await flood.closed, 1008);
  hub.toStaff(2, { type: 'recording.sealed', callId: 1 });
  t.match((await good.until((frames) => frames.length === 2))[1], { seq: 1 });
});

t.test('a session ended elsewhere, and a closing service, say so', async (t) => {
  const { port, hub, app } = await world(t);
  const one = connect(port, '1.agent');
  const two = connect(port, '2.agent');
  for (const each of [one, two]) {
    await each.opened;
    each.say(fresh);
    await each.until((frames) => frames.length === 1);
  }
  hub.endSession(1);
  t.equal(await one.closed, 4001);
  t.match(one.frames.at(-1), { t: 'ended', reason: 'session_ended' });
  t.equal(two.socket.readyState, WebSocket.OPEN);
  await app.close();
  t.equal(await two.closed, 1001);
  t.match(two.frames.at(-1), { t: 'ended', reason: 'service_closing' });
});

t.test('a console that stops reading is let go before it eats the memory', async (t) => {
  const { port, hub } = await world(t);
  const slow = connect(port, '1.agent');
  await slow.opened;
  slow.say(fresh);
  await slow.until((frames) => frames.length === 1);
  slow.socket.pause();
  const event = { type: 'agent.changed', agent: agent(1, 'x'.repeat(60_000)) } as const;
  for (let i = 0; i < 400 && hub.clients() > 0; i++) {
    hub.toStaff(1, event);
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.equal(hub.clients(), 0);
  slow.socket.terminate();
});

t.test('five hundred consoles are cheap', async (t) => {
  const { port, hub } = await world(t);
  global.gc?.();
  const before = process.memoryUsage().rss;
  const consoles = Array.from({ length: 500 }, (_, i) => connect(port, `${i + 1}.agent`));
  await Promise.all(
    consoles.map(async (each) => {
      await each.opened;
      each.say(fresh);
      await each.until((frames) => frames.length === 1);
    }),
  );
  const started = performance.now();
  for (let i = 0; i < 20; i++) hub.toPermission('desk.use', { type: 'switch.changed', up: i % 2 === 0, reason: '' });
  const spent = performance.now() - started;
  await Promise.all(consoles.map((each) => each.until((frames) => frames.length === 21)));
  t.comment(
    `20 events to 500 consoles: ${spent.toFixed(0)} ms to hand over, ${(performance.now() - started).toFixed(0)} ms until all had them; ` +
      `both ends ${((process.memoryUsage().rss - before) / 1e6).toFixed(0)} MB`,
  );
  t.ok(consoles.every((each) => sequences(each.frames).every((seq, i) => seq === i + 1)));
  for (const each of consoles) each.socket.terminate();
});
