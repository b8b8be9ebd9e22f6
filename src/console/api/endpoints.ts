import type { Me } from '../../access/schemas.ts';
import type { AgentView, SetIntent, SignedIn, Ticket } from '../../agents/schemas.ts';
import type { CallDetail, CallPage, ShownNumber } from '../../calls/schemas.ts';
import type { CasePage, CaseView, SaveDraft } from '../../cases/schemas.ts';
import type { Article, Category, Place } from '../../directory/schemas.ts';
import type { Snapshot } from '../../push/frames.ts';
import { request } from './client.ts';

const page = (path: string, after: string | null, limit: number): string =>
  `${path}?limit=${limit}${after ? `&after=${encodeURIComponent(after)}` : ''}`;

/** Every route the console asks, by what it is for. Shapes are the service's own schemas. */
export const api = {
  logIn: (body: { account: string; password: string }) => request<Me>('POST', '/api/session', body),
  me: () => request<Me>('GET', '/api/session'),
  logOut: () => request<void>('DELETE', '/api/session'),

  desk: () => request<Snapshot>('GET', '/api/desk'),
  signIn: (body: { device: 'browser' | 'desk' }) => request<SignedIn>('POST', '/api/desk/sign-in', body),
  ticket: () => request<Ticket>('POST', '/api/desk/ticket', {}),
  setIntent: (body: SetIntent) => request<AgentView>('POST', '/api/desk/intent', body),
  signOut: () => request<AgentView>('POST', '/api/desk/sign-out', {}),
  endWrapUp: () => request<AgentView>('POST', '/api/desk/wrap-up/end', {}),
  mediaFault: (callId: number, kind: string) => request<void>('POST', '/api/desk/media-fault', { callId, kind }),

  calls: (after: string | null, limit = 50) => request<CallPage>('GET', page('/api/calls', after, limit)),
  call: (callId: number) => request<CallDetail>('GET', `/api/calls/${callId}`),
  recordingPath: (callId: number) => `/api/calls/${callId}/recording`,
  showNumber: (callId: number, reason: string) => request<ShownNumber>('POST', `/api/calls/${callId}/number`, { reason }),

  cases: (after: string | null, limit = 50) => request<CasePage>('GET', page('/api/cases', after, limit)),
  openCase: (callId: number | null) => request<CaseView>('POST', '/api/cases', { callId }),
  case: (caseId: number) => request<CaseView>('GET', `/api/cases/${caseId}`),
  saveCase: (caseId: number, body: SaveDraft) => request<CaseView>('PUT', `/api/cases/${caseId}`, body),

  categories: () => request<Category[]>('GET', '/api/directory/categories'),
  places: () => request<Place[]>('GET', '/api/directory/places'),
  knowledge: (words: string) => request<Article[]>('GET', `/api/knowledge?q=${encodeURIComponent(words)}`),

  history: (after: string | null, limit = 50) => request<HistoryPage>('GET', page('/api/history', after, limit)),
  staff: () => request<unknown[]>('GET', '/api/staff'),
  system: () => request<Record<string, unknown>>('GET', '/api/system'),
};

export interface HistoryPage {
  rows: Record<string, unknown>[];
  next: string | null;
}
