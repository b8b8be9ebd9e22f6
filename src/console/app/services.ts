import { QueryClient } from '@tanstack/react-query';
import { messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { createDraftKeeper } from '../cases/draft-keeper.ts';
import { createDeskStore } from '../desk/desk-store.ts';
import { translate } from '../i18n/i18n.ts';
import { createPushClient } from '../socket/push-client.ts';
import { createPhoneController } from '../softphone/controller.ts';
import { createStore } from '../ui/store.ts';
import { session, sessionEnded } from './session.ts';

/** The page's wiring, in written order: each thing is made once, from the things above it. */
const pushUrl = (): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/push`;

export const push = createPushClient(pushUrl);
push.state.subscribe(() => {
  if (push.state.get().sessionEnded && session.get().status === 'in') sessionEnded();
});

/** What could not be done, in the service's words, shown in the foot until the next act. */
export const notice = createStore<{ text: string; at: number } | null>(null);
export const tell = (text: string): void => notice.set({ text, at: Date.now() });

let wantsReady = false;
export const phone = createPhoneController({
  signedIn: () => {
    if (!wantsReady) return;
    wantsReady = false;
    void api.setIntent({ intent: 'ready' }).catch(() => {});
  },
  signInFailed: (error) => tell(messageOf(error)),
  microphoneChanged: (label) => tell(translate('device.microphone_changed', { name: label })),
});
push.state.subscribe(() => {
  const { snapshot, link } = push.state.get();
  if (!snapshot || link !== 'open') return;
  phone.follow(snapshot.agent);
  phone.believe(snapshot.cards.map((card) => card.channelId));
});

/** Signing in by hand means wanting calls; a reload only takes the telephone up again. */
export const signInToDesk = (staffId: number): void => {
  wantsReady = true;
  phone.claim(staffId);
};

export const desk = createDeskStore(push, phone);
export const drafts = createDraftKeeper(push);

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 15_000, retry: 1, refetchOnWindowFocus: false, networkMode: 'always' } },
});
