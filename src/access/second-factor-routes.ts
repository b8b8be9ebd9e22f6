import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { currentSession } from '../http/guard.ts';
import type { StaffAdministration } from './administration.ts';
import { Enrolment, MySecondFactor, RecoveryCodes, SecondFactorCode, SecondFactorSettings } from './schemas.ts';
import type { SecondFactors } from './second-factors.ts';

/** One's own second factor, who must have one, and the reset of somebody else's. */
export const secondFactorRoutes =
  (deps: { secondFactors: SecondFactors; administration: Pick<StaffAdministration, 'resetSecondFactor'> }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { secondFactors } = deps;
    const tags = ['access'];
    const own = { access: { signedIn: true, enrolling: true } } as const;
    const mine = '/api/session/second-factor';

    app.get(
      mine,
      { config: own, schema: { tags, summary: '自己的第二因素 (one’s own second factor)', response: { 200: MySecondFactor } } },
      (request) => secondFactors.mine(currentSession(request)),
    );
    app.post(mine, { config: own, schema: { tags, summary: '开始启用 (begin to enrol)', response: { 200: Enrolment } } }, (request) =>
      secondFactors.begin(currentSession(request)),
    );
    app.put(
      mine,
      {
        config: own,
        schema: {
          tags,
          summary: '第一个验证码：启用 (the first code puts it in force)',
          body: SecondFactorCode,
          response: { 200: RecoveryCodes },
        },
      },
      async (request) => ({ recoveryCodes: await secondFactors.confirm(currentSession(request), request.body.code) }),
    );
    app.post(
      `${mine}/recovery-codes`,
      {
        config: { access: { signedIn: true } },
        schema: { tags, summary: '换新恢复码 (ten new recovery codes)', body: SecondFactorCode, response: { 200: RecoveryCodes } },
      },
      async (request) => ({ recoveryCodes: await secondFactors.renewCodes(currentSession(request), request.body.code) }),
    );
    app.delete(
      '/api/staff/:staffId/second-factor',
      {
        config: { access: { any: ['staff.manage'] } },
        schema: {
          tags,
          summary: '重置第二因素 (reset somebody’s second factor)',
          params: Type.Object({ staffId: Type.Integer({ minimum: 1 }) }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await deps.administration.resetSecondFactor(request.params.staffId, currentSession(request).staff.staffId);
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/api/settings/second-factor',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: { tags: ['settings'], summary: '谁必须用第二因素 (who must have one)', response: { 200: SecondFactorSettings } },
      },
      () => secondFactors.settings(),
    );
    app.put(
      '/api/settings/second-factor',
      {
        config: { access: { any: ['settings.manage'] } },
        schema: {
          tags: ['settings'],
          summary: '设置谁必须用 (set it; from each next log-in)',
          body: SecondFactorSettings,
          response: { 200: SecondFactorSettings },
        },
      },
      (request) => secondFactors.saveSettings(request.body, currentSession(request).staff.staffId),
    );
  };
