export { currentMachine, currentSession, currentStaff, mayCurrent, type RouteAccess } from './guard.ts';
export type { Part } from './health.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type App, createHttp, type HttpDeps } from './server.ts';
