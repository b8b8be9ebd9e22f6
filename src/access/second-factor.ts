import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Role } from '../core/roles.ts';
import { sealFor, unsealFor } from '../core/sealing.ts';

/** What every authenticator app can do: RFC 6238 with SHA-1, six digits, thirty seconds. */
const PERIOD_SECONDS = 30;
const DIGITS = 6;
/** A telephone's clock may be half a minute off: one step before and one after (RFC 6238 §5.2). */
const WINDOW = 1;
const SECRET_BYTES = 20; // RFC 4226 §4: 160 bits
const RECOVERY_CODES = 10;
/** Without the letters that are read for others. Ten of 31 are about 50 bits. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const RECOVERY_LENGTH = 10;

/** none: not asked for. passed: proven at log-in. due: must be enrolled before anything else may be done. */
export type SecondFactorStanding = 'none' | 'passed' | 'due';

export const mustHave = (roles: readonly Role[], required: readonly Role[]): boolean => roles.some((role) => required.includes(role));

const totpOf = (secret: Buffer, about: { issuer: string; label: string } = { issuer: '-', label: '-' }): TOTP =>
  new TOTP({ ...about, secret: new Secret({ buffer: Uint8Array.from(secret).buffer }), digits: DIGITS, period: PERIOD_SECONDS });

export const newSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** What the QR code says, and the secret to type where no camera is. */
export const enrolmentOf = (secret: Buffer, about: { issuer: string; label: string }): { uri: string; secret: string } => {
  const totp = totpOf(secret, about);
  return { uri: totp.toString(), secret: totp.secret.base32 };
};

export const isTimeCode = (code: string): boolean => /^\d{6}$/.test(code.replace(/\s/g, ''));

/** The 30-second step this code belongs to, or null when it belongs to none near now. */
export const stepOf = (secret: Buffer, code: string, now: Date): number | null => {
  const timestamp = now.getTime();
  const delta = totpOf(secret).validate({ token: code.replace(/\s/g, ''), timestamp, window: WINDOW });
  return delta === null ? null : TOTP.counter({ period: PERIOD_SECONDS, timestamp }) + delta;
};

const whose = (staffId: number): string => `staff ${staffId}`;

/** Bound to the person: a row copied to somebody else opens nothing. */
export const seal = (key: Buffer, staffId: number, secret: Buffer): string => sealFor(key, whose(staffId), secret);

/** @returns null when it was sealed with another key, for another person, or is damaged */
export const unseal = (key: Buffer, staffId: number, stored: string): Buffer | null => unsealFor(key, whose(staffId), stored);

const recoveryCode = (): string => {
  const letters = Array.from({ length: RECOVERY_LENGTH }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
};

export const newRecoveryCodes = (): string[] => {
  const codes = new Set<string>();
  while (codes.size < RECOVERY_CODES) codes.add(recoveryCode());
  return [...codes];
};

/** Keyed, so that the table alone does not let anybody try codes. Spaces, dashes and capitals do not matter. */
export const recoveryHash = (key: Buffer, staffId: number, code: string): string =>
  createHmac('sha256', key)
    .update(`${staffId} ${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
    .digest('hex');
