import { postgresKit } from './kit-postgres.ts';
import { defineSchema } from './schema.ts';

export const postgresSchema = defineSchema(postgresKit);
// The migration generator looks at a module's exports, so each table is one.
export const {
  staff,
  sessions,
  loginThrottles,
  units,
  places,
  categories,
  citizens,
  citizenNumbers,
  articles,
  shifts,
  calls,
  offers,
  recordings,
  cases,
  caseRounds,
  caseUnits,
  caseTransitions,
  caseFeedbacks,
  caseReplies,
  caseWorks,
  caseRulings,
  caseOrders,
  caseCallbacks,
  casePolicies,
  calendarYears,
  unitPosts,
  history,
  outbox,
  jobs,
  settings,
} = postgresSchema;
