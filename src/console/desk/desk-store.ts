import type { PushClient } from '../socket/push-client.ts';
import type { PhoneController } from '../softphone/controller.ts';
import { createStore, type Store } from '../ui/store.ts';
import { type DeskMemory, type DeskView, deskView, initialDeskMemory } from './desk-view.ts';

export interface DeskStore {
  view: Store<DeskView>;
  /** Puts the form of a call that ended without the service aside. */
  finishAlone: () => void;
}

const ENDED_KEPT = 30;

/** Joins push, telephone and memory, and remembers what the telephone knew before the service did. */
export const createDeskStore = (push: PushClient, phone: PhoneController): DeskStore => {
  let memory: DeskMemory = initialDeskMemory;
  const compute = (): DeskView => deskView(push.state.get(), phone.state.get(), memory);
  const view = createStore<DeskView>(compute());
  let endedSeen = new Set<string>();

  const noteEnded = (): void => {
    const before = view.get();
    for (const ended of phone.state.get().ended) {
      if (endedSeen.has(ended.id)) continue;
      endedSeen = new Set([...endedSeen, ended.id].slice(-ENDED_KEPT));
      const cards = push.state.get().snapshot?.cards ?? [];
      const offers = cards.filter((card) => card.channelId === ended.channelId).map((card) => card.offerId);
      memory = { ...memory, endedOffers: [...memory.endedOffers, ...offers].slice(-ENDED_KEPT) };
      const alone = push.state.get().link !== 'open' && ended.answered && before.card;
      if (alone) memory = { ...memory, wrapUpAlone: before.card, wrapUpAloneSince: Date.now() };
    }
  };

  const update = (): void => {
    noteEnded();
    const next = compute();
    if (next.card && (next.mode === 'ringing' || next.mode === 'dialling' || next.mode === 'talking'))
      memory = { ...memory, lastCard: next.card };
    // The service is back and tells what this person is doing; the words kept here meanwhile are submitted by the drafts.
    if (push.state.get().link === 'open' && memory.wrapUpAlone) memory = { ...memory, wrapUpAlone: null };
    const settled = compute();
    const previous = view.get();
    const same =
      previous.mode === settled.mode &&
      previous.card === settled.card &&
      previous.session === settled.session &&
      previous.since === settled.since &&
      previous.device === settled.device;
    if (!same) view.set(settled);
  };

  push.state.subscribe(update);
  phone.state.subscribe(update);
  return {
    view,
    finishAlone: () => {
      memory = { ...memory, wrapUpAlone: null };
      update();
    },
  };
};
