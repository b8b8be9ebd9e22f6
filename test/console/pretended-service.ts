import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { LogIn, type Me } from '../../src/access/schemas.ts';
import { FIRST_REASONS } from '../../src/agents/pause-reasons.ts';
import { FIRST_DIAL_RULES } from '../../src/calls/dialling.ts';
import { StaleCase } from '../../src/cases/schemas.ts';
import { contentPolicy } from '../../src/http/security.ts';
import { parseClientFrame } from '../../src/push/client-frame.ts';
import { PUSH_PROTOCOL, type PushEvent, type ServerFrame, type Snapshot } from '../../src/push/frames.ts';
import { STANDARD_RULES } from '../../src/surveys/settings.ts';
import { STANDARD_SCRIPT } from '../../src/surveys/survey.ts';
import { FIRST_RULES } from '../../src/waiting/rules.ts';
import { ROOT } from '../helpers/runner.ts';
import { CASE_VIEWS, IMPORT_PREVIEW, PLACES, QUEUES } from './fixtures.ts';
import { mustBe, type Shapes, SnapshotShape, sampleOf } from './shapes.ts';

/** full: rows everywhere. empty: none. never: no answer before `answerSilent`. failing: 500 with a refusal. */
export type Manner = 'full' | 'empty' | 'never' | 'failing';

