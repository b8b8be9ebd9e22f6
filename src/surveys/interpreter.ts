import type { Digit, Ending, Line, Measure, Step, SurveyScript } from './survey.ts';

/**
 * One survey call as a fold: what the switch tells goes in, what the switch must do comes out. It keeps no clock and no
 * channel; a call can be taken up again from its state by another process. Pure.
 */
export interface SurveyCall {
  step: string;
  phase: 'speaking' | 'listening' | 'settling' | 'recording' | 'done';
  /** When the present sentence began, for keys meant for the one before. */
  spokenSince: number;
  /** How often the present question has been asked. */
  asked: number;
  /** Keys pressed at the present question that mean nothing there. */
  wrongKeys: number;
  /** The key that counts unless another follows within the settle window. */
  held: Digit | null;
  /** Which of the citizen's matters is being asked about, from 0. */
  caseIndex: number;
  caseCount: number;
  answers: Answer[];
  /** Number of the sentence, wait or recording that is under way: news of an earlier one comes too late and is ignored. */
  turn: number;
  /** How often `*` was pressed at the present question. */
  repeats: number;
  ending: Ending | 'person' | 'hung_up' | null;
}

/** `value` -1: no answer came; -2: only keys that mean nothing. Stored as they are, counted as no rating. */
export interface Answer {
  caseIndex: number;
  measure: Measure;
  value: number;
  key: Digit | null;
  /** Epoch milliseconds. */
  at: number;
}

export const NO_ANSWER = -1;
export const WRONG_KEYS = -2;

export type Heard =
  | { type: 'started' }
  | { type: 'key'; digit: Digit }
  | { type: 'spoken'; turn: number } // the sentence has ended by itself
  | { type: 'timer'; turn: number }
  | { type: 'recorded'; turn: number }
  | { type: 'hung_up' };

export type Act =
  /** Ends whatever was said or waited for before. */
  | { type: 'speak'; turn: number; lines: Line[]; caseIndex: number }
  | { type: 'hush' }
  /** Replaces an earlier wait. */
  | { type: 'wait'; turn: number; ms: number }
  | { type: 'record'; turn: number; longestSeconds: number; caseIndex: number }
  | { type: 'stop_recording' }
  | { type: 'answer'; answer: Answer }
  | { type: 'connect_person' }
  | { type: 'hang_up'; ending: Ending };

export interface Advance {
  call: SurveyCall;
  acts: Act[];
}

/** @param caseCount how many matters of this citizen may be asked about, at least 1 */
export const beginSurvey = (script: SurveyScript, caseCount: number): SurveyCall => ({
  step: script.first,
  phase: 'speaking',
  spokenSince: 0,
  asked: 0,
  wrongKeys: 0,
  held: null,
  caseIndex: 0,
  caseCount,
  answers: [],
  turn: 0,
  repeats: 0,
  ending: null,
});

const stepOf = (script: SurveyScript, name: string): Step => script.steps[name] ?? { kind: 'end', say: [], ending: 'incomplete' };

const speak = (call: SurveyCall, lines: Line[], now: number): Advance => {
  const turn = call.turn + 1;
  return {
    call: { ...call, phase: 'speaking', spokenSince: now, held: null, turn },
    acts: [{ type: 'speak', turn, lines, caseIndex: call.caseIndex }],
  };
};

const wait = (call: SurveyCall, phase: 'listening' | 'settling', ms: number): Advance => {
  const turn = call.turn + 1;
  return { call: { ...call, phase, turn }, acts: [{ type: 'wait', turn, ms }] };
};

/** Goes to a step and says what it has to say; steps that say nothing are passed at once. */
const enter = (script: SurveyScript, call: SurveyCall, name: string, now: number): Advance => {
  const step = stepOf(script, name);
  if (step.kind === 'next_case') {
    const more = call.caseIndex + 1 < call.caseCount;
    return enter(script, more ? { ...call, caseIndex: call.caseIndex + 1 } : call, more ? step.again : step.next, now);
  }
  const fresh: SurveyCall = { ...call, step: name, asked: 1, wrongKeys: 0, repeats: 0, held: null };
  return step.say.length ? speak(fresh, step.say, now) : afterSentence(script, fresh, now);
};

/** The sentence is over: what now. */
const afterSentence = (script: SurveyScript, call: SurveyCall, now: number): Advance => {
  const step = stepOf(script, call.step);
  switch (step.kind) {
    case 'say':
      return enter(script, call, step.next, now);
    case 'ask':
      return wait(call, 'listening', step.waitMs);
    case 'record': {
      const turn = call.turn + 1;
      const record: Act = { type: 'record', turn, longestSeconds: step.longestSeconds, caseIndex: call.caseIndex };
      return { call: { ...call, phase: 'recording', turn }, acts: [record] };
    }
    case 'person':
      return { call: { ...call, phase: 'done', ending: 'person' }, acts: [{ type: 'connect_person' }] };
    case 'end':
      return { call: { ...call, phase: 'done', ending: step.ending }, acts: [{ type: 'hang_up', ending: step.ending }] };
    case 'next_case':
      return { call, acts: [] };
  }
};

