import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Board } from '../../../src/board/schemas.ts';
import type { Product } from '../../helpers/product.ts';

interface CallRow {
  arrived_at: number;
  queued_at: number | null;
  answered_at: number | null;
  agent_left_at: number | null;
  ended_at: number | null;
  diversion: string | null;
  disposition: string | null;
}

const DAY_MS = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;
const IN_TIME_MS = 15_000;

/** The board's figures once more, from the call record alone and by other means: one pass of plain sums over ended calls. */
const recomputed = (rows: readonly CallRow[], now: number, shortMs: number): Pick<Board['figures'], 'today' | 'connected' | 'hours'> => {
  const midnight = Math.floor((now + SHANGHAI_MS) / DAY_MS) * DAY_MS - SHANGHAI_MS;
  const wanted = (row: CallRow): boolean => row.answered_at !== null || (row.queued_at !== null && row.diversion !== 'restricted');
  const isShort = (row: CallRow): boolean =>
    row.answered_at === null && row.disposition === 'abandoned' && wanted(row) && (row.ended_at ?? 0) - (row.queued_at ?? 0) < shortMs;
  const counted = (row: CallRow): boolean => wanted(row) && !isShort(row);
  const isAbandoned = (row: CallRow): boolean => counted(row) && row.answered_at === null && row.disposition === 'abandoned';
  const number = (list: readonly CallRow[], is: (row: CallRow) => boolean): number => list.filter(is).length;
  const answered = (row: CallRow): boolean => row.answered_at !== null;
  const today = rows.filter((row) => row.arrived_at >= midnight);
  const day = rows.filter((row) => row.arrived_at > now - DAY_MS);
  const talks = today.filter(answered);
  const talkMs = talks.reduce((sum, row) => sum + (row.agent_left_at ?? row.ended_at ?? 0) - (row.answered_at ?? 0), 0);
  return {
    today: {
      arrived: today.length,
      answered: talks.length,
      abandoned: number(today, isAbandoned),
      short: number(today, isShort),
      unserved: number(today, (row) => counted(row) && !answered(row) && !isAbandoned(row)),
      inTime: {
        part: number(talks, (row) => (row.answered_at ?? 0) - (row.queued_at ?? row.arrived_at) <= IN_TIME_MS),
        whole: number(today, counted),
      },
      talk: { seconds: Math.round(talkMs / 1000), calls: talks.length },
    },
    connected: { part: number(day, answered), whole: number(day, counted) },
    hours: Array.from({ length: 24 }, (_, hour) => {
      const mine = today.filter((row) => Math.floor((row.arrived_at - midnight) / 3_600_000) === hour);
      return {
        hour,
        arrived: mine.length,
        answered: number(mine, answered),
        unanswered: number(mine, (row) => counted(row) && !answered(row)),
        short: number(mine, isShort),
      };
    }),
  };
};

/** @returns every figure of the board that is not exactly what the call record gives; to be asked when no call is up */
export const boardFaults = async (product: Product, leader: string): Promise<string[]> => {
  const board = await product.api<Board>('/api/board', leader);
  const database = new Database(join(product.dataDirectory, 'hotline.db'), { readonly: true });
  try {
    database.pragma('busy_timeout = 5000');
    const rows = database.prepare('select * from calls').all() as CallRow[];
    const answeredBy = database
      .prepare(
        'select staff_id, count(distinct call_id) as n from offers where answered_at is not null and answered_at >= ? group by staff_id',
      )
      .all(Math.floor((Date.now() + SHANGHAI_MS) / DAY_MS) * DAY_MS - SHANGHAI_MS) as { staff_id: number; n: number }[];
    const again = recomputed(rows, Date.now(), board.targets.shortSeconds * 1000);
    const faults: string[] = [];
    const same = (what: string, shown: unknown, is: unknown): void => {
      if (JSON.stringify(shown) !== JSON.stringify(is))
        faults.push(`${what}: shown ${JSON.stringify(shown)}, recomputed ${JSON.stringify(is)}`);
    };
    same('today', board.figures.today, again.today);
    same('connected', board.figures.connected, again.connected);
    for (const [index, hour] of again.hours.entries()) same(`hour ${index}`, board.figures.hours[index], hour);
    for (const { staffId, extension, answeredToday } of board.agents)
      same(`answered by ${extension}`, answeredToday, answeredBy.find((row) => row.staff_id === staffId)?.n ?? 0);
    same('waiting', board.waiting.length, 0);
    return faults;
  } finally {
    database.close();
  }
};
