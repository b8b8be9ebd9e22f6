import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const webSocketOf = (origin: string): string => origin.replace(/^http/, 'ws');

/** @param relayUrl the relay stands on a port of its own, so 'self' does not cover it */
export const contentPolicy = (origins: readonly string[], relayUrl: string): Record<string, string[]> => {
  const relay = new URL(relayUrl);
  return {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    // antd writes its styles into the page while it runs.
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    fontSrc: ["'self'", 'data:'],
    mediaSrc: ["'self'", 'blob:', 'data:'],
    workerSrc: ["'self'", 'blob:'],
    manifestSrc: ["'self'"],
    // Older engines do not count ws:// of the same host as 'self'.
    connectSrc: [...new Set(["'self'", ...origins.map(webSocketOf), `${relay.protocol}//${relay.host}`])],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
  };
};

export const harden = async (
  app: FastifyInstance,
  site: { origins: readonly string[]; relayUrl: string; secure: boolean },
): Promise<void> => {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentPolicy(site.origins, site.relayUrl) },
    // Over plain http on loopback this header would lock the whole host name into https.
    strictTransportSecurity: site.secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header(
      'permissions-policy',
      'microphone=(self), speaker-selection=(self), autoplay=(self), camera=(), geolocation=(), payment=()',
    );
    // An answer about a citizen must not stay in a shared machine's cache; the console's own files say otherwise themselves.
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
};
