/** Failed log-ins of one account or one address. */
export interface Throttle {
  failures: number;
  blockedUntil: Date | null;
  updatedAt: Date;
}

export interface ThrottlePolicy {
  /** Failures that cost nothing: people mistype. */
  free: number;
  firstBlockMs: number;
  longestBlockMs: number;
  /** Quiet for this long, and the count starts anew. */
  forgetMs: number;
}

/**
 * The longest block of an account stays short, because whoever knows an agent's account name can cause it, and an agent
 * who cannot sign in is a hotline with one voice fewer. 720 guesses a day is still far from a password.
 */
export const ACCOUNT_POLICY: ThrottlePolicy = { free: 5, firstBlockMs: 5_000, longestBlockMs: 120_000, forgetMs: 3_600_000 };

/** A whole call centre may sit behind one address, so one address has more to spend before it waits, and then waits longer. */
export const ADDRESS_POLICY: ThrottlePolicy = { free: 50, firstBlockMs: 5_000, longestBlockMs: 900_000, forgetMs: 3_600_000 };

/**
 * Codes of a second factor. Only who knows the password comes this far, so a longer block is no weapon against a shift; three
 * of a million codes are right at any moment, and a guess an hour finds one in some 26 years at even odds.
 */
export const CODE_POLICY: ThrottlePolicy = { free: 5, firstBlockMs: 30_000, longestBlockMs: 3_600_000, forgetMs: 86_400_000 };

/** @returns milliseconds still to wait, 0 when an attempt may be made */
export const waitMs = (throttle: Throttle, now: Date): number =>
  throttle.blockedUntil === null ? 0 : Math.max(0, throttle.blockedUntil.getTime() - now.getTime());

/** The count as it stands once an attempt has been made and before its outcome is known: it counts as failed until proven right. */
export const counted = (throttle: Throttle, now: Date, policy: ThrottlePolicy): Throttle => {
  const quiet = now.getTime() - throttle.updatedAt.getTime() >= policy.forgetMs;
  const failures = (quiet ? 0 : throttle.failures) + 1;
  const over = failures - policy.free;
  const blockMs = over < 0 ? 0 : Math.min(policy.longestBlockMs, policy.firstBlockMs * 2 ** Math.min(over, 20));
  return { failures, blockedUntil: blockMs === 0 ? null : new Date(now.getTime() + blockMs), updatedAt: now };
};

/** A right password takes its own attempt back, and clears an account altogether. */
export const forgiven = (throttle: Throttle, kind: 'account' | 'address', now: Date): Throttle => ({
  failures: kind === 'account' ? 0 : Math.max(0, throttle.failures - 1),
  blockedUntil: null,
  updatedAt: now,
});

export const accountKey = (account: string): string => `account:${account.trim().toLowerCase()}`;

/** An IPv6 subscriber owns a whole /64 and could try each of its addresses once. */
export const addressKey = (address: string): string => {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return `address:${plain}`;
  const [head = '', tail = ''] = plain.split('%')[0]?.split('::') ?? [];
  const left = head.split(':').filter((part) => part !== '');
  const right = tail.split(':').filter((part) => part !== '');
  const gap = plain.includes('::') ? Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0') : [];
  const groups = [...left, ...gap, ...right].slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return `address:${groups.join(':')}::/64`;
};
