import { transitionTable } from '../core/transitions.ts';
import type { Segment } from './segments.ts';

/**
 * What an agent may do with a call, by how it stands. talking: citizen and agent; asking: the citizen on music, the agent with
 * a third party or waiting for one; three: the third party with them or on the way; handing: handed on and not yet taken;
 * none: not this agent's call (any more).
 */
export const DESK_STATES = ['none', 'talking', 'asking', 'three', 'handing'] as const;
export type DeskState = (typeof DESK_STATES)[number];
export const DESK_ACTS = ['transfer', 'consult', 'conference', 'join', 'dismiss', 'leave'] as const;
export type DeskAct = (typeof DESK_ACTS)[number];

export const DESK_WORKFLOW = transitionTable<
  DeskState,
  DeskAct,
  { command: DeskAct; from: readonly DeskState[]; to: readonly DeskState[] }
>([
  { command: 'transfer', from: ['talking', 'asking', 'three'], to: ['handing'] },
  { command: 'consult', from: ['talking'], to: ['asking'] },
  { command: 'conference', from: ['talking'], to: ['three'] },
  { command: 'join', from: ['asking'], to: ['three'] },
  { command: 'dismiss', from: ['asking', 'three'], to: ['talking'] },
  { command: 'leave', from: ['asking', 'three'], to: ['none'] },
]);

/** A call as it stands for one agent's leg, read off its segments that have not ended. */
export const deskStateOf = (
  segments: readonly Segment[],
  legId: string,
): { state: DeskState; party: string; thirdIsThere: boolean; acts: DeskAct[] } => {
  const open = segments.filter((segment) => segment.endedAt === null);
  const talk = open.find((segment) => segment.kind === 'talk' && segment.legId === legId);
  const third = open.find((segment) => segment.kind === 'third') ?? open.find((segment) => segment.kind === 'invite');
  const decide = (): DeskState => {
    if (!talk) return 'none';
    if (open.some((segment) => segment.kind === 'transfer')) return 'handing';
    if (!third) return 'talking';
    // The one who was asked has a leg of the house as well; the acts are the asking agent's alone.
    if (third.staffId !== talk.staffId) return 'none';
    return open.some((segment) => segment.kind === 'consult') ? 'asking' : 'three';
  };
  const state = decide();
  const thirdIsThere = third?.kind === 'third';
  const acts = DESK_WORKFLOW.commandsFrom(state).filter((act) => thirdIsThere || (act !== 'leave' && act !== 'join'));
  return { state, party: state === 'none' ? '' : (third?.party ?? ''), thirdIsThere, acts };
};
