import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import {
  accessRoutes,
  createAccess,
  createMachines,
  createPasswords,
  createSecondFactors,
  createStaffAdministration,
  machineRoutes,
} from './access/index.ts';
import {
  agentNotices,
  agentReactions,
  agentsRoutes,
  createAgents,
  createDesk,
  createLeading,
  createPauseSettings,
  createPresences,
  leadingRoutes,
  liveGauges,
  pauseRoutes,
} from './agents/index.ts';
import { boardNotices, boardRoutes, createBoard } from './board/index.ts';
import {
  callsNotices,
  callsRoutes,
  createAlarms,
  createCallActs,
  createCalls,
  createCards,
  createDialler,
  createDialSettings,
  createPlayback,
  createRecordings,
  createRecordingWatch,
  dialledForm,
  GROWTH_DAYS,
  isPlainNumber,
  numberClassOf,
} from './calls/index.ts';
import {
  caseFilesRoutes,
  caseLivesRoutes,
  casesReactions,
  casesRoutes,
  caseViewsRoutes,
  createCaseExports,
  createCaseFiles,
  createCaseIntake,
  createCaseLives,
  createCaseLookup,
  createCases,
  createCaseViews,
  createTerms,
} from './cases/index.ts';
import { cityRoutes, createCity, createCityImports, createProfile } from './city/index.ts';
import { type Config, deriveKey } from './config/index.ts';
import type { Clock } from './core/clock.ts';
import { HotlineError } from './core/errors.ts';
import type { StaffId } from './core/ids.ts';
import { parseCallerNumber } from './core/phone-number.ts';
import { permissionsOf, ROLES } from './core/roles.ts';
import { workingMsBetween } from './core/working-time.ts';
import {
  createCitizenPhone,
  createLivesOnClock,
  type Demonstration,
  demonstrationRoutes,
  startDemonstration,
} from './demonstration/index.ts';
import {
  createDirectory,
  createDirectoryEditing,
  createDuty,
  directoryEditingRoutes,
  directoryRoutes,
  dutyRoutes,
} from './directory/index.ts';
import { createFileScanner } from './files/scanner.ts';
import { createHandovers, handoverRoutes } from './handover/index.ts';
import { createHistory, historyRoutes } from './history/index.ts';
import { createHours, hoursRoutes } from './hours/index.ts';
import { createHttp, createMetrics, currentStaff, type Part } from './http/index.ts';
import { jobAlarms } from './jobs/alarms.ts';
import { jobsRoutes } from './jobs/routes.ts';
import { createJobs } from './jobs/runner.ts';
import { createKnowledge, knowledgeRoutes } from './knowledge/index.ts';
import { createNotices, noticesNews, noticesRoutes } from './notices/index.ts';
import { createAddressRule } from './outgoing/addresses.ts';
import { createPlayedSounds, createPromptLibrary, createStudio, promptsRoutes } from './prompts/index.ts';
import { createPushHub, type PushEvent, pushRoutes } from './push/index.ts';
import { createQueues, queuesRoutes } from './queues/index.ts';
import { issueTicket, TICKET_PURPOSE } from './relay/ticket.ts';
import { createRelayWatch, relayAnswers } from './relay/watch.ts';
import { createKeptValues } from './storage/kept-values.ts';
import { createOutbox } from './storage/outbox.ts';
import { createAccessRepository } from './storage/repositories/access.ts';
import { createAgentsRepository } from './storage/repositories/agents.ts';
import { createBoardRepository } from './storage/repositories/board.ts';
import { createCallsRepository } from './storage/repositories/calls.ts';
import { createCaseFilesRepository } from './storage/repositories/case-files.ts';
import { createCaseIntakeRepository } from './storage/repositories/case-intake.ts';
import { createCaseLivesRepository } from './storage/repositories/case-lives.ts';
import { createCaseViewsRepository } from './storage/repositories/case-views.ts';
import { createCasesRepository } from './storage/repositories/cases.ts';
import { createCityRepository } from './storage/repositories/city.ts';
import { createDemonstrationRepository } from './storage/repositories/demonstration.ts';
import { createDeskMessagesRepository } from './storage/repositories/desk-messages.ts';
import { createDirectoryRepository } from './storage/repositories/directory.ts';
import { createDirectoryEditingRepository } from './storage/repositories/directory-editing.ts';
import { createDutyRepository } from './storage/repositories/duty.ts';
import { createHandoversRepository } from './storage/repositories/handovers.ts';
import { createHistoryRepository } from './storage/repositories/history.ts';
import { createKnowledgeRepository } from './storage/repositories/knowledge.ts';
import { createMachinesRepository } from './storage/repositories/machines.ts';
import { createNoticesRepository } from './storage/repositories/notices.ts';
import { createSettingsRepository } from './storage/repositories/settings.ts';
import { createSurveysRepository } from './storage/repositories/surveys.ts';
import { createWaitingRepository } from './storage/repositories/waiting.ts';
import { createWebhooksRepository } from './storage/repositories/webhooks.ts';
import type { Store } from './storage/store.ts';
import {
  createHttpTextGateway,
  createLinkTokens,
  createScripts,
  createSurveySettings,
  createSurveys,
  createTrials,
  isMobile,
  linkText,
  type Surveys,
  surveyNotices,
  surveySettingsRoutes,
  surveysRoutes,
  surveyWebRoutes,
} from './surveys/index.ts';
import { createSwitchLink, type MissedRecords } from './switch-link.ts';
import { systemRoutes } from './system/index.ts';
import type { Telephony } from './telephony/port.ts';
import { type PromptReport, soundIds } from './telephony/prompts.ts';
import {
  callbackRuleOf,
  createCallers,
  createKeptPlaces,
  createWaitingSettings,
  waitingReactions,
  waitingRoutes,
} from './waiting/index.ts';
import { createWebhooks, webhooksRoutes } from './webhooks/index.ts';

