/**
 * The satisfaction survey 回访 as data: what is said, which keys mean what, where each answer leads. A change makes a new
 * version; answers name the version they were given to (R04: a result is never edited). Pure.
 *
 * Levels of the national scale 好差评: 5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意.
 */

/** The three questions that feed the three rates 三率, and the one that only steers. */
export type Measure = 'contacted' | 'settled' | 'satisfied' | 'service';

/** A sentence: a prompt's id, with values put in where it has places for them. */
export interface Line {
  prompt: string;
  /** Said instead when a value of `prompt` cannot be spoken (an unknown subject, a date that is missing). */
  otherwise?: string;
}

export interface Choice {
  key: Digit;
  /** What is stored for a question that measures; absent for a key that only steers. */
  value?: number;
  next: string;
}

export type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#';
export const DIGITS: readonly Digit[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];

export const ENDINGS = [
  'completed', // every question that had to be asked was answered
  'incomplete', // reached a person, who gave no valid keys
  'not_now', // asked to be called at another time
  'wrong_person', // the number belongs to somebody else
  'opted_out', // asked not to be called again
  'no_human', // nobody pressed "any key": a machine, or an empty line
] as const;
export type Ending = (typeof ENDINGS)[number];

export type Step =
  | { kind: 'say'; say: Line[]; next: string }
  | {
      kind: 'ask';
      say: Line[];
      /** Said before `say` the second and third time. */
      again?: Line;
      measure?: Measure;
      choices: Choice[];
      /** Any key at all leads here; for "press any key to go on". */
      anyKey?: string;
      /** Milliseconds of silence after the sentence until it counts as no answer. */
      waitMs: number;
      /** How often it is asked in all. */
      tries: number;
      /** Where no answer (-1) or only wrong keys (-2) lead after the last try. */
      giveUp: string;
    }
  | { kind: 'record'; say: Line[]; longestSeconds: number; next: string }
  /** The next matter of the same citizen, when there is one; else `next`. */
  | { kind: 'next_case'; again: string; next: string }
  | { kind: 'person'; say: Line[] }
  | { kind: 'end'; say: Line[]; ending: Ending };

export interface SurveyScript {
  first: string;
  steps: Readonly<Record<string, Step>>;
  /** Said when `*` is pressed inside no question, and for a key that means nothing. */
  wrongKey: Line;
  noKey: Line;
  /** A key shortly after the first one replaces it: people correct a slip. Milliseconds. */
  settleMs: number;
  /** Keys this soon after a sentence began were meant for the one before. Milliseconds. */
  deafMs: number;
}

/** Levels that count as unhappy: the citizen is asked why, and the loop of §3i begins. */
export const isUnhappy = (measure: Measure, value: number): boolean =>
  (measure === 'satisfied' && value >= 1 && value <= 2) || (measure === 'settled' && value === 3);

const line = (prompt: string, otherwise?: string): Line => (otherwise ? { prompt, otherwise } : { prompt });
const QUESTION = { waitMs: 6_000, tries: 3, giveUp: 'give_up' } as const;

