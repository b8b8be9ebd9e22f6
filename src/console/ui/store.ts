import { useSyncExternalStore } from 'react';

/**
 * The smallest store that React can subscribe to. Push frames and the telephone write here directly, so that a card is on the
 * screen at the next frame with no query, cache or effect in the way.
 */
export interface Store<T> {
  get: () => T;
  set: (next: T | ((previous: T) => T)) => void;
  subscribe: (listener: () => void) => () => void;
}

export const createStore = <T>(initial: T): Store<T> => {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      const produced = typeof next === 'function' ? (next as (previous: T) => T)(value) : next;
      if (Object.is(produced, value)) return;
      value = produced;
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get, store.get);
