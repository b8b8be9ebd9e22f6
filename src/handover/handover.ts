import type { DutyPerson } from '../directory/duty.ts';

/** What became of one telephone that was rung for an urgent matter; `failed`: it could not be rung at all, or may not be. */
export type TryOutcome = 'ringing' | 'answered' | 'taken' | 'no_answer' | 'unconfirmed' | 'failed' | 'stopped';

/** ringing: somebody is rung for, or has answered and not yet taken it. refused: nobody on the list took it. stopped: by the agent, or the call ended. */
export const HANDOVER_STATES = ['ringing', 'taken', 'refused', 'stopped'] as const;
export type HandoverState = (typeof HANDOVER_STATES)[number];

export interface HandoverTry {
  name: string;
  number: string;
  /** Of the telephone that was rung; empty until the switch was asked. */
  legId: string;
  at: string;
  outcome: TryOutcome;
  endedAt: string | null;
}

export interface Handover {
  state: HandoverState;
  tries: readonly HandoverTry[];
}

/** What the switch and the agent tell of the telephone that was rung last. */
export type HandoverNews =
  /** Nobody took it: busy, no answer, or away. */
  | { what: 'not_taken' }
  | { what: 'failed' }
  | { what: 'answered' }
  /** The agent says that a person there has taken the matter. */
  | { what: 'taken' }
  /** The agent says that it was a machine, or somebody who does not take it. */
  | { what: 'next' }
  | { what: 'stopped' };

const OUTCOME: Readonly<Record<HandoverNews['what'], TryOutcome>> = {
  not_taken: 'no_answer',
  failed: 'failed',
  answered: 'answered',
  taken: 'taken',
  next: 'unconfirmed',
  stopped: 'stopped',
};

/** A line that answered is not a person who took it: the unit's telephone may be a machine. Only the agent's word ends the ringing. */
const NEXT: readonly HandoverNews['what'][] = ['not_taken', 'failed', 'next'];

/**
 * What follows from the news, and whom to ring next. Pure.
 * @param list whoever is on duty, in the order in which they are rung; nobody is rung twice
 * @returns null when the news is of nothing that is going on
 */
export const follow = (
  handover: Handover,
  news: HandoverNews,
  list: readonly DutyPerson[],
  at: Date,
): { handover: Handover; ring: DutyPerson | null } | null => {
  const last = handover.tries.at(-1);
  if (handover.state !== 'ringing' || !last) return null;
  const isOpen = last.outcome === 'ringing' || last.outcome === 'answered';
  if (!isOpen || (news.what === 'taken' && last.outcome !== 'answered') || (news.what === 'answered' && last.outcome === 'answered'))
    return null;
  // Somebody who answered and then hung up may have taken it: the agent says so.
  if (news.what === 'not_taken' && last.outcome === 'answered') return null;
  const ended = news.what === 'answered' ? null : at.toISOString();
  const tries = [...handover.tries.slice(0, -1), { ...last, outcome: OUTCOME[news.what], endedAt: ended }];
  if (!NEXT.includes(news.what)) {
    const state = news.what === 'answered' ? 'ringing' : news.what === 'taken' ? 'taken' : 'stopped';
    return { handover: { state, tries }, ring: null };
  }
  const rung = new Set(tries.map(({ number }) => number));
  const next = list.find(({ number }) => !rung.has(number)) ?? null;
  if (!next) return { handover: { state: 'refused', tries }, ring: null };
  return { handover: { state: 'ringing', tries: [...tries, tryOf(next, at)] }, ring: next };
};

export const tryOf = ({ name, number }: DutyPerson, at: Date): HandoverTry => ({
  name,
  number,
  legId: '',
  at: at.toISOString(),
  outcome: 'ringing',
  endedAt: null,
});
