import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** A manager interface that says exactly what a test wants it to say, at the byte. */
export interface FakeAmi {
  port: number;
  /** What has been asked of it, as the fields of each action. */
  actions: Record<string, string>[];
  connections(): number;
  /** Writes to the newest connection. */
  write(bytes: string | Buffer): void;
  /** Drops every connection at once. */
  drop(): void;
  /** Stops listening and drops; `listen` opens the same port again. */
  close(): Promise<void>;
  listen(): Promise<void>;
  /** How an action is answered; null leaves it unanswered. The default says Success. */
  answer: (fields: Record<string, string>) => string | null;
}

export const frame = (fields: Record<string, string>): string =>
  `${Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\r\n')}\r\n\r\n`;

const parse = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split('\r\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
    }),
  );

/** The answers of a switch with nothing in it. */
export const emptySwitch = (fields: Record<string, string>): string | null => {
  const ActionID = fields.actionid ?? '';
  const success = frame({ Response: 'Success', ActionID });
  const list = (complete: string) =>
    frame({ Response: 'Success', ActionID, EventList: 'start' }) +
    frame({ Event: complete, ActionID, EventList: 'Complete', ListItems: '0' });
  switch (fields.action) {
    case 'login':
      return success + frame({ Event: 'FullyBooted', Privilege: 'system,all', Uptime: '5', LastReload: '5', Status: 'Fully Booted' });
    case 'CoreShowChannels':
      return list('CoreShowChannelsComplete');
    case 'QueueStatus':
      return list('QueueStatusComplete');
    case 'PJSIPShowContacts':
      return frame({ Response: 'Error', ActionID, Message: 'No Contacts found' });
    default:
      return success;
  }
};

export const startFakeAmi = async (t: { teardown(work: () => unknown): void }, answer = emptySwitch): Promise<FakeAmi> => {
  const sockets: Socket[] = [];
  const fake: FakeAmi = {
    port: 0,
    actions: [],
    connections: () => sockets.filter((socket) => !socket.destroyed).length,
    write: (bytes) => void sockets.at(-1)?.write(bytes),
    drop: () => {
      for (const socket of sockets.splice(0)) socket.destroy();
    },
    close: async () => {
      fake.drop();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
    listen: async () => {
      server.listen(fake.port, '127.0.0.1');
      await once(server, 'listening');
    },
    answer,
  };
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.write('Asterisk Call Manager/11.0.0\r\n');
    let buffer = '';
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => {
      buffer += data;
      for (let end = buffer.indexOf('\r\n\r\n'); end >= 0; end = buffer.indexOf('\r\n\r\n')) {
        const fields = parse(buffer.slice(0, end));
        buffer = buffer.slice(end + 4);
        fake.actions.push(fields);
        const said = fake.answer(fields);
        if (said !== null) socket.write(said);
      }
    });
  });
  await fake.listen();
  const address = server.address();
  if (address !== null && typeof address === 'object') fake.port = address.port;
  t.teardown(() => fake.close());
  return fake;
};