export interface AppDeps {
  config: Config;
  /** The master secret from config/secret. */
  secret: string;
  store: Store;
  telephony: Telephony & MissedRecords;
  clock: Clock;
  logger: Logger;
  /** Where one node's recordings lie on this machine, or null. */
  recordingsOf(node: string): string | null;
  /** The switch's data directory on this machine, and what lays the sounds into it anew; null: out of reach. */
  switchData?: string | null;
  installPrompts?: (() => PromptReport) | null;
  consoleDirectory: string;
  version: string;
  /** Parts of the surroundings that /readyz tells of beside our own. */
  moreParts?: readonly Part[];
}

export interface HotlineApp {
  http: Awaited<ReturnType<typeof createHttp>>['app'];
  demonstration: Demonstration | null;
  /** Joins the switch, delivers what an earlier life left, starts jobs; after the web server listens. */
  start(): Promise<void>;
  /** Lets running requests end, tells the consoles, leaves calls to the switch. */
  stop(): Promise<void>;
}

/** Where a browser's telephone says it lives; the switch never resolves it. */
const SIP_DOMAIN = 'hotline.invalid';
/** What may be said to who waits again and again; the others are parts of sentences. */
const QUEUE_PROMPTS = ['queue.still', 'queue.channels', 'queue.welcome', 'queue.wait_short'];
const SWEEP_MS = 1_000;
const WATCH_MS = 5_000;
const SLOW_SWEEP_MS = 30_000;
const PLACE_MS = 60_000;
const DAILY_MS = 24 * 3_600_000;
const GROWTH_MS = 600_000;

