import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { HotlineError } from '../core/errors.ts';
import { instant } from '../core/shapes.ts';
import { byStaff, type History } from '../history/index.ts';
import { currentStaff } from '../http/index.ts';
import type { Store } from '../storage/store.ts';
import type { Jobs } from './runner.ts';

const DeadJobView = Type.Object({
  jobId: Type.Integer(),
  kind: Type.String(),
  attempts: Type.Integer(),
  failure: Type.String(),
  diedAt: instant,
});
const JobParams = Type.Object({ jobId: Type.Integer({ minimum: 1 }) });

/** Work that was given up: to be seen, and to be tried again once its cause is mended. */
export const jobsRoutes =
  (deps: { jobs: Jobs; store: Pick<Store, 'write'>; history: Pick<History, 'append'> }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const tags = ['system'];
    app.get(
      '/api/jobs/dead',
      {
        config: { access: { any: ['system.read'] } },
        schema: { summary: '放弃了的后台工作 Work that was given up', tags, response: { 200: Type.Array(DeadJobView) } },
      },
      async () =>
        (await deps.jobs.dead()).map(({ jobId, kind, attempts, failure, diedAt }) => ({
          jobId,
          kind,
          attempts,
          failure,
          diedAt: diedAt.toISOString(),
        })),
    );
    app.post(
      '/api/jobs/:jobId/retry',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: { summary: '重做 Try it again', tags, params: JobParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const { jobId } = request.params;
        const revived = await deps.store.write(async (db) => {
          if (!(await deps.jobs.revive(db, jobId))) return false;
          await deps.history.append(db, {
            actor: byStaff(currentStaff(request).staffId),
            act: 'job.retried',
            thing: { kind: 'job', id: jobId },
            details: {},
          });
          return true;
        });
        if (!revived) throw new HotlineError('thing.not_found', '没有这件放弃了的工作 There is no such dead job');
        return reply.code(204).send(null);
      },
    );
  };
