import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { type Clock, shanghaiDay } from '../core/clock.ts';
import { isHotlineError } from '../core/errors.ts';
import type { WorkCalendar } from '../core/working-time.ts';
import type { Store } from '../storage/store.ts';
import type { SurveyCallEvent, SurveyCalls } from '../telephony/port.ts';
import { type AttemptRules, mustPause, outcomeOf } from './attempts.ts';
import { type Conversation, createConversation, type SetTimer } from './conversation.ts';
import { bundle, MOST_CASES_A_CALL } from './eligibility.ts';
import type { Finish } from './finish.ts';
import type { Answer } from './interpreter.ts';
import { allowance, type Brake, type PacingRules } from './pacing.ts';
import type { Pauses } from './pauses.ts';
import type { SurveyAttempt, SurveysRepository, SurveyTask } from './repository.ts';
import { soundsOf } from './sounds.ts';
import { type Line, STANDARD_SCRIPT, type SurveyScript } from './survey.ts';
import type { Voices } from './voices.ts';
import { type CallingWindows, isOpen } from './windows.ts';

/** What the switch holds beside survey calls. */
export interface LinesInUse {
  otherCalls: number;
  waiting: number;
  /** Normal forms of those who are in a call with us. */
  numbers: ReadonlySet<string>;
}

export interface CallingDeps {
  store: Pick<Store, 'write'>;
  repository: SurveysRepository;
  calls: SurveyCalls;
  finish: Finish;
  pauses: Pauses;
  voices: Voices;
  linesInUse(): Promise<LinesInUse>;
  calendar(): Promise<WorkCalendar>;
  rules(): Promise<AttemptRules>;
  windows(): Promise<CallingWindows>;
  pacing(): Promise<PacingRules>;
  /** Shown to the citizen. */
  callerNumber: string;
  ringMs: number;
  hasSound(id: string): boolean;
  /** What the switch is asked to play for a sound. */
  soundPath?: (id: string) => string;
  /** Name of this process in claims. */
  worker: string;
  setTimer: SetTimer;
  clock: Clock;
  logger: Logger;
}

/** A call by which a draft is tried; what becomes of it is told and nowhere kept as a result. */
export interface TrialCall {
  channelId: string;
  number: string;
  script: SurveyScript;
  matter: SurveyTask;
  rang(): Promise<void>;
  answered(): Promise<void>;
  said(lines: readonly Line[]): Promise<void>;
  pressed(answer: Answer): Promise<void>;
  /** @param ending how the script ended, or what became of a call nobody answered */
  over(ending: string): Promise<void>;
}

/** A claim outlives a process that died by at most this; longer than any pause of a living one. */
const CLAIM_MS = 30_000;
const ABANDONED_AT_ONCE = 50;
/** No attempt has this number: the database knows nothing of a trial. */
const TRIAL = 0;
const SECOND_MS = 1_000;

