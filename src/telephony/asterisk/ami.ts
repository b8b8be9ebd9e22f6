import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import Manager, { type RawFrame } from 'asterisk-manager';
import { HotlineError } from '../../core/errors.ts';
import { type AmiMessage, checkAction, normaliseFrame } from './ami-frames.ts';
import type { Log } from './log.ts';

export interface AmiOptions {
  host: string;
  port: number;
  user: string;
  secret: string;
  /** Names of events worth reading; the others are dropped before they cost anything. */
  wanted: ReadonlySet<string>;
  log: Log;
  onEvent(message: AmiMessage): void;
  /** Called once, after everything that waited has been rejected. */
  onClose(reason: AmiClosed): void;
  actionTimeoutMs?: number;
  /** Silence after which the peer is asked whether it lives. */
  pingEveryMs?: number;
}

export interface AmiClosed {
  kind: 'refused' | 'login' | 'lost';
  /** For an operator: says what to look at, holds no secret. */
  text: string;
}

export interface AmiConnection {
  /** Resolves when the switch has let us in. */
  ready: Promise<void>;
  action(fields: Readonly<Record<string, string | number>>): Promise<AmiMessage>;
  /** An action answered by a list: its items, collected by ActionID until "…Complete". */
  list(fields: Readonly<Record<string, string | number>>): Promise<AmiMessage[]>;
  close(): void;
}

/** No honest frame is near this; beyond it the peer is not an Asterisk, or broken, and would eat our memory. */
const FRAME_LIMIT_CHARACTERS = 512 * 1024;

/**
 * The classes we read; dialplan steps, DTMF and RTCP are most of what a busy switch says. The library sends its own wish
 * in a header that Asterisk does not know ("Event:"), so we ask again.
 */
const EVENT_MASK = 'system,call,agent,user';

const OUR_ACTION_ID = /^(?:hotline-\d+|\d{10,20})$/;

interface Waiting {
  action: string;
  items: AmiMessage[] | null;
  resolve(value: AmiMessage | AmiMessage[]): void;
  reject(err: HotlineError): void;
  timer: NodeJS.Timeout;
}

/** The library makes its socket inside and keeps it there; Node's own diagnostics channel hands it to us as it is made. */
const captureSocket = (connect: () => void): Socket | null => {
  const found: { socket: Socket | null } = { socket: null };
  const take = (message: unknown) => {
    found.socket = (message as { socket: Socket }).socket;
  };
  diagnostics.subscribe('net.client.socket', take);
  try {
    connect();
  } finally {
    diagnostics.unsubscribe('net.client.socket', take);
  }
  return found.socket;
};

/** Counts what has come since the last end of a frame, whatever way the stream was cut. */
const frameGuard = (onTooLarge: () => void) => {
  let open = 0;
  let tail = '';
  return (chunk: unknown) => {
    const text = tail + String(chunk);
    const end = text.lastIndexOf('\r\n\r\n');
    open = end < 0 ? open + text.length - tail.length : text.length - end - 4;
    tail = text.slice(-3);
    if (open > FRAME_LIMIT_CHARACTERS) onTooLarge();
  };
};

/**
 * One connection to the switch over `asterisk-manager`, and never a second on the same instance: the library keeps half
 * a frame across a reconnect and glues it to the next one, and replays held actions minutes later (an agent put on pause
 * long after coming back). What else it would do, we stand before:
 * - it emits events by their name on the emitter that also carries 'close' and its own 'rawevent', so a frame called
 *   "rawevent" loops for ever: we take its frame listener off and call it for answers to our own actions only;
 * - it has no time limits and never calls back for a lost connection: both are ours;
 * - it buffers a frame of any size: the socket is watched and cut.
 */
