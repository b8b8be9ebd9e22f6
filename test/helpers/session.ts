import { createHash, randomBytes } from 'node:crypto';
import { createAccessRepository } from '../../src/storage/repositories/access.ts';
import type { Store } from '../../src/storage/store.ts';

/** Signs somebody in for an hour without a password. @returns the token of the cookie `hotline_session` */
export const openSession = async (store: Store, staffId: number, createdAt = new Date()): Promise<string> => {
  const token = randomBytes(32).toString('base64url');
  const tokenHash = createHash('sha256').update(token).digest('hex');
  const expiresAt = new Date(createdAt.getTime() + 3_600_000);
  await createAccessRepository(store).addSession({ tokenHash, staffId, address: '-', createdAt, expiresAt });
  return token;
};
