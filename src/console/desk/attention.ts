import { api } from '../api/endpoints.ts';
import { queueWord, translate } from '../i18n/i18n.ts';
import type { PhoneController } from '../softphone/controller.ts';
import { startRing, stopRing } from '../softphone/sound.ts';
import { duration } from '../ui/format.ts';
import type { DeskStore } from './desk-store.ts';

/**
 * Ring, title and notification while a call rings. The notification names the queue and never the citizen: it lies on a screen that
 * others can see.
 */
export const ringWhileRinging = (desk: DeskStore, phone: PhoneController): (() => void) => {
  const calmTitle = document.title;
  let timer: ReturnType<typeof setInterval> | undefined;
  let note: Notification | null = null;
  let ringing = false;

  const quiet = (): void => {
    clearInterval(timer);
    stopRing();
    note?.close();
    note = null;
    document.title = calmTitle;
  };

  const begin = (): void => {
    const { since, card } = desk.view.get();
    const showTime = (): void => {
      document.title = translate('ringing.title', { time: duration((Date.now() - since) / 1000), number: card?.calledNumber || '12345' });
    };
    showTime();
    timer = setInterval(showTime, 1000);
    if (phone.hasLeader()) startRing();
    if (document.hidden && phone.hasLeader() && 'Notification' in window && Notification.permission === 'granted') {
      note = new Notification(translate('ringing.notification'), {
        body: card ? queueWord(translate, card.queue) : '',
        tag: 'hotline-ring',
        requireInteraction: true,
      });
      note.onclick = () => window.focus();
    }
  };

  const follow = (): void => {
    const { mode, session } = desk.view.get();
    const now = mode === 'ringing' && session?.phase !== 'answering';
    if (now === ringing) return;
    ringing = now;
    if (now) begin();
    else quiet();
  };
  follow();
  const stop = desk.view.subscribe(follow);
  return () => {
    stop();
    quiet();
  };
};

/** The service keeps in the call's record what the browser saw, once per call and kind. */
export const reportMediaFaults = (desk: DeskStore): (() => void) => {
  const told = new Set<string>();
  return desk.view.subscribe(() => {
    const { card, session } = desk.view.get();
    if (!card?.callId || !session || (session.media !== 'failed' && session.media !== 'deaf')) return;
    const kind = session.media === 'failed' ? 'ice_failed' : 'no_audio';
    if (told.has(`${card.callId} ${kind}`)) return;
    told.add(`${card.callId} ${kind}`);
    void api.mediaFault(card.callId, kind).catch(() => {});
  });
};
