import type { CallId, StaffId } from '../core/ids.ts';
import type { PushEvent } from '../push/frames.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Cards } from './cards.ts';
import type { CallsRepository } from './repository.ts';
import type { DeskView } from './schemas.ts';

export type PushTo = (staffId: StaffId, event: PushEvent) => void;

/** Who learns what of a call: the offered agent alone, keyed by the ring, so that no card is shown twice or to the wrong person. */
export const callsNotices = (deps: {
  outbox: Outbox;
  cards: Cards;
  repository: CallsRepository;
  push: PushTo;
  deskOf(callId: CallId, staffId: StaffId): Promise<DeskView>;
}): void => {
  const { outbox, cards, repository, push } = deps;

  outbox.on('call.offered', async ({ offerId, staffId }) => {
    const card = await cards.cardOf(offerId);
    if (!card) return;
    // The ring may be over by the time an old event is delivered again after a restart.
    const offer = await repository.offerById(offerId);
    if (offer && !offer.endedAt) push(staffId, { type: 'card.offered', card });
  });
  outbox.on('offer.ended', ({ callId, offerId, staffId, outcome }) =>
    push(staffId, { type: 'card.withdrawn', callId, offerId, reason: outcome }),
  );
  outbox.on('call.answered', ({ callId, offerId, staffId }, at) =>
    push(staffId, { type: 'card.answered', callId, offerId, answeredAt: at.toISOString() }),
  );
  outbox.on('call.agent_left', async ({ callId, offerId, staffId }, at) => {
    const ended = (await repository.byId(callId))?.call.endedAt !== null;
    push(staffId, { type: 'card.ended', callId, offerId, endedAt: at.toISOString(), by: ended ? 'citizen' : 'agent' });
  });
  outbox.on('call.dialled', async ({ callId, staffId }) => {
    const call = (await repository.byId(callId))?.call;
    if (call) push(staffId, { type: 'call.dialling', callId, result: call.dialResult ?? 'begun' });
  });
  outbox.on('call.desk_changed', async ({ callId, staffId }) =>
    push(staffId, { type: 'call.desk', desk: await deps.deskOf(callId, staffId) }),
  );
  outbox.on('recording.sealed', async ({ callId }) => {
    const by = (await repository.byId(callId))?.call.answeredBy;
    if (by !== null && by !== undefined) push(by, { type: 'recording.sealed', callId });
  });
};