type Question = Extract<Step, { kind: 'ask' }>;

/** Keeps an answer, when the question measures, and goes on. */
const settle = (script: SurveyScript, call: SurveyCall, step: Question, value: number, next: string, now: number): Advance => {
  if (!step.measure) return enter(script, call, next, now);
  const answer: Answer = { caseIndex: call.caseIndex, measure: step.measure, value, key: call.held, at: now };
  const after = enter(script, { ...call, answers: [...call.answers, answer] }, next, now);
  return { call: after.call, acts: [{ type: 'answer', answer }, ...after.acts] };
};

const giveUp = (script: SurveyScript, call: SurveyCall, step: Question, now: number): Advance =>
  settle(script, { ...call, held: null }, step, call.wrongKeys ? WRONG_KEYS : NO_ANSWER, step.giveUp, now);

/** Asks the same question once more, after a word on why; or gives it up. */
const askAgain = (script: SurveyScript, call: SurveyCall, step: Question, why: Line, now: number): Advance => {
  if (call.asked >= step.tries) return giveUp(script, call, step, now);
  return speak({ ...call, asked: call.asked + 1 }, [why, ...(step.again ? [step.again] : []), ...step.say], now);
};

/** `*` costs no try, but it does not go on for ever: a key that is stuck must not hold a line. */
const MOST_REPEATS = 5;

/** The settle window is over: the key that is held is the one that was meant. */
const decide = (script: SurveyScript, call: SurveyCall, step: Question, now: number): Advance => {
  const { held } = call;
  if (step.anyKey) return enter(script, call, step.anyKey, now);
  if (held === '0' && script.steps.person) return enter(script, call, 'person', now);
  if (held === '*')
    return call.repeats >= MOST_REPEATS ? giveUp(script, call, step, now) : speak({ ...call, repeats: call.repeats + 1 }, step.say, now);
  const choice = step.choices.find((each) => each.key === held);
  if (!choice) return askAgain(script, { ...call, wrongKeys: call.wrongKeys + 1 }, step, script.wrongKey, now);
  return settle(script, call, step, choice.value ?? 0, choice.next, now);
};

const onKey = (script: SurveyScript, call: SurveyCall, digit: Digit, now: number): Advance => {
  const step = stepOf(script, call.step);
  const nothing = { call, acts: [] };
  if (call.phase === 'recording') return digit === '#' ? { call, acts: [{ type: 'stop_recording' }] } : nothing;
  if (step.kind !== 'ask') return nothing;
  // A digit is told when it ends: one that comes this soon was pressed at the sentence before.
  if (call.phase === 'speaking' && now - call.spokenSince < script.deafMs) return nothing;
  const waiting = wait({ ...call, held: digit }, 'settling', script.settleMs);
  return call.phase === 'speaking' ? { call: waiting.call, acts: [{ type: 'hush' }, ...waiting.acts] } : waiting;
};

const onTimer = (script: SurveyScript, call: SurveyCall, now: number): Advance => {
  const step = stepOf(script, call.step);
  if (step.kind !== 'ask') return { call, acts: [] };
  if (call.phase === 'settling') return decide(script, call, step, now);
  return call.phase === 'listening' ? askAgain(script, call, step, script.noKey, now) : { call, acts: [] };
};

/** What was pressed and not yet settled counts: the citizen pressed it and hung up, as people do. */
const hangUp = (script: SurveyScript, call: SurveyCall, now: number): Advance => {
  const step = stepOf(script, call.step);
  const over: SurveyCall = { ...call, phase: 'done', ending: 'hung_up' };
  const choice = step.kind === 'ask' && call.held ? step.choices.find((each) => each.key === call.held) : undefined;
  if (step.kind !== 'ask' || !step.measure || choice?.value === undefined) return { call: over, acts: [] };
  const answer: Answer = { caseIndex: call.caseIndex, measure: step.measure, value: choice.value, key: call.held, at: now };
  return { call: { ...over, answers: [...call.answers, answer] }, acts: [{ type: 'answer', answer }] };
};

/**
 * @param now epoch milliseconds; the same instants must be given again when a call is replayed
 * @returns the call as it is afterwards, and what the switch must do, in this order
 */
export const advance = (script: SurveyScript, call: SurveyCall, heard: Heard, now: number): Advance => {
  if (call.phase === 'done') return { call, acts: [] };
  if ('turn' in heard && heard.turn !== call.turn) return { call, acts: [] };
  switch (heard.type) {
    case 'started':
      return enter(script, call, script.first, now);
    case 'key':
      return onKey(script, call, heard.digit, now);
    case 'spoken':
      return call.phase === 'speaking' ? afterSentence(script, call, now) : { call, acts: [] };
    case 'timer':
      return onTimer(script, call, now);
    case 'recorded': {
      const step = stepOf(script, call.step);
      return call.phase === 'recording' && step.kind === 'record' ? enter(script, call, step.next, now) : { call, acts: [] };
    }
    case 'hung_up':
      return hangUp(script, call, now);
  }
};
