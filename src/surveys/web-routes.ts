import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { isHotlineError } from '../core/errors.ts';
import type { Shown, Web } from './web.ts';
import { PAGE_POLICY, type PageLanguage, webPage } from './web-page.ts';

const Token = Type.Object({ token: Type.String({ minLength: 1, maxLength: 100 }) });
const Language = Type.Object({ lang: Type.Optional(Type.String({ maxLength: 20 })) });
/** Many telephones of one carrier share an address; what guards against guessing is the link's own count of failures. */
const PER_MINUTE = 60;
const FORM_BYTES = 8 * 1024;

const STATUS: Readonly<Partial<Record<Shown['standing'], number>>> = {
  unknown: 404,
  expired: 410,
  replaced: 410,
  locked: 410,
  over: 410,
  on_the_line: 409,
};

const languageOf = (query: unknown): PageLanguage => ((query as { lang?: string }).lang === 'en' ? 'en' : 'zh');

const send = (reply: FastifyReply, status: number, text: string): FastifyReply =>
  reply
    .code(status)
    .header('content-security-policy', PAGE_POLICY)
    .header('cache-control', 'no-store')
    .header('x-robots-tag', 'noindex')
    .type('text/html; charset=utf-8')
    .send(text);

/** The page of the one-time link: public, without an account, without a script. A scope of its own for forms and refusals. */
export const surveyWebRoutes =
  (deps: { web: Web }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { web } = deps;
    const config = { access: { public: true }, rateLimit: { max: PER_MINUTE, timeWindow: '1 minute' } } as const;
    const tags = ['surveys'];
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: FORM_BYTES },
      async (_request: unknown, body: string) => Object.fromEntries(new URLSearchParams(body)),
    );
    app.setErrorHandler((err, request, reply) => {
      const tooMany = isHotlineError(err, 'request.too_many');
      const { statusCode } = err as { statusCode?: number };
      const status = tooMany ? 429 : isHotlineError(err) ? err.status : (statusCode ?? 500);
      if (status >= 500) request.log.error({ err }, 'the page of a survey link failed');
      return send(reply, status, webPage(tooMany ? 'too_many' : 'broken', languageOf(request.query)));
    });
    const answer = (reply: FastifyReply, shown: Shown, language: PageLanguage): FastifyReply =>
      send(reply, shown.faults.length > 0 ? 422 : (STATUS[shown.standing] ?? 200), webPage(shown, language));

    app.get(
      '/reply/:token',
      { config, schema: { summary: '网上回访页 The questions on a page', tags, params: Token, querystring: Language } },
      async (request, reply) => answer(reply, await web.page(request.params.token), languageOf(request.query)),
    );
    app.post(
      '/reply/:token',
      {
        config: { ...config, byLink: true },
        schema: {
          summary: '提交网上回访 The filled form; a replayed one changes nothing',
          tags,
          consumes: ['application/x-www-form-urlencoded'],
          params: Token,
          querystring: Language,
          body: Type.Record(Type.String(), Type.String({ maxLength: 4_000 })),
        },
      },
      async (request, reply) => answer(reply, await web.answer(request.params.token, request.body), languageOf(request.query)),
    );
  };
