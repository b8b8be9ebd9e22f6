import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { SurveysView } from '../../surveys/schemas.ts';
import { api } from '../api/endpoints.ts';
import { push } from '../app/services.ts';
import { useNow } from '../ui/clock.ts';
import { useStore } from '../ui/store.ts';

export interface SurveysNow {
  view: SurveysView | null;
  error: unknown;
  /** Asks the service anew; what is pushed meanwhile stays. */
  again: () => void;
  /** The service's clock, renewed each second. */
  now: number;
  live: boolean;
  downSince: number | null;
}

/** What was pushed last; before the first push, what the service answered. */
export const useSurveys = (): SurveysNow => {
  const ticking = useNow();
  const pushed = useStore(push.pictures.surveys);
  const { link, clockOffsetMs, downSince } = useStore(push.state);
  const asked = useQuery({ queryKey: ['surveys'], queryFn: api.surveys });
  useEffect(() => push.watch('surveys'), []);
  return {
    view: pushed ?? asked.data ?? null,
    error: pushed || asked.data ? null : asked.error,
    again: () => void asked.refetch(),
    now: ticking + clockOffsetMs,
    live: link === 'open',
    downSince,
  };
};

/** Names of units by their codes; a code stands for itself until they are there. */
export const useUnitName = (): ((code: string | null) => string) => {
  const { data } = useQuery({ queryKey: ['units'], queryFn: api.units, staleTime: Number.POSITIVE_INFINITY });
  return (code) => (code === null ? '—' : (data?.find((unit) => unit.code === code)?.name ?? code));
};
