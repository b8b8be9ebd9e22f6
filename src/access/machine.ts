import { createHash, randomBytes } from 'node:crypto';
import type { MachineRight } from './machine-rights.ts';

/** Another system, as a request carries it. */
export interface Machine {
  machineId: number;
  name: string;
  rights: ReadonlySet<MachineRight>;
}

const MARK = 'hlm_';
const HINT = 4;

/** 32 random bytes behind a mark by which a scanner for lost secrets can tell what it has found. */
export const newToken = (): string => `${MARK}${randomBytes(32).toString('base64url')}`;

/** The token is random over its whole length, so that a plain hash of it cannot be turned back. */
export const tokenHashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

export const hintOf = (token: string): string => token.slice(-HINT);

/** The token of an Authorization header, or null when it holds none of ours. */
export const bearerOf = (header: string | undefined): string | null => /^Bearer (hlm_[A-Za-z0-9_-]{43})$/i.exec(header ?? '')?.[1] ?? null;
