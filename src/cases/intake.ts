import type { Clock } from '../core/clock.ts';
import type { CaseId } from '../core/ids.ts';
import type { Actor, History } from '../history/index.ts';
import type { Outbox } from '../storage/outbox.ts';
import type { Exec } from '../storage/store.ts';
import { decide } from './decide.ts';
import type { CaseLife, Circumstances, Decision } from './life.ts';
import { findRepeats, type Submission, twelveMonthsBefore } from './repeats.ts';
import type { CaseLivesRepository } from './repository.ts';
import type { CaseForm } from './schemas.ts';
import { wordsOf } from './sight.ts';
import type { Terms } from './terms.ts';

/** A case that comes in whole from another house. */
export interface Intake {
  form: CaseForm;
  /** Normal form, or null. */
  contactNumber: string | null;
}

export interface CaseIntakeRepository {
  /** Earlier submissions of any of these lines since then, the newest first, at most `limit` in all. */
  submissionsOfLines(db: Exec, numbers: readonly string[], since: Date, limit: number): Promise<(Submission & { contactNumber: string })[]>;
  /** Writes the cases with their first step. @returns ids and numbers in the order of the entries */
  add(db: Exec, entries: readonly (Intake & { decision: Decision })[], at: Date): Promise<{ caseId: CaseId; number: string }[]>;
}

/** Most cases of one transaction: a person's write waits a moment behind it, and SQLite allows so many values a statement. */
export const MOST_AT_ONCE = 200;

/** A line with more submissions than this in a year is a repeat whatever the rest says. */
const COMPARED = 200;

/** A draft that nobody has written yet; register is decided on it as on any other. */
const unborn = ({ form, contactNumber }: Intake, at: Date): CaseLife => ({
  caseId: 0,
  version: 1,
  state: 'draft',
  side: null,
  submitted: false,
  round: 0,
  form,
  contactNumber,
  createdAt: at,
  updatedAt: at,
  registeredAt: null,
  submissions: 1,
  policyVersion: 0,
  leadUnit: null,
  assistUnits: [],
  dispatchDueAt: null,
  dispatchedAt: null,
  dueAt: null,
  yellowAt: null,
  redAt: null,
  extendedDays: 0,
  ledgerUntil: null,
  card: 'none',
  provisional: false,
  masterId: null,
  masterState: null,
  children: 0,
  rulings: [],
  orders: [],
  works: { siteVisits: 0, explanations: 0, principalContacts: 0 },
  replied: false,
  callbackOutcome: null,
  unanswered: 0,
  confirmed: false,
});

/** Cases that come in bulk: decided one by one by the same rules as an agent's, written together. */
export const createCaseIntake = (deps: {
  repository: CaseIntakeRepository;
  lives: Pick<CaseLivesRepository, 'textsOf' | 'index'>;
  terms: Pick<Terms, 'policyAt' | 'calendar'>;
  outbox: Pick<Outbox, 'appendAll'>;
  history: Pick<History, 'appendAll'>;
  clock: Clock;
  /** Called for each urgent one in the transaction that registers it. */
  onUrgent?: (db: Exec, caseId: CaseId, decision: Decision) => Promise<void>;
}) => {
  const { repository, lives, terms, outbox, history, clock } = deps;
  return {
    /**
     * Registers them in the caller's transaction, at most MOST_AT_ONCE.
     * @param entries their forms hold type, subject and course: what `register` asks for
     * @returns ids and numbers in the order of the entries
     * @throws HotlineError case.requirement_missing, calendar.year_missing
     */
    async register(db: Exec, entries: readonly Intake[], actor: Actor): Promise<{ caseId: CaseId; number: string }[]> {
      if (!entries.length) return [];
      const at = clock.now();
      const lines = [...new Set(entries.flatMap(({ contactNumber }) => contactNumber ?? []))];
      const earlier = lines.length ? await repository.submissionsOfLines(db, lines, twelveMonthsBefore(at), lines.length * COMPARED) : [];
      const ofLine = Map.groupBy(earlier, ({ contactNumber }) => contactNumber) as Map<string, Submission[]>;
      const about: Omit<Circumstances, 'earlierSubmissions'> = {
        at,
        mover: { kind: 'system' },
        policy: await terms.policyAt(at),
        calendar: await terms.calendar(),
        master: null,
        knownUnits: new Set(),
      };
      const decided = entries.map((entry) => {
        const { form, contactNumber } = entry;
        const before = contactNumber === null ? [] : (ofLine.get(contactNumber) ?? []).slice(0, COMPARED);
        const decision = decide(unborn(entry, at), { do: 'register' }, { ...about, earlierSubmissions: findRepeats(before, form).count });
        // The next one of the same line counts this one too.
        if (contactNumber !== null) ofLine.set(contactNumber, [{ ...form, caseId: 0, createdAt: at, categoryName: null }, ...before]);
        return { ...entry, decision };
      });
      const added = await repository.add(db, decided, at);
      await history.appendAll(
        db,
        added.flatMap(({ caseId }) => {
          const thing = { kind: 'case', id: caseId };
          return [
            { actor, act: 'case.opened', thing, details: { source: 'city', callId: null } },
            { actor, act: 'case.register', thing, details: { version: 2, from: 'draft', to: 'registered' } },
          ];
        }),
      );
      await outbox.appendAll(
        db,
        added.flatMap(({ caseId }, index) => [
          { name: 'case.moved' as const, payload: { caseId, version: 2, state: 'registered', command: 'register' } },
          ...(decided[index]?.decision.events ?? []).map(({ name, ...payload }) => ({ name, payload: { caseId, ...payload } as never })),
        ]),
      );
      const texts = await lives.textsOf(added.map(({ caseId }) => caseId));
      await lives.index([...texts].map(([caseId, of]) => ({ caseId, words: wordsOf(of) })));
      for (const [index, { caseId }] of added.entries()) {
        const entry = decided[index];
        if (entry?.form.urgent) await deps.onUrgent?.(db, caseId, entry.decision);
      }
      return added;
    },
  };
};
export type CaseIntake = ReturnType<typeof createCaseIntake>;
