import type { NewStaff, SaveStaff, StaffItem } from '../../access/schemas.ts';
import type { Role } from '../../core/roles.ts';

/** A person as the form holds them; empty texts stand for nothing. */
export interface StaffForm {
  account: string;
  name: string;
  roles: Role[];
  extension: string;
  unitCode: string;
  active: boolean;
  password: string;
}

export const emptyStaff = (): StaffForm => ({
  account: '',
  name: '',
  roles: ['agent'],
  extension: '',
  unitCode: '',
  active: true,
  password: '',
});

export const formOf = (row: StaffItem): StaffForm => ({
  account: row.account,
  name: row.name,
  roles: [...row.roles],
  extension: row.extension ?? '',
  unitCode: row.unitCode ?? '',
  active: row.active,
  password: '',
});

const profileOf = (form: StaffForm) => ({
  name: form.name.trim(),
  roles: form.roles,
  extension: form.extension.trim() || null,
  // A unit that is no longer asked for must not stay behind unseen.
  unitCode: form.roles.includes('unit_staff') ? form.unitCode || null : null,
});

export const newStaffOf = (form: StaffForm): NewStaff => ({ account: form.account.trim(), password: form.password, ...profileOf(form) });
export const saveStaffOf = (form: StaffForm, version: number): SaveStaff => ({ version, ...profileOf(form), active: form.active });

export const toggled = <T>(chosen: readonly T[], each: T): T[] =>
  chosen.includes(each) ? chosen.filter((other) => other !== each) : [...chosen, each];

export interface StaffFilters {
  words: string;
  role: string;
  left: boolean;
}

/** People whose name, account or extension holds the words. Those who left are shown when asked for, and last. */
export const foundStaff = (rows: readonly StaffItem[], filters: StaffFilters): StaffItem[] => {
  const words = filters.words.trim().toLowerCase();
  return rows
    .filter((row) => filters.left || row.active)
    .filter((row) => filters.role === '' || row.roles.some((role) => role === filters.role))
    .filter((row) => words === '' || [row.name, row.account, row.extension ?? ''].some((text) => text.toLowerCase().includes(words)))
    .sort((a, b) => Number(b.active) - Number(a.active));
};

const LETTERS = ['abcdefghjkmnpqrstuvwxyz', 'ABCDEFGHJKMNPQRSTUVWXYZ', '23456789'];
const LENGTH = 16;

/**
 * A password to read out once, in groups of four, without the letters that are read for others.
 * @param random whole numbers below the given bound, from a source fit for secrets
 */
export const readablePassword = (random: (below: number) => number): string => {
  const all = LETTERS.join('');
  const kinds = LETTERS.map((letters) => letters.charAt(random(letters.length)));
  const rest = Array.from({ length: LENGTH - kinds.length }, () => all.charAt(random(all.length)));
  const mixed = [...rest];
  for (const letter of kinds) mixed.splice(random(mixed.length + 1), 0, letter);
  return (mixed.join('').match(/.{4}/g) ?? []).join('-');
};
