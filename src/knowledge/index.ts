export type { KnowledgeRepository } from './repository.ts';
export { knowledgeRoutes } from './routes.ts';
export { createKnowledge, type Knowledge } from './service.ts';
