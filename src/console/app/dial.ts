import type { DialTarget } from '../../calls/schemas.ts';
import { ApiError, messageOf } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { createStore } from '../ui/store.ts';

/** What the dial panel shows: closed, open to type, or a call that was asked for and what the service said of it. */
export interface DialState {
  open: boolean;
  /** A costly number that must be meant once more. */
  asked: { to: DialTarget; key: string; numberClass: string } | null;
  busy: boolean;
  problem: string;
}
const idle: DialState = { open: false, asked: null, busy: false, problem: '' };
export const dialState = createStore<DialState>(idle);

export const openDial = (open: boolean): void => dialState.set({ ...idle, open });

/** Both clicks of a double click, and an answer that was lost on the way, carry one name. */
const send = async (to: DialTarget, key: string, confirm: boolean): Promise<void> => {
  if (dialState.get().busy) return;
  dialState.set((before) => ({ ...before, busy: true, problem: '' }));
  try {
    await api.dial({ to, key, ...(confirm ? { confirm } : {}) });
    dialState.set(idle);
  } catch (error) {
    const needsConfirm = error instanceof ApiError && error.code === 'dial.confirm_needed';
    const details = error instanceof ApiError ? (error.details as { numberClass?: string }) : {};
    dialState.set({
      open: true,
      asked: needsConfirm ? { to, key, numberClass: details.numberClass ?? '' } : null,
      busy: false,
      problem: needsConfirm ? '' : messageOf(error),
    });
  }
};

export const dial = (to: DialTarget): Promise<void> => send(to, crypto.randomUUID(), false);

export const confirmDial = async (): Promise<void> => {
  const { asked } = dialState.get();
  if (asked) await send(asked.to, asked.key, true);
};
