import type { Outbox } from '../storage/outbox.ts';
import type { Cases } from './service.ts';

/** When something happens elsewhere, cases do this. */
export const casesReactions = (outbox: Pick<Outbox, 'on'>, cases: Pick<Cases, 'draftFromVoicemail'>): void => {
  outbox.on('voicemail.left', async ({ callId }) => void (await cases.draftFromVoicemail(callId)));
};
