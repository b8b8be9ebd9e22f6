import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { BlockList, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RelayConfig } from '../config/config.ts';
import { readTls, watchTls } from '../config/tls.ts';
import type { Clock } from '../core/clock.ts';
import { join } from './pipe.ts';
import { readTicket, type TicketClaims } from './ticket.ts';
import { MOST_FRAME_BYTES, openUpstream } from './upstream.ts';

export interface RelayDeps {
  config: Pick<RelayConfig, 'host' | 'port' | 'tls' | 'trustProxy' | 'origins' | 'upstreams'>;
  ticketKey: Buffer;
  clock: Clock;
  logger: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** Told to whoever asks /healthz, so that a starter knows whether this relay is the one it would have started. */
  fingerprint: string;
  limits?: Partial<typeof LIMITS>;
  /** How often the certificate's files are looked at; for tests. */
  tlsLookMs?: number;
}

export interface Relay {
  /** @returns the port it listens on */
  listen(): Promise<number>;
  clients(): number;
  /** New certificate files without losing one telephone. */
  reloadTls(): void;
  close(): Promise<void>;
}

const LIMITS = {
  /** A call centre may stand behind one address. */
  perAddress: 1000,
  total: 4000,
  /** Upgrades that wait for the switch. */
  pending: 600,
  /** Tabs and reloads of one agent; the oldest goes, its line is most likely dead. */
  perExtension: 4,
  upstreamMs: 4_000,
  closeMs: 2_000,
};

const REASONS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};
type Refusal = keyof typeof REASONS;

