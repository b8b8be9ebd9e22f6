export { type Alarms, createAlarms } from './alarms.ts';
export { type CardReader, type Cards, type CaseLookup, createCards } from './cards.ts';
export { callsNotices, type PushTo } from './notifier.ts';
export { createPlayback, type Playback } from './playback.ts';
export { createRecordings, type Recordings } from './recordings.ts';
export type { CallsRepository } from './repository.ts';
export { callsRoutes } from './routes.ts';
export { type Calls, createCalls } from './service.ts';
