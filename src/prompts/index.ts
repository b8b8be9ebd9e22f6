export { createPromptLibrary } from './library.ts';
export { createPlayedSounds } from './played.ts';
export { promptsRoutes } from './routes.ts';
export { createStudio } from './studio.ts';