const refuse = (socket: Duplex, status: Refusal): void => {
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${status === 503 ? 'Retry-After: 1\r\n' : ''}\r\n`,
  );
};

const NAMED_RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

const proxies = (trusted: readonly string[]): BlockList => {
  const ranges = new BlockList();
  for (const range of trusted.flatMap((each) => NAMED_RANGES[each] ?? [each])) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    ranges.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return ranges;
};

const clean = (address: string): string => address.trim().replace(/^::ffff:(?=\d+\.)/i, '');

const addressOf = (request: IncomingMessage, trusted: BlockList): string => {
  const near = clean(request.socket.remoteAddress ?? '');
  if (near === '' || !trusted.check(near, isIPv6(near) ? 'ipv6' : 'ipv4')) return near;
  // The last entry was written by the proxy we trust; those before it by whoever called the proxy.
  const told = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1);
  return told ? clean(told) : near;
};

const createCounter = () => {
  const counts = new Map<string, number>();
  return {
    of: (key: string): number => counts.get(key) ?? 0,
    add: (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1),
    remove(key: string): void {
      const left = (counts.get(key) ?? 1) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    },
  };
};

export const createRelay = (deps: RelayDeps): Relay => {
  const { config, clock, logger } = deps;
  const limits = { ...LIMITS, ...deps.limits };
  const origins = new Set(config.origins);
  const trusted = proxies(config.trustProxy);
  const addresses = createCounter();
  const phones = new Map<string, Set<{ terminate(): void }>>();
  let open = 0;
  let pending = 0;
  let closing = false;
  /** Said once per outage: five hundred telephones that try each second would drown the log. */
  let switchLost = false;

  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: true,
    maxPayload: MOST_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => 'sip',
  });

  const tlsFiles = (tls: NonNullable<RelayConfig['tls']>): { cert: Buffer; key: Buffer } => {
    const { cert, key } = readTls(tls);
    return { cert, key };
  };
  const answer = (request: IncomingMessage, response: import('node:http').ServerResponse): void => {
    const healthy = request.url === '/healthz';
    response.writeHead(healthy ? 200 : 404, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(healthy ? JSON.stringify({ status: 'ok', clients: open, fingerprint: deps.fingerprint, pid: process.pid }) : '{}');
  };
  const server: Server | TlsServer = config.tls ? createTlsServer(tlsFiles(config.tls), answer) : createServer(answer);
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;

  const urlOf = (claims: TicketClaims): string | undefined =>
    (config.upstreams.find((upstream) => upstream.node === claims.node) ?? config.upstreams[0])?.url;

  /** @returns the claims, or the status to refuse with */
  const admit = (request: IncomingMessage, address: string): TicketClaims | Refusal => {
    const url = URL.parse(request.url ?? '', 'http://relay');
    if (url?.pathname !== '/sip' && url?.pathname !== '/') return 404;
    if (!origins.has(request.headers.origin ?? '')) return 403;
    const offered = String(request.headers['sec-websocket-protocol'] ?? '')
      .split(',')
      .map((each) => each.trim());
    if (!offered.includes('sip')) return 400;
    const claims = readTicket(deps.ticketKey, url.searchParams.get('t') ?? '', clock.now());
    if (claims === null) return 401;
    if (closing || pending >= limits.pending) return 503;
    return addresses.of(address) >= limits.perAddress || open + pending >= limits.total ? 429 : claims;
  };

  const keep = (extension: string, phone: { terminate(): void }): (() => void) => {
    const mine = phones.get(extension) ?? new Set();
    phones.set(extension, mine);
    const [oldest] = mine;
    if (oldest && mine.size >= limits.perExtension) oldest.terminate();
    mine.add(phone);
    return () => {
      mine.delete(phone);
      if (mine.size === 0 && phones.get(extension) === mine) phones.delete(extension);
    };
  };

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer, claims: TicketClaims, address: string): Promise<void> => {
    const gone = new AbortController();
    const abort = (): void => gone.abort();
    socket.once('close', abort);
    try {
      const upstream = await openUpstream(urlOf(claims) ?? '', claims.sub, limits.upstreamMs, gone.signal);
      socket.off('close', abort);
      if (switchLost) logger.info({}, 'telephones reach the switch again');
      switchLost = false;
      let joined = false;
      sockets.handleUpgrade(request, socket, head, (page) => {
        joined = true;
        open++;
        const forget = keep(claims.sub, page);
        join(page, upstream, claims.sub, () =>
          logger.warn({ extension: claims.sub }, 'a telephone tried to be another or sent what is no SIP'),
        );
        page.on('close', () => {
          open--;
          addresses.remove(address);
          forget();
        });
      });
      // The library answers a broken handshake itself and then does not call back.
      if (joined) return;
      upstream.terminate();
      addresses.remove(address);
    } catch (err) {
      addresses.remove(address);
      if (!gone.signal.aborted && !switchLost) {
        switchLost = true;
        logger.warn({ reason: err instanceof Error ? err.message : String(err) }, 'a telephone could not reach the switch');
      }
      refuse(socket, 503);
    }
  };

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const address = addressOf(request, trusted);
    const claims = admit(request, address);
    if (typeof claims === 'number') {
      refuse(socket, claims);
      return;
    }
    addresses.add(address);
    pending++;
    upgrade(request, socket, head, claims, address).finally(() => pending--);
  });

  const reloadTls = (): void => {
    try {
      if (config.tls && 'setSecureContext' in server) server.setSecureContext(tlsFiles(config.tls));
    } catch (err) {
      logger.warn(
        { reason: err instanceof Error ? err.message : String(err) },
        'the renewed certificate cannot be used; the old one goes on',
      );
    }
  };
  const stopLooking = config.tls ? watchTls(config.tls, { renewed: reloadTls, refused: reloadTls }, deps.tlsLookMs) : () => {};

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(config.port, config.host, () => {
          const at = server.address();
          resolve(typeof at === 'object' && at ? at.port : config.port);
        });
      }),
    clients: () => open,
    reloadTls,
    async close() {
      closing = true;
      stopLooking();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const page of sockets.clients) page.close(1001);
      const force = setTimeout(() => {
        for (const page of sockets.clients) page.terminate();
        server.closeAllConnections();
      }, limits.closeMs);
      await closed;
      clearTimeout(force);
    },
  };
};
