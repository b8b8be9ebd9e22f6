import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import { deriveKey, readRelayConfig } from '../../src/config/index.ts';
import { createRelay, ensureRelay, issueTicket, type RelayDeps, stopRelay, TICKET_PURPOSE } from '../../src/relay/index.ts';
import { freePort } from '../helpers/ports.ts';

const ORIGIN = 'http://127.0.0.1:8345';
const SECRET = 'a-secret-of-more-than-thirty-two-characters';
const key = deriveKey(SECRET, TICKET_PURPOSE);
const ticketFor = (extension: string) => issueTicket(key, extension, new Date()).ticket;

/** A switch that takes sockets at once and, like a booting Asterisk, answers SIP only when told to. */
const startSwitch = async (t: Test, port = 0) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols: (offered) => offered.has('sip') && 'sip' });
  await once(server, 'listening');
  const state = { booted: true, heard: [] as string[], sockets: new Set<WebSocket>() };
  server.on('connection', (socket) => {
    state.sockets.add(socket);
    socket.on('close', () => state.sockets.delete(socket));
    socket.on('message', (data) => {
      const text = String(data);
      state.heard.push(text);
      if (!state.booted) return;
      const callId = /Call-ID: (\S+)/.exec(text)?.[1];
      socket.send(
        `SIP/2.0 ${text.startsWith('OPTIONS') ? '401 Unauthorized' : '200 OK'}\r\nCall-ID: ${callId}\r\nContent-Length: 0\r\n\r\n`,
      );
    });
  });
  const close = async () => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  };
  t.teardown(close);
  return { state, close, port: (server.address() as AddressInfo).port };
};

const startRelay = async (t: Test, upstream: number, more: Partial<RelayDeps> & { trustProxy?: string[] } = {}) => {
  const refusals: string[] = [];
  const relay = createRelay({
    config: {
      host: '127.0.0.1',
      port: 0,
      tls: null,
      trustProxy: more.trustProxy ?? [],
      origins: [ORIGIN],
      upstreams: [{ node: 'a', url: `ws://127.0.0.1:${upstream}/ws` }],
    },
    ticketKey: key,
    clock: { now: () => new Date() },
    logger: { info() {}, warn: (fields) => void refusals.push(JSON.stringify(fields)) },
    fingerprint: 'f',
    ...more,
    limits: { upstreamMs: 400, ...more.limits },
  });
  const port = await relay.listen();
  t.teardown(() => relay.close());
  return { relay, port, refusals };
};

const phone = (
  port: number,
  ticket: string | null,
  options: { origin?: string; protocol?: string; headers?: Record<string, string> } = {},
) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sip${ticket === null ? '' : `?t=${ticket}`}`, options.protocol ?? 'sip', {
    origin: options.origin ?? ORIGIN,
    headers: options.headers ?? {},
  });
  socket.on('error', () => {});
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(String(data)));
  const outcome = new Promise<number | 'open'>((resolve) => {
    socket.once('open', () => resolve('open'));
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
  });
  return { socket, heard, outcome, closed: once(socket, 'close').then(([code]) => code as number) };
};

const until = async (what: string, check: () => boolean): Promise<void> => {
  for (const deadline = Date.now() + 20_000; !check(); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${what}`);
};

const register = (extension: string) =>
  `REGISTER sip:h SIP/2.0\r\nTo: <sip:${extension}@h>\r\nFrom: <sip:${extension}@h>;tag=a\r\nCall-ID: r1\r\nContent-Length: 0\r\n\r\n`;

