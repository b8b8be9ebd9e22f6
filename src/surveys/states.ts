/** Words that the tables keep; each list is an enum there. */

/** Where one round's callback stands. */
export const TASK_STATES = [
  'waiting', // called by itself from `dueAt` on
  'calling', // claimed: a call about it is under way
  'text', // the link by text comes next
  'person', // on the callback agents' list
  'settle', // nobody knows what became of the last call: a person looks before anybody dials
  'done', // answered
  'unreachable', // over, counted as unreachable, never as satisfied
  'not_asked', // `reason` says why not
  'withdrawn', // the case went another way
] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** What became of one call; what each means: attempts.ts. */
export const OUTCOMES = [
  'answered',
  'machine',
  'hung_up_early',
  'not_now',
  'wrong_person',
  'busy',
  'declined',
  'no_answer',
  'unreachable',
  'wrong_number',
  'line_fault',
  'unknown',
] as const;

export const MEASURES = ['contacted', 'settled', 'satisfied', 'service'] as const;

/** How an answer reached us; all are stored alike (domain §3h). */
export const MODES = ['ivr', 'human', 'sms', 'web'] as const;

/** What a person's own call about it came to. */
export const PERSON_OUTCOMES = ['reached', 'refused', 'no_answer', 'busy', 'not_now', 'wrong_number'] as const;
export type PersonOutcome = (typeof PERSON_OUTCOMES)[number];
