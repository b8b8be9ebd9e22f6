import { createHash, randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/**
 * A SIP telephone with sound, over UDP on loopback: calls and is called, sends a pure tone and tells which tones it hears.
 * It plays carriers' citizens, desk phones and duty phones against a real switch. Nothing is retransmitted: loopback loses
 * no packet.
 */
export interface SipPeer {
  port: number;
  /** Calls a number at the switch; `from` is the user part, `displayName` goes out as it stands. */
  call(number: string, options?: CallOptions): SipCall;
  /** Resolves with the next call that comes in here. */
  incoming(limitMs?: number): Promise<IncomingCall>;
  /** Registers as a telephone of the house with its password; rejects with the status when refused. */
  register(user: string, secret: string): Promise<void>;
  close(): void;
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface CallOptions {
  from?: string;
  /** The whole From header without its tag, for headers no well-behaved telephone sends. */
  fromHeader?: string;
  toneHz?: number;
}

export interface SipCall {
  /** Final status of the INVITE: 200, 486 … Rejects when none comes in time. */
  status: Promise<number>;
  /** When the other side, or we, ended it. */
  ended: Promise<void>;
  isOver(): boolean;
  /** Whether a tone has been most of what was heard in the last milliseconds. */
  hears(hz: number, windowMs?: number): boolean;
  /** How much of what was heard in the last 300 ms is this tone, 0 to 1: two voices in one are about a half each. */
  share(hz: number): number;
  /** When, since an instant, the first packet came that is mostly this tone; both in epoch ms, of the last ten seconds. */
  firstHeardAt(hz: number, since: number): number | null;
  /** The one tone heard in the last 60 ms, to about 10 Hz; null in silence. Of a mixture it is nothing in particular. */
  pitch(): number | null;
  /** Milliseconds since sound of any strength was last heard. */
  silentFor(): number;
  /** The longest time in ms without a packet since an instant (epoch ms) up to now; packets of the last ten seconds are remembered. */
  longestGap(since: number): number;
  /** @param way an RTP event (RFC 4733), a SIP INFO, or the two tones in the voice itself */
  press(digit: string, way?: 'event' | 'info' | 'sound'): void;
  /** The keys the other side has pressed, in their order. */
  digits(): string;
  sing(hz: number): void;
  /** A new offer in the middle of the call: hold, another codec (8 is A-law), a session timer's refresh. @returns final status */
  reinvite(direction: Direction, more?: { codec?: 0 | 8; headers?: string }): Promise<number>;
  /** Stops or resumes sending sound, the signalling stays. */
  mute(silent: boolean): void;
  /** Ends the call; a reason header tells the cause other than 16. */
  hangUp(cause?: number): void;
  /** No more sound and no more answers, as if the machine had lost its power. */
  vanish(): void;
}

export interface IncomingCall extends SipCall {
  header(name: string): string;
  /** @param events false: without RTP events in the answer, so that keys are heard in the voice */
  answer(toneHz?: number, events?: boolean): void;
  reject(status: string): void;
}

const RATE = 8000;
const FRAME = 160;
const token = (): string => randomBytes(6).toString('hex');

const encodeMulaw = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(32635, Math.abs(sample)) + 132;
  const exponent = Math.max(0, Math.floor(Math.log2(magnitude)) - 7);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
};

export const decodeMulaw = (byte: number): number => {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 132) << ((code & 0x70) >> 4)) - 132;
  return code & 0x80 ? -magnitude : magnitude;
};

const encodeAlaw = (sample: number): number => {
  const sign = sample < 0 ? 0 : 0x80;
  const magnitude = Math.min(32635, Math.abs(sample)) >> 4;
  const exponent = magnitude < 16 ? 0 : Math.floor(Math.log2(magnitude)) - 3;
  const mantissa = exponent === 0 ? magnitude : (magnitude >> (exponent - 1)) & 0x0f;
  return (sign | (exponent << 4) | (mantissa & 0x0f)) ^ 0x55;
};

