import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { DeskPage } from '../desk/desk.tsx';
import { homeOf } from './places.ts';
import { session } from './session.ts';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: lazyRouteComponent(() => import('./not-found.tsx'), 'NotFoundPage') });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: DeskPage,
  beforeLoad: () => {
    const { me } = session.get();
    const to = me ? homeOf(me) : '/';
    if (to !== '/') throw redirect({ to });
  },
});

const lazy = <T extends string, M extends Record<K, React.ComponentType>, K extends string>(path: T, load: () => Promise<M>, name: K) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load as never, name as never) });

/** Only what most agents open first is in the first load; every other page comes when it is asked for. */
const tree = root.addChildren([
  home,
  lazy('/board', () => import('../board/board-page.tsx'), 'BoardPage'),
  lazy('/wall', () => import('../board/wall-page.tsx'), 'WallPage'),
  lazy('/surveys', () => import('../surveys/surveys-page.tsx'), 'SurveysPage'),
  lazy('/callbacks', () => import('../surveys/callbacks-page.tsx'), 'CallbacksPage'),
  lazy('/calls', () => import('../calls/calls-page.tsx'), 'CallsPage'),
  lazy('/calls/$callId', () => import('../calls/calls-page.tsx'), 'CallsPage'),
  lazy('/dispatch', () => import('../cases/work-page.tsx'), 'DispatchPage'),
  lazy('/todo', () => import('../cases/work-page.tsx'), 'TodoPage'),
  lazy('/supervise', () => import('../cases/work-page.tsx'), 'SupervisePage'),
  lazy('/cases', () => import('../cases/cases-page.tsx'), 'CasesPage'),
  lazy('/cases/$caseId', () => import('../cases/case-page.tsx'), 'CasePage'),
  lazy('/city', () => import('../city/city-page.tsx'), 'CityPage'),
  lazy('/notices', () => import('../notices/notices-page.tsx'), 'NoticesPage'),
  lazy('/knowledge', () => import('../knowledge/knowledge-page.tsx'), 'KnowledgePage'),
  lazy('/history', () => import('../history/history-page.tsx'), 'HistoryPage'),
  lazy('/staff', () => import('../staff/staff-page.tsx'), 'StaffPage'),
  lazy('/directory', () => import('../directory/units-page.tsx'), 'UnitsPage'),
  lazy('/directory/subjects', () => import('../directory/subjects-page.tsx'), 'SubjectsPage'),
  lazy('/directory/routing', () => import('../directory/routing-page.tsx'), 'RoutingPage'),
  lazy('/settings', () => import('../settings/settings-page.tsx'), 'SettingsPage'),
  lazy('/settings/dialling', () => import('../settings/dialling-page.tsx'), 'DiallingPage'),
  lazy('/settings/waiting', () => import('../settings/waiting-page.tsx'), 'WaitingPage'),
  lazy('/settings/survey', () => import('../settings/survey-page.tsx'), 'SurveySettingsPage'),
  lazy('/settings/queues', () => import('../settings/queues-page.tsx'), 'QueuesPage'),
  lazy('/settings/pauses', () => import('../settings/pauses-page.tsx'), 'PausesPage'),
  lazy('/settings/outside', () => import('../settings/outside-page.tsx'), 'OutsidePage'),
  lazy('/settings/calendar', () => import('../settings/calendar-page.tsx'), 'CalendarPage'),
  lazy('/settings/terms', () => import('../settings/terms-page.tsx'), 'TermsPage'),
  lazy('/settings/export', () => import('../settings/export-page.tsx'), 'ExportPage'),
  lazy('/settings/security', () => import('../settings/security-page.tsx'), 'SecurityPage'),
  lazy('/settings/webhooks', () => import('../settings/webhooks-page.tsx'), 'WebhooksPage'),
  lazy('/system', () => import('../system/system-page.tsx'), 'SystemPage'),
]);

export const router = createRouter({ routeTree: tree, defaultPreload: false });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
