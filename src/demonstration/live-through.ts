import type { Viewer } from '../cases/case.ts';
import type { CaseLives } from '../cases/index.ts';
import type { CaseLife } from '../cases/life.ts';
import { type Clock, shanghaiMidnight } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { CaseId } from '../core/ids.ts';
import type { By, PlannedMove } from './lives.ts';

/** Cases as the service moves them, on a clock that the seeding drives. */
export interface LivesOnClock {
  lives: Pick<CaseLives, 'move' | 'sweep'>;
  load(caseId: CaseId): Promise<CaseLife | null>;
}

/** A move that the workflow refused; the case stays as it was then. */
export interface RefusedMove {
  id: string;
  command: string;
  code: string;
}

const DAY_MS = 86_400_000;
/** The sweep that raises cards runs a moment after midnight, when days are over. */
const SWEPT_AFTER_MS = 30_000;

/**
 * Makes the planned moves through the service's own door, each at its instant, and raises cards day by day on the way: a
 * history that the workflow could not have made cannot come about.
 * @param viewerOf who makes the move; null when there is nobody to make it, and the case stays as it is
 * @returns what was refused: nothing, unless content or rules have changed
 */
export const liveThrough = async (request: {
  moves: readonly PlannedMove[];
  cases: ReadonlyMap<string, CaseId>;
  viewerOf: (id: string, by: By) => Viewer | null;
  onClock: (clock: Clock) => LivesOnClock;
  now: Date;
}): Promise<RefusedMove[]> => {
  const { moves, cases, viewerOf, now } = request;
  let at = moves[0]?.at ?? now;
  const { lives, load } = request.onClock({ now: () => at });
  const refused: RefusedMove[] = [];
  const stopped = new Set<string>();
  let sweptOn = shanghaiMidnight(at).getTime();

  const sweepUntil = async (until: Date): Promise<void> => {
    for (let day = sweptOn + DAY_MS; day + SWEPT_AFTER_MS < until.getTime(); day += DAY_MS) {
      at = new Date(day + SWEPT_AFTER_MS);
      await lives.sweep();
      sweptOn = day;
    }
    at = until;
  };

  const make = async ({ id, by, only, command, into }: PlannedMove): Promise<void> => {
    const caseId = cases.get(id);
    const staff = viewerOf(id, by);
    const master = into === undefined ? undefined : cases.get(into);
    if (caseId === undefined || staff === null || (into !== undefined && master === undefined)) return void stopped.add(id);
    const life = await load(caseId);
    if (life === null || (only !== undefined && life.state !== only)) return;
    const given = command.do === 'merge' ? { ...command, masterId: master ?? 0 } : command;
    await lives.move({ caseId, version: life.version, command: given, staff });
  };

  for (const move of moves) {
    if (stopped.has(move.id)) continue;
    await sweepUntil(move.at);
    try {
      await make(move);
    } catch (err) {
      if (!(err instanceof HotlineError)) throw err;
      // One story that no longer fits the rules must not keep the product from starting.
      stopped.add(move.id);
      refused.push({ id: move.id, command: move.command.do, code: err.code });
    }
  }
  await sweepUntil(now);
  await lives.sweep();
  return refused;
};
