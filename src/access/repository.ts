import type { Role } from '../core/roles.ts';
import type { SessionRow } from './session.ts';
import type { StaffChange } from './staff.ts';
import type { Throttle } from './throttle.ts';

export interface StaffRow {
  staffId: number;
  account: string;
  name: string;
  roles: Role[];
  extension: string | null;
  unitCode: string | null;
  active: boolean;
  version: number;
}

export interface NewStaff {
  account: string;
  name: string;
  passwordHash: string;
  roles: Role[];
  extension: string | null;
  unitCode: string | null;
}

/** Where staff, sessions and failed log-ins are kept. Each method joins the caller's transaction when there is one. */
export interface AccessRepository {
  credentials(account: string): Promise<(StaffRow & { passwordHash: string }) | null>;
  staff(): Promise<StaffRow[]>;
  /** @returns null when the account or the extension is taken */
  addStaff(staff: NewStaff, at: Date): Promise<number | null>;
  /** Writes all of it and counts the version up. */
  changeStaff(staffId: number, change: StaffChange): Promise<void>;
  setPasswordHash(staffId: number, passwordHash: string): Promise<void>;
  addSession(session: { tokenHash: string; staffId: number; address: string; createdAt: Date; expiresAt: Date }): Promise<number>;
  sessionByTokenHash(tokenHash: string): Promise<SessionRow | null>;
  touchSession(sessionId: number, at: Date): Promise<void>;
  /** @returns ids of the sessions that this call ended */
  endSessions(which: { sessionId: number } | { staffId: number }, at: Date): Promise<number[]>;
  /** The row of a key, made when there is none and locked until the transaction ends. */
  lockThrottle(key: string, now: Date): Promise<Throttle>;
  saveThrottle(key: string, throttle: Throttle): Promise<void>;
  forgetThrottles(before: Date): Promise<void>;
}
