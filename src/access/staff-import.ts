import { createHash } from 'node:crypto';
import type { Role } from '../core/roles.ts';
import type { StaffRow } from './repository.ts';
import { accountFault, profileFault } from './staff.ts';

/** What a spreadsheet of staff may call its columns, and the roles in them. */
export const STAFF_COLUMNS = [
  { key: 'account', titles: ['账号', '登录名', 'account'], isRequired: true },
  { key: 'name', titles: ['姓名', 'name'], isRequired: true },
  { key: 'roles', titles: ['角色', '岗位', 'roles', 'role'], isRequired: true },
  { key: 'extension', titles: ['分机', '分机号', 'extension'], isRequired: false },
  { key: 'unit', titles: ['单位', '承办单位', 'unit'], isRequired: false },
] as const;
export type StaffColumn = (typeof STAFF_COLUMNS)[number]['key'];

const ROLE_WORDS: Readonly<Record<string, Role>> = {
  话务员: 'agent',
  坐席: 'agent',
  派单员: 'dispatcher',
  班长: 'team_leader',
  督导: 'supervisor',
  安全员: 'security_officer',
  承办单位: 'unit_staff',
  领导: 'leader',
  公开审核: 'publisher',
  管理员: 'administrator',
  审计员: 'auditor',
};
const roleOf = (word: string): Role | null => {
  const plain = word.normalize('NFKC').trim();
  const code = plain.toLowerCase().replaceAll(/[\s-]+/g, '_');
  return ROLE_WORDS[plain] ?? Object.values(ROLE_WORDS).find((role) => role === code) ?? null;
};

export interface ImportRow {
  /** As the spreadsheet program counts it. */
  number: number;
  values: Readonly<Record<StaffColumn, string>>;
  notes: readonly { key: StaffColumn; kind: 'formula' | 'merged' | 'error' | 'digits_lost' }[];
}

/** What becomes of one row: `add` a new person; `same` is here already, exactly so; `refused` for every reason listed. */
export interface RowFate {
  row: number;
  fate: 'add' | 'same' | 'refused';
  account: string;
  name: string;
  roles: Role[];
  extension: string | null;
  unitCode: string | null;
  problems: { column: StaffColumn; text: string }[];
}

const NOTE_WORDS: Readonly<Record<ImportRow['notes'][number]['kind'], string>> = {
  formula: '是公式，请贴成值 (a formula: paste it as a value)',
  merged: '是合并单元格，请拆开 (a merged cell: split it)',
  error: '是错误值 (an error)',
  digits_lost: '数字太长，表格软件已经改动 (too long a number: the program has changed it)',
};

interface Known {
  staff: readonly StaffRow[];
  units: readonly { code: string; name: string }[];
}

const rolesOf = (text: string): { roles: Role[]; unknown: string[] } => {
  const words = text.split(/[、，,;；/|\n]+/).filter((word) => word.trim() !== '');
  const found = words.map((word) => ({ word: word.trim(), role: roleOf(word) }));
  return {
    roles: [...new Set(found.flatMap(({ role }) => (role ? [role] : [])))],
    unknown: found.flatMap(({ word, role }) => (role ? [] : [word])),
  };
};

/** A unit by its code or its whole name; undefined when there is none such. */
const unitOf = (text: string, units: Known['units']): string | null | undefined =>
  text === '' ? null : units.find(({ code, name }) => code === text || name === text)?.code;

const sameRoles = (a: readonly Role[], b: readonly Role[]): boolean => a.length === b.length && a.every((role) => b.includes(role));

/** Where a person who is here already differs from their row; an import never changes anybody. */
const differences = (there: StaffRow, fate: RowFate): RowFate['problems'] => {
  const differs: [StaffColumn, boolean][] = [
    ['name', there.name !== fate.name],
    ['roles', !sameRoles(there.roles, fate.roles)],
    ['extension', there.extension !== fate.extension],
    ['unit', there.unitCode !== fate.unitCode],
  ];
  const text = '账号已有，这一项不同；导入不改人，请在人员页修改 (the account exists with another value: change it on the person’s page)';
  const found = differs.flatMap(([column, isSo]) => (isSo ? [{ column, text }] : []));
  if (!there.active) found.push({ column: 'account', text: '账号已停用 (the account is inactive)' });
  return found;
};

const FIELD_COLUMN: Readonly<Record<string, StaffColumn>> = {
  account: 'account',
  name: 'name',
  roles: 'roles',
  extension: 'extension',
  unitCode: 'unit',
};

const judgeRow = (row: ImportRow, known: Known, earlier: readonly RowFate[]): RowFate => {
  const { account, name, extension: typed, unit } = row.values;
  const { roles, unknown } = rolesOf(row.values.roles);
  const unitCode = unitOf(unit, known.units);
  const fate: RowFate = {
    row: row.number,
    fate: 'refused',
    account,
    name,
    roles,
    extension: typed === '' ? null : typed,
    unitCode: unitCode ?? null,
    problems: row.notes.map(({ key, kind }) => ({ column: key, text: NOTE_WORDS[kind] })),
  };
  const say = (column: StaffColumn, text: string): void => void fate.problems.push({ column, text });
  for (const word of unknown) say('roles', `没有「${word}」这个角色 (there is no such role)`);
  if (unitCode === undefined) say('unit', `没有「${unit}」这个单位 (there is no such unit)`);
  const refusal = accountFault(account) ?? profileFault({ ...fate, active: true }, new Set(known.units.map(({ code }) => code)));
  const column = refusal?.field && FIELD_COLUMN[refusal.field];
  // What has been said of a column in the row's own words is not said again in the rule's.
  if (refusal && column && !fate.problems.some((each) => each.column === column)) say(column, refusal.sentence);
  const twin = earlier.find((each) => each.account === account);
  if (twin && account !== '') say('account', `与第 ${twin.row} 行账号相同 (the same account as row ${twin.row})`);
  const there = known.staff.find((each) => each.account === account);
  if (there) fate.problems.push(...differences(there, fate));
  else if (fate.extension !== null) {
    const holder = known.staff.find((each) => each.extension === fate.extension);
    const rival = earlier.find((each) => each.extension === fate.extension);
    if (holder) say('extension', `分机已给 ${holder.name} (the extension is ${holder.account}’s)`);
    else if (rival) say('extension', `与第 ${rival.row} 行分机相同 (the same extension as row ${rival.row})`);
  }
  return { ...fate, fate: fate.problems.length > 0 ? 'refused' : there ? 'same' : 'add' };
};

/** Pure: what becomes of each row. Of two rows with one account or extension the first counts. */
export const judgeRows = (rows: readonly ImportRow[], known: Known): RowFate[] => {
  const fates: RowFate[] = [];
  for (const row of rows) fates.push(judgeRow(row, known, fates));
  return fates;
};

/** Names a preview: what is confirmed is what was shown, or it is shown anew. */
export const digestOf = (fates: readonly RowFate[]): string => createHash('sha256').update(JSON.stringify(fates)).digest('hex');
