import { createHash, randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';

/**
 * Many consoles without browsers, in a thread of their own: each keeps the push line as a console does and a telephone that is
 * registered through the relay and answers the switch's questions whether it is still there.
 */
export interface Desk {
  cookie: string;
  phone: { extension: string; sipUri: string; secret: string; relayUrl: string; ticket: string } | null;
}
export interface Counts {
  push: number;
  registered: number;
  lost: number;
  refused: string;
}

const port = parentPort;
if (!port) throw new Error('runs as a worker only');
const { url } = workerData as { url: string };
const counts: Counts = { push: 0, registered: 0, lost: 0, refused: '' };
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const token = (): string => randomBytes(6).toString('hex');

const openPush = (cookie: string): void => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/push`, 'hotline.v1', { origin: url, headers: { cookie } });
  socket.on('open', () => socket.send(JSON.stringify({ v: 1, t: 'resume', epoch: null, seq: 0 })));
  socket.once('message', () => {
    counts.push += 1;
    socket.on('close', () => {
      counts.push -= 1;
      counts.lost += 1;
    });
  });
  socket.on('error', (err) => {
    counts.refused = `push: ${err.message}`;
  });
};

const headerOf = (text: string, name: string): string => new RegExp(`^${name}: *(.*)$`, 'im').exec(text)?.[1]?.trim() ?? '';

const openTelephone = ({ extension, sipUri, secret, relayUrl, ticket }: NonNullable<Desk['phone']>): void => {
  const address = new URL(relayUrl);
  address.searchParams.set('t', ticket);
  const socket = new WebSocket(address, 'sip', { origin: url });
  const domain = sipUri.split('@')[1] ?? '';
  const [callId, tag, host] = [token(), token(), `${token()}.invalid`];
  let sequence = 0;
  const register = (authorization = ''): void => {
    const lines = [
      `REGISTER sip:${domain} SIP/2.0`,
      `Via: SIP/2.0/WS ${host};branch=z9hG4bK${token()}`,
      `From: <sip:${extension}@${domain}>;tag=${tag}`,
      `To: <sip:${extension}@${domain}>`,
      `Call-ID: ${callId}`,
      `CSeq: ${++sequence} REGISTER`,
      `Contact: <sip:${extension}@${host};transport=ws>;expires=300`,
      'Max-Forwards: 70',
      ...(authorization ? [`Authorization: ${authorization}`] : []),
      'Content-Length: 0',
    ];
    socket.send(`${lines.join('\r\n')}\r\n\r\n`);
  };
  const prove = (challenge: string): string => {
    const part = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const [realm, nonce, cnonce, uri] = [part('realm'), part('nonce'), token(), `sip:${domain}`];
    const proof = md5(`${md5(`${extension}:${realm}:${secret}`)}:${nonce}:00000001:${cnonce}:auth:${md5(`REGISTER:${uri}`)}`);
    const fields = `username="${extension}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${proof}", algorithm=MD5`;
    return `Digest ${fields}, cnonce="${cnonce}", qop=auth, nc=00000001, opaque="${part('opaque')}"`;
  };
  socket.on('open', () => register());
  socket.on('message', (data) => {
    const text = String(data);
    if (text.startsWith('SIP/2.0 401') && sequence === 1) register(prove(headerOf(text, 'WWW-Authenticate')));
    else if (text.startsWith('SIP/2.0 200') && headerOf(text, 'CSeq').endsWith('REGISTER')) counts.registered += 1;
    else if (text.startsWith('SIP/2.0 4')) counts.refused = text.slice(0, 80);
    else if (text.startsWith('OPTIONS')) {
      const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${headerOf(text, name)}`);
      socket.send(`${['SIP/2.0 200 OK', ...copied, 'Content-Length: 0'].join('\r\n')}\r\n\r\n`);
    }
  });
  socket.on('close', () => {
    counts.lost += 1;
  });
  socket.on('error', (err) => {
    counts.refused = `relay: ${err.message}`;
  });
};

port.on('message', (message: Desk | 'counts') => {
  if (message === 'counts') return port.postMessage({ ...counts });
  openPush(message.cookie);
  if (message.phone) openTelephone(message.phone);
});
