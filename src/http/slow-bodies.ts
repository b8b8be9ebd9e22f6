import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long the body of a request may take to come in; BODY_MS unless a route takes files. At most LONGEST_BODY_MS. */
    bodyMs?: number;
  }
}

const BODY_MS = 30_000;
/** Ten megabytes over a line of 150 kbit/s, as a telephone at the edge of its network has. */
export const LONGEST_BODY_MS = 600_000;

/**
 * Node knows one limit for all requests, and a photo from a bad line takes longer than any form may. So the server's own limit
 * is the longest, and each route is held to its own here: whoever dribbles a form in loses the connection as before.
 */
export const endSlowBodies = (app: FastifyInstance): void => {
  app.addHook('onRequest', async (request) => {
    const { raw } = request;
    if (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined) return;
    const timer = setTimeout(() => raw.destroy(), request.routeOptions.config.bodyMs ?? BODY_MS).unref();
    const clear = (): void => clearTimeout(timer);
    raw.once('end', clear).once('close', clear);
  });
};
