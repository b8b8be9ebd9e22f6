import type { Me, StaffImportPreview } from '../../src/access/schemas.ts';
import type { AgentView } from '../../src/agents/schemas.ts';
import type { CallRow, Card, DeskView, Person } from '../../src/calls/schemas.ts';
import { emptyForm } from '../../src/cases/empty-form.ts';
import type { CaseView, StaleCase } from '../../src/cases/schemas.ts';
import { FIRST_COLUMNS, LIST_COLUMNS, type ViewItem, type ViewsList } from '../../src/cases/views.ts';
import { initialPhoneState, type PhoneSession, type PhoneState } from '../../src/console/softphone/phone-state.ts';
import { PERMISSIONS } from '../../src/core/roles.ts';
import type { Snapshot } from '../../src/push/frames.ts';
import { FIRST_PLAN } from '../../src/queues/queue.ts';
import type { PlacesView, QueuesView } from '../../src/queues/schemas.ts';

/** Long ago enough for every guard, short ago enough for every clock. */
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

export const person: Person = {
  citizenId: 11,
  name: '欧阳慧兰',
  gender: 'female',
  address: '临湖区望江街道和平里小区 12 号楼 3 单元 402 室',
  callbackPreference: '晚上七点以后',
  language: 'zh',
};

export const row = (callId: number): CallRow => ({
  callId,
  arrivedAt: ago(86_400 * callId),
  answeredAt: ago(86_400 * callId - 9),
  endedAt: ago(86_400 * callId - 200),
  queue: 'main',
  disposition: 'answered',
  callerName: person.name,
  number: { masked: '138 **** 2046', full: null },
  identity: 'known',
  answeredBy: { staffId: 7, name: '林立春' },
  waitSeconds: 9,
  talkSeconds: 191,
  caseId: 3,
  caseNumber: '261124102935000417',
  outbound: false,
  subject: '三号楼东侧的路灯十天没有亮，老人晚上出门看不见台阶，盼尽快修好',
  recording: 'whole',
});

export const card = (change: Partial<Card> = {}): Card => ({
  callId: 40,
  offerId: 41,
  channelId: 'channel-1',
  state: 'ringing',
  queue: 'main',
  calledNumber: '12345',
  arrivedAt: ago(30),
  queuedAt: ago(22),
  offeredAt: ago(4),
  answeredAt: null,
  ringSeconds: 20,
  caller: { identity: 'known', number: { masked: '138 **** 2046', full: null }, people: [person], callsInTwelveMonths: 6 },
  repeats: 2,
  outbound: null,
  brief: [
    { kind: 'repeat', values: { times: 3, subject: '路灯不亮' } },
    { kind: 'open_case', values: { count: 1, title: '三号楼东侧路灯' } },
    { kind: 'last_spoke_with_you', values: { at: ago(90_000) } },
  ],
  openCases: [
    {
      caseId: 3,
      number: '261124102935000417',
      state: 'draft',
      title: '三号楼东侧路灯不亮',
      unitName: '临湖区城管局',
      createdAt: ago(400_000),
    },
  ],
  lastCalls: [row(1), row(2), row(3)],
  prefill: { contactName: person.name, placeText: '望江街道和平里小区' },
  ...change,
});

export const callers: Record<string, Partial<Card>> = {
  known: {},
  'called back': {
    outbound: null,
    brief: [
      { kind: 'called_back', values: { at: ago(900), minutes: 12, attempt: 2 } },
      { kind: 'repeat', values: { times: 3, subject: '路灯不亮' } },
      { kind: 'open_case', values: { count: 1, title: '三号楼东侧路灯' } },
    ],
  },
  maybe: {
    caller: {
      identity: 'maybe',
      number: { masked: '0999 **** 018', full: null },
      people: [person, { ...person, citizenId: 12, name: '司马长青' }, { ...person, citizenId: 13, name: '王木香' }],
      callsInTwelveMonths: 14,
    },
    outbound: null,
    brief: [{ kind: 'maybe', values: { names: '欧阳慧兰、司马长青、王木香' } }],
  },
  unknown: {
    caller: { identity: 'unknown', number: { masked: '199 **** 1311', full: null }, people: [], callsInTwelveMonths: 0 },
    repeats: 0,
    outbound: null,
    brief: [],
    openCases: [],
    lastCalls: [],
    prefill: {},
  },
  withheld: {
    caller: { identity: 'withheld', number: null, people: [], callsInTwelveMonths: 0 },
    repeats: 0,
    outbound: null,
    brief: [],
    openCases: [],
    lastCalls: [],
    prefill: {},
  },
};

export const agent = (change: Partial<AgentView> = {}): AgentView => ({
  staffId: 7,
  name: '林立春',
  extension: '8001',
  state: 'ready',
  reason: '',
  since: ago(312),
  device: 'browser',
  wrapUpUntil: null,
  queues: ['main'],
  callId: null,
  helpSince: null,
  ...change,
});

export const standing = (change: Partial<DeskView> = {}): DeskView => ({
  callId: 40,
  state: 'talking',
  party: '',
  thirdIsThere: false,
  acts: ['transfer', 'consult', 'conference'],
  ...change,
});

export const snapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  agent: agent(),
  cards: [],
  desk: null,
  wrapUp: null,
  queues: [{ queue: 'main', waiting: 12, longestSince: ago(45), ready: 18, signedIn: 42 }],
  today: {
    answered: 37,
    dialled: 3,
    drafted: 31,
    missed: 1,
    pausedSeconds: 1540,
    pauses: [
      { reason: 'meal', seconds: 1240 },
      { reason: 'break', seconds: 300 },
    ],
    talkSeconds: 7300,
    rated: 9,
    ratedSum: 42,
  },
  recent: [row(1), row(2), row(3), row(4)],
  messages: [],
  unreadNotices: 0,
  switchUp: true,
  alarms: [],
  ...change,
});

