export { hoursRoutes } from './routes.ts';
export { createHours, type Hours } from './service.ts';
