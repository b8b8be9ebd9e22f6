import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Board } from '../../board/schemas.ts';
import { request } from '../api/client.ts';
import { push } from '../app/services.ts';
import { useNow } from '../ui/clock.ts';
import { useStore } from '../ui/store.ts';

export interface BoardNow {
  board: Board | null;
  error: unknown;
  retry: () => void;
  /** The service's clock, renewed each second. */
  now: number;
  /** Whether what is shown is what is so; else since when not. */
  live: boolean;
  downSince: number | null;
}

/** What was pushed last; before the first push, what the service answered. After a reconnect the push brings the whole board anew. */
export const useBoard = (): BoardNow => {
  const ticking = useNow();
  const pushed = useStore(push.pictures.board);
  const { link, clockOffsetMs, downSince } = useStore(push.state);
  const asked = useQuery({ queryKey: ['board'], queryFn: () => request<Board>('GET', '/api/board') });
  useEffect(() => push.watch('board'), []);
  return {
    board: pushed ?? asked.data ?? null,
    error: pushed || asked.data ? null : asked.error,
    retry: () => void asked.refetch(),
    now: ticking + clockOffsetMs,
    live: link === 'open',
    downSince,
  };
};
