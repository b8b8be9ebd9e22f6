import type { SearchRequest } from '../../cases/life-schemas.ts';
import type { PhraseKey } from '../i18n/phrases.ts';

/** The three boards: whose work they show, in which parts. What a part holds is a search like any other. */
export type Board = 'dispatch' | 'todo' | 'supervise';

export interface Part {
  id: string;
  word: PhraseKey;
  /** Several searches make one part when no single one says it; each comes in its own order. */
  search: SearchRequest;
}

const BREAKING = { order: 'breaking', dwell: true } as const;

export const PARTS: Readonly<Record<Board, readonly Part[]>> = {
  dispatch: [
    { id: 'new', word: 'dispatch.to_dispatch', search: { ...BREAKING, states: ['registered', 'reviewing'] } },
    { id: 'back', word: 'dispatch.came_back', search: { dwell: true, states: ['rework', 'supervising'] } },
    { id: 'ask', word: 'dispatch.to_rule', search: { ...BREAKING, asked: true } },
  ],
  todo: [
    { id: 'running', word: 'todo.running', search: { ...BREAKING, states: ['dispatched', 'signed', 'handling', 'ledger'] } },
    { id: 'answered', word: 'todo.answered', search: { dwell: true, states: ['feedback', 'callback_pending', 'rework', 'supervising'] } },
  ],
  supervise: [
    { id: 'running', word: 'supervise.running', search: { ...BREAKING, states: ['dispatched', 'signed', 'handling', 'ledger'] } },
    { id: 'red', word: 'card.red', search: { ...BREAKING, card: 'red' } },
    { id: 'yellow', word: 'card.yellow', search: { ...BREAKING, card: 'yellow' } },
    { id: 'dissatisfied', word: 'supervise.unsatisfied', search: { dwell: true, states: ['rework', 'supervising'] } },
    { id: 'callback', word: 'supervise.waiting', search: { dwell: true, states: ['callback_pending', 'callback_failed'] } },
  ],
};

export const partOf = (board: Board, id: unknown): Part => {
  const parts = PARTS[board];
  const [first] = parts;
  const found = parts.find((part) => part.id === id) ?? first;
  if (!found) throw new Error(`the board ${board} has no parts`);
  return found;
};
