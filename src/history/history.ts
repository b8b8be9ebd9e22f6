/** Who did it: a person, the service itself, the switch, or another system by its credential. */
export type Actor = { kind: 'staff'; id: number } | { kind: 'system' } | { kind: 'switch' } | { kind: 'machine'; id: number };

export const bySystem: Actor = { kind: 'system' };
export const bySwitch: Actor = { kind: 'switch' };
export const byMachine = (id: number): Actor => ({ kind: 'machine', id });
export const byStaff = (id: number): Actor => ({ kind: 'staff', id });

/**
 * One act. `act` is past tense on the wire, `noun.verbed` ("recording.played"); `details` holds ids, field names and
 * reasons, and no citizen's name or number: the record outlives the right to keep those.
 */
export interface HistoryEntry {
  actor: Actor;
  act: string;
  thing: { kind: string; id: number | null };
  details?: Record<string, unknown>;
}
