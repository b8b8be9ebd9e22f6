import { groupNumber, maskNumber } from '../core/phone-number.ts';
import { talkSeconds, waitSeconds } from './call.ts';
import type { ListedCall } from './repository.ts';
import type { Caller, CallRow, ShownNumber } from './schemas.ts';

/** The draft that belongs to a call, as the cases feature tells it. */
export interface CallDraftView {
  caseId: number;
  number: string;
  subject: string;
}

/** @param unmasked whether this reader's recorded reason opened the number */
export const shownNumber = (normal: string | null, unmasked = false): ShownNumber | null =>
  normal === null ? null : { masked: maskNumber(normal), full: unmasked ? groupNumber(normal) : null };

const identityOf = ({ call }: ListedCall): Caller['identity'] => {
  if (call.callerKind !== 'number') return call.callerKind;
  return call.citizenId === null ? 'unknown' : 'known';
};

export const callRow = (listed: ListedCall, draft: CallDraftView | undefined, now: Date): CallRow => {
  const { call } = listed;
  return {
    callId: call.id,
    arrivedAt: call.arrivedAt.toISOString(),
    answeredAt: call.answeredAt?.toISOString() ?? null,
    endedAt: call.endedAt?.toISOString() ?? null,
    queue: call.queue,
    disposition: call.disposition,
    callerName: listed.citizenName,
    number: shownNumber(call.callerNormal),
    identity: identityOf(listed),
    answeredBy:
      call.answeredBy !== null && listed.answeredByName !== null ? { staffId: call.answeredBy, name: listed.answeredByName } : null,
    waitSeconds: waitSeconds(call, now),
    talkSeconds: talkSeconds(call, now),
    outbound: call.origin === 'outbound',
    caseId: draft?.caseId ?? call.caseId,
    caseNumber: draft?.number ?? null,
    subject: draft?.subject ?? '',
    recording: listed.recordingState,
  };
};
