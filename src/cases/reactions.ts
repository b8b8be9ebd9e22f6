import type { Jobs } from '../jobs/runner.ts';
import type { Cases } from './service.ts';

/** When something happens elsewhere, cases do this. */
export const casesReactions = (jobs: Pick<Jobs, 'define'>, cases: Pick<Cases, 'draftFromCall'>): void => {
  // A job and not a reaction: a citizen who left a message must not be lost because the database was busy for a moment.
  jobs.define('voicemail.draft', async ({ payload }) => {
    await cases.draftFromCall(Number(payload.callId), 'voicemail');
    return undefined;
  });
};
