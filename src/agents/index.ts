export type { LiveOffer } from './agent.ts';
export { createDesk, type Desk } from './desk.ts';
export { liveGauges } from './gauges.ts';
export { type AgentNotices, agentNotices } from './notifier.ts';
export { createPresences, type Presences } from './presence.ts';
export { agentReactions } from './reactions.ts';
export type { AgentsRepository } from './repository.ts';
export { agentsRoutes } from './routes.ts';
export { type Agents, createAgents } from './service.ts';
