import type { Logger } from 'pino';
import type { CaseLives } from '../cases/index.ts';
import type { Clock } from '../core/clock.ts';
import type { WorkCalendar } from '../core/working-time.ts';
import type { History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import type { SurveyCalls } from '../telephony/port.ts';
import type { AttemptRules } from './attempts.ts';
import { createCalling, type LinesInUse } from './calling.ts';
import type { SetTimer } from './conversation.ts';
import { createFinish } from './finish.ts';
import type { LinkTokens } from './link-tokens.ts';
import { createPauses } from './pauses.ts';
import type { SurveysRepository } from './repository.ts';
import type { SurveyRules } from './settings-schemas.ts';
import { createSupervision } from './supervision.ts';
import { createSurveyTasks, type SurveyTasks } from './tasks.ts';
import type { TextGateway } from './texts.ts';
import { createVoices } from './voices.ts';
import { createWeb } from './web.ts';
import { createWork } from './work.ts';

export interface SurveysDeps {
  store: Pick<Store, 'write'>;
  repository: SurveysRepository;
  calls: SurveyCalls;
  lives: Pick<CaseLives, 'recordSurvey'>;
  history: Pick<History, 'append'>;
  kept: { get<T>(key: string): Promise<T | null>; set(key: string, value: unknown): Promise<void> };
  calendar(): Promise<WorkCalendar>;
  /** When citizens are called, how often and how many at once. */
  rules(): Promise<SurveyRules>;
  linesInUse(): Promise<LinesInUse>;
  place(): { node: string; directory: string | null };
  /** Where one node's recordings lie on this machine, or null. */
  directoryOf(node: string): string | null;
  hasSound(id: string): boolean;
  /** What the switch is asked to play for a sound: the rendered one when a recording has gone. */
  soundPath?: (id: string) => string;
  /** The hotline's number first, then its other spellings. */
  ownNumbers: readonly [string, ...string[]];
  /** Whether a number costs what any call costs (calls/dialling.ts). */
  isPlain(number: string): boolean;
  worker: string;
  /** Short messages to citizens; null: no gateway is set. */
  texts: TextGateway | null;
  tokens: LinkTokens;
  onFaults?: (stopped: boolean) => void;
  clock: Clock;
  logger: Logger;
  setTimer?: SetTimer;
  ringMs?: number;
}

const RING_MS = 30_000;
const realTimer: SetTimer = (ms, work) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};

/** 回访: whoever was helped is asked whether they were (R04, R11). */
export const createSurveys = (deps: SurveysDeps) => {
  const { store, repository, calendar, clock, history } = deps;
  const windows = async () => (await deps.rules()).windows;
  const rules = async (): Promise<AttemptRules> => (await deps.rules()).attempts;
  const pacing = async () => (await deps.rules()).pacing;
  const { onFaults } = deps;
  const pauses = createPauses({ store, kept: deps.kept, history, clock, ...(onFaults ? { onFaults } : {}) });
  const { texts, tokens } = deps;
  const web = createWeb({ store, repository, lives: deps.lives, history, texts, tokens, calendar, clock });
  const finish = createFinish({
    ...{ store, repository, lives: deps.lives, calendar, rules, windows, clock },
    canText: web.canText,
    sendLink: web.sendByItself,
  });
  const voices = createVoices({ store, repository, place: deps.place, clock });
  const calling = createCalling({
    ...deps,
    finish,
    pauses,
    voices,
    rules,
    windows,
    pacing,
    callerNumber: deps.ownNumbers[0],
    ringMs: deps.ringMs ?? RING_MS,
    setTimer: deps.setTimer ?? realTimer,
  });
  const tasksOn = (then: Clock): SurveyTasks =>
    createSurveyTasks({ repository, calendar, windows, ownNumbers: new Set(deps.ownNumbers), isPlain: deps.isPlain, clock: then });
  const work = createWork({
    store,
    repository,
    lives: deps.lives,
    history,
    calendar,
    rules,
    windows,
    directoryOf: deps.directoryOf,
    canText: web.canText,
    clock,
  });
  const supervision = createSupervision({ store, repository, pauses, calling, history, calendar, windows, pacing, work, clock });
  return { calling, afterTexts: finish.afterTexts, supervision, work, web, caseMoved: tasksOn(clock).caseMoved, tasksOn };
};
export type Surveys = ReturnType<typeof createSurveys>;