/** The composition root, and the table of contents: adapters, then features, in the order in which they build on each other. */
export const createApp = async (deps: AppDeps): Promise<HotlineApp> => {
  const { config, store, telephony, clock, logger } = deps;
  const startedAt = clock.now();
  const randomSecret = (): string => randomBytes(24).toString('base64url');
  const ticketKey = deriveKey(deps.secret, TICKET_PURPOSE);
  const ticketOf = (extension: string) => issueTicket(ticketKey, extension, clock.now());

  // ── adapters ──
  const metrics = createMetrics();
  const kept = createKeptValues({ store, clock });
  const outbox = createOutbox({ store, clock, logger });
  const jobs = createJobs({ store, clock, logger, worker: `${hostname()}:${process.pid}` });

  // ── who did what, who may ──
  const history = createHistory({ repository: createHistoryRepository(store), clock });
  const passwords = createPasswords();
  const accessRepository = createAccessRepository(store);
  const settingsRepository = createSettingsRepository(store);
  const secondFactors = createSecondFactors({
    store,
    repository: accessRepository,
    settings: settingsRepository,
    history,
    clock,
    key: deriveKey(deps.secret, 'second factors'),
    // Who can take everybody's rights or open sealed things; the printed accounts of a demonstration just work.
    requiredByDefault: config.mode === 'production' ? ['administrator', 'security_officer'] : [],
    issuer: config.hotline.name,
  });
  const access = createAccess({
    secondFactors,
    store,
    repository: accessRepository,
    history,
    passwords,
    clock,
    settings: { sessionHours: config.session.hours, idleMinutes: config.session.idleMinutes },
  });

  const machines = createMachines({ store, repository: createMachinesRepository(store), history, clock });

  // Alarms tell the desks and the desks' snapshot shows the alarms; the hub joins the circle last.
  const late: { toDesks: (event: PushEvent) => void } = { toDesks: () => {} };
  const alarms = createAlarms({ clock, push: (event) => late.toDesks(event) });
  const deadJobs = jobAlarms({ jobs, alarms, onError: (err) => logger.warn({ err }, 'given-up work could not be looked up') });

  // ── directory, cases, calls ──
  const normalNumber = (typed: string): string | null => {
    const number = parseCallerNumber(typed, config.hotline.areaCode);
    return number.kind === 'number' ? number.normal : null;
  };
  const directory = createDirectory({ repository: createDirectoryRepository(store), clock, areaCode: config.hotline.areaCode });
  const editing = createDirectoryEditing({
    store,
    repository: createDirectoryEditingRepository(store),
    places: () => directory.places(),
    history,
    clock,
    areaCode: config.hotline.areaCode,
  });
  const casesRepository = createCasesRepository(store);
  const cases = createCases({ store, repository: casesRepository, directory, outbox, history, clock });
  const livesRepository = createCaseLivesRepository(store);
  const webhooks = createWebhooks({
    store,
    repository: createWebhooksRepository(store),
    jobs,
    history,
    clock,
    key: deriveKey(deps.secret, 'webhook secrets'),
    allowed: createAddressRule(config.webhookPrivate),
    publicUrl: config.http.publicUrl,
    alarms,
  });
  const caseNotices = createNotices({
    store,
    repository: createNoticesRepository(store),
    history,
    outbox,
    clock,
    sendOut: webhooks.sendOut,
    mobileOf: (typed) => {
      const number = normalNumber(typed);
      return number !== null && isMobile(number) ? number : null;
    },
  });
  const terms = createTerms({ store, repository: livesRepository, history, clock });
  // Surveys follow every move of a case and need the cases' door themselves; they join the circle below.
  const lateSurveys: Pick<Surveys, 'caseMoved'> = { caseMoved: async () => {} };
  const lives = createCaseLives({
    store,
    async onMoved(db, before, after, made) {
      await lateSurveys.caseMoved(db, before, after);
      await caseNotices.caseMoved(db, before, after, made);
    },
    onUnsigned: caseNotices.caseUnsigned,
    ruledLead: (matter) => editing.ruledLead(matter),
    lives: livesRepository,
    cases: casesRepository,
    terms,
    outbox,
    history,
    clock,
    normalNumber,
  });
  const profile = createProfile({ store, repository: settingsRepository, history, clock });
  const cityDeps = {
    store,
    repository: createCityRepository(store),
    intake: createCaseIntake({
      repository: createCaseIntakeRepository(store),
      lives: livesRepository,
      terms,
      outbox,
      history,
      clock,
      async onUrgent(db, caseId, decision) {
        const life = await livesRepository.load(caseId);
        if (life) await caseNotices.caseMoved(db, life, life, { decision, mover: { kind: 'system' } });
      },
    }),
    directory,
    profile,
    normalNumber,
    clock,
  };
  const city = createCity(cityDeps);
  const cityImports = createCityImports({ ...cityDeps, history, jobs, place: join(config.dataDirectory, 'imports') });
  const knowledge = createKnowledge({ repository: createKnowledgeRepository(store), clock });
  const callsRepository = createCallsRepository(store);
  const calls = createCalls({
    store,
    repository: callsRepository,
    directory,
    history,
    outbox,
    jobs,
    clock,
    logger,
    areaCode: config.hotline.areaCode,
  });
  const agentsRepository = createAgentsRepository(store);
  const waitingSettings = createWaitingSettings({ store, repository: settingsRepository, history, telephony, clock, logger });
  const waitingRepository = createWaitingRepository(store);
  const keptPlaces = createKeptPlaces({
    store,
    repository: waitingRepository,
    telephony,
    history,
    jobs,
    rule: async () => callbackRuleOf(await waitingSettings.rules()),
    clock,
    logger,
  });
  const cards = createCards({
    repository: callsRepository,
    directory,
    keptPlaceOf: (channelId) => keptPlaces.ofChannel(channelId),
    cases: createCaseLookup(cases),
    readerOf: (staffId) => agentsRepository.person(staffId),
    clock,
    ringSeconds: config.ringSeconds,
  });
  const playback = createPlayback({
    store,
    repository: callsRepository,
    cards,
    history,
    directoryOf: deps.recordingsOf,
    callerOf: (received) => directory.callerOf(received),
    now: () => clock.now(),
  });
  const recordings = createRecordings({
    store,
    repository: callsRepository,
    jobs,
    outbox,
    clock,
    logger,
    directoryOf: deps.recordingsOf,
    alarms,
    onFailed: () => metrics.recordings.inc({ outcome: 'failed' }),
  });

  // ── agents ──
  const presences = createPresences({ clock });
  const pauses = createPauseSettings({ store, repository: settingsRepository, history, clock });
  const agents = createAgents({
    checkReason: (reason) => pauses.check(reason),
    store,
    repository: agentsRepository,
    presences,
    telephony,
    history,
    outbox,
    clock,
    logger,
    async liveOfferOf(staffId) {
      return (await callsRepository.openOffersByStaff(staffId)).get(staffId) ?? null;
    },
    bringBack: (staffId) => callActs.bringBack(staffId),
    randomSecret,
    deskSecret: (extension) => deriveKey(deps.secret, `desk phone ${extension}`).toString('base64url').slice(0, 20),
    issueTicket: ticketOf,
    relayUrl: config.relay.publicUrl,
    sipDomain: SIP_DOMAIN,
    placesOf: (staffId) => queues.placesOf(staffId),
    wrapUpMs: config.wrapUpSeconds * 1000,
  });

  const ownNumbers: [string, ...string[]] = [config.hotline.number, ...config.hotline.aliases];
  const rendered = fileURLToPath(new URL('../dialplans/sounds', import.meta.url));
  const spoken = soundIds(rendered, 'zh');
  const library = createPromptLibrary({
    rendered,
    words: fileURLToPath(new URL('../dialplans/prompts/prompts.json', import.meta.url)),
    overlay: config.promptsDirectory,
  });
  const queues = createQueues({
    store,
    repository: settingsRepository,
    history,
    outbox,
    telephony,
    people: () => agentsRepository.ringable(),
    signedIn: async () => new Set((await agentsRepository.openShifts()).map(({ staffId }) => staffId)),
    waitingIn: async (queue) => (await callsRepository.waiting()).find((each) => each.queue === queue)?.waiting ?? 0,
    rejoin: (staffIds) => agents.rejoin(staffIds),
    numbers: ownNumbers,
    announcements: QUEUE_PROMPTS.filter((id) => spoken.has(id)),
    clock,
    logger,
  });
  await queues.load();

  const leading = createLeading({
    store,
    messages: createDeskMessagesRepository(store),
    shifts: agentsRepository,
    agents,
    history,
    outbox,
    clock,
  });

  const callers = createCallers({
    repository: waitingRepository,
    telephony,
    rules: () => waitingSettings.rules(),
    isReady: async (staffId) => (await agents.view(staffId)).state === 'ready',
    clock,
    logger,
  });

  /** What the hotline may dial by itself, for whatever number somebody has put in. */
  const isPlain = (number: string): boolean => isPlainNumber(numberClassOf(number, { areaCode: config.hotline.areaCode, ownNumbers }));
  const dialSettings = createDialSettings({ store, repository: settingsRepository, history, clock, telephony, ownNumbers, logger });
  const unitPhone = async (unitCode: string): Promise<string | null> =>
    (await directory.units()).find(({ code }) => code === unitCode)?.phone ?? null;
  const dialler = createDialler({
    store,
    repository: callsRepository,
    telephony,
    calls,
    directory,
    async find(target, actor) {
      if (target.kind === 'case') return { number: await cases.contactOf(target.caseId, actor), caseId: target.caseId };
      if (target.kind === 'survey') {
        if (!permissionsOf(actor.roles).has('cases.callback')) throw new HotlineError('access.denied', '没有权限 Not allowed');
        return surveys.work.contactOf(target.taskId);
      }
      if (target.kind === 'unit') {
        if (target.caseId !== undefined) await cases.contactOf(target.caseId, actor);
        return { number: await unitPhone(target.unitCode), caseId: target.caseId ?? null };
      }
      const readsAll = permissionsOf(actor.roles).has('calls.read_all');
      const number = await playback.contactOf(target.callId, { ...actor, readsAll });
      return { number, caseId: (await casesRepository.byCall(target.callId))?.caseId ?? null };
    },
    rules: () => dialSettings.rules(),
    stateOfAgent: async (staffId) => (await agents.view(staffId)).state,
    extensionOf: async (staffId) => (await agents.view(staffId)).extension,
    history,
    outbox,
    clock,
    logger,
    areaCode: config.hotline.areaCode,
    ownNumbers,
    randomId: randomUUID,
  });

  const callActs = createCallActs({
    dialRules: () => dialSettings.rules(),
    store,
    repository: callsRepository,
    telephony,
    history,
    outbox,
    clock,
    logger,
    areaCode: config.hotline.areaCode,
    ownNumbers,
    queues: () => queues.names(),
    stateOfAgent: async (staffId) => (await agents.view(staffId)).state,
    unitPhone,
    randomId: randomUUID,
  });

  const duty = createDuty({
    store,
    repository: createDutyRepository(store),
    units: () => directory.units(),
    history,
    clock,
    isWorking: async (at) => workingMsBetween(await terms.calendar(), at, new Date(at.getTime() + PLACE_MS)) > 0,
    dialled(typed) {
      const kind = numberClassOf(typed, { areaCode: config.hotline.areaCode, ownNumbers });
      return ['local', 'mobile', 'national', 'service'].includes(kind) ? dialledForm(typed) : null;
    },
  });
  const handovers = createHandovers({
    store,
    repository: createHandoversRepository(store),
    acts: callActs,
    segmentsOf: (callId) => callsRepository.segmentsOf(callId),
    lives,
    caseOfCall: async (callId, staff) => (await cases.draftsOfCalls([callId], staff)).get(callId)?.caseId ?? null,
    unit: async (code) => (await directory.units()).find((each) => each.code === code) ?? null,
    duty: (code) => duty.now(code),
    async personOf(staffId) {
      const person = await agentsRepository.person(staffId);
      return person ? { ...person, roles: ROLES.filter((role) => person.roles.includes(role)) } : null;
    },
    history,
    outbox,
    clock,
    logger,
  });

  const administration = createStaffAdministration({
    secondFactors,
    store,
    repository: accessRepository,
    access,
    history,
    passwords,
    clock,
    units: () => directory.units(),
    newPassword: () => `${randomBytes(4).toString('hex')}-Hl-${randomBytes(6).toString('base64url')}`,
    atDesk: async (staffId) => (await agents.view(staffId)).state !== 'signed_out',
    signOutOfDesk: (staffId) => agents.signOut(staffId, 'system'),
  });

  // ── pushes ──
  const desk = createDesk({
    agents,
    repository: agentsRepository,
    calls: callsRepository,
    deskChanges: (staffId, since) => agentsRepository.deskChanges(staffId, since),
    unseenMessages: (staffId) => leading.unseenOf(staffId),
    unreadNotices: (staffId) => caseNotices.unreadOf(staffId),
    cards,
    presences,
    countDrafted: (staffId, since) => cases.countDrafted(staffId, since),
    deskViewOf: (callId, staffId) => callActs.view(callId, staffId),
    clock,
    queues: () => queues.names(),
    placesOf: (staffId) => queues.placesOf(staffId),
    switchUp: () => telephony.nodes().some((node) => node.up),
    alarms: () => alarms.all(),
  });
  const board = createBoard({
    repository: createBoardRepository(store),
    openOffersByStaff: () => callsRepository.openOffersByStaff(),
    presences,
    alarms,
    switchUp: () => telephony.nodes().some((node) => node.up),
    clock,
    queues: () => queues.names(),
    placesOf: (staffId) => queues.placesOf(staffId),
    ...config.board,
  });
  const hub = createPushHub({
    first: { board: () => boardNews.first(), surveys: () => surveyNews.first() },
    snapshotFor: (staffId) => desk.snapshotFor(staffId),
    stillValid: (token) => access.who(token, { touch: false }),
    clock,
    logger,
    counters: { clients: metrics.pushClients, frames: metrics.pushFrames, dropped: metrics.pushDropped },
  });
  late.toDesks = (event) => hub.toPermission('desk.use', event);
  access.onSessionEnded((sessionId) => hub.endSession(sessionId));
  const push = (staffId: StaffId, event: PushEvent): void => {
    if (event.type === 'card.offered')
      metrics.popSeconds.observe(Math.max(0, clock.now().getTime() - new Date(event.card.offeredAt).getTime()) / 1000);
    hub.toStaff(staffId, event);
  };

  // ── reactions: when that happens there, we do this here ──
  callsNotices({ outbox, cards, repository: callsRepository, push, deskOf: (callId, staffId) => callActs.view(callId, staffId) });
  agentReactions({ outbox, agents });
  const notices = agentNotices({ outbox, agents, desk, leading, push, pushToDesks: late.toDesks, logger });
  const bells = noticesNews({ outbox, notices: caseNotices, push, logger });
  const boardNews = boardNotices({
    outbox,
    board,
    watchers: () => hub.watchers('board'),
    push: (picture) => hub.toWatchers('board', picture),
    logger,
  });
  casesReactions(jobs, cases);
  waitingReactions({
    outbox,
    jobs,
    places: keptPlaces,
    callers,
    repository: waitingRepository,
    draftOf: (callId) => cases.draftFromCall(callId, 'callback'),
  });
  outbox.on('call.ended', ({ disposition }) => metrics.callsEnded.inc({ disposition }));
  outbox.on('recording.sealed', () => metrics.recordings.inc({ outcome: 'whole' }));

  // ── surveys ──
  const surveySettings = createSurveySettings({
    store,
    repository: settingsRepository,
    history,
    clock,
    leastBudget: async () => (await terms.policyAt(clock.now())).policy.callbackAttempts,
  });
  const linesInUse = async () => {
    const seen = await telephony.snapshot();
    const held = seen.flatMap((each) => each.calls);
    const numbers = held.map(({ callerNumber }) => parseCallerNumber(callerNumber, config.hotline.areaCode));
    return {
      otherCalls: held.length,
      waiting: held.filter(({ queue }) => queue !== null).length,
      numbers: new Set(numbers.flatMap((number) => (number.kind === 'number' ? [number.normal] : []))),
    };
  };
  const linkTokens = createLinkTokens(deriveKey(deps.secret, 'survey links'));
  const writeLink = (nonce: string): string => linkText(config.http.publicUrl, linkTokens.tokenOf(nonce));
  const surveysRepository = createSurveysRepository(store);
  const surveys = createSurveys({
    isPlain,
    store,
    repository: surveysRepository,
    calls: telephony.surveyCalls,
    lives,
    history,
    kept,
    calendar: () => terms.calendar(),
    rules: () => surveySettings.rules(),
    linesInUse,
    place() {
      const node = telephony.nodes().find((each) => each.up)?.node ?? '';
      return { node, directory: deps.recordingsOf(node) };
    },
    directoryOf: deps.recordingsOf,
    hasSound: (id) => library.has(id),
    soundPath: createPlayedSounds(deps.switchData ?? null),
    ownNumbers,
    texts: config.textGateway && createHttpTextGateway({ ...config.textGateway, jobs, clock, write: writeLink }),
    tokens: linkTokens,
    worker: `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
    onFaults: (stopped) => {
      if (stopped) logger.warn({}, 'survey calls have stopped: the trunk refused several in a row');
    },
    clock,
    logger,
  });
  lateSurveys.caseMoved = surveys.caseMoved;
  const trials = createTrials({
    isPlain,
    store,
    kept,
    calling: surveys.calling,
    isOnTheLine: async (number) => (await linesInUse()).numbers.has(number),
    normalNumber,
    ownNumbers,
    history,
    clock,
  });
  const scripts = createScripts({
    store,
    repository: settingsRepository,
    surveys: surveysRepository,
    history,
    faultOfPrompt: (id) => library.faultOf(id),
    trials,
    clock,
  });
  const surveyNews = surveyNotices({
    outbox,
    view: () => surveys.supervision.view(),
    watchers: () => hub.watchers('surveys'),
    push: (picture) => hub.toWatchers('surveys', picture),
    logger,
  });

  const studio = createStudio({
    store,
    repository: settingsRepository,
    history,
    clock,
    library,
    overlay: config.promptsDirectory,
    install: deps.installPrompts ?? null,
    nameOf: async (staffId) => (await agentsRepository.person(staffId))?.name ?? null,
    logger,
  });

  const hours = createHours({
    isPlain,
    store,
    repository: settingsRepository,
    history,
    telephony,
    calendar: () => terms.calendarYears(),
    dutyPhone: config.hotline.dutyPhone,
    ownNumbers,
    clock,
    logger,
  });

  // ── watchers ──
  liveGauges({
    metrics,
    calls: callsRepository,
    agents: agentsRepository,
    presences,
    queues: () => desk.queueSummaries(),
    now: () => clock.now(),
  });
  const watchRecordings = createRecordingWatch({ repository: callsRepository, alarms, directoryOf: deps.recordingsOf });
  /** What each node recorded lately; a week of recordings is not summed up every few seconds. */
  const grown = new Map<string, { bytes: number; since: Date } | null>();
  const watchGrowth = async (): Promise<void> => {
    const since = new Date(clock.now().getTime() - GROWTH_DAYS * 86_400_000);
    for (const { node } of telephony.nodes()) grown.set(node, await callsRepository.grownSince(node, since));
  };
  const watchTrunks = async (): Promise<void> => {
    for (const part of deps.moreParts ?? []) {
      if (!part.name.startsWith('trunk.')) continue;
      const fault = await part.check();
      if (fault === null) alarms.clear(`trunk_down.${part.name}`);
      else alarms.raise(`trunk_down.${part.name}`, 'trunk_down', fault);
    }
  };
  const relayAt = { host: config.relay.host, port: config.relay.port, tls: config.http.tls !== null };
  const watchRelay = createRelayWatch({ answers: () => relayAnswers(relayAt), alarms, detail: `${relayAt.host}:${relayAt.port}` });
  const link = createSwitchLink({
    telephony,
    calls,
    recordings,
    agents,
    places: keptPlaces,
    agentsRepository,
    presences,
    notices: {
      ...notices,
      agentChanged(staffId) {
        notices.agentChanged(staffId);
        boardNews.changed();
      },
    },
    alarms,
    kept,
    metrics,
    pushToDesks: late.toDesks,
    writeQueues: () => queues.tellSwitch(),
    async writeSettings() {
      await hours.tellSwitch();
      await waitingSettings.tellSwitch();
      await dialSettings.tellSwitch();
    },
    clock,
    logger,
  });

  // ── the web ──
  const parts = (): Part[] => [
    { name: 'database', needed: true, check: () => store.ping().then(() => null) },
    ...telephony.nodes().map((node) => ({ name: `switch.${node.node}`, needed: false, check: () => (node.up ? null : node.reason) })),
    ...(deps.moreParts ?? []),
  ];
  const { app: http, finish } = await createHttp({
    config,
    who: (token) => access.who(token),
    whichMachine: (token) => machines.who(token),
    logger,
    metrics,
    parts,
    consoleDirectory: deps.consoleDirectory,
    version: deps.version,
  });
  const secure = config.http.publicUrl.startsWith('https:');
  await http.register(
    accessRoutes({
      access,
      secondFactors,
      administration,
      mode: config.mode,
      hotline: config.hotline,
      queues: () => queues.words(),
      secure,
    }),
  );
  await http.register(agentsRoutes({ agents, desk, store, history }));
  await http.register(pauseRoutes({ pauses }));
  await http.register(leadingRoutes({ leading, agents }));
  await http.register(queuesRoutes({ queues }));
  await http.register(boardRoutes({ board }));
  await http.register(callsRoutes({ playback, acts: callActs, dialler, dialSettings }));
  await http.register(casesRoutes({ cases, currentStaff }));
  await http.register(caseLivesRoutes({ lives, terms, currentStaff }));
  const caseViews = createCaseViews({ store, repository: createCaseViewsRepository(store), history, clock });
  const caseExports = createCaseExports({
    store,
    lives,
    settings: settingsRepository,
    history,
    clock,
    onError: (err) => logger.error({ err }, 'the end of an export could not be put on record'),
  });
  await http.register(caseViewsRoutes({ views: caseViews, exports: caseExports, currentStaff }));
  const caseFiles = createCaseFiles({
    store,
    repository: createCaseFilesRepository(store),
    lives,
    history,
    directory: join(config.dataDirectory, 'attachments'),
    scanner: createFileScanner(config.fileScanner),
    clock,
  });
  await http.register(handoverRoutes({ handovers }));
  await http.register(dutyRoutes({ duty }));
  await http.register(caseFilesRoutes({ files: caseFiles, currentStaff }));
  await http.register(noticesRoutes({ notices: caseNotices, checkSight: (caseId, staff) => lives.sightOf(caseId, staff) }));
  await http.register(webhooksRoutes({ webhooks }));
  await http.register(cityRoutes({ city, imports: cityImports, profile }));
  await http.register(machineRoutes({ machines }));
  await http.register(directoryRoutes({ directory }));
  await http.register(directoryEditingRoutes({ editing, currentStaff }));
  await http.register(knowledgeRoutes({ knowledge }));
  await http.register(historyRoutes({ history }));
  await http.register(hoursRoutes({ hours }));
  await http.register(waitingRoutes({ settings: waitingSettings }));
  await http.register(surveysRoutes({ supervision: surveys.supervision, work: surveys.work, web: surveys.web }));
  await http.register(surveySettingsRoutes({ settings: surveySettings, scripts }));
  await http.register(promptsRoutes({ library, studio }));
  await http.register(surveyWebRoutes({ web: surveys.web }));
  await http.register(jobsRoutes({ jobs, store, history }));
  await http.register(
    systemRoutes({
      telephony,
      alarms,
      parts,
      dataDirectory: config.dataDirectory,
      version: deps.version,
      engine: store.dialect.name,
      startedAt,
      pushClients: () => hub.clients(),
      openCalls: () => callsRepository.openCount(),
    }),
  );
  await http.register(pushRoutes({ hub }));
  if (config.mode === 'demonstration')
    await http.register(
      demonstrationRoutes({
        phone: createCitizenPhone({
          telephony,
          randomSecret,
          issueTicket: ticketOf,
          relayUrl: config.relay.publicUrl,
          sipDomain: SIP_DOMAIN,
        }),
        hotlineNumber: config.hotline.number,
      }),
    );
  await finish();

  const demonstration =
    config.mode === 'demonstration'
      ? await startDemonstration({
          mode: config.mode,
          dataDirectory: config.dataDirectory,
          areaCode: config.hotline.areaCode,
          calledNumber: config.hotline.number,
          repository: createDemonstrationRepository(store),
          cases: casesRepository,
          livesOn: createLivesOnClock({
            store,
            lives: livesRepository,
            cases: casesRepository,
            history: createHistoryRepository(store),
            onMovedAt: (then) => surveys.tasksOn(then).caseMoved,
          }),
          passwords,
          clock,
        })
      : null;
  if (demonstration?.refused.length) logger.warn({ refused: demonstration.refused }, 'the workflow refused moves of the made-up past');

  const timers: ReturnType<typeof setInterval>[] = [];
  const every = (ms: number, what: string, work: () => Promise<void>): void => {
    timers.push(setInterval(() => void work().catch((err) => logger.warn({ err }, what)), ms).unref());
  };

  return {
    http,
    demonstration,
    async start() {
      await outbox.deliverLeftovers();
      jobs.start();
      await studio.mend();
      await link.start();
      every(SWEEP_MS, 'a sweep failed', () => agents.sweep());
      every(SWEEP_MS, 'the board could not be looked at', () => boardNews.sweep());
      every(SWEEP_MS, 'the callbacks could not be looked at', () => surveyNews.sweep());
      // Apart from each other: a slow look at what is due must not cost a citizen on the line the lease.
      every(SWEEP_MS, 'survey calls could not be kept alive', () => surveys.calling.heartbeat());
      every(WATCH_MS, 'links that nobody answered could not be looked at', () => surveys.afterTexts().then(() => {}));
      every(SWEEP_MS, 'survey calls could not be begun', async () => {
        await surveys.calling.takeUpAbandoned();
        await surveys.calling.tick();
      });
      every(WATCH_MS, 'promises to call back could not be looked at', () => keptPlaces.sweep());
      every(SLOW_SWEEP_MS, 'the sweep of due cases failed', () => lives.sweep().then(() => {}));
      await deadJobs.check();
      await webhooks.tellDead();
      await watchGrowth().catch((err) => logger.warn({ err }, 'how fast the disk fills could not be read'));
      every(GROWTH_MS, 'how fast the disk fills could not be read', watchGrowth);
      every(WATCH_MS, 'a watch failed', async () => {
        link.checkNodes();
        for (const { node } of telephony.nodes()) await alarms.checkDisk(node, deps.recordingsOf(node), grown.get(node) ?? null);
        await watchTrunks();
        await watchRecordings();
        await watchRelay();
      });
      every(SLOW_SWEEP_MS, 'a slow sweep failed', async () => {
        await agents.signOutForgotten();
        await dialler.sweep();
        await recordings.sealEnded();
        await hours.tellWhenDue();
        await cityImports.sweep();
      });
      every(DAILY_MS, 'forgotten bytes of files could not be removed', () => caseFiles.sweep().then(() => {}));
      every(DAILY_MS, 'old notices could not be removed', async () => {
        await caseNotices.sweep();
        await webhooks.sweep();
      });
      every(PLACE_MS, 'the place in the records could not be kept', () => link.keepPlace());
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      notices.stop();
      bells.stop();
      boardNews.stop();
      await http.close();
      await link.keepPlace();
      await telephony.stop();
      await jobs.stop();
      await outbox.settled();
      await store.close();
    },
  };
};
