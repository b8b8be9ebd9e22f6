export { webhooksRoutes } from './routes.ts';
export { createWebhooks } from './service.ts';
