import { randomBytes } from 'node:crypto';
import type { NoticeRule } from '../notices/rules.ts';
import { messageText, reasonInWords, type Said } from '../notices/words.ts';

/** 256 bits, told once. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64url')}`;
export const hintOf = (secret: string): string => secret.slice(-4);

/** Pauses before the next try: a gateway that is down over lunch still gets what was meant for it. */
export const RETRY_MS = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000] as const;

/** Asked for again these may be taken; any other 4xx is a message that the receiver does not want. */
const LATER: ReadonlySet<number> = new Set([408, 425, 429]);

export type Verdict = { kind: 'delivered' } | { kind: 'again'; inMs: number } | { kind: 'dead' };

/**
 * What follows from an answer. Pure.
 * @param status null: nothing was answered
 * @param attempts those of this run, this one included
 */
export const verdictOn = (status: number | null, attempts: number): Verdict => {
  if (status !== null && status >= 200 && status < 300) return { kind: 'delivered' };
  // A redirect is not followed: whoever moved says the new address to the administrator.
  if (status !== null && status >= 300 && status < 500 && !LATER.has(status)) return { kind: 'dead' };
  const inMs = RETRY_MS[attempts - 1];
  return inMs === undefined ? { kind: 'dead' } : { kind: 'again', inMs };
};

/** The event that a button sends, so that a new address is tried before anything depends on it. */
export const TEST_EVENT = 'webhook.test';

/** A notice as it leaves the house. */
export interface Outward extends Said {
  account: string;
  name: string;
  unitName: string | null;
  mobile: string | null;
  caseNumber: string;
  caseId: number;
  at: Date;
}

/** What is sent: ready to be put into a short message, or made into a card by whoever takes `event` and `case`. */
export const bodyOf = (eventId: string, rule: NoticeRule, of: Outward, publicUrl: string): string =>
  JSON.stringify({
    id: eventId,
    event: rule,
    at: of.at.toISOString(),
    to: { account: of.account, name: of.name, unit: of.unitName, mobile: of.mobile },
    text: messageText(of, of.caseNumber),
    reason: reasonInWords(of),
    facts: of.facts,
    case: { number: of.caseNumber, url: `${publicUrl}/cases/${of.caseId}` },
  });

export const testBodyOf = (eventId: string, name: string, at: Date): string =>
  JSON.stringify({ id: eventId, event: TEST_EVENT, at: at.toISOString(), text: `【12345热线】接口测试：${name}` });
