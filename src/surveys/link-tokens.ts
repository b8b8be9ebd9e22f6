import { createHash, createHmac, randomBytes } from 'node:crypto';

const NONCE_BYTES = 18;
const TOKEN_BYTES = 18;
const TOKEN = /^[A-Za-z0-9_-]{24}$/;

/**
 * Secrets of one-time links. What the database keeps of one, the nonce that waits to be sent and the hash that it is known by, opens
 * nothing without the key, and the key is not in the database: whoever reads a table or a backup cannot answer as a citizen.
 */
export const createLinkTokens = (key: Uint8Array) => {
  const tokenOf = (nonce: string): string =>
    createHmac('sha256', key).update(nonce).digest().subarray(0, TOKEN_BYTES).toString('base64url');
  const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
  return {
    /** A new link: what stands by until it is sent, and what is kept. */
    mint(): { nonce: string; tokenHash: string } {
      const nonce = randomBytes(NONCE_BYTES).toString('base64url');
      return { nonce, tokenHash: hashOf(tokenOf(nonce)) };
    },
    tokenOf,
    /** What a token that came back is looked for by, or null when it can be none. */
    hashOf: (token: string): string | null => (TOKEN.test(token) ? hashOf(token) : null),
  };
};
export type LinkTokens = ReturnType<typeof createLinkTokens>;
