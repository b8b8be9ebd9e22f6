import type { Me } from '../../access/schemas.ts';
import { ApiError, whenSessionEnds, whenStandingChanges } from '../api/client.ts';
import { api } from '../api/endpoints.ts';
import { createStore } from '../ui/store.ts';

/**
 * ended: was signed in, the service no longer knows the session. The sign-in page then lies over the page, whose text stays.
 * away: the service did not answer when the page was opened.
 */
export type SessionState = { status: 'loading' | 'out' | 'away'; me: null } | { status: 'in'; me: Me } | { status: 'ended'; me: Me };

export const session = createStore<SessionState>({ status: 'loading', me: null });

export const sessionEnded = (): void => {
  session.set((previous) => (previous.me ? { status: 'ended', me: previous.me } : { status: 'out', me: null }));
};

export const openSession = async (): Promise<void> => {
  whenSessionEnds(sessionEnded);
  whenStandingChanges(() => void refreshSession());
  try {
    session.set({ status: 'in', me: await api.me() });
  } catch (error) {
    session.set({ status: error instanceof ApiError && error.status === 401 ? 'out' : 'away', me: null });
  }
};

/** What this session may do has changed: a second factor was set up, or is asked for now. */
export const refreshSession = async (): Promise<void> => {
  session.set({ status: 'in', me: await api.me() });
};

/**
 * @param code of the authenticator, or a recovery code, when the service has asked for one
 * @throws ApiError with the service's own sentence
 */
export const logIn = async (account: string, password: string, code?: string): Promise<void> => {
  session.set({ status: 'in', me: await api.logIn({ account, password, ...(code === undefined ? {} : { code }) }) });
};

export const logOut = async (): Promise<void> => {
  await api.logOut().catch(() => {});
  session.set({ status: 'out', me: null });
};
