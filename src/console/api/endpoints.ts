import type {
  Enrolment,
  Hotline,
  LogIn,
  MachineItem,
  MachineToken,
  Me,
  MySecondFactor,
  NewMachine,
  NewStaff,
  RecoveryCodes,
  SaveStaff,
  SecondFactorSettings,
  StaffImported,
  StaffImportPreview,
  StaffItem,
} from '../../access/schemas.ts';
import type {
  AgentView,
  MessageSent,
  PauseReasonsView,
  SavePauseReasons,
  SendMessage,
  SetIntent,
  SignedIn,
  Ticket,
} from '../../agents/schemas.ts';
import type { Board } from '../../board/schemas.ts';
import type {
  CallDetail,
  CallPage,
  DeskView,
  DialRulesView,
  DialView,
  SaveDialRules,
  ShownNumber,
  WantedDestination,
  WantedDial,
} from '../../calls/schemas.ts';
import type { Command } from '../../cases/commands.ts';
import type { ExportRequest } from '../../cases/export.ts';
import type { ExportSettings, ExportSize } from '../../cases/export-service.ts';
import type { CaseFileView } from '../../cases/files-schemas.ts';
import type {
  CalendarPlanView,
  CasePageView,
  CountResult,
  Moved,
  NodeCounts,
  PolicyView,
  SearchRequest,
  SearchResult,
  YearSaved,
  YearView,
} from '../../cases/life-schemas.ts';
import type { CasePage, CaseView, SaveDraft } from '../../cases/schemas.ts';
import type { NewView, SaveView, ViewItem, ViewsList } from '../../cases/views.ts';
import type { ImportView, ProfileView } from '../../city/schemas.ts';
import type {
  CategoryItem,
  NewCategory,
  NewRule,
  NewUnit,
  RouteAnswer,
  RoutingView,
  SaveCategory,
  SaveRule,
  SaveUnit,
  UnitItem,
} from '../../directory/editing-schemas.ts';
import type { Article, ArticlePage, Category, LikelyArticle, Place, Unit } from '../../directory/schemas.ts';
import type { HandoverAct, HandoverView, StartHandover } from '../../handover/schemas.ts';
import type { HistoryPage, HistoryPerson } from '../../history/schemas.ts';
import type { HoursView, SaveHours } from '../../hours/schemas.ts';
import type { MarkRead, NoticePage, Receipt } from '../../notices/schemas.ts';
import type { ChooseRecording, PromptsView } from '../../prompts/schemas.ts';
import type { Snapshot } from '../../push/frames.ts';
import type {
  ChangeQueue,
  NewQueue,
  PersonPlaces,
  PlacesView,
  QueuesView,
  SaveHeld,
  SavePlaces,
  SaveSkills,
} from '../../queues/schemas.ts';
import type { LinkView, NumberView, PauseView, RecordCall, SurveysView, TaskResult, WorkRow } from '../../surveys/schemas.ts';
import type { SaveSurveyRules, ScriptView, SurveyRulesView, TrialView, VersionView } from '../../surveys/settings-schemas.ts';
import type { SystemView } from '../../system/schemas.ts';
import type { SaveWaitingRules, WaitingRulesView } from '../../waiting/schemas.ts';
import type { AttemptView, ChangedWebhook, DeliveryPage, NewWebhook, WebhookSecret, WebhookView } from '../../webhooks/schemas.ts';
import { request, requestFile, UPLOAD_GIVES_UP_AFTER_MS } from './client.ts';

const page = (path: string, after: string | null, limit: number, more: Record<string, string | number | undefined> = {}): string => {
  const query = new URLSearchParams({ limit: String(limit), ...(after ? { after } : {}) });
  for (const [name, value] of Object.entries(more)) if (value !== undefined && value !== '') query.set(name, String(value));
  return `${path}?${query}`;
};

export interface HistorySearch {
  actorId?: number;
  act?: string;
  thingKind?: string;
  thingId?: number;
  from?: string;
  to?: string;
}