export const me = (change: Partial<Me> = {}): Me => ({
  staffId: 7,
  account: 'agent1',
  name: '林立春',
  roles: ['agent'],
  permissions: [...PERMISSIONS],
  extension: '8001',
  secondFactor: 'none',
  mode: 'demonstration',
  hotline: { name: '临湖区政务服务便民热线', number: '12345', dutyPhone: '0999-6011234' },
  ...change,
});

export const line = (change: Partial<PhoneSession> = {}): PhoneSession => ({
  id: 'session-1',
  channelId: 'channel-1',
  dialled: false,
  phase: 'talking',
  fromNumber: '13800002046',
  startedAt: Date.now() - 70_000,
  answeredAt: Date.now() - 64_000,
  muted: false,
  held: false,
  media: 'flowing',
  ...change,
});

/** What the tab that holds the telephone tells the others. */
export const phone = (change: Partial<PhoneState> = {}): PhoneState => ({
  ...initialPhoneState,
  role: 'leader',
  line: 'registered',
  lineSince: Date.now() - 9_000,
  microphone: 'ok',
  ...change,
});

/** Somebody else wrote while this agent did. */
export const conflict = (theirs: CaseView): StaleCase => ({
  code: 'case.version_stale',
  message: '这张工单刚才被改过',
  details: {
    yours: { version: 1, form: { ...emptyForm(), course: '路灯十天没有亮' } },
    theirs: { ...theirs, form: { ...theirs.form, course: '市民补充：三号楼和四号楼都不亮' }, version: theirs.version + 1 },
    changedBy: '王岩',
  },
});

/** Three queues, the second with everything an own queue may have, the third closed and empty. */
export const QUEUES: QueuesView = {
  version: 4,
  queues: [
    { ...FIRST_PLAN.queues[0], members: 42, signedIn: 18 } as QueuesView['queues'][number],
    {
      queue: 'english',
      zh: '英语专席',
      en: 'English desk',
      strategy: 'leastrecent',
      ringSeconds: 15,
      wrapUpSeconds: 5,
      patienceSeconds: 90,
      announcement: 'queue.still',
      announceEverySeconds: 45,
      skill: 'skill_1',
      open: true,
      numbers: ['053312345'],
      members: 3,
      signedIn: 2,
    },
    {
      queue: 'heating',
      zh: '供暖专席（采暖季）',
      en: 'Heating in the season',
      strategy: 'fewestcalls',
      ringSeconds: 20,
      wrapUpSeconds: 2,
      patienceSeconds: null,
      announcement: null,
      announceEverySeconds: 60,
      skill: null,
      open: false,
      numbers: [],
      members: 0,
      signedIn: 0,
    },
  ],
  skills: [
    { code: 'skill_1', zh: '英语', en: 'English' },
    { code: 'skill_2', zh: '手语视频', en: 'Sign language' },
  ],
  announcements: ['queue.still', 'queue.channels'],
  numbers: ['12345', '053312345'],
  onSwitch: true,
};

export const PLACES: PlacesView = {
  queues: QUEUES.queues.map(({ queue, zh, en }) => ({ queue, zh, en })),
  skills: QUEUES.skills,
  people: [1, 2, 3].map((staffId) => ({
    staffId,
    name: ['林晓', '欧阳慧兰', '王岩'][staffId - 1] ?? '',
    extension: `800${staffId}`,
    signedIn: staffId !== 2,
    queues: [
      { queue: 'main', penalty: 0, why: 'everybody' as const },
      ...(staffId === 1 ? [{ queue: 'english', penalty: 2, why: 'skill' as const }] : []),
    ],
    skills: staffId === 1 ? [{ skill: 'skill_1', level: 1 }] : [],
  })),
};

/** One row of each fate. */
export const IMPORT_PREVIEW: StaffImportPreview = {
  digest: 'a'.repeat(64),
  sheet: '人员',
  otherSheets: ['说明'],
  unknownColumns: ['备注'],
  rows: (['add', 'same', 'refused'] as const).map((fate, index) => ({
    row: index + 2,
    fate,
    account: ['linxiao', 'wangyan', 'ouyang'][index] ?? '',
    name: ['林晓', '王岩', '欧阳慧兰'][index] ?? '',
    roles: fate === 'refused' ? [] : ['agent'],
    extension: `810${index}`,
    unitCode: null,
    problems:
      fate === 'refused'
        ? [
            { column: 'roles', text: '没有「客服」这个角色 (there is no such role)' },
            { column: 'extension', text: '与第 2 行分机相同 (the same extension as row 2)' },
          ]
        : [],
  })),
};

const aView = (viewId: number, name: string, more: Partial<ViewItem> = {}): ViewItem => ({
  viewId,
  name,
  shared: false,
  filters: { q: '', state: 'open', unit: '', card: 'red', urgent: false, from: '', to: '' },
  order: 'breaking',
  columns: [...FIRST_COLUMNS],
  version: 1,
  own: true,
  ownerName: '林立春',
  updatedAt: '2026-11-24T01:30:00.000Z',
  ...more,
});
export const CASE_VIEWS: ViewsList = {
  views: [aView(1, '红牌未结'), aView(2, '本周供热', { own: false, shared: true, ownerName: '秦雨水', columns: [...LIST_COLUMNS] })],
  defaultId: null,
  mayShare: true,
};
