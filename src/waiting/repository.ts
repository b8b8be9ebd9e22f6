/** What is kept of promises to call back and of callers, and how it is asked for. The one adapter is drizzle's; the port is its shape. */
export type { CallerCases, PlaceRecord, WaitingRepository } from '../storage/repositories/waiting.ts';
