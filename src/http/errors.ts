import type { FastifyInstance } from 'fastify';
import { HotlineError } from '../core/errors.ts';

interface FrameworkError {
  validation?: readonly { instancePath?: string; message?: string; params?: Record<string, unknown> }[];
  validationContext?: string;
  statusCode?: number;
  code?: string;
  message: string;
}

const fieldsOf = (err: FrameworkError): { path: string; problem: string }[] =>
  (err.validation ?? []).slice(0, 20).map((each) => ({
    path: `${err.validationContext ?? ''}${each.instancePath ?? ''}`,
    problem: each.message ?? 'is not valid',
  }));

/** Turns whatever was thrown into one of our own refusals; an unknown one says nothing of its inside. */
export const asRefusal = (thrown: unknown): HotlineError => {
  if (thrown instanceof HotlineError)
    return thrown.code === 'internal.unexpected'
      ? new HotlineError('internal.unexpected', '系统出错，已记录 (unexpected error)', {}, thrown)
      : thrown;
  const err = thrown as FrameworkError;
  if (err?.validation) return new HotlineError('request.invalid', '请求内容不对 (the request is not valid)', { fields: fieldsOf(err) });
  if (err?.statusCode === 413) return new HotlineError('request.too_large', '内容过大 (the request is too large)');
  if (err?.statusCode === 429) return new HotlineError('request.too_many', '请求过于频繁 (too many requests)');
  if (err?.statusCode === 404) return new HotlineError('thing.not_found', '没有找到 (not found)');
  // Broken JSON, a wrong content type, a bad address line: the framework's code says which, its sentence may quote the body.
  if (err?.statusCode !== undefined && err.statusCode >= 400 && err.statusCode < 500)
    return new HotlineError('request.invalid', '请求格式不对 (the request is malformed)', { reason: err.code ?? 'malformed' });
  return new HotlineError('internal.unexpected', '系统出错，已记录 (unexpected error)', {}, thrown);
};

export const answerErrors = (app: FastifyInstance): void => {
  app.setErrorHandler((thrown, request, reply) => {
    const refusal = asRefusal(thrown);
    if (refusal.status >= 500) request.log.error({ err: thrown, route: request.routeOptions.url, code: refusal.code }, 'request failed');
    const wait = refusal.details.retryAfterSeconds;
    if (typeof wait === 'number') reply.header('retry-after', wait);
    return reply.code(refusal.status).send({ code: refusal.code, message: refusal.message, details: refusal.details });
  });
};
