import type { Server as TlsServer } from 'node:https';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import websocket from '@fastify/websocket';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { Machine } from '../access/machine.ts';
import type { Session } from '../access/session.ts';
import type { Config } from '../config/config.ts';
import { readTls, type TlsPair, watchTls } from '../config/tls.ts';
import { HotlineError } from '../core/errors.ts';
import { PUSH_PROTOCOL } from '../push/frames.ts';
import { answerErrors, asRefusal } from './errors.ts';
import { demandAccess, enforce, identify } from './guard.ts';
import { addHealth, type Part } from './health.ts';
import type { Metrics } from './metrics.ts';
import { addDocs, DOCS_PREFIX, describeRoutes } from './openapi.ts';
import { isOwn } from './origin.ts';
import { harden } from './security.ts';
import { endSlowBodies, LONGEST_BODY_MS } from './slow-bodies.ts';
import { addConsole } from './static.ts';
import { validateStrictly } from './validation.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface HttpDeps {
  config: Pick<Config, 'mode' | 'http' | 'relay' | 'metricsToken'>;
  /** Whose session a cookie is; access/service's `who`. */
  who: (token: string) => Promise<Session | null>;
  /** Which other system a credential belongs to; left out, none is known. */
  whichMachine?: (token: string) => Promise<Machine | null>;
  logger: FastifyBaseLogger;
  metrics: Metrics;
  /** Asked anew at each /readyz. */
  parts: () => readonly Part[];
  /** Where the built console lies. */
  consoleDirectory: string;
  version: string;
  /** How often the certificate's files are looked at; for tests. */
  tlsLookMs?: number;
}

/** Far above a busy agent's pace and far below a flood's. Per minute. */
const PER_PERSON = 1200;
/** Per credential and minute: a day's cases of a city go through in an hour, and the desks feel nothing of it. */
const PER_MACHINE = 600;
/** Per address and minute for whoever is not signed in; static files and health are not counted. */
const PER_ADDRESS = 600;
/** Control frames of a console are tens of bytes. */
const MOST_FRAME_BYTES = 4096;
const CLOSE_GOING_AWAY = 1001;
const HEADERS_MS = 30_000;

const pairOf = ({ cert, key }: TlsPair): { cert: Buffer; key: Buffer } => ({ cert, key });

/** A renewed certificate is taken without a restart; connections that are open go on under the old one. */
const renewTls = (app: App, { config, logger, tlsLookMs }: HttpDeps): void => {
  if (!config.http.tls) return;
  const stop = watchTls(
    config.http.tls,
    {
      renewed: (pair) => {
        (app.server as unknown as TlsServer).setSecureContext(pairOf(pair));
        logger.info({ validTo: pair.validTo }, 'the renewed certificate is in use');
      },
      refused: (err) => logger.error({ err }, 'the renewed certificate cannot be used; the old one goes on'),
    },
    tlsLookMs,
  );
  app.addHook('onClose', async () => stop());
};

const construct = ({ config, logger }: HttpDeps): App => {
  const { tls, trustProxy } = config.http;
  const app = Fastify({
    loggerInstance: logger,
    https: tls ? pairOf(readTls(tls)) : null,
    trustProxy: trustProxy.length > 0 ? trustProxy : false,
    // The address line may hold what somebody searched for; the metrics count requests, and failures are logged by route.
    logController: new LogController({ disableRequestLogging: true }),
    // An address that cannot even be decoded never reaches a route, nor the error handler of one.
    frameworkErrors: (err, _request, reply) => {
      const refusal = asRefusal(err);
      void (reply as FastifyReply).code(refusal.status).send({ code: refusal.code, message: refusal.message, details: refusal.details });
    },
    bodyLimit: 256 * 1024,
    // The most that any route allows; slow-bodies.ts holds each route to its own.
    requestTimeout: LONGEST_BODY_MS,
    connectionTimeout: 120_000,
    keepAliveTimeout: 30_000,
    routerOptions: { maxParamLength: 100 },
  }) as unknown as App;
  app.server.headersTimeout = HEADERS_MS;
  return app;
};

