import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo } from 'node:dgram';

/**
 * The smallest SIP telephone that an Asterisk takes seriously: registers, calls, rings, answers, declines, hangs up, over
 * UDP on loopback. It sends no sound; tests of voice use other peers. A test says when it does what.
 */
export interface PlainSipPhone {
  port: number;
  /** Registers and waits for the switch to agree; rejects with the status when it does not. */
  register(seconds?: number): Promise<void>;
  /** Calls a number; resolves when answered. */
  call(
    number: string,
    options?: { from?: string; displayName?: string },
  ): { answered: Promise<void>; ended: Promise<void>; hangUp(): void };
  /** Resolves with the next call that rings here. */
  ring(): Promise<IncomingRing>;
  close(): void;
}

export interface IncomingRing {
  from: string;
  answer(): void;
  decline(status?: string): void;
  hangUp(): void;
  /** The far end gave up or hung up. */
  ended: Promise<void>;
}

interface Message {
  first: string;
  headers: Map<string, string[]>;
}

const parse = (text: string): Message => {
  const [first = '', ...lines] = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).trim().toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(at + 1).trim()]);
  }
  return { first, headers };
};

const token = () => randomBytes(8).toString('hex');
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export const createPlainSipPhone = async (options: {
  user: string;
  secret?: string;
  server: { host: string; port: number };
  mediaPort?: number;
}): Promise<PlainSipPhone> => {
  const { user, server, secret = '' } = options;
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  const send = (text: string, to: { host: string; port: number } = server) => socket.send(text, to.port, to.host);
  const contact = `<sip:${user}@127.0.0.1:${port}>`;
  const description = () =>
    `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${options.mediaPort ?? 39000} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n`;

  const onAnswer = new Map<string, (message: Message) => void>();
  const onRequest = new Map<string, (method: string, message: Message) => void>();
  const ringWaiters: ((ring: IncomingRing) => void)[] = [];
  const rings: IncomingRing[] = [];

  const reply = (request: Message, status: string, tag: string, to: RemoteInfo, body = '') => {
    const lines = [`SIP/2.0 ${status}`];
    for (const via of request.headers.get('via') ?? []) lines.push(`Via: ${via}`);
    for (const route of request.headers.get('record-route') ?? []) lines.push(`Record-Route: ${route}`);
    const toHeader = request.headers.get('to')?.[0] ?? '';
    lines.push(`From: ${request.headers.get('from')?.[0]}`, `To: ${toHeader.includes('tag=') ? toHeader : `${toHeader};tag=${tag}`}`);
    lines.push(`Call-ID: ${request.headers.get('call-id')?.[0]}`, `CSeq: ${request.headers.get('cseq')?.[0]}`, `Contact: ${contact}`);
    if (body) lines.push('Content-Type: application/sdp');
    socket.send(`${lines.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, to.port, to.address);
  };

  const takeInvite = (message: Message, peer: RemoteInfo) => {
    const callId = message.headers.get('call-id')?.[0] ?? '';
    if (onRequest.has(callId)) return; // a retransmission, or a re-INVITE that tests here do not need
    const tag = token();
    const ended = Promise.withResolvers<void>();
    reply(message, '180 Ringing', tag, peer);
    let sequence = 1;
    onRequest.set(callId, (method, request) => {
      if (method === 'INVITE') return;
      if (method !== 'ACK') reply(request, '200 OK', tag, peer);
      if (method === 'CANCEL') reply(message, '487 Request Terminated', tag, peer);
      if (method === 'CANCEL' || method === 'BYE') ended.resolve();
    });
    const ring: IncomingRing = {
      from: /sip:([^@>]+)@/.exec(message.headers.get('from')?.[0] ?? '')?.[1] ?? '',
      answer: () => reply(message, '200 OK', tag, peer, description()),
      decline: (status = '486 Busy Here') => {
        reply(message, status, tag, peer);
        ended.resolve();
      },
      hangUp: () => {
        const target = /<([^>]+)>/.exec(message.headers.get('contact')?.[0] ?? '')?.[1] ?? `sip:${server.host}:${server.port}`;
        send(
          `BYE ${target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${token()}\r\nMax-Forwards: 70\r\nFrom: ${message.headers.get('to')?.[0]};tag=${tag}\r\nTo: ${message.headers.get('from')?.[0]}\r\nCall-ID: ${callId}\r\nCSeq: ${++sequence} BYE\r\nContent-Length: 0\r\n\r\n`,
        );
        ended.resolve();
      },
      ended: ended.promise,
    };
    const waiter = ringWaiters.shift();
    if (waiter) waiter(ring);
    else rings.push(ring);
  };

  socket.on('message', (data, peer) => {
    const message = parse(data.toString('utf8'));
    const callId = message.headers.get('call-id')?.[0] ?? '';
    if (message.first.startsWith('SIP/2.0')) return onAnswer.get(callId)?.(message);
    const method = message.first.split(' ')[0] ?? '';
    if (method === 'INVITE') return takeInvite(message, peer);
    const handler = onRequest.get(callId);
    if (handler) return handler(method, message);
    if (method !== 'ACK') reply(message, '200 OK', token(), peer);
  });

  const register = (seconds = 120) => {
    const callId = token();
    const tag = token();
    const done = Promise.withResolvers<void>();
    let sequence = 0;
    const ask = (authorization: string) =>
      send(
        `REGISTER sip:${server.host}:${server.port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${token()}\r\nMax-Forwards: 70\r\nFrom: <sip:${user}@${server.host}>;tag=${tag}\r\nTo: <sip:${user}@${server.host}>\r\nCall-ID: ${callId}\r\nCSeq: ${++sequence} REGISTER\r\nContact: ${contact}\r\nExpires: ${seconds}\r\n${authorization}Content-Length: 0\r\n\r\n`,
      );
    onAnswer.set(callId, (message) => {
      const status = Number(message.first.split(' ')[1]);
      if (status === 200) return done.resolve();
      const challenge = message.headers.get('www-authenticate')?.[0] ?? '';
      if (status !== 401 || sequence > 1) return done.reject(new Error(`registration answered ${status}`));
      const field = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1] ?? '';
      const uri = `sip:${server.host}:${server.port}`;
      const cnonce = token();
      const response = md5(
        `${md5(`${user}:${field('realm')}:${secret}`)}:${field('nonce')}:00000001:${cnonce}:auth:${md5(`REGISTER:${uri}`)}`,
      );
      ask(
        `Authorization: Digest username="${user}",realm="${field('realm')}",nonce="${field('nonce')}",uri="${uri}",response="${response}",algorithm=MD5,qop=auth,nc=00000001,cnonce="${cnonce}"${field('opaque') ? `,opaque="${field('opaque')}"` : ''}\r\n`,
      );
    });
    ask('');
    const timer = setTimeout(() => done.reject(new Error('registration not answered')), 3000);
    return done.promise.finally(() => clearTimeout(timer));
  };

  return {
    port,
    register,
    call: (number, { from = user, displayName = '' } = {}) => {
      const callId = token();
      const branch = `z9hG4bK${token()}`;
      const uri = `sip:${number}@${server.host}:${server.port}`;
      const fromHeader = `${displayName ? `"${displayName.replace(/[\\"]/g, '\\$&')}" ` : ''}<sip:${from}@127.0.0.1>;tag=${token()}`;
      const answered = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<void>();
      answered.promise.catch(() => {});
      let toHeader = `<${uri}>`;
      let target = uri;
      let talking = false;
      const request = (method: string, sequence: number, via: string, body = '') =>
        send(
          `${method} ${method === 'CANCEL' || method === 'INVITE' ? uri : target} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=${via}\r\nMax-Forwards: 70\r\nFrom: ${fromHeader}\r\nTo: ${toHeader}\r\nCall-ID: ${callId}\r\nCSeq: ${sequence} ${method}\r\nContact: ${contact}\r\n${body ? 'Content-Type: application/sdp\r\n' : ''}Content-Length: ${body.length}\r\n\r\n${body}`,
        );
      onAnswer.set(callId, (message) => {
        const status = Number(message.first.split(' ')[1]);
        if (!(message.headers.get('cseq')?.[0] ?? '').endsWith('INVITE') || status < 200) return;
        const plainTo = toHeader;
        toHeader = message.headers.get('to')?.[0] ?? toHeader;
        target = /<([^>]+)>/.exec(message.headers.get('contact')?.[0] ?? '')?.[1] ?? target;
        request('ACK', 1, status === 200 ? `z9hG4bK${token()}` : branch);
        if (status === 200) {
          talking = true;
          answered.resolve();
        } else {
          toHeader = plainTo;
          answered.reject(new Error(`call answered ${message.first}`));
          ended.resolve();
        }
      });
      onRequest.set(callId, (method, message) => {
        if (method !== 'BYE') return;
        reply(message, '200 OK', token(), { address: server.host, port: server.port, family: 'IPv4', size: 0 });
        ended.resolve();
      });
      request('INVITE', 1, branch, description());
      return {
        answered: answered.promise,
        ended: ended.promise,
        hangUp: () => {
          if (talking) request('BYE', 2, `z9hG4bK${token()}`);
          else request('CANCEL', 1, branch);
          ended.resolve();
        },
      };
    },
    ring: () => {
      const waiting = rings.shift();
      return waiting ? Promise.resolve(waiting) : new Promise((resolve) => ringWaiters.push(resolve));
    },
    close: () => socket.close(),
  };
};
