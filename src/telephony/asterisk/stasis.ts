import WebSocket from 'ws';
import { HotlineError } from '../../core/errors.ts';
import type { Log } from './log.ts';

/**
 * The switch's ARI for calls that we talk to ourselves: events over a WebSocket, requests over HTTP. Node's own client and
 * `ws` rather than `ari-client`: that one throws out of socket callbacks and must live in a thread (ari.ts), and a key
 * pressed by a citizen should not cross two threads before the sentence stops.
 */
export interface Stasis {
  start(): void;
  stop(): void;
  connected(): boolean;
  /** @returns the HTTP status; 404 and 409 are for the caller to judge, everything else that is no success is thrown */
  request(method: 'POST' | 'DELETE', path: string, query?: Readonly<Record<string, string>>): Promise<number>;
}

export type StasisEvent = Readonly<Record<string, unknown>> & { type: string };

const AGAIN_MS = 1_000;
const REQUEST_LIMIT_MS = 3_000;
/** A silent link is asked whether it lives; a switch that is gone without a word is found by this. */
const PING_MS = 5_000;

const isEvent = (value: unknown): value is StasisEvent =>
  value !== null && typeof value === 'object' && typeof (value as { type?: unknown }).type === 'string';

export const createStasis = (options: {
  /** Such as http://127.0.0.1:8088 */
  url: string;
  user: string;
  secret: string;
  app: string;
  log: Log;
  onEvent(event: StasisEvent): void;
}): Stasis => {
  const { url, user, secret, app, log } = options;
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  let socket: WebSocket | null = null;
  let again: NodeJS.Timeout | null = null;
  let stopped = true;

  const read = (text: string): void => {
    try {
      const event: unknown = JSON.parse(text);
      if (isEvent(event)) options.onEvent(event);
    } catch (err) {
      log.error({ err: err instanceof Error ? err.message : String(err) }, 'an event of a survey call could not be handled');
    }
  };

  const connect = (): void => {
    again = null;
    const mine = new WebSocket(`${url.replace(/^http/, 'ws')}/ari/events?app=${app}`, {
      headers: { authorization },
      perMessageDeflate: false,
    });
    socket = mine;
    let alive = true;
    const pinger = setInterval(() => {
      if (!alive) mine.terminate();
      alive = false;
      if (mine.readyState === WebSocket.OPEN) mine.ping();
    }, PING_MS).unref();
    mine.on('pong', () => {
      alive = true;
    });
    mine.on('open', () => {
      alive = true;
    });
    mine.on('message', (data) => {
      alive = true;
      read(String(data));
    });
    mine.on('error', (err) => log.warn({ reason: err.message }, 'the line for survey calls is not up'));
    mine.on('close', () => {
      clearInterval(pinger);
      if (socket === mine) socket = null;
      if (!stopped) again = setTimeout(connect, AGAIN_MS).unref();
    });
  };

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      connect();
    },
    stop() {
      stopped = true;
      if (again) clearTimeout(again);
      socket?.terminate();
      socket = null;
    },
    connected: () => socket?.readyState === WebSocket.OPEN,
    async request(method, path, query = {}) {
      const address = `${url}/ari${path}${Object.keys(query).length ? `?${new URLSearchParams(query)}` : ''}`;
      let response: Response;
      try {
        response = await fetch(address, { method, headers: { authorization }, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
        // Read to its end, or the connection is not used again.
        await response.text();
      } catch (err) {
        const code = err instanceof Error && err.name === 'TimeoutError' ? 'telephony.timeout' : 'telephony.unavailable';
        throw new HotlineError(code, 'The switch did not answer', { action: path.split('/')[1] ?? '' }, err);
      }
      if (response.ok || response.status === 404 || response.status === 409) return response.status;
      throw new HotlineError('telephony.refused', 'The switch refused the request', {
        action: path.split('/')[1],
        answer: String(response.status),
      });
    },
  };
};
