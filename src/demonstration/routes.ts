import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Phone } from '../agents/schemas.ts';
import { CitizenPhone } from './schemas.ts';

/**
 * The made-up citizen's telephone, for a second tab. Public, because a citizen does not sign in; registered in
 * demonstration mode alone, because it hands a telephone to whoever asks.
 * @param deps.phone a phone with a fresh ticket that may dial the hotline and nothing else
 */
export const demonstrationRoutes =
  (deps: { phone: () => Promise<Phone>; hotlineNumber: string }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/demo/phone.json',
      {
        config: { access: { public: true } },
        schema: { summary: '演示市民的电话 The demonstration citizen’s phone', tags: ['demonstration'], response: { 200: CitizenPhone } },
      },
      async (_request, reply) => {
        reply.header('cache-control', 'no-store');
        return { ...(await deps.phone()), dials: deps.hotlineNumber };
      },
    );
  };
