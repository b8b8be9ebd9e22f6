import type { Command } from '../../src/cases/commands.ts';
import type { Viewer } from '../../src/cases/index.ts';
import { OPEN_STATES, WITH_UNIT_STATES } from '../../src/cases/states.ts';
import { COMMANDS, type CommandName, WORKFLOW } from '../../src/cases/workflow.ts';
import { isHotlineError } from '../../src/core/errors.ts';
import { permissionsOf } from '../../src/core/roles.ts';
import type { Store } from '../../src/storage/store.ts';
import type { createHouse, createPeople } from '../contract/cases-life.ts';
import { EXAMPLES } from './case-life.ts';

type House = ReturnType<typeof createHouse>;
type People = Awaited<ReturnType<typeof createPeople>>;

/** Repeatable chance: a failure is run again from its seed. */
export const dice = (seed: number) => {
  let state = seed >>> 0;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};
type Roll = ReturnType<typeof dice>;

const SYSTEMS: readonly CommandName[] = ['open_callback', 'raise_card', 'recompute_due'];
/** What a case meets on its way; the rest comes in between. */
const USUAL: readonly CommandName[] = [
  'register',
  'dispatch',
  'sign',
  'begin',
  'record_work',
  'give_feedback',
  'sign_off',
  'record_callback',
  'archive',
];

/** Refusals that a wild command may meet. Anything else is a fault. */
const FAIR = new Set([
  'case.transition_not_allowed',
  'case.requirement_missing',
  'case.limit_reached',
  'case.version_stale',
  'access.denied',
  'request.invalid',
  'thing.not_found',
]);

export interface Tally {
  asked: number;
  done: number;
  refused: Record<string, number>;
  faults: string[];
}
export const newTally = (): Tally => ({ asked: 0, done: 0, refused: {}, faults: [] });

const anyOf = <T>(roll: Roll, list: readonly T[]): T => list[roll(list.length)] as T;

const commandFor = (roll: Roll, name: CommandName, caseIds: readonly number[], at: Date): Command => {
  const example = EXAMPLES[name];
  const happenedAt = new Date(at.getTime() - roll(3_600_000)).toISOString();
  if (example.do === 'merge') return { ...example, masterId: anyOf(roll, caseIds) };
  if (example.do === 'record_work')
    return { ...example, work: { ...example.work, kind: anyOf(roll, ['contact', 'site_visit', 'explanation'] as const), happenedAt } };
  if (example.do === 'dispatch') return anyOf(roll, [example, { ...example, lead: 'D09', assist: [] }, { ...example, lead: 'D77' }]);
  if ('agree' in example) return { ...example, agree: roll(2) === 0 };
  if (example.do === 'answer_order' || example.do === 'confirm_report') return { ...example, orderId: 1 + roll(200) };
  if (example.do === 'record_callback')
    return anyOf<Command>(roll, [
      example,
      { ...example, reasonCode: 'unsolved', result: { mode: 'human', outcome: 'reached', score: 1, solved: 'no' } },
      { ...example, result: { mode: 'ivr', outcome: 'no_answer' } },
      { ...example, result: { mode: 'none', outcome: 'unreachable' } },
      { ...example, reasonCode: 'opted_out', result: { mode: 'none', outcome: 'not_asked' } },
    ]);
  if (example.do === 'mark') return { ...example, urgent: roll(4) === 0, keyCase: roll(4) === 0 };
  if (example.do === 'request_ledger') {
    const day = (days: number): string => new Date(at.getTime() + days * 86_400_000).toISOString().slice(0, 10);
    return { ...example, promisedOn: day(20), plan: [{ by: day(10), step: '设计' }] };
  }
  return example;
};

/** Mostly somebody whose post gives such commands. */
const moverFor = (roll: Roll, name: CommandName, people: readonly Viewer[]): Viewer => {
  const rights = WORKFLOW.rows.find((row) => row.command === name)?.by ?? [];
  const fit = people.filter((person) => rights.some((right) => right !== 'system' && permissionsOf(person.roles).has(right)));
  return roll(5) > 0 && fit.length ? anyOf(roll, fit) : anyOf(roll, people);
};

/** One command on one case: mostly what the table allows there, sometimes anything, sometimes on an old version. */
export const wildMove = async (
  roll: Roll,
  house: House,
  people: readonly Viewer[],
  caseIds: readonly number[],
  tally: Tally,
): Promise<void> => {
  const caseId = anyOf(roll, caseIds);
  const life = await house.livesRepository.load(caseId);
  if (!life) return;
  const allowed = WORKFLOW.commandsFrom(life.state).filter((name) => !SYSTEMS.includes(name));
  const usual = allowed.filter((name) => USUAL.includes(name));
  const chance = roll(10);
  const name =
    chance < 5 && usual.length ? anyOf(roll, usual) : chance < 9 && allowed.length ? anyOf(roll, allowed) : anyOf(roll, COMMANDS);
  const command = commandFor(roll, name, caseIds, house.time.now);
  const version = roll(20) === 0 ? Math.max(1, life.version - 1 - roll(3)) : life.version;
  tally.asked++;
  try {
    const moved = await house.lives.move({ caseId, version, command, staff: moverFor(roll, name, people) });
    tally.done++;
    if (SYSTEMS.includes(name)) tally.faults.push(`${name} was let through the door`);
    if (moved.version <= version) tally.faults.push(`case ${caseId}: version ${moved.version} after ${version}`);
  } catch (err) {
    if (!isHotlineError(err) || !FAIR.has(err.code))
      tally.faults.push(`${name} on ${life.state}: ${err instanceof Error ? err.stack : String(err)}`);
    else tally.refused[err.code] = (tally.refused[err.code] ?? 0) + 1;
  }
};

