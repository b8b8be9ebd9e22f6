import { useQuery } from '@tanstack/react-query';
import { api } from '../api/endpoints.ts';

/** Names of units by their codes; a code stands for itself until they are there. */
export const useUnitName = (): ((code: string | null) => string) => {
  const { data } = useQuery({ queryKey: ['units'], queryFn: api.units, staleTime: Number.POSITIVE_INFINITY });
  return (code) => (code === null ? '—' : (data?.find((unit) => unit.code === code)?.name ?? code));
};
