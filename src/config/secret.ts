import { hkdfSync, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HotlineError } from '../core/errors.ts';

/**
 * The master secret: the configured one, else, in demonstration, one made once and kept in the data directory, so that the
 * relay and a restarted service agree on it.
 */
export const masterSecret = (settings: { secret: string | null; dataDirectory: string }): string => {
  if (settings.secret !== null) return settings.secret;
  const file = join(settings.dataDirectory, 'secret');
  mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 });
  const mine = `${file}.${process.pid}`;
  writeFileSync(mine, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    // Service and relay may both be the first: a hard link appears whole and for one of them only, and both read that one.
    linkSync(mine, file);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== 'EEXIST') throw err;
  } finally {
    rmSync(mine, { force: true });
  }
  const secret = readFileSync(file, 'utf8').trim();
  if (secret.length < 32) throw new HotlineError('config.invalid', `${file}: 密钥文件已损坏 (the secret in this file is damaged)`);
  return secret;
};

/** One key per purpose, so that a ticket can never pass for something else signed with the same master. */
export const deriveKey = (secret: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'hotline-12345', purpose, 32));
