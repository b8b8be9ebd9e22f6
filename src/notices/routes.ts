import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { Viewer } from '../cases/index.ts';
import type { CaseId } from '../core/ids.ts';
import { currentStaff } from '../http/index.ts';
import { MarkRead, NoticePage, NoticePhone, NoticeQuery, Receipt, Unread } from './schemas.ts';
import type { Notices } from './service.ts';

export const noticesRoutes =
  (deps: { notices: Notices; checkSight(caseId: CaseId, staff: Viewer): Promise<unknown> }): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { notices } = deps;
    const tags = ['notices'];
    const own = { access: { signedIn: true } } as const;
    app.get(
      '/api/notices',
      { config: own, schema: { summary: '我的消息 What I was told', tags, querystring: NoticeQuery, response: { 200: NoticePage } } },
      (request) => {
        const { unreadOnly = false, before = null } = request.query;
        return notices.page(currentStaff(request).staffId, { unreadOnly, before });
      },
    );
    app.post(
      '/api/notices/read',
      { config: own, schema: { summary: '标为已读 Mark as read', tags, body: MarkRead, response: { 200: Unread } } },
      async (request) => ({ unread: await notices.markRead(currentStaff(request).staffId, request.body) }),
    );
    app.get(
      '/api/notices/leaders',
      {
        config: { access: { any: ['cases.write', 'cases.dispatch', 'cases.supervise'] } },
        schema: {
          summary: '可报告的领导 Leaders to whom a matter may be reported',
          tags,
          response: { 200: Type.Array(Type.Object({ name: Type.String() })) },
        },
      },
      () => notices.leaders(),
    );
    app.get(
      '/api/notices/phone',
      { config: own, schema: { summary: '我接收短信的手机 My mobile for short messages', tags, response: { 200: NoticePhone } } },
      (request) => notices.phone(currentStaff(request).staffId),
    );
    app.put(
      '/api/notices/phone',
      {
        config: own,
        schema: { summary: '保存接收短信的手机 Save it, or take it back', tags, body: NoticePhone, response: { 200: NoticePhone } },
      },
      (request) => notices.savePhone(currentStaff(request).staffId, request.body.mobile),
    );
    app.get(
      '/api/cases/:caseId/receipts',
      {
        config: { access: { any: ['cases.read_own', 'cases.read_all'] } },
        schema: {
          summary: '谁被告知、何时已读 Who was told of the case, and when it was read',
          tags,
          params: Type.Object({ caseId: Type.Integer({ minimum: 1 }) }),
          response: { 200: Type.Array(Receipt) },
        },
      },
      async (request) => {
        await deps.checkSight(request.params.caseId, currentStaff(request));
        return notices.receiptsOf(request.params.caseId);
      },
    );
  };
