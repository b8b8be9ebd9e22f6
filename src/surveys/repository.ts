import type { CaseId, ChannelId, StaffId } from '../core/ids.ts';
import type { Exec } from '../storage/store.ts';
import type { Outcome } from './attempts.ts';
import type { SurveyLink } from './link.ts';
import type { MODES, PersonOutcome, TaskState } from './states.ts';
import type { Digit, Ending, Measure, SurveyScript } from './survey.ts';

/** The callback of one case and round. */
export interface SurveyTask {
  taskId: number;
  caseId: CaseId;
  round: number;
  unitCode: string | null;
  number: string | null;
  state: TaskState;
  dueAt: Date | null;
  reason: string | null;
  needsPerson: boolean;
  subjectCode: string | null;
  reportedAt: Date;
  attemptId: number | null;
  updatedAt: Date;
}

export interface NewTask {
  caseId: CaseId;
  round: number;
  unitCode: string | null;
  number: string | null;
  state: TaskState;
  dueAt: Date | null;
  reason: string | null;
  needsPerson: boolean;
  subjectCode: string | null;
  reportedAt: Date;
}

/** One call, and in their order the matters it is about. */
export interface SurveyAttempt {
  attemptId: number;
  channelId: ChannelId;
  number: string;
  version: number;
  claimedBy: string;
  claimedAt: Date;
  dialledAt: Date | null;
  rangAt: Date | null;
  answeredAt: Date | null;
}

export interface NewAnswer {
  taskId: number;
  attemptId: number | null;
  mode: (typeof MODES)[number];
  version: number;
  measure: Measure;
  value: number;
  key: Digit | null;
  staffId: StaffId | null;
  at: Date;
  supersedes?: number;
  reason?: string;
}

export interface StoredAnswer extends NewAnswer {
  answerId: number;
}

export interface Ended {
  at: Date;
  outcome: Outcome;
  ending: Ending | 'person' | 'hung_up' | null;
  cause: number | null;
  sip: number | null;
}

/** A number with its denominator; of a unit without callbacks nothing is said (domain §0.6). */
export interface UnitResult {
  unitCode: string | null;
  tasks: number;
  /** Callbacks that are over: done or unreachable. */
  over: number;
  done: number;
  unreachable: number;
  /** Rated for satisfaction, and rated 3 or better. */
  rated: number;
  satisfied: number;
}

export interface PersonCall {
  taskId: number;
  staffId: StaffId;
  outcome: PersonOutcome;
  reasonCode: string | null;
  text: string;
  at: Date;
  staffName: string;
}

/** A matter's part in a call that ended. */
export interface EndedCall {
  taskId: number;
  caseId: CaseId;
  caseNumber: string;
  unitCode: string | null;
  outcome: Outcome;
  endedAt: Date;
  state: TaskState;
  reason: string | null;
  dueAt: Date | null;
}

/** Of one day, in matters; each is counted once however often it was called. */
export interface DayCounts {
  /** Called today, or due by its end. */
  due: number;
  dialled: number;
  /** A person answered. */
  reached: number;
  /** By whatever channel: satisfaction 1 to 5, of them 3 or better, and those that are not settled or not satisfied. */
  rated: number;
  satisfied: number;
  unhappy: number;
  /** How the calls ended, in calls. */
  outcomes: Partial<Record<Outcome, number>>;
}

export interface LiveRow extends SurveyTask {
  caseNumber: string | null;
  caseState: string;
  /** What the citizen said it is about, its beginning. */
  title: string;
  /** 举报 or 保密: the matter is shown to nobody who only makes the call. */
  guarded: boolean;
  /** Of the call that is under way about it. */
  dialledAt: Date | null;
  rangAt: Date | null;
  answeredAt: Date | null;
  attempts: number;
}

/** Where surveys are kept. Whatever takes `db` belongs to the caller's transaction. */
export interface SurveysRepository {
  /** The newest script, or null when nobody has made one. */
  latestScript(): Promise<{ version: number; script: SurveyScript } | null>;
  script(version: number): Promise<SurveyScript | null>;
  /** Newest first. */
  scripts(limit: number): Promise<{ version: number; note: string; madeAt: Date; name: string | null }[]>;
  addScript(db: Exec, script: SurveyScript, note: string, staffId: StaffId | null, at: Date): Promise<number>;