/** A service that says what it is told to, in the real one's shapes, and serves the built console as the real one does. */
export interface PretendedService {
  url: string;
  me: Me;
  /** How reading routes answer from now on. */
  manner: Manner;
  /** What has had no answer gets one, as the manner is by now. */
  answerSilent(): void;
  /** Whether the browser's session is one. */
  signedIn: boolean;
  /** Whether a log-in without a code is refused until it gives one that is not 000000. */
  asksForCode: boolean;
  /** What every save of a case meets from now on. */
  refuseSaves(conflict: StaleCase | null): void;
  /** Replaces what every console is shown, as a service that was born again does. */
  show(snapshot: Snapshot): void;
  push(event: PushEvent): void;
  /** Sockets closed and every request refused, until it is false again. */
  down(away: boolean): void;
  stop(): Promise<void>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const TRIED = { trialId: 'a1', draft: 4, number: '138 **** 0099', state: 'over', ending: 'completed', heard: ['survey.q3'] } as const;
const SCRIPT = {
  version: 4,
  draft: STANDARD_SCRIPT,
  note: '第三题改短',
  live: { version: 2, script: STANDARD_SCRIPT },
  versions: [{ version: 2, note: '加留言', madeAt: '2026-11-20T02:00:00.000Z', name: '王木香' }],
  trial: { ...TRIED, pressed: [{ measure: 'satisfied', value: 5, key: '1' }], at: '2026-11-24T02:00:00.000Z' },
  faults: [{ code: 'prompt_damaged', step: 'settled', detail: 'survey.q2' }],
};

const sentences: [id: string, zh: string, en: string][] = [
  [
    'survey.q1',
    '第一题：承办单位的工作人员是否联系过您？联系过，请按1；没有联系，请按2。',
    'First: did the unit contact you? Press 1 for yes, 2 for no.',
  ],
  ['survey.q3', '第三题：您对办理结果是否满意？', 'Third: how satisfied are you with the result?'],
  ['survey.goodbye', '祝您生活愉快，再见。', 'Goodbye.'],
];
const none = { zh: null, en: 8 };
const version = { seconds: 7.4, at: '2026-11-20T02:00:00.000Z', by: '王木香' };
const SAID = {
  prompts: sentences.map(([id, zh, en]) => ({
    id,
    group: '满意度回访',
    text: { zh, en },
    pieces: { zh: [id], en: [id] },
    maxSeconds: none,
  })),
  recordings: [
    {
      ...{ language: 'zh', sound: 'survey.q1', changes: 2, inForce: 2 },
      versions: [
        { ...version, version: 2, name: '第一题 新录.wav' },
        { ...version, version: 1, name: '第一题.wav' },
      ],
    },
  ],
  onSwitch: true,
};
const DIALLING = { version: 0, rules: FIRST_DIAL_RULES, ownNumbers: ['12345', '053312345'], onSwitch: true };

/** What a page needs more of than two rows of one kind. */
const WRITTEN: Record<string, unknown> = {
  'GET /api/settings/pause-reasons': { version: 0, reasons: FIRST_REASONS },
  'GET /api/settings/waiting': { version: 0, rules: FIRST_RULES, onSwitch: true },
  'PUT /api/settings/waiting': { version: 1, rules: FIRST_RULES, onSwitch: true },
  'GET /api/settings/dialling': DIALLING,
  'PUT /api/settings/dialling': { ...DIALLING, version: 1 },
  'GET /api/settings/surveys/rules': { version: 0, rules: STANDARD_RULES, leastBudget: 3 },
  'PUT /api/settings/surveys/rules': { version: 1, rules: STANDARD_RULES, leastBudget: 3 },
  'GET /api/settings/surveys/script': SCRIPT,
  'PUT /api/settings/surveys/script': { ...SCRIPT, version: 5, faults: [] },
  'GET /api/settings/prompts': SAID,
  'PUT /api/settings/prompts/{language}/{id}/recordings': SAID,
  'GET /api/queues': QUEUES,
  'GET /api/agents/places': PLACES,
  'POST /api/staff/import/preview': IMPORT_PREVIEW,
  'GET /api/case-views': CASE_VIEWS,
};

const REFUSED = { code: 'session.required', message: '请先登录 (log in first)', details: {} };

const dist = join(ROOT, 'src/console/dist');

const sendFile = (path: string, response: ServerResponse, policy: string): void => {
  const file = extname(path) ? path : '/index.html';
  try {
    const bytes = readFileSync(join(dist, file));
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
};

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

/** `GET /api/calls/{callId}` for `/api/calls/7`. */
const routeOf = (shapes: Shapes, method: string, path: string): string | undefined => {
  if (shapes.has(`${method} ${path}`)) return `${method} ${path}`;
  return [...shapes.keys()].find((route) => {
    const [verb, pattern = ''] = route.split(' ');
    return verb === method && new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  });
};

export const startPretendedService = async (shapes: Shapes, me: Me, first: Snapshot): Promise<PretendedService> => {
  mustBe(shapes.get('GET /api/session'), me, 'who I am');
  let snapshot = mustBe(SnapshotShape, first, 'the first picture');
  let epoch = 1;
  let seq = 1;
  let away = false;
  let stale: StaleCase | null = null;
  const sockets = new Set<WebSocket>();
  const silent: { response: ServerResponse; route: string }[] = [];

  const read = (response: ServerResponse, route: string): void => {
    const shape = shapes.get(route);
    if (service.manner === 'never') silent.push({ response, route });
    else if (service.manner === 'failing')
      answer(response, 500, { code: 'internal.unexpected', message: '没有取到数据，稍后再试 (could not be read)', details: {} });
    else if (shape) {
      const told = service.manner === 'full' ? WRITTEN[route] : undefined;
      answer(response, 200, mustBe(shape, told ?? sampleOf(shape, service.manner === 'full'), route));
    } else response.writeHead(204).end();
  };

  const write = (response: ServerResponse, route: string): void => {
    const shape = shapes.get(route);
    if (stale && route.startsWith('PUT /api/cases/')) answer(response, 409, stale);
    else if (shape) answer(response, 200, mustBe(shape, WRITTEN[route] ?? sampleOf(shape, true), route));
    else response.writeHead(204).end();
  };

  const logIn = (request: IncomingMessage, response: ServerResponse): void => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    request.on('end', () => {
      const { code } = mustBe(LogIn, JSON.parse(text), 'the log-in');
      if (service.asksForCode && code === undefined) answer(response, 401, { ...REFUSED, code: 'session.second_factor_required' });
      else if (service.asksForCode && code === '000000')
        answer(response, 401, { ...REFUSED, code: 'session.second_factor_wrong', message: '验证码不对 (wrong code)' });
      else {
        service.signedIn = true;
        answer(response, 200, service.me);
      }
    });
  };

  const speak = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '/', 'http://service');
    const route = routeOf(shapes, request.method ?? 'GET', pathname);
    if (pathname === '/holder') {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>holder</title>');
    } else if (!pathname.startsWith('/api/')) sendFile(pathname, response, policy);
    else if (away) request.socket.destroy();
    else if (pathname === '/api/session' && request.method === 'POST') logIn(request, response);
    else if (pathname === '/api/session') answer(response, service.signedIn ? 200 : 401, service.signedIn ? service.me : REFUSED);
    else if (pathname === '/api/desk') answer(response, 200, snapshot);
    else if (route === undefined) answer(response, 404, { code: 'thing.not_found', message: '没有这个接口', details: {} });
    // A search is read, though it is asked with a body.
    else if (route.startsWith('GET ') || route.startsWith('POST /api/cases/search') || route === 'POST /api/cases/export/size')
      read(response, route);
    else write(response, route);
  };

  const server = createServer(speak);
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => PUSH_PROTOCOL });
  const tell = (socket: WebSocket, frame: ServerFrame): void => socket.send(JSON.stringify(frame));
  const now = (): string => new Date().toISOString();
  const greet = (socket: WebSocket): void => tell(socket, { v: 1, t: 'hello', epoch: String(epoch), seq, now: now(), snapshot });
  server.on('upgrade', (request, socket, head) => {
    if (away) {
      socket.destroy();
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (opened) => {
      sockets.add(opened);
      opened.on('close', () => sockets.delete(opened));
      opened.on('message', (data) => {
        const frame = parseClientFrame(String(data));
        if (!frame) throw new Error(`the console said what the service does not understand: ${String(data)}`);
        if (frame.t === 'resume') greet(opened);
        else tell(opened, { v: 1, t: 'resumed', epoch: String(epoch), seq, now: now() });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const policy = Object.entries(contentPolicy([url], 'ws://127.0.0.1:1'))
    .map(([name, values]) => `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${values.join(' ')}`)
    .join('; ');

  const service: PretendedService = {
    url,
    me,
    manner: 'full',
    asksForCode: false,
    signedIn: true,
    answerSilent() {
      for (const { response, route } of silent.splice(0)) if (!response.destroyed) read(response, route);
    },
    refuseSaves(conflict) {
      stale = conflict && mustBe(StaleCase, conflict, 'the conflict');
    },
    show(next) {
      snapshot = mustBe(SnapshotShape, next, 'the picture');
      epoch += 1;
      seq = 1;
      for (const socket of sockets) greet(socket);
    },
    push(event) {
      seq += 1;
      for (const socket of sockets) tell(socket, { v: 1, t: 'event', epoch: String(epoch), seq, now: now(), event });
    },
    down(next) {
      away = next;
      if (next) for (const socket of sockets) socket.terminate();
    },
    async stop() {
      for (const { response } of silent) response.destroy();
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
};
