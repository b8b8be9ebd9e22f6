import { useSyncExternalStore } from 'react';

/** One clock for the whole page, ticking on the whole second, so that no two timers on a screen disagree or tick apart. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setTimeout> | undefined;

const tick = (): void => {
  now = Date.now();
  for (const listener of [...listeners]) listener();
  timer = listeners.size > 0 ? setTimeout(tick, 1000 - (Date.now() % 1000)) : undefined;
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  if (!timer) {
    now = Date.now();
    timer = setTimeout(tick, 1000 - (now % 1000));
  }
  return () => {
    listeners.delete(listener);
  };
};

/** Milliseconds since 1970 by this computer's clock, renewed once a second. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => (timer ? now : Math.floor(Date.now() / 1000) * 1000));
