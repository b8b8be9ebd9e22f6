import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { aliveQuestion, answers } from './sip.ts';

export const MOST_FRAME_BYTES = 64 * 1024;
const ASK_EVERY_MS = 250;

/**
 * Opens a socket to the switch and resolves once SIP itself has answered on it. While Asterisk boots, its web server takes
 * sockets before the SIP stack answers: a telephone connected then would wait 32 s for a REGISTER nobody heard.
 * Rejects when that does not happen within the limit or `signal` aborts; no socket is left behind.
 */
export const openUpstream = (url: string, extension: string, limitMs: number, signal: AbortSignal): Promise<WebSocket> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'sip', { maxPayload: MOST_FRAME_BYTES, perMessageDeflate: false, handshakeTimeout: limitMs });
    const callId = randomBytes(12).toString('hex');
    let asking: ReturnType<typeof setInterval> | undefined;
    const settle = (): void => {
      clearTimeout(timer);
      clearInterval(asking);
      signal.removeEventListener('abort', abort);
      socket.off('message', listen);
      socket.off('close', closed);
    };
    const fail = (reason: string): void => {
      settle();
      socket.terminate();
      reject(new Error(reason));
    };
    const abort = (): void => fail('the telephone went away');
    const closed = (): void => fail('the switch closed the connection');
    const listen = (data: unknown): void => {
      if (!answers(String(data), callId)) return;
      settle();
      resolve(socket);
    };
    const timer = setTimeout(() => fail('the switch did not answer in time'), limitMs);
    // What is said while the switch boots is lost, not late, so it is said again (measured: asked once, 4.7 s from start to a telephone; again and again, 1.1 s).
    const ask = (): void => {
      if (socket.readyState === socket.OPEN) socket.send(aliveQuestion(extension, callId));
    };
    socket.on('open', () => {
      ask();
      asking = setInterval(ask, ASK_EVERY_MS);
    });
    socket.on('message', listen);
    socket.on('close', closed);
    // Stays for the socket's whole life: an error is always followed by close, which says the same.
    socket.on('error', () => {});
    signal.addEventListener('abort', abort);
  });