/** The script that is in force until somebody makes another (wording: content/prompts.json; questions: domain §3g). */
export const STANDARD_SCRIPT: SurveyScript = {
  first: 'any_key',
  wrongKey: line('survey.wrong_key'),
  noKey: line('survey.timeout'),
  settleMs: 700,
  deafMs: 300,
  steps: {
    any_key: {
      kind: 'ask',
      say: [line('survey.anykey')],
      again: line('survey.anykey_again'),
      choices: [],
      anyKey: 'greeting',
      waitMs: 5_000,
      tries: 2,
      giveUp: 'machine',
    },
    greeting: {
      kind: 'ask',
      say: [line('survey.record_notice'), line('survey.greeting')],
      again: line('survey.repeat'),
      choices: [
        { key: '1', next: 'subject' },
        { key: '2', next: 'not_now' },
        { key: '3', next: 'wrong_person' },
      ],
      ...QUESTION,
    },
    subject: { kind: 'say', say: [line('survey.subject', 'survey.subject_generic'), line('survey.help')], next: 'contacted' },
    contacted: {
      kind: 'ask',
      say: [line('survey.q1')],
      again: line('survey.repeat'),
      measure: 'contacted',
      choices: [
        { key: '1', value: 1, next: 'settled' },
        { key: '2', value: 2, next: 'settled' },
      ],
      ...QUESTION,
    },
    settled: {
      kind: 'ask',
      say: [line('survey.q2')],
      again: line('survey.repeat'),
      measure: 'settled',
      choices: [
        { key: '1', value: 1, next: 'satisfied' },
        { key: '2', value: 2, next: 'satisfied' },
        { key: '3', value: 3, next: 'satisfied' },
      ],
      ...QUESTION,
    },
    satisfied: {
      kind: 'ask',
      say: [line('survey.q3')],
      again: line('survey.repeat'),
      measure: 'satisfied',
      // The keys of the sentence run from best (1) to worst (5); what is stored runs from worst (1) to best (5).
      choices: [
        { key: '1', value: 5, next: 'thanks' },
        { key: '2', value: 4, next: 'thanks' },
        { key: '3', value: 3, next: 'thanks' },
        { key: '4', value: 2, next: 'why' },
        { key: '5', value: 1, next: 'why' },
      ],
      ...QUESTION,
    },
    why: {
      kind: 'ask',
      say: [line('survey.ask_comment')],
      choices: [{ key: '1', next: 'comment' }],
      waitMs: 6_000,
      tries: 1,
      giveUp: 'unhappy_ack',
    },
    comment: { kind: 'record', say: [line('survey.comment')], longestSeconds: 60, next: 'comment_saved' },
    comment_saved: { kind: 'say', say: [line('survey.comment_saved')], next: 'next_case' },
    unhappy_ack: { kind: 'say', say: [line('survey.unhappy_ack')], next: 'next_case' },
    thanks: { kind: 'say', say: [line('survey.thanks')], next: 'next_case' },
    next_case: { kind: 'next_case', again: 'offer_next', next: 'opt_out' },
    offer_next: {
      kind: 'ask',
      say: [line('survey.next_case')],
      choices: [{ key: '1', next: 'subject' }],
      waitMs: 5_000,
      tries: 1,
      giveUp: 'opt_out',
    },
    /** Offered last and in passing: silence means no. */
    opt_out: {
      kind: 'ask',
      say: [line('survey.optout_offer')],
      choices: [{ key: '9', next: 'opted_out' }],
      waitMs: 2_000,
      tries: 1,
      giveUp: 'goodbye',
    },
    opted_out: { kind: 'end', say: [line('survey.optout_done')], ending: 'opted_out' },
    goodbye: { kind: 'end', say: [line('survey.goodbye')], ending: 'completed' },
    give_up: { kind: 'end', say: [line('survey.give_up')], ending: 'incomplete' },
    not_now: { kind: 'end', say: [line('survey.not_now')], ending: 'not_now' },
    wrong_person: { kind: 'end', say: [line('survey.wrong_person')], ending: 'wrong_person' },
    machine: { kind: 'end', say: [], ending: 'no_human' },
    person: { kind: 'person', say: [line('survey.transfer')] },
  },
};

const followers = (step: Step): string[] => {
  switch (step.kind) {
    case 'ask':
      return [...step.choices.map((choice) => choice.next), ...(step.anyKey ? [step.anyKey] : []), step.giveUp];
    case 'next_case':
      return [step.again, step.next];
    case 'say':
    case 'record':
      return [step.next];
    default:
      return [];
  }
};

export const FAULTS = [
  'no_such_step', // leads to a step that is not there
  'dead_branch', // nothing leads here
  'loop', // leads back to a step before it
  'no_end',
  'no_prompt',
  'prompt_damaged', // it is there and cannot be heard
  'says_nothing', // a question without a sentence
  'key_twice',
  'key_reserved',
  'no_choice',
  'value_range',
  'not_asked',
] as const;

export interface Fault {
  /** Stable, for the screen's sentence. */
  code: (typeof FAULTS)[number];
  step: string;
  detail: string;
}

/** The least and the most of each measure. */
export const LEVELS: Readonly<Record<Measure, readonly [number, number]>> = {
  contacted: [1, 2],
  settled: [1, 3],
  satisfied: [1, 5],
  service: [1, 3],
};

