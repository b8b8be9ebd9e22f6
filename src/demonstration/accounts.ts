import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../core/roles.ts';
import type { Content } from './content.ts';

export interface DemonstrationAccount {
  role: Role;
  roleName: string;
  account: string;
  name: string;
  password: string;
  extension: string | null;
}

const ROLE_NAMES: Record<Role, string> = {
  agent: '话务员 agent',
  dispatcher: '派单员 dispatcher',
  team_leader: '班长 team leader',
  supervisor: '督导员 supervisor',
  security_officer: '安全员 security officer',
  unit_staff: '承办单位 unit staff',
  leader: '领导 leader',
  publisher: '公开审核 publisher',
  administrator: '管理员 administrator',
  auditor: '审计员 auditor',
};

/** Without the letters that are read for others. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_LENGTH = 10;

const fileIn = (dataDirectory: string): string => join(dataDirectory, 'demonstration-password');

const made = (): string => Array.from({ length: PASSWORD_LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');

/** @returns null when there is no such file */
export const readPassword = (dataDirectory: string): string | null => {
  try {
    return readFileSync(fileIn(dataDirectory), 'utf8').trim() || null;
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return null;
    throw err;
  }
};

/**
 * One password for all made-up people, new for each installation and kept in a file only its owner reads, so that a
 * second start prints it again. Written before the people are: a start cut off in between finds it and goes on.
 */
export const keepPassword = (dataDirectory: string): string => {
  const kept = readPassword(dataDirectory);
  if (kept !== null) return kept;
  const password = made();
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(fileIn(dataDirectory), `${password}\n`, { mode: 0o600, flag: 'wx' });
  return password;
};

/** The first person of each role, and a second agent for who wants to try a transfer. */
export const accountsToPrint = (staff: Content['staff'], password: string): DemonstrationAccount[] => {
  const seen = new Map<Role, number>();
  const printed: DemonstrationAccount[] = [];
  for (const { account, name, roles, extension } of staff) {
    const [role] = roles;
    if (!role) continue;
    const before = seen.get(role) ?? 0;
    seen.set(role, before + 1);
    if (before < (role === 'agent' ? 2 : 1)) printed.push({ role, roleName: ROLE_NAMES[role], account, name, password, extension });
  }
  return printed;
};
