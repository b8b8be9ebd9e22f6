/** What agents keeps, and how it is asked for. The one adapter is drizzle's; the port is its shape. */

export type { AgentsRepository, Person, ShiftRow } from '../storage/repositories/agents.ts';
export type { DeskMessagesRepository, MessageRow } from '../storage/repositories/desk-messages.ts';