/** Dials what is due, within what pacing leaves, and talks each call to its end. */
export const createCalling = (deps: CallingDeps) => {
  const { store, repository, calls, clock, logger, worker } = deps;
  const conversations = new Map<string, Conversation>();
  let brake: Brake | 'closed' | 'switch' = null;
  let looking = false;

  const scriptInForce = async (): Promise<{ version: number; script: SurveyScript }> =>
    (await repository.latestScript()) ?? { version: 0, script: STANDARD_SCRIPT };

  const saveAnswer = async (attempt: SurveyAttempt, tasks: readonly SurveyTask[], answer: Answer): Promise<void> => {
    const task = tasks[answer.caseIndex];
    if (!task) return;
    const { measure, value, key, at } = answer;
    const { attemptId, version } = attempt;
    const row = { taskId: task.taskId, attemptId, mode: 'ivr' as const, version, measure, value, key, staffId: null, at: new Date(at) };
    await store.write((db) => repository.addAnswer(db, row));
  };

  const converse = (attempt: SurveyAttempt, tasks: readonly SurveyTask[], script: SurveyScript): Conversation => {
    const { attemptId, channelId, number } = attempt;
    const conversation = createConversation({
      attempt,
      tasks,
      script,
      calls,
      setTimer: deps.setTimer,
      clock,
      logger,
      soundsOf: (lines, task) => soundsOf(lines, task, deps.hasSound, deps.soundPath),
      recordingName: (turn) => `hotline/survey/${shanghaiDay(clock.now())}/${channelId}-${turn}`,
      note: (set) => repository.note(attemptId, set),
      saveAnswer: (answer) => saveAnswer(attempt, tasks, answer),
      saveVoice: (recording, caseIndex) => deps.voices.save(recording, { attemptId, taskId: tasks[caseIndex]?.taskId ?? 0 }),
      async onEnd(end, news) {
        conversations.delete(channelId);
        await deps.finish.finish(attemptId, number, end, news);
      },
    });
    conversations.set(channelId, conversation);
    return conversation;
  };

  const ask = ({ channelId, number }: { channelId: string; number: string }): Promise<void> =>
    calls.dial({ channelId, number, callerNumber: deps.callerNumber, ringMs: deps.ringMs });

  const dial = async (conversation: Conversation, attempt: SurveyAttempt): Promise<void> => {
    // Committed before the switch hears of it: what was never marked was certainly never dialled.
    if (!(await repository.markDialled(attempt.attemptId, worker, clock.now()))) {
      conversation.refused(false);
      return;
    }
    try {
      await ask(attempt);
    } catch (err) {
      logger.warn({ err, attemptId: attempt.attemptId }, 'a survey call could not be begun');
      conversation.refused(!isHotlineError(err) || err.code === 'telephony.timeout');
    }
  };

  /** @returns whether the citizen is being called; false: another instance was first */
  const call = async (matters: readonly SurveyTask[]): Promise<boolean> => {
    const number = matters[0]?.number;
    if (!number) return false;
    const { version, script } = await scriptInForce();
    const at = clock.now();
    const request = { channelId: `survey-${randomBytes(9).toString('hex')}`, number, version, worker, at };
    const until = new Date(at.getTime() + CLAIM_MS);
    const claimed = await store.write((db) => repository.claim(db, { ...request, until, taskIds: matters.map((each) => each.taskId) }));
    if (!claimed) return false;
    await dial(converse(claimed.attempt, claimed.tasks, script), claimed.attempt);
    return true;
  };

  const mayBegin = async (now: Date): Promise<{ calls: number; onTheLine: ReadonlySet<string>; withoutUnits: readonly string[] }> => {
    const pause = await deps.pauses.get();
    const lines = await deps.linesInUse();
    const { open, begun } = await repository.counts(new Date(now.getTime() - SECOND_MS));
    const { otherCalls, waiting } = lines;
    const room = allowance(await deps.pacing(), { surveyCalls: open, otherCalls, waiting, begunLastSecond: begun, paused: pause.all });
    brake = room.brake;
    return { calls: room.calls, onTheLine: lines.numbers, withoutUnits: pause.units };
  };

  const pauseOnFaults = async (): Promise<void> => {
    const { all, since } = await deps.pauses.get();
    if (!all && mustPause(await deps.rules(), await repository.latestOutcomes(since))) await deps.pauses.onFaults();
  };

  const takeUp = async (attempt: SurveyAttempt): Promise<void> => {
    const never = attempt.dialledAt === null;
    const end = { unanswered: never ? { cause: 38, sip: null, rang: false } : null, ending: null, caseIndex: 0, lost: !never };
    await deps.finish.finish(attempt.attemptId, attempt.number, end, { cause: null, sip: null });
  };

  const begin = async (): Promise<number> => {
    const now = clock.now();
    if (!calls.ready()) {
      brake = 'switch';
      return 0;
    }
    if (!isOpen(await deps.windows(), await deps.calendar(), now)) {
      brake = 'closed';
      return 0;
    }
    await pauseOnFaults();
    const room = await mayBegin(now);
    if (room.calls <= 0) return 0;
    const due = await repository.dueTasks(now, room.calls * MOST_CASES_A_CALL * 2, room.withoutUnits);
    const numbered = due.flatMap((task) => (task.number === null ? [] : [{ ...task, number: task.number }]));
    let begun = 0;
    for (const matters of bundle(numbered, room.onTheLine)) {
      if (begun >= room.calls) break;
      if (await call(matters)) begun += 1;
    }
    return begun;
  };

  calls.onEvent((event: SurveyCallEvent) => conversations.get(event.channelId)?.take(event));

  return {
    /** Begins what is due and allowed now. @returns how many calls were begun */
    async tick(): Promise<number> {
      // Two looks at once would each see the same lines free.
      if (looking) return 0;
      looking = true;
      try {
        return await begin();
      } finally {
        looking = false;
      }
    },

    /** Calls a telephone of our own with a script that is not in force. No window, no pause and no pacing: it is asked for by the one who picks up. */
    async tryOut(trial: TrialCall): Promise<void> {
      const { channelId } = trial;
      const conversation = createConversation({
        attempt: { attemptId: TRIAL, channelId },
        tasks: [trial.matter],
        script: trial.script,
        // A trial disturbs no agent: the sentence that leads to a person is heard, and the call ends there.
        calls: { ...calls, connectQueue: (of) => calls.endCall(of) },
        setTimer: deps.setTimer,
        clock,
        logger,
        soundsOf: (lines, task) => soundsOf(lines, task, deps.hasSound, deps.soundPath),
        recordingName: (turn) => `hotline/survey/trial/${channelId}-${turn}`,
        note: ({ answeredAt }) => (answeredAt ? trial.answered() : trial.rang()),
        said: trial.said,
        saveAnswer: trial.pressed,
        saveVoice: (recording) => deps.voices.forget(recording),
        async onEnd({ ending, unanswered }) {
          conversations.delete(channelId);
          await trial.over(ending ?? (unanswered ? outcomeOf(unanswered) : 'lost'));
        },
      });
      conversations.set(channelId, conversation);
      try {
        await ask(trial);
      } catch (err) {
        conversation.refused(true);
        await conversation.settled();
        throw err;
      }
    },

    /** To be called every second: tells the switch and the database that somebody is still there. */
    async heartbeat(): Promise<void> {
      const open = [...conversations.values()];
      await Promise.all(
        open
          .filter((each) => each.isTalking())
          .map((each) =>
            calls.renew(each.channelId).catch((err) => logger.warn({ err, channelId: each.channelId }, 'a lease was not renewed')),
          ),
      );
      const until = new Date(clock.now().getTime() + CLAIM_MS);
      await repository.extend(
        worker,
        open.map((each) => each.attemptId).filter((attemptId) => attemptId !== TRIAL),
        until,
      );
    },

    /** Ends what dead processes left: never dialled goes back, dialled is unknown and waits for a person. @returns how many */
    async takeUpAbandoned(): Promise<number> {
      const left = (await repository.abandoned(clock.now(), ABANDONED_AT_ONCE)).filter((each) => !conversations.has(each.channelId));
      for (const attempt of left) await takeUp(attempt);
      return left.length;
    },

    /** What holds calling back at the moment. */
    brake: () => brake,
    /** Resolves when everything heard so far is kept. */
    settled: async (): Promise<void> => void (await Promise.all([...conversations.values()].map((each) => each.settled()))),
    openCalls: () => conversations.size,
  };
};
export type Calling = ReturnType<typeof createCalling>;
