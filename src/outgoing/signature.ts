import { createHmac } from 'node:crypto';

const digestOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

/**
 * What every message to another system carries: `x-hotline-signature: sha256=⟨hex⟩`, the HMAC of `⟨x-hotline-timestamp⟩.⟨body⟩`,
 * the timestamp in seconds. How a receiver reads it: docker/text-receiver.ts.
 */
export const signedHeaders = (secret: string, body: string, now: Date): Record<string, string> => {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  return {
    'content-type': 'application/json',
    'x-hotline-timestamp': timestamp,
    'x-hotline-signature': digestOf(secret, timestamp, body),
  };
};
