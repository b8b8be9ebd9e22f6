export { dutyRoutes } from './duty-routes.ts';
export { createDuty } from './duty-service.ts';
export { createDirectoryEditing, type DirectoryEditing } from './editing.ts';
export { directoryEditingRoutes } from './editing-routes.ts';
export { initialsOf } from './initials.ts';
export { type CallerMatch, type DirectoryPerson, type Identity, matchCaller, shownCaller } from './matching.ts';
export type { CategoryRow, DirectoryRepository, NewCitizen, PlaceRow, UnitRow } from './repository.ts';
export { directoryRoutes } from './routes.ts';
export { createDirectory, type Directory } from './service.ts';
