export { createPromptLibrary } from './library.ts';
export { promptsRoutes } from './routes.ts';
