import { type CaseLivesDeps, type CaseLivesRepository, createCaseLives, createTerms } from '../cases/index.ts';
import type { CaseLife } from '../cases/life.ts';
import type { Clock } from '../core/clock.ts';
import type { CaseId } from '../core/ids.ts';
import { createHistory, type HistoryRepository } from '../history/index.ts';
import type { LivesOnClock } from './live-through.ts';

/** What is asked of the same thing again and again while one process alone writes: read once. */
const remembered = <K, V>(read: (key: K) => Promise<V>, keyOf: (key: K) => unknown = (key) => key) => {
  const known = new Map<unknown, V>();
  return {
    async get(key: K): Promise<V> {
      const name = keyOf(key);
      const found = known.get(name);
      if (found !== undefined) return found;
      const value = await read(key);
      known.set(name, value);
      return value;
    },
    forget: (key: K): boolean => known.delete(keyOf(key)),
    forgetAll: (): void => known.clear(),
  };
};

/** The repository with a memory, for a seeding that is the only writer and must not keep a newcomer waiting. */
const withMemory = (repository: CaseLivesRepository): CaseLivesRepository => {
  const lives = remembered<CaseId, CaseLife | null>((caseId) => repository.load(caseId));
  const places = remembered(repository.placeOf);
  const units = remembered(repository.knownUnits, (codes) => codes.join());
  const policies = remembered<null, Awaited<ReturnType<CaseLivesRepository['policies']>>>(() => repository.policies());
  const years = remembered<null, Awaited<ReturnType<CaseLivesRepository['calendarYears']>>>(() => repository.calendarYears());
  return {
    ...repository,
    load: lives.get,
    placeOf: places.get,
    knownUnits: units.get,
    policies: () => policies.get(null),
    calendarYears: () => years.get(null),
    apply(life, decision, about) {
      if (decision.change.masterId === undefined) lives.forget(life.caseId);
      else lives.forgetAll(); // the master counts what is merged into it
      return repository.apply(life, decision, about);
    },
  };
};

/** The cases' own service on a clock that the seeding drives. What is long past is told to nobody. */
export const createLivesOnClock =
  (deps: {
    store: CaseLivesDeps['store'];
    lives: CaseLivesRepository;
    cases: CaseLivesDeps['cases'];
    history: HistoryRepository;
    /** The callbacks that follow the cases, on the same clock. */
    onMovedAt: (clock: Clock) => NonNullable<CaseLivesDeps['onMoved']>;
  }) =>
  (clock: Clock): LivesOnClock => {
    const { store, cases } = deps;
    const repository = withMemory(deps.lives);
    const history = createHistory({ repository: deps.history, clock });
    const terms = createTerms({ store, repository, history, clock });
    const outbox = { append: async () => {} };
    const onMoved = deps.onMovedAt(clock);
    const lives = createCaseLives({ store, lives: repository, cases, terms, outbox, history, clock, onMoved, normalNumber: () => null });
    return { lives, load: repository.load };
  };
