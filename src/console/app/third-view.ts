import type { WantedDestination } from '../../calls/schemas.ts';

/** What was typed, when it is enough to dial. Whether it is a colleague's extension the service knows. */
export const wantedFrom = (typed: string): WantedDestination | null => {
  const number = typed.replace(/[\s\-()]/g, '');
  return /^\+?\d{3,20}$/.test(number) ? { kind: 'number', number } : null;
};
