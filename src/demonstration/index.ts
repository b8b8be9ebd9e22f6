export type { DemonstrationAccount } from './accounts.ts';
export { createLivesOnClock } from './lives-on-clock.ts';
export { DEMONSTRATION_LINE } from './past.ts';
export { createCitizenPhone } from './phone.ts';
export type { DemonstrationRepository } from './repository.ts';
export { demonstrationRoutes } from './routes.ts';
export { type Demonstration, type DemonstrationDeps, startDemonstration } from './seed.ts';
