import type { Role } from '../core/roles.ts';
import type { SecondFactorStanding } from './second-factor.ts';
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

export interface SecondFactorRow {
  /** Sealed: second-factor.ts. */
  secret: string;
  /** Null: begun, not in force. */
  confirmedAt: Date | null;
  createdAt: Date;
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
  addSession(session: {
    tokenHash: string;
    staffId: number;
    address: string;
    createdAt: Date;
    expiresAt: Date;
    /** `none` when left out. */
    secondFactor?: SecondFactorStanding;
  }): Promise<number>;
  sessionByTokenHash(tokenHash: string): Promise<SessionRow | null>;
  touchSession(sessionId: number, at: Date): Promise<void>;
  /** @returns ids of the sessions that this call ended */
  endSessions(which: { sessionId: number } | { staffId: number }, at: Date): Promise<number[]>;
  /** Sessions that have proven nothing may do nothing more until a second factor is enrolled. @returns their ids */
  demandSecondFactor(staffId: number): Promise<number[]>;
  secondFactor(staffId: number): Promise<SecondFactorRow | null>;
  /** Everybody whose second factor is in force. */
  enrolled(): Promise<Set<number>>;
  /** Keeps a sealed secret that is not in force yet. @returns false when one is in force */
  beginSecondFactor(staffId: number, secret: string, at: Date): Promise<boolean>;
  /** Puts it in force, and lets this session in. @returns false when one was in force already */
  confirmSecondFactor(staffId: number, sessionId: number, at: Date): Promise<boolean>;
  /** @returns false when this step or a later one was taken before */
  takeStep(staffId: number, step: number): Promise<boolean>;
  replaceRecoveryCodes(staffId: number, hashes: readonly string[]): Promise<void>;
  /** @returns false when there is no such code, or it was used */
  spendRecoveryCode(staffId: number, hash: string, at: Date): Promise<boolean>;
  recoveryCodesLeft(staffId: number): Promise<number>;
  /** Takes the second factor and its codes away. @returns false when there was none */
  removeSecondFactor(staffId: number): Promise<boolean>;
  /** The row of a key, made when there is none and locked until the transaction ends. */
  lockThrottle(key: string, now: Date): Promise<Throttle>;
  saveThrottle(key: string, throttle: Throttle): Promise<void>;
  forgetThrottles(before: Date): Promise<void>;
}
