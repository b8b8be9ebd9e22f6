export type { LinesInUse } from './calling.ts';
export type { SetTimer } from './conversation.ts';
export { surveyNotices } from './notifier.ts';
export type { SurveysRepository } from './repository.ts';
export { surveysRoutes } from './routes.ts';
export { createSurveys, type Surveys } from './service.ts';
export { createHttpTextGateway } from './text-gateway.ts';
export { surveyWebRoutes } from './web-routes.ts';
