import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Picture, Pictures } from '../../push/frames.ts';
import { push } from '../app/services.ts';
import { useNow } from '../ui/clock.ts';
import { type Store, useStore } from '../ui/store.ts';

export interface PictureNow<P extends Picture> {
  picture: Pictures[P] | null;
  error: unknown;
  /** Asks the service anew; what is pushed meanwhile stays. */
  again: () => void;
  /** The service's clock, renewed each second. */
  now: number;
  /** Whether what is shown is what is so; else since when not. */
  live: boolean;
  downSince: number | null;
}

/** What was pushed last; before the first push, what the service answered. After a reconnect the push brings the whole picture anew. */
export const usePicture = <P extends Picture>(what: P, load: () => Promise<Pictures[P]>): PictureNow<P> => {
  const ticking = useNow();
  const pushed = useStore<Pictures[P] | null>(push.pictures[what] as Store<Pictures[P] | null>);
  const { link, clockOffsetMs, downSince } = useStore(push.state);
  const asked = useQuery({ queryKey: [what], queryFn: load });
  useEffect(() => push.watch(what), [what]);
  return {
    picture: pushed ?? asked.data ?? null,
    error: pushed || asked.data ? null : asked.error,
    again: () => void asked.refetch(),
    now: ticking + clockOffsetMs,
    live: link === 'open',
    downSince,
  };
};
