export { boardNotices } from './notifier.ts';
export { boardRoutes } from './routes.ts';
export { type BoardService, createBoard } from './service.ts';
