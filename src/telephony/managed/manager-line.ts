import { connect, type Socket } from 'node:net';

/** One message of the manager interface: its headers; a repeated header's values are joined by line breaks. */
export type ManagerMessage = Record<string, string>;

/**
 * A short-lived line to the manager interface for starting and checking a switch. The service's own link to its switches is
 * another thing: hardened, reconnecting, and in our words.
 */
export interface ManagerLine {
  /** @throws Error when the switch refuses, does not answer in time or hangs up */
  ask(action: string, headers?: Readonly<Record<string, string>>): Promise<ManagerMessage>;
  /** Events that arrive between the answer and the named last one. */
  list(action: string, headers: Readonly<Record<string, string>>, lastEvent: string): Promise<ManagerMessage[]>;
  /** Resolves with the first event of that name, also one that has come before the call. */
  event(name: string, limitMs: number): Promise<ManagerMessage>;
  /** Everything that has come over this line so far. */
  seen(): readonly ManagerMessage[];
  close(): void;
}

export interface ManagerAddress {
  host: string;
  port: number;
  username: string;
  secret: string;
}

const ANSWER_LIMIT_MS = 5_000;

const parseMessage = (block: string): ManagerMessage => {
  const message: ManagerMessage = {};
  for (const line of block.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const key = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    message[key] = message[key] === undefined ? value : `${message[key]}\n${value}`;
  }
  return message;
};

const encode = (headers: Readonly<Record<string, string>>): string => {
  const lines = Object.entries(headers).map(([key, value]) => {
    if (/[\r\n\0]/.test(value)) throw new Error(`the value of ${key} must not hold a line break`);
    return `${key}: ${value}\r\n`;
  });
  return `${lines.join('')}\r\n`;
};

const dial = (address: ManagerAddress): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: address.host, port: address.port });
    socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy(new Error('the manager interface does not answer')));
    socket.once('connect', () => {
      socket.setTimeout(0);
      resolve(socket);
    });
    socket.once('error', reject);
  });

/** Signs in. @throws Error with the switch's own words when it refuses */
export const openManagerLine = async (address: ManagerAddress): Promise<ManagerLine> => {
  const socket = await dial(address);
  const line = overSocket(socket);
  try {
    await line.ask('Login', { Username: address.username, Secret: address.secret });
    return line;
  } catch (err) {
    line.close();
    throw err;
  }
};

interface Waiter {
  accepts: (message: ManagerMessage) => boolean;
  resolve: (message: ManagerMessage) => void;
  reject: (err: Error) => void;
}

const overSocket = (socket: Socket): ManagerLine => {
  const seen: ManagerMessage[] = [];
  const waiters = new Set<Waiter>();
  let unread = '';
  let nextId = 1;
  const failAll = (err: Error): void => {
    for (const waiter of waiters) waiter.reject(err);
    waiters.clear();
  };
  socket.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (unread + text).split('\r\n\r\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const message = parseMessage(block);
      seen.push(message);
      for (const waiter of waiters) if (waiter.accepts(message)) waiter.resolve(message);
    }
  });
  socket.on('error', failAll);
  socket.on('close', () => failAll(new Error('the manager interface has hung up')));

  const wait = (accepts: Waiter['accepts'], limitMs: number): Promise<ManagerMessage> =>
    new Promise((resolve, reject) => {
      const end =
        <T>(then: (value: T) => void): ((value: T) => void) =>
        (value) => {
          clearTimeout(timer);
          waiters.delete(waiter);
          then(value);
        };
      const waiter: Waiter = { accepts, resolve: end(resolve), reject: end(reject) };
      const timer = setTimeout(() => waiter.reject(new Error('the manager interface does not answer in time')), limitMs);
      waiters.add(waiter);
    });

  const send = (action: string, headers: Readonly<Record<string, string>>): string => {
    const id = `line-${nextId++}`;
    socket.write(encode({ Action: action, ActionID: id, ...headers }));
    return id;
  };
  const answered = async (promise: Promise<ManagerMessage>, action: string): Promise<ManagerMessage> => {
    const answer = await promise;
    if (answer.response === 'Error') throw new Error(`${action}: ${answer.message ?? 'refused'}`);
    return answer;
  };

  return {
    ask: async (action, headers = {}) => {
      const id = send(action, headers);
      return await answered(
        wait((message) => message.actionid === id && message.response !== undefined, ANSWER_LIMIT_MS),
        action,
      );
    },
    list: async (action, headers, lastEvent) => {
      const first = seen.length;
      const id = send(action, headers);
      const last = wait((message) => message.actionid === id && message.event === lastEvent, ANSWER_LIMIT_MS);
      last.catch(() => undefined);
      await answered(
        wait((message) => message.actionid === id && message.response !== undefined, ANSWER_LIMIT_MS),
        action,
      );
      await last;
      return seen.slice(first).filter((message) => message.actionid === id && message.event !== undefined && message.event !== lastEvent);
    },
    event: async (name, limitMs) =>
      seen.find((message) => message.event === name) ?? (await wait((message) => message.event === name, limitMs)),
    seen: () => seen,
    close: () => socket.destroy(),
  };
};
