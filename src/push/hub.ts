import { randomBytes } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Session } from '../access/session.ts';
import type { Clock } from '../core/clock.ts';
import type { StaffId } from '../core/ids.ts';
import type { Permission } from '../core/roles.ts';
import { parseClientFrame } from './client-frame.ts';
import { addTo, createFeed, type Feed, type FeedRecord, KEPT_MS, missedSince } from './feed.ts';
import type { Picture, Pictures, PushEvent, ServerFrame, Snapshot } from './frames.ts';

const MAY_WATCH: Readonly<Record<Picture, readonly Permission[]>> = {
  board: ['board.read'],
  surveys: ['surveys.read', 'surveys.manage'],
};

/** Alarms are the house's own: one of them tells which line calls again and again, which is nothing for a handling unit. */
const HEARS_ALARMS: readonly Permission[] = ['desk.use', 'board.read', 'system.read', 'cases.read_all'];
const heardBy = (permissions: ReadonlySet<Permission>, snapshot: Snapshot): Snapshot =>
  HEARS_ALARMS.some((right) => permissions.has(right)) ? snapshot : { ...snapshot, alarms: [] };

export interface PushHub {
  /** Names this life of the service; a console that knows another gets a snapshot. */
  readonly epoch: string;
  toStaff(staffId: StaffId, event: PushEvent): void;
  /** To everybody connected, or connected a short while ago, who holds the right. */
  toPermission(permission: Permission, event: PushEvent): void;
  /** To every console that watches this picture now and whose person may; nothing is kept for the others. */
  toWatchers<P extends Picture>(what: P, picture: Pictures[P]): void;
  watchers(what: Picture): number;
  connect(socket: WebSocket, session: Session, token: string): void;
  /** A log-out elsewhere ends the console here. */
  endSession(sessionId: number): void;
  clients(): number;
  close(): void;
}

export interface PushHubDeps {
  /** Everything on that person's screen, as of now. */
  snapshotFor: (staffId: StaffId) => Promise<Snapshot>;
  /** A picture as of now, for a console that begins to watch it. */
  first?: { [P in Picture]?: () => Promise<Pictures[P]> };
  /** access/service's `who`, without counting as activity. */
  stillValid: (token: string) => Promise<Session | null>;
  clock: Clock;
  logger: { warn(fields: object, message: string): void };
  counters: { clients: { set(n: number): void }; frames: { inc(n?: number): void }; dropped: { inc(labels: { reason: string }): void } };
}

interface Person {
  feed: Feed;
  permissions: ReadonlySet<Permission>;
  clients: Set<Client>;
  leftAtMs: number;
}

interface Client {
  socket: WebSocket;
  session: Session;
  token: string;
  person: Person;
  /** silent: nothing asked yet. loading: the snapshot is being made, events wait in the feed. live: events go straight out. */
  state: 'silent' | 'loading' | 'live';
  watches: Picture | null;
  answeredPing: boolean;
  checkedAtMs: number;
  /** Frames received in the present ping interval. */
  received: number;
  waiting: ReturnType<typeof setTimeout> | null;
}

const PING_EVERY_MS = 15_000;
/** How long a console may take to say `resume`; one that says nothing is taken for a new one. */
const RESUME_WITHIN_MS = 250;
/** A console this far behind is on a dead line; holding its frames would eat the memory of all others. */
const MOST_BUFFERED_BYTES = 1024 * 1024;
const RECHECK_SESSION_MS = 60_000;
const MOST_FRAMES_PER_INTERVAL = 60;
/** Tabs of one person. Beyond it the oldest goes: after reloads it is the one whose line is already dead. */
const MOST_TABS = 12;

export const CLOSE_SESSION_ENDED = 4001;
const CLOSE_BAD_FRAME = 1008;
const CLOSE_GOING_AWAY = 1001;
const CLOSE_UNEXPECTED = 1011;