t.test('who is let through', async (t) => {
  const { port: upstream, state } = await startSwitch(t);
  const { port, relay } = await startRelay(t, upstream);
  const expired = issueTicket(key, '8001', new Date(Date.now() - 3_700_000)).ticket;
  t.equal(await phone(port, null).outcome, 401, 'no ticket');
  t.equal(await phone(port, expired).outcome, 401, 'expired');
  t.equal(await phone(port, issueTicket(Buffer.alloc(32), '8001', new Date()).ticket).outcome, 401, 'forged');
  t.equal(await phone(port, ticketFor('8001'), { origin: 'http://evil.example' }).outcome, 403, 'a foreign page');
  t.equal(await phone(port, ticketFor('8001'), { protocol: 'chat' }).outcome, 400, 'no SIP');
  t.equal(state.heard.length, 0, 'the switch was not bothered');
  t.equal((await fetch(`http://127.0.0.1:${port}/sip`)).status, 404);
  const good = phone(port, ticketFor('8001'));
  t.equal(await good.outcome, 'open');
  t.equal(good.socket.protocol, 'sip');
  t.match(await (await fetch(`http://127.0.0.1:${port}/healthz`)).json(), { status: 'ok', clients: 1, fingerprint: 'f' });
  good.socket.close();
  await until('the phone is gone on both sides', () => relay.clients() === 0 && state.sockets.size === 0);
});

t.test('frames pass both ways, as oneself alone', async (t) => {
  const { port: upstream, state } = await startSwitch(t);
  const { port, refusals } = await startRelay(t, upstream);
  const good = phone(port, ticketFor('8001'));
  t.equal(await good.outcome, 'open');
  t.equal(good.heard.length, 0, "the answer to the relay's own question stays with the relay");
  good.socket.send(register('8001'));
  await until('an answer', () => good.heard.length === 1);
  t.match(good.heard[0], /^SIP\/2.0 200 OK/);
  for (const socket of state.sockets) socket.send('INVITE sip:x SIP/2.0\r\n\r\n');
  await until('a call', () => good.heard.length === 2);
  const thief = phone(port, ticketFor('8001'));
  t.equal(await thief.outcome, 'open');
  const before = state.heard.length;
  thief.socket.send(register('8002'));
  t.equal(await thief.closed, 1008);
  t.equal(state.heard.length, before, 'the switch never saw it');
  t.match(refusals.join(), /8001/);
  const large = phone(port, ticketFor('8001'));
  await large.outcome;
  large.socket.send('x'.repeat(70_000));
  t.equal(await large.closed, 1009);
  t.equal(good.socket.readyState, WebSocket.OPEN);
});

t.test('no phone believes in a switch that is not there', async (t) => {
  const real = await startSwitch(t);
  const { port, relay } = await startRelay(t, real.port);
  real.state.booted = false;
  t.equal(await phone(port, ticketFor('8001')).outcome, 503, 'the socket opens, SIP does not answer yet');
  await until('nothing left behind', () => real.state.sockets.size === 0);
  real.state.booted = true;
  const good = phone(port, ticketFor('8001'));
  t.equal(await good.outcome, 'open', 'booted');
  await real.close();
  t.equal(await good.closed, 1011, 'and told at once when it dies');
  t.equal(await phone(port, ticketFor('8001')).outcome, 503, 'nobody listens');
  t.equal(relay.clients(), 0);
});

t.test('one address and one extension take no more than their share', async (t) => {
  const { port: upstream } = await startSwitch(t);
  const { port, relay } = await startRelay(t, upstream, {
    limits: { upstreamMs: 400, perAddress: 6, perExtension: 2 },
    trustProxy: ['loopback'],
  });
  const mine = [phone(port, ticketFor('8001')), phone(port, ticketFor('8001'))];
  for (const each of mine) t.equal(await each.outcome, 'open');
  const third = phone(port, ticketFor('8001'));
  t.equal(await third.outcome, 'open');
  t.equal(await mine[0]?.closed, 1006, 'the oldest made room');
  const others = ['8002', '8003', '8004', '8005'].map((extension) => phone(port, ticketFor(extension)));
  for (const each of others) t.equal(await each.outcome, 'open');
  t.equal(relay.clients(), 6);
  t.equal(await phone(port, ticketFor('8006')).outcome, 429);
  const elsewhere = phone(port, ticketFor('8006'), { headers: { 'x-forwarded-for': '1.1.1.1, 10.9.9.9' } });
  t.equal(await elsewhere.outcome, 'open', 'as the trusted proxy says, another address');
  elsewhere.socket.terminate();
});

