import { Worker } from 'node:worker_threads';
import { HotlineError } from '../../core/errors.ts';
import type { AriAnswer, AriRequest } from './ari-worker.ts';
import type { Log } from './log.ts';

export interface AriOptions {
  /** Such as http://127.0.0.1:8088 */
  url: string;
  user: string;
  secret: string;
  log: Log;
  requestTimeoutMs?: number;
}

export interface SorceryObject {
  objectType: 'auth' | 'aor' | 'endpoint';
  name: string;
  fields: Readonly<Record<string, string>>;
}

/**
 * Gives the switch telephones at run time. Errors: `telephony.unavailable` (nobody there, wrong password: `details.answer`
 * says which), `telephony.timeout`, `telephony.refused`.
 */
export interface Ari {
  put(object: SorceryObject): Promise<void>;
  /** A thing that is not there is as it should be. */
  remove(objectType: SorceryObject['objectType'], name: string): Promise<void>;
  stop(): Promise<void>;
}

interface Waiting {
  resolve(): void;
  reject(err: HotlineError): void;
  timer: NodeJS.Timeout;
}

/** After a restart 500 phones are pushed in one go: all at once the last would wait beyond its time limit and none would get there. */
const AT_ONCE = 16;

const unavailable = (answer: string) => new HotlineError('telephony.unavailable', 'The switch can not be configured now', { answer });

/**
 * `ari-client` lives in a thread, because it throws where nobody can catch: a 500 or a broken body while it reads the
 * switch's own description, or in an answer, is thrown out of a socket's callback and would end the service with every
 * agent's screen. It also keeps one set of credentials for the whole thread (two switches would share one), never lets go
 * of a request that is not answered, and prints. In a thread all of that is one `terminate()` away. The thread is made at
 * the first request and costs about 45 MB, none before an agent signs in.
 */
export const createAri = (options: AriOptions): Ari => {
  const { url, user, secret, log, requestTimeoutMs = 3000 } = options;
  // Reading the library and the switch's description takes half a second, and more on a machine that is starting everything.
  const connectTimeoutMs = requestTimeoutMs * 3;
  const waiting = new Map<number, Waiting>();
  let worker: Promise<Worker> | null = null;
  let nextId = 0;
  let busy = 0;
  const queue: (() => void)[] = [];
  let stopped = false;

  /** Resolves when there is room for one more. */
  const turn = async (): Promise<void> => {
    if (busy >= AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve));
    busy += 1;
  };

  const finish = (id: number, err: HotlineError | null) => {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    waiting.delete(id);
    clearTimeout(entry.timer);
    if (err === null) entry.resolve();
    else entry.reject(err);
  };

  /** Forgets the thread, so that the next request begins with a new one, and lets go of everything it held. */
  const drop = (answer: string) => {
    const old = worker;
    worker = null;
    for (const id of [...waiting.keys()]) finish(id, unavailable(answer));
    return old?.then((thread) => thread.terminate()).catch(() => {});
  };

  const onAnswer = ({ id, error }: AriAnswer) => {
    if (error === null) return finish(id, null);
    finish(id, new HotlineError('telephony.refused', 'The switch refused the configuration', { answer: error.slice(0, 200) }));
  };

  /** Asked with Node's own client first: it can tell a wrong password from a foreign web server and never throws elsewhere. */
  const preflight = async () => {
    let status = 0;
    try {
      const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
      const response = await fetch(`${url}/ari/asterisk/ping`, {
        headers: { authorization },
        signal: AbortSignal.timeout(requestTimeoutMs),
        redirect: 'error',
      });
      status = response.status;
      if (status === 200 && ((await response.json()) as { ping?: unknown }).ping === 'pong') return;
    } catch (err) {
      if ((err as Error).name === 'TimeoutError')
        throw new HotlineError('telephony.timeout', 'The switch did not answer in time', { answer: 'ARI: no answer' });
      if (status === 0) throw unavailable('ARI: nobody answers');
    }
    if (status === 401 || status === 403) throw unavailable(`ARI: wrong user or password for ${user}`);
    throw unavailable(`ARI: what answers there is not a working ARI (status ${status})`);
  };

  const startThread = async (): Promise<Worker> => {
    await preflight();
    const thread = new Worker(new URL('./ari-worker.ts', import.meta.url), {
      workerData: { url, user, secret },
      // Its garbage is collected early: the whole service has 200 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 96 },
      stdout: true,
      stderr: true,
    });
    // What it prints is noise and may hold the address with the password in it.
    thread.stdout.resume();
    thread.stderr.resume();
    const described = Promise.withResolvers<void>();
    described.promise.catch(() => {});
    const limit = setTimeout(
      () => described.reject(new HotlineError('telephony.timeout', 'The switch did not answer in time', { answer: 'ARI: no answer' })),
      connectTimeoutMs,
    );
    thread.on('message', (answer: AriAnswer) => {
      if (answer.id !== 0) onAnswer(answer);
      else if (answer.error === null) described.resolve();
      else described.reject(unavailable('ARI: it does not describe itself'));
    });
    thread.on('error', (err) => {
      log.warn({ err: err instanceof Error ? err.message : String(err) }, 'the ARI thread ended with an error');
      described.reject(unavailable('ARI: broken answer'));
      void drop('ARI: broken answer');
    });
    thread.unref();
    try {
      await described.promise;
    } catch (err) {
      await thread.terminate();
      throw err;
    } finally {
      clearTimeout(limit);
    }
    return thread;
  };

  const ask = async (request: Omit<AriRequest, 'id'>): Promise<void> => {
    await turn();
    try {
      await askNow(request);
    } finally {
      busy -= 1;
      queue.shift()?.();
    }
  };

  const askNow = async (request: Omit<AriRequest, 'id'>): Promise<void> => {
    if (stopped) throw unavailable('ARI: stopped');
    worker ??= startThread();
    const mine = worker;
    const thread = await mine.catch((err: unknown) => {
      if (worker === mine) worker = null;
      throw err;
    });
    const id = ++nextId;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        finish(id, new HotlineError('telephony.timeout', 'The switch did not answer in time', { answer: 'ARI: no answer' }));
        // The library would hold the request for ever: end it with its thread.
        void drop('ARI: no answer');
      }, requestTimeoutMs);
      waiting.set(id, { resolve, reject, timer });
      thread.postMessage({ ...request, id } satisfies AriRequest);
    });
  };

  return {
    put: ({ objectType, name, fields }) =>
      ask({ operation: 'put', objectType, name, fields: Object.entries(fields).map(([attribute, value]) => ({ attribute, value })) }),
    remove: async (objectType, name) => {
      try {
        await ask({ operation: 'delete', objectType, name, fields: [] });
      } catch (err) {
        if (err instanceof HotlineError && err.code === 'telephony.refused' && /not found/i.test(String(err.details.answer))) return;
        throw err;
      }
    },
    stop: async () => {
      stopped = true;
      await drop('ARI: stopped');
    },
  };
};
