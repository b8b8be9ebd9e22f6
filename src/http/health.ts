import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HotlineError } from '../core/errors.ts';
import type { Metrics } from './metrics.ts';

/** One part the service stands on. A part that is not needed is reported and does not make the service unready. */
export interface Part {
  name: string;
  needed: boolean;
  /** Resolves when up; rejects, or resolves with a sentence, when not. */
  check: () => Promise<string | null> | string | null;
}

export interface PartReport {
  up: boolean;
  needed: boolean;
  reason?: string;
}

const CHECK_LIMIT_MS = 2_000;

const checkOne = async (part: Part): Promise<PartReport> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_LIMIT_MS} ms`), CHECK_LIMIT_MS);
  });
  const reason = await Promise.race([Promise.resolve().then(() => part.check()), limit]).catch((err: unknown) =>
    err instanceof Error ? err.message : String(err),
  );
  clearTimeout(timer);
  return reason === null ? { up: true, needed: part.needed } : { up: false, needed: part.needed, reason };
};

export const checkParts = async (parts: readonly Part[]): Promise<{ ready: boolean; parts: Record<string, PartReport> }> => {
  const reports = await Promise.all(parts.map(async (part) => [part.name, await checkOne(part)] as const));
  return { ready: reports.every(([, report]) => report.up || !report.needed), parts: Object.fromEntries(reports) };
};

/** On this machine itself, and not a stranger whom a proxy on this machine lets through. */
const isLocal = (request: FastifyRequest): boolean => {
  const address = request.socket.remoteAddress ?? '';
  return (
    /^(127\.|::1$|::ffff:127\.)/.test(address) &&
    request.headers['x-forwarded-for'] === undefined &&
    request.headers.forwarded === undefined
  );
};

const hasToken = (request: FastifyRequest, token: string | null): boolean => {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return token !== null && given.length === wanted.length && timingSafeEqual(given, wanted);
};

export const addHealth = (
  app: FastifyInstance,
  deps: { parts: () => readonly Part[]; metrics: Metrics; metricsToken: string | null },
): void => {
  const open = { config: { access: { public: true }, rateLimit: false }, schema: { hide: true } } as const;
  app.get('/healthz', open, async () => ({ status: 'ok' }));

  app.get('/readyz', open, async (request, reply) => {
    const { ready, parts } = await checkParts(deps.parts());
    // Reasons name users and addresses: for an operator on the machine, not for the street.
    const tellReasons = isLocal(request) || hasToken(request, deps.metricsToken);
    const shown = Object.fromEntries(
      Object.entries(parts).map(([name, { reason, ...rest }]) => [name, tellReasons && reason ? { ...rest, reason } : rest]),
    );
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready', parts: shown });
  });

  app.get('/metrics', open, async (request, reply) => {
    if (!isLocal(request) && !hasToken(request, deps.metricsToken)) throw new HotlineError('access.denied', '需要令牌 (a token is needed)');
    return reply.header('content-type', deps.metrics.registry.contentType).send(await deps.metrics.text());
  });
};
