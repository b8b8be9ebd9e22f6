import type { Clock } from '../core/clock.ts';
import { HotlineError } from '../core/errors.ts';
import { namedTable, openTable } from '../documents/index.ts';
import { byStaff, type History } from '../history/index.ts';
import type { Store } from '../storage/store.ts';
import type { Passwords } from './password.ts';
import { passwordFault } from './password-rules.ts';
import type { AccessRepository, StaffRow } from './repository.ts';
import type { StaffImported, StaffImportPreview } from './schemas.ts';
import type { SecondFactors } from './second-factors.ts';
import type { Access } from './service.ts';
import { accountFault, changeFault, profileFault, type Refusal, type StaffChange } from './staff.ts';
import { digestOf, type ImportRow, judgeRows, type RowFate, STAFF_COLUMNS } from './staff-import.ts';

export interface StaffAdministration {
  list(): Promise<ShownStaff[]>;
  /** @throws HotlineError request.invalid, staff.taken, staff.roles_conflict, staff.password_weak */
  add(staff: Omit<StaffChange, 'active'> & { account: string; password: string }, by: number): Promise<ShownStaff>;
  /** @throws HotlineError staff.version_stale with the row as it is, staff.taken and the refusals of staff.ts */
  change(staffId: number, version: number, change: StaffChange, by: number): Promise<ShownStaff>;
  /** What would become of each row of a table (.xlsx, .csv); writes nothing. @throws HotlineError table.* (documents) */
  previewImport(bytes: Buffer): Promise<StaffImportPreview>;
  /**
   * Adds exactly the people that were shown as new, all or none of them, each with a password that is told this once. Done again
   * it adds nobody: by then everybody is there.
   * @param digest of the preview that was confirmed
   * @throws HotlineError staff.import_stale with the new preview when a row's fate is another by now
   */
  confirmImport(bytes: Buffer, digest: string, by: number): Promise<StaffImported>;
  /** Ends every session of that person. @throws HotlineError staff.password_weak, thing.not_found */
  resetPassword(staffId: number, password: string, by: number): Promise<void>;
  /** For somebody who has lost their authenticator: they enrol anew. @throws HotlineError staff.own_account, thing.not_found */
  resetSecondFactor(staffId: number, by: number): Promise<void>;
}

export type ShownStaff = StaffRow & { secondFactor: boolean };

export interface AdministrationDeps {
  store: Pick<Store, 'write'>;
  repository: AccessRepository;
  access: Pick<Access, 'endSessionsOf' | 'demandSecondFactor' | 'resetSecondFactor'>;
  secondFactors: Pick<SecondFactors, 'owes'>;
  history: Pick<History, 'append'>;
  passwords: Pick<Passwords, 'hash'>;
  clock: Clock;
  units: () => Promise<readonly { code: string; name: string }[]>;
  /** A password nobody has had, that a person can type. */
  newPassword: () => string;
  /** Whether this person is signed in on a telephone. */
  atDesk: (staffId: number) => Promise<boolean>;
  /** Takes the telephone of somebody who may not use it any more. A live call goes on to its end. */
  signOutOfDesk: (staffId: number) => Promise<void>;
}

const refuse = (fault: Refusal | null): void => {
  if (fault) throw new HotlineError(fault.code, fault.sentence, fault.field ? { field: fault.field } : {});
};

const notFound = (): HotlineError => new HotlineError('thing.not_found', '没有这个人 There is no such person');

const FIELDS = ['name', 'roles', 'extension', 'unitCode', 'active'] as const;
const differing = (before: StaffRow, change: StaffChange): string[] =>
  FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(change[field]));

/** Each new person costs a password’s hash, some 40 ms; a hotline has no more people than this. */
const MOST_IMPORTED = 500;

