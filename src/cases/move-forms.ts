import { commandSchema } from './commands.ts';
import { movesFor } from './decide.ts';
import type { CaseLife, Circumstances } from './life.ts';
import { MET } from './requirements.ts';
import { REASONS } from './states.ts';
import { type CommandName, type Requirement, WORKFLOW } from './workflow.ts';

/** What one move asks of whoever makes it, said by the table, so that no screen says it again. */
export interface MoveForm {
  command: CommandName;
  /** Fields of the command besides its text and reason code: what stands in commands.ts. */
  fields: string[];
  /** Whether the move is refused without words. */
  text: 'required' | 'optional';
  /** One of these is chosen; empty when the move carries no code. */
  reasons: string[];
  /** What the case lacks and the move cannot bring itself: until it is there, the move is refused. */
  lacks: Requirement[];
}

/** Requirements that the move's own fields meet. */
const BROUGHT: readonly Requirement[] = ['text', 'reply', 'explanation', 'master_open'];
const COMMON = ['do', 'text', 'reasonCode', 'callId'];
const SYSTEMS: readonly CommandName[] = ['open_callback', 'raise_card', 'recompute_due'];

const fieldsOf = (command: CommandName): string[] => {
  const schema = commandSchema(command) as { properties?: Record<string, unknown> } | undefined;
  return Object.keys(schema?.properties ?? {}).filter((field) => !COMMON.includes(field));
};

/** Nobody answers an order that was not given. */
const hasOrder = (life: CaseLife, command: CommandName): boolean => {
  if (command === 'confirm_report') return life.orders.some((order) => order.kind === 'important_report');
  return command !== 'answer_order' || life.orders.some((order) => order.kind !== 'important_report');
};

/** The moves that this mover may make on this case now, in the table's order, each with what it must carry. */
export const formsFor = (life: CaseLife, about: Circumstances): MoveForm[] =>
  movesFor(life, about.mover)
    .filter((command) => !SYSTEMS.includes(command) && hasOrder(life, command))
    .map((command) => {
      const move = WORKFLOW.find(life.state, command);
      const needs = move?.needs ?? [];
      return {
        command,
        fields: fieldsOf(command),
        text: needs.includes('text') ? 'required' : 'optional',
        reasons: move?.reasons ? [...REASONS[move.reasons]] : [],
        lacks: needs.filter(
          (need) => !BROUGHT.includes(need) && !MET[need](life, { do: command } as Parameters<(typeof MET)['text']>[1], about),
        ),
      };
    });
