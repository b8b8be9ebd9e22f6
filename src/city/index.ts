export { createCityImports } from './imports.ts';
export { createProfile } from './profile.ts';
export type { CityRepository } from './repository.ts';
export { cityRoutes } from './routes.ts';
export { createCity } from './service.ts';