const environmentOf = (dataDirectory: string, port: number, upstream: number): Record<string, string> => ({
  HOTLINE_DATA_DIR: dataDirectory,
  HOTLINE_CACHE_DIR: join(dataDirectory, 'cache'),
  HOTLINE_RELAY_PORT: String(port),
  HOTLINE_SECRET: SECRET,
  HOTLINE_ASTERISK_HTTP_PORT: String(upstream),
});

/** A stand-in for the service: starts the relay as the service does and prints how it went, then lingers. */
const STARTER = `
import { loadRelayConfig } from '${join(import.meta.dirname, '../../src/config/index.ts')}';
import { ensureRelay } from '${join(import.meta.dirname, '../../src/relay/index.ts')}';
console.log(JSON.stringify(await ensureRelay(loadRelayConfig())));
setInterval(() => {}, 1000);
`;
const cleanEnvironment = (more: Record<string, string>) => ({ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...more });

const startStarter = async (
  environment: Record<string, string>,
): Promise<{ child: ChildProcess; said: { pid: number; adopted: boolean } }> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', STARTER], {
    env: cleanEnvironment(environment),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout ?? child, 'data');
  return { child, said: JSON.parse(String(line)) };
};

t.test('the real process: started, kept, outliving its starter, cheap', async (t) => {
  const dataDirectory = t.testdir();
  const { port: upstream } = await startSwitch(t);
  const port = await freePort();
  const environment = environmentOf(dataDirectory, port, upstream);
  t.teardown(() => stopRelay(dataDirectory));
  const first = await startStarter(environment);
  t.teardown(() => first.child.kill('SIGKILL'));
  t.equal(first.said.adopted, false);

  const phones: ReturnType<typeof phone>[] = [];
  const outcomes = new Set<number | 'open'>();
  // Fifty at a time: a telephone that the relay gives up on a busy machine comes again, and these do not.
  for (let from = 0; from < 500; from += 50) {
    const some = Array.from({ length: 50 }, (_, i) => phone(port, ticketFor(String(8001 + from + i))));
    for (const outcome of await Promise.all(some.map((each) => each.outcome))) outcomes.add(outcome);
    for (const [i, each] of some.entries()) each.socket.send(register(String(8001 + from + i)));
    await until('these are answered', () => some.every((each) => each.heard.length === 1));
    phones.push(...some);
  }
  t.same([...outcomes], ['open']);
  t.ok(
    phones.every((each) => each.heard.length === 1 && each.socket.readyState === WebSocket.OPEN),
    'all 500 are there at once',
  );
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${first.said.pid}/status`, 'utf8'))?.[1]);
  t.comment(`relay with 500 telephones: ${(kilobytes / 1024).toFixed(0)} MB`);
  t.ok(kilobytes < 130 * 1024, `${kilobytes} kB`);

  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  phones[7]?.socket.send(register('8008'));
  await until('answered though the service is dead', () => phones[7]?.heard.length === 2);
  const fresh = phone(port, ticketFor('9001'));
  t.equal(await fresh.outcome, 'open', 'and a new one too');

  const second = await startStarter(environment);
  t.teardown(() => second.child.kill('SIGKILL'));
  t.same(second.said, { pid: first.said.pid, adopted: true });
  t.ok(phones.every((each) => each.socket.readyState === WebSocket.OPEN));
  const third = await startStarter({ ...environment, HOTLINE_ORIGINS: 'https://new.example' });
  t.teardown(() => third.child.kill('SIGKILL'));
  t.equal(third.said.adopted, false, 'other settings need another relay');
  t.equal(await phones[0]?.closed, 1001);
  const environment2 = { ...environment, HOTLINE_ORIGINS: 'https://new.example' };
  t.equal((await ensureRelay(readRelayConfig(environment2))).pid, third.said.pid);
  t.equal(await stopRelay(dataDirectory), true);
  t.equal(await stopRelay(dataDirectory), false);
  for (const each of phones) each.socket.terminate();
});
