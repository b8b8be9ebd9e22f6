import type { Jobs } from '../jobs/runner.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Callers } from './callers.ts';
import type { KeptPlaces } from './places.ts';
import type { WaitingRepository } from './repository.ts';

/** When something happens elsewhere, those who wait gain or lose by it. */
export const waitingReactions = (deps: {
  outbox: Pick<Outbox, 'on'>;
  jobs: Pick<Jobs, 'define'>;
  places: KeptPlaces;
  callers: Callers;
  repository: Pick<WaitingRepository, 'callOf'>;
  /** Opens the draft of a case for a call whose citizen could not be called back. */
  draftOf(callId: number): Promise<unknown>;
}): void => {
  const { outbox, places, callers, repository } = deps;
  outbox.on('call.queued', ({ callId }) => callers.placeWaiting(callId));
  outbox.on('call.answered', async ({ callId }) => {
    const call = await repository.callOf(callId);
    if (call?.callerNormal && call.origin === 'citizen') await places.withdraw(call.callerNormal);
  });
  outbox.on('call.ended', async ({ callId }) => callers.refresh((await repository.callOf(callId))?.callerNormal ?? null));
  outbox.on('case.registered', ({ caseId }) => callers.refreshCase(caseId));
  outbox.on('case.closed', ({ caseId }) => callers.refreshCase(caseId));
  outbox.on('agent.changed', ({ staffId }) => callers.tryKnown(staffId));
  // A job and not a reaction: a citizen who was promised a call must not be lost because the database was busy for a moment.
  deps.jobs.define('place.draft', async ({ payload }) => {
    await deps.draftOf(Number(payload.callId));
    return undefined;
  });
};
