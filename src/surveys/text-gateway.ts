import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Jobs } from '../jobs/runner.ts';
import { signedHeaders } from '../outgoing/signature.ts';
import type { TextGateway } from './texts.ts';

const JOB = 'survey.text';
const GIVE_UP_MS = 10_000;
/** Asked for again these may be taken; any other 4xx is a message the gateway does not want. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Short messages by HTTP: `POST` of `{id, to, text}` to the operator's gateway, `to` in normal form. Signed as
 * outgoing/signature.ts says. The id is the same at
 * every try, so that a gateway which took a message and was not heard sends it once. 2xx: taken; 4xx: refused for good, a dead job that a person
 * sees; anything else is tried again, eight times over some ten minutes.
 * @param deps.address where to; no redirect is followed
 */
export const createHttpTextGateway = (deps: {
  jobs: Pick<Jobs, 'define' | 'schedule'>;
  address: string;
  secret: string;
  /** The words of a link's message, with the secret in them. */
  write(nonce: string): string;
  clock: Clock;
}): TextGateway => {
  const { jobs, address, secret, clock } = deps;
  jobs.define(JOB, async ({ payload: { id, number, nonce } }) => {
    const text = deps.write(String(nonce));
    const body = JSON.stringify({ id, to: number, text });
    const answer = await fetch(address, {
      method: 'POST',
      redirect: 'error',
      headers: signedHeaders(secret, body, clock.now()),
      body,
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    await answer.body?.cancel();
    if (answer.ok) return;
    const said = `the gateway for texts answered ${answer.status}`;
    if (answer.status >= 400 && answer.status < 500 && !LATER.has(answer.status)) return { fail: said };
    throw new Error(said);
  });
  return {
    send(db, { number, nonce, taskId }) {
      const id = randomUUID();
      return jobs.schedule(db, { kind: JOB, key: id, payload: { id, number, nonce, taskId }, runAt: clock.now() });
    },
  };
};
