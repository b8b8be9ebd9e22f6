import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { isHotlineError } from '../core/errors.ts';
import type { SurveyCallEvent, SurveyCalls } from '../telephony/port.ts';
import { type Act, type Answer, advance, beginSurvey, type Heard, type SurveyCall } from './interpreter.ts';
import type { SurveyAttempt, SurveyTask } from './repository.ts';
import type { CallEnd } from './result.ts';
import { DIGITS, type Digit, type Line, type SurveyScript } from './survey.ts';

/** Waits of a call; a test drives them. @returns what takes the wait back */
export type SetTimer = (ms: number, work: () => void) => () => void;

export interface ConversationDeps {
  attempt: Pick<SurveyAttempt, 'attemptId' | 'channelId'>;
  tasks: readonly SurveyTask[];
  script: SurveyScript;
  calls: SurveyCalls;
  setTimer: SetTimer;
  clock: Clock;
  logger: Logger;
  soundsOf(lines: readonly Line[], task: SurveyTask): string[];
  /** Names the file of a spoken reason, below the recordings directory, without extension. */
  recordingName(turn: number): string;
  note(set: { rangAt?: Date; answeredAt?: Date }): Promise<void>;
  /** Told of every sentence before it is said. */
  said?(lines: readonly Line[]): Promise<void>;
  saveAnswer(answer: Answer): Promise<void>;
  saveVoice(recording: string, caseIndex: number): Promise<void>;
  /** Once, after everything that was said has been kept. */
  onEnd(end: CallEnd, news: { cause: number | null; sip: number | null }): Promise<void>;
}

/**
 * One survey call: what the switch tells goes through the interpreter, what the interpreter wants is asked of the switch and
 * of the database, one thing after the other. News moves the interpreter at once; acts wait for the acts before them, so
 * that a sentence is never stopped before it was begun.
 */
