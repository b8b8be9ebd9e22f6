import type { Passwords } from '../access/index.ts';
import { emptyForm, type Viewer } from '../cases/case.ts';
import type { CasesRepository } from '../cases/index.ts';
import { type Clock, shanghaiDay } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CaseId } from '../core/ids.ts';
import type { Role } from '../core/roles.ts';
import { accountsToPrint, type DemonstrationAccount, keepPassword, readPassword } from './accounts.ts';
import { type Content, readContent } from './content.ts';
import { type LivesOnClock, liveThrough, type RefusedMove } from './live-through.ts';
import { type By, type PastLife, planLives, receivedAt } from './lives.ts';
import { callKey, type PlannedCall, planPast } from './past.ts';
import type { DemonstrationRepository, SeededCall, SeededStaff } from './repository.ts';

export interface Demonstration {
  /** True when this start filled an empty database. */
  seeded: boolean;
  /** Empty when the database is somebody else's, or the password's file is gone. */
  accounts: DemonstrationAccount[];
  /** Moves of the made-up past that the workflow did not allow. */
  refused: RefusedMove[];
}

export interface DemonstrationDeps {
  mode: 'demonstration' | 'production';
  dataDirectory: string;
  /** The hotline's own area code with its 0. */
  areaCode: string;
  calledNumber: string;
  repository: DemonstrationRepository;
  cases: Pick<CasesRepository, 'add'>;
  /** The service that moves cases, telling nobody, on the clock it is given. */
  livesOn: (clock: Clock) => LivesOnClock;
  passwords: Pick<Passwords, 'hash'>;
  clock: Clock;
}

const DAY_MS = 86_400_000;

const dayFromNow = (now: Date, days: number): string => shanghaiDay(new Date(now.getTime() + days * DAY_MS));

const articlesOf = (content: Content, now: Date) =>
  content.articles.map(({ validToInDays, reviewInDays, ...article }) => ({
    ...article,
    validTo: dayFromNow(now, validToInDays),
    reviewOn: dayFromNow(now, reviewInDays),
  }));

/** The one person a line is known to belong to, as the directory would say. */
const ownersOf = (citizens: readonly { citizenId: number; numbers: string[] }[]): Map<string, number | null> => {
  const owners = new Map<string, number | null>();
  for (const { citizenId, numbers } of citizens) for (const number of numbers) owners.set(number, owners.has(number) ? null : citizenId);
  return owners;
};

/** Drafts of the past calls. @returns the case of each call, by the call's place in the list */
const addDrafts = async (
  cases: Pick<CasesRepository, 'add'>,
  planned: readonly PlannedCall[],
  calls: readonly SeededCall[],
  owners: ReadonlyMap<string, number | null>,
): Promise<Map<number, CaseId>> => {
  const added = new Map<number, CaseId>();
  for (const [index, call] of calls.entries()) {
    const plan = planned[index];
    if (!plan || (plan.form === null && plan.outcome !== 'voicemail')) continue;
    const draft = await cases.add({
      source: plan.outcome === 'voicemail' ? 'voicemail' : 'call',
      callId: call.callId,
      citizenId: owners.get(plan.number) ?? null,
      contactNumber: call.normal,
      form: plan.form ?? emptyForm(),
      createdBy: call.answeredBy,
      at: plan.endedAt,
    });
    if (draft && plan.form !== null) added.set(index, draft.caseId);
  }
  return added;
};

interface LifeBegun {
  caseId: CaseId;
  author: SeededStaff;
}

/** Where each life begins: at the draft of its call, or with a case of its own. */
const beginLives = async (request: {
  lives: readonly PastLife[];
  cases: Pick<CasesRepository, 'add'>;
  ofCall: (life: PastLife) => LifeBegun | undefined;
  agents: readonly SeededStaff[];
  owners: ReadonlyMap<string, number | null>;
  now: Date;
}): Promise<Map<string, LifeBegun>> => {
  const { lives, cases, ofCall, agents, owners, now } = request;
  const begun = new Map<string, LifeBegun>();
  for (const [index, life] of lives.entries()) {
    const author = agents[index % agents.length];
    if (life.call) {
      const found = ofCall(life);
      if (found) begun.set(life.id, found);
    } else if (life.form && author) {
      const { number = null, form } = life;
      const citizenId = number === null ? null : (owners.get(number) ?? null);
      const at = receivedAt(life, now);
      const draft = { callId: null, citizenId, contactNumber: number, form: { ...form, proposed: [] }, createdBy: author.staffId, at };
      const added = await cases.add({ source: 'desk', ...draft });
      if (added) begun.set(life.id, { caseId: added.caseId, author });
    }
  }
  return begun;
};

