export { createCallers } from './callers.ts';
export { createKeptPlaces, type KeptPlaces } from './places.ts';
export { waitingReactions } from './reactions.ts';
export { waitingRoutes } from './routes.ts';
export { callbackRuleOf } from './rules.ts';
export { createWaitingSettings } from './settings.ts';
