import type { StaffId } from '../core/ids.ts';
import { type Permission, permissionsOf, type Role } from '../core/roles.ts';
import type { SecondFactorStanding } from './second-factor.ts';

export const SESSION_COOKIE = 'hotline_session';

export interface Staff {
  staffId: StaffId;
  account: string;
  name: string;
  roles: readonly Role[];
  extension: string | null;
}

/** Somebody who is signed in, as a request carries them. */
export interface Session {
  sessionId: number;
  expiresAt: Date;
  staff: Staff;
  /** Empty while a second factor is due. */
  permissions: ReadonlySet<Permission>;
  secondFactor: SecondFactorStanding;
}

export interface SessionRow {
  sessionId: number;
  lastSeenAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  secondFactor: SecondFactorStanding;
  staff: Staff & { active: boolean };
}

/** Writing the time of every request would make each read of the console a write; a minute is near enough for an idle limit. */
export const TOUCH_EVERY_MS = 60_000;

export type Standing = { valid: false } | { valid: true; session: Session; touch: boolean };

/** Whether a stored session still opens the door, and whether its last-seen time is old enough to write. */
export const standingOf = (row: SessionRow, now: Date, idleMs: number): Standing => {
  const idleFor = now.getTime() - row.lastSeenAt.getTime();
  if (row.endedAt !== null || !row.staff.active || row.expiresAt <= now || idleFor > idleMs) return { valid: false };
  const { active: _active, ...staff } = row.staff;
  return {
    valid: true,
    session: {
      sessionId: row.sessionId,
      expiresAt: row.expiresAt,
      staff,
      permissions: permissionsOf(row.secondFactor === 'due' ? [] : staff.roles),
      secondFactor: row.secondFactor,
    },
    touch: idleFor >= TOUCH_EVERY_MS,
  };
};
