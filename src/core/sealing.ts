import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** AES-256-GCM, bound to what it is of: a row copied to somebody else's place opens nothing. */
export const sealFor = (key: Buffer, about: string, secret: Buffer): string => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  return ['v1', nonce, cipher.getAuthTag(), sealed].map((part) => (typeof part === 'string' ? part : part.toString('base64url'))).join('.');
};

/** @returns null when it was sealed with another key, for something else, or is damaged */
export const unsealFor = (key: Buffer, about: string, stored: string): Buffer | null => {
  const [version, nonce, tag, sealed] = stored.split('.');
  if (version !== 'v1' || !nonce || !tag || !sealed) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 }).setAAD(
      Buffer.from(about),
    );
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(sealed, 'base64url')), decipher.final()]);
  } catch {
    return null;
  }
};