export const connectAmi = (options: AmiOptions): AmiConnection => {
  const { log, actionTimeoutMs = 5000, pingEveryMs = 10_000 } = options;
  const waiting = new Map<string, Waiting>();
  const manager = new Manager(undefined, options.host, options.user, options.secret, true);
  const [answerLibrary] = manager.listeners('rawevent');
  manager.removeAllListeners('rawevent');
  let nextId = 0;
  let state: 'joining' | 'up' | 'closed' = 'joining';
  let heard = true;
  let closing: AmiClosed | null = null;

  const unavailable = () => new HotlineError('telephony.unavailable', 'There is no link to the switch');

  const finish = (id: string, err: HotlineError | null, value?: AmiMessage | AmiMessage[]) => {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    waiting.delete(id);
    clearTimeout(entry.timer);
    if (err === null) entry.resolve(value ?? entry.items ?? {});
    else entry.reject(err);
  };

  const send = (fields: Readonly<Record<string, string | number>>, asList: boolean): Promise<AmiMessage | AmiMessage[]> =>
    new Promise((resolve, reject) => {
      // Thrown from here it becomes the rejection: nothing has been written yet.
      const checked = checkAction(fields);
      if (state !== 'up') throw unavailable();
      const action = checked.Action ?? checked.action ?? '';
      const id = `hotline-${++nextId}`;
      const timer = setTimeout(
        () => finish(id, new HotlineError('telephony.timeout', 'The switch did not answer in time', { action })),
        actionTimeoutMs,
      );
      waiting.set(id, { action, items: asList ? [] : null, resolve, reject, timer });
      manager.action({ ...checked, actionid: id }, (refusal, response) => {
        if (refusal !== undefined) {
          const answer = normaliseFrame(refusal).message ?? '';
          finish(id, new HotlineError('telephony.refused', 'The switch refused the action', { action, answer }));
        } else if (!asList) finish(id, null, normaliseFrame(response ?? {}));
      });
    });

  const takeListItem = (raw: RawFrame): boolean => {
    const id = raw.actionid;
    const entry = typeof id === 'string' ? waiting.get(id) : undefined;
    if (typeof id !== 'string' || entry === undefined || entry.items === null) return false;
    const message = normaliseFrame(raw);
    const end = (message.eventlist ?? '').toLowerCase();
    if (end === 'cancelled') finish(id, new HotlineError('telephony.refused', 'The switch broke off its list', { action: entry.action }));
    else if (end === 'complete') finish(id, null);
    else entry.items.push(message);
    return true;
  };

  const onFrame = (raw: RawFrame) => {
    // Thrown from here an error would fly through the socket's 'data' into uncaughtException and take the process down.
    try {
      if (raw.response !== undefined) {
        if (typeof raw.actionid === 'string' && OUR_ACTION_ID.test(raw.actionid)) answerLibrary?.(raw);
        return;
      }
      if (raw.actionid !== undefined && takeListItem(raw)) return;
      if (typeof raw.event === 'string' && options.wanted.has(raw.event)) options.onEvent(normaliseFrame(raw));
    } catch (err) {
      log.error({ err, event: typeof raw.event === 'string' ? raw.event : '' }, 'an event of the switch could not be handled');
    }
  };

  const socket = captureSocket(() => manager.connect(options.port, options.host));
  const cut = (reason: AmiClosed) => {
    closing ??= reason;
    socket?.destroy();
    if (socket === null) onGone();
  };

  const joining = Promise.withResolvers<void>();
  // The rejection is also told through onClose; whoever does not wait for `ready` must not crash the process.
  joining.promise.catch(() => {});

  const onGone = () => {
    if (state === 'closed') return;
    state = 'closed';
    clearTimeout(joinTimer);
    clearInterval(pinger);
    manager.disconnect();
    for (const id of [...waiting.keys()]) finish(id, unavailable());
    joining.reject(unavailable());
    options.onClose(closing ?? { kind: 'lost', text: 'AMI: the connection was closed by the switch' });
  };

  const joinTimer = setTimeout(
    () => cut({ kind: 'refused', text: `AMI: no answer from ${options.host}:${options.port}` }),
    actionTimeoutMs,
  );
  const pinger = setInterval(() => {
    const quiet = !heard;
    heard = false;
    if (state !== 'up' || !quiet) return;
    send({ Action: 'Ping' }, false).catch(() => cut({ kind: 'lost', text: 'AMI: the switch has stopped answering' }));
  }, pingEveryMs);

  const logIn = () =>
    manager.login((refusal) => {
      if (state !== 'joining') return;
      if (refusal !== undefined) {
        const answer = normaliseFrame(refusal).message ?? '';
        cut({ kind: 'login', text: `AMI: wrong user or password for ${options.user} (${answer || 'refused'})` });
        return;
      }
      state = 'up';
      clearTimeout(joinTimer);
      // Filtered on the switch's side a call costs a dozen events instead of sixty. A switch that will not (no right to
      // it) only costs more: what is not wanted is dropped unread.
      for (const name of options.wanted)
        send({ Action: 'Filter', Operation: 'Add', MatchCriteria: `action(include),name(${name})` }, false).catch(() => {});
      send({ Action: 'Events', EventMask: EVENT_MASK }, false).then(
        () => joining.resolve(),
        () => cut({ kind: 'lost', text: 'AMI: the event mask was not accepted' }),
      );
    });

  const guard = frameGuard(() => cut({ kind: 'lost', text: 'AMI: a frame beyond all size, is this an Asterisk?' }));
  socket?.on('data', (chunk: unknown) => {
    heard = true;
    guard(chunk);
  });
  socket?.on('error', (err: NodeJS.ErrnoException) => {
    closing ??= { kind: 'refused', text: `AMI: ${err.code ?? 'error'} at ${options.host}:${options.port}` };
  });
  socket?.once('connect', logIn);
  socket?.once('close', onGone);
  manager.on('rawevent', onFrame as (...values: never[]) => void);

  return {
    ready: joining.promise,
    action: (fields) => send(fields, false) as Promise<AmiMessage>,
    list: (fields) => send(fields, true) as Promise<AmiMessage[]>,
    close: () => cut({ kind: 'lost', text: 'AMI: closed by us' }),
  };
};
