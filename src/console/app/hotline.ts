import type { Hotline } from '../../access/schemas.ts';
import { api } from '../api/endpoints.ts';
import { createStore } from '../ui/store.ts';

/** Whose hotline this is, known before anybody signs in; null until the service has answered. */
export const hotline = createStore<Hotline | null>(null);

const AGAIN_AFTER_MS = 5_000;

/** Asks until it is told: the names of queues are needed on every page. */
export const openHotline = async (): Promise<void> => {
  try {
    hotline.set(await api.hotline());
  } catch {
    setTimeout(() => void openHotline(), AGAIN_AFTER_MS);
  }
};