export const createPushHub = (deps: PushHubDeps): PushHub => {
  const { clock, counters } = deps;
  const epoch = randomBytes(9).toString('base64url');
  const people = new Map<StaffId, Person>();
  let floor = 0;
  let total = 0;
  const nowMs = (): number => clock.now().getTime();

  const drop = (client: Client, reason: string): void => {
    counters.dropped.inc({ reason });
    client.socket.terminate();
  };

  const write = (client: Client, text: string): void => {
    if (client.socket.readyState !== 1) return;
    if (client.socket.bufferedAmount > MOST_BUFFERED_BYTES) {
      drop(client, 'slow');
      return;
    }
    client.socket.send(text);
    counters.frames.inc();
  };

  const head = (t: ServerFrame['t'], seq: number): string =>
    `{"v":1,"t":"${t}","epoch":"${epoch}","seq":${seq},"now":"${clock.now().toISOString()}"`;
  const eventText = (seq: number, json: string): string => `${head('event', seq)},"event":${json}}`;

  const deliver = (person: Person, record: FeedRecord): void => {
    const seq = addTo(person.feed, record);
    let text: string | null = null;
    for (const client of person.clients) {
      if (client.state !== 'live') continue;
      text ??= eventText(seq, record.json);
      write(client, text);
    }
  };

  /** Events that come while the snapshot is read wait in the feed and follow it, so that none falls between the two. */
  const greet = async (client: Client): Promise<void> => {
    client.state = 'loading';
    const { feed } = client.person;
    const before = feed.seq;
    const snapshot = heardBy(client.person.permissions, await deps.snapshotFor(client.session.staff.staffId));
    if (client.socket.readyState !== 1) return;
    const since = missedSince(feed, before, nowMs());
    if (since === null) throw new Error('the feed moved on by more than it keeps while a snapshot was read');
    write(client, `${head('hello', before)},"snapshot":${JSON.stringify(snapshot)}}`);
    for (const frame of since) write(client, eventText(frame.seq, frame.json));
    client.state = 'live';
  };

  const begin = (client: Client, from: { epoch: string | null; seq: number } | null): void => {
    if (client.waiting) clearTimeout(client.waiting);
    client.waiting = null;
    const { feed } = client.person;
    const missed = from?.epoch === epoch ? missedSince(feed, from.seq, nowMs()) : null;
    if (missed !== null) {
      for (const frame of missed) write(client, eventText(frame.seq, frame.json));
      write(client, `${head('resumed', feed.seq)}}`);
      client.state = 'live';
      return;
    }
    greet(client).catch((err: unknown) => {
      deps.logger.warn({ err }, 'snapshot for a console failed');
      client.socket.close(CLOSE_UNEXPECTED);
    });
  };

  const receive = (client: Client, data: unknown, isBinary: boolean): void => {
    client.received++;
    const frame = isBinary || client.received > MOST_FRAMES_PER_INTERVAL ? null : parseClientFrame(String(data));
    if (frame === null) {
      counters.dropped.inc({ reason: 'bad_frame' });
      client.socket.close(CLOSE_BAD_FRAME, 'bad frame');
    } else if (frame.t === 'ping') {
      // The answer carries the newest number, so a console also learns that it missed nothing.
      if (client.state === 'live') write(client, `${head('resumed', client.person.feed.seq)}}`);
    } else if (frame.t === 'watch') watch(client, frame.what);
    else if (client.state !== 'loading') begin(client, frame);
  };

  const mayWatch = ({ person }: Client, what: Picture): boolean => MAY_WATCH[what].some((right) => person.permissions.has(right));
  const pictureText = (what: Picture, picture: unknown): string =>
    `{"v":1,"t":"${what}","now":"${clock.now().toISOString()}","${what}":${JSON.stringify(picture)}}`;
  const watch = (client: Client, what: Picture | 'nothing'): void => {
    client.watches = what !== 'nothing' && mayWatch(client, what) ? what : null;
    const first = client.watches && deps.first?.[client.watches];
    if (what === 'nothing' || !first) return;
    first()
      .then((picture) => write(client, pictureText(what, picture)))
      .catch((err: unknown) => deps.logger.warn({ err }, 'the first picture for a console failed'));
  };

  const personOf = (session: Session): Person => {
    const { staffId } = session.staff;
    const known = people.get(staffId);
    if (known) {
      known.permissions = session.permissions;
      return known;
    }
    const person: Person = { feed: createFeed(floor), permissions: session.permissions, clients: new Set(), leftAtMs: 0 };
    people.set(staffId, person);
    return person;
  };

  const count = (change: number): void => {
    total += change;
    counters.clients.set(total);
  };

  const leave = (client: Client): void => {
    if (client.waiting) clearTimeout(client.waiting);
    if (!client.person.clients.delete(client)) return;
    client.person.leftAtMs = nowMs();
    count(-1);
  };

  const end = (client: Client, reason: 'session_ended' | 'service_closing'): void => {
    const frame: ServerFrame = { v: 1, t: 'ended', reason };
    write(client, JSON.stringify(frame));
    client.socket.close(reason === 'session_ended' ? CLOSE_SESSION_ENDED : CLOSE_GOING_AWAY, reason);
  };

  const recheck = async (client: Client): Promise<void> => {
    client.checkedAtMs = nowMs();
    const session = await deps.stillValid(client.token);
    if (session === null) end(client, 'session_ended');
    else client.person.permissions = session.permissions;
  };

  const tend = (client: Client, now: number): void => {
    if (!client.answeredPing) {
      drop(client, 'no_pong');
      return;
    }
    client.answeredPing = false;
    client.received = 0;
    client.socket.ping();
    if (now - client.checkedAtMs >= RECHECK_SESSION_MS)
      recheck(client).catch((err: unknown) => deps.logger.warn({ err }, "a console's session could not be checked"));
  };

  const heartbeat = setInterval(() => {
    const now = nowMs();
    for (const [staffId, person] of people) {
      for (const client of person.clients) tend(client, now);
      if (person.clients.size > 0 || now - person.leftAtMs <= KEPT_MS) continue;
      floor = Math.max(floor, person.feed.seq + 1);
      people.delete(staffId);
    }
  }, PING_EVERY_MS);
  heartbeat.unref();

  const eachClient = function* (): Generator<Client> {
    for (const person of people.values()) yield* person.clients;
  };

  return {
    epoch,
    toStaff(staffId, event) {
      const person = people.get(staffId);
      if (person) deliver(person, { atMs: nowMs(), json: JSON.stringify(event) });
    },
    toPermission(permission, event) {
      const record = { atMs: nowMs(), json: JSON.stringify(event) };
      for (const person of people.values()) if (person.permissions.has(permission)) deliver(person, record);
    },
    toWatchers(what, picture) {
      let text: string | null = null;
      for (const client of eachClient()) {
        if (client.watches !== what || !mayWatch(client, what)) continue;
        text ??= pictureText(what, picture);
        write(client, text);
      }
    },
    watchers: (what) => [...eachClient()].filter((client) => client.watches === what).length,
    /** Must run in the same turn as the upgrade: a listener attached later misses the first frames. */
    connect(socket, session, token) {
      const person = personOf(session);
      const client: Client = {
        socket,
        session,
        token,
        person,
        state: 'silent',
        watches: null,
        answeredPing: true,
        checkedAtMs: nowMs(),
        received: 0,
        waiting: null,
      };
      socket.on('message', (data, isBinary) => receive(client, data, isBinary));
      socket.on('pong', () => {
        client.answeredPing = true;
      });
      socket.on('close', () => leave(client));
      socket.on('error', () => socket.terminate());
      const [oldest] = person.clients;
      if (oldest && person.clients.size >= MOST_TABS) drop(oldest, 'too_many_tabs');
      person.clients.add(client);
      count(1);
      client.waiting = setTimeout(() => begin(client, null), RESUME_WITHIN_MS);
    },
    endSession(sessionId) {
      for (const client of [...eachClient()]) if (client.session.sessionId === sessionId) end(client, 'session_ended');
    },
    clients: () => total,
    close() {
      clearInterval(heartbeat);
      for (const client of [...eachClient()]) end(client, 'service_closing');
    },
  };
};
