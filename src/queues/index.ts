export { queuesRoutes } from './routes.ts';
export { createQueues, type Queues } from './service.ts';