/** Every route the console asks, by what it is for. Shapes are the service's own schemas. */
export const api = {
  hotline: () => request<Hotline>('GET', '/api/hotline'),
  logIn: (body: LogIn) => request<Me>('POST', '/api/session', body),
  me: () => request<Me>('GET', '/api/session'),
  logOut: () => request<void>('DELETE', '/api/session'),
  mySecondFactor: () => request<MySecondFactor>('GET', '/api/session/second-factor'),
  beginSecondFactor: () => request<Enrolment>('POST', '/api/session/second-factor'),
  confirmSecondFactor: (code: string) => request<RecoveryCodes>('PUT', '/api/session/second-factor', { code }),
  renewCodes: (code: string) => request<RecoveryCodes>('POST', '/api/session/second-factor/recovery-codes', { code }),

  desk: () => request<Snapshot>('GET', '/api/desk'),
  signIn: (body: { device: 'browser' | 'desk' }) => request<SignedIn>('POST', '/api/desk/sign-in', body),
  ticket: () => request<Ticket>('POST', '/api/desk/ticket', {}),
  dial: (body: WantedDial) => request<DialView>('POST', '/api/calls/outbound', body),
  dialRules: () => request<DialRulesView>('GET', '/api/settings/dialling'),
  saveDialRules: (body: SaveDialRules) => request<DialRulesView>('PUT', '/api/settings/dialling', body),
  setIntent: (body: SetIntent) => request<AgentView>('POST', '/api/desk/intent', body),
  signOut: () => request<AgentView>('POST', '/api/desk/sign-out', {}),
  endWrapUp: () => request<AgentView>('POST', '/api/desk/wrap-up/end', {}),
  askForHelp: (asks: boolean) => request<AgentView>('POST', '/api/desk/help', { asks }),
  seeMessage: (messageId: number) => request<void>('POST', `/api/desk/messages/${messageId}/seen`),
  leadIntent: (staffId: number, body: SetIntent) => request<AgentView>('POST', `/api/agents/${staffId}/intent`, body),
  leadSignOff: (staffId: number) => request<AgentView>('POST', `/api/agents/${staffId}/sign-out`),
  comeToHelp: (staffId: number) => request<AgentView>('POST', `/api/agents/${staffId}/help/seen`),
  sendMessage: (body: SendMessage) => request<MessageSent>('POST', '/api/agents/messages', body),
  mediaFault: (callId: number, kind: string) => request<void>('POST', '/api/desk/media-fault', { callId, kind }),

  calls: (after: string | null, limit = 50) => request<CallPage>('GET', page('/api/calls', after, limit)),
  call: (callId: number) => request<CallDetail>('GET', `/api/calls/${callId}`),
  recordingPath: (callId: number) => `/api/calls/${callId}/recording`,
  transferCall: (callId: number, to: WantedDestination, confirm = false) =>
    request<DeskView>('POST', `/api/calls/${callId}/transfer`, { to, confirm }),
  callThird: (callId: number, to: WantedDestination, how: 'consult' | 'conference', confirm = false) =>
    request<DeskView>('POST', `/api/calls/${callId}/third`, { to, how, confirm }),
  handover: (callId: number) => request<HandoverView | null>('GET', `/api/calls/${callId}/handover`),
  startHandover: (callId: number, body: StartHandover) => request<HandoverView>('POST', `/api/calls/${callId}/handover`, body),
  handoverAct: (callId: number, body: HandoverAct) => request<HandoverView>('POST', `/api/calls/${callId}/handover/acts`, body),
  joinThird: (callId: number) => request<DeskView>('POST', `/api/calls/${callId}/third/join`, {}),
  dismissThird: (callId: number) => request<DeskView>('POST', `/api/calls/${callId}/third/dismiss`, {}),
  leaveToThird: (callId: number) => request<DeskView>('POST', `/api/calls/${callId}/third/leave`, {}),
  showNumber: (callId: number, reason: string) => request<ShownNumber>('POST', `/api/calls/${callId}/number`, { reason }),

  cases: (after: string | null, limit = 50) => request<CasePage>('GET', page('/api/cases', after, limit)),
  openCase: (callId: number | null) => request<CaseView>('POST', '/api/cases', { callId }),
  case: (caseId: number) => request<CaseView>('GET', `/api/cases/${caseId}`),
  caseLife: (caseId: number) => request<CasePageView>('GET', `/api/cases/${caseId}/life`),
  moveCase: (caseId: number, version: number, command: Command) =>
    request<Moved>('POST', `/api/cases/${caseId}/moves`, { version, command }),
  caseFiles: (caseId: number) => request<CaseFileView[]>('GET', `/api/cases/${caseId}/files`),
  addCaseFilePath: (caseId: number, name: string) => `/api/cases/${caseId}/files?name=${encodeURIComponent(name.slice(-200) || 'file')}`,
  caseFilePath: (caseId: number, fileId: number) => `/api/cases/${caseId}/files/${fileId}`,
  previewPath: (caseId: number, fileId: number) => `/api/cases/${caseId}/files/${fileId}/preview`,
  addPreview: (caseId: number, fileId: number, small: Blob) => request<void>('PUT', `/api/cases/${caseId}/files/${fileId}/preview`, small),
  findCases: (search: SearchRequest) => request<SearchResult>('POST', '/api/cases/search', search),
  countCases: (search: SearchRequest) => request<CountResult>('POST', '/api/cases/search/count', search),
  editUnits: () => request<UnitItem[]>('GET', '/api/directory/edit/units'),
  addUnit: (body: NewUnit) => request<UnitItem>('POST', '/api/directory/edit/units', body),
  saveUnit: (code: string, body: SaveUnit) => request<UnitItem>('PUT', `/api/directory/edit/units/${code}`, body),
  editCategories: () => request<CategoryItem[]>('GET', '/api/directory/edit/categories'),
  addCategory: (body: NewCategory) => request<CategoryItem>('POST', '/api/directory/edit/categories', body),
  saveCategory: (code: string, body: SaveCategory) => request<CategoryItem>('PUT', `/api/directory/edit/categories/${code}`, body),
  removeCategory: (code: string, version: number) => request<void>('DELETE', `/api/directory/edit/categories/${code}?version=${version}`),
  routing: () => request<RoutingView>('GET', '/api/directory/edit/routing'),
  addRule: (body: NewRule) => request<RoutingView>('POST', '/api/directory/edit/routing', body),
  saveRule: (ruleId: number, body: SaveRule) => request<RoutingView>('PUT', `/api/directory/edit/routing/${ruleId}`, body),
  removeRule: (ruleId: number, version: number) =>
    request<RoutingView>('DELETE', `/api/directory/edit/routing/${ruleId}?version=${version}`),
  route: (categoryCode: string | null, placeCode: string | null) =>
    request<RouteAnswer>('POST', '/api/directory/route', { categoryCode, placeCode }),
  caseViews: () => request<ViewsList>('GET', '/api/case-views'),
  addCaseView: (body: NewView) => request<ViewItem>('POST', '/api/case-views', body),
  saveCaseView: (viewId: number, body: SaveView) => request<ViewItem>('PUT', `/api/case-views/${viewId}`, body),
  removeCaseView: (viewId: number, version: number) => request<void>('DELETE', `/api/case-views/${viewId}?version=${version}`),
  setDefaultView: (viewId: number | null) => request<ViewsList>('PUT', '/api/case-views/default', { viewId }),
  exportSize: (search: SearchRequest) => request<ExportSize>('POST', '/api/cases/export/size', search),
  exportCases: (body: ExportRequest) => requestFile('/api/cases/export', body),
  exportSettings: () => request<ExportSettings>('GET', '/api/settings/case-export'),
  saveExportSettings: (body: ExportSettings) => request<ExportSettings>('PUT', '/api/settings/case-export', body),
  nodes: () => request<NodeCounts>('GET', '/api/cases/nodes'),
  calendar: () => request<YearView[]>('GET', '/api/calendar'),
  previewCalendar: (file: File) => request<CalendarPlanView>('POST', '/api/calendar/import/preview', file, UPLOAD_GIVES_UP_AFTER_MS),
  importCalendar: (file: File, source: string, version: number) =>
    request<YearSaved>(
      'POST',
      `/api/calendar/import?source=${encodeURIComponent(source)}&version=${version}`,
      file,
      UPLOAD_GIVES_UP_AFTER_MS,
    ),
  policies: () => request<PolicyView[]>('GET', '/api/case-policies'),
  addPolicy: (body: { effectiveFrom: string; policy: PolicyView['policy'] }) => request<PolicyView>('POST', '/api/case-policies', body),
  saveCase: (caseId: number, body: SaveDraft) => request<CaseView>('PUT', `/api/cases/${caseId}`, body),

  cityImports: () => request<ImportView[]>('GET', '/api/city/imports'),
  cityImport: (importId: number) => request<ImportView>('GET', `/api/city/imports/${importId}`),
  uploadCityImport: (file: File) =>
    request<ImportView>('POST', `/api/city/imports?name=${encodeURIComponent(file.name)}`, file, UPLOAD_GIVES_UP_AFTER_MS),
  confirmCityImport: (importId: number) => request<ImportView>('POST', `/api/city/imports/${importId}/confirm`),
  dropCityImport: (importId: number) => request<ImportView>('DELETE', `/api/city/imports/${importId}`),
  refusedRowsPath: (importId: number) => `/api/city/imports/${importId}/refused.csv`,

  board: () => request<Board>('GET', '/api/board'),
  surveys: () => request<SurveysView>('GET', '/api/surveys'),
  pauseSurveys: (asked: { paused: boolean; unitCode?: string }) => request<PauseView>('PUT', '/api/surveys/pause', asked),
  settleSurvey: (taskId: number, callAgain: boolean) => request<TaskResult>('POST', `/api/surveys/${taskId}/settle`, { callAgain }),
  callbacks: () => request<WorkRow[]>('GET', '/api/surveys/work'),
  recordCallback: (taskId: number, said: RecordCall) => request<TaskResult>('POST', `/api/surveys/${taskId}/calls`, said),
  showCallbackNumber: (taskId: number, reason: string) => request<NumberView>('POST', `/api/surveys/${taskId}/number`, { reason }),
  callbackLink: (taskId: number) => request<LinkView>('POST', `/api/surveys/${taskId}/link`, {}),
  voicePath: (voiceId: number) => `/api/surveys/voices/${voiceId}`,

  categories: () => request<Category[]>('GET', '/api/directory/categories'),
  places: () => request<Place[]>('GET', '/api/directory/places'),
  units: () => request<Unit[]>('GET', '/api/directory/units'),
  knowledge: (words: string) => request<Article[]>('GET', `/api/knowledge?q=${encodeURIComponent(words)}`),

  articles: (after: string | null, subject: string, limit = 50) =>
    request<ArticlePage>('GET', page('/api/knowledge/articles', after, limit, { subject })),
  likely: () => request<LikelyArticle[]>('GET', '/api/knowledge/likely'),

  history: (after: string | null, search: HistorySearch, limit = 100) =>
    request<HistoryPage>('GET', page('/api/history', after, limit, { ...search })),
  historyPeople: () => request<HistoryPerson[]>('GET', '/api/history/people'),
  staff: () => request<StaffItem[]>('GET', '/api/staff'),
  addStaff: (body: NewStaff) => request<StaffItem>('POST', '/api/staff', body),
  saveStaff: (staffId: number, body: SaveStaff) => request<StaffItem>('PUT', `/api/staff/${staffId}`, body),
  resetPassword: (staffId: number, password: string) => request<void>('POST', `/api/staff/${staffId}/password`, { password }),
  resetSecondFactor: (staffId: number) => request<void>('DELETE', `/api/staff/${staffId}/second-factor`),
  surveyRules: () => request<SurveyRulesView>('GET', '/api/settings/surveys/rules'),
  saveSurveyRules: (body: SaveSurveyRules) => request<SurveyRulesView>('PUT', '/api/settings/surveys/rules', body),
  surveyScript: () => request<ScriptView>('GET', '/api/settings/surveys/script'),
  surveyScriptVersion: (version: number) => request<VersionView>('GET', `/api/settings/surveys/script/versions/${version}`),
  saveSurveyScript: (body: { version: number; script: ScriptView['live']['script']; note: string }) =>
    request<ScriptView>('PUT', '/api/settings/surveys/script', body),
  trySurveyScript: (body: { version: number; number: string }) => request<TrialView>('POST', '/api/settings/surveys/script/trial', body),
  activateSurveyScript: (version: number) => request<ScriptView>('POST', '/api/settings/surveys/script/activate', { version }),
  prompts: () => request<PromptsView>('GET', '/api/settings/prompts'),
  promptPath: (language: 'zh' | 'en', id: string, version?: number) =>
    `/api/settings/prompts/${language}/${encodeURIComponent(id)}/sound${version === undefined ? '' : `?version=${version}`}`,
  addRecording: (language: 'zh' | 'en', id: string, about: { changes: number; name: string; text?: string }, file: Blob) => {
    const { changes, ...words } = about;
    const query = new URLSearchParams({ changes: String(changes), ...words });
    const path = `/api/settings/prompts/${language}/${encodeURIComponent(id)}/recordings?${query}`;
    return request<PromptsView>('POST', path, file, UPLOAD_GIVES_UP_AFTER_MS);
  },
  chooseRecording: (language: 'zh' | 'en', id: string, body: ChooseRecording) =>
    request<PromptsView>('PUT', `/api/settings/prompts/${language}/${encodeURIComponent(id)}/recordings`, body),
  waitingRules: () => request<WaitingRulesView>('GET', '/api/settings/waiting'),
  saveWaitingRules: (body: SaveWaitingRules) => request<WaitingRulesView>('PUT', '/api/settings/waiting', body),
  queues: () => request<QueuesView>('GET', '/api/queues'),
  addQueue: (body: NewQueue) => request<QueuesView>('POST', '/api/queues', body),
  changeQueue: (queue: string, body: ChangeQueue) => request<QueuesView>('PUT', `/api/queues/${queue}`, body),
  removeQueue: (queue: string, version: number) => request<QueuesView>('DELETE', `/api/queues/${queue}?version=${version}`),
  saveSkills: (body: SaveSkills) => request<QueuesView>('PUT', '/api/skills', body),
  previewStaffImport: (file: Blob) => request<StaffImportPreview>('POST', '/api/staff/import/preview', file),
  importStaff: (file: Blob, digest: string) => request<StaffImported>('POST', `/api/staff/import?digest=${digest}`, file),
  standings: () => request<PlacesView>('GET', '/api/agents/places'),
  movePerson: (staffId: number, body: SavePlaces) => request<PersonPlaces>('PUT', `/api/agents/${staffId}/queues`, body),
  saveHeld: (staffId: number, body: SaveHeld) => request<PersonPlaces>('PUT', `/api/agents/${staffId}/skills`, body),
  pauseReasons: () => request<PauseReasonsView>('GET', '/api/settings/pause-reasons'),
  savePauseReasons: (body: SavePauseReasons) => request<PauseReasonsView>('PUT', '/api/settings/pause-reasons', body),
  secondFactorSettings: () => request<SecondFactorSettings>('GET', '/api/settings/second-factor'),
  saveSecondFactorSettings: (body: SecondFactorSettings) => request<SecondFactorSettings>('PUT', '/api/settings/second-factor', body),
  profile: () => request<ProfileView>('GET', '/api/settings/profile'),
  saveProfile: (body: ProfileView) => request<ProfileView>('PUT', '/api/settings/profile', body),
  /** Newest first; the mark is the last row's id. */
  notices: async (after: string | null, unreadOnly: boolean) => {
    const query = new URLSearchParams({ ...(unreadOnly ? { unreadOnly: 'true' } : {}), ...(after ? { before: after } : {}) });
    const { next, ...found } = await request<NoticePage>('GET', `/api/notices?${query}`);
    return { ...found, next: next === null ? null : String(next) };
  },
  readNotices: (which: MarkRead) => request<{ unread: number }>('POST', '/api/notices/read', which),
  noticePhone: () => request<{ mobile: string | null }>('GET', '/api/notices/phone'),
  saveNoticePhone: (mobile: string | null) => request<{ mobile: string | null }>('PUT', '/api/notices/phone', { mobile }),
  leaders: () => request<{ name: string }[]>('GET', '/api/notices/leaders'),
  receipts: (caseId: number) => request<Receipt[]>('GET', `/api/cases/${caseId}/receipts`),
  webhooks: () => request<WebhookView[]>('GET', '/api/settings/webhooks'),
  addWebhook: (body: NewWebhook) => request<WebhookSecret>('POST', '/api/settings/webhooks', body),
  changeWebhook: (webhookId: number, body: ChangedWebhook) => request<void>('PUT', `/api/settings/webhooks/${webhookId}`, body),
  renewWebhook: (webhookId: number, version: number) =>
    request<WebhookSecret>('POST', `/api/settings/webhooks/${webhookId}/secret`, { version }),
  removeWebhook: (webhookId: number, version: number) => request<void>('DELETE', `/api/settings/webhooks/${webhookId}`, { version }),
  testWebhook: (webhookId: number) => request<{ deliveryId: number }>('POST', `/api/settings/webhooks/${webhookId}/test`),
  replayWebhook: (webhookId: number) => request<{ replayed: number }>('POST', `/api/settings/webhooks/${webhookId}/replay`),
  deliveries: async (after: string | null) => {
    const { next, rows } = await request<DeliveryPage>('GET', `/api/settings/webhook-deliveries${after ? `?before=${after}` : ''}`);
    return { rows, next: next === null ? null : String(next) };
  },
  attempts: (deliveryId: number) => request<AttemptView[]>('GET', `/api/settings/webhook-deliveries/${deliveryId}/attempts`),
  replayDelivery: (deliveryId: number) => request<void>('POST', `/api/settings/webhook-deliveries/${deliveryId}/replay`),
  machines: () => request<MachineItem[]>('GET', '/api/settings/machines'),
  addMachine: (body: NewMachine) => request<MachineToken>('POST', '/api/settings/machines', body),
  revokeMachine: (machineId: number) => request<void>('DELETE', `/api/settings/machines/${machineId}`),
  hours: () => request<HoursView>('GET', '/api/settings/hours'),
  saveHours: (body: SaveHours) => request<HoursView>('PUT', '/api/settings/hours', body),
  system: () => request<SystemView>('GET', '/api/system'),
};
