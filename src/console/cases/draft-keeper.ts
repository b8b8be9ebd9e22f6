import type { Card } from '../../calls/schemas.ts';
import type { CaseForm, CaseView, StaleCase } from '../../cases/schemas.ts';
import { ApiError, isAway } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import type { PushClient } from '../socket/push-client.ts';
import { createStore, type Store } from '../ui/store.ts';
import {
  type Choices,
  callOfLoneDraft,
  confirmField,
  type Draft,
  draftForCall,
  draftForCase,
  editDraft,
  type Field,
  resolveConflict,
  type Side,
  savedDraft,
  withConflict,
  withServerView,
} from './draft.ts';

/** Keeps every form being written: in this browser within 300 ms, with the service every two seconds of change. */
export interface DraftKeeper {
  state: Store<ReadonlyMap<string, Draft>>;
  openForCall: (card: Card) => string;
  openForCase: (view: CaseView) => string;
  edit: <K extends Field>(key: string, field: K, value: CaseForm[K]) => void;
  confirm: (key: string, field: Field) => void;
  resolve: (key: string, choice: Side | Choices) => void;
  /** Saves now. True when the service has it, false when it is kept in this browser only. */
  save: (key: string) => Promise<boolean>;
}

const STORAGE_PREFIX = 'hotline.draft.';
const KEEP_HERE_WITHIN_MS = 250;
const SEND_EVERY_MS = 2_000;
/** Saved drafts stay here this long, for a reload in the middle of a call. */
const FORGET_AFTER_MS = 24 * 3_600_000;

const readStored = (): Map<string, Draft> => {
  const found = new Map<string, Draft>();
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      const name = localStorage.key(index);
      if (!name?.startsWith(STORAGE_PREFIX)) continue;
      const draft = JSON.parse(localStorage.getItem(name) ?? 'null') as Draft | null;
      if (draft && (draft.dirty || Date.now() - draft.startedAt < FORGET_AFTER_MS)) found.set(draft.key, draft);
      else localStorage.removeItem(name);
    }
  } catch {
    // A damaged or forbidden storage must not keep the desk from opening.
  }
  return found;
};

export const createDraftKeeper = (push: PushClient): DraftKeeper => {
  const state = createStore<ReadonlyMap<string, Draft>>(readStored());
  const keepTimers = new Map<string, ReturnType<typeof setTimeout>>();
  const sending = new Map<string, Promise<boolean>>();

  const keepHere = (key: string): void => {
    keepTimers.delete(key);
    const draft = state.get().get(key);
    if (!draft) return;
    try {
      localStorage.setItem(STORAGE_PREFIX + key, JSON.stringify({ ...draft, savedHereAt: Date.now() }));
      put({ ...draft, savedHereAt: Date.now() }, false);
    } catch {
      // Full storage: the service still gets it.
    }
  };

  const put = (draft: Draft, keep = true): void => {
    state.set((previous) => new Map(previous).set(draft.key, draft));
    if (keep && !keepTimers.has(draft.key))
      keepTimers.set(
        draft.key,
        setTimeout(() => keepHere(draft.key), KEEP_HERE_WITHIN_MS),
      );
  };

  const change = (key: string, by: (draft: Draft) => Draft): void => {
    const draft = state.get().get(key);
    if (draft) put(by(draft));
  };

  const callIdFor = (draft: Draft): number | null => {
    if (draft.callId) return draft.callId;
    const { snapshot, clockOffsetMs } = push.state.get();
    if (!snapshot) return null;
    const cards = snapshot.wrapUp ? [...snapshot.cards, snapshot.wrapUp] : snapshot.cards;
    return callOfLoneDraft(draft, { cards, recent: snapshot.recent }, clockOffsetMs);
  };

  const openThere = async (key: string): Promise<void> => {
    const draft = state.get().get(key);
    if (!draft || draft.caseId !== null) return;
    const view = await api.openCase(callIdFor(draft));
    change(key, (latest) => withServerView(latest, view));
  };

  const sendOnce = async (key: string): Promise<boolean> => {
    await openThere(key);
    const draft = state.get().get(key);
    if (!draft || draft.caseId === null || draft.version === null || draft.conflict) return false;
    if (!draft.dirty) return true;
    const sent = draft.form;
    const view = await api.saveCase(draft.caseId, { version: draft.version, form: sent });
    change(key, (latest) => savedDraft(latest, sent, view, Date.now()));
    return true;
  };

  const send = (key: string): Promise<boolean> => {
    const running = sending.get(key);
    if (running) return running;
    const attempt = sendOnce(key)
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 409 && error.code === 'case.version_stale')
          change(key, (draft) => withConflict(draft, error.details as StaleCase['details']));
        else if (!isAway(error)) console.warn('a draft was not saved', error instanceof ApiError ? error.code : error);
        return false;
      })
      .finally(() => sending.delete(key));
    sending.set(key, attempt);
    return attempt;
  };

  const sendWaiting = (): void => {
    if (push.state.get().link !== 'open') return;
    for (const draft of state.get().values()) if (draft.dirty && !draft.conflict) void send(draft.key);
  };
  setInterval(sendWaiting, SEND_EVERY_MS);
  window.addEventListener('pagehide', () => {
    for (const key of [...keepTimers.keys()]) keepHere(key);
  });

  return {
    state,
    openForCall: (card) => {
      const key = `call:${card.channelId}`;
      const known = state.get().get(key);
      if (!known) put(draftForCall(card, Date.now()));
      else if (known.callId === null && card.callId) put({ ...known, callId: card.callId });
      if (card.callId && !known?.caseId) void send(key);
      return key;
    },
    openForCase: (view) => {
      const sameCase = [...state.get().values()].find((draft) => draft.caseId === view.caseId && draft.dirty);
      if (sameCase) return sameCase.key;
      const key = `case:${view.caseId}`;
      const known = state.get().get(key);
      if (!known?.dirty) put(draftForCase(view, Date.now()), false);
      return key;
    },
    edit: (key, field, value) => change(key, (draft) => editDraft(draft, field, value)),
    confirm: (key, field) => change(key, (draft) => confirmField(draft, field)),
    resolve: (key, choice) => {
      change(key, (draft) => resolveConflict(draft, choice));
      void send(key);
    },
    save: async (key) => {
      // Words typed while a save was under way need one more.
      await send(key);
      return state.get().get(key)?.dirty === false ? true : send(key);
    },
  };
};