export const createConversation = (deps: ConversationDeps) => {
  const { attempt, tasks, script, calls, clock, logger } = deps;
  const { channelId } = attempt;
  let state: SurveyCall = beginSurvey(script, tasks.length);
  let phase: 'dialling' | 'talking' | 'over' = 'dialling';
  let rang = false;
  let cancelWait: () => void = () => {};
  let work: Promise<void> = Promise.resolve();
  const recordings = new Map<string, { turn: number; caseIndex: number }>();

  const playOf = (turn: number): string => `${channelId}-${turn}`;
  const then = (what: string, act: () => Promise<void>): void => {
    work = work.then(act).catch((err) => logger.warn({ err, channelId, what }, 'a step of a survey call failed'));
  };

  const say = async (act: Extract<Act, { type: 'speak' }>): Promise<void> => {
    const task = tasks[act.caseIndex];
    await deps.said?.(act.lines);
    const sounds = task ? deps.soundsOf(act.lines, task) : [];
    const spoken = (): void => hear({ type: 'spoken', turn: act.turn });
    if (!sounds.length) {
      spoken();
      return;
    }
    try {
      await calls.play(channelId, playOf(act.turn), sounds);
    } catch (err) {
      // A sentence that cannot be said must not leave the citizen in silence: the wait for a key begins.
      spoken();
      if (!isHotlineError(err)) throw err;
    }
  };

  const record = async (act: Extract<Act, { type: 'record' }>): Promise<void> => {
    const name = deps.recordingName(act.turn);
    recordings.set(name, { turn: act.turn, caseIndex: act.caseIndex });
    try {
      await calls.record(channelId, name, act.longestSeconds);
    } catch (err) {
      recordings.delete(name);
      hear({ type: 'recorded', turn: act.turn });
      throw err;
    }
  };

  const finish = (end: CallEnd, news: { cause: number | null; sip: number | null }): void => {
    if (phase === 'over') return;
    phase = 'over';
    cancelWait();
    // Cut off in mid-word: what was said so far is the reason all the same.
    for (const [name, { caseIndex }] of recordings) then('voice', () => deps.saveVoice(name, caseIndex));
    recordings.clear();
    work = work
      .then(() => deps.onEnd(end, news))
      .catch((err) => logger.error({ err, channelId }, 'the end of a survey call could not be kept'));
  };

  const handOver = async (): Promise<void> => {
    await calls.connectQueue(channelId);
    finish({ unanswered: null, ending: 'person', caseIndex: state.caseIndex, lost: false }, { cause: null, sip: null });
  };

  const carryOut = (act: Act): void => {
    switch (act.type) {
      case 'speak':
        cancelWait();
        then('speak', () => say(act));
        return;
      case 'hush': {
        const play = playOf(state.turn - 1);
        then('hush', () => calls.stopPlaying(play));
        return;
      }
      case 'wait':
        cancelWait();
        cancelWait = deps.setTimer(act.ms, () => hear({ type: 'timer', turn: act.turn }));
        return;
      case 'record':
        cancelWait();
        then('record', () => record(act));
        return;
      case 'stop_recording':
        for (const name of recordings.keys()) then('stop', () => calls.stopRecording(name));
        return;
      case 'answer':
        then('answer', () => deps.saveAnswer(act.answer));
        return;
      case 'connect_person':
        then('person', handOver);
        return;
      case 'hang_up':
        then('end', () => calls.endCall(channelId));
        return;
    }
  };

  function hear(heard: Heard): void {
    if (phase !== 'talking') return;
    const { call, acts } = advance(script, state, heard, clock.now().getTime());
    state = call;
    for (const act of acts) carryOut(act);
  }

  const ended = (cause: number, sip: number | null): void => {
    const answered = phase === 'talking';
    hear({ type: 'hung_up' });
    const end = { ending: answered ? state.ending : null, caseIndex: state.caseIndex, lost: false };
    finish({ ...end, unanswered: answered ? null : { cause, sip, rang } }, { cause, sip });
  };

  return {
    channelId,
    attemptId: attempt.attemptId,
    isOver: () => phase === 'over',
    /** Whether the call is being talked to, and must say every second that somebody is there. */
    isTalking: () => phase === 'talking',
    take(event: SurveyCallEvent): void {
      if (phase === 'over') return;
      switch (event.type) {
        case 'ringing':
          rang = true;
          then('note', () => deps.note({ rangAt: event.at }));
          return;
        case 'answered':
          if (phase !== 'dialling') return;
          phase = 'talking';
          then('note', () => deps.note({ answeredAt: event.at }));
          hear({ type: 'started' });
          return;
        case 'key':
          if ((DIGITS as readonly string[]).includes(event.digit)) hear({ type: 'key', digit: event.digit as Digit });
          return;
        case 'played':
          hear({ type: 'spoken', turn: Number(event.play.slice(channelId.length + 1)) });
          return;
        case 'recorded': {
          const about = recordings.get(event.recording);
          if (!about) return;
          recordings.delete(event.recording);
          if (event.whole) then('voice', () => deps.saveVoice(event.recording, about.caseIndex));
          hear({ type: 'recorded', turn: about.turn });
          return;
        }
        case 'ended':
          ended(event.cause, event.sip);
          return;
        case 'lost':
          finish({ unanswered: null, ending: null, caseIndex: state.caseIndex, lost: true }, { cause: null, sip: null });
          return;
      }
    },
    /** The order to call was refused: nobody was rung, or (`unsure`) perhaps somebody was. */
    refused(unsure: boolean): void {
      const unanswered = unsure ? null : { cause: 38, sip: null, rang: false };
      finish({ unanswered, ending: null, caseIndex: 0, lost: unsure }, { cause: null, sip: null });
    },
    /** Resolves when everything that has been heard so far is kept. */
    settled: (): Promise<void> => work,
  };
};
export type Conversation = ReturnType<typeof createConversation>;
