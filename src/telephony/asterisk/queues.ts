import type { SwitchQueue, SwitchQueues } from '../port.ts';
import { type Action, keep } from './caller-rules.ts';

/** The included file that holds what was made while the switch runs (dialplans/INSTALL.md). */
export const QUEUES_FILE = 'hotline-queues.conf';

type Setting = readonly [key: string, value: string];

/** One section of the file, written in a single action: the switch keeps all of it or nothing. */
const sectionAction = (how: 'NewCat' | 'EmptyCat', name: string, settings: readonly Setting[]): Action => {
  const fields: Record<string, string> = {
    Action: 'UpdateConfig',
    SrcFilename: QUEUES_FILE,
    DstFilename: QUEUES_FILE,
    'Action-000000': how,
    'Cat-000000': name,
  };
  settings.forEach(([key, value], index) => {
    const number = String(index + 1).padStart(6, '0');
    Object.assign(fields, { [`Action-${number}`]: 'Append', [`Cat-${number}`]: name, [`Var-${number}`]: key, [`Value-${number}`]: value });
  });
  return fields;
};

/** Refused where the section is there already. */
export const makeSection = (name: string, settings: readonly Setting[]): Action => sectionAction('NewCat', name, settings);
/** Refused where there is none. */
export const rewriteSection = (name: string, settings: readonly Setting[]): Action => sectionAction('EmptyCat', name, settings);
export const dropSection = (name: string): Action => ({
  Action: 'UpdateConfig',
  SrcFilename: QUEUES_FILE,
  DstFilename: QUEUES_FILE,
  'Action-000000': 'DelCat',
  'Cat-000000': name,
});

/**
 * All queues, never one by its name: the switch reads a file only once as long as it is unchanged, so of two queues made
 * together the second's reload would find nothing new and that queue would never be.
 */
export const reloadQueues: Action = { Action: 'QueueReload', Parameters: 'yes', Members: 'no', Rules: 'no' };

/** The queue everybody waits in has a file of its own: its announcements are a setting of their own (caller-rules.ts). */
export const EVERYBODYS = 'main';
const EVERYBODYS_FILE = 'hotline/queues/main.conf';

/** What an administrator chooses of the ringing. */
const ringing = (queue: SwitchQueue): Setting[] => [
  ['strategy', queue.strategy],
  ['timeout', String(queue.ringSeconds)],
  ['wrapuptime', String(queue.wrapUpSeconds)],
];

export const everybodysAction = (queue: SwitchQueue): Action => {
  const fields: Record<string, string> = { Action: 'UpdateConfig', SrcFilename: EVERYBODYS_FILE, DstFilename: EVERYBODYS_FILE };
  ringing(queue).forEach(([key, value], index) => {
    const number = String(index).padStart(6, '0');
    Object.assign(fields, {
      [`Action-${number}`]: 'Update',
      [`Cat-${number}`]: EVERYBODYS,
      [`Var-${number}`]: key,
      [`Value-${number}`]: value,
    });
  });
  return fields;
};

/** A queue made in the console, whole; it behaves as the one everybody waits in (dialplans/queues/main.conf). */
export const queueSettings = (queue: SwitchQueue): Setting[] => [
  ['musicclass', 'default'],
  ...ringing(queue),
  ['retry', '1'],
  ['ringinuse', 'no'],
  ['autopause', 'no'],
  // Whoever talks or is on pause counts as present: with `inuse` a queue whose one member talks would refuse its callers.
  ['joinempty', 'unavailable,invalid'],
  ['leavewhenempty', 'unavailable,invalid'],
  ['setinterfacevar', 'yes'],
  ['reportholdtime', 'no'],
  ['announce-frequency', '0'],
  ['announce-position', 'no'],
  ['announce-holdtime', 'no'],
  // The key to be called back counts here too, where it is a setting.
  ['context', 'hotline-waiting'],
  ...(queue.announcement === null
    ? ([['periodic-announce-frequency', '0']] as const)
    : ([
        ['periodic-announce', `hotline/${queue.announcement}`],
        ['periodic-announce-frequency', String(queue.announceEverySeconds)],
      ] as const)),
];

/** What the dialplan asks before it lets a caller into a queue (dialplans/README). */
export const queueFacts = ({ queues, retired, lines }: SwitchQueues): Action[] => [
  ...queues.flatMap((queue) => [
    keep('hotline-queue-closed', queue.queue, queue.open ? null : '1'),
    keep('hotline-queue-patience', queue.queue, queue.patienceSeconds === null ? null : String(queue.patienceSeconds)),
  ]),
  ...retired.flatMap((queue) => [keep('hotline-queue-closed', queue, null), keep('hotline-queue-patience', queue, null)]),
  ...Object.entries(lines).map(([number, queue]) => keep('hotline-line', number, queue)),
];