const checkOrigins = (app: App, config: HttpDeps['config']): void => {
  const origins = new Set(config.http.origins);
  app.addHook('onListen', async () => {
    // A test listens on a port it cannot know before.
    if (config.http.port !== 0) return;
    for (const address of app.addresses())
      if (typeof address !== 'string') for (const host of ['127.0.0.1', 'localhost']) origins.add(`http://${host}:${address.port}`);
  });
  app.addHook('onRequest', async (request) => {
    const { origin, upgrade, 'x-hotline': scriptHeader, 'sec-fetch-site': fetchSite } = request.headers;
    const { access, byLink: asked } = request.routeOptions.config;
    // No browser sends a machine's credential by itself, so that no page can borrow it.
    if (access !== undefined && 'machine' in access) return;
    // Never where a session counts, whatever the route says.
    const byLink = asked === true && access !== undefined && 'public' in access;
    const isWebSocket = upgrade?.toLowerCase() === 'websocket';
    const from = { method: request.method, isWebSocket, origin, scriptHeader, fetchSite, byLink };
    if (!isOwn(from, origins)) throw new HotlineError('request.origin_refused', '来源不被允许 (origin refused)');
  });
};

const limitRates = async (app: App): Promise<void> => {
  await app.register(rateLimit, {
    global: true,
    timeWindow: '1 minute',
    cache: 20_000,
    max: (request) => (request.machine ? PER_MACHINE : request.session ? PER_PERSON : PER_ADDRESS),
    keyGenerator: (request) => {
      if (request.machine) return `machine:${request.machine.machineId}`;
      return request.session ? `session:${request.session.sessionId}` : request.ip;
    },
    errorResponseBuilder: (_request, context) =>
      new HotlineError('request.too_many', '请求过于频繁，请稍后再试 (too many requests)', {
        retryAfterSeconds: Math.ceil(context.ttl / 1000),
      }),
  });
};

/**
 * Comes before every other hook: a refusal by an earlier one would leave the upgraded socket open for ever, because this
 * library's own hook is what marks the request as a socket to be destroyed.
 */
const takeWebSockets = async (app: App): Promise<void> => {
  await app.register(websocket, {
    options: {
      maxPayload: MOST_FRAME_BYTES,
      perMessageDeflate: false,
      handleProtocols: (offered) => offered.has(PUSH_PROTOCOL) && PUSH_PROTOCOL,
    },
    // Each feature says goodbye on its own sockets first; `finish` closes what is left.
    preClose: (done) => done(),
  });
};

/**
 * The web server with everything but the features: they are registered by the composition root, and `finish` is called
 * after the last of them. Nothing listens yet.
 */
export const createHttp = async (deps: HttpDeps): Promise<{ app: App; finish: () => Promise<void> }> => {
  const { config, metrics } = deps;
  const secure = config.http.publicUrl.startsWith('https:');
  const docsAccess = config.mode === 'demonstration' ? ({ public: true } as const) : ({ signedIn: true } as const);
  const app = construct(deps);
  renewTls(app, deps);
  demandAccess(app, [{ prefix: DOCS_PREFIX, access: docsAccess }]);
  validateStrictly(app);
  answerErrors(app);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.httpSeconds.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
  await takeWebSockets(app);
  endSlowBodies(app);
  await app.register(cookie);
  checkOrigins(app, config);
  identify(app, deps.who, deps.whichMachine ?? (async () => null));
  await limitRates(app);
  enforce(app);
  await harden(app, { origins: config.http.origins, relayUrl: config.relay.publicUrl, secure });
  await describeRoutes(app, { version: deps.version, publicUrl: config.http.publicUrl });
  addHealth(app, { parts: deps.parts, metrics, metricsToken: config.metricsToken });
  app.setNotFoundHandler(async () => {
    throw new HotlineError('thing.not_found', '没有找到 (not found)');
  });
  return {
    app,
    async finish() {
      await addDocs(app, docsAccess);
      await addConsole(app, deps.consoleDirectory);
      app.addHook('preClose', async () => {
        for (const socket of app.websocketServer.clients) if (socket.readyState === socket.OPEN) socket.close(CLOSE_GOING_AWAY);
        app.websocketServer.close();
      });
    },
  };
};
