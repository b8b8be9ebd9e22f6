/**
 * The little SIP the relay understands: who a request claims to be, and whether a frame is one message. Asterisk asks for the
 * password; this only keeps a page that holds extension 8001's ticket from trying its luck as 8002.
 */
export type Verdict = 'pass' | 'refuse';

const KEEP_ALIVE = new Set(['\r\n\r\n', '\r\n', '']);

interface Head {
  firstLine: string;
  headers: { name: string; value: string }[];
  bytes: number;
}

const LONG_NAMES: Readonly<Record<string, string>> = { f: 'from', t: 'to', l: 'content-length' };

/** @returns null when it is not a header block we would forward: no end, a lone CR or LF, a folded or nameless line */
const parseHead = (text: string): Head | null => {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const lines = text.slice(0, end).split('\r\n');
  if (lines.some((line) => line.includes('\n') || line.includes('\r') || line.includes('\0'))) return null;
  const [firstLine = '', ...rest] = lines;
  const headers: Head['headers'] = [];
  for (const line of rest) {
    const colon = line.indexOf(':');
    if (colon < 1 || /^\s/.test(line)) return null;
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.push({ name: LONG_NAMES[name] ?? name, value: line.slice(colon + 1).trim() });
  }
  return { firstLine, headers, bytes: end + 4 };
};

const only = (head: Head, name: string): string | null => {
  const values = head.headers.filter((header) => header.name === name);
  return values.length === 1 ? (values[0]?.value ?? null) : null;
};

/** sip:8001@host out of `"name" <sip:8001@host>;tag=x` or `sip:8001@host;tag=x`. A quoted name may hold anything, so it goes first. */
const userOf = (address: string): string | null => {
  const bare = address.replace(/^"(?:[^"\\]|\\.)*"/, '');
  const uri = /<([^<>]*)>/.exec(bare)?.[1] ?? bare.split(';')[0] ?? '';
  return /^\s*sips?:([^@:;?\s]+)(?::[^@]*)?@/i.exec(uri)?.[1] ?? null;
};

const hasTag = (address: string): boolean => /;\s*tag\s*=/i.test(address.replace(/^"(?:[^"\\]|\\.)*"/, ''));

/**
 * Whether a frame from a page may go to the switch. One frame is one message (RFC 7118): a second one hidden behind the
 * first would reach the switch unseen. Requests inside a dialog carry the contact's random name, so those go by their tag.
 */
export const judge = (frame: Buffer, extension: string): Verdict => {
  const text = frame.toString('latin1');
  if (KEEP_ALIVE.has(text)) return 'pass';
  const head = parseHead(text);
  if (head === null) return 'refuse';
  if (head.headers.filter((header) => header.name === 'content-length').length > 1) return 'refuse';
  const length = only(head, 'content-length') ?? '0';
  if (!/^\d{1,6}$/.test(length) || head.bytes + Number(length) !== frame.length) return 'refuse';
  if (head.firstLine.startsWith('SIP/2.0 ')) return 'pass';
  const method = /^([A-Z]+) \S+ SIP\/2\.0$/.exec(head.firstLine)?.[1];
  const from = only(head, 'from');
  const to = only(head, 'to');
  if (method === undefined || from === null || to === null) return 'refuse';
  if (method === 'REGISTER') return userOf(to) === extension && userOf(from) === extension ? 'pass' : 'refuse';
  return hasTag(to) || userOf(from) === extension ? 'pass' : 'refuse';
};

/** A question any living SIP stack answers, with whatever status. Asked in the extension's name, so that the switch knows it. */
export const aliveQuestion = (extension: string, callId: string): string =>
  [
    'OPTIONS sip:hotline.invalid SIP/2.0',
    `Via: SIP/2.0/WS relay.invalid;branch=z9hG4bK${callId}`,
    'Max-Forwards: 70',
    `From: <sip:${extension}@hotline.invalid>;tag=${callId.slice(0, 8)}`,
    `To: <sip:${extension}@hotline.invalid>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');

/** Whether a message from the switch is the answer to that question. */
export const answers = (text: string, callId: string): boolean => text.startsWith('SIP/2.0 ') && text.includes(callId);
