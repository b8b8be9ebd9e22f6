/** What the board reads, and how it is asked for. The one adapter is drizzle's; the port is its shape. */
export type { BoardRepository, DeskRow } from '../storage/repositories/board.ts';
