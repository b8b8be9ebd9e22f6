import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import type { StaffId } from '../core/ids.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Exec, Store } from '../storage/store.ts';
import { hintOf, type Machine, newToken, tokenHashOf } from './machine.ts';
import type { MachineRight } from './machine-rights.ts';
import type { MachineItem, NewMachine } from './schemas.ts';
import { TOUCH_EVERY_MS } from './session.ts';

export interface MachineRow {
  machineId: number;
  name: string;
  hint: string;
  rights: MachineRight[];
  createdByName: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

/** Where credentials of other systems are kept; the database holds hashes only. */
export interface MachinesRepository {
  /** Newest first, revoked ones too: what a key did stays explainable. */
  all(): Promise<MachineRow[]>;
  add(
    db: Exec,
    machine: { name: string; tokenHash: string; hint: string; rights: MachineRight[]; createdBy: StaffId; createdAt: Date },
  ): Promise<number>;
  byTokenHash(tokenHash: string): Promise<MachineRow | null>;
  touch(machineId: number, at: Date): Promise<void>;
  /** @returns false when there is none, or it was revoked before */
  revoke(db: Exec, machineId: number, by: StaffId, at: Date): Promise<boolean>;
}

const viewOf = (row: MachineRow): MachineItem => ({
  machineId: row.machineId,
  name: row.name,
  hint: row.hint,
  rights: row.rights,
  createdByName: row.createdByName,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
});

/** Credentials of other systems: made and revoked by the administrator, told once, kept as hashes, each act on record. */
export const createMachines = (deps: {
  store: Pick<Store, 'write'>;
  repository: MachinesRepository;
  history: Pick<History, 'append'>;
  clock: Clock;
}) => {
  const { store, repository, history, clock } = deps;
  return {
    list: async (): Promise<MachineItem[]> => (await repository.all()).map(viewOf),

    /** @returns the token, which nobody can read again. @throws HotlineError request.invalid for an empty name or no right */
    async create(wanted: NewMachine, by: StaffId): Promise<{ machineId: number; token: string }> {
      const name = wanted.name.trim();
      if (name === '') throw new HotlineError('request.invalid', '请填写名称 Give it a name', { field: 'name' });
      const rights = [...new Set(wanted.rights)];
      const token = newToken();
      return store.write(async (db) => {
        const row = { name, tokenHash: tokenHashOf(token), hint: hintOf(token), rights, createdBy: by, createdAt: clock.now() };
        const machineId = await repository.add(db, row);
        await history.append(db, {
          actor: byStaff(by),
          act: 'machine.added',
          thing: { kind: 'machine', id: machineId },
          details: { name, rights },
        });
        return { machineId, token };
      });
    },

    /** In force for its next request. @throws HotlineError thing.not_found */
    async revoke(machineId: number, by: StaffId): Promise<void> {
      await store.write(async (db) => {
        if (!(await repository.revoke(db, machineId, by, clock.now())))
          throw new HotlineError('thing.not_found', '没有这个凭证，或已作废 No such credential, or it is revoked', { machineId });
        await history.append(db, { actor: byStaff(by), act: 'machine.revoked', thing: { kind: 'machine', id: machineId }, details: {} });
      });
    },

    /** Whose token it is; null for one that is unknown or revoked. */
    async who(token: string): Promise<Machine | null> {
      const row = await repository.byTokenHash(tokenHashOf(token));
      if (!row || row.revokedAt !== null) return null;
      const now = clock.now();
      if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() >= TOUCH_EVERY_MS) await repository.touch(row.machineId, now);
      return { machineId: row.machineId, name: row.name, rights: new Set(row.rights) };
    },
  };
};
export type Machines = ReturnType<typeof createMachines>;
