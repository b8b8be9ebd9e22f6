import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

/**
 * The other side of a webhook, to be read and copied: takes what the hotline sends, believes nothing that is not signed, and shows
 * the short message it would hand to the operator. One file and nothing but Node; a real gateway puts its own sending at `take`.
 *
 *   RECEIVER_SECRET=whsec_… node docker/text-receiver.ts          (RECEIVER_HOST, RECEIVER_PORT: 127.0.0.1, 8347)
 */
export interface Taken {
  id: string;
  event: string;
  /** Whom it is for: a mobile where the person gave one, an account for WeChat Work 企业微信. */
  to: { account: string; name: string; unit: string | null; mobile: string | null } | null;
  text: string;
  takenAt: Date;
}

/** Both clocks are kept by the network's time; a message that was caught and sent again later is refused. */
const TOLERANCE_SECONDS = 300;
const MOST_BYTES = 64 * 1024;
/** Longer than the hotline goes on trying, so that a try that was taken and not heard of is known again. */
const REMEMBERED_MS = 24 * 3_600_000;
const MOST_REMEMBERED = 100_000;
const SHOWN = 50;

type Fault = 'signature_missing' | 'signature_wrong' | 'timestamp_old';

export const signatureFault = (secret: string, headers: IncomingHttpHeaders, body: string, now: Date): Fault | null => {
  const { 'x-hotline-timestamp': timestamp, 'x-hotline-signature': signature } = headers;
  if (typeof timestamp !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(timestamp)) return 'signature_missing';
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`);
  const given = Buffer.from(signature);
  // In constant time: how long a comparison takes must not tell how much of a guess was right.
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'signature_wrong';
  return Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS ? 'timestamp_old' : null;
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const PAGE_HEADERS = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" };

const pageOf = (messages: readonly Taken[]): string => {
  const rows = messages.map(
    ({ takenAt, to, text }) =>
      `<tr><td>${takenAt.toISOString()}<td>${escaped(to ? `${to.name} ${to.mobile ?? to.account}` : '—')}<td>${escaped(text)}`,
  );
  return `<!doctype html><html lang="zh"><title>收到的短信</title><h1>收到的短信</h1><table border="1">${rows.join('')}</table>`;
};

const readBody = async (request: AsyncIterable<Buffer>): Promise<string | null> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > MOST_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
};

/** @param options.take where a real gateway sends; what it throws is answered 503, and the hotline tries again */
export const createReceiver = (options: {
  secret: string;
  now?: () => Date;
  take?: (message: Taken) => Promise<void> | void;
}): { server: Server; messages: readonly Taken[] } => {
  const { secret, now = () => new Date(), take = () => {} } = options;
  const messages: Taken[] = [];
  const known = new Map<string, number>();

  const remember = (id: string, at: number): void => {
    known.set(id, at);
    for (const [old, since] of known) {
      if (at - since < REMEMBERED_MS && known.size <= MOST_REMEMBERED) break;
      known.delete(old);
    }
  };

  const answerTo = async (headers: IncomingHttpHeaders, body: string): Promise<[status: number, said: string]> => {
    const at = now();
    const fault = signatureFault(secret, headers, body, at);
    if (fault !== null) return [401, fault];
    let message: { id?: unknown; event?: unknown; to?: Taken['to']; text?: unknown };
    try {
      message = JSON.parse(body);
    } catch {
      return [400, 'body_unreadable'];
    }
    const { id, event, to = null, text } = message;
    if (typeof id !== 'string' || typeof event !== 'string' || typeof text !== 'string') return [400, 'body_unreadable'];
    // Taken before and not heard of: said to be taken, and not sent to anybody twice.
    if (known.has(id)) return [200, 'already_taken'];
    const taken = { id, event, to, text, takenAt: at };
    await take(taken);
    remember(id, at.getTime());
    messages.unshift(taken);
    messages.splice(SHOWN);
    return [200, 'taken'];
  };

  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, PAGE_HEADERS).end(pageOf(messages));
      return;
    }
    try {
      const body = request.method === 'POST' ? await readBody(request) : null;
      const [status, said] = body === null ? [413, 'body_too_large'] : await answerTo(request.headers, body);
      response.writeHead(status, { 'content-type': 'text/plain' }).end(said);
    } catch {
      response.writeHead(503, { 'content-type': 'text/plain' }).end('not_taken');
    }
  });
  return { server, messages };
};

if (import.meta.main) {
  const { RECEIVER_SECRET: secret, RECEIVER_HOST: host = '127.0.0.1', RECEIVER_PORT: port = '8347' } = process.env;
  if (!secret) throw new Error('RECEIVER_SECRET: the secret that the page of webhooks showed once');
  createReceiver({ secret, take: ({ text }) => void process.stdout.write(`${text}\n`) }).server.listen(Number(port), host, () =>
    process.stdout.write(`http://${host}:${port}\n`),
  );
}
