import { get } from 'node:http';
import { get as getTls } from 'node:https';

/** How often the service is asked whether it lives, and how long it may take to say so. */
const ASK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 3_000;
/**
 * One missed answer is a busy moment, or a machine that has just woken up; four in a row are a service that hangs. Calls go on
 * without it, but a desk is blind as long as it hangs: it is replaced thirteen to sixteen seconds after its last answer. With
 * half of that, a service that was merely starved on an overloaded machine was replaced too, which helps nobody.
 */
const MISSED_IN_A_ROW = 4;

/** Asks a service on this machine for its health. @returns whether it answered in time, whatever it said */
export const answersAt =
  (at: { host: string; port: number; isTls: boolean }, limitMs = ANSWER_WITHIN_MS) =>
  (): Promise<boolean> =>
    new Promise((resolve) => {
      const host = at.host === '0.0.0.0' ? '127.0.0.1' : at.host === '::' ? '::1' : at.host;
      const options = { host, port: at.port, path: '/healthz', agent: false, rejectUnauthorized: false } as const;
      const request = (at.isTls ? getTls : get)(options, (response) => {
        response.resume();
        settle(true);
      });
      const settle = (answered: boolean): void => {
        clearTimeout(timer);
        resolve(answered);
        request.destroy();
      };
      // Not the socket's own time limit: a frozen process's kernel still takes connections.
      const timer = setTimeout(() => settle(false), limitMs);
      request.on('error', () => settle(false));
    });

/**
 * Watches one life of the service. A life is watched from its first answer on: before it a switch may have to be fetched
 * and a database migrated, which takes as long as it takes.
 * @param onHung called once
 * @returns stops watching
 */
export const watchService = (deps: { answers: () => Promise<boolean>; onHung: () => void; everyMs?: number }): (() => void) => {
  let watching = true;
  let missed = 0;
  let hasAnswered = false;
  const look = async (): Promise<void> => {
    const answered = await deps.answers();
    if (!watching) return;
    hasAnswered ||= answered;
    missed = answered || !hasAnswered ? 0 : missed + 1;
    if (missed >= MISSED_IN_A_ROW) {
      watching = false;
      deps.onHung();
      return;
    }
    setTimeout(() => void look(), deps.everyMs ?? ASK_EVERY_MS).unref();
  };
  void look();
  return () => {
    watching = false;
  };
};