  /** One per case and round: one that went another way before is taken up again. */
  openTask(db: Exec, task: NewTask, at: Date): Promise<void>;
  /** Of one case, unless it is over. */
  withdrawTask(db: Exec, caseId: CaseId, round: number, at: Date): Promise<void>;
  task(taskId: number): Promise<SurveyTask | null>;
  taskOf(caseId: CaseId, round: number): Promise<SurveyTask | null>;
  /** As it stands now; until the transaction ends nobody else moves it or locks it. */
  lockTask(db: Exec, taskId: number): Promise<SurveyTask | null>;
  /** Waiting and due, longest due first; without those of these units, nor of numbers that are being called. */
  dueTasks(now: Date, limit: number, withoutUnits: readonly string[]): Promise<SurveyTask[]>;
  /** Whose link was waited for until now, longest first. */
  textsUnanswered(now: Date, limit: number): Promise<SurveyTask[]>;
  /** Moves a task on. @returns false when it no longer stands in one of these states */
  setTask(
    db: Exec,
    taskId: number,
    from: readonly TaskState[],
    set: Partial<Pick<SurveyTask, 'state' | 'dueAt' | 'reason' | 'attemptId'>>,
    at: Date,
  ): Promise<boolean>;
  /** What became of each call about it, oldest first. */
  outcomesOf(taskId: number): Promise<{ outcome: Outcome; endedAt: Date }[]>;

  /**
   * Takes a number and the matters to ask about for one call, so that no other instance can.
   * @returns null when somebody calls this number already, or none of the tasks is waiting any more
   */
  claim(
    db: Exec,
    call: { channelId: ChannelId; number: string; version: number; worker: string; at: Date; until: Date; taskIds: readonly number[] },
  ): Promise<{ attempt: SurveyAttempt; tasks: SurveyTask[] } | null>;
  /** To be committed before the switch is asked: from here on the call may exist. @returns false when the claim is lost */
  markDialled(attemptId: number, worker: string, at: Date): Promise<boolean>;
  note(attemptId: number, set: { rangAt?: Date; answeredAt?: Date }): Promise<void>;
  /** Says that these calls are still in the hands of a living process. */
  extend(worker: string, attemptIds: readonly number[], until: Date): Promise<void>;
  /** @returns false when it had ended already */
  endAttempt(db: Exec, attemptId: number, ended: Ended): Promise<boolean>;
  setTaskOutcome(db: Exec, attemptId: number, taskId: number, outcome: Outcome): Promise<void>;
  tasksOf(attemptId: number): Promise<SurveyTask[]>;
  /** Under way by the record, of processes that have not said for too long that they live. */
  abandoned(now: Date, limit: number): Promise<SurveyAttempt[]>;
  /** Calls under way, and begun since an instant; of all instances. */
  counts(since: Date): Promise<{ open: number; begun: number }>;
  /** Of calls that ended since, oldest first, at most twenty. */
  latestOutcomes(since: Date): Promise<Outcome[]>;

  addAnswer(db: Exec, answer: NewAnswer): Promise<number>;
  /** Those that no later one supersedes. */
  answersOf(taskId: number): Promise<StoredAnswer[]>;
  addVoice(
    db: Exec,
    voice: {
      taskId: number;
      attemptId: number;
      node: string;
      file: string;
      bytes: number;
      milliseconds: number;
      sha256: string;
      at: Date;
    },
  ): Promise<void>;
  voicesOf(taskId: number): Promise<{ file: string; sha256: string; milliseconds: number }[]>;
  voice(voiceId: number): Promise<{ taskId: number; node: string; file: string; sha256: string } | null>;
  /** Of several tasks at once, oldest first. */
  answersOfAll(taskIds: readonly number[]): Promise<StoredAnswer[]>;
  voicesOfAll(taskIds: readonly number[]): Promise<{ taskId: number; voiceId: number; milliseconds: number }[]>;
  personCallsOf(taskIds: readonly number[]): Promise<PersonCall[]>;
  addPersonCall(db: Exec, call: Omit<PersonCall, 'staffName'> & { formId: string }): Promise<void>;
  /** What this form was kept as, or null. */
  outcomeOfForm(taskId: number, formId: string): Promise<PersonOutcome | null>;
  /** The one link of its callback from now on: an earlier one is closed. */
  addLink(db: Exec, link: { taskId: number; tokenHash: string; createdAt: Date; expiresAt: Date }): Promise<void>;
  /** Links made so far about it. */
  linksOf(taskId: number): Promise<number>;
  linkBy(tokenHash: string): Promise<SurveyLink | null>;
  /** @returns failures so far, this one included */
  linkFailed(db: Exec, linkId: number): Promise<number>;
  /** @returns false when somebody has used it */
  spendLink(db: Exec, linkId: number, at: Date): Promise<boolean>;
  addOptOut(
    db: Exec,
    change: { number: string; optedOut: boolean; attemptId: number | null; staffId: StaffId | null; at: Date },
  ): Promise<void>;
  hasOptedOut(number: string): Promise<boolean>;

  live(states: readonly TaskState[], limit: number): Promise<LiveRow[]>;
  /** Not satisfied and not yet ruled on, longest due first. */
  unhappy(limit: number): Promise<LiveRow[]>;
  /** Calls that ended since, newest first. */
  endedSince(since: Date, limit: number): Promise<EndedCall[]>;
  /** @param until the day's end: whatever is due before it belongs to the day */
  day(from: Date, until: Date): Promise<DayCounts>;
  countByState(): Promise<Partial<Record<TaskState, number>>>;
  resultsByUnit(from: Date, to: Date): Promise<UnitResult[]>;
}