const faultsOfQuestion = (name: string, step: Extract<Step, { kind: 'ask' }>): Fault[] => {
  const keys = step.choices.map((choice) => choice.key);
  const { measure } = step;
  return [
    ...keys.filter((key, at) => keys.indexOf(key) !== at).map((key): Fault => ({ code: 'key_twice', step: name, detail: key })),
    // `*` repeats and `0` reaches a person, everywhere.
    ...keys.filter((key) => key === '*' || key === '0').map((key): Fault => ({ code: 'key_reserved', step: name, detail: key })),
    ...(step.say.length === 0 ? [{ code: 'says_nothing', step: name, detail: '' } satisfies Fault] : []),
    ...(keys.length === 0 && !step.anyKey ? [{ code: 'no_choice', step: name, detail: '' } satisfies Fault] : []),
    ...step.choices
      .filter(({ value }) =>
        measure
          ? value === undefined || !Number.isInteger(value) || value < LEVELS[measure][0] || value > LEVELS[measure][1]
          : value !== undefined,
      )
      .map((choice): Fault => ({ code: 'value_range', step: name, detail: `${choice.key}=${choice.value}` })),
  ];
};

/** Where a step leads within one matter: on to the citizen's next matter goes no further than there are matters. */
const onwards = (step: Step): string[] => (step.kind === 'next_case' ? [step.next] : followers(step));

/**
 * Ways that come back to where they were, by key or by silence: a call that can be walked round in has no end of its own, and
 * to hear a sentence again there is the star key everywhere.
 */
const loopsOf = (script: SurveyScript): Fault[] => {
  const found: Fault[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const walk = (name: string): void => {
    state.set(name, 'open');
    const step = script.steps[name];
    for (const next of step ? onwards(step) : []) {
      if (state.get(next) === 'open') found.push({ code: 'loop', step: name, detail: next });
      else if (!state.has(next)) walk(next);
    }
    state.set(name, 'done');
  };
  for (const name of [script.first, ...Object.keys(script.steps)]) if (!state.has(name)) walk(name);
  // Two keys of one question may lead the same way back.
  return found.filter(({ step, detail }, at) => found.findIndex((each) => each.step === step && each.detail === detail) === at);
};

/** What is wrong with the sound of a prompt, or null. */
export type FaultOfPrompt = (id: string) => 'no_prompt' | 'prompt_damaged' | null;

const faultsOfLines = (step: string, lines: readonly Line[], faultOf: FaultOfPrompt): Fault[] =>
  lines
    .flatMap(({ prompt, otherwise }) => (otherwise === undefined ? [prompt] : [prompt, otherwise]))
    .flatMap((id) => {
      const code = faultOf(id);
      return code === null ? [] : [{ code, step, detail: id }];
    });

const linesOf = (step: Step): Line[] => {
  if (step.kind === 'next_case') return [];
  return step.kind === 'ask' && step.again ? [...step.say, step.again] : step.say;
};

/**
 * Everything that is wrong with a script, each with the step's name, before anybody is called with it.
 */
export const faultsOf = (script: SurveyScript, faultOfPrompt: FaultOfPrompt): Fault[] => {
  const faults: Fault[] = [];
  const names = Object.keys(script.steps);
  const reached = new Set<string>();
  const walk = (name: string, from: string): void => {
    if (reached.has(name)) return;
    const step = Object.hasOwn(script.steps, name) ? script.steps[name] : undefined;
    if (!step) {
      faults.push({ code: 'no_such_step', step: from, detail: name });
      return;
    }
    reached.add(name);
    for (const next of followers(step)) walk(next, name);
  };
  walk(script.first, 'first');
  if (script.steps.person) walk('person', 'person'); // reached by the key 0 from every question
  for (const name of names.filter((each) => !reached.has(each))) faults.push({ code: 'dead_branch', step: name, detail: '' });
  for (const [name, step] of Object.entries(script.steps)) {
    if (step.kind === 'ask') faults.push(...faultsOfQuestion(name, step));
    faults.push(...faultsOfLines(name, linesOf(step), faultOfPrompt));
  }
  faults.push(...faultsOfLines('wrongKey', [script.wrongKey], faultOfPrompt), ...faultsOfLines('noKey', [script.noKey], faultOfPrompt));
  faults.push(...loopsOf(script));
  if (![...reached].some((name) => script.steps[name]?.kind === 'end')) faults.push({ code: 'no_end', step: script.first, detail: '' });
  const measured = new Set(
    [...reached].map((name) => script.steps[name]).flatMap((step) => (step?.kind === 'ask' && step.measure ? [step.measure] : [])),
  );
  // R04: without the question for satisfaction it is not a satisfaction survey.
  if (!measured.has('satisfied') && !measured.has('service')) faults.push({ code: 'not_asked', step: script.first, detail: 'satisfied' });
  return faults;
};