const viewer = ({ staffId, name, roles }: SeededStaff): Viewer => ({ staffId, name, roles });

/** Who in the district makes a move of a case. */
const viewersOf = (staff: readonly SeededStaff[], lives: readonly PastLife[], begun: ReadonlyMap<string, LifeBegun>) => {
  const leads = new Map(lives.map(({ id, lead }) => [id, lead]));
  const ofRole = (role: Role): SeededStaff | undefined => staff.find((person) => person.roles.includes(role));
  return (id: string, by: By): Viewer | null => {
    const person =
      by === 'author'
        ? begun.get(id)?.author
        : by === 'unit'
          ? staff.find(({ unitCode }) => unitCode !== null && unitCode === leads.get(id))
          : ofRole(by);
    return person ? viewer(person) : null;
  };
};

const fill = async (
  deps: DemonstrationDeps,
  content: Content,
  passwordHash: string,
): Promise<{ seeded: boolean; refused: RefusedMove[] }> => {
  const { repository, cases, areaCode, calledNumber, clock } = deps;
  return repository.inOneTransaction(async () => {
    if (!(await repository.isEmpty())) return { seeded: false, refused: [] };
    const now = clock.now();
    await repository.addLists({ ...content, articles: articlesOf(content, now) }, now);
    const staff = await repository.addStaff(content.staff, passwordHash, now);
    const citizens = await repository.addCitizens(content.citizens, now);
    const owners = ownersOf(citizens);
    const agents = staff.filter((person) => person.roles.includes('agent') && person.extension !== null);
    const planned = planPast(content.calls, now, agents.length);
    const calls = await repository.addCalls(planned, { agents, owners, areaCode, calledNumber });
    const drafts = await addDrafts(cases, planned, calls, owners);
    const places = new Map(planned.map((plan, index) => [plan.key, index]));
    const ofCall = (life: PastLife): LifeBegun | undefined => {
      const index = life.call && places.get(callKey(life.call));
      const caseId = index === undefined ? undefined : drafts.get(index);
      const author = index === undefined ? undefined : staff.find(({ staffId }) => staffId === calls[index]?.answeredBy);
      return caseId !== undefined && author ? { caseId, author } : undefined;
    };
    const begun = await beginLives({ lives: content.lives, cases, ofCall, agents, owners, now });
    const refused = await liveThrough({
      moves: planLives(content.lives, now),
      cases: new Map([...begun].map(([id, { caseId }]) => [id, caseId])),
      viewerOf: viewersOf(staff, content.lives, begun),
      onClock: deps.livesOn,
      now,
    });
    await repository.note(now);
    return { seeded: true, refused };
  });
};

/**
 * Fills an empty database with the made-up district 临湖区 and says whom one can sign in as. Does nothing to a database
 * that holds anything, and refuses in production.
 */
export const startDemonstration = async (deps: DemonstrationDeps): Promise<Demonstration> => {
  if (deps.mode !== 'demonstration')
    throw new HotlineError('config.invalid', '生产模式不装演示数据 Demonstration data is never seeded in production');
  const content = readContent();
  if (!(await deps.repository.isEmpty())) {
    const password = readPassword(deps.dataDirectory);
    const ours = password !== null && (await deps.repository.isDemonstration());
    return { seeded: false, accounts: ours ? accountsToPrint(content.staff, password) : [], refused: [] };
  }
  const password = keepPassword(deps.dataDirectory);
  const { seeded, refused } = await fill(deps, content, await deps.passwords.hash(password));
  return { seeded, refused, accounts: accountsToPrint(content.staff, password) };
};
