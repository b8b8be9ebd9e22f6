import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** Asks one address over and over from some lines at once, on a thread of its own, and tells how many answers came. */
export interface Hammering {
  url: string;
  method: 'GET' | 'POST';
  body: string | null;
  /** One session each in turn: the service counts requests by session. */
  cookies: readonly string[];
  lines: number;
  ms: number;
}

const { url, method, body, cookies, lines, ms } = workerData as Hammering;
const agent = new Agent({ keepAlive: true, maxSockets: lines });
let turn = 0;

const ask = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const cookie = cookies[turn++ % cookies.length] ?? '';
    const headers = { cookie, 'x-hotline': '1', ...(body === null ? {} : { 'content-type': 'application/json' }) };
    const asked = request(url, { agent, method, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject);
    asked.end(body ?? undefined);
  });

const until = performance.now() + ms;
const counts = await Promise.all(
  Array.from({ length: lines }, async () => {
    let count = 0;
    while (performance.now() < until) {
      const status = await ask();
      if (status !== 200) throw new Error(`${method} ${url} answered ${status}`);
      count++;
    }
    return count;
  }),
);
agent.destroy();
parentPort?.postMessage(counts.reduce((sum, count) => sum + count, 0));
