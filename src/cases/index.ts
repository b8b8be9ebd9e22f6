export { caseNumber, type Proposals, titleOf, type Viewer } from './case.ts';
export { type CaseReader, createCaseLookup } from './lookup.ts';
export { casesReactions } from './reactions.ts';
export type { Matter, Repeats } from './repeats.ts';
export type { CasesRepository } from './repository.ts';
export { casesRoutes } from './routes.ts';
export { type CallDraft, type Cases, type CasesDeps, createCases, type OpenCaseBrief, prefillOf } from './service.ts';