const decodeAlaw = (byte: number): number => {
  const code = byte ^ 0x55;
  const exponent = (code & 0x70) >> 4;
  const mantissa = ((code & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return code & 0x80 ? magnitude : -magnitude;
};

/** What every byte of a codec sounds like, and a tone's own bytes: a hundred telephones at once must not cost the machine they measure. */
const DECODED = {
  0: Int16Array.from({ length: 256 }, (_, byte) => decodeMulaw(byte)),
  8: Int16Array.from({ length: 256 }, (_, byte) => decodeAlaw(byte)),
};
const tones = new Map<string, Buffer>();

/** @param hz a whole number, so that a second of it repeats without a seam; 0 is silence */
const toneFrame = (hz: number, codec: 0 | 8, stamp: number): Buffer => {
  const key = `${hz} ${codec}`;
  let tone = tones.get(key);
  if (!tone) {
    const encode = codec === 8 ? encodeAlaw : encodeMulaw;
    const sample = (index: number): number => encode(Math.round(hz ? 8000 * Math.sin((2 * Math.PI * hz * index) / RATE) : 0));
    tone = Buffer.from(Array.from({ length: RATE + FRAME }, (_, index) => sample(index)));
    tones.set(key, tone);
  }
  const from = stamp % RATE;
  return tone.subarray(from, from + FRAME);
};

/** A headerless mu-law file that holds a pure tone. */
export const toneFile = (hz: number, seconds: number): Uint8Array =>
  Uint8Array.from({ length: seconds * RATE }, (_, index) => encodeMulaw(Math.round(8000 * Math.sin((2 * Math.PI * hz * index) / RATE))));

/** The share of all energy that lies at one frequency, 0 to 1. */
export const shareOf = (samples: ArrayLike<number>, hz: number): number => {
  let energy = 0;
  let real = 0;
  let imaginary = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const sample = samples[index] ?? 0;
    energy += sample * sample;
    real += sample * Math.cos((2 * Math.PI * hz * index) / RATE);
    imaginary += sample * Math.sin((2 * Math.PI * hz * index) / RATE);
  }
  return samples.length === 0 || energy < samples.length * 400
    ? 0
    : (2 * (real * real + imaginary * imaginary)) / (samples.length * energy);
};

interface Voice {
  port: number;
  ready: Promise<void>;
  sendTo(host: string, port: number): void;
  speak(codec: 0 | 8): void;
  mute(silent: boolean): void;
  sing(hz: number): void;
  press(digit: string): void;
  pressInVoice(digit: string): void;
  digits(): string;
  pitch(): number | null;
  hears(hz: number, windowMs: number): boolean;
  share(hz: number, windowMs: number): number;
  firstHeardAt(hz: number, since: number): number | null;
  silentFor(): number;
  longestGap(since: number): number;
  stop(): void;
}

const KEYS = '0123456789*#';
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const PAD = '123456789*0#';
/** A key as the voice carries it: two tones for 100 ms. */
const keyFrames = (digit: string): Buffer[] => {
  const at = PAD.indexOf(digit);
  const [row = 0, column = 0] = [ROWS[Math.floor(at / 3)], COLUMNS[at % 3]];
  const sample = (index: number): number =>
    encodeMulaw(Math.round(6000 * (Math.sin((2 * Math.PI * row * index) / RATE) + Math.sin((2 * Math.PI * column * index) / RATE))));
  return Array.from({ length: 5 }, (_, frame) => Buffer.from(Array.from({ length: FRAME }, (_, index) => sample(frame * FRAME + index))));
};

const createVoice = (toneHz: number): Voice & { bound: () => number } => {
  const socket: Socket = createSocket('udp4');
  const heard: { at: number; type: 0 | 8; bytes: Buffer }[] = [];
  const samplesOf = (frames: typeof heard): number[] =>
    frames.flatMap(({ type, bytes }) => Array.from(bytes.subarray(12), (byte) => DECODED[type][byte] ?? 0));
  const lately = (windowMs: number): number[] => samplesOf(heard.filter(({ at }) => at > Date.now() - windowMs));
  let hz = toneHz;
  let codec: 0 | 8 = 0;
  let muted = false;
  let target: { host: string; port: number } | null = null;
  let sequence = 1;
  let stamp = 160;
  let sent = 0;
  const began = Date.now();
  let lastLoud = 0;
  let lastKeyAt = -1;
  let pressed = '';
  let dialled: Buffer[] = [];
  const packet = (payloadType: number, marker: boolean, at: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(12);
    head[0] = 0x80;
    head[1] = payloadType | (marker ? 0x80 : 0);
    head.writeUInt16BE(sequence++ & 0xffff, 2);
    head.writeUInt32BE(at >>> 0, 4);
    head.writeUInt32BE(0x12345678, 8);
    return Buffer.concat([head, payload]);
  };
  const send = (bytes: Buffer): void => {
    if (target) socket.send(bytes, target.port, target.host, () => undefined);
  };
  const timer = setInterval(() => {
    // A late timer sends what it owes, so that the tone has no gaps of its own.
    for (const due = Math.floor((Date.now() - began) / 20); sent < due; sent += 1) {
      if (!muted) send(packet(codec, false, stamp, dialled.shift() ?? toneFrame(hz, codec, stamp)));
      stamp += FRAME;
    }
  }, 20);
  socket.on('message', (bytes) => {
    const type = (bytes[1] ?? 0) % 128;
    // The end of a key is said three times with one timestamp.
    if (type === 101 && (bytes[13] ?? 0) & 0x80 && bytes.readUInt32BE(4) !== lastKeyAt) {
      lastKeyAt = bytes.readUInt32BE(4);
      pressed += KEYS[bytes[12] ?? 0] ?? '';
    }
    if (type !== 0 && type !== 8) return;
    heard.push({ at: Date.now(), type, bytes });
    if (heard.length > 500) heard.shift();
    const decoded = DECODED[type];
    for (let index = 12; index < bytes.length; index += 1)
      if (Math.abs(decoded[bytes[index] ?? 0] ?? 0) > 300) {
        lastLoud = Date.now();
        break;
      }
  });
  socket.on('error', () => undefined);
  const ready = new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    port: 0,
    bound: () => socket.address().port,
    ready,
    sendTo: (host, port) => {
      target = { host, port };
    },
    speak: (next) => {
      codec = next;
    },
    mute: (silent) => {
      muted = silent;
    },
    sing: (next) => {
      hz = next;
    },
    press: (digit) => {
      const at = stamp;
      const event = (duration: number, end: boolean): Buffer =>
        Buffer.from([KEYS.indexOf(digit), (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff]);
      for (let step = 1; step <= 5; step += 1) send(packet(101, step === 1, at, event(step * 160, false)));
      for (let step = 0; step < 3; step += 1) send(packet(101, false, at, event(800, true)));
    },
    pressInVoice: (digit) => {
      dialled = keyFrames(digit);
    },
    digits: () => pressed,
    pitch: () => {
      const samples = samplesOf(heard.filter(({ at }) => at > Date.now() - 90).slice(-3));
      if (samples.length < 3 * FRAME || !samples.some((sample) => Math.abs(sample) > 1_000)) return null;
      const crossings = samples.filter((sample, index) => index > 0 && sample < 0 !== (samples[index - 1] ?? 0) < 0).length;
      return (crossings * RATE) / (2 * samples.length);
    },
    hears: (tone, windowMs) => {
      const samples = lately(windowMs);
      return samples.length >= (windowMs / 1000) * RATE * 0.6 && shareOf(samples, tone) > 0.5;
    },
    share: (tone, windowMs) => shareOf(lately(windowMs), tone),
    firstHeardAt: (tone, since) => heard.find((frame) => frame.at >= since && shareOf(samplesOf([frame]), tone) > 0.5)?.at ?? null,
    silentFor: () => Date.now() - lastLoud,
    longestGap: (since) => {
      const times = [...heard.map(({ at }) => at).filter((at) => at >= since), Date.now()];
      return times.reduce((longest, at, index) => Math.max(longest, at - (times[index - 1] ?? since)), 0);
    },
    stop: () => {
      clearInterval(timer);
      socket.close(() => undefined);
    },
  };
};

interface Message {
  first: string;
  headers: [string, string][];
  body: string;
}

const parse = (text: string): Message => {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf(':')).trim().toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return { first, headers, body };
};

