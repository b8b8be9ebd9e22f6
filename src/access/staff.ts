import type { ErrorCode } from '../core/errors.ts';
import type { Role } from '../core/roles.ts';
import type { StaffRow } from './repository.ts';

/** What an administrator may change of a person. The account stays: the record names people by it. */
export interface StaffChange {
  name: string;
  roles: Role[];
  extension: string | null;
  unitCode: string | null;
  active: boolean;
}

export interface Refusal {
  code: ErrorCode;
  sentence: string;
  /** The field to look at, when it is one. */
  field?: keyof StaffChange | 'account';
}

const ACCOUNT = /^[\p{L}\p{N}._-]{2,50}$/u;
const NAME = /^\P{Cc}{1,50}$/u;
const EXTENSION = /^\d{3,6}$/;

export const accountFault = (account: string): Refusal | null =>
  ACCOUNT.test(account)
    ? null
    : { code: 'request.invalid', sentence: '账号 2 到 50 个字母、数字或 . _ - (2 to 50 letters, digits or . _ -)', field: 'account' };

const sameRoles = (a: readonly Role[], b: readonly Role[]): boolean => a.length === b.length && a.every((role) => b.includes(role));

/** What a person may be, whoever writes it down. */
export const profileFault = (change: StaffChange, unitCodes: ReadonlySet<string>): Refusal | null => {
  const { name, roles, extension, unitCode } = change;
  if (!NAME.test(name.trim()) || name.trim() === '') return invalid('姓名必填，不超过 50 字 (a name of at most 50 characters)', 'name');
  if (roles.length === 0) return invalid('至少一个角色 (at least one role)', 'roles');
  // Who reads the record of everybody's acts must not be one of those who act.
  if (roles.includes('auditor') && roles.length > 1)
    return { code: 'staff.roles_conflict', sentence: '审计员不能兼任其他角色 (an auditor holds no other role)', field: 'roles' };
  if (extension !== null && !EXTENSION.test(extension)) return invalid('分机 3 到 6 位数字 (an extension of 3 to 6 digits)', 'extension');
  if (roles.includes('unit_staff') && unitCode === null)
    return invalid('承办单位人员要选单位 (choose the unit of a unit’s staff)', 'unitCode');
  if (unitCode !== null && !unitCodes.has(unitCode)) return invalid('没有这个单位 (there is no such unit)', 'unitCode');
  return null;
};

const invalid = (sentence: string, field: NonNullable<Refusal['field']>): Refusal => ({ code: 'request.invalid', sentence, field });

/**
 * Why this change of this person must not be made now; null when it may.
 * @param about.by who makes it
 * @param about.all everybody, as stored
 * @param about.atDesk whether the person is signed in on a telephone
 */
export const changeFault = (
  before: StaffRow,
  change: StaffChange,
  about: { by: number; all: readonly StaffRow[]; atDesk: boolean },
): Refusal | null => {
  const self = before.staffId === about.by;
  if (self && !change.active)
    return { code: 'staff.own_account', sentence: '不能停用自己 (you cannot deactivate yourself)', field: 'active' };
  if (self && !sameRoles(before.roles, change.roles))
    return { code: 'staff.own_account', sentence: '自己的角色由另一位管理员改 (another administrator changes your roles)', field: 'roles' };
  const administers = (row: Pick<StaffRow, 'roles' | 'active'>): boolean => row.active && row.roles.includes('administrator');
  const others = about.all.filter((row) => row.staffId !== before.staffId && administers(row));
  if (administers(before) && !administers(change) && others.length === 0)
    return { code: 'staff.last_administrator', sentence: '至少留一位管理员 (at least one administrator must stay)', field: 'roles' };
  if (about.atDesk && change.active && before.extension !== change.extension)
    return {
      code: 'staff.at_desk',
      sentence: '正在接电话，签出后再改分机 (signed in on the old extension: sign out first)',
      field: 'extension',
    };
  return null;
};
