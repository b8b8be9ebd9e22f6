import { type Static, Type } from 'typebox';
import { instant, nullable } from '../core/shapes.ts';

export const SystemView = Type.Object({
  version: Type.String(),
  node: Type.String({ description: 'version of Node.js' }),
  engine: Type.String(),
  startedAt: instant,
  residentBytes: Type.Integer(),
  pushClients: Type.Integer(),
  openCalls: Type.Integer(),
  disk: nullable(Type.Object({ freeBytes: Type.Integer(), totalBytes: Type.Integer() })),
  /** What the service stands on, as it asked this moment; also at /readyz. */
  parts: Type.Array(Type.Object({ name: Type.String(), up: Type.Boolean(), needed: Type.Boolean(), reason: Type.String() })),
  switches: Type.Array(Type.Object({ node: Type.String(), up: Type.Boolean(), reason: Type.String(), since: instant })),
  alarms: Type.Array(Type.Object({ id: Type.String(), kind: Type.String(), at: instant, detail: Type.String() })),
});
export type SystemView = Static<typeof SystemView>;
