export { createStaffAdministration, type StaffAdministration } from './administration.ts';
export { createPasswords, type Passwords } from './password.ts';
export type { AccessRepository, StaffRow } from './repository.ts';
export { accessRoutes } from './routes.ts';
export { createSecondFactors, type SecondFactors } from './second-factors.ts';
export { type Access, createAccess } from './service.ts';
export { SESSION_COOKIE, type Session, type Staff } from './session.ts';
