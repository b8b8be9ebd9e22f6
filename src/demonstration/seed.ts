import type { Passwords } from '../access/index.ts';
import { emptyForm } from '../cases/case.ts';
import type { CasesRepository } from '../cases/index.ts';
import { type Clock, shanghaiDay } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import { accountsToPrint, type DemonstrationAccount, keepPassword, readPassword } from './accounts.ts';
import { type Content, readContent } from './content.ts';
import { type PlannedCall, planPast } from './past.ts';
import type { DemonstrationRepository, SeededCall } from './repository.ts';

export interface Demonstration {
  /** True when this start filled an empty database. */
  seeded: boolean;
  /** Empty when the database is somebody else's, or the password's file is gone. */
  accounts: DemonstrationAccount[];
}

export interface DemonstrationDeps {
  mode: 'demonstration' | 'production';
  dataDirectory: string;
  /** The hotline's own area code with its 0. */
  areaCode: string;
  calledNumber: string;
  repository: DemonstrationRepository;
  cases: Pick<CasesRepository, 'add'>;
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

const addDrafts = async (
  cases: Pick<CasesRepository, 'add'>,
  planned: readonly PlannedCall[],
  calls: readonly SeededCall[],
  owners: ReadonlyMap<string, number | null>,
): Promise<void> => {
  for (const [index, call] of calls.entries()) {
    const plan = planned[index];
    if (!plan || (plan.form === null && plan.outcome !== 'voicemail')) continue;
    await cases.add({
      source: plan.outcome === 'voicemail' ? 'voicemail' : 'call',
      callId: call.callId,
      citizenId: owners.get(plan.number) ?? null,
      contactNumber: call.normal,
      form: plan.form ?? emptyForm(),
      createdBy: call.answeredBy,
      at: plan.endedAt,
    });
  }
};

const fill = async (deps: DemonstrationDeps, content: Content, passwordHash: string): Promise<boolean> => {
  const { repository, cases, areaCode, calledNumber, clock } = deps;
  return repository.inOneTransaction(async () => {
    if (!(await repository.isEmpty())) return false;
    const now = clock.now();
    await repository.addLists({ ...content, articles: articlesOf(content, now) });
    const staff = await repository.addStaff(content.staff, passwordHash, now);
    const citizens = await repository.addCitizens(content.citizens, now);
    const owners = ownersOf(citizens);
    const agents = staff.filter((person) => person.roles.includes('agent') && person.extension !== null);
    const planned = planPast(content.calls, now, agents.length);
    const calls = await repository.addCalls(planned, { agents, owners, areaCode, calledNumber });
    await addDrafts(cases, planned, calls, owners);
    await repository.note(now);
    return true;
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
    return { seeded: false, accounts: ours ? accountsToPrint(content.staff, password) : [] };
  }
  const password = keepPassword(deps.dataDirectory);
  const seeded = await fill(deps, content, await deps.passwords.hash(password));
  return { seeded, accounts: accountsToPrint(content.staff, password) };
};
