export { noticesNews } from './notifier.ts';
export type { NoticesRepository, OutwardRow } from './repository.ts';
export { noticesRoutes } from './routes.ts';
export { createNotices } from './service.ts';
