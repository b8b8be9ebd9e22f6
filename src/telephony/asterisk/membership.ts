import type { Extension } from '../../core/ids.ts';
import type { LiveMember } from '../port.ts';
import type { Action } from './caller-rules.ts';
import { makeSection, reloadQueues } from './queues.ts';

export interface Membership {
  extension: Extension;
  displayName: string;
  queues: readonly string[];
  /** Of queues where it is not 0: rung only when everybody with a smaller one is busy. */
  penalties?: Readonly<Record<string, number>>;
  paused: boolean;
  reason: string;
}

export const interfaceOf = (extension: Extension) => `PJSIP/${extension}`;

/** The generated queue that rings one agent alone: for a preferred agent, and for a citizen whose agent's browser crashed. */
export const ownQueueOf = (extension: Extension) => `agent-${extension}`;

export const addAction = (member: Membership, queue: string): Action => ({
  Action: 'QueueAdd',
  Queue: queue,
  Interface: interfaceOf(member.extension),
  MemberName: member.displayName,
  Penalty: member.penalties?.[queue] ?? 0,
  Paused: member.paused ? 'true' : 'false',
  ...(member.paused ? { Reason: member.reason } : {}),
  StateInterface: interfaceOf(member.extension),
});

export const pauseAction = (extension: Extension, paused: boolean, reason: string, queue?: string): Action => ({
  Action: 'QueuePause',
  Interface: interfaceOf(extension),
  Paused: paused ? 'true' : 'false',
  ...(paused ? { Reason: reason } : {}),
  ...(queue === undefined ? {} : { Queue: queue }),
});

export const penaltyAction = (extension: Extension, queue: string, penalty: number): Action => ({
  Action: 'QueuePenalty',
  Interface: interfaceOf(extension),
  Penalty: penalty,
  Queue: queue,
});

export const removeAction = (extension: Extension, queue: string): Action => ({
  Action: 'QueueRemove',
  Queue: queue,
  Interface: interfaceOf(extension),
});

/**
 * What must be asked of the switch so that an extension is a member of exactly the wanted queues, in the wanted state.
 * Nothing is asked where it already is so; a member that stays is paused or unpaused, never taken out and put back,
 * which would lose its place in the order and its last call.
 */
export const membershipActions = (wanted: Membership, current: readonly LiveMember[]): Action[] => {
  const mine = current.filter((member) => member.extension === wanted.extension);
  const actions: Action[] = [];
  for (const queue of wanted.queues) {
    const there = mine.find((member) => member.queue === queue);
    if (there === undefined) {
      actions.push(addAction(wanted, queue));
      continue;
    }
    const penalty = wanted.penalties?.[queue] ?? 0;
    if ((there.penalty ?? 0) !== penalty) actions.push(penaltyAction(wanted.extension, queue, penalty));
    if (there.paused !== wanted.paused || (wanted.paused && there.pauseReason !== wanted.reason))
      actions.push(pauseAction(wanted.extension, wanted.paused, wanted.reason, queue));
  }
  for (const member of mine) if (!wanted.queues.includes(member.queue)) actions.push(removeAction(wanted.extension, member.queue));
  return actions;
};

/**
 * Makes the own queue in the included file, once; the switch refuses a second time and writes nothing. `joinempty` keeps
 * a citizen out of a queue whose one agent can't be rung, `ringinuse` the ring off an agent in a call.
 */
export const ownQueueActions = (extension: Extension): Action[] => [
  makeSection(ownQueueOf(extension), [
    ['strategy', 'ringall'],
    ['timeout', '15'],
    ['retry', '1'],
    ['ringinuse', 'no'],
    ['wrapuptime', '2'],
    ['joinempty', 'paused,inuse,invalid,unavailable,unknown'],
    ['leavewhenempty', 'invalid,unavailable'],
    ['setinterfacevar', 'yes'],
    ['musicclass', 'default'],
  ]),
  reloadQueues,
];
