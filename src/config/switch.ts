import { arrayOf, fieldsOf, json, line, list, type Parser, text, WrongValue, webSocketUrl, whole, word, yesNo } from './parse.ts';

/** An Asterisk that somebody else runs. */
export interface SwitchNode {
  name: string;
  host: string;
  amiPort: number;
  amiUser: string;
  amiSecret: string;
  ariPort: number;
  ariUser: string;
  ariSecret: string;
  ariTls: boolean;
  /** Where this node takes SIP over WebSocket, for the relay. */
  sipWebSocketUrl: string;
  /** Its log directory as seen from here (CEL, CDR, queue_log), when it is mounted; without it gaps are filled with "unknown". */
  logDirectory: string | null;
  /** Its recording directory as seen from here; without it recordings are fetched over ARI. */
  recordingDirectory: string | null;
}

/** A carrier's SIP trunk. */
export interface Trunk {
  name: string;
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
  /** Addresses the carrier's calls come from. */
  addresses: string[];
  user: string | null;
  secret: string | null;
  /** Whether we register at the carrier, or it knows us by address. */
  register: boolean;
}

const name = text(/^[a-z][a-z0-9-]{0,30}$/, 'a-z, 0-9, -');
const host = text(/^[A-Za-z0-9.:_-]{1,253}$/, 'host or address');
const port = whole(1, 65_535);
const nullable = <T>(parser: Parser<T>): Parser<T | null> => parser;

const unique = <T extends { name: string }>(things: T[]): T[] => {
  if (new Set(things.map((thing) => thing.name)).size !== things.length) throw new WrongValue('name 重复 (a name occurs twice)');
  return things;
};

export const SWITCH_NODES_FORM =
  '[{"name","host","amiPort":5038,"amiUser","amiSecret","ariPort":8088,"ariUser","ariSecret","ariTls":false,"sipWebSocketUrl","logDirectory","recordingDirectory"}]';

export const switchNodes: Parser<SwitchNode[]> = json('JSON', (value) =>
  unique(
    arrayOf(value, (item, where) => {
      const field = fieldsOf(item, where);
      const address = field.need('host', host);
      const ariPort = field.optional('ariPort', port, 8088);
      const ariTls = field.optional('ariTls', yesNo, false);
      const node: SwitchNode = {
        name: field.need('name', name),
        host: address,
        amiPort: field.optional('amiPort', port, 5038),
        amiUser: field.need('amiUser', line),
        amiSecret: field.need('amiSecret', line),
        ariPort,
        ariUser: field.need('ariUser', line),
        ariSecret: field.need('ariSecret', line),
        ariTls,
        sipWebSocketUrl: field.optional('sipWebSocketUrl', webSocketUrl, `${ariTls ? 'wss' : 'ws'}://${bracketed(address)}:${ariPort}/ws`),
        logDirectory: field.optional('logDirectory', nullable(line), null),
        recordingDirectory: field.optional('recordingDirectory', nullable(line), null),
      };
      field.end();
      return node;
    }),
  ),
);

export const TRUNKS_FORM = '[{"name","host","port":5060,"transport":"udp","addresses":["host"],"user","secret","register":false}]';

export const trunks: Parser<Trunk[]> = json('JSON', (value) =>
  unique(
    arrayOf(value, (item, where) => {
      const field = fieldsOf(item, where);
      const address = field.need('host', host);
      const trunk: Trunk = {
        name: field.need('name', name),
        host: address,
        port: field.optional('port', port, 5060),
        transport: field.optional('transport', word('udp', 'tcp'), 'udp'),
        addresses: field.optional('addresses', list(text(/^[0-9a-fA-F.:]+(\/\d{1,3})?$|^[A-Za-z0-9.-]+$/, 'address[/bits]')), [address]),
        user: field.optional('user', nullable(line), null),
        secret: field.optional('secret', nullable(line), null),
        register: field.optional('register', yesNo, false),
      };
      field.end();
      if (trunk.register && (trunk.user === null || trunk.secret === null))
        throw new WrongValue(`${where} 注册需要 user 和 secret (register needs user and secret)`);
      return trunk;
    }),
  ),
);

/** IPv6 addresses stand in brackets inside an address line. */
export const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