/** Draws of one crowd: agents and the centre twice, so that cases get on. */
export const crowdOf = (people: People): Viewer[] => [
  people.agent,
  people.agent,
  people.dispatcher,
  people.dispatcher,
  people.dispatcher,
  people.supervisor,
  people.leader,
  people.liaison,
  people.liaison,
  people.liaison,
  people.principal,
  people.principal,
  people.assisting,
  people.stranger,
];

/** Rows of one case, grouped once for each list. */
const byCase = () => {
  const groups = new Map<unknown, Map<number, { caseId: number }[]>>();
  return <T extends { caseId: number }>(list: readonly T[], caseId: number): readonly T[] => {
    const known = groups.get(list) ?? Map.groupBy(list, (row) => row.caseId);
    groups.set(list, known as Map<number, { caseId: number }[]>);
    return (known.get(caseId) ?? []) as T[];
  };
};

/** What must hold of every case, read from the tables and not from the service. @returns what does not */
export const brokenInvariants = async (store: Store): Promise<string[]> => {
  const s = store.schema;
  const broken: string[] = [];
  const [cases, steps, units, rulings, callbacks, replies, works, rounds, outbox] = await Promise.all([
    store.read((db) => db.select().from(s.cases)),
    store.read((db) => db.select().from(s.caseTransitions).orderBy(s.caseTransitions.caseId, s.caseTransitions.version)),
    store.read((db) => db.select().from(s.caseUnits)),
    store.read((db) => db.select().from(s.caseRulings)),
    store.read((db) => db.select().from(s.caseCallbacks)),
    store.read((db) => db.select().from(s.caseReplies)),
    store.read((db) => db.select().from(s.caseWorks)),
    store.read((db) => db.select().from(s.caseRounds)),
    store.read((db) => db.select().from(s.outbox)),
  ]);
  const moved = new Set(outbox.filter((row) => row.name === 'case.moved').map((row) => `${row.payload.caseId}.${row.payload.version}`));
  const ofCase = byCase();
  for (const row of cases) {
    const say = (what: string): void => void broken.push(`case ${row.id} (${row.state}): ${what}`);
    const of = <T extends { caseId: number }>(list: readonly T[]): readonly T[] => ofCase(list, row.id);
    const path = of(steps);
    const last = path.at(-1);
    if (last && (last.toState !== row.state || last.version !== row.version || last.toSide !== row.side))
      say(`the last move ended in ${last.toState} v${last.version}, the row is at v${row.version}`);
    for (const [index, step] of path.entries()) {
      const before = path[index - 1];
      const edited = step.command === 'register'; // a draft is saved between its moves
      if (before && (before.toState !== step.fromState || (!edited && before.version + 1 !== step.version)))
        say(`a hole before v${step.version}`);
      if (before && before.at > step.at) say(`v${step.version} lies before the move it follows`);
      const move = WORKFLOW.find(step.fromState, step.command as CommandName);
      if (!move?.to.some((to) => (to === 'same' ? step.toState === step.fromState : to === step.toState)))
        say(`${step.command} from ${step.fromState} to ${step.toState} is not in the table`);
    }
    if (last && !moved.has(`${row.id}.${row.version}`)) say('the last move was not told');
    const open = of(units).filter((each) => each.releasedAt === null);
    const lead = open.filter((each) => each.duty === 'lead');
    if (new Set(open.map((each) => each.unitCode)).size !== open.length) say('a unit has it twice');
    const withUnit = (WITH_UNIT_STATES as readonly string[]).includes(row.state);
    if (withUnit && (lead.length !== 1 || lead[0]?.unitCode !== row.leadUnit))
      say(`lead unit ${row.leadUnit}, assigned ${lead.map((each) => each.unitCode)}`);
    if (withUnit !== (row.dueAt !== null && row.breaksAt !== null) && !['registered', 'reviewing'].includes(row.state)) {
      if (withUnit || row.breaksAt !== null) say('a clock runs where none should, or none runs');
    }
    if (row.watchAt !== null && !withUnit) say('the sweep still watches it');
    const pending = of(rulings).filter((each) => each.outcome === 'pending');
    if (pending.length !== (row.side === null ? 0 : 1)) say(`${pending.length} requests pending, side ${row.side}`);
    if (
      of(rulings)
        .filter((each) => each.kind === 'extension' && each.outcome === 'agreed')
        .some((each, _index, all) => all.filter((other) => other.round === each.round).length > 1)
    )
      say('extended twice in a round');
    const confirmed = of(callbacks).some((each) => each.outcome === 'reached' || each.outcome === 'confirmed_otherwise');
    if (row.state === 'archived' && (!of(replies).length || !of(callbacks).some((each) => each.outcome !== 'no_answer')))
      say('R01: filed without a reply or a callback outcome');
    const wentOut = path.some((step) => step.fromState === 'callback_failed' && step.toState === 'archived') || row.state === 'closed';
    if (row.urgent && wentOut && !confirmed && !path.some((step) => step.command === 'mark')) say('R12: an urgent case ended unconfirmed');
    for (const step of path.filter((each) => each.command === 'give_feedback'))
      if (
        row.keyCase &&
        !path.some((each) => each.command === 'mark') &&
        !of(works).some((each) => each.round === step.round && each.kind === 'site_visit')
      )
        say('R17: a key case answered without a visit');
    if (row.state === 'merged' && row.masterId === null) say('merged into nothing');
    if (row.round > 0 && of(rounds).filter((each) => each.round === row.round).length !== 1) say(`round ${row.round} has no row`);
    if (row.state === 'draft' && (OPEN_STATES as readonly string[]).includes(row.state) && row.leadUnit !== null)
      say('a draft lies with a unit');
  }
  return broken;
};
