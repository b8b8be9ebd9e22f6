import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import type { Alarms } from '../calls/index.ts';
import { instant } from '../core/shapes.ts';
import type { Telephony } from '../telephony/port.ts';

const SystemView = Type.Object({
  version: Type.String(),
  node: Type.String({ description: 'version of Node.js' }),
  engine: Type.String(),
  startedAt: instant,
  residentBytes: Type.Integer(),
  pushClients: Type.Integer(),
  openCalls: Type.Integer(),
  switches: Type.Array(Type.Object({ node: Type.String(), up: Type.Boolean(), reason: Type.String(), since: instant })),
  alarms: Type.Array(Type.Object({ id: Type.String(), kind: Type.String(), at: instant, detail: Type.String() })),
});

export const systemRoutes =
  (deps: {
    telephony: Pick<Telephony, 'nodes'>;
    alarms: Alarms;
    version: string;
    engine: string;
    startedAt: Date;
    pushClients: () => number;
    openCalls: () => Promise<number>;
  }): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/api/system',
      {
        config: { access: { any: ['system.read'] } },
        schema: { summary: '系统状态 The system as it stands', tags: ['system'], response: { 200: SystemView } },
      },
      async () => ({
        version: deps.version,
        node: process.version,
        engine: deps.engine,
        startedAt: deps.startedAt.toISOString(),
        residentBytes: process.memoryUsage.rss(),
        pushClients: deps.pushClients(),
        openCalls: await deps.openCalls(),
        switches: deps.telephony.nodes().map((node) => ({ ...node, since: node.since.toISOString() })),
        alarms: deps.alarms.all(),
      }),
    );
  };
