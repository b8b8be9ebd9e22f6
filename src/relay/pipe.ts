import type { RawData, WebSocket } from 'ws';
import { judge } from './sip.ts';

const PING_EVERY_MS = 10_000;
/** SIP is small; who has this much unread is gone. */
const MOST_BUFFERED_BYTES = 1024 * 1024;
/** A frozen switch must not cost the agents their registration; it gets three pings' time, a page one. */
const UPSTREAM_MISSES = 3;

const CLOSE_UNEXPECTED = 1011;
const CLOSE_POLICY = 1008;

const bytesOf = (data: RawData): Buffer => (Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data));

/** Codes under 3000 other than 1000 may not be sent by an application. */
const shut = (socket: WebSocket, code: number): void => {
  if (socket.readyState === socket.OPEN) socket.close(code === 1000 || code === CLOSE_POLICY || code >= 3000 ? code : CLOSE_UNEXPECTED);
  else if (socket.readyState === socket.CONNECTING) socket.terminate();
};

const forward = (to: WebSocket, data: RawData, isBinary: boolean): void => {
  if (to.readyState !== to.OPEN) return;
  if (to.bufferedAmount > MOST_BUFFERED_BYTES) to.terminate();
  else to.send(data, { binary: isBinary });
};

const watch = (socket: WebSocket, misses: number): (() => void) => {
  let missed = 0;
  socket.on('pong', () => {
    missed = 0;
  });
  return () => {
    if (missed++ >= misses) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.ping();
  };
};

/** Joins a page and the switch until either ends. Listeners are attached in the turn the sockets are handed over. */
export const join = (page: WebSocket, upstream: WebSocket, extension: string, onRefused: () => void): void => {
  page.on('message', (data, isBinary) => {
    if (judge(bytesOf(data), extension) === 'refuse') {
      onRefused();
      shut(page, CLOSE_POLICY);
      return;
    }
    forward(upstream, data, isBinary);
  });
  upstream.on('message', (data, isBinary) => forward(page, data, isBinary));
  const tendPage = watch(page, 1);
  const tendUpstream = watch(upstream, UPSTREAM_MISSES);
  const timer = setInterval(() => {
    tendPage();
    tendUpstream();
  }, PING_EVERY_MS);
  page.on('close', (code) => {
    clearInterval(timer);
    shut(upstream, code);
  });
  upstream.on('close', (code) => shut(page, code));
  page.on('error', () => page.terminate());
  // A switch that was unplugged between the check and here.
  if (upstream.readyState !== upstream.OPEN) shut(page, CLOSE_UNEXPECTED);
};