/** Who works here and as what. Every change is on record by whoever made it; its rules are in staff.ts. */
export const createStaffAdministration = (deps: AdministrationDeps): StaffAdministration => {
  const { store, repository, access, history, passwords, clock } = deps;

  const tidy = <T extends { name: string; extension: string | null; unitCode: string | null }>(given: T): T => ({
    ...given,
    name: given.name.trim(),
    extension: given.extension?.trim() || null,
    unitCode: given.unitCode || null,
  });

  /** Two administrators who take each other's role in one instant must not both succeed: changes of staff go one by one. */
  const oneByOne = () => repository.lockThrottle('administration:staff', clock.now());

  const list = async (): Promise<ShownStaff[]> => {
    const [rows, enrolled] = [await repository.staff(), await repository.enrolled()];
    return rows.map((row) => ({ ...row, secondFactor: enrolled.has(row.staffId) }));
  };

  const byId = async (staffId: number): Promise<{ all: ShownStaff[]; before: ShownStaff }> => {
    const all = await list();
    const before = all.find((row) => row.staffId === staffId);
    if (!before) throw notFound();
    return { all, before };
  };

  const unitCodes = async (): Promise<ReadonlySet<string>> => new Set((await deps.units()).map(({ code }) => code));

  const preview = async (bytes: Buffer): Promise<StaffImportPreview & { rows: RowFate[] }> => {
    const table = await openTable(bytes, { rows: MOST_IMPORTED });
    const named = await namedTable(table, STAFF_COLUMNS);
    const rows: ImportRow[] = [];
    for await (const row of named.rows()) rows.push(row);
    const fates = judgeRows(rows, { staff: await repository.staff(), units: await deps.units() });
    return {
      digest: digestOf(fates),
      sheet: table.sheet,
      otherSheets: [...table.otherSheets],
      unknownColumns: [...named.unknown],
      rows: fates,
    };
  };

  const strong = (password: string, account: string): void => {
    const fault = passwordFault(password, account);
    if (fault) throw new HotlineError('staff.password_weak', fault, { field: 'password' });
  };

  const taken = (field: 'account' | 'extension'): HotlineError =>
    field === 'account'
      ? new HotlineError('staff.taken', '账号已被使用 (the account is taken)', { field })
      : new HotlineError('staff.taken', '分机已被使用 (the extension is taken)', { field });

  return {
    list,

    async add(given, by) {
      const { account: written, password, ...profile } = tidy(given);
      const account = written.trim();
      refuse(accountFault(account));
      refuse(profileFault({ ...profile, active: true }, await unitCodes()));
      strong(password, account);
      const passwordHash = await passwords.hash(password);
      const id = await store.write(async (db) => {
        const added = await repository.addStaff({ account, passwordHash, ...profile }, clock.now());
        if (added === null) {
          const all = await repository.staff();
          throw taken(all.some((row) => row.account === account) ? 'account' : 'extension');
        }
        await history.append(db, {
          actor: byStaff(by),
          act: 'staff.added',
          thing: { kind: 'staff', id: added },
          details: { roles: profile.roles },
        });
        return added;
      });
      return (await byId(id)).before;
    },

    async change(staffId, version, given, by) {
      const change = tidy(given);
      refuse(profileFault(change, await unitCodes()));
      const atDesk = await deps.atDesk(staffId);
      const before = await store.write(async (db) => {
        await oneByOne();
        const { all, before } = await byId(staffId);
        if (before.version !== version)
          throw new HotlineError('staff.version_stale', '没有存上：这个人已被改过 Not saved: changed meanwhile', { theirs: before });
        refuse(changeFault(before, change, { by, all, atDesk }));
        if (change.extension && all.some((row) => row.staffId !== staffId && row.extension === change.extension)) throw taken('extension');
        const fields = differing(before, change);
        if (fields.length === 0) return before;
        await repository.changeStaff(staffId, change);
        await history.append(db, {
          actor: byStaff(by),
          act: 'staff.changed',
          thing: { kind: 'staff', id: staffId },
          details: { fields, roles: change.roles, active: change.active },
        });
        return before;
      });
      if (before.active && !change.active) {
        await access.endSessionsOf(staffId, by);
        await deps.signOutOfDesk(staffId);
      }
      // Promoted in the middle of a session that has proven a password only.
      const promoted = change.active && !(await deps.secondFactors.owes(staffId, before.roles));
      if (promoted && (await deps.secondFactors.owes(staffId, change.roles))) await access.demandSecondFactor(staffId);
      return (await byId(staffId)).before;
    },

    previewImport: preview,

    async confirmImport(bytes, digest, by) {
      const shown = await preview(bytes);
      const stale = (theirs: StaffImportPreview): HotlineError =>
        new HotlineError(
          'staff.import_stale',
          '没有导入：预览之后人员有变，请重新确认 Not imported: staff have changed since the preview',
          {
            theirs,
          },
        );
      if (shown.digest !== digest) throw stale(shown);
      const people: { fate: RowFate; password: string; passwordHash: string }[] = [];
      for (const fate of shown.rows.filter((row) => row.fate === 'add')) {
        const password = deps.newPassword();
        people.push({ fate, password, passwordHash: await passwords.hash(password) });
      }
      await store.write(async (db) => {
        await oneByOne();
        for (const { fate, passwordHash } of people) {
          const { account, name, roles, extension, unitCode } = fate;
          const added = await repository.addStaff({ account, name, passwordHash, roles, extension, unitCode }, clock.now());
          // Taken while the passwords were made: nobody is added, and the preview says who was there first.
          if (added === null) throw stale(shown);
          await history.append(db, {
            actor: byStaff(by),
            act: 'staff.added',
            thing: { kind: 'staff', id: added },
            details: { roles, importRow: fate.row },
          });
        }
      });
      return { added: people.map(({ fate, password }) => ({ account: fate.account, name: fate.name, password })) };
    },

    async resetSecondFactor(staffId, by) {
      if (staffId === by)
        throw new HotlineError('staff.own_account', '自己的第二因素由另一位管理员重置 (another administrator resets yours)', {});
      await byId(staffId);
      await access.resetSecondFactor(staffId, by);
    },

    async resetPassword(staffId, password, by) {
      const { before } = await byId(staffId);
      strong(password, before.account);
      const passwordHash = await passwords.hash(password);
      await store.write(async (db) => {
        await repository.setPasswordHash(staffId, passwordHash);
        await history.append(db, { actor: byStaff(by), act: 'staff.password_set', thing: { kind: 'staff', id: staffId } });
      });
      await access.endSessionsOf(staffId, by);
    },
  };
};
