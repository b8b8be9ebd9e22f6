import type { Board, BoardAgent, Fraction } from '../../board/schemas.ts';

const WRAP_UP_AMBER_MS = 120_000;
const TALK_AMBER_MS = 600_000;

/** Whether an agent needs a look: the longer than usual and the lost. Asking for help outweighs all. */
export type Need = 'help' | 'lost' | 'long' | 'none';

export const needOf = (agent: BoardAgent, now: number): Need => {
  if (agent.helpSince) return 'help';
  if (agent.state === 'device_lost') return 'lost';
  const lasted = now - Date.parse(agent.since);
  if (agent.state === 'talking' && lasted > TALK_AMBER_MS) return 'long';
  return agent.state === 'wrap_up' && lasted > WRAP_UP_AMBER_MS ? 'long' : 'none';
};

/** Who asks for help, the longest first. */
export const helpFirst = (agents: readonly BoardAgent[]): BoardAgent[] =>
  agents.filter((agent) => agent.helpSince !== null).sort((a, b) => (a.helpSince ?? '').localeCompare(b.helpSince ?? ''));

const NEEDS: readonly Need[] = ['help', 'lost', 'long', 'none'];
const STATES: readonly BoardAgent['state'][] = [
  'talking',
  'ringing',
  'calling_out',
  'wrap_up',
  'ready',
  'paused',
  'device_lost',
  'signed_out',
];

/** Who needs a look first, then by state, then by extension: rows move only when something really changed. */
export const inOrder = (agents: readonly BoardAgent[], now: number): BoardAgent[] =>
  [...agents].sort(
    (a, b) =>
      NEEDS.indexOf(needOf(a, now)) - NEEDS.indexOf(needOf(b, now)) ||
      STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
      a.extension.localeCompare(b.extension),
  );

export const countOf = (board: Board, state: BoardAgent['state']): number => board.agents.filter((agent) => agent.state === state).length;

/** One decimal for the eye, half up; the fraction stands beside it. A rate of nothing is a dash. */
export const percent = ({ part, whole }: Fraction): string =>
  whole === 0 ? '—' : (Math.round((part * 1000) / whole + Number.EPSILON) / 10).toFixed(1);

/** Compared unrounded; a rate of nothing crosses no threshold. */
export const below = ({ part, whole }: Fraction, target: number): boolean => whole > 0 && part * 100 < target * whole;

export const secondsSince = (since: string, now: number): number => Math.max(0, (now - Date.parse(since)) / 1000);

export const WALL_TILES = 18;
export const WALL_TURN_MS = 15_000;

/** At most 18 tiles; those that need help stay, the others turn page by page. */
export const tilesAt = (agents: readonly BoardAgent[], now: number): BoardAgent[] => {
  const sorted = inOrder(agents, now);
  if (sorted.length <= WALL_TILES) return sorted;
  const staying = sorted.filter((agent) => needOf(agent, now) === 'help').slice(0, WALL_TILES - 1);
  const turning = sorted.filter((agent) => !staying.includes(agent));
  const room = WALL_TILES - staying.length;
  const pages = Math.ceil(turning.length / room);
  const page = Math.floor(now / WALL_TURN_MS) % pages;
  return [...staying, ...turning.slice(page * room, (page + 1) * room)];
};