const get = (message: Message, name: string): string => message.headers.find(([key]) => key === name)?.[1] ?? '';
const uriOf = (header: string): string => /<([^>]+)>/.exec(header)?.[1] ?? header;

const offer = (port: number, direction: Direction = 'sendrecv', codec: 0 | 8 = 0, events = true): string =>
  ['v=0', `o=t 1 ${++sessionVersion} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0']
    .concat([`m=audio ${port} RTP/AVP ${codec}${events ? ' 101' : ''}`, `a=rtpmap:${codec} ${codec === 8 ? 'PCMA' : 'PCMU'}/8000`])
    .concat(events ? ['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15'] : [])
    .concat(['a=ptime:20', `a=${direction}`, ''])
    .join('\r\n');
let sessionVersion = 0;

const mediaOf = (body: string): { host: string; port: number } => ({
  host: /^c=IN IP4 (\S+)/m.exec(body)?.[1] ?? '127.0.0.1',
  port: Number(/^m=audio (\d+)/m.exec(body)?.[1] ?? 0),
});

interface Dialog {
  onMessage(message: Message, remote: RemoteInfo): void;
  close(): void;
}

export const createSipPeer = async (server: { host: string; port: number }, ownPort = 0): Promise<SipPeer> => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(ownPort, '127.0.0.1', resolve));
  const { port } = socket.address();
  const dialogs = new Map<string, Dialog>();
  const waiting: ((call: IncomingCall) => void)[] = [];
  const arrived: IncomingCall[] = [];
  const send = (text: string, to: { host: string; port: number } = server): void => socket.send(text, to.port, to.host, () => undefined);
  const respond = (request: Message, remote: RemoteInfo, status: string, tag: string, body = ''): void => {
    const copied = request.headers
      .filter(([name]) => ['via', 'from', 'call-id', 'cseq', 'record-route'].includes(name))
      .map(([name, value]) => `${name}: ${value}`);
    const to = get(request, 'to');
    const lines = [
      `SIP/2.0 ${status}`,
      ...copied,
      `to: ${to.includes('tag=') ? to : `${to};tag=${tag}`}`,
      `Contact: <sip:peer@127.0.0.1:${port}>`,
    ];
    if (body) lines.push('Content-Type: application/sdp');
    send([...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'), { host: remote.address, port: remote.port });
  };
  const context = { port, server, send, respond, dialogs };
  socket.on('message', (bytes, remote) => {
    const message = parse(bytes.toString('utf8'));
    const id = get(message, 'call-id');
    const dialog = dialogs.get(id);
    if (dialog) return dialog.onMessage(message, remote);
    if (message.first.startsWith('INVITE ')) {
      const call = receive(context, message, remote);
      const next = waiting.shift();
      if (next) next(call);
      else arrived.push(call);
    } else if (!message.first.startsWith('SIP/2.0') && !message.first.startsWith('ACK')) respond(message, remote, '200 OK', token());
  });
  return {
    port,
    call: (number, options = {}) => dial(context, number, options),
    incoming: (limitMs = 10_000) => {
      // A ring that was given up before anybody looked is not one that comes in.
      let call = arrived.shift();
      while (call?.isOver()) call = arrived.shift();
      if (call) return Promise.resolve(call);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(take), 1);
          reject(new Error('no call came in'));
        }, limitMs);
        const take = (taken: IncomingCall): void => {
          clearTimeout(timer);
          resolve(taken);
        };
        waiting.push(take);
      });
    },
    register: (user, secret) => register(context, user, secret),
    close: () => {
      for (const dialog of dialogs.values()) dialog.close();
      socket.close();
    },
  };
};

interface Context {
  port: number;
  server: { host: string; port: number };
  send(text: string, to?: { host: string; port: number }): void;
  respond(request: Message, remote: RemoteInfo, status: string, tag: string, body?: string): void;
  dialogs: Map<string, Dialog>;
}

/** What both directions share once there is a dialog: voice, BYE, the end. */
const common = (
  context: Context,
  voice: ReturnType<typeof createVoice>,
  bye: (reason: string) => void,
  invite: (sequence: number, headers: string, body: string) => void,
  info: (sequence: number, body: string) => void,
) => {
  let over = false;
  let gone = false;
  let tellEnd: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    tellEnd = resolve;
  });
  const finish = (): void => {
    if (over) return;
    over = true;
    voice.stop();
    tellEnd();
  };
  let sequence = 10;
  const asked = new Map<number, (status: number) => void>();
  /** @returns true when the message answered one of our own new offers */
  const takeAnswer = (message: Message): boolean => {
    const [number = 0, method = ''] = get(message, 'cseq').split(' ');
    const tell = method === 'INVITE' ? asked.get(Number(number)) : undefined;
    const status = Number(message.first.split(' ')[1]);
    if (!tell || status < 200) return tell !== undefined;
    asked.delete(Number(number));
    tell(status);
    return true;
  };
  const call: Omit<SipCall, 'status'> = {
    reinvite: (direction, more = {}) =>
      new Promise((resolve, reject) => {
        const mine = ++sequence;
        const timer = setTimeout(() => reject(new Error('the new offer was not answered')), 5_000);
        asked.set(mine, (status) => {
          clearTimeout(timer);
          if (status < 300 && more.codec !== undefined) voice.speak(more.codec);
          resolve(status);
        });
        invite(mine, more.headers ?? '', offer(voice.bound(), direction, more.codec ?? 0));
      }),
    mute: (silent) => voice.mute(silent),
    ended,
    isOver: () => over,
    hears: (hz, windowMs = 300) => voice.hears(hz, windowMs),
    share: (hz) => voice.share(hz, 300),
    firstHeardAt: (hz, since) => voice.firstHeardAt(hz, since),
    silentFor: () => voice.silentFor(),
    longestGap: (since) => voice.longestGap(since),
    press: (digit, way = 'event') => {
      if (way === 'info') info(++sequence, `Signal=${digit}\r\nDuration=100\r\n`);
      else if (way === 'sound') voice.pressInVoice(digit);
      else voice.press(digit);
    },
    pitch: () => voice.pitch(),
    digits: () => voice.digits(),
    sing: (hz) => voice.sing(hz),
    hangUp: (cause) => {
      if (over || gone) return;
      bye(cause === undefined ? '' : `Reason: Q.850;cause=${cause}\r\n`);
      finish();
    },
    vanish: () => {
      gone = true;
      finish();
    },
  };
  return { call, finish, isGone: () => gone, takeAnswer, context };
};

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const register = (context: Context, user: string, secret: string): Promise<void> => {
  const { port, server, send, dialogs } = context;
  const callId = `${token()}@peer`;
  const tag = token();
  const uri = `sip:${server.host}:${server.port}`;
  let sequence = 0;
  const ask = (authorization: string): void =>
    send(
      `REGISTER ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${token()}\r\nMax-Forwards: 70\r\nFrom: <sip:${user}@${server.host}>;tag=${tag}\r\nTo: <sip:${user}@${server.host}>\r\nCall-ID: ${callId}\r\nCSeq: ${++sequence} REGISTER\r\nContact: <sip:${user}@127.0.0.1:${port}>\r\nExpires: 300\r\n${authorization}Content-Length: 0\r\n\r\n`,
    );
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the registration was not answered')), 5_000);
    dialogs.set(callId, {
      close: () => clearTimeout(timer),
      onMessage: (message) => {
        const status = Number(message.first.split(' ')[1]);
        const challenge = get(message, 'www-authenticate');
        const field = (name: string): string => new RegExp(`${name}="?([^",]+)`).exec(challenge)?.[1] ?? '';
        if (status === 401 && sequence === 1) {
          const proof = `${md5(`${user}:${field('realm')}:${secret}`)}:${field('nonce')}:00000001:0a0b0c0d:auth:${md5(`REGISTER:${uri}`)}`;
          const opaque = field('opaque') ? `,opaque="${field('opaque')}"` : '';
          return ask(
            `Authorization: Digest username="${user}",realm="${field('realm')}",nonce="${field('nonce')}",uri="${uri}",response="${md5(proof)}",algorithm=MD5,qop=auth,nc=00000001,cnonce="0a0b0c0d"${opaque}\r\n`,
          );
        }
        clearTimeout(timer);
        dialogs.delete(callId);
        if (status === 200) resolve();
        else reject(new Error(`registration answered ${status}`));
      },
    });
    ask('');
  });
};

const dial = (context: Context, number: string, options: CallOptions): SipCall => {
  const { port, server, send, respond } = context;
  const callId = `${token()}@peer`;
  const tag = token();
  const voice = createVoice(options.toneHz ?? 440);
  const from = `${options.fromHeader ?? `<sip:${options.from ?? '13812342046'}@127.0.0.1>`};tag=${tag}`;
  const target = `sip:${number}@${server.host}:${server.port}`;
  let to = `<${target}>`;
  let remoteUri = target;
  let isAnswered = false;
  const inviteBranch = `z9hG4bK${token()}`;
  const request = (method: string, sequence: number, extra = '', body = '', branch = `z9hG4bK${token()}`): string =>
    `${method} ${method === 'CANCEL' ? target : remoteUri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=${branch};rport\r\nFrom: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${sequence} ${method}\r\nContact: <sip:peer@127.0.0.1:${port}>\r\nMax-Forwards: 70\r\n${extra}${body ? 'Content-Type: application/sdp\r\n' : ''}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const { call, finish, isGone, takeAnswer } = common(
    context,
    voice,
    (reason) => (isAnswered ? send(request('BYE', 99, reason)) : send(request('CANCEL', 1, '', '', inviteBranch))),
    (sequence, headers, body) => send(request('INVITE', sequence, headers, body)),
    (sequence, body) => send(request('INFO', sequence, '', body).replace('application/sdp', 'application/dtmf-relay')),
  );
  const status = new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no final answer to the call of ${number}`)), 15_000);
    context.dialogs.set(callId, {
      close: finish,
      onMessage: (message, remote) => {
        if (isGone()) return;
        if (message.first.startsWith('SIP/2.0')) {
          const code = Number(message.first.split(' ')[1]);
          if (takeAnswer(message)) {
            if (code >= 200) send(request('ACK', Number(get(message, 'cseq').split(' ')[0])));
            return;
          }
          if (!get(message, 'cseq').endsWith('INVITE') || code < 200) return;
          clearTimeout(timer);
          to = get(message, 'to');
          if (code < 300) {
            remoteUri = uriOf(get(message, 'contact'));
            isAnswered = true;
            const media = mediaOf(message.body);
            voice.sendTo(media.host, media.port);
            send(request('ACK', 1));
          } else {
            send(request('ACK', 1, '', '', inviteBranch));
            finish();
          }
          resolve(code);
        } else if (message.first.startsWith('BYE')) {
          respond(message, remote, '200 OK', tag);
          finish();
        } else if (!message.first.startsWith('ACK'))
          respond(message, remote, '200 OK', tag, message.first.startsWith('INVITE') ? offer(voice.bound()) : '');
      },
    });
  });
  status.catch(() => undefined);
  void voice.ready.then(() => send(request('INVITE', 1, '', offer(voice.bound()), inviteBranch)));
  return { ...call, status };
};

const receive = (context: Context, invite: Message, remote: RemoteInfo): IncomingCall => {
  const { port, send, respond } = context;
  const tag = token();
  const voice = createVoice(1000);
  const callId = get(invite, 'call-id');
  const request = (method: string, sequence: number, extra = '', body = '', type = 'application/sdp'): void =>
    send(
      `${method} ${uriOf(get(invite, 'contact'))} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${token()};rport\r\nFrom: ${get(invite, 'to')};tag=${tag}\r\nTo: ${get(invite, 'from')}\r\nCall-ID: ${callId}\r\nCSeq: ${sequence} ${method}\r\nContact: <sip:peer@127.0.0.1:${port}>\r\nMax-Forwards: 70\r\n${extra}${body ? `Content-Type: ${type}\r\n` : ''}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      { host: remote.address, port: remote.port },
    );
  const { call, finish, isGone, takeAnswer } = common(
    context,
    voice,
    (reason) => request('BYE', 99, reason),
    (sequence, headers, body) => request('INVITE', sequence, headers, body),
    (sequence, body) => request('INFO', sequence, '', body, 'application/dtmf-relay'),
  );
  context.dialogs.set(callId, {
    close: finish,
    onMessage: (message, from) => {
      if (isGone()) return;
      if (message.first.startsWith('SIP/2.0')) {
        if (takeAnswer(message) && Number(message.first.split(' ')[1]) >= 200) request('ACK', Number(get(message, 'cseq').split(' ')[0]));
      } else if (message.first.startsWith('CANCEL')) {
        respond(message, from, '200 OK', tag);
        respond(invite, remote, '487 Request Terminated', tag);
        finish();
      } else if (message.first.startsWith('BYE')) {
        respond(message, from, '200 OK', tag);
        finish();
      } else if (message.first.startsWith('INVITE') && get(message, 'to').includes('tag='))
        respond(message, from, '200 OK', tag, offer(voice.bound()));
      else if (!message.first.startsWith('ACK') && !message.first.startsWith('INVITE')) respond(message, from, '200 OK', tag);
    },
  });
  respond(invite, remote, '180 Ringing', tag);
  return {
    ...call,
    status: Promise.resolve(200),
    header: (name) => get(invite, name.toLowerCase()),
    answer: (toneHz = 1000, events = true) => {
      voice.sing(toneHz);
      void voice.ready.then(() => {
        if (call.isOver()) return;
        const media = mediaOf(invite.body);
        voice.sendTo(media.host, media.port);
        respond(invite, remote, '200 OK', tag, offer(voice.bound(), 'sendrecv', 0, events));
      });
    },
    reject: (status) => {
      respond(invite, remote, status, tag);
      finish();
    },
  };
};
