import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { WebSocket } from 'ws';
import { createApp, type HotlineApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/index.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Role } from '../../src/core/roles.ts';
import type { PushEvent, ServerFrame, Snapshot } from '../../src/push/frames.ts';
import { createAccessRepository } from '../../src/storage/repositories/access.ts';
import type { Store } from '../../src/storage/store.ts';
import { createAsteriskTelephony } from '../../src/telephony/asterisk/index.ts';
import type { ManagedSwitchSettings } from '../../src/telephony/managed/settings.ts';
import { freePort } from './ports.ts';
import { openSession as signedIn } from './session.ts';
import { createSipPeer, type SipPeer } from './sip.ts';
import { openTestStore } from './store.ts';
import { nodeOf, startSwitch, type TestSwitch, until } from './switch.ts';

interface Teardown {
  teardown(work: () => Promise<void> | void): void;
}

/** Somebody at a desk: their session, what their console is told, and their telephone. */
export interface Desk {
  staffId: number;
  extension: string;
  cookie: string;
  /** Every event pushed to this person's console, oldest first. */
  events: PushEvent[];
  snapshot(): Snapshot | undefined;
  phone: SipPeer;
  /** Signs in (again) and registers the telephone. */
  signIn(): Promise<void>;
  ready(): Promise<void>;
  leave(): void;
}

/** The whole service in this process, before a real switch, with telephones and consoles of the test's own making. */
export interface House {
  switch: TestSwitch;
  store: Store;
  app: HotlineApp;
  url: string;
  carrier: SipPeer;
  /** Signs a new agent in on a telephone of their own, connected to a console. Extensions 80xx belong to the made-up people. */
  desk(extension: string): Promise<Desk>;
  session(role: Role): Promise<{ staffId: number; cookie: string }>;
  api<T = unknown>(path: string, cookie: string, init?: { method?: string; body?: unknown }): Promise<{ status: number; body: T }>;
  lines: Record<string, unknown>[];
}

const listenIn = async (url: string, cookie: string) => {
  const events: PushEvent[] = [];
  let snapshot: Snapshot | undefined;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/push`, 'hotline.v1', { origin: url, headers: { cookie } });
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as ServerFrame;
    if (frame.t === 'hello') snapshot = frame.snapshot;
    if (frame.t === 'event') events.push(frame.event);
  });
  await until('the console has its first picture', () => snapshot !== undefined);
  return { events, snapshot: () => snapshot, close: () => socket.terminate() };
};

/**
 * @param more settings of the switch; `environment` of the service; `clock` of the service
 */
export const startHouse = async (
  t: Teardown,
  more: { switch?: Partial<ManagedSwitchSettings>; environment?: Record<string, string>; clock?: Clock } = {},
): Promise<House> => {
  const trunks = [{ name: 'carrier', host: '127.0.0.1', port: 9, match: ['127.0.0.1'] }];
  const house = await startSwitch(t, { trunks, ...more.switch });
  const carrier = await createSipPeer(house.sip);
  t.teardown(() => carrier.close());
  const store = await openTestStore({ teardown: () => undefined }, 'sqlite');
  const httpPort = await freePort();
  const url = `http://127.0.0.1:${httpPort}`;
  const secret = 'x'.repeat(40);
  const config = readConfig({
    HOTLINE_DATA_DIR: house.settings.directory,
    HOTLINE_SECRET: secret,
    HOTLINE_HTTP_PORT: String(httpPort),
    HOTLINE_AREA_CODE: '0533',
    ...more.environment,
  });
  const clock = more.clock ?? { now: () => new Date() };
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'info' }, { write: (text) => void lines.push(JSON.parse(text)) });
  const telephony = createAsteriskTelephony({
    nodes: [nodeOf(house, house.process.directories.log)],
    logger,
  });
  const app = await createApp({
    config,
    secret,
    store,
    telephony,
    clock,
    logger,
    recordingsOf: () => join(house.process.directories.spool, 'recording'),
    consoleDirectory: '/nonexistent',
    version: '0',
  });
  await app.http.listen({ host: '127.0.0.1', port: httpPort });
  await app.start();
  const closing: (() => void)[] = [];
  t.teardown(async () => {
    for (const close of closing) close();
    await app.stop();
  });
  await until('the switch is up', () => telephony.nodes().every((node) => node.up));
  await house.put('hotline', 'notice', 'none');

  const repository = createAccessRepository(store);
  const api: House['api'] = async (path, cookie, init = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
      headers: { cookie, origin: url, ...(init.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as never };
  };
  const openSession = async (role: Role, extension: string | null) => {
    const account = `${role}-${randomBytes(4).toString('hex')}`;
    const staff = { account, name: `坐席${extension ?? ''}`, passwordHash: '-', roles: [role], extension, unitCode: null };
    const staffId = (await repository.addStaff(staff, clock.now())) ?? 0;
    const token = await signedIn(store, staffId, clock.now());
    return { staffId, cookie: `hotline_session=${token}` };
  };
  return {
    switch: house,
    store,
    app,
    url,
    carrier,
    lines,
    api,
    session: (role) => openSession(role, null),
    async desk(extension) {
      const { staffId, cookie } = await openSession('agent', extension);
      const ear = await listenIn(url, cookie);
      const phone = await createSipPeer(house.sip);
      closing.push(() => {
        ear.close();
        phone.close();
      });
      const signIn = async (): Promise<void> => {
        const { status, body } = await api<{ phone: { secret: string } }>('/api/desk/sign-in', cookie, { body: { device: 'desk' } });
        if (status !== 200) throw new Error(`sign-in answered ${status} ${JSON.stringify(body)}`);
        await phone.register(extension, body.phone.secret);
      };
      await signIn();
      return {
        staffId,
        extension,
        cookie,
        events: ear.events,
        snapshot: ear.snapshot,
        phone,
        signIn,
        ready: async () => void (await api('/api/desk/intent', cookie, { body: { intent: 'ready' } })),
        leave: ear.close,
      };
    },
  };
};
