import { get } from 'node:http';
import { get as getTls } from 'node:https';

/** Two in a row: a relay that is started again within seconds is no news. */
const MISSES = 2;

/** Whether a relay answers at an address of this machine. */
export const relayAnswers = (relay: { host: string; port: number; tls: boolean }): Promise<boolean> =>
  new Promise((resolve) => {
    const host = relay.host === '0.0.0.0' ? '127.0.0.1' : relay.host === '::' ? '::1' : relay.host;
    // Its certificate names the public address, and this asks on loopback.
    const options = { host, port: relay.port, path: '/healthz', timeout: 1_000, agent: false, rejectUnauthorized: false } as const;
    const request = (relay.tls ? getTls : get)(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });

/**
 * Without the relay no browser rings: the desks must know. To be called every few seconds.
 * @param deps.answers whether the relay lives
 */
export const createRelayWatch = (deps: {
  answers(): Promise<boolean>;
  alarms: { raise(id: string, kind: 'relay_down', detail: string): void; clear(id: string): void };
  detail: string;
}) => {
  let missed = 0;
  return async (): Promise<void> => {
    missed = (await deps.answers()) ? 0 : missed + 1;
    if (missed === 0) deps.alarms.clear('relay_down');
    else if (missed >= MISSES) deps.alarms.raise('relay_down', 'relay_down', deps.detail);
  };
};
