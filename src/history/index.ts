export { type Actor, byMachine, byStaff, bySwitch, bySystem, type HistoryEntry } from './history.ts';
export type { HistoryFilter, HistoryRepository, HistoryRow } from './repository.ts';
export { historyRoutes } from './routes.ts';
export { createHistory, type History } from './service.ts';
