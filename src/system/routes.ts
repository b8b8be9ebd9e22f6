import { statfs } from 'node:fs/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Alarms } from '../calls/index.ts';
import { checkParts, type Part } from '../http/health.ts';
import type { Telephony } from '../telephony/port.ts';
import { SystemView } from './schemas.ts';

/** Free room where recordings and the database lie; null when the folder cannot be asked. */
const diskOf = async (directory: string): Promise<{ freeBytes: number; totalBytes: number } | null> => {
  try {
    const disk = await statfs(directory);
    return { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize };
  } catch {
    return null;
  }
};

export const systemRoutes =
  (deps: {
    telephony: Pick<Telephony, 'nodes'>;
    alarms: Alarms;
    parts: () => readonly Part[];
    dataDirectory: string;
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
      async () => {
        const [{ parts }, disk] = await Promise.all([checkParts(deps.parts()), diskOf(deps.dataDirectory)]);
        return {
          version: deps.version,
          node: process.version,
          engine: deps.engine,
          startedAt: deps.startedAt.toISOString(),
          residentBytes: process.memoryUsage.rss(),
          pushClients: deps.pushClients(),
          openCalls: await deps.openCalls(),
          disk,
          parts: Object.entries(parts).map(([name, { up, needed, reason }]) => ({ name, up, needed, reason: reason ?? '' })),
          switches: deps.telephony.nodes().map((node) => ({ ...node, since: node.since.toISOString() })),
          alarms: deps.alarms.all(),
        };
      },
    );
  };
