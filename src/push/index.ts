export { PUSH_PROTOCOL, type PushEvent, type Snapshot } from './frames.ts';
export { CLOSE_SESSION_ENDED, createPushHub, type PushHub, type PushHubDeps } from './hub.ts';
export { pushRoutes } from './routes.ts';
